"""Payments that staff note by hand: a cheque, a transfer, cash."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.errors import Conflict, FieldError, Invalid, NotFound
from invoice_tracker.domain.local_days import local_day
from invoice_tracker.domain.money import Money, format_money
from invoice_tracker.firms.service import get_firm
from invoice_tracker.invoices import timeline
from invoice_tracker.invoices.models import ClioState, Invoice
from invoice_tracker.invoices.service import lock_invoices
from invoice_tracker.payments.balances import amounts_due
from invoice_tracker.payments.models import Payment, PaymentSource, PaymentState, RecordState
from invoice_tracker.payments.words import words


class ManualMethod(StrEnum):
    """How the money reached the firm."""

    cheque = "cheque"
    transfer = "transfer"
    cash = "cash"
    other = "other"


@dataclass(frozen=True, slots=True)
class NotedPayment:
    """What staff say of a payment. Minor units of the invoice's currency."""

    amount_minor: int
    received_on: date
    method: ManualMethod
    reference: str
    by: str
    request_key: str


async def note_payment(
    session: AsyncSession, *, firm_id: UUID, invoice_id: UUID, noted: NotedPayment, now: datetime
) -> Payment:
    """Write down a payment that the firm got by itself, under the invoice's lock.

    It counts at once and waits in *To record in Clio*. The same ``request_key`` is the same
    payment. Raises ``NotFound``; ``Conflict`` where the bill is not open; ``Invalid`` for more than
    is owed, which would be money the firm has not earned, or for a day to come.
    """
    locked = await lock_invoices(session, firm_id=firm_id, invoice_ids=[invoice_id])
    if not locked:
        raise NotFound("There is no such invoice.")
    [invoice] = locked
    same = await session.scalar(
        select(Payment).where(Payment.firm_id == firm_id, Payment.request_key == noted.request_key)
    )
    if same is not None:
        if (same.invoice_id, same.amount_minor) != (invoice_id, noted.amount_minor):
            raise Conflict("This request was already made, for something else.")
        return same
    await _check(session, invoice, noted, now)
    payment = _row_of(invoice, noted, now)
    session.add(payment)
    await session.flush()
    reference = f", {noted.reference}" if noted.reference else ""
    await timeline.add(
        session,
        firm_id=firm_id,
        invoice_id=invoice_id,
        at=now,
        kind="payment_settled",
        title=f"{words(payment.amount_minor, payment)} was noted as paid by {noted.method.value}",
        detail=f"Received on {noted.received_on:%-d %B %Y}{reference}.",
        actor=noted.by,
        payment_id=payment.id,
    )
    return payment


async def _check(
    session: AsyncSession, invoice: Invoice, noted: NotedPayment, now: datetime
) -> None:
    firm = await get_firm(session, invoice.firm_id)
    if noted.received_on > local_day(now, firm.time_zone):
        raise _wrong("received_on", "The day is still to come.")
    if invoice.clio_state is not ClioState.awaiting_payment:
        raise Conflict(f"Invoice {invoice.number} is not open in Clio.")
    due = (await amounts_due(session, invoices=[invoice]))[invoice.id]
    if due <= 0:
        raise Conflict(f"Nothing is owed for invoice {invoice.number} any more.")
    if noted.amount_minor > due:
        open_ = format_money(Money(due, invoice.currency))
        raise _wrong("amount_minor", f"{open_} is owed. More than that cannot be noted.")


def _wrong(field: str, message: str) -> Invalid:
    return Invalid(message, errors=[FieldError(field=field, message=message)])


def _row_of(invoice: Invoice, noted: NotedPayment, now: datetime) -> Payment:
    return Payment(
        id=uuid4(),
        firm_id=invoice.firm_id,
        invoice_id=invoice.id,
        client_id=invoice.client_id,
        source=PaymentSource.manual,
        method=noted.method.value,
        amount_minor=noted.amount_minor,
        refunded_minor=0,
        excess_minor=0,
        overpaid_minor=0,
        currency=invoice.currency,
        state=PaymentState.settled,
        record_state=RecordState.queued,
        record_note=f"Noted by {noted.by}. Please record it in Clio too.",
        clio_paid_before_minor=invoice.clio_paid_minor,
        request_key=noted.request_key,
        reference=noted.reference or None,
        received_on=noted.received_on,
        noted_by=noted.by,
        created_at=now,
        settled_at=now,
    )
