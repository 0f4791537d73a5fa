"""Which local payments Clio already shows, and what is owed after those it does not."""

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
