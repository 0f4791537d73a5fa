"""Stripe, our books and Clio held against one another: each kind of line, and no cent lost."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invoice_tracker.domain.payment_findings import (
    Finding,
    Line,
    Sides,
    Standing,
    judge,
)
from invoice_tracker.domain.payment_proof import (
    ClioAllocation,
    ClioBill,
    Group,
    Here,
    InClio,
    InStripe,
    Progress,
    Recording,
    pair,
)

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
BASE = UUID(int=7)
INVOICE = uuid5(BASE, "invoice")
PAID_AT = NOW - timedelta(hours=10)
OLD = NOW - timedelta(days=20)


def stripe(**changes: Any) -> InStripe:
    fields: dict[str, Any] = {
        "intent_id": "pi_1", "state": Progress.settled, "amount_minor": 1200, "currency": "USD",
        "at": PAID_AT,
    }  # fmt: skip
    return InStripe(**(fields | changes))


def here(name: str = "payment", **changes: Any) -> Here:
    fields: dict[str, Any] = {
        "id": uuid5(BASE, name), "invoice_id": INVOICE, "intent_id": "pi_1",
        "state": Progress.settled, "amount_minor": 1200, "currency": "USD", "at": PAID_AT,
        "recording": Recording.confirmed,
    }  # fmt: skip
    return Here(**(fields | changes))


def seen_in_clio(**changes: Any) -> Here:
    fields = {"intent_id": None, "is_from_clio": True, "recording": Recording.not_needed}
    return here(**(fields | changes))


def bill(paid: int = 1200, **changes: Any) -> ClioBill:
    fields: dict[str, Any] = {
        "clio_id": 9, "invoice_id": INVOICE, "currency": "USD", "paid_minor": paid,
        "total_minor": 1200, "is_settled": paid >= 1200, "read_at": NOW,
    }  # fmt: skip
    return ClioBill(**(fields | changes))


def allocation(amount: int = 1200, number: int = 1, *, voided: bool = False) -> ClioAllocation:
    return ClioAllocation(number, 9, amount, date(2026, 3, 1), voided)


def prove(
    of_stripe: list[InStripe], rows: list[Here], clio: InClio | None, **sides: Any
) -> list[Line]:
    found = pair(stripe=of_stripe, here=rows, clio=clio)
    halves = Sides(clio=clio is not None, **sides)
    return [judge(group, sides=halves, now=NOW) for group in found]


def only(lines: list[Line]) -> Line:
    (line,) = lines
    return line


W = Standing.waiting
D = Standing.differs
CASES: list[tuple[str, list[InStripe], list[Here], InClio, Finding, Standing]] = [
    (
        "all agree",
        [stripe()],
        [here()],
        InClio([bill()], [allocation()]),
        Finding.agrees,
        Standing.agrees,
    ),
    (
        "Clio shows it by its state alone",
        [stripe()],
        [here()],
        InClio([bill(0, is_settled=True)]),
        Finding.agrees,
        Standing.agrees,
    ),
    (
        "settled a moment ago, not here",
        [stripe(at=NOW - timedelta(minutes=5))],
        [],
        InClio([]),
        Finding.just_arrived,
        W,
    ),
    ("settled hours ago, not here", [stripe()], [], InClio([]), Finding.only_in_stripe, D),
    (
        "not made by the product",
        [stripe(is_ours=False)],
        [],
        InClio([]),
        Finding.not_ours,
        Standing.outside,
    ),
    ("here, and not in Stripe", [], [here()], InClio([bill()]), Finding.only_here, D),
    (
        "Stripe has less",
        [stripe(amount_minor=1100)],
        [here()],
        InClio([bill()]),
        Finding.amounts_differ,
        D,
    ),
    (
        "given back in Stripe",
        [stripe(refunded_minor=200)],
        [here()],
        InClio([bill()]),
        Finding.refunded_in_stripe,
        D,
    ),
    (
        "given back only by our books",
        [stripe()],
        [here(refunded_minor=200)],
        InClio([bill(1000)]),
        Finding.refunded_here,
        D,
    ),
    (
        "given back, Clio unchanged",
        [stripe(refunded_minor=200)],
        [here(refunded_minor=200)],
        InClio([bill()]),
        Finding.refund_not_in_clio,
        D,
    ),
    (
        "disputed in Stripe",
        [stripe(disputed=True)],
        [here()],
        InClio([bill()]),
        Finding.dispute_differs,
        D,
    ),
    (
        "disputed on both sides",
        [stripe(disputed=True)],
        [here(disputed=True)],
        InClio([bill()]),
        Finding.agrees,
        Standing.agrees,
    ),
    (
        "settled there, under way here",
        [stripe()],
        [here(state=Progress.processing)],
        InClio([bill(0)]),
        Finding.state_differs,
        D,
    ),
    (
        "a debit under way",
        [stripe(state=Progress.processing)],
        [here(state=Progress.processing)],
        InClio([bill(0)]),
        Finding.under_way,
        W,
    ),
    (
        "a debit under way for weeks",
        [stripe(state=Progress.processing)],
        [here(state=Progress.processing, at=OLD)],
        InClio([bill(0)]),
        Finding.under_way,
        D,
    ),
    (
        "a debit that failed",
        [stripe(state=Progress.failed)],
        [here(state=Progress.failed)],
        InClio([bill(0)]),
        Finding.agrees,
        Standing.agrees,
    ),
    (
        "being recorded",
        [stripe()],
        [here(recording=Recording.waiting, at=NOW)],
        InClio([bill(0)]),
        Finding.to_be_recorded,
        W,
    ),
    (
        "being recorded for hours",
        [stripe()],
        [here(recording=Recording.waiting)],
        InClio([bill(0)]),
        Finding.to_be_recorded,
        D,
    ),
    (
        "for a person",
        [stripe()],
        [here(recording=Recording.queued)],
        InClio([bill(0)]),
        Finding.for_a_person,
        W,
    ),
    (
        "for a person since weeks",
        [stripe()],
        [here(recording=Recording.queued, at=OLD)],
        InClio([bill(0)]),
        Finding.for_a_person,
        D,
    ),
    (
        "recorded, not read yet",
        [stripe()],
        [here(recording=Recording.recorded, recorded_at=NOW, at=OLD)],
        InClio([bill(0)]),
        Finding.to_be_confirmed,
        W,
    ),
    (
        "recorded, never shown",
        [stripe()],
        [here(recording=Recording.recorded, recorded_at=OLD, at=OLD)],
        InClio([bill(0)]),
        Finding.to_be_confirmed,
        D,
    ),
    (
        "voided in Clio",
        [stripe()],
        [here()],
        InClio([bill(0)], [allocation(voided=True)]),
        Finding.voided_in_clio,
        D,
    ),
    ("gone from Clio", [stripe()], [here()], InClio([bill(0)]), Finding.missing_in_clio, D),
    ("the whole bill is gone", [stripe()], [here()], InClio([]), Finding.missing_in_clio, D),
    ("Clio shows a part", [stripe()], [here()], InClio([bill(700)]), Finding.less_in_clio, D),
    ("only in Clio", [], [], InClio([bill()], [allocation()]), Finding.only_in_clio, D),
    (
        "in Clio from before",
        [],
        [],
        InClio([bill(before_minor=1200)], [allocation()]),
        Finding.from_before,
        Standing.outside,
    ),
    (
        "voided in Clio, never here",
        [],
        [],
        InClio([bill(0)], [allocation(voided=True)]),
        Finding.agrees,
        Standing.agrees,
    ),
    (
        "paid in Clio, and here",
        [],
        [seen_in_clio()],
        InClio([bill()], [allocation(500), allocation(700, 2)]),
        Finding.agrees,
        Standing.agrees,
    ),
    (
        "paid in Clio, voided there",
        [],
        [seen_in_clio()],
        InClio([bill(0)], [allocation(voided=True)]),
        Finding.voided_in_clio,
        D,
    ),
    (
        "noted by hand",
        [],
        [here(intent_id=None, recording=Recording.queued)],
        InClio([bill(0)]),
        Finding.for_a_person,
        W,
    ),
    (
        "more than was owed",
        [stripe(amount_minor=1500)],
        [here(amount_minor=1500, overpaid_minor=300)],
        InClio([bill()]),
        Finding.agrees,
        Standing.agrees,
    ),
]


@pytest.mark.parametrize(
    ("of_stripe", "rows", "clio", "finding", "standing"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_each_payment_is_called_what_it_is(
    of_stripe: list[InStripe],
    rows: list[Here],
    clio: InClio,
    finding: Finding,
    standing: Standing,
) -> None:
    line = only(prove(of_stripe, rows, clio))
    assert (line.finding, line.standing) == (finding, standing)
    assert line.sentence
    assert "{" not in line.sentence
    assert bool(line.advice) is (standing is Standing.differs)
    assert (line.normal_until is None) or (standing is W) is (line.normal_until >= NOW)


def test_a_half_that_failed_is_never_called_agreeing() -> None:
    without_stripe = only(prove([], [here()], InClio([bill()]), stripe=False))
    without_clio = only(prove([stripe()], [here()], None))
    assert without_stripe.standing is without_clio.standing is Standing.not_checked
    assert (without_stripe.stripe_words, without_stripe.clio_words) == ("not checked", "paid")
    assert (without_clio.stripe_words, without_clio.clio_words) == ("settled", "not checked")
    still = only(prove([stripe(refunded_minor=5)], [here()], None))
    assert still.standing is Standing.differs, "what the other half shows is shown"


def test_an_account_connected_earlier_cannot_be_asked() -> None:
    line = only(prove([], [here()], InClio([bill()]), stripe_since=PAID_AT + timedelta(hours=1)))
    assert (line.standing, line.finding) == (Standing.not_checked, Finding.other_account)


def test_one_payment_of_several_invoices_is_one_line() -> None:
    other = uuid5(BASE, "second invoice")
    rows = [here(amount_minor=700), here("b", amount_minor=500, invoice_id=other)]
    clio = InClio([bill(700), bill(500, clio_id=10, invoice_id=other)])
    line = only(prove([stripe()], rows, clio))
    assert line.standing is Standing.agrees
    assert (line.group.stripe_minor, line.group.here_minor, line.group.clio_minor) == (1200,) * 3


def test_of_two_payments_the_voided_one_is_named() -> None:
    first = here(amount_minor=400, at=OLD)
    second = here("b", amount_minor=600, intent_id="pi_2")
    clio = InClio([bill(600, total_minor=1000)], [allocation(400, voided=True), allocation(600, 2)])
    lines = {
        line.group.key: line.finding
        for line in prove(
            [stripe(amount_minor=400), stripe(intent_id="pi_2", amount_minor=600)],
            [first, second],
            clio,
        )
    }
    assert lines == {"pi_1": Finding.voided_in_clio, "pi_2": Finding.agrees}


def test_a_payment_in_clio_without_its_bill_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="needs its bill"):
        pair(stripe=[], here=[], clio=InClio([], [allocation()]))


AMOUNTS = st.integers(min_value=0, max_value=2000)
PARTS = st.integers(min_value=0, max_value=2000)
CURRENCIES = st.sampled_from(["USD", "CAD"])
INTENTS = st.sampled_from(["pi_1", "pi_2", "pi_3"])
MOMENTS = st.integers(min_value=0, max_value=500).map(lambda hours: NOW - timedelta(hours=hours))


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[InStripe], list[Here], InClio]:
    """Anything at all on the three sides, as long as each has its ids."""
    of_stripe = [
        InStripe(
            intent,
            draw(st.sampled_from(Progress)),
            amount := draw(AMOUNTS),
            draw(CURRENCIES),
            draw(MOMENTS),
            refunded_minor=min(amount, draw(PARTS)),
            disputed=draw(st.booleans()),
            is_ours=draw(st.booleans()),
        )
        for intent in draw(st.sets(INTENTS))
    ]
    bills = [
        ClioBill(
            number,
            uuid5(BASE, str(number)) if draw(st.booleans()) else None,
            draw(CURRENCIES),
            draw(AMOUNTS),
            draw(AMOUNTS),
            draw(st.booleans()),
            before_minor=draw(AMOUNTS),
        )
        for number in (1, 2)
    ]
    rows = [
        Here(
            uuid5(BASE, f"row {number}"),
            draw(st.sampled_from([None, *(uuid5(BASE, str(n)) for n in (1, 2, 3))])),
            None if is_from_clio else draw(st.one_of(st.none(), INTENTS)),
            draw(st.sampled_from(Progress)),
            amount := draw(AMOUNTS),
            draw(CURRENCIES),
            draw(MOMENTS),
            refunded_minor=min(amount, draw(PARTS)),
            overpaid_minor=min(amount, draw(PARTS)),
            disputed=draw(st.booleans()),
            is_from_clio=is_from_clio,
            recording=draw(st.sampled_from(Recording)),
        )
        for number, is_from_clio in enumerate(draw(st.lists(st.booleans(), max_size=5)))
    ]
    allocations = [
        ClioAllocation(number, draw(st.sampled_from([1, 2])), draw(AMOUNTS), date(2026, 3, 1), void)
        for number, void in enumerate(draw(st.lists(st.booleans(), max_size=5)), start=1)
    ]
    return of_stripe, rows, InClio(bills, allocations)


def sums(amounts: list[tuple[str, int]]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for currency, minor in amounts:
        found[currency] += minor
    return {currency: minor for currency, minor in found.items() if minor}


@settings(max_examples=300, deadline=None)
@given(world=worlds())
def test_every_row_is_in_one_line_and_every_sum_adds_up(
    world: tuple[list[InStripe], list[Here], InClio],
) -> None:
    of_stripe, rows, clio = world
    groups = pair(stripe=of_stripe, here=rows, clio=clio)
    assert sorted(g.stripe.intent_id for g in groups if g.stripe) == sorted(
        one.intent_id for one in of_stripe
    )
    assert sorted(str(row.id) for g in groups for row in g.here) == sorted(
        str(row.id) for row in rows
    )
    named = sorted(number for g in groups for number in g.allocation_ids)
    assert named == [one.id for one in clio.allocations], "each payment of Clio in one line"
    assert len({(g.key, g.currency) for g in groups}) == len(groups)

    def of(side: str) -> dict[str, int]:
        return sums([(g.currency, getattr(g, side)) for g in groups])

    assert of("stripe_minor") == sums([(one.currency, one.net_minor) for one in of_stripe])
    assert of("here_minor") == sums([(row.currency, row.net_minor) for row in rows])
    paid = sums([(one.currency, one.paid_minor) for one in clio.bills])
    by_state = sums(
        [(b.currency, max(0, b.total_minor - b.paid_minor)) for b in clio.bills if b.is_settled]
    )
    for currency in {"USD", "CAD"}:
        shown = of("clio_minor").get(currency, 0)
        least = paid.get(currency, 0)
        assert least <= shown <= least + by_state.get(currency, 0)


@settings(max_examples=150, deadline=None)
@given(world=worlds(), data=st.data())
def test_the_order_does_not_matter(
    world: tuple[list[InStripe], list[Here], InClio], data: st.DataObject
) -> None:
    of_stripe, rows, clio = world
    shuffled = InClio(
        data.draw(st.permutations(list(clio.bills))),
        data.draw(st.permutations(list(clio.allocations))),
    )
    assert prove(of_stripe, rows, clio) == prove(
        data.draw(st.permutations(of_stripe)), data.draw(st.permutations(rows)), shuffled
    )


@settings(max_examples=150, deadline=None)
@given(world=worlds())
def test_what_agrees_agrees(world: tuple[list[InStripe], list[Here], InClio]) -> None:
    """No line is called agreeing whose amounts differ between Stripe and here."""
    of_stripe, rows, clio = world
    for line in prove(of_stripe, rows, clio):
        if line.standing is Standing.agrees and line.group.stripe is not None:
            assert line.group.stripe_minor == line.group.here_minor
    for line in prove(of_stripe, rows, None, stripe=False):
        group: Group = replace(line.group)
        asked = [row for row in group.here if row.intent_id and row.state is not Progress.failed]
        assert not (asked and group.stripe is None and line.standing is Standing.agrees)
