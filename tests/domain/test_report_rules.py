"""Days sales outstanding by counting back, and the forecast: what they say, and that sums hold."""

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoice_tracker.domain.collection_forecast import Basis, Expected, Habit, OpenInvoice, expect
from invoice_tracker.domain.days_sales_outstanding import BilledMonth, count_back, months_back
from invoice_tracker.domain.invoice_aging import AgeBucket, age_bucket

TODAY = date(2026, 3, 10)
MONTHS = months_back(TODAY)


def billed(*amounts: int) -> list[BilledMonth]:
    return [
        BilledMonth(first, last, amount)
        for (first, last), amount in zip(MONTHS, amounts, strict=False)
    ]


@pytest.mark.parametrize(
    ("owed", "amounts", "days", "is_at_least"),
    [
        # March until the 10th has 10 days, February 28, January 31.
        (0, (100, 100), 0, False),
        (50, (100, 100), 5, False),
        (100, (100, 100), 10, False),
        (150, (100, 100), 24, False),
        (231, (100, 100, 31), 10 + 28 + 31, False),
        (300, (100, 100, 50), 10 + 28 + 31, True),
        # A month without bills counts with all its days: nothing in it could be paid.
        (50, (0, 100), 10 + 14, False),
        (50, (), 0, True),
        (-50, (100,), 0, False),
    ],
)
def test_count_back(owed: int, amounts: tuple[int, ...], days: int, is_at_least: bool) -> None:
    answer = count_back(owed, billed(*amounts))
    assert (answer.days, answer.is_at_least) == (days, is_at_least)


def test_months_go_back_without_a_gap() -> None:
    assert MONTHS[0] == (date(2026, 3, 1), TODAY)
    assert MONTHS[1] == (date(2026, 2, 1), date(2026, 2, 28))
    for (first, _), (_, last) in pairwise(MONTHS):
        assert last == first - timedelta(days=1)


@given(
    st.integers(0, 10**12),
    st.lists(st.integers(0, 10**10), max_size=24),
    st.integers(0, 10**6),
)
def test_more_owed_is_never_fewer_days(owed: int, amounts: list[int], more: int) -> None:
    less, greater = (count_back(sum_, billed(*amounts)) for sum_ in (owed, owed + more))
    assert less.days <= greater.days
    assert greater.days == sum((each.days for each in greater.months), Fraction(0))
    assert all(0 <= each.days <= each.month.days for each in greater.months)
    assert greater.is_at_least == (owed + more > sum(amounts))


HABIT = Habit(days_late=10, invoices=5)
DUE = TODAY - timedelta(days=3)


@pytest.mark.parametrize(
    ("invoice", "client", "firm", "expected"),
    [
        (
            OpenInvoice(500, DUE),
            Habit(5, 3),
            HABIT,
            [Expected(500, DUE + timedelta(days=5), Basis.client_habit)],
        ),
        (
            OpenInvoice(500, DUE),
            Habit(5, 2),
            HABIT,
            [Expected(500, DUE + timedelta(days=10), Basis.firm_habit)],
        ),
        (OpenInvoice(500, DUE), None, Habit(10, 4), [Expected(500, None, Basis.no_history)]),
        (OpenInvoice(500, None), HABIT, HABIT, [Expected(500, None, Basis.no_due_date)]),
        (
            OpenInvoice(500, TODAY - timedelta(days=11)),
            None,
            HABIT,
            [Expected(500, None, Basis.later_than_usual)],
        ),
        (
            OpenInvoice(500, DUE, is_disputed=True, promised_on=TODAY, promised_minor=500),
            None,
            HABIT,
            [Expected(500, None, Basis.disputed)],
        ),
        (
            OpenInvoice(500, DUE, promised_on=TODAY, promised_minor=200),
            None,
            HABIT,
            [
                Expected(200, TODAY, Basis.promise),
                Expected(300, DUE + timedelta(days=10), Basis.firm_habit),
            ],
        ),
        (
            OpenInvoice(500, DUE, promised_on=TODAY, promised_minor=900),
            None,
            HABIT,
            [Expected(500, TODAY, Basis.promise)],
        ),
        # The day is over: what was promised then is no reason to expect it any more.
        (
            OpenInvoice(500, DUE, promised_on=TODAY - timedelta(days=1), promised_minor=500),
            None,
            None,
            [Expected(500, None, Basis.no_history)],
        ),
    ],
)
def test_expect(
    invoice: OpenInvoice, client: Habit | None, firm: Habit | None, expected: list[Expected]
) -> None:
    assert expect(invoice, today=TODAY, client=client, firm=firm) == expected


days = st.integers(-900, 900).map(lambda count: TODAY + timedelta(days=count))
habits = st.none() | st.builds(Habit, st.integers(-60, 400), st.integers(1, 9))


@given(
    st.builds(
        OpenInvoice,
        balance_minor=st.integers(1, 10**12),
        due_on=st.none() | days,
        is_disputed=st.booleans(),
        promised_on=st.none() | days,
        promised_minor=st.integers(0, 10**12),
    ),
    habits,
    habits,
)
def test_a_forecast_loses_and_invents_nothing(
    invoice: OpenInvoice, client: Habit | None, firm: Habit | None
) -> None:
    parts = expect(invoice, today=TODAY, client=client, firm=firm)
    assert sum(part.amount_minor for part in parts) == invoice.balance_minor
    assert all(part.on is None or part.on >= TODAY for part in parts)


@given(st.lists(st.tuples(days, st.integers(1, 10**9))))
def test_the_buckets_divide_what_is_owed(owed: list[tuple[date, int]]) -> None:
    sums = dict.fromkeys(AgeBucket, 0)
    for due_on, amount in owed:
        sums[age_bucket(due_on, TODAY)] += amount
    assert sum(sums.values()) == sum(amount for _, amount in owed)
