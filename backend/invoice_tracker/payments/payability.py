"""Whether a client can pay invoices online right now, and if not, why."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import column, func, or_, select, table
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.domain.charges import LARGEST, is_exact, smallest_charge
from invoice_tracker.domain.holds import HoldKind
from invoice_tracker.domain.money import Money
from invoice_tracker.domain.reminder_groups import age_order
from invoice_tracker.invoices.models import ClioState, Invoice
from invoice_tracker.payments.balances import amounts_due
from invoice_tracker.payments.models import Payment, PaymentState

MOST_TOGETHER = 100
"""Invoices in one payment: as many lines as the provider takes."""
# By its name alone, as the view of the invoices does: imports point leftwards.
_HOLDS = table(
    "holds",
    *map(column, ("firm_id", "invoice_id", "kind", "starts_at", "ends_at", "released_at")),
)


class Payability(StrEnum):
    """What the pay page says."""

    payable = "payable"
    paid = "paid"
    processing = "processing"
    questioned = "questioned"
    """Paid, but the client's bank asks for the money back."""
    withdrawn = "withdrawn"
    """Void or deleted."""
    in_revision = "in_revision"
    """A draft again, or not approved yet."""
    trust = "trust"
    """A request for trust money, which is never paid like a bill."""
    disputed = "disputed"
    """By the client, and so in no total."""
    too_small = "too_small"
    too_large = "too_large"
    not_exact = "not_exact"
    """It has a fraction that the payment provider cannot charge."""
    no_online_payment = "no_online_payment"
    """The firm has no working connection to its payment provider."""


WHY_NONE = (
    Payability.processing,
    Payability.no_online_payment,
    Payability.disputed,
    Payability.not_exact,
    Payability.questioned,
    Payability.paid,
    Payability.in_revision,
    Payability.withdrawn,
    Payability.trust,
)
"""Where nothing can be paid, the first of these that holds for one of the invoices is told."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How an invoice, or several together, stand for the client who opens the pay page."""

    state: Payability
    due: Money


@dataclass(frozen=True, slots=True)
class Bill:
    """One invoice of a pay page."""

    invoice_id: UUID
    number: str
    due_on: date | None
    total_minor: int
    standing: Standing
    under_way_minor: int = 0
    """What is being paid at this moment, as far as it is known."""
    given_back_minor: int = 0
    """What was refunded of earlier payments."""
    is_disputed: bool = False
    """By the client."""

    @property
    def paid_minor(self) -> int:
        """What has been paid of it, by whichever way."""
        return self.total_minor - self.standing.due.amount_minor


async def bills_of(
    session: AsyncSession,
    *,
    invoices: Collection[Invoice],
    takes_payments: bool,
    now: datetime,
    in_group: bool = False,
) -> list[Bill]:
    """The invoices of one firm as they are in this transaction, the oldest due first.

    Lock their rows first to rely on it. ``in_group``: a disputed one is set apart; on its own page
    a client may still change their mind and pay it.
    """
    dues = await amounts_due(session, invoices=invoices)
    moved = await _moved(session, dues)
    disputed = await _disputed(session, dues, now)
    bills = []
    for invoice in sorted(invoices, key=age_order):
        due, money = dues[invoice.id], moved.get(invoice.id, _NOTHING)
        state = _state_of(invoice, due, money)
        if state is Payability.payable and in_group and invoice.id in disputed:
            state = Payability.disputed
        elif state is Payability.payable and not takes_payments:
            state = Payability.no_online_payment
        bills.append(
            Bill(
                invoice_id=invoice.id,
                number=invoice.number,
                due_on=invoice.due_on,
                total_minor=invoice.total_minor,
                standing=Standing(state, Money(due, invoice.currency)),
                under_way_minor=money.under_way_minor,
                given_back_minor=money.given_back_minor,
                is_disputed=invoice.id in disputed,
            )
        )
    return bills


def payable_together(bills: Sequence[Bill]) -> list[Bill]:
    """Those that one payment can cover: in the currency of the first, and not too many."""
    payable = [bill for bill in bills if bill.standing.state is Payability.payable]
    return _one_currency(payable)[:MOST_TOGETHER]


def together(bills: Sequence[Bill]) -> Standing:
    """How these invoices, one at least, stand for one payment of all that can be paid."""
    state = Payability.payable
    parts = payable_together(bills)
    if not parts:
        states = {bill.standing.state for bill in bills}
        state = next(why for why in WHY_NONE if why in states)
        parts = _one_currency([bill for bill in bills if bill.standing.state is state])
    currency = parts[0].standing.due.currency
    total = sum(bill.standing.due.amount_minor for bill in parts)
    if state is Payability.payable and total < smallest_charge(currency):
        state = Payability.too_small
    elif state is Payability.payable and total > LARGEST:
        state = Payability.too_large
    return Standing(state, Money(total, currency))


def _one_currency(bills: Sequence[Bill]) -> list[Bill]:
    return [b for b in bills if b.standing.due.currency == bills[0].standing.due.currency]


@dataclass(frozen=True, slots=True)
class _Moved:
    """Money of one invoice that is not simply there, in minor units."""

    is_processing: bool = False
    under_way_minor: int = 0
    given_back_minor: int = 0
    questioned_minor: int = 0


_NOTHING = _Moved()
_NOT_OURS = {
    ClioState.void: Payability.withdrawn,
    ClioState.deleted: Payability.withdrawn,
    ClioState.draft: Payability.in_revision,
    ClioState.awaiting_approval: Payability.in_revision,
}


def _state_of(invoice: Invoice, due: int, money: _Moved) -> Payability:
    if invoice.is_trust:
        return Payability.trust
    if invoice.clio_state in _NOT_OURS:
        return _NOT_OURS[invoice.clio_state]
    if due == 0:
        return Payability.questioned if money.questioned_minor else Payability.paid
    if invoice.clio_pending_minor > 0 or money.is_processing:
        return Payability.processing
    return Payability.payable if is_exact(due, invoice.currency) else Payability.not_exact


async def _moved(session: AsyncSession, invoice_ids: Collection[UUID]) -> dict[UUID | None, _Moved]:
    """Payments under way, given back, or asked back by a bank."""

    def amount(state: PaymentState) -> Any:
        found = func.sum(Payment.amount_minor).filter(Payment.state == state)
        return func.coalesce(found, 0)

    rows = await session.execute(
        select(
            Payment.invoice_id,
            func.bool_or(Payment.state == PaymentState.processing),
            amount(PaymentState.processing),
            func.sum(
                Payment.refunded_minor - func.least(Payment.refunded_minor, Payment.excess_minor)
            ),
            amount(PaymentState.disputed),
        )
        .where(Payment.invoice_id.in_(invoice_ids))
        .group_by(Payment.invoice_id)
    )
    return {
        invoice_id: _Moved(processing, int(under_way), int(back), int(questioned))
        for invoice_id, processing, under_way, back, questioned in rows
    }


async def _disputed(
    session: AsyncSession, invoice_ids: Collection[UUID], now: datetime
) -> set[UUID]:
    """Those the client disputes."""
    holds = _HOLDS.c
    found = await session.scalars(
        select(holds.invoice_id).where(
            holds.invoice_id.in_(invoice_ids),
            holds.kind == HoldKind.dispute,
            holds.released_at.is_(None),
            holds.starts_at <= now,
            or_(holds.ends_at.is_(None), holds.ends_at > now),
        )
    )
    return set(found)
