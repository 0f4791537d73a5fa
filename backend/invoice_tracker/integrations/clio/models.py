"""The connection of a firm to Clio, and the runs that read from it."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from invoice_tracker.core.orm import Base, FirmOwned, Identified


class ConnectionState(StrEnum):
    """Whether Clio can be read."""

    connected = "connected"
    needs_reconnect = "needs_reconnect"
    disconnected = "disconnected"


class RecordStrategy(StrEnum):
    """How payments get into Clio."""

    automatic = "automatic"
    manual = "manual"


class ClioConnection(Base):
    """Tokens, encrypted, and how far reading has come."""

    __tablename__ = "clio_connections"

    firm_id: Mapped[UUID] = mapped_column(
        ForeignKey("firms.id", ondelete="CASCADE"), primary_key=True
    )
    region: Mapped[str]
    state: Mapped[ConnectionState]
    access_token: Mapped[bytes | None] = mapped_column(LargeBinary)
    refresh_token: Mapped[bytes | None] = mapped_column(LargeBinary)
    token_expires_at: Mapped[datetime | None]
    clio_account_id: Mapped[int] = mapped_column(BigInteger)
    account_name: Mapped[str]
    clio_user_id: Mapped[int] = mapped_column(BigInteger)
    user_name: Mapped[str]
    record_strategy: Mapped[RecordStrategy] = mapped_column(default=RecordStrategy.automatic)
    watermark: Mapped[datetime | None]
    """By Clio's own clock: everything changed before it has been read."""
    full_read_at: Mapped[datetime | None]
    """When everything open here was last held against everything open in Clio."""
    side_read_at: Mapped[datetime | None]
    """By Clio's own clock: contacts changed and bills deleted before it have been read."""
    log_reminders_since: Mapped[datetime | None]
    """From when on reminders are logged in Clio as communications; nothing while that is off."""
    connected_at: Mapped[datetime]
    last_read_at: Mapped[datetime | None]
    error: Mapped[str | None]


class OAuthState(Identified, FirmOwned, Base):
    """A connection that was begun: binds Clio's answer to the person who asked."""

    __tablename__ = "clio_oauth_states"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary)
    region: Mapped[str]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    accepts_other_account: Mapped[bool] = mapped_column(default=False)
    """The person said that it may be another Clio account than before."""
    created_at: Mapped[datetime]


class RunKind(StrEnum):
    """Why a run happened."""

    first_import = "first_import"
    scheduled = "scheduled"
    resync = "resync"
    reconciliation = "reconciliation"


class RunState(StrEnum):
    """How a run stands."""

    running = "running"
    succeeded = "succeeded"
    failed = "failed"


class SyncRun(Identified, FirmOwned, Base):
    """One reading of Clio. At most one runs per firm, and one reconciliation beside it."""

    __tablename__ = "sync_runs"
    __table_args__ = (
        Index(
            "uq_sync_runs_reading",
            "firm_id",
            unique=True,
            postgresql_where=text("state = 'running' AND kind <> 'reconciliation'"),
        ),
        Index(
            "uq_sync_runs_reconciling",
            "firm_id",
            unique=True,
            postgresql_where=text("state = 'running' AND kind = 'reconciliation'"),
        ),
        Index("ix_sync_runs_firm_id_started_at", "firm_id", "started_at"),
    )

    kind: Mapped[RunKind]
    state: Mapped[RunState] = mapped_column(default=RunState.running)
    started_at: Mapped[datetime]
    picked_up_at: Mapped[datetime | None]
    """When a worker began with it; nothing while it waits for one."""
    heartbeat_at: Mapped[datetime]
    """Moves with each page; a run whose heartbeat stopped was interrupted."""
    finished_at: Mapped[datetime | None]
    attempt: Mapped[int] = mapped_column(default=1)
    """More than one when a run was interrupted and another worker went on with it."""
    position: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    """Where reading stands, see ``Position``; nothing once it is over."""
    clio_time: Mapped[datetime | None]
    """Clio's clock at the first answer: the next run reads from here."""
    differences: Mapped[int] = mapped_column(default=0)
    bills_read: Mapped[int] = mapped_column(default=0)
    bills_total: Mapped[int | None]
    invoices_updated: Mapped[int] = mapped_column(default=0)
    requests_used: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]


