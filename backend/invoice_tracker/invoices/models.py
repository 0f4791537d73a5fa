"""Invoices, clients and matters as Clio has them, and what happened to each invoice."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ForeignKey,
    Index,
    LargeBinary,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from invoice_tracker.core.orm import Base, FirmOwned, Identified, Minor

DUE_DAY = "COALESCE(due_on, '9000-01-01'::date)"
"""Due day to sort by. Not the last day of all: asyncpg sends that one as infinity."""


class Client(Identified, FirmOwned, Base):
    """A client of the firm: a contact in Clio."""

    __tablename__ = "clients"
    __table_args__ = (UniqueConstraint("firm_id", "clio_id"),)

    clio_id: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str]
    first_name: Mapped[str | None]
    is_company: Mapped[bool] = mapped_column(default=False)
    email: Mapped[str | None]
    """Primary address in Clio. Missing when Clio hides or lacks it."""
    email_override: Mapped[str | None]
    """Set here by staff; stronger than Clio's."""
    email_addresses: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    """All that Clio has: ``address``, ``name`` (Work, Home …) and ``primary`` of each."""
    clio_reminders_enabled: Mapped[bool] = mapped_column(default=False)
    """Clio itself sends this client reminders."""
    time_zone: Mapped[str | None]
    """IANA name, set here by staff; nothing: the firm's."""

    @property
    def effective_email(self) -> str | None:
        """Where reminders go."""
        return self.email_override or self.email


class Matter(Identified, FirmOwned, Base):
    """A matter in Clio. Its description stays out of mails."""

    __tablename__ = "matters"
    __table_args__ = (
        UniqueConstraint("firm_id", "clio_id"),
        Index(
            "ix_matters_unread",
            "firm_id",
            "clio_id",
            postgresql_where=text("details_read_at IS NULL"),
        ),
    )

    clio_id: Mapped[int] = mapped_column(BigInteger)
    display_number: Mapped[str]
    description: Mapped[str | None]
    attorney_clio_id: Mapped[int | None] = mapped_column(BigInteger)
    """The responsible attorney, a user in Clio."""
    attorney_name: Mapped[str | None]
    attorney_email: Mapped[str | None]
    practice_area: Mapped[str | None]
    details_read_at: Mapped[datetime | None]
    """When attorney and practice area were last read: no bill brings them."""


class ClioState(StrEnum):
    """State of a bill in Clio."""

    draft = "draft"
    awaiting_approval = "awaiting_approval"
    awaiting_payment = "awaiting_payment"
    paid = "paid"
    void = "void"
    deleted = "deleted"


class Invoice(Identified, FirmOwned, Base):
    """A bill of Clio that is, or was, approved. Revenue only, never trust money."""

    __tablename__ = "invoices"
    __table_args__ = (
        UniqueConstraint("firm_id", "clio_id"),
        # The order of the Invoices page, with bills without a due date at the end.
        Index("ix_invoices_by_due_day", "firm_id", text(DUE_DAY), "id"),
        Index("ix_invoices_firm_id_client_id", "firm_id", "client_id"),
        Index("ix_invoices_firm_id_issued_on", "firm_id", "issued_on"),
        Index(
            "ix_invoices_open",
            "firm_id",
            "last_read_at",
            postgresql_where=text("clio_state = 'awaiting_payment'"),
        ),
    )

    clio_id: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[str]
    clio_state: Mapped[ClioState]
    client_id: Mapped[UUID | None] = mapped_column(ForeignKey("clients.id"))
    matter_id: Mapped[UUID | None] = mapped_column(ForeignKey("matters.id"))
    """The first of its matters; a client bill may have several."""
    matter_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list)
    """All of its matters, the first first."""
    is_split: Mapped[bool] = mapped_column(default=False)
    """One of several bills for the same work: each payer has one."""
    is_trust: Mapped[bool] = mapped_column(default=False)
    """Became a request for trust money in Clio: deleted here, as it is none of ours any more."""
    clio_user_id: Mapped[int | None] = mapped_column(BigInteger)
    """Who owns the bill in Clio."""
    subject: Mapped[str | None]
    issued_on: Mapped[date | None]
    due_on: Mapped[date | None]
    currency: Mapped[str]
    total_minor: Mapped[int] = mapped_column(Minor)
    clio_paid_minor: Mapped[int] = mapped_column(Minor)
    clio_paid_known_minor: Mapped[int | None] = mapped_column(Minor)
    """How much of Clio's ``paid`` our payments account for; nothing before the first comparison."""
    clio_balance_minor: Mapped[int] = mapped_column(Minor)
    clio_pending_minor: Mapped[int] = mapped_column(Minor, default=0)
    """Being paid through Clio Payments at this moment."""
    clio_url: Mapped[str] = mapped_column(default="")
    """Page of the bill in Clio, for people."""
    etag: Mapped[str]
    clio_updated_at: Mapped[datetime]
    last_read_at: Mapped[datetime]
    """When this bill was last read from Clio, whether or not it had changed."""
    created_at: Mapped[datetime]


class TimelineEntry(Identified, FirmOwned, Base):
    """One thing that happened to an invoice, in words. Append-only."""

    __tablename__ = "timeline_entries"
    __table_args__ = (
        Index("ix_timeline_entries_invoice", "firm_id", "invoice_id", "at", "id"),
        Index(
            "ix_timeline_entries_payment",
            "payment_id",
            postgresql_where=text("payment_id IS NOT NULL"),
        ),
    )

    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("invoices.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    kind: Mapped[str]
    title: Mapped[str]
    detail: Mapped[str | None]
    actor: Mapped[str | None]
    """A person's name; nothing when the product did it."""
    reminder_id: Mapped[UUID | None]
    payment_id: Mapped[UUID | None]


class BillDocument(Base):
    """A bill as a document, as long as the bill has this etag."""

    __tablename__ = "bill_documents"

    invoice_id: Mapped[UUID] = mapped_column(
        ForeignKey("invoices.id", ondelete="CASCADE"), primary_key=True
    )
    firm_id: Mapped[UUID] = mapped_column(ForeignKey("firms.id", ondelete="CASCADE"))
    etag: Mapped[str]
    pdf: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime]
