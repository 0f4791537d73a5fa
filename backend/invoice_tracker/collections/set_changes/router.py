"""Routes of the time machine: the coming 90 days, and what a changed set would change in them."""

from datetime import timedelta
from uuid import UUID

from fastapi import APIRouter

from invoice_tracker.accounts.deps import Biller, Reader
from invoice_tracker.collections.blast_guard.forecast import expect_more
from invoice_tracker.collections.facts import load_firm
from invoice_tracker.collections.schemas import InvoiceRef
from invoice_tracker.collections.set_changes import service as set_changes
from invoice_tracker.collections.set_changes.schemas import (
    MOST_SHOWN,
    DayChangeOut,
    DifferenceInput,
    DifferenceOut,
    ForecastDay,
    ForecastOut,
    Moved,
    MoveInput,
    RunnerOut,
)
from invoice_tracker.collections.time_machine import DAYS, count_days, load_running, look_ahead
from invoice_tracker.core.deps import ClockDep, SessionDep
from invoice_tracker.core.errors import PROBLEMS

router = APIRouter(tags=["forecast"], responses=PROBLEMS)


@router.get("/forecast", operation_id="forecast_get")
async def get_forecast(session: SessionDep, principal: Reader, clock: ClockDep) -> ForecastOut:
    """The next 90 days simulated on the real data, by the functions that the worker uses."""
    now = clock.now()
    firm = await load_firm(session, firm_id=principal.firm_id)
    until = firm.calendar.local_day(now) + timedelta(days=DAYS)
    loaded = await load_running(session, firm_id=principal.firm_id, now=now)
    days = count_days(look_ahead(loaded, now=now, until=until))
    return ForecastOut(
        until=until,
        days=[ForecastDay.model_validate(day) for day in days],
        mails=sum(day.mails for day in days),
        calls=sum(day.calls for day in days),
        held=sum(day.held for day in days),
    )


@router.post("/reminder-sets/{set_id}/difference", operation_id="reminder_sets_difference")
async def get_difference(
    session: SessionDep, principal: Reader, clock: ClockDep, set_id: UUID, body: DifferenceInput
) -> DifferenceOut:
    """What these steps would change for the collections that run on the set. Saves nothing."""
    found = await set_changes.difference(
        session, firm_id=principal.firm_id, set_id=set_id, steps=body.steps, now=clock.now()
    )
    return DifferenceOut(
        running=len(found.runners),
        collections=[
            RunnerOut(
                collection_id=runner.loaded.collection_id,
                invoice=InvoiceRef(
                    id=runner.loaded.invoice.id, number=runner.loaded.invoice.number
                ),
                client_name=runner.loaded.client_name,
                version=runner.version,
                next_before=runner.next_before,
                next_after=runner.next_after,
            )
            for runner in found.runners[:MOST_SHOWN]
        ],
        days=[DayChangeOut.model_validate(day) for day in found.days],
        mails_before=found.mails_before,
        mails_after=found.mails_after,
    )


@router.post("/reminder-sets/{set_id}/move", operation_id="reminder_sets_move")
async def move_collections(
    session: SessionDep, principal: Biller, clock: ClockDep, set_id: UUID, body: MoveInput
) -> Moved:
    """Move running collections to the newest version; asking twice moves once."""
    now = clock.now()
    moved = await set_changes.move(
        session,
        firm_id=principal.firm_id,
        set_id=set_id,
        collection_ids=body.collection_ids,
        actor=principal.name,
        now=now,
    )
    await expect_more(session, firm_id=principal.firm_id, collection_ids=moved, now=now)
    return Moved(moved=len(moved))
