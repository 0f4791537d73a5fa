"""Whether a client can pay an invoice online right now, and if not, why."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.domain.money import Money
from invoice_tracker.invoices.models import ClioState, Invoice
from invoice_tracker.payments.balances import amount_due
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


class Payability(StrEnum):
    """What the pay page says."""

    payable = "payable"
    paid = "paid"
    processing = "processing"
    not_payable = "not_payable"
    """Void, deleted, taken back by the firm, or never approved."""
    too_small = "too_small"
    too_large = "too_large"
    no_online_payment = "no_online_payment"
    """The firm has no working connection to its payment provider."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How an invoice stands for the client who opens its pay page."""

    state: Payability
    due: Money


async def standing_of(session: AsyncSession, *, invoice: Invoice, takes_payments: bool) -> Standing:
    """Look at the invoice as it is in this transaction; lock its row first to rely on it."""
    due = await amount_due(session, invoice=invoice)
    state = await _state_of(session, invoice, due, takes_payments=takes_payments)
    return Standing(state, Money(due, invoice.currency))


async def _state_of(
    session: AsyncSession, invoice: Invoice, due: int, *, takes_payments: bool
) -> Payability:
    if invoice.clio_state not in (ClioState.awaiting_payment, ClioState.paid):
        return Payability.not_payable
    if due == 0:
        return Payability.paid
    if invoice.clio_pending_minor > 0 or await _is_processing(session, invoice):
        return Payability.processing
    if not takes_payments:
        return Payability.no_online_payment
    if due < MINIMUM_MINOR.get(invoice.currency, 1):
        return Payability.too_small
    return Payability.too_large if due > MAXIMUM_MINOR else Payability.payable


async def _is_processing(session: AsyncSession, invoice: Invoice) -> bool:
    under_way = exists().where(
        Payment.firm_id == invoice.firm_id,
        Payment.invoice_id == invoice.id,
        Payment.state == PaymentState.processing,
    )
    return bool(await session.scalar(select(under_way)))
