"""Stripe's events: each one only says what to read again."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

import stripe
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.deps import Adapters
from invoice_tracker.inbox.process import Event
from invoice_tracker.integrations.stripe.client import UnknownToStripe
from invoice_tracker.integrations.stripe.connections import OpenConnection
from invoice_tracker.integrations.stripe.fulfilment import fulfil
from invoice_tracker.integrations.stripe.gateway import StripeGateway
from invoice_tracker.integrations.stripe.reading import Reading, read_intent, read_session

WANTED: Final = (
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "payment_intent.succeeded",
    "payment_intent.processing",
    "payment_intent.payment_failed",
    "payment_intent.canceled",
    "charge.refunded",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
)
"""What the webhook endpoint asks for."""


class Reader(Protocol):
    """Reads one kind of object."""

    async def __call__(
        self, client: stripe.StripeClient, object_id: str, /, *, asked_at: datetime
    ) -> Reading:
        """The object as it stands now."""
        ...


@dataclass(frozen=True, slots=True)
class Skipped:
    """There is nothing to do, or the event is refused; ``reason`` is kept with it."""

    reason: str


def gateway_of(adapters: Adapters) -> StripeGateway:
    """The gateway behind the port, for what only Stripe knows."""
    if not isinstance(adapters.gateway, StripeGateway):
        raise TypeError("Stripe's events need Stripe's gateway")
    return adapters.gateway


class StripeEvents:
    """Handles the inbox's events of source ``stripe``."""

    def __init__(self, adapters: Adapters) -> None:
        self._adapters = adapters
        self._gateway = gateway_of(adapters)

    async def prepare(self, event: Event) -> Reading | Skipped:
        """Read the event's object again. Raises ``GatewayProblem`` when Stripe cannot be asked."""
        body = json.loads(event.body)
        connection = await self._gateway.connection_of(event.firm_id)
        refusal = refusal_of(body, connection)
        if refusal is not None:
            return Skipped(refusal)
        asked_at = self._adapters.clock.now()
        named = object_to_read(body)
        if named is None:
            return Skipped("Nothing to do for this kind of event.")
        reader, object_id = named

        async def read(client: stripe.StripeClient) -> Reading:
            return await reader(client, object_id, asked_at=asked_at)

        try:
            return await self._gateway.ask(event.firm_id, read)
        except UnknownToStripe:
            return Skipped("Refused: the connected Stripe account has no such payment.")

    async def apply(self, session: AsyncSession, event: Event, prepared: Reading | Skipped) -> str:
        """Write what was read; says in words what was done."""
        if isinstance(prepared, Skipped):
            return prepared.reason
        return await fulfil(
            session, firm_id=event.firm_id, reading=prepared, now=self._adapters.clock.now()
        )


def refusal_of(body: dict[str, Any], connection: OpenConnection) -> str | None:
    """Why an event is not for this connection; None if it is."""
    account = body.get("account")
    if account is not None and account != connection.account_id:
        return "Refused: it comes from another Stripe account."
    if bool(body.get("livemode")) is not connection.livemode:
        mode = "live" if connection.livemode else "test"
        return f"Refused: the connection is in {mode} mode, and the event is not."
    return None


def object_to_read(body: dict[str, Any]) -> tuple[Reader, str] | None:
    """Which object to read for an event, and how; None for kinds that need nothing."""
    kind, item = str(body.get("type", "")), body.get("data", {}).get("object", {})
    if kind.startswith("checkout.session."):
        return read_session, str(item["id"])
    if kind.startswith("payment_intent."):
        return read_intent, str(item["id"])
    if kind.startswith(("charge.", "refund.")) and isinstance(item.get("payment_intent"), str):
        return read_intent, item["payment_intent"]
    return None
