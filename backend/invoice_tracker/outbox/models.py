"""Messages to send. The unique key is the guarantee that nothing is sent twice."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from invoice_tracker.core.orm import Base, FirmOwned, Identified


class MessageState(StrEnum):
    """``waiting → claimed → sending → sent``; every message ends in one of the last five."""

    waiting = "waiting"
    claimed = "claimed"
    """A worker looks at it. If that worker dies, the lease runs out and it waits again."""
    sending = "sending"
    """Written before the mail server is called. If the worker dies here: uncertain."""
    sent = "sent"
    cancelled = "cancelled"
    failed = "failed"
    uncertain = "uncertain"
    """Perhaps it left, perhaps not: a person decides. It is never sent again by itself."""


class OutboxMessage(Identified, FirmOwned, Base):
    """One mail to one recipient, written whole before it is sent."""

    __tablename__ = "outbox_messages"
    __table_args__ = (
        UniqueConstraint("firm_id", "dedupe_key"),
        UniqueConstraint("message_id"),
        Index(
            "ix_outbox_messages_due",
            "firm_id",
            "next_attempt_at",
            postgresql_where=text("state = 'waiting'"),
        ),
        Index(
            "ix_outbox_messages_leased",
            "firm_id",
            "lease_until",
            postgresql_where=text("state IN ('claimed', 'sending')"),
        ),
        Index(
            "ix_outbox_messages_sent",
            "firm_id",
            "sent_at",
            postgresql_where=text("state IN ('sent', 'uncertain')"),
        ),
        Index("ix_outbox_messages_subject", "firm_id", "subject_id"),
    )

    kind: Mapped[str]
    """Names the handler that knows whether the mail is still wanted."""
    dedupe_key: Mapped[str]
    subject_id: Mapped[UUID | None]
    """What the mail is about, for the handler: a reminder's id, say."""
    recipient: Mapped[str]
    message_id: Mapped[str]
    """RFC 5322 Message-ID, fixed here so that a repeat can be recognised."""
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """The mail as it leaves: ``outbox.schemas.MailContent``."""
    state: Mapped[MessageState] = mapped_column(default=MessageState.waiting)
    reason: Mapped[str | None]
    """In plain words: why it waits, was cancelled or failed."""
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime]
    claim_id: Mapped[UUID | None]
    """Which claim holds it: a worker whose lease ran out finds another claim's id here."""
    lease_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    smtp_response: Mapped[str | None]
