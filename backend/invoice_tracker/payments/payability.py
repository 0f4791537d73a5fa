"""Whether a client can pay invoices online right now, and if not, why."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import column, or_, select, table
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.domain.holds import HoldKind
from invoice_tracker.domain.money import Money
from invoice_tracker.domain.reminder_groups import age_order
from invoice_tracker.invoices.models import ClioState, Invoice
from invoice_tracker.payments.balances import amounts_due
from invoice_tracker.payments.models import Payment, PaymentState

# What Stripe asks for at least, in minor units: https://docs.stripe.com/currencies
MINIMUM_MINOR = {
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
MAXIMUM_MINOR = 99_999_999
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
    not_payable = "not_payable"
    """Void, deleted, taken back by the firm, or never approved."""
    disputed = "disputed"
    """By the client, and so in no total."""
    too_small = "too_small"
    too_large = "too_large"
    no_online_payment = "no_online_payment"
    """The firm has no working connection to its payment provider."""


WHY_NONE = (
    Payability.processing,
    Payability.no_online_payment,
    Payability.disputed,
    Payability.paid,
    Payability.not_payable,
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
    standing: Standing


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
    processing = await _processing(session, dues)
    disputed = await _disputed(session, dues, now) if in_group else set()
    bills = []
    for invoice in sorted(invoices, key=age_order):
        due = dues[invoice.id]
        state = _state_of(invoice, due, is_processing=invoice.id in processing)
        if state is Payability.payable and invoice.id in disputed:
            state = Payability.disputed
        elif state is Payability.payable and not takes_payments:
            state = Payability.no_online_payment
        standing = Standing(state, Money(due, invoice.currency))
        bills.append(Bill(invoice.id, invoice.number, invoice.due_on, standing))
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
    if state is Payability.payable and total < MINIMUM_MINOR.get(currency, 1):
        state = Payability.too_small
    elif state is Payability.payable and total > MAXIMUM_MINOR:
        state = Payability.too_large
    return Standing(state, Money(total, currency))


def _one_currency(bills: Sequence[Bill]) -> list[Bill]:
    return [b for b in bills if b.standing.due.currency == bills[0].standing.due.currency]


def _state_of(invoice: Invoice, due: int, *, is_processing: bool) -> Payability:
    if invoice.clio_state not in (ClioState.awaiting_payment, ClioState.paid):
        return Payability.not_payable
    if due == 0:
        return Payability.paid
    if invoice.clio_pending_minor > 0 or is_processing:
        return Payability.processing
    return Payability.payable


async def _processing(session: AsyncSession, invoice_ids: Collection[UUID]) -> set[UUID | None]:
    """Those with money under way."""
    found = await session.scalars(
        select(Payment.invoice_id).where(
            Payment.invoice_id.in_(invoice_ids), Payment.state == PaymentState.processing
        )
    )
    return set(found)


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
