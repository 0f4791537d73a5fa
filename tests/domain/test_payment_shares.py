"""One payment over several invoices, and what of it goes back: exact to the cent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoice_tracker.domain.payment_allocation import Allocation, allocate, give_back


@pytest.mark.parametrize(
    ("amount", "asked", "shares"),
    [
        (300, [100, 200], [100, 200]),
        (120, [100], [120]),
        (250, [100, 200], [100, 150]),
        (50, [100, 200], [50, 0]),
        (310, [100, 200], [100, 210]),
        (0, [100, 200], [0, 0]),
    ],
)
def test_each_line_gets_what_was_asked_for_it(
    amount: int, asked: list[int], shares: list[int]
) -> None:
    assert allocate(amount, asked) == shares


@pytest.mark.parametrize(("amount", "asked"), [(1, []), (-1, [5]), (5, [-5, 10])])
def test_a_payment_without_lines_or_below_zero_is_a_mistake(amount: int, asked: list[int]) -> None:
    with pytest.raises(ValueError, match="lines"):
        allocate(amount, asked)


@pytest.mark.parametrize(
    ("refund", "back"),
    [
        (0, [0, 0, 0]),
        (50, [50, 0, 0]),
        (60, [50, 0, 10]),
        (360, [50, 10, 300]),
        (600, [100, 200, 300]),
        (999, [100, 200, 300]),
    ],
)
def test_too_much_goes_back_first_and_then_the_last_invoice(refund: int, back: list[int]) -> None:
    parts = [Allocation(100, excess_minor=50), Allocation(200), Allocation(300)]
    assert give_back(refund, parts) == back


AMOUNTS = st.integers(min_value=0, max_value=10**8)
ASKED = st.lists(AMOUNTS, min_size=1, max_size=8)


@given(amount=AMOUNTS, asked=ASKED)
def test_no_cent_of_a_payment_is_lost(amount: int, asked: list[int]) -> None:
    shares = allocate(amount, asked)
    assert sum(shares) == amount
    assert min(shares) >= 0
    above = [share - wanted for share, wanted in zip(shares, asked, strict=True)]
    assert max(above[:-1], default=0) <= 0
    assert above[-1] <= max(0, amount - sum(asked)), "more than asked only where more was paid"


ALLOCATIONS = st.lists(
    st.tuples(AMOUNTS, AMOUNTS).map(lambda two: Allocation(max(two), min(two))),
    min_size=1,
    max_size=8,
)


@given(parts=ALLOCATIONS, refunds=st.lists(AMOUNTS, max_size=6))
def test_a_refund_is_divided_to_the_cent(parts: list[Allocation], refunds: list[int]) -> None:
    whole = sum(part.amount_minor for part in parts)
    excess = sum(part.excess_minor for part in parts)
    before = give_back(0, parts)
    assert not any(before)
    for refund in sorted(min(refund, whole) for refund in refunds):
        now = give_back(refund, parts)
        assert sum(now) == refund
        assert all(0 <= g <= part.amount_minor for g, part in zip(now, parts, strict=True))
        assert all(g >= b for g, b in zip(now, before, strict=True)), "more back, nowhere less"
        if refund <= excess:
            assert all(g <= part.excess_minor for g, part in zip(now, parts, strict=True))
        before = now
    assert give_back(whole, parts) == [part.amount_minor for part in parts]
