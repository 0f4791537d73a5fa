"""Routes of single reminders, and the counts for the menu's badges."""

from uuid import UUID

from fastapi import APIRouter, BackgroundTasks

from invoice_tracker.accounts.deps import Biller, Reader
from invoice_tracker.collections.deciding import draft_content
from invoice_tracker.collections.reminders import actions as reminder_actions
from invoice_tracker.collections.reminders import listing as reminder_list
from invoice_tracker.collections.schemas import (
    ActivityOut,
    CalledInput,
    ReminderDetail,
    ReminderOut,
    ResolveInput,
    ShownState,
    SkipInput,
)
from invoice_tracker.collections.sending.mails import Deciding
from invoice_tracker.core.deps import AdaptersDep, ClockDep, SessionDep
from invoice_tracker.core.errors import PROBLEMS
from invoice_tracker.core.pagination import DEFAULT_LIMIT, CursorParam, LimitParam
from invoice_tracker.core.schemas import Page

router = APIRouter(tags=["reminders"], responses=PROBLEMS)


@router.get("/reminders", operation_id="reminders_list")
async def list_reminders(
    session: SessionDep,
    principal: Reader,
    adapters: AdaptersDep,
    state: ShownState | None = None,
    invoice_id: UUID | None = None,
    limit: LimitParam = DEFAULT_LIMIT,
    cursor: CursorParam = None,
) -> Page[ReminderOut]:
    """Reminders that were decided, newest first."""
    items, next_cursor = await reminder_list.list_reminders(
        session,
        adapters,
        firm_id=principal.firm_id,
        state=state,
        invoice_id=invoice_id,
        limit=limit,
        cursor=cursor,
    )
    total = await reminder_list.count_reminders(
        session, firm_id=principal.firm_id, state=state, invoice_id=invoice_id
    )
    return Page(items=items, next_cursor=next_cursor, total=total)


@router.get("/reminders/{reminder_id}", operation_id="reminders_get")
async def get_reminder(
    session: SessionDep,
    principal: Reader,
    adapters: AdaptersDep,
    clock: ClockDep,
    reminder_id: UUID,
) -> ReminderDetail:
    """One reminder with its mail: as it left, as it waits, or, before approval, as it would be."""
    found = await reminder_list.get_reminder(
        session, firm_id=principal.firm_id, reminder_id=reminder_id
    )
    if found.state != "awaiting_approval":
        return found
    can_take_payments = await adapters.gateway.can_take_payments(principal.firm_id)
    draft = await draft_content(
        session, Deciding(adapters, clock.now(), can_take_payments), reminder_id=reminder_id
    )
    if draft is None:
        return found
    return found.model_copy(
        update={"subject": draft.subject, "html": draft.html, "text": draft.text}
    )


@router.post("/reminders/{reminder_id}/approve", operation_id="reminders_approve")
async def approve_reminder(
    session: SessionDep,
    principal: Biller,
    adapters: AdaptersDep,
    clock: ClockDep,
    background: BackgroundTasks,
    reminder_id: UUID,
) -> ReminderDetail:
    """Let a mail go that waits for approval. It is checked once more before it leaves."""
    can_take_payments = await adapters.gateway.can_take_payments(principal.firm_id)
    await reminder_actions.approve(
        session,
        Deciding(adapters, clock.now(), can_take_payments),
        firm_id=principal.firm_id,
        reminder_id=reminder_id,
        actor=principal.name,
    )
    background.add_task(adapters.poke, "send_firm", principal.firm_id)
    return await reminder_list.get_reminder(
        session, firm_id=principal.firm_id, reminder_id=reminder_id
    )


@router.post("/reminders/{reminder_id}/skip", operation_id="reminders_skip")
async def skip_reminder(
    session: SessionDep,
    principal: Biller,
    clock: ClockDep,
    reminder_id: UUID,
    body: SkipInput,
) -> ReminderDetail:
    """This one does not go; the series goes on."""
    await reminder_actions.skip(
        session,
        firm_id=principal.firm_id,
        reminder_id=reminder_id,
        reason=body.reason,
        actor=principal.name,
        now=clock.now(),
    )
    return await reminder_list.get_reminder(
        session, firm_id=principal.firm_id, reminder_id=reminder_id
    )


@router.post("/reminders/{reminder_id}/resolve", operation_id="reminders_resolve")
async def resolve_reminder(
    session: SessionDep,
    principal: Biller,
    adapters: AdaptersDep,
    clock: ClockDep,
    background: BackgroundTasks,
    reminder_id: UUID,
    body: ResolveInput,
) -> ReminderDetail:
    """Say what became of an uncertain mail."""
    await reminder_actions.resolve(
        session,
        firm_id=principal.firm_id,
        reminder_id=reminder_id,
        outcome=body.outcome,
        actor=principal.name,
        now=clock.now(),
    )
    background.add_task(adapters.poke, "send_firm", principal.firm_id)
    return await reminder_list.get_reminder(
        session, firm_id=principal.firm_id, reminder_id=reminder_id
    )


@router.post("/reminders/{reminder_id}/called", operation_id="reminders_mark_called")
async def mark_called(
    session: SessionDep,
    principal: Biller,
    clock: ClockDep,
    reminder_id: UUID,
    body: CalledInput,
) -> ReminderDetail:
    """The call was made."""
    await reminder_actions.mark_called(
        session,
        firm_id=principal.firm_id,
        reminder_id=reminder_id,
        note=body.note,
        actor=principal.name,
        now=clock.now(),
    )
    return await reminder_list.get_reminder(
        session, firm_id=principal.firm_id, reminder_id=reminder_id
    )


@router.get("/activity", operation_id="activity_get")
async def get_activity(session: SessionDep, principal: Reader) -> ActivityOut:
    """Counts for the badges of the menu."""
    return await reminder_list.count_activity(session, firm_id=principal.firm_id)
