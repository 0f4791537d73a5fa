"""One payment over several invoices; which payments Clio shows, and what is owed after the rest."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class LocalPayment:
    """A payment that reached us before Clio; amounts in minor units of the invoice's currency.

    ``is_settled``: the money is there (a disputed payment counts until the dispute is lost).
    ``clio_paid_before_minor`` is the bill's *paid* in Clio when it came in at ``received_at``;
    ``confirmed_at`` is when a later read of Clio showed it. Both are UTC instants.
    """

    id: UUID
    amount_minor: int
    is_settled: bool
    clio_paid_before_minor: int
    received_at: datetime
    refunded_minor: int = 0
    confirmed_at: datetime | None = None

    @property
    def net_minor(self) -> int:
        """What remains after refunds."""
        return self.amount_minor - self.refunded_minor


def effective_balance(clio_balance_minor: int, payments: Iterable[LocalPayment]) -> int:
    """What is owed: Clio's balance less settled payments that Clio does not show yet.

    Negative where more was paid than owed.
    """
    unseen = sum(p.net_minor for p in payments if p.is_settled and p.confirmed_at is None)
    return clio_balance_minor - unseen


def is_confirmed(
    payment: LocalPayment,
    *,
    clio_paid_minor: int,
    clio_bill_is_paid: bool,
    others: Iterable[LocalPayment] = (),
) -> bool:
    """Whether Clio shows this payment: its *paid* has grown by the amount, or the bill is paid.

    ``others`` are confirmed payments of the same bill: growth that one of them explains, because it
    was confirmed after this one came in, does not count twice.
    """
    if not payment.is_settled:
        return False
    if clio_bill_is_paid:
        return True
    explained = sum(
        other.net_minor
        for other in others
        if other.id != payment.id
        and other.confirmed_at is not None
        and other.confirmed_at >= payment.received_at
    )
    return clio_paid_minor - explained >= payment.clio_paid_before_minor + payment.net_minor


def newly_confirmed(
    payments: Sequence[LocalPayment],
    *,
    clio_paid_minor: int,
    clio_bill_is_paid: bool,
    read_at: datetime,
) -> list[UUID]:
    """Which unconfirmed payments of one bill this read of Clio shows, oldest first.

    ``payments`` are all local payments of the bill, confirmed ones too.
    """
    seen = [p for p in payments if p.confirmed_at is not None]
    found = []
    for payment in sorted(payments, key=lambda p: (p.received_at, str(p.id))):
        if payment.confirmed_at is None and is_confirmed(
            payment,
            clio_paid_minor=clio_paid_minor,
            clio_bill_is_paid=clio_bill_is_paid,
            others=seen,
        ):
            found.append(payment.id)
            seen.append(_confirmed(payment, read_at))
    return found


def overpayment(*, amount_minor: int, balance_minor: int) -> int:
    """How much of a payment exceeds what was owed when it came in."""
    return max(0, amount_minor - max(0, balance_minor))


@dataclass(frozen=True, slots=True)
class Allocation:
    """What of one payment went to one invoice, in minor units.

    ``excess_minor`` of the amount is more than was owed when it came in.
    """

    amount_minor: int
    excess_minor: int = 0


def allocate(amount_minor: int, asked: Sequence[int]) -> list[int]:
    """Split a payment over lines in their order, to each what was asked for it.

    The sum is exact. What is missing is missing at the last lines; what is more than was asked for
    stands at the last line. Raises ``ValueError`` for no lines, or an amount below zero.
    """
    if not asked or min(amount_minor, *asked) < 0:
        raise ValueError("A payment needs lines, and no amount may be below zero.")
    shares = []
    left = amount_minor
    for wanted in asked:
        shares.append(min(left, wanted))
        left -= shares[-1]
    shares[-1] += left
    return shares


def give_back(
    refund_minor: int, allocations: Sequence[Allocation], *, meant: Sequence[int] = ()
) -> list[int]:
    """How much of each allocation is given back, of all that was refunded until now.

    ``meant`` is what of it was given back for the allocation at the same place; that counts there.
    Of the rest, first what was too much, then the amounts, each time the last allocation first: the
    oldest invoices stay paid, and as few as possible are owed again. It depends on these totals
    alone, so a refund that fails leads back to where things stood. Never more than was paid.
    """
    given = [0] * len(allocations)
    left = max(0, refund_minor)
    for place, wanted in enumerate(meant):
        given[place] = min(left, wanted, allocations[place].amount_minor)
        left -= given[place]
    for limits in (
        [allocation.excess_minor for allocation in allocations],
        [allocation.amount_minor for allocation in allocations],
    ):
        for place in reversed(range(len(allocations))):
            part = max(0, min(left, limits[place] - given[place]))
            given[place] += part
            left -= part
    return given


def _confirmed(payment: LocalPayment, read_at: datetime) -> LocalPayment:
    return LocalPayment(
        id=payment.id,
        amount_minor=payment.amount_minor,
        is_settled=payment.is_settled,
        clio_paid_before_minor=payment.clio_paid_before_minor,
        received_at=payment.received_at,
        refunded_minor=payment.refunded_minor,
        confirmed_at=max(read_at, payment.received_at),
    )
