"""One reading of Clio: page by page, each page its own transaction, resumed by the next run."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.integrations.clio.access import (
    ClioAccess,
    note_problem,
    note_success,
    open_client,
)
from invoice_tracker.integrations.clio.client import Answer, ClioClient, Params
from invoice_tracker.integrations.clio.models import ClioConnection, RunState, SyncRun
from invoice_tracker.integrations.clio.problems import ClioMalformed, ClioProblem
from invoice_tracker.integrations.clio.reading import Reading, read_again
from invoice_tracker.integrations.clio.runs import RunTakenAway, lock_run
from invoice_tracker.integrations.clio.schemas import (
    BILL_FIELDS,
    CONTACT_FIELDS,
    ClioContact,
    parse_bills,
)
from invoice_tracker.integrations.clio.storing import store_bills, store_contacts, to_records
from invoice_tracker.invoices.models import ClioState, Invoice

log = structlog.get_logger()

OVERLAP = timedelta(minutes=10)
"""Read again what changed so shortly before the last reading: clocks and commits differ."""
PAID_SINCE = timedelta(days=90)
"""How far back the first import looks for bills that are paid already."""
FULL_READ_EVERY = timedelta(hours=24)
PAGE = 200
OUR_FAULT = "The reading stopped for a reason of our own. The next one catches up."
_contacts = TypeAdapter(list[ClioContact])


@dataclass(slots=True)
class Progress:
    """What one run has done so far."""

    run_id: UUID
    firm_id: UUID
    started_at: datetime
    watermark: datetime | None
    full: bool
    bills_read: int = 0
    bills_total: int | None = None
    changed: set[UUID] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)
    clio_time: datetime | None = None
    """Clio's clock at the first answer: the next run reads from here."""


async def run_sync(access: ClioAccess, run: SyncRun) -> None:
    """Carry out a run that the caller has picked up. Its row says how it went."""
    progress = await _begin(access, run)
    try:
        async with open_client(access, run.firm_id) as client:
            try:
                await _read_everything(access, client, progress)
            finally:
                requests = client.requests_used
        await _finish(access, progress, requests=requests)
    except RunTakenAway:
        log.warning("sync_run_taken_away", run_id=str(run.id))
    except ClioProblem as problem:
        await note_problem(access, run.firm_id, problem)
        await _fail(access, progress, problem.message)
    except Exception:
        await _fail(access, progress, OUR_FAULT)
        raise


async def _begin(access: ClioAccess, run: SyncRun) -> Progress:
    now = access.clock.now()
    async with access.database.transaction(run.firm_id) as session:
        connection = await session.get(ClioConnection, run.firm_id)
        watermark = connection.watermark if connection else None
        full_read_at = connection.full_read_at if connection else None
    if watermark is not None and watermark > now:
        # A clock was set back: what changed since then would never be asked for.
        watermark = None
    recent = full_read_at is not None and timedelta() <= now - full_read_at < FULL_READ_EVERY
    full = watermark is None or not recent
    return Progress(run.id, run.firm_id, now, watermark, full)


async def _read_everything(access: ClioAccess, client: ClioClient, progress: Progress) -> None:
    for params in _listings(progress):
        base = progress.bills_read
        async for page in client.pages("bills.json", params):
            await _store_page(access, client, progress, page, base=base)
    if progress.watermark is not None:
        async for page in client.pages("contacts.json", _changed_contacts(progress.watermark)):
            await _store_contacts(access, client, progress, page)
    if progress.full:
        await _read_left_out(access, client, progress)


def _listings(progress: Progress) -> list[Params]:
    """What to ask for. Clio orders by id alone, so changes are found by ``updated_since``."""
    listings: list[dict[str, str]] = []
    if progress.full:
        listings.append({"state": "awaiting_payment"})
    if progress.watermark is None:
        since = _clio_instant(progress.started_at - PAID_SINCE)
        listings.append({"state": "paid", "updated_since": since})
    else:
        since = _clio_instant(progress.watermark)
        listings.append({"updated_since": since})
        # Whether an unfiltered list shows deleted bills is not documented.
        listings.append({"updated_since": since, "state": "deleted"})
    common: Params = {"fields": BILL_FIELDS, "type": "revenue", "order": "id(asc)", "limit": PAGE}
    return [{**common, **listing} for listing in listings]


