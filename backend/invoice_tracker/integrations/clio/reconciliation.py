"""Everything open here against everything open in Clio, both ways, once a night.

The readings of the day should have brought every change already. What they did not bring is stored
now like any other change, and told as a difference, so that a person can see that it happened.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.integrations.clio.access import ClioAccess
from invoice_tracker.integrations.clio.client import ClioClient
from invoice_tracker.integrations.clio.models import DifferenceKind, RunKind, SyncDifference
from invoice_tracker.integrations.clio.progress import Progress, one_step
from invoice_tracker.integrations.clio.reading import BATCH, Reading, read_again
from invoice_tracker.invoices.changes import STATE_SENTENCES, describe_changes
from invoice_tracker.invoices.models import ClioState, Invoice
from invoice_tracker.invoices.records import BillRecord

NIGHT = time(2, 0)
"""When a firm's night is deepest, by its own clock."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How one bill differs."""

    clio_id: int
    kind: DifferenceKind
    detail: str


def reconciliation_due(full_read_at: datetime | None, *, now: datetime, zone: ZoneInfo) -> bool:
    """Whether a night has begun since the last one. After an outage the next hour serves."""
    if full_read_at is None or full_read_at > now:
        return True
    local = now.astimezone(zone)
    tonight = datetime.combine(local.date(), NIGHT, zone)
    latest = tonight if local >= tonight else tonight - timedelta(days=1)
    return full_read_at < latest


async def find_differences(
    session: AsyncSession,
    *,
    firm_id: UUID,
    records: Collection[BillRecord],
    seen_until: datetime | None,
) -> list[Difference]:
    """How these bills differ from what is stored; to be asked before they are stored.

    What changed in Clio after the last reading is news and no difference.
    """
    old_news = [bill for bill in records if seen_until is None or bill.updated_at <= seen_until]
    rows = await session.scalars(
        select(Invoice).where(
            Invoice.firm_id == firm_id,
            Invoice.clio_id.in_([bill.clio_id for bill in old_news]),
        )
    )
    known = {invoice.clio_id: invoice for invoice in rows}
    found = []
    for bill in old_news:
        invoice = known.get(bill.clio_id)
        if invoice is None:
            detail = f"Bill {bill.number} was not here"
            found.append(Difference(bill.clio_id, DifferenceKind.missing_here, detail))
        elif sentences := describe_changes(invoice, bill):
            detail = ". ".join(sentences)
            found.append(Difference(bill.clio_id, DifferenceKind.differs, detail))
    return found


async def note_differences(
    session: AsyncSession, progress: Progress, found: Iterable[Difference], *, now: datetime
) -> None:
    """Tell what was found, after it has been healed."""
    noted = list(found)
    rows = await session.execute(
        select(Invoice.clio_id, Invoice.id).where(
            Invoice.firm_id == progress.firm_id,
            Invoice.clio_id.in_([difference.clio_id for difference in noted]),
        )
    )
    ids = dict(rows.all())
    session.add_all(
        SyncDifference(
            firm_id=progress.firm_id,
            run_id=progress.run_id,
            clio_id=difference.clio_id,
            invoice_id=ids.get(difference.clio_id),
            kind=difference.kind,
            detail=difference.detail,
            found_at=now,
        )
        for difference in noted
    )
    progress.differences += len(noted)
    await session.flush()


async def read_left_out(access: ClioAccess, client: ClioClient, progress: Progress) -> None:
    """Open invoices that the listing did not show: void, deleted, or no longer approved."""
    after = UUID(int=0)
    while batch := await _left_out(access, progress, after=after):
        after = batch[-1]
        reading = Reading()
        await read_again(access, client, progress.firm_id, batch, reading)
        progress.note_problems(reading.problems)
        progress.changed += len(reading.changed)
        async with one_step(access, client, progress) as session:
            closed = []
            if progress.kind is RunKind.reconciliation:
                closed = await _closed(session, progress, reading.changed)
            await note_differences(session, progress, closed, now=access.clock.now())


async def _left_out(access: ClioAccess, progress: Progress, *, after: UUID) -> Sequence[UUID]:
    async with access.database.transaction(progress.firm_id) as session:
        rows = await session.scalars(
            select(Invoice.id)
            .where(
                Invoice.firm_id == progress.firm_id,
                Invoice.clio_state == ClioState.awaiting_payment,
                # In the future: from before our clock was set back.
                or_(
                    Invoice.last_read_at < progress.position.since,
                    Invoice.last_read_at > access.clock.now(),
                ),
                Invoice.id > after,
            )
            .order_by(Invoice.id)
            .limit(BATCH)
        )
        return rows.all()


async def _closed(
    session: AsyncSession, progress: Progress, invoice_ids: Collection[UUID]
) -> list[Difference]:
    rows = await session.scalars(
        select(Invoice).where(Invoice.firm_id == progress.firm_id, Invoice.id.in_(invoice_ids))
    )
    return [
        Difference(
            invoice.clio_id, DifferenceKind.closed_there, STATE_SENTENCES[invoice.clio_state]
        )
        for invoice in rows
        if progress.seen_until is None or invoice.clio_updated_at <= progress.seen_until
    ]
