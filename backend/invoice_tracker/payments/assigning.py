"""Money that matches no open balance, assigned by a person to invoices of the same client.

A payment's money is moved between rows of the same payment, so that their sum stays what the
provider says, and each invoice is paid by rows of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.errors import Conflict, Invalid, NotFound
from invoice_tracker.domain.money import Money, format_money
from invoice_tracker.invoices import timeline
from invoice_tracker.invoices.models import ClioState, Invoice
from invoice_tracker.invoices.service import lock_invoices
from invoice_tracker.payments.balances import LOCAL_SOURCES, amounts_due
from invoice_tracker.payments.models import (
    NOT_YET_IN_CLIO,
    Payment,
    PaymentSource,
    PaymentState,
    RecordState,
)
from invoice_tracker.payments.refunds import left_of
from invoice_tracker.payments.shares import how_to_record
from invoice_tracker.payments.words import words

MOVABLE = (PaymentState.settled, PaymentState.partly_refunded)
PAYABLE = (ClioState.awaiting_payment, ClioState.paid)


@dataclass(frozen=True, slots=True)
class Part:
    """What is to be assigned to one invoice, in minor units."""

    invoice_id: UUID
    amount_minor: int


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """An invoice that money can be assigned to, and what is owed for it in minor units."""

    invoice: Invoice
    due_minor: int


def is_unmatched() -> ColumnElement[bool]:
    """Condition on ``Payment`` outer-joined with ``Invoice``: some of it matches no balance."""
    return and_(
        Payment.source.in_(LOCAL_SOURCES),
        Payment.state.in_(MOVABLE),
        Payment.amount_minor > Payment.refunded_minor,
        or_(
            Payment.invoice_id.is_(None),
            Invoice.clio_state.not_in(PAYABLE),
            Payment.overpaid_minor > 0,
        ),
    )


def unmatched_minor(payment: Payment, invoice_state: ClioState | None) -> int:
    """How much of a payment matches no balance. ``invoice_state`` is of its invoice, if any."""
    if payment.source not in LOCAL_SOURCES or payment.state not in MOVABLE:
        return 0
    if payment.invoice_id is None or invoice_state not in PAYABLE:
        return payment.amount_minor - payment.refunded_minor
    return payment.overpaid_minor


async def free_minor(
    session: AsyncSession, *, payment: Payment, invoice: Invoice | None, lock: bool = True
) -> int:
    """What of the unmatched money can be assigned: no refund has been asked for it meanwhile."""
    unmatched = unmatched_minor(payment, invoice.clio_state if invoice else None)
    if payment.source is PaymentSource.stripe and unmatched:
        left = await left_of(session, payment=payment, lock=lock)
        return min(unmatched, left.of_share)
    return unmatched


async def open_invoices(session: AsyncSession, *, payment: Payment) -> list[OpenInvoice]:
    """Open invoices of the same client in the payment's currency, the oldest due first."""
    rows = await session.scalars(
        select(Invoice)
        .where(
            Invoice.firm_id == payment.firm_id,
            Invoice.client_id == payment.client_id,
            Invoice.currency == payment.currency,
            Invoice.clio_state == ClioState.awaiting_payment,
            Invoice.id.is_distinct_from(payment.invoice_id),
        )
        .order_by(Invoice.due_on, Invoice.number, Invoice.id)
    )
    found = rows.all()
    dues = await amounts_due(session, invoices=found)
    return [OpenInvoice(invoice, dues[invoice.id]) for invoice in found if dues[invoice.id] > 0]


async def assign(
    session: AsyncSession,
    *,
    firm_id: UUID,
    payment_id: UUID,
    parts: Sequence[Part],
    request_key: str,
    by: str,
    now: datetime,
) -> list[UUID]:
    """Assign unmatched money to open invoices; ids of all invoices that have changed by it.

    Under the locks of the invoices and the payment's rows. The same ``request_key`` is the same
    assignment. Raises ``NotFound``, ``Conflict``, and ``Invalid`` for more than is free or owed.
    """
    payment = await _find(session, firm_id, payment_id)
    ids = {part.invoice_id for part in parts}
    if len(ids) < len(parts):
        raise Invalid("Each invoice can be named once.")
    wanted = ids | ({payment.invoice_id} if payment.invoice_id else set())
    locked = {
        invoice.id: invoice
        for invoice in await lock_invoices(session, firm_id=firm_id, invoice_ids=wanted)
    }
    payment = await _find(session, firm_id, payment_id, lock=True)
    if await _is_done(session, payment, request_key):
        return []
    source = locked.get(payment.invoice_id) if payment.invoice_id else None
    await _check(session, payment, source, parts, locked)
    for place, part in enumerate(parts):
        key = request_key if place == 0 else None
        await _move(session, payment, locked[part.invoice_id], part.amount_minor, key, by, now)
    _after_leaving(payment, source, [locked[part.invoice_id].number for part in parts])
    await session.flush()
    return list(locked)


