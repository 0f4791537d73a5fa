"""One reading of Clio: page by page, each page its own transaction, resumed where it stopped."""

import asyncio
from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.integrations.clio.access import (
    ClioAccess,
    note_problem,
    note_success,
    open_client,
)
from invoice_tracker.integrations.clio.beside import read_beside
from invoice_tracker.integrations.clio.client import Answer, ClioClient
from invoice_tracker.integrations.clio.contacts import parse_contacts
from invoice_tracker.integrations.clio.listings import BILLS, SIDE_EVERY, Listing, listings
from invoice_tracker.integrations.clio.models import ClioConnection, RunKind, RunState, SyncRun
from invoice_tracker.integrations.clio.problems import ClioMalformed, ClioProblem, ClioRefused
from invoice_tracker.integrations.clio.progress import Position, Progress, one_step
from invoice_tracker.integrations.clio.reconciliation import (
    find_differences,
    note_differences,
    read_left_out,
)
from invoice_tracker.integrations.clio.runs import RunTakenAway, lock_run
from invoice_tracker.integrations.clio.schemas import parse_bills
from invoice_tracker.integrations.clio.storing import store_bills, store_contacts, to_records

log = structlog.get_logger()

OVERLAP = timedelta(minutes=10)
"""Read again what changed so shortly before the last reading: clocks and commits differ."""
OUR_FAULT = "The reading stopped for a reason of our own. The next one catches up."


async def run_sync(access: ClioAccess, run: SyncRun) -> None:
    """Carry out a run that the caller has picked up. Its row says how it went."""
    progress = await _begin(access, run)
    try:
        # Staff wait for a reading they asked for: it overtakes what runs in the background.
        async with open_client(access, run.firm_id, urgent=run.kind is RunKind.resync) as client:
            await _read_everything(access, client, progress)
            await _finish(access, client, progress)
    except RunTakenAway:
        log.warning("sync_run_taken_away", run_id=str(run.id))
    except ClioProblem as problem:
        await note_problem(access, run.firm_id, problem)
        await _fail(access, progress, problem.message)
    except asyncio.CancelledError:
        await _hand_back(access, progress)
        raise
    except Exception:
        await _fail(access, progress, OUR_FAULT)
        raise


async def _begin(access: ClioAccess, run: SyncRun) -> Progress:
    async with access.database.transaction(run.firm_id) as session:
        connection = await session.get(ClioConnection, run.firm_id)
    watermark = connection.watermark if connection else None
    if watermark is not None and watermark > access.clock.now():
        # A clock was set back: what changed since then would never be asked for.
        watermark = None
    return Progress(
        run_id=run.id,
        attempt=run.attempt,
        firm_id=run.firm_id,
        kind=run.kind,
        position=Position.of(run),
        watermark=watermark,
        side_since=_side_since(connection, watermark, run.started_at),
        seen_until=watermark + OVERLAP if watermark else None,
        clio_time=run.clio_time,
        bills_read=run.bills_read,
        bills_total=run.bills_total,
        changed=run.invoices_updated,
        differences=run.differences,
        requests_before=run.requests_used,
    )


def _side_since(
    connection: ClioConnection | None, watermark: datetime | None, started_at: datetime
) -> datetime | None:
    """Since when contacts and deleted bills are to be read now; nothing before their hour."""
    if connection is None or watermark is None:
        return None
    since = connection.side_read_at or watermark
    # By Clio's clock and before the overlap, so an hour has passed a little early.
    return None if timedelta() <= started_at - since < SIDE_EVERY else min(since, watermark)


async def _read_everything(access: ClioAccess, client: ClioClient, progress: Progress) -> None:
    wanted = listings(
        progress.kind,
        watermark=progress.watermark,
        side_since=progress.side_since,
        since=progress.position.since,
    )
    while progress.position.listing < len(wanted):
        await _read_listing(access, client, progress, wanted[progress.position.listing])
    if progress.is_first or progress.kind is RunKind.reconciliation:
        # Its lists show what is open or paid, and not what has become void, say, since.
        await read_left_out(access, client, progress)
    await read_beside(access, client, progress)


async def _read_listing(
    access: ClioAccess, client: ClioClient, progress: Progress, listing: Listing
) -> None:
    start = progress.position.next_url
    try:
        await _read_pages(access, client, progress, listing, start)
    except ClioRefused:
        if start is None or progress.position.next_url != start:
            raise
        # Clio no longer knows the page where an earlier reading stopped: from the beginning.
        progress.position.next_url = None
        progress.bills_read = progress.position.read_before
        await _read_pages(access, client, progress, listing, None)


