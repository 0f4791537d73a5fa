"""The connection of a firm to its Stripe account."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from invoice_tracker.core.orm import Base


class ConnectionState(StrEnum):
    """Whether payments can be taken."""

    connected = "connected"
    needs_reconnect = "needs_reconnect"
    disconnected = "disconnected"


class WebhookSetup(StrEnum):
    """How Stripe's events reach us."""

    created = "created"
    manual = "manual"
    missing = "missing"


class StripeConnection(Base):
    """The firm's own key and the secret its events are signed with, both encrypted."""

    __tablename__ = "stripe_connections"

    firm_id: Mapped[UUID] = mapped_column(
        ForeignKey("firms.id", ondelete="CASCADE"), primary_key=True
    )
    state: Mapped[ConnectionState]
    api_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    key_hint: Mapped[str]
    account_id: Mapped[str]
    account_name: Mapped[str]
    livemode: Mapped[bool]
    webhook: Mapped[WebhookSetup]
    webhook_endpoint_id: Mapped[str | None]
    webhook_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    earlier_webhook_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Still good until ``earlier_webhook_secret_until``, for events that are on their way."""
    earlier_webhook_secret_until: Mapped[datetime | None]
    connected_at: Mapped[datetime]
    last_event_at: Mapped[datetime | None]
    caught_up_at: Mapped[datetime]
    """All events before it have been fetched from Stripe's list, whether or not they came in."""
    error: Mapped[str | None]
    lacking_permissions: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list)
    """What the key may not do, as found at ``permissions_checked_at``."""
    permissions_checked_at: Mapped[datetime | None]
    payout_confirmed_by: Mapped[str | None]
    """Who said that this account pays out to the firm's operating account, never to trust."""
    payout_confirmed_at: Mapped[datetime | None]
