"""Routes that change the reminders of many invoices at once."""

from datetime import date
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks
from pydantic import Field

from invoice_tracker.accounts.deps import Biller
from invoice_tracker.collections.blast_guard.forecast import expect_more
from invoice_tracker.collections.many import ManyAction, change_many, sort_out_many
from invoice_tracker.collections.schemas import RefusedOut, Selection, Words
from invoice_tracker.core.deps import AdaptersDep, ClockDep, SessionDep
from invoice_tracker.core.errors import PROBLEMS
from invoice_tracker.core.schemas import Input, Output

router = APIRouter(tags=["collections"], responses=PROBLEMS)


class ChangeWanted(Input):
    """Which invoices, and what is to be done to the reminders of each."""

    action: ManyAction
    selection: Selection


class ChangeInput(ChangeWanted):
    """``until`` is for a pause: the firm's day on which reminders go on."""

    until: date | None = None
    reason: Words = Field(default="", max_length=500)


class ChangePreview(Output):
    """For how many it can be done, and for which not."""

    possible: int
    refused: list[RefusedOut]


class Changed(Output):
    """Whose reminders were changed, and whose could not be."""

    invoice_ids: list[UUID]
    refused: list[RefusedOut]


@router.post("/collection-changes/preview", operation_id="collection_changes_preview")
async def preview_change(
    session: SessionDep, principal: Biller, clock: ClockDep, body: ChangeWanted
) -> ChangePreview:
    """For how many invoices it can be done, and for which not and why. Changes nothing."""
    found = await sort_out_many(
        session,
        firm_id=principal.firm_id,
        action=body.action,
        selection=body.selection,
        now=clock.now(),
    )
    refused = [RefusedOut.model_validate(each) for each in found.refused]
    return ChangePreview(possible=len(found.possible), refused=refused)


@router.post("/collection-changes", operation_id="collection_changes_create")
async def change_collections(
    session: SessionDep,
    principal: Biller,
    adapters: AdaptersDep,
    clock: ClockDep,
    background: BackgroundTasks,
    body: ChangeInput,
) -> Changed:
    """Pause, resume, stop or move the reminders of all selected invoices; asking twice does once.

    Resuming ends pauses only: disputes and promises stay.
    """
    now = clock.now()
    done = await change_many(
        session,
        firm_id=principal.firm_id,
        action=body.action,
        selection=body.selection,
        until=body.until,
        reason=body.reason,
        actor=principal.name,
        now=now,
    )
    if body.action in (ManyAction.resume, ManyAction.move):
        ids = [row.collection_id for row in done.possible]
        await expect_more(session, firm_id=principal.firm_id, collection_ids=ids, now=now)
        background.add_task(adapters.poke, "send_firm", principal.firm_id)
    return Changed(
        invoice_ids=[row.id for row in done.possible],
        refused=[RefusedOut.model_validate(each) for each in done.refused],
    )