class DifferenceKind(StrEnum):
    """How a bill here and the same bill in Clio differed."""

    missing_here = "missing_here"
    closed_there = "closed_there"
    differs = "differs"


class SyncDifference(Identified, FirmOwned, Base):
    """What a reconciliation found and healed: the reading before it should have brought it."""

    __tablename__ = "sync_differences"
    __table_args__ = (Index("ix_sync_differences_firm_id_run_id", "firm_id", "run_id", "id"),)

    run_id: Mapped[UUID] = mapped_column(ForeignKey("sync_runs.id", ondelete="CASCADE"))
    clio_id: Mapped[int] = mapped_column(BigInteger)
    invoice_id: Mapped[UUID | None] = mapped_column(ForeignKey("invoices.id", ondelete="CASCADE"))
    kind: Mapped[DifferenceKind]
    detail: Mapped[str]
    found_at: Mapped[datetime]


class WebhookModel(StrEnum):
    """What Clio tells us about."""

    bill = "bill"
    contact = "contact"


class WebhookStatus(StrEnum):
    """How a subscription stands in Clio."""

    pending = "pending"
    enabled = "enabled"
    suspended = "suspended"


class ClioWebhook(Identified, FirmOwned, Base):
    """A subscription to Clio's events. An event only says what to read again."""

    __tablename__ = "clio_webhooks"
    __table_args__ = (UniqueConstraint("firm_id", "model"),)

    model: Mapped[WebhookModel]
    clio_webhook_id: Mapped[int | None] = mapped_column(BigInteger)
    secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    status: Mapped[WebhookStatus]
    expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    last_event_at: Mapped[datetime | None]
    suspended_at: Mapped[datetime | None]
    """When Clio was last found to have suspended it, made again since or not."""
    look_at: Mapped[datetime | None]
    """When to see to it again; nothing for at once."""
    problem: Mapped[str | None]


class ClioReread(Base):
    """A bill or a contact that Clio said has changed, waiting to be read."""

    __tablename__ = "clio_rereads"

    firm_id: Mapped[UUID] = mapped_column(
        ForeignKey("firms.id", ondelete="CASCADE"), primary_key=True
    )
    model: Mapped[WebhookModel] = mapped_column(primary_key=True)
    clio_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    marked_at: Mapped[datetime]


class LogState(StrEnum):
    """What became of a reminder's entry in Clio."""

    pending = "pending"
    logged = "logged"
    failed = "failed"
    uncertain = "uncertain"


class CommunicationLog(Identified, FirmOwned, Base):
    """A sent mail's entry among a matter's communications in Clio: at most one."""

    __tablename__ = "clio_communication_logs"
    __table_args__ = (
        UniqueConstraint("reminder_id"),
        Index(
            "ix_clio_communication_logs_pending",
            "firm_id",
            "next_attempt_at",
            postgresql_where=text("state = 'pending'"),
        ),
        Index(
            "ix_clio_communication_logs_to_show",
            "firm_id",
            "created_at",
            postgresql_where=text("state IN ('failed', 'uncertain')"),
        ),
    )

    reminder_id: Mapped[UUID] = mapped_column(ForeignKey("reminders.id", ondelete="CASCADE"))
    """One of the mail's reminders of that matter; a mail about one invoice has only one."""
    state: Mapped[LogState]
    clio_communication_id: Mapped[int | None] = mapped_column(BigInteger)
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None]
    """When it is tried again; while Clio is being asked, when it is given up for lost."""
    error: Mapped[str | None]
    """In words. A pending entry without one is being made at this moment."""
    created_at: Mapped[datetime]
