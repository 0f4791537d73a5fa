"""Routes of holds: of an invoice, its dispute, and pauses of more than one invoice."""

from uuid import UUID

from fastapi import APIRouter, BackgroundTasks

from invoice_tracker.accounts.deps import Biller, Holder, Principal, Reader
from invoice_tracker.collections.holds import disputes
from invoice_tracker.collections.holds import wide as wide_holds
from invoice_tracker.collections.holds.schemas import DisputeEnd, DisputeInput, PauseOut
from invoice_tracker.collections.holds.shown import show_holds
from invoice_tracker.collections.holds.wide import EVERYTHING, Whom
from invoice_tracker.collections.schemas import HoldOut, PauseInput
from invoice_tracker.core.deps import AdaptersDep, ClockDep, SessionDep
from invoice_tracker.core.errors import PROBLEMS
from invoice_tracker.core.schemas import Items
from invoice_tracker.invoices.repository import get_invoice

router = APIRouter(tags=["holds"], responses=PROBLEMS)


@router.get("/invoices/{invoice_id}/holds", operation_id="invoices_list_holds")
async def list_holds(
    session: SessionDep, principal: Reader, clock: ClockDep, invoice_id: UUID
) -> Items[HoldOut]:
    """Why nothing is sent for an invoice now, or later, of whatever reach."""
    return await _holds(session, principal, clock, invoice_id)


@router.post("/invoices/{invoice_id}/dispute", operation_id="invoices_open_dispute")
async def open_dispute(
    session: SessionDep,
    principal: Holder,
    clock: ClockDep,
    invoice_id: UUID,
    body: DisputeInput,
) -> Items[HoldOut]:
    """The client disputes the invoice: it is in no mail until a person resolves that."""
    await disputes.open_dispute(
        session,
        firm_id=principal.firm_id,
        invoice_id=invoice_id,
        reason=body.reason,
        actor=principal.name,
        now=clock.now(),
    )
    return await _holds(session, principal, clock, invoice_id)


@router.post("/invoices/{invoice_id}/dispute/resolve", operation_id="invoices_resolve_dispute")
async def resolve_dispute(
    session: SessionDep,
    principal: Holder,
    adapters: AdaptersDep,
    clock: ClockDep,
    background: BackgroundTasks,
    invoice_id: UUID,
    body: DisputeEnd,
) -> Items[HoldOut]:
    """The dispute is over: reminders go on where they were, or stop."""
    await disputes.resolve_dispute(
        session,
        firm_id=principal.firm_id,
        invoice_id=invoice_id,
        then=body.then,
        note=body.note,
        actor=principal.name,
        now=clock.now(),
    )
    background.add_task(adapters.poke, "send_firm", principal.firm_id)
    return await _holds(session, principal, clock, invoice_id)


@router.get("/pauses", operation_id="pauses_list")
async def list_pauses(session: SessionDep, principal: Reader, clock: ClockDep) -> Items[PauseOut]:
    """Clients and sets that are paused now, or everything."""
    return await _pauses(session, principal, clock)


@router.post("/clients/{client_id}/pause", operation_id="clients_pause")
async def pause_client(
    session: SessionDep,
    principal: Biller,
    adapters: AdaptersDep,
    clock: ClockDep,
    background: BackgroundTasks,
    client_id: UUID,
    body: PauseInput,
) -> Items[PauseOut]:
    """Send this client nothing until a day, or until somebody resumes; all pauses afterwards."""
    background.add_task(adapters.poke, "send_firm", principal.firm_id)
    return await _pause(session, principal, clock, Whom(client_id=client_id), body)


@router.post("/clients/{client_id}/resume", operation_id="clients_resume")
async def resume_client(
    session: SessionDep,
    principal: Biller,
    adapters: AdaptersDep,
    clock: ClockDep,
    background: BackgroundTasks,
    client_id: UUID,
) -> Items[PauseOut]:
    """End the client's pause; what is due by then goes at its time."""
    background.add_task(adapters.poke, "send_firm", principal.firm_id)
    return await _resume(session, principal, clock, Whom(client_id=client_id))


@router.post("/reminder-sets/{set_id}/pause", operation_id="reminder_sets_pause")
async def pause_set(
    session: SessionDep,
    principal: Biller,
    adapters: AdaptersDep,
    clock: ClockDep,
    background: BackgroundTasks,
    set_id: UUID,
    body: PauseInput,
) -> Items[PauseOut]:
    """Send nothing of this set until a day, or until somebody resumes; all pauses afterwards."""
    background.add_task(adapters.poke, "send_firm", principal.firm_id)
    return await _pause(session, principal, clock, Whom(reminder_set_id=set_id), body)


@router.post("/reminder-sets/{set_id}/resume", operation_id="reminder_sets_resume")
async def resume_set(
    session: SessionDep,
    principal: Biller,
    adapters: AdaptersDep,
    clock: ClockDep,
    background: BackgroundTasks,
    set_id: UUID,
) -> Items[PauseOut]:
    """End the set's pause; what is due by then goes at its time."""
    background.add_task(adapters.poke, "send_firm", principal.firm_id)
    return await _resume(session, principal, clock, Whom(reminder_set_id=set_id))


@router.post("/firm/pause", operation_id="firm_pause")
async def pause_firm(
    session: SessionDep,
    principal: Biller,
    adapters: AdaptersDep,
    clock: ClockDep,
    background: BackgroundTasks,
    body: PauseInput,
) -> Items[PauseOut]:
    """Send no reminder at all until a day, or until somebody resumes; all pauses afterwards."""
    background.add_task(adapters.poke, "send_firm", principal.firm_id)
    return await _pause(session, principal, clock, EVERYTHING, body)


@router.post("/firm/resume", operation_id="firm_resume")
async def resume_firm(
    session: SessionDep,
    principal: Biller,
    adapters: AdaptersDep,
    clock: ClockDep,
    background: BackgroundTasks,
) -> Items[PauseOut]:
    """End the pause of everything; pauses of clients, sets and invoices stay."""
    background.add_task(adapters.poke, "send_firm", principal.firm_id)
    return await _resume(session, principal, clock, EVERYTHING)


async def _pause(
    session: SessionDep, principal: Principal, clock: ClockDep, whom: Whom, body: PauseInput
) -> Items[PauseOut]:
    await wide_holds.pause_widely(
        session,
        firm_id=principal.firm_id,
        whom=whom,
        until=body.until,
        reason=body.reason,
        actor=principal.name,
        now=clock.now(),
    )
    return await _pauses(session, principal, clock)


async def _resume(
    session: SessionDep, principal: Principal, clock: ClockDep, whom: Whom
) -> Items[PauseOut]:
    await wide_holds.resume_widely(
        session, firm_id=principal.firm_id, whom=whom, actor=principal.name, now=clock.now()
    )
    return await _pauses(session, principal, clock)


async def _pauses(session: SessionDep, principal: Principal, clock: ClockDep) -> Items[PauseOut]:
    found = await wide_holds.list_pauses(session, firm_id=principal.firm_id, now=clock.now())
    return Items(items=found)


async def _holds(
    session: SessionDep, principal: Principal, clock: ClockDep, invoice_id: UUID
) -> Items[HoldOut]:
    await get_invoice(session, firm_id=principal.firm_id, invoice_id=invoice_id)
    found = await show_holds(
        session,
        firm_id=principal.firm_id,
        invoice_id=invoice_id,
        time_zone=principal.firm_time_zone,
        now=clock.now(),
    )
    return Items(items=found)
