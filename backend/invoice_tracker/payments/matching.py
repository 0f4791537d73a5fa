"""Which local payments explain that a bill's ``paid`` rose in Clio. Amounts only, no I/O."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """A local payment that Clio has not shown yet. Minor units."""

    id: UUID
    amount: int
    """All of it, as it came in."""
    net: int
    """Without what was refunded or was more than owed: the least that Clio would show."""


@dataclass(frozen=True, slots=True)
class Explained:
    """What a rise of ``paid`` turned out to be. Minor units."""

    confirmed: tuple[UUID, ...]
    elsewhere: int
    """Paid in Clio itself."""
    open: int
    """Perhaps a part of a local payment: waits until the next rise tells."""


def explain_rise(
    rise: int, unconfirmed: Sequence[Unconfirmed], *, bill_is_settled: bool
) -> Explained:
    """Set a rise (not below zero) of Clio's ``paid`` against local payments, oldest first.

    A payment is confirmed when the rise covers it; one of exactly the amount goes first. A settled
    bill confirms them all. What no local payment can explain was paid in Clio.
    """
    left, waiting, confirmed = rise, list(unconfirmed), []
    while waiting:
        found = _next_match(left, waiting, bill_is_settled=bill_is_settled)
        if found is None:
            break
        waiting.remove(found)
        confirmed.append(found.id)
        left -= left if left == found.amount else min(left, found.net)
    could_be_ours = min(left, sum(payment.net for payment in waiting))
    return Explained(tuple(confirmed), left - could_be_ours, could_be_ours)


def _next_match(
    left: int, waiting: Sequence[Unconfirmed], *, bill_is_settled: bool
) -> Unconfirmed | None:
    exact = next((p for p in waiting if left in (p.net, p.amount)), None)
    covered = next((p for p in waiting if p.net <= left), None)
    return exact or covered or (waiting[0] if bill_is_settled else None)
