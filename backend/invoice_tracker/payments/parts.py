"""What one payment asks for of each invoice: all that is owed, or a part, the oldest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from invoice_tracker.domain.charges import PartLimits, PartProblem, part_limits
from invoice_tracker.domain.money import from_hundredths
from invoice_tracker.domain.payment_allocation import allocate
from invoice_tracker.payments.checkout_rows import Line
from invoice_tracker.payments.models import PayPageRules
from invoice_tracker.payments.payability import Bill, Payability, payable_together, together


@dataclass(frozen=True, slots=True)
class Asked:
    """The lines of a payment; an invoice that gets nothing of it has none."""

    lines: tuple[Line, ...]
    currency: str
    remains_minor: int
    """What is owed of all of the invoices after it."""

    @property
    def invoice_ids(self) -> list[UUID]:
        """Those that get something."""
        return [line.invoice_id for line in self.lines]

    @property
    def amount_minor(self) -> int:
        """What the client pays."""
        return sum(line.amount_minor for line in self.lines)

    @property
    def in_short(self) -> str:
        """The same for the same lines only."""
        found = [f"{line.invoice_id}:{line.amount_minor}" for line in self.lines]
        digest = sha256(" ".join([self.currency, *found, str(self.remains_minor)]).encode())
        return digest.hexdigest()


def limits_of(bills: Sequence[Bill], rules: PayPageRules) -> PartLimits | None:
    """What may be paid of these invoices; None where the firm takes only all, or nothing."""
    standing = together(bills)
    if not rules.accepts_parts or standing.state not in (Payability.payable, Payability.too_large):
        return None
    due = standing.due
    at_least = from_hundredths(rules.smallest_part_minor, due.currency)
    return part_limits(due.amount_minor, due.currency, at_least=at_least)


def ask_for(
    bills: Sequence[Bill], *, part_minor: int | None, rules: PayPageRules
) -> Asked | PartProblem | None:
    """The lines for all that can be paid of these invoices, or for a part of it.

    Answers what is wrong with the part, and None where nothing can be paid.
    """
    standing = together(bills)
    payable = standing.state is Payability.payable
    if part_minor is None or (payable and part_minor == standing.due.amount_minor):
        return _spread(bills, standing.due.amount_minor) if payable else None
    if standing.state not in (Payability.payable, Payability.too_large):
        return None
    limits = limits_of(bills, rules)
    if limits is None:
        return PartProblem.not_offered
    return limits.problem(part_minor) or _spread(bills, part_minor)


def _spread(bills: Sequence[Bill], amount_minor: int) -> Asked:
    parts = payable_together(bills)
    dues = [part.standing.due.amount_minor for part in parts]
    lines = [
        Line(part.invoice_id, share)
        for part, share in zip(parts, allocate(amount_minor, dues), strict=True)
        if share > 0
    ]
    return Asked(tuple(lines), parts[0].standing.due.currency, sum(dues) - amount_minor)
