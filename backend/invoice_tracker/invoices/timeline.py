"""What happened to an invoice, in words, newest first. Entries are added and never changed."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.invoices.models import TimelineEntry

MAX_ENTRIES = 500


async def add(
    session: AsyncSession,
    *,
    firm_id: UUID,
    invoice_id: UUID,
    at: datetime,
    kind: str,
    title: str,
    detail: str | None = None,
    actor: str | None = None,
    reminder_id: UUID | None = None,
    payment_id: UUID | None = None,
) -> None:
    """Write one entry. ``title`` is a short sentence, ``actor`` a person's name or nothing."""
    session.add(
        TimelineEntry(
            firm_id=firm_id,
            invoice_id=invoice_id,
            at=at,
            kind=kind,
            title=title,
            detail=detail,
            actor=actor,
            reminder_id=reminder_id,
            payment_id=payment_id,
        )
    )
    await session.flush()


async def list_entries(
    session: AsyncSession, *, firm_id: UUID, invoice_id: UUID
) -> Sequence[TimelineEntry]:
    """The invoice's entries, newest first, at most ``MAX_ENTRIES``."""
    rows = await session.scalars(
        select(TimelineEntry)
        .where(TimelineEntry.firm_id == firm_id, TimelineEntry.invoice_id == invoice_id)
        .order_by(TimelineEntry.at.desc(), TimelineEntry.id.desc())
        .limit(MAX_ENTRIES)
    )
    return rows.all()
