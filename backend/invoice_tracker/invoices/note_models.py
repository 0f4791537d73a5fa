"""Notes that staff write on an invoice."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from invoice_tracker.core.orm import Base, FirmOwned, Identified


class InvoiceNote(Identified, FirmOwned, Base):
    """What a person wants the others to know of an invoice. No client ever sees it."""

    __tablename__ = "invoice_notes"
    __table_args__ = (Index("ix_invoice_notes_invoice", "firm_id", "invoice_id", "created_at"),)

    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("invoices.id", ondelete="CASCADE"))
    text: Mapped[str]
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    author: Mapped[str]
    """The name at the time of writing."""
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    """A deleted note stays, so that deleting can be undone."""
