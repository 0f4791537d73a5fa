"""Keeps a mail from leaving in the same second in which many invoices are paused at once.

Whoever lets a mail go shares the firm's lock before it reads the holds; whoever sets or ends a hold
of more than one invoice takes it alone. So every mail is either on its way before such a hold is
set, or it sees the hold. Taken after the rows of invoices and of the outbox, never before them.
"""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


async def share_sending(session: AsyncSession, *, firm_id: UUID) -> None:
    """From here to the end of the transaction no hold of more than one invoice is set or ended."""
    await session.execute(
        text("SELECT pg_advisory_xact_lock_shared(hashtextextended('wide holds ' || :firm, 0))"),
        {"firm": str(firm_id)},
    )


async def stop_sending(session: AsyncSession, *, firm_id: UUID) -> None:
    """Wait for mails that are being let go; to the end of the transaction no other is."""
    await session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended('wide holds ' || :firm, 0))"),
        {"firm": str(firm_id)},
    )
