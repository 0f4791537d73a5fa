"""The end of everything a firm collects, in a fixed number of statements."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.endings import TITLES
from invoice_tracker.collections.models import Collection, CollectionState
from invoice_tracker.collections.sending.queued import cancel_open
from invoice_tracker.invoices.models import TimelineEntry

_IDS = 10_000
"""A statement takes at most 32,767 parameters."""


async def stop_all(session: AsyncSession, *, firm_id: UUID, reason: str, now: datetime) -> None:
    """Stop every running collection and take back what has not left.

    As ``end_collection`` does for one. The caller holds the locks of the invoice rows.
    """
    state = CollectionState.stopped
    active = (Collection.firm_id == firm_id, Collection.state == CollectionState.active)
    entries = select(
        func.gen_random_uuid(),
        Collection.firm_id,
        Collection.invoice_id,
        literal(now),
        literal("collection_ended"),
        literal(TITLES[state]),
        literal(reason),
    ).where(*active)
    columns = ["id", "firm_id", "invoice_id", "at", "kind", "title", "detail"]
    await session.execute(insert(TimelineEntry).from_select(columns, entries))
    ended = await session.scalars(
        update(Collection)
        .where(*active)
        .values(state=state, ended_at=now, end_reason=reason, next_action_at=None)
        .returning(Collection.id)
        .execution_options(synchronize_session=False)
    )
    ids = ended.all()
    for start in range(0, len(ids), _IDS):
        await cancel_open(
            session,
            firm_id=firm_id,
            collection_ids=ids[start : start + _IDS],
            reason=reason,
            now=now,
        )
