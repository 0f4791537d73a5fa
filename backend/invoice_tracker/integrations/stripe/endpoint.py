"""The webhook endpoint in the firm's Stripe account: made and removed with the connection."""

from dataclasses import dataclass
from typing import Final

import stripe

from invoice_tracker.integrations.stripe.client import (
    PermissionProblem,
    UnknownToStripe,
    in_plain_words,
)
from invoice_tracker.integrations.stripe.events import WANTED
from invoice_tracker.integrations.stripe.models import WebhookSetup
from invoice_tracker.ports import GatewayRefusal

API_VERSION: Final = "2026-10-28.endive"
"""The version this code was written against; events then keep its shapes."""
BY_HAND = (
    "Payments are found by asking Stripe every minute. For events at once, make a webhook endpoint "
    "in Stripe for this address and paste its signing secret (whsec_…): {url}"
)
NOT_ALLOWED = "The key may not make webhook endpoints (Webhook Endpoints, write). "
NOT_REACHABLE = "Stripe cannot reach this installation. "


@dataclass(frozen=True, slots=True)
class Endpoint:
    """How events come in from now on."""

    setup: WebhookSetup
    endpoint_id: str | None = None
    secret: str | None = None
    note: str | None = None


async def create_endpoint(client: stripe.StripeClient, url: str) -> Endpoint:
    """Make an endpoint, beside an earlier one with this address: see ``remove_earlier``.

    Where Stripe refuses, the connection works without: the answer says why. Raises
    ``GatewayProblem`` when Stripe does not answer.
    """
    try:
        with in_plain_words():
            made = await client.v1.webhook_endpoints.create_async(
                {
                    "url": url,
                    "enabled_events": list(WANTED),
                    "api_version": API_VERSION,
                    "description": "Invoice Tracker",
                }
            )
    except PermissionProblem:
        return Endpoint(WebhookSetup.missing, note=NOT_ALLOWED + BY_HAND.format(url=url))
    except GatewayRefusal:
        return Endpoint(WebhookSetup.missing, note=NOT_REACHABLE + BY_HAND.format(url=url))
    return Endpoint(WebhookSetup.created, endpoint_id=made.id, secret=made.secret)


async def remove_earlier(client: stripe.StripeClient, url: str, *, keep: str) -> None:
    """Remove all endpoints with this address but one, once that one's secret is stored.

    In between both tell of each event, which is recorded once. Raises ``GatewayProblem``.
    """
    with in_plain_words():
        found = await client.v1.webhook_endpoints.list_async({"limit": 100})
    for endpoint in found.data:
        if endpoint.url == url and endpoint.id != keep:
            await delete_endpoint(client, endpoint.id)


async def delete_endpoint(client: stripe.StripeClient, endpoint_id: str) -> None:
    """Remove the endpoint; one that is gone already is fine. Raises ``GatewayProblem``."""
    try:
        with in_plain_words():
            await client.v1.webhook_endpoints.delete_async(endpoint_id)
    except UnknownToStripe:
        return