async def take_back(
    session: AsyncSession, *, payment: Payment, reason: str, by: str, now: datetime
) -> list[UUID]:
    """Undo an assignment: the money is unmatched again; ids of the invoices that have changed.

    ``payment`` is the assigned row. Raises ``Conflict`` where that cannot be undone any more.
    """
    origin_id = payment.assigned_from_id
    assert origin_id is not None
    origin = await _find(session, payment.firm_id, origin_id)
    wanted = {payment.invoice_id, origin.invoice_id} - {None}
    locked = {
        invoice.id: invoice
        for invoice in await lock_invoices(
            session, firm_id=payment.firm_id, invoice_ids=[each for each in wanted if each]
        )
    }
    origin = await _find(session, payment.firm_id, origin_id, lock=True)
    payment = await _find(session, payment.firm_id, payment.id, lock=True)
    await check_undoable(session, payment)
    mark_void(payment, reason=reason, by=by, now=now)
    source = locked.get(origin.invoice_id) if origin.invoice_id else None
    origin.amount_minor += payment.amount_minor
    if source is not None and source.clio_state in PAYABLE:
        origin.excess_minor += payment.amount_minor
    _recount(origin)
    _after_return(origin, source)
    await session.flush()
    amount = words(payment.amount_minor, payment)
    for invoice in locked.values():
        await timeline.add(
            session,
            firm_id=payment.firm_id,
            invoice_id=invoice.id,
            at=now,
            kind="payment_unassigned",
            title=f"The assignment of {amount} was taken back",
            detail=reason,
            actor=by,
            payment_id=payment.id if invoice.id == payment.invoice_id else origin.id,
        )
    return list(locked)


async def assigned_from(session: AsyncSession, *, payment: Payment) -> Sequence[Payment]:
    """What of a payment was assigned to other invoices and not taken back, oldest first."""
    rows = await session.scalars(
        select(Payment)
        .where(
            Payment.firm_id == payment.firm_id,
            Payment.assigned_from_id == payment.id,
            Payment.state != PaymentState.voided,
        )
        .order_by(Payment.created_at, Payment.id)
    )
    return rows.all()


async def check_undoable(session: AsyncSession, payment: Payment, *, lock: bool = True) -> None:
    """Raise ``Conflict`` where what staff noted or assigned cannot be undone any more."""
    if payment.state is PaymentState.voided:
        raise Conflict("This was already undone.")
    if payment.state is not PaymentState.settled or payment.refunded_minor:
        raise Conflict("A part was given back, or the client's bank disputes the payment.")
    if payment.record_state is RecordState.confirmed:
        raise Conflict(
            "Clio shows this payment. Please delete it there first; the next reading brings it "
            "here, and then it can be undone."
        )
    if payment.source is PaymentSource.stripe:
        left = await left_of(session, payment=payment, lock=lock)
        if left.of_share < payment.amount_minor:
            raise Conflict("A refund of this payment is under way.")


def mark_void(payment: Payment, *, reason: str, by: str, now: datetime) -> None:
    """From now on the row counts for nothing; it stays as a trace."""
    payment.state = PaymentState.voided
    payment.overpaid_minor = 0
    payment.voided_at = now
    payment.voided_by = by
    payment.void_reason = reason
    recorded = payment.record_state is RecordState.recorded
    payment.record_state = RecordState.not_needed
    payment.record_note = "It was recorded in Clio: please delete it there." if recorded else None


async def _find(
    session: AsyncSession, firm_id: UUID, payment_id: UUID, *, lock: bool = False
) -> Payment:
    statement = select(Payment).where(Payment.firm_id == firm_id, Payment.id == payment_id)
    if lock:
        statement = statement.with_for_update()
    found = await session.scalar(statement.execution_options(populate_existing=True))
    if found is None:
        raise NotFound("There is no such payment.")
    return found


async def _is_done(session: AsyncSession, payment: Payment, request_key: str) -> bool:
    same = await session.scalar(
        select(Payment).where(
            Payment.firm_id == payment.firm_id, Payment.request_key == request_key
        )
    )
    if same is not None and same.assigned_from_id != payment.id:
        raise Conflict("This request was already made, for something else.")
    return same is not None


