"""The connection to Stripe as the API shows it. The key itself never leaves."""

from datetime import datetime
from typing import Literal, Self

from pydantic import Field

from invoice_tracker.core.schemas import Input, Output
from invoice_tracker.integrations.stripe.models import (
    ConnectionState,
    StripeConnection,
    WebhookSetup,
)


class ConnectStripe(Input):
    """A restricted or secret key; the signing secret only where the endpoint is made by hand."""

    api_key: str = Field(min_length=1, max_length=500)
    webhook_secret: str | None = Field(default=None, max_length=500)


class DisconnectStripe(Input):
    """The word DISCONNECT, typed by a person."""

    confirm: str = Field(max_length=50)


class StripeConnectionOut(Output):
    """How the firm stands with Stripe."""

    state: Literal["not_connected", "connected", "needs_reconnect", "disconnected"]
    account_name: str | None = None
    account_id: str | None = None
    livemode: bool | None = None
    key_hint: str | None = None
    webhook: WebhookSetup = WebhookSetup.missing
    connected_at: datetime | None = None
    last_event_at: datetime | None = None
    error: str | None = None

    @classmethod
    def of(cls, row: StripeConnection | None) -> Self:
        """The answer for a stored connection, or for none."""
        if row is None:
            return cls(state="not_connected")
        if row.state is ConnectionState.disconnected:
            return cls(state="disconnected", account_name=row.account_name)
        return cls(
            state=row.state.value,
            account_name=row.account_name,
            account_id=row.account_id,
            livemode=row.livemode,
            key_hint=row.key_hint,
            webhook=row.webhook,
            connected_at=row.connected_at,
            last_event_at=row.last_event_at,
            error=row.error,
        )
