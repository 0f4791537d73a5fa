"""Notes that staff write on an invoice: added, deleted, and brought back."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.errors import Forbidden, NotFound
from invoice_tracker.invoices.note_models import InvoiceNote

MAX_NOTES = 500


async def list_notes(
    session: AsyncSession, *, firm_id: UUID, invoice_id: UUID
) -> Sequence[InvoiceNote]:
    """The invoice's notes, newest first, at most ``MAX_NOTES``."""
    rows = await session.scalars(
        select(InvoiceNote)
        .where(
            InvoiceNote.firm_id == firm_id,
            InvoiceNote.invoice_id == invoice_id,
            InvoiceNote.deleted_at.is_(None),
        )
        .order_by(InvoiceNote.created_at.desc(), InvoiceNote.id)
        .limit(MAX_NOTES)
    )
    return rows.all()


async def add_note(
    session: AsyncSession,
    *,
    firm_id: UUID,
    invoice_id: UUID,
    text: str,
    author_id: UUID,
    author: str,
    now: datetime,
) -> InvoiceNote:
    """Write a note. The invoice must be known to be the firm's."""
    note = InvoiceNote(
        id=uuid4(),
        firm_id=firm_id,
        invoice_id=invoice_id,
        text=text,
        author_id=author_id,
        author=author,
        created_at=now,
    )
    session.add(note)
    await session.flush()
    return note


async def set_deleted(
    session: AsyncSession,
    *,
    firm_id: UUID,
    note_id: UUID,
    deleted_at: datetime | None,
    user_id: UUID,
    may_others: bool,
) -> InvoiceNote:
    """Delete a note, or bring it back with None. Twice is as good as once.

    Raises ``NotFound``, and ``Forbidden`` for somebody else's note without ``may_others``.
    """
    note = await session.scalar(
        select(InvoiceNote).where(InvoiceNote.firm_id == firm_id, InvoiceNote.id == note_id)
    )
    if note is None:
        raise NotFound("There is no such note.")
    if note.author_id != user_id and not may_others:
        raise Forbidden("Only its author, billing or the owner may delete this note.")
    note.deleted_at = deleted_at
    await session.flush()
    return note