async def _check(
    session: AsyncSession,
    payment: Payment,
    source: Invoice | None,
    parts: Sequence[Part],
    locked: dict[UUID, Invoice],
) -> None:
    free = await free_minor(session, payment=payment, invoice=source)
    if free <= 0:
        raise Conflict("Nothing of this payment is left to assign.")
    if sum(part.amount_minor for part in parts) > free:
        raise Invalid(f"Only {words(free, payment)} can be assigned.")
    dues = await amounts_due(session, invoices=list(locked.values()))
    for part in parts:
        invoice = locked.get(part.invoice_id)
        if invoice is None:
            raise NotFound("There is no such invoice.")
        if invoice is source:
            raise Invalid("The money already belongs to this invoice.")
        if invoice.client_id is None or invoice.client_id != payment.client_id:
            raise Invalid(f"Invoice {invoice.number} is of another client.")
        if invoice.currency != payment.currency:
            raise Invalid(f"Invoice {invoice.number} is in another currency.")
        if part.amount_minor > dues[invoice.id]:
            owed = format_money(Money(dues[invoice.id], invoice.currency))
            raise Invalid(f"Only {owed} is owed for invoice {invoice.number}.")


async def _move(
    session: AsyncSession,
    payment: Payment,
    invoice: Invoice,
    amount_minor: int,
    request_key: str | None,
    by: str,
    now: datetime,
) -> None:
    payment.amount_minor -= amount_minor
    payment.excess_minor -= min(payment.excess_minor, amount_minor)
    _recount(payment)
    row = Payment(
        id=uuid4(),
        firm_id=payment.firm_id,
        invoice_id=invoice.id,
        client_id=payment.client_id,
        source=payment.source,
        method=payment.method,
        amount_minor=amount_minor,
        refunded_minor=0,
        excess_minor=0,
        overpaid_minor=0,
        currency=payment.currency,
        state=PaymentState.settled,
        record_state=RecordState.waiting,
        clio_paid_before_minor=invoice.clio_paid_minor,
        stripe_session_id=payment.stripe_session_id,
        stripe_payment_intent_id=payment.stripe_payment_intent_id,
        assigned_from_id=payment.id,
        request_key=request_key,
        reference=payment.reference,
        received_on=payment.received_on,
        noted_by=by,
        reported_at=payment.reported_at,
        created_at=now,
        settled_at=now,
    )
    row.record_state, row.record_note = how_to_record(invoice, row)
    if payment.source is PaymentSource.manual:
        row.record_state = RecordState.queued
    session.add(row)
    await session.flush()
    amount = words(amount_minor, payment)
    told = [(invoice.id, row.id, f"{amount} of another payment was assigned to this invoice")]
    if payment.invoice_id is not None:
        moved = f"{amount} was assigned to invoice {invoice.number}"
        told.append((payment.invoice_id, payment.id, moved))
    for invoice_id, payment_id, title in told:
        await timeline.add(
            session,
            firm_id=payment.firm_id,
            invoice_id=invoice_id,
            at=now,
            kind="payment_assigned",
            title=title,
            actor=by,
            payment_id=payment_id,
        )


def _recount(payment: Payment) -> None:
    """Flag and state by the amount that the row has now."""
    payment.overpaid_minor = max(0, payment.excess_minor - payment.refunded_minor)
    if payment.refunded_minor == 0:
        payment.state = PaymentState.settled
    elif payment.refunded_minor >= payment.amount_minor:
        payment.state = PaymentState.refunded
    else:
        payment.state = PaymentState.partly_refunded


def _after_leaving(payment: Payment, source: Invoice | None, numbers: Sequence[str]) -> None:
    if payment.amount_minor > payment.refunded_minor:
        _after_return(payment, source)
        return
    if payment.record_state in (*NOT_YET_IN_CLIO, RecordState.not_needed):
        payment.record_state = RecordState.not_needed
        payment.record_note = f"Assigned to invoice {', '.join(numbers)}."


def _after_return(payment: Payment, source: Invoice | None) -> None:
    if payment.record_state not in (*NOT_YET_IN_CLIO, RecordState.not_needed):
        return
    if source is not None:
        queued = payment.record_state is RecordState.queued
        payment.record_state, payment.record_note = how_to_record(source, payment)
        if queued and payment.record_state is RecordState.waiting:
            payment.record_state = RecordState.queued
        return
    payment.record_state = RecordState.queued
    payment.record_note = f"Paid in {payment.currency}; it belongs to no invoice yet."
