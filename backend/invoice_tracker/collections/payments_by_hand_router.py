"""Routes of what staff do with payments by hand: note, assign, undo."""

from uuid import UUID

from fastapi import APIRouter, BackgroundTasks

from invoice_tracker.accounts.deps import Biller, Reader
from invoice_tracker.collections import payments_by_hand
from invoice_tracker.core.deps import AdaptersDep, ClockDep, SessionDep
from invoice_tracker.core.errors import PROBLEMS
from invoice_tracker.core.schemas import Items
from invoice_tracker.payments import repository
from invoice_tracker.payments.assigning import Part, open_invoices
from invoice_tracker.payments.manual import NotedPayment
from invoice_tracker.payments.schemas import (
    AssignmentInput,
    NotedPaymentInput,
    OpenInvoiceOut,
    PaymentDetail,
    RequestKey,
    UndoInput,
)
from invoice_tracker.payments.story import tell_story

router = APIRouter(tags=["payments"], responses=PROBLEMS)


@router.post("/invoices/{invoice_id}/payments", operation_id="payments_note", status_code=201)
async def note_payment(
    session: SessionDep,
    principal: Biller,
    adapters: AdaptersDep,
    clock: ClockDep,
    background: BackgroundTasks,
    invoice_id: UUID,
    body: NotedPaymentInput,
    request_key: RequestKey,
) -> PaymentDetail:
    """Note a payment that the firm got by itself. At most what is owed; its reminders stop."""
    noted = NotedPayment(
        amount_minor=body.amount_minor,
        received_on=body.received_on,
        method=body.method,
        reference=body.reference,
        by=principal.name,
        request_key=request_key,
    )
    payment_id = await payments_by_hand.note_payment(
        session, firm_id=principal.firm_id, invoice_id=invoice_id, noted=noted, now=clock.now()
    )
    # A page to pay on that asks for the old balance is closed at once.
    background.add_task(adapters.poke, "look_at_checkouts", principal.firm_id)
    return await tell_story(session, firm_id=principal.firm_id, payment_id=payment_id)


@router.get("/payments/{payment_id}/open-invoices", operation_id="payments_list_open_invoices")
async def list_open_invoices(
    session: SessionDep, principal: Reader, payment_id: UUID
) -> Items[OpenInvoiceOut]:
    """Open invoices of the same client and currency, which unmatched money can be assigned to."""
    row = await repository.get_payment(session, firm_id=principal.firm_id, payment_id=payment_id)
    found = await open_invoices(session, payment=row.payment)
    return Items(items=[OpenInvoiceOut.of(each) for each in found])


@router.post("/payments/{payment_id}/assignments", operation_id="payments_assign", status_code=201)
async def assign_payment(
    session: SessionDep,
    principal: Biller,
    adapters: AdaptersDep,
    clock: ClockDep,
    background: BackgroundTasks,
    payment_id: UUID,
    body: AssignmentInput,
    request_key: RequestKey,
) -> PaymentDetail:
    """Assign unmatched money to open invoices of the same client. Reminders for them stop."""
    await payments_by_hand.assign(
        session,
        firm_id=principal.firm_id,
        payment_id=payment_id,
        parts=[Part(part.invoice_id, part.amount_minor) for part in body.parts],
        request_key=request_key,
        by=principal.name,
        now=clock.now(),
    )
    background.add_task(adapters.poke, "look_at_checkouts", principal.firm_id)
    return await tell_story(session, firm_id=principal.firm_id, payment_id=payment_id)


@router.post("/payments/{payment_id}/undo", operation_id="payments_undo")
async def undo_payment(
    session: SessionDep, principal: Biller, clock: ClockDep, payment_id: UUID, body: UndoInput
) -> PaymentDetail:
    """Undo what staff noted or assigned. It leaves a trace, and the invoice is owed again."""
    await payments_by_hand.undo(
        session,
        firm_id=principal.firm_id,
        payment_id=payment_id,
        reason=body.reason,
        by=principal.name,
        now=clock.now(),
    )
    return await tell_story(session, firm_id=principal.firm_id, payment_id=payment_id)
