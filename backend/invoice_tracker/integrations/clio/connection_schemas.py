"""Bodies of the routes of the Clio connection and of sync runs."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from invoice_tracker.core.schemas import Input, Output
from invoice_tracker.integrations.clio.models import (
    DifferenceKind,
    RecordStrategy,
    RunKind,
    RunState,
    WebhookModel,
)
from invoice_tracker.integrations.clio.regions import RegionKey


class RegionOut(Output):
    """A region of Clio, and whether this installation has a developer application there."""

    key: RegionKey
    name: str
    host: str
    """What the address of an account there begins with."""
    configured: bool
    how_to_set_up: str | None
    """For whoever runs the installation; nothing where it is done."""


class WebhookOut(Output):
    """A subscription to Clio's events."""

    model: WebhookModel
    status: Literal["pending", "enabled", "suspended", "impossible"]
    last_event_at: datetime | None
    suspended_at: datetime | None
    """When Clio was last found to have stopped sending, made again since or not."""
    expires_at: datetime | None
    problem: str | None


class ReminderLogOut(Output):
    """How logging reminders in Clio goes since it was switched on."""

    since: datetime | None
    """Reminders sent from then on are logged; nothing while it is off."""
    failed: int
    uncertain: int
    """Clio's answer was lost: a person looks, it is never tried again."""
    last_problem: str | None


class ClioConnectionOut(Output):
    """Whether Clio can be read, and as whom."""

    state: Literal["not_connected", "connected", "needs_reconnect", "disconnected"]
    region: RegionKey | None
    account_name: str | None
    user_name: str | None
    connected_at: datetime | None
    last_read_at: datetime | None
    next_read_at: datetime | None
    """When reading begins by itself, unless somebody asks sooner."""
    error: str | None
    record_strategy: RecordStrategy
    log_reminders: bool
    """Whether each reminder sent is logged among the communications of its matter."""
    reminder_log: ReminderLogOut
    webhooks: list[WebhookOut]
    regions: list[RegionOut]


class ConnectInput(Input):
    """Where the firm's account is, and whether it may be another one than before.

    With another account everything open of the one before ends here.
    """

    region: RegionKey
    accept_other_account: bool = False


class AuthorizeOut(Output):
    """Where the person says yes, in Clio."""

    authorize_url: str


class ClioConnectionUpdate(Input):
    """What is written to Clio; what is left out stays as it is."""

    record_strategy: RecordStrategy | None = None
    log_reminders: bool | None = None


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
    duration_seconds: int | None
    """Without the time it waited for a worker; nothing while it runs."""
    seconds_left: int | None
    """At the pace so far; nothing while nobody knows."""
    attempt: int
    """More than one when it was interrupted and went on."""
    bills_read: int
    bills_total: int | None
    invoices_updated: int
    requests_used: int
    differences: int
    """What a reconciliation found and healed."""
    error: str | None


class DifferingInvoice(Output):
    """The invoice here that a difference is about."""

    id: UUID
    number: str


class SyncDifferenceOut(Output):
    """A bill that was not the same here and in Clio."""

    id: UUID
    kind: DifferenceKind
    detail: str
    clio_id: int
    invoice: DifferingInvoice | None
    found_at: datetime
