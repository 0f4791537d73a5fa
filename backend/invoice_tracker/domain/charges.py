"""What a card or bank can be charged online: at least, at most, and in which steps.

The figures are Stripe's, in minor units: https://docs.stripe.com/currencies
"""

from dataclasses import dataclass
from enum import StrEnum

from invoice_tracker.domain.money import THREE_DECIMAL

SMALLEST = {
    "AED": 200,
    "AUD": 50,
    "BRL": 50,
    "CAD": 50,
    "CHF": 50,
    "CZK": 1500,
    "DKK": 250,
    "EUR": 50,
    "GBP": 30,
    "HKD": 400,
    "HUF": 17500,
    "INR": 50,
    "JPY": 50,
    "MXN": 1000,
    "MYR": 200,
    "NOK": 300,
    "NZD": 50,
    "PLN": 200,
    "RON": 200,
    "SEK": 300,
    "SGD": 50,
    "THB": 1000,
    "USD": 50,
}
"""For all others it depends on the rate of the day: there Stripe itself refuses what is less."""
LARGEST = 99_999_999
# Stripe keeps two decimals for these for old times' sake, and wants them to be zero.
_WITHOUT_CENTS = frozenset(["ISK", "UGX"])


def charge_step(currency: str) -> int:
    """Every amount must be a multiple of this."""
    if currency in _WITHOUT_CENTS:
        return 100
    return 10 if currency in THREE_DECIMAL else 1


def smallest_charge(currency: str) -> int:
    """The least that is known to be taken."""
    return max(SMALLEST.get(currency, 1), charge_step(currency))


def is_exact(amount_minor: int, currency: str) -> bool:
    """Whether the amount has no fraction that cannot be charged."""
    return amount_minor % charge_step(currency) == 0


class PartProblem(StrEnum):
    """Why a part of what is owed cannot be paid."""

    not_offered = "not_offered"
    not_exact = "not_exact"
    too_little = "too_little"
    too_much = "too_much"
    leaves_too_little = "leaves_too_little"


@dataclass(frozen=True, slots=True)
class PartLimits:
    """A part may be anything from ``lowest`` to ``highest``; all of ``total`` may be paid too."""

    lowest: int
    highest: int
    total: int
    currency: str

    def problem(self, amount_minor: int) -> PartProblem | None:
        """What is wrong with this amount, if anything."""
        if amount_minor == self.total and amount_minor <= LARGEST:
            return None
        if not is_exact(amount_minor, self.currency):
            return PartProblem.not_exact
        if amount_minor < self.lowest:
            return PartProblem.too_little
        if amount_minor > self.total or amount_minor > LARGEST:
            return PartProblem.too_much
        return PartProblem.leaves_too_little if amount_minor > self.highest else None


def part_limits(total_minor: int, currency: str, *, at_least: int) -> PartLimits | None:
    """What may be paid of a total when the firm wants ``at_least``; None if only all of it.

    What remains is never so little that it could not be paid online.
    """
    step = charge_step(currency)
    lowest = -(-max(at_least, smallest_charge(currency)) // step) * step
    highest = min(total_minor - smallest_charge(currency), LARGEST) // step * step
    return PartLimits(lowest, highest, total_minor, currency) if lowest <= highest else None
