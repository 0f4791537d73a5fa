"""Webhook events, recorded once before anything is done with them."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from invoice_tracker.core.orm import Base, FirmOwned, Identified


class WebhookEvent(Identified, FirmOwned, Base):
    """An event as it came in. ``handled_at`` is set in the transaction that handled it."""

    __tablename__ = "webhook_events"
    __table_args__ = (
        UniqueConstraint("firm_id", "source", "external_id"),
        Index(
            "ix_webhook_events_open",
            "firm_id",
            "next_attempt_at",
            postgresql_where=text("handled_at IS NULL"),
        ),
    )

    source: Mapped[str]
    external_id: Mapped[str]
    kind: Mapped[str]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[datetime]
    next_attempt_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    handled_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    """What handling it did, or why it failed, in words."""
