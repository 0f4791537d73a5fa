"""The webhook endpoint in the firm's Stripe account: made, replaced and removed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import stripe
import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.deps import Adapters
from invoice_tracker.core.errors import Unavailable
from invoice_tracker.firms.links import make_link
from invoice_tracker.firms.models import LinkKind
from invoice_tracker.integrations.stripe.catch_up import fetch_missed_events
from invoice_tracker.integrations.stripe.client import (
    PermissionProblem,
    UnknownToStripe,
    in_plain_words,
)
from invoice_tracker.integrations.stripe.events import WANTED
from invoice_tracker.integrations.stripe.models import StripeConnection, WebhookSetup
from invoice_tracker.ports import GatewayProblem, GatewayRefusal

API_VERSION: Final = "2026-10-28.endive"
"""The version this code was written against; events then keep its shapes."""
BY_HAND = (
    "Payments are found by asking Stripe every minute. For events at once, make a webhook endpoint "
    "in Stripe for this address and paste its signing secret (whsec_…): {url}"
)
NOT_ALLOWED = "The key may not make webhook endpoints (Webhook Endpoints, write). "
NOT_REACHABLE = "Stripe cannot reach this installation. "
EARLIER_SECRET_IS_GOOD_FOR: Final = timedelta(hours=24)
"""As long as Stripe lets two secrets stand side by side when one is rolled in its dashboard."""
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Endpoint:
    """How events come in from now on."""

    setup: WebhookSetup
    endpoint_id: str | None = None
    secret: str | None = None
    note: str | None = None


async def webhook_url(
    session: AsyncSession, adapters: Adapters, firm_id: UUID, now: datetime
) -> str:
    """Where Stripe is to post this firm's events. The same as long as the link stands."""
    token = await make_link(
        session,
        adapters.vault,
        firm_id=firm_id,
        kind=LinkKind.stripe_webhook,
        subject_id=firm_id,
        now=now,
    )
    return f"{adapters.public_url}/webhooks/stripe/{token}"


async def create_endpoint(client: stripe.StripeClient, url: str) -> Endpoint:
    """Make an endpoint, beside an earlier one with this address: see ``leave_one``.

    Where Stripe refuses, the connection works without: the answer says why. Raises
    ``Unavailable`` when Stripe does not answer.
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
    except GatewayProblem as problem:
        raise Unavailable(str(problem)) from problem
    return Endpoint(WebhookSetup.created, endpoint_id=made.id, secret=made.secret)


def note_endpoint(
    row: StripeConnection, adapters: Adapters, endpoint: Endpoint, now: datetime
) -> None:
    """How events come in from now on; what signed them before is good for a day longer."""
    if row.webhook_secret is not None:
        row.earlier_webhook_secret = row.webhook_secret
        row.earlier_webhook_secret_until = now + EARLIER_SECRET_IS_GOOD_FOR
    row.webhook = endpoint.setup
    row.webhook_endpoint_id = endpoint.endpoint_id
    row.webhook_secret = adapters.vault.encrypt(endpoint.secret) if endpoint.secret else None
    row.error = endpoint.note


async def leave_one(
    adapters: Adapters,
    firm_id: UUID,
    client: stripe.StripeClient,
    url: str,
    endpoint: Endpoint,
) -> None:
    """Remove what stood at this address before, once the new one's secret is stored.

    In between both tell of each event, and a leftover does no harm: events count once.
    Stripe gives up what it still had to deliver there, so it is fetched first.
    """
    if endpoint.endpoint_id is None:
        return
    try:
        await fetch_missed_events(adapters, firm_id, at_once=True)
        await _remove_others(client, url, keep=endpoint.endpoint_id)
    except GatewayProblem as problem:
        _log.warning("stripe_endpoint_left_over", firm_id=str(firm_id), problem=str(problem))


async def _remove_others(client: stripe.StripeClient, url: str, *, keep: str) -> None:
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
