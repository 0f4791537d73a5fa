"""The connection of a firm to Clio, and the runs that read from it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, text
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
    """When every open bill was last read, and not only what had changed."""
    connected_at: Mapped[datetime]
    last_read_at: Mapped[datetime | None]
    error: Mapped[str | None]


class OAuthState(Identified, FirmOwned, Base):
    """A connection that was begun: binds Clio's answer to the person who asked."""

    __tablename__ = "clio_oauth_states"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary)
    region: Mapped[str]
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    created_at: Mapped[datetime]


class RunKind(StrEnum):
    """Why a run happened."""

    first_import = "first_import"
    scheduled = "scheduled"
    resync = "resync"


class RunState(StrEnum):
    """How a run stands."""

    running = "running"
    succeeded = "succeeded"
    failed = "failed"


class SyncRun(Identified, FirmOwned, Base):
    """One reading of Clio. At most one runs per firm."""

    __tablename__ = "sync_runs"
    __table_args__ = (
        Index(
            "uq_sync_runs_running",
            "firm_id",
            unique=True,
            postgresql_where=text("state = 'running'"),
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
    bills_read: Mapped[int] = mapped_column(default=0)
    bills_total: Mapped[int | None]
    invoices_updated: Mapped[int] = mapped_column(default=0)
    requests_used: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]
