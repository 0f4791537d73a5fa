"""What can be charged online: minor units, minimums, and a part of what is owed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoice_tracker.domain.charges import (
    LARGEST,
    SMALLEST,
    PartProblem,
    charge_step,
    is_exact,
    part_limits,
    smallest_charge,
)
from invoice_tracker.domain.money import Money, format_money, minor_digits
from invoice_tracker.domain.payment_allocation import allocate


@pytest.mark.parametrize(
    ("currency", "digits", "step", "smallest", "written"),
    [
        ("USD", 2, 1, 50, "$0.50"),
        ("EUR", 2, 1, 50, "€0.50"),
        ("GBP", 2, 1, 30, "£0.30"),
        ("CAD", 2, 1, 50, "CA$0.50"),
        ("AUD", 2, 1, 50, "A$0.50"),
        ("MXN", 2, 1, 1000, "10.00 MXN"),
        ("HUF", 2, 1, 17500, "175.00 HUF"),
        # No decimals at all: the minor unit is the yen.
        ("JPY", 0, 1, 50, "¥50"),
        ("KRW", 0, 1, 1, "1 KRW"),
        # Three decimals, of which the last must be 0.
        ("KWD", 3, 10, 10, "0.010 KWD"),
        ("BHD", 3, 10, 10, "0.010 BHD"),
        # Counted with two decimals that must both be 0.
        ("ISK", 2, 100, 100, "1.00 ISK"),
        ("UGX", 2, 100, 100, "1.00 UGX"),
    ],
)
def test_each_currency(currency: str, digits: int, step: int, smallest: int, written: str) -> None:
    assert minor_digits(currency) == digits
    assert charge_step(currency) == step
    assert smallest_charge(currency) == smallest
    assert format_money(Money(smallest, currency)) == written


@pytest.mark.parametrize(
    ("amount", "currency", "exact"),
    [
        (1, "USD", True),
        (5_124, "KWD", False),
        (5_120, "KWD", True),
        (550, "UGX", False),
        (500, "UGX", True),
        (500, "ISK", True),
        (501, "ISK", False),
        (501, "JPY", True),
    ],
)
def test_fractions_that_cannot_be_charged(amount: int, currency: str, exact: bool) -> None:
    assert is_exact(amount, currency) is exact


@pytest.mark.parametrize(
    ("total", "currency", "at_least", "lowest", "highest"),
    [
        (120_000, "USD", 0, 50, 119_950),
        (120_000, "USD", 10_000, 10_000, 119_950),
        (5_000, "JPY", 0, 50, 4_950),
        (5_000, "KWD", 0, 10, 4_990),
        (5_000, "KWD", 1_234, 1_240, 4_990),
        (50_000, "UGX", 0, 100, 49_900),
        (150_000_000, "USD", 0, 50, LARGEST),
    ],
)
def test_a_part_lies_between(
    total: int, currency: str, at_least: int, lowest: int, highest: int
) -> None:
    limits = part_limits(total, currency, at_least=at_least)
    assert limits is not None
    assert (limits.lowest, limits.highest) == (lowest, highest)


@pytest.mark.parametrize(
    ("total", "at_least"), [(99, 0), (50, 0), (10_000, 10_000), (10_000, 9_999)]
)
def test_where_only_all_can_be_paid(total: int, at_least: int) -> None:
    assert part_limits(total, "USD", at_least=at_least) is None


@pytest.mark.parametrize(
    ("amount", "problem"),
    [
        (9_999, PartProblem.too_little),
        (0, PartProblem.too_little),
        (-5, PartProblem.too_little),
        (10_000, None),
        (119_950, None),
        (119_951, PartProblem.leaves_too_little),
        (120_000, None),
        (120_001, PartProblem.too_much),
    ],
)
def test_what_is_wrong_with_a_part(amount: int, problem: PartProblem | None) -> None:
    limits = part_limits(120_000, "USD", at_least=10_000)
    assert limits is not None
    assert limits.problem(amount) is problem


@given(
    st.lists(st.integers(1, 500_000), min_size=1, max_size=8),
    st.sampled_from([*SMALLEST, "KWD", "UGX", "ISK", "KRW"]),
    st.integers(0, 50_000),
    st.integers(-10, 4_000_000),
)
def test_a_part_that_is_taken_can_be_charged_and_so_can_the_rest(
    owed: list[int], currency: str, at_least: int, amount: int
) -> None:
    owed = [due * charge_step(currency) for due in owed]
    limits = part_limits(sum(owed), currency, at_least=at_least)
    if limits is None or limits.problem(amount) is not None:
        return
    rest = sum(owed) - amount
    assert smallest_charge(currency) <= amount <= sum(owed)
    assert is_exact(amount, currency)
    assert rest == 0 or rest >= smallest_charge(currency)
    shares = allocate(amount, owed)
    assert sum(shares) == amount
    assert all(0 <= share <= due for share, due in zip(shares, owed, strict=True))
    # The oldest first: whoever has less than all of theirs is the last to have anything.
    unpaid = [n for n, (share, due) in enumerate(zip(shares, owed, strict=True)) if share < due]
    assert all(share == 0 for share in shares[unpaid[0] + 1 :]) if unpaid else rest == 0
