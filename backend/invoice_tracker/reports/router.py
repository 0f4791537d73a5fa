"""Routes of the reports, each as JSON and as a CSV file."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from invoice_tracker.accounts.deps import Reader
from invoice_tracker.core.deps import ClockDep, SessionDep
from invoice_tracker.core.errors import PROBLEMS
from invoice_tracker.domain.local_days import local_day
from invoice_tracker.payments.filtering import DayParam
from invoice_tracker.reports import (
    ageing,
    by_reminder_set,
    collected,
    dso,
    exporting,
    forecast,
    presenting,
    promises,
)
from invoice_tracker.reports.periods import PeriodDep, Unit
from invoice_tracker.reports.schemas import (
    AgeingReport,
    ByReminderSetReport,
    CollectedReport,
    DsoReport,
    ForecastReport,
    PromisesReport,
)

router = APIRouter(prefix="/reports", tags=["reports"], responses=PROBLEMS)

FILE: dict[str, Any] = {
    "response_class": Response,
    "responses": {200: {"description": "A CSV file", "content": {"text/csv": {}}}},
}
WindowParam = Annotated[
    int,
    Query(
        ge=1,
        le=by_reminder_set.LONGEST_WINDOW_DAYS,
        description="How many days after a reminder a payment still counts as having come after it",
    ),
]


async def ageing_report(
    session: SessionDep, principal: Reader, clock: ClockDep, client_id: UUID | None = None
) -> AgeingReport:
    """What is owed, by how many days it is overdue. ``client_id``: by one client alone."""
    today = local_day(clock.now(), principal.firm_time_zone)
    found = await ageing.load_ageing(
        session, firm_id=principal.firm_id, today=today, client_id=client_id
    )
    return presenting.show_ageing(found, on=today)


async def dso_report(session: SessionDep, principal: Reader, clock: ClockDep) -> DsoReport:
    """Days sales outstanding by counting back: how many days of billing are still unpaid."""
    today = local_day(clock.now(), principal.firm_time_zone)
    found = await dso.load_dso(session, firm_id=principal.firm_id, today=today)
    return presenting.show_dso(found, on=today)


async def collected_report(
    session: SessionDep, principal: Reader, period: PeriodDep, unit: Unit = Unit.month
) -> CollectedReport:
    """What came in, by the day on which it came in; without days the last twelve months."""
    found = await collected.load_collected(
        session, firm_id=principal.firm_id, period=period, unit=unit
    )
    return presenting.show_collected(found, period=period, unit=unit)


async def by_reminder_set_report(
    session: SessionDep,
    principal: Reader,
    period: PeriodDep,
    window_days: WindowParam = by_reminder_set.DEFAULT_WINDOW_DAYS,
) -> ByReminderSetReport:
    """What was collected, by the last reminder before each payment, within the window."""
    steps, others = await by_reminder_set.load_by_reminder_set(
        session, firm_id=principal.firm_id, period=period, window_days=window_days
    )
    return presenting.show_by_reminder_set(steps, others, period=period, window_days=window_days)


async def promises_report(
    session: SessionDep, principal: Reader, period: PeriodDep, to_day: DayParam = None
) -> PromisesReport:
    """Promises to pay by the promised month: kept, broken, open, withdrawn. Later ones too."""
    found = await promises.load_promises(
        session, firm_id=principal.firm_id, first=period.first, last=to_day
    )
    return presenting.show_promises(found, first=period.first, last=to_day)


async def forecast_report(
    session: SessionDep, principal: Reader, clock: ClockDep
) -> ForecastReport:
    """When what is owed may come in: by promises, and by how long payment took before."""
    now = clock.now()
    today = local_day(now, principal.firm_time_zone)
    found = await forecast.load_forecast(
        session,
        firm_id=principal.firm_id,
        now=now,
        today=today,
        time_zone=principal.firm_time_zone,
    )
    return presenting.show_forecast(found, on=today)


router.get("/ageing", operation_id="reports_ageing")(ageing_report)
router.get("/dso", operation_id="reports_dso")(dso_report)
router.get("/collected", operation_id="reports_collected")(collected_report)
router.get("/by-reminder-set", operation_id="reports_by_reminder_set")(by_reminder_set_report)
router.get("/promises", operation_id="reports_promises")(promises_report)
router.get("/forecast", operation_id="reports_forecast")(forecast_report)


@router.get("/ageing/export", operation_id="reports_export_ageing", **FILE)
async def export_ageing(report: Annotated[AgeingReport, Depends(ageing_report)]) -> Response:
    """Ageing as a CSV file."""
    return exporting.as_file("ageing", exporting.ageing_rows(report))


@router.get("/dso/export", operation_id="reports_export_dso", **FILE)
async def export_dso(report: Annotated[DsoReport, Depends(dso_report)]) -> Response:
    """Days sales outstanding as a CSV file."""
    return exporting.as_file("dso", exporting.dso_rows(report))


@router.get("/collected/export", operation_id="reports_export_collected", **FILE)
async def export_collected(
    report: Annotated[CollectedReport, Depends(collected_report)],
) -> Response:
    """What came in as a CSV file."""
    return exporting.as_file("collected", exporting.collected_rows(report))


@router.get("/by-reminder-set/export", operation_id="reports_export_by_reminder_set", **FILE)
async def export_by_reminder_set(
    report: Annotated[ByReminderSetReport, Depends(by_reminder_set_report)],
) -> Response:
    """What came in after each step as a CSV file."""
    return exporting.as_file("by-reminder-set", exporting.by_reminder_set_rows(report))


@router.get("/promises/export", operation_id="reports_export_promises", **FILE)
async def export_promises(report: Annotated[PromisesReport, Depends(promises_report)]) -> Response:
    """Promises as a CSV file."""
    return exporting.as_file("promises", exporting.promises_rows(report))


@router.get("/forecast/export", operation_id="reports_export_forecast", **FILE)
async def export_forecast(report: Annotated[ForecastReport, Depends(forecast_report)]) -> Response:
    """The forecast as a CSV file."""
    return exporting.as_file("forecast", exporting.forecast_rows(report))
