"""Routes of collections, and *Why?* of an invoice."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Query

from invoice_tracker.accounts.deps import Biller, Holder, Reader
from invoice_tracker.collections import controls, looking
from invoice_tracker.collections.blast_guard.forecast import expect_more
from invoice_tracker.collections.schemas import (
    CollectionOut,
    ExplanationOut,
    PauseInput,
    PlanItem,
    RefusedOut,
    Started,
    StartInput,
    StartPreview,
    StopInput,
)
from invoice_tracker.collections.start import start
from invoice_tracker.collections.start_preview import preview_start
from invoice_tracker.core.deps import AdaptersDep, ClockDep, SessionDep
from invoice_tracker.core.errors import PROBLEMS
from invoice_tracker.core.schemas import Items

router = APIRouter(tags=["collections"], responses=PROBLEMS)


@router.post("/collections/preview", operation_id="collections_preview")
async def preview_collections(
    session: SessionDep,
    principal: Biller,
    adapters: AdaptersDep,
    clock: ClockDep,
    body: StartInput,
) -> StartPreview:
    """What Start Collection would do: who is refused and why, first mails, mails by day."""
    return await preview_start(
        session,
        adapters,
        firm_id=principal.firm_id,
        selection=body.selection,
        reminder_set_id=body.reminder_set_id,
        backlog=body.backlog,
        now=clock.now(),
    )


@router.post("/collections", operation_id="collections_start", status_code=201)
async def start_collections(
    session: SessionDep,
    principal: Biller,
    adapters: AdaptersDep,
    clock: ClockDep,
    background: BackgroundTasks,
    body: StartInput,
) -> Started:
    """Start reminders for all selected invoices that can be reminded. Asking twice starts once."""
    started, refused = await start(
        session,
        firm_id=principal.firm_id,
        selection=body.selection,
        reminder_set_id=body.reminder_set_id,
        backlog=body.backlog,
        user_id=principal.user_id,
        actor=principal.name,
        now=clock.now(),
    )
    await expect_more(session, firm_id=principal.firm_id, collection_ids=started, now=clock.now())
    background.add_task(adapters.poke, "send_firm", principal.firm_id)
    return Started(
        started=len(started), refused=[RefusedOut.model_validate(each) for each in refused]
    )


@router.get("/collections/{collection_id}", operation_id="collections_get")
async def get_collection(
    session: SessionDep, principal: Reader, clock: ClockDep, collection_id: UUID
) -> CollectionOut:
    """One collection with the holds in force."""
    return await looking.show_collection(
        session, firm_id=principal.firm_id, collection_id=collection_id, now=clock.now()
    )


@router.get("/collections/{collection_id}/plan", operation_id="collections_list_plan")
async def list_plan(
    session: SessionDep,
    principal: Reader,
    adapters: AdaptersDep,
    clock: ClockDep,
    collection_id: UUID,
) -> Items[PlanItem]:
    """The reminders to come, if the facts stay as they are."""
    return Items(
        items=await looking.show_plan(
            session,
            adapters,
            firm_id=principal.firm_id,
            collection_id=collection_id,
            now=clock.now(),
        )
    )


@router.post("/collections/{collection_id}/pause", operation_id="collections_pause")
async def pause_collection(
    session: SessionDep,
    principal: Holder,
    clock: ClockDep,
    collection_id: UUID,
    body: PauseInput,
) -> CollectionOut:
    """Send nothing until a day, or until somebody resumes."""
    now = clock.now()
    await controls.pause(
        session,
        firm_id=principal.firm_id,
        collection_id=collection_id,
        until=body.until,
        reason=body.reason,
        actor=principal.name,
        now=now,
    )
    return await looking.show_collection(
        session, firm_id=principal.firm_id, collection_id=collection_id, now=now
    )


@router.post("/collections/{collection_id}/resume", operation_id="collections_resume")
async def resume_collection(
    session: SessionDep,
    principal: Holder,
    adapters: AdaptersDep,
    clock: ClockDep,
    background: BackgroundTasks,
    collection_id: UUID,
) -> CollectionOut:
    """Release the holds; what is due by then goes at its time."""
    now = clock.now()
    await controls.resume(
        session,
        firm_id=principal.firm_id,
        collection_id=collection_id,
        actor=principal.name,
        now=now,
    )
    await expect_more(session, firm_id=principal.firm_id, collection_ids=[collection_id], now=now)
    background.add_task(adapters.poke, "send_firm", principal.firm_id)
    return await looking.show_collection(
        session, firm_id=principal.firm_id, collection_id=collection_id, now=now
    )


@router.post("/collections/{collection_id}/stop", operation_id="collections_stop")
async def stop_collection(
    session: SessionDep,
    principal: Biller,
    clock: ClockDep,
    collection_id: UUID,
    body: StopInput,
) -> CollectionOut:
    """End the reminders of this invoice; they can be started again."""
    now = clock.now()
    await controls.stop(
        session,
        firm_id=principal.firm_id,
        collection_id=collection_id,
        reason=body.reason,
        actor=principal.name,
        now=now,
    )
    return await looking.show_collection(
        session, firm_id=principal.firm_id, collection_id=collection_id, now=now
    )


OnParam = Annotated[
    date | None, Query(ge=date(2000, 1, 1), le=date(2200, 1, 1), description="Today by default")
]


@router.get("/invoices/{invoice_id}/explanation", operation_id="collections_explain")
async def explain_invoice(
    session: SessionDep,
    principal: Reader,
    clock: ClockDep,
    invoice_id: UUID,
    on: OnParam = None,
) -> ExplanationOut:
    """Why a mail went, or did not go, on a day of the firm, and what comes next."""
    return await looking.explain_invoice(
        session, firm_id=principal.firm_id, invoice_id=invoice_id, on=on, now=clock.now()
    )
