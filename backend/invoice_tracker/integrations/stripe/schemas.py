"""The connection to Stripe as the API shows it. The key itself never leaves."""

from collections.abc import Collection
from datetime import datetime
from typing import Literal, Self

from pydantic import Field

from invoice_tracker.core.schemas import Input, Output
from invoice_tracker.integrations.stripe.models import (
    ConnectionState,
    StripeConnection,
    WebhookSetup,
)
from invoice_tracker.integrations.stripe.permissions import PERMISSIONS


class ConnectStripe(Input):
    """A restricted or secret key; the signing secret only where the endpoint is made by hand."""

    api_key: str = Field(min_length=1, max_length=500)
    webhook_secret: str | None = Field(default=None, max_length=500)
    pays_operating_account: bool = False
    """The firm says that Stripe pays out to its operating account, never to trust."""


class DisconnectStripe(Input):
    """The word DISCONNECT, typed by a person."""

    confirm: str = Field(max_length=50)


class StripePermissionOut(Output):
    """One permission of the key, named as on Stripe's page.

    ``without_it`` says what is done differently; nothing for one that is required.
    """

    key: str
    name: str
    access: str
    purpose: str
    is_granted: bool
    is_required: bool
    without_it: str | None

    @classmethod
    def all_of(cls, lacking: Collection[str]) -> list[Self]:
        """Every permission the product asks for, of a key that lacks these."""
        return [
            cls(
                key=one.key,
                name=one.name,
                access=one.access,
                purpose=one.purpose,
                is_granted=one.key not in lacking,
                is_required=one.is_required,
                without_it=one.without_it,
            )
            for one in PERMISSIONS
        ]


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
    permissions: list[StripePermissionOut] = Field(default_factory=list)
    permissions_checked_at: datetime | None = None
    payout_confirmed_by: str | None = None
    payout_confirmed_at: datetime | None = None

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
            permissions=StripePermissionOut.all_of(row.lacking_permissions)
            if row.permissions_checked_at is not None
            else [],
            permissions_checked_at=row.permissions_checked_at,
            payout_confirmed_by=row.payout_confirmed_by,
            payout_confirmed_at=row.payout_confirmed_at,
        )
