"""Payments that Clio does not show yet lower what is owed; those it shows count once."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from invoice_tracker.domain.payment_allocation import (
    LocalPayment,
    effective_balance,
    is_confirmed,
    newly_confirmed,
    overpayment,
)

DAY = timedelta(days=1)
FIRST = datetime(2026, 3, 2, 12, tzinfo=UTC)


def payment(number, amount, *, before=0, day=0, settled=True, refunded=0, confirmed_day=None):
    return LocalPayment(
        id=UUID(int=number),
        amount_minor=amount,
        is_settled=settled,
        clio_paid_before_minor=before,
        received_at=FIRST + day * DAY,
        refunded_minor=refunded,
        confirmed_at=None if confirmed_day is None else FIRST + confirmed_day * DAY,
    )


def seen(payments, paid, *, day=10, bill_is_paid=False):
    found = newly_confirmed(
        payments,
        clio_paid_minor=paid,
        clio_bill_is_paid=bill_is_paid,
        read_at=FIRST + day * DAY,
    )
    return [found_id.int for found_id in found]


@pytest.mark.parametrize(
    ("payments", "owed"),
    [
        ([], 1000),
        ([payment(1, 300)], 700),
        ([payment(1, 300), payment(2, 200)], 500),
        ([payment(1, 300, confirmed_day=1)], 1000),
        ([payment(1, 300, settled=False)], 1000),
        ([payment(1, 300, refunded=100)], 800),
        ([payment(1, 1000)], 0),
        ([payment(1, 1000), payment(2, 1000)], -1000),
    ],
)
def test_effective_balance(payments, owed):
    assert effective_balance(1000, payments) == owed


def test_confirmed_when_clio_has_grown_by_the_amount():
    one = payment(1, 300, before=200)
    assert not is_confirmed(one, clio_paid_minor=499, clio_bill_is_paid=False)
    assert is_confirmed(one, clio_paid_minor=500, clio_bill_is_paid=False)


def test_confirmed_when_the_bill_is_paid_even_if_its_amounts_did_not_move():
    one = payment(1, 300)
    assert is_confirmed(one, clio_paid_minor=0, clio_bill_is_paid=True)


def test_money_on_its_way_is_never_confirmed():
    assert seen([payment(1, 300, settled=False)], 300, bill_is_paid=True) == []


def test_two_payments_are_confirmed_in_their_order():
    both = [payment(2, 100, day=1), payment(1, 100)]
    assert seen(both, 100) == [1]
    assert seen(both, 200) == [1, 2]


def test_the_second_can_be_recorded_first():
    assert seen([payment(1, 100), payment(2, 50, day=1)], 50) == [2]


def test_one_growth_confirms_one_payment_also_at_the_next_read():
    both = [payment(1, 100, confirmed_day=5), payment(2, 100, day=1)]
    assert seen(both, 100) == []
    assert seen(both, 200) == [2]


def test_a_payment_confirmed_before_the_next_came_in_does_not_stand_in_its_way():
    both = [payment(1, 100, confirmed_day=1), payment(2, 100, before=100, day=2)]
    assert seen(both, 150) == []
    assert seen(both, 200) == [2]


def test_a_cheque_seen_in_clio_before_the_payment_does_not_confirm_it():
    assert seen([payment(1, 100, before=500)], 500) == []


def test_a_paid_bill_confirms_all():
    assert seen([payment(1, 100), payment(2, 50, day=1)], 0, bill_is_paid=True) == [1, 2]


@pytest.mark.parametrize(
    ("amount", "balance", "excess"), [(100, 100, 0), (100, 150, 0), (150, 100, 50), (100, -20, 100)]
)
def test_overpayment(amount, balance, excess):
    assert overpayment(amount_minor=amount, balance_minor=balance) == excess
