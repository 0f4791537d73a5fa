"""Write down a webhook event once, before anything is done with it."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.inbox.models import WebhookEvent


async def record(
    session: AsyncSession,
    *,
    firm_id: UUID,
    source: str,
    external_id: str,
    kind: str,
    body: bytes,
    now: datetime,
) -> UUID | None:
    """Store an event and return its row's id; None if it was recorded before.

    ``body`` is the raw body whose signature the caller has checked. Handling happens later, in
    ``inbox.process``.
    """
    statement = (
        insert(WebhookEvent)
        .values(
            id=uuid4(),
            firm_id=firm_id,
            source=source,
            external_id=external_id,
            kind=kind,
            body=body,
            received_at=now,
            next_attempt_at=now,
            attempts=0,
        )
        .on_conflict_do_nothing(index_elements=["firm_id", "source", "external_id"])
        .returning(WebhookEvent.id)
    )
    return await session.scalar(statement)