def _changed_contacts(since: datetime) -> Params:
    """A changed address does not change the bill, so clients are read on their own."""
    return {
        "fields": CONTACT_FIELDS,
        "client_only": "true",
        "updated_since": _clio_instant(since),
        "order": "id(asc)",
        "limit": PAGE,
    }


def _clio_instant(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


async def _store_page(
    access: ClioAccess, client: ClioClient, progress: Progress, page: Answer, *, base: int
) -> None:
    bills, problems = parse_bills(page.data)
    now = access.clock.now()
    records = to_records(bills, base=client.base_url, region=client.region, now=now)
    if progress.clio_time is None:
        progress.clio_time = page.clio_time or progress.started_at
    if page.records is not None:
        progress.bills_total = base + page.records
    async with _page(access, client, progress) as session:
        progress.bills_read += len(page.data)
        progress.changed |= await store_bills(
            session, firm_id=progress.firm_id, records=records, now=now
        )
    progress.problems.extend(problems.values())


async def _store_contacts(
    access: ClioAccess, client: ClioClient, progress: Progress, page: Answer
) -> None:
    try:
        contacts = _contacts.validate_python(page.data)
    except ValidationError as error:
        raise ClioMalformed("A contact could not be read from Clio.") from error
    async with _page(access, client, progress) as session:
        progress.changed |= await store_contacts(
            session, firm_id=progress.firm_id, contacts=contacts, now=access.clock.now()
        )


async def _read_left_out(access: ClioAccess, client: ClioClient, progress: Progress) -> None:
    """Open invoices that the full listing did not show: void, deleted, or no longer approved."""
    async with access.database.transaction(progress.firm_id) as session:
        left_out = await session.scalars(
            select(Invoice.id).where(
                Invoice.firm_id == progress.firm_id,
                Invoice.clio_state == ClioState.awaiting_payment,
                Invoice.last_read_at < progress.started_at,
            )
        )
    reading = Reading()
    await read_again(access, client, progress.firm_id, left_out.all(), reading)
    progress.problems.extend(reading.problems)
    async with _page(access, client, progress):
        progress.changed |= reading.changed


@asynccontextmanager
async def _page(
    access: ClioAccess, client: ClioClient, progress: Progress
) -> AsyncGenerator[AsyncSession]:
    """The transaction of one page, which also moves the run on."""
    async with access.database.transaction(progress.firm_id) as session:
        run = await lock_run(session, firm_id=progress.firm_id, run_id=progress.run_id)
        yield session
        run.heartbeat_at = access.clock.now()
        run.bills_read = progress.bills_read
        run.bills_total = progress.bills_total
        run.invoices_updated = len(progress.changed)
        run.requests_used = client.requests_used


async def _finish(access: ClioAccess, progress: Progress, *, requests: int) -> None:
    """The last page is stored: only now does the watermark move.

    A bill that could not be read fails the run and keeps the watermark, so that the next run
    looks at it again; all others are stored.
    """
    now = access.clock.now()
    problem = " ".join(progress.problems[:5]) or None
    async with access.database.transaction(progress.firm_id) as session:
        run = await lock_run(session, firm_id=progress.firm_id, run_id=progress.run_id)
        run.state = RunState.failed if problem else RunState.succeeded
        run.error = problem
        run.finished_at = run.heartbeat_at = now
        run.requests_used = requests
        if problem is None:
            await note_success(session, access, progress.firm_id)
            await _move_watermark(session, progress)
    if problem is not None:
        await note_problem(access, progress.firm_id, ClioMalformed(problem))


async def _move_watermark(session: AsyncSession, progress: Progress) -> None:
    connection = await session.get(ClioConnection, progress.firm_id)
    if connection is None:
        return
    connection.watermark = (progress.clio_time or progress.started_at) - OVERLAP
    if progress.full:
        connection.full_read_at = progress.started_at


async def _fail(access: ClioAccess, progress: Progress, message: str) -> None:
    async with access.database.transaction(progress.firm_id) as session:
        try:
            run = await lock_run(session, firm_id=progress.firm_id, run_id=progress.run_id)
        except RunTakenAway:
            return
        run.state = RunState.failed
        run.error = message
        run.finished_at = access.clock.now()
