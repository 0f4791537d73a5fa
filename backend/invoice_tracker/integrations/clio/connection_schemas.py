"""Bodies of the routes of the Clio connection and of sync runs."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from invoice_tracker.core.schemas import Input, Output
from invoice_tracker.integrations.clio.models import RecordStrategy, RunKind, RunState
from invoice_tracker.integrations.clio.regions import RegionKey


class RegionOut(Output):
    """A region of Clio, and whether this installation has a developer application there."""

    key: RegionKey
    name: str
    configured: bool


class ClioConnectionOut(Output):
    """Whether Clio can be read, and as whom."""

    state: Literal["not_connected", "connected", "needs_reconnect", "disconnected"]
    region: RegionKey | None
    account_name: str | None
    user_name: str | None
    connected_at: datetime | None
    last_read_at: datetime | None
    error: str | None
    record_strategy: RecordStrategy
    regions: list[RegionOut]


class ConnectInput(Input):
    """Where the firm's account is."""

    region: RegionKey


class AuthorizeOut(Output):
    """Where the person says yes, in Clio."""

    authorize_url: str


class ClioConnectionUpdate(Input):
    """How payments get into Clio."""

    record_strategy: RecordStrategy


class DisconnectInput(Input):
    """Typed by hand, so that it does not happen by accident."""

    confirm: Literal["DISCONNECT"]


class SyncRunOut(Output):
    """One reading of Clio."""

    id: UUID
    kind: RunKind
    state: RunState
    started_at: datetime
    finished_at: datetime | None
    bills_read: int
    bills_total: int | None
    invoices_updated: int
    requests_used: int
    error: str | None
