"""Which day a client has named, for texts that remind of it."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.models import Promise, PromiseState


async def promised_days(
    session: AsyncSession, *, firm_id: UUID, invoice_ids: Sequence[UUID]
) -> dict[UUID, date]:
    """The day of each invoice's latest promise that was not withdrawn, for texts that name it."""
    rows = await session.execute(
        select(Promise.invoice_id, Promise.promised_on)
        .where(
            Promise.firm_id == firm_id,
            Promise.invoice_id.in_(invoice_ids),
            Promise.state != PromiseState.withdrawn,
        )
        .order_by(Promise.created_at, Promise.id)
    )
    return dict(rows.all())
