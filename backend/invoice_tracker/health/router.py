"""The health report. Whether the process lives is asked at /healthz and /readyz instead."""

from datetime import datetime

from fastapi import APIRouter

from invoice_tracker.accounts.deps import Reader
from invoice_tracker.core.deps import AdaptersDep, SessionDep
from invoice_tracker.core.errors import PROBLEMS
from invoice_tracker.core.schemas import Output
from invoice_tracker.domain.health_report import Standing, report, worst
from invoice_tracker.health.facts import load_facts

router = APIRouter(prefix="/health-report", tags=["health"], responses=PROBLEMS)


class HealthLineOut(Output):
    """One thing that is watched. ``at``: the instant it is about. ``advice``: what to do."""

    key: str
    title: str
    standing: Standing
    sentence: str
    at: datetime | None
    advice: str | None


class HealthReportOut(Output):
    """How the product does for this firm, as its worst line."""

    checked_at: datetime
    standing: Standing
    lines: list[HealthLineOut]


@router.get("", operation_id="health_report_get")
async def get_health_report(
    session: SessionDep, principal: Reader, adapters: AdaptersDep
) -> HealthReportOut:
    """Reading Clio, waiting mails and events, workers, the night's jobs, clocks: in words."""
    facts = await load_facts(session, adapters, firm_id=principal.firm_id)
    lines = report(facts)
    return HealthReportOut(
        checked_at=facts.now,
        standing=worst(lines),
        lines=[HealthLineOut.model_validate(line) for line in lines],
    )
