"""Routes of the days on which a firm sends nothing."""

from datetime import timedelta
from uuid import UUID

from fastapi import APIRouter, status

from invoice_tracker.accounts.deps import Owner, Reader
from invoice_tracker.core.deps import ClockDep, SessionDep
from invoice_tracker.core.errors import PROBLEMS
from invoice_tracker.core.schemas import Items
from invoice_tracker.firms import calendars
from invoice_tracker.firms.models import FirmClosure
from invoice_tracker.firms.public_holidays import countries
from invoice_tracker.firms.schemas import (
    ClosureInput,
    ClosureOut,
    DayOffOut,
    HolidayCountryOut,
    RegionOut,
)

router = APIRouter(tags=["calendar"], responses=PROBLEMS)
AHEAD = timedelta(days=365)


@router.get("/holiday-countries", operation_id="holiday_countries_list")
async def list_holiday_countries(
    principal: Reader,  # noqa: ARG001
) -> Items[HolidayCountryOut]:
    """Countries whose public holidays can be kept, with their regions."""
    items = [
        HolidayCountryOut(
            code=country.code,
            name=country.name,
            regions=[RegionOut(code=code, name=name) for code, name in country.regions],
        )
        for country in countries()
    ]
    return Items(items=items)


@router.get("/days-off", operation_id="days_off_list")
async def list_days_off(
    session: SessionDep, principal: Reader, clock: ClockDep
) -> Items[DayOffOut]:
    """The days of the next year on which no mail leaves though their weekday would allow it."""
    today = await calendars.firm_day(session, firm_id=principal.firm_id, now=clock.now())
    found = await calendars.list_days_off(
        session, firm_id=principal.firm_id, first=today, last=today + AHEAD
    )
    items = [DayOffOut(on=day, reason=reason) for day, reason in found]
    return Items(items=items)


@router.get("/closures", operation_id="closures_list")
async def list_closures(session: SessionDep, principal: Reader) -> Items[ClosureOut]:
    """All closures of the firm, by their first day."""
    rows = await calendars.list_closures(session, firm_id=principal.firm_id)
    items = [ClosureOut.model_validate(row) for row in rows]
    return Items(items=items)


@router.post(
    "/closures",
    operation_id="closures_create",
    status_code=status.HTTP_201_CREATED,
    response_model=ClosureOut,
)
async def create_closure(
    session: SessionDep, principal: Owner, clock: ClockDep, body: ClosureInput
) -> FirmClosure:
    """Close the firm from the first to the last day: no mail leaves, nothing loses its place."""
    return await calendars.add_closure(
        session, firm_id=principal.firm_id, now=clock.now(), **body.model_dump()
    )


@router.delete(
    "/closures/{closure_id}",
    operation_id="closures_delete",
    status_code=status.HTTP_204_NO_CONTENT,
)
async def delete_closure(
    session: SessionDep, principal: Owner, clock: ClockDep, closure_id: UUID
) -> None:
    """Take a closure back."""
    await calendars.remove_closure(
        session, firm_id=principal.firm_id, closure_id=closure_id, now=clock.now()
    )
