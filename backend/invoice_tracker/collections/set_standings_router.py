"""The route of what each reminder set has to show."""

from datetime import timedelta
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from invoice_tracker.accounts.deps import Reader
from invoice_tracker.collections.set_standings import load_standings
from invoice_tracker.core.deps import ClockDep, SessionDep
from invoice_tracker.core.errors import PROBLEMS
from invoice_tracker.core.schemas import Items, MoneyOut, Output

DAYS = 90

router = APIRouter(tags=["reminder_sets"], responses=PROBLEMS)


class SetStandingOut(Output):
    """One set's collections, and their money in each currency."""

    reminder_set_id: UUID
    active_collections: int
    collections: int = Field(description="Running and ended")
    paid: list[MoneyOut] = Field(
        description="Paid in the last 90 days, less refunds, on invoices that were on this set"
    )
    owed: list[MoneyOut] = Field(description="Still open on its running collections")


@router.get("/reminder-set-standings", operation_id="reminder_set_standings_list")
async def list_standings(
    session: SessionDep, principal: Reader, clock: ClockDep
) -> Items[SetStandingOut]:
    """How the firm's sets stand; one that was never used is left out."""
    found = await load_standings(
        session, firm_id=principal.firm_id, since=clock.now() - timedelta(days=DAYS)
    )
    return Items(
        items=[
            SetStandingOut(
                reminder_set_id=set_id,
                active_collections=standing.active,
                collections=standing.total,
                paid=[MoneyOut.model_validate(money) for money in standing.paid],
                owed=[MoneyOut.model_validate(money) for money in standing.owed],
            )
            for set_id, standing in found.items()
        ]
    )