async def _read_pages(
    access: ClioAccess,
    client: ClioClient,
    progress: Progress,
    listing: Listing,
    start: str | None,
) -> None:
    store = _store_bills if listing.path == BILLS else _store_contacts
    async for page in client.pages(listing.path, listing.params, start=start):
        if progress.clio_time is None:
            progress.clio_time = page.clio_time or progress.position.since
        await store(access, client, progress, page)


def _move_on(progress: Progress, page: Answer) -> None:
    """The next page of the list, or the next list."""
    position = progress.position
    position.next_url = page.next_url
    if page.next_url is None:
        position.listing += 1
        position.read_before = progress.bills_read


async def _store_bills(
    access: ClioAccess, client: ClioClient, progress: Progress, page: Answer
) -> None:
    bills, problems = parse_bills(page.data)
    now = access.clock.now()
    records = to_records(bills, base=client.base_url, region=client.region, now=now)
    if page.records is not None:
        progress.bills_total = progress.position.read_before + page.records
    progress.note_problems(list(problems.values()))
    async with one_step(access, client, progress) as session:
        found = []
        if progress.kind is RunKind.reconciliation:
            found = await find_differences(
                session,
                firm_id=progress.firm_id,
                records=records,
                seen_until=progress.seen_until,
            )
        changed = await store_bills(session, firm_id=progress.firm_id, records=records, now=now)
        await note_differences(session, progress, found, now=now)
        progress.bills_read += len(page.data)
        progress.changed += len(changed)
        _move_on(progress, page)


async def _store_contacts(
    access: ClioAccess, client: ClioClient, progress: Progress, page: Answer
) -> None:
    contacts = parse_contacts(page.data)
    async with one_step(access, client, progress) as session:
        changed = await store_contacts(
            session, firm_id=progress.firm_id, contacts=contacts, now=access.clock.now()
        )
        progress.changed += len(changed)
        _move_on(progress, page)


async def _finish(access: ClioAccess, client: ClioClient, progress: Progress) -> None:
    """The last page is stored: only now does the watermark move.

    A bill that could not be read fails the run and keeps the watermark, so that the next run
    looks at it again; all others are stored.
    """
    problem = " ".join(progress.problems) or None
    async with access.database.transaction(progress.firm_id) as session:
        run = await _locked(session, progress)
        run.state = RunState.failed if problem else RunState.succeeded
        run.error = problem
        run.finished_at = run.heartbeat_at = access.clock.now()
        run.requests_used = progress.requests_before + client.requests_used
        run.position = None
        if problem is None:
            await note_success(session, access, progress.firm_id)
            await _move_watermark(session, progress)
    if problem is not None:
        await note_problem(access, progress.firm_id, ClioMalformed(problem))


async def _move_watermark(session: AsyncSession, progress: Progress) -> None:
    connection = await session.get(ClioConnection, progress.firm_id)
    if connection is None:
        return
    if progress.is_first or progress.kind is RunKind.reconciliation:
        connection.full_read_at = progress.position.since
    if progress.kind is RunKind.reconciliation:
        return
    connection.watermark = (progress.clio_time or progress.position.since) - OVERLAP
    if progress.is_first or progress.side_since is not None:
        connection.side_read_at = connection.watermark


async def _fail(access: ClioAccess, progress: Progress, message: str) -> None:
    """The run ends; its position stays, for the next one of its kind to go on from."""
    async with access.database.transaction(progress.firm_id) as session:
        try:
            run = await _locked(session, progress)
        except RunTakenAway:
            return
        run.state = RunState.failed
        run.error = message
        run.finished_at = access.clock.now()


async def _hand_back(access: ClioAccess, progress: Progress) -> None:
    """This worker is being stopped: another one may go on at once."""
    async with access.database.transaction(progress.firm_id) as session:
        try:
            run = await _locked(session, progress)
        except RunTakenAway:
            return
        run.picked_up_at = None
        run.attempt += 1


async def _locked(session: AsyncSession, progress: Progress) -> SyncRun:
    return await lock_run(
        session, firm_id=progress.firm_id, run_id=progress.run_id, attempt=progress.attempt
    )
