"""Where Stripe posts its events. Recorded first, handled later."""

import json

import stripe
from fastapi import APIRouter, Request, Response

from invoice_tracker.core.deliveries import BadDelivery, read_body
from invoice_tracker.core.deps import Adapters, AdaptersDep
from invoice_tracker.core.errors import NotFound
from invoice_tracker.firms.links import open_link
from invoice_tracker.firms.models import LinkKind
from invoice_tracker.inbox import service as inbox
from invoice_tracker.integrations.stripe.connections import find_connection
from invoice_tracker.integrations.stripe.models import StripeConnection

router = APIRouter(prefix="/webhooks/stripe", tags=["webhooks"], include_in_schema=False)

SOURCE = "stripe"
TOLERANCE_SECONDS = 300


@router.post("/{token}")
async def receive_event(request: Request, adapters: AdaptersDep, token: str) -> Response:
    """Check the signature on the bytes as they came, record the event once, and wake the worker.

    200 also for an event that is known already, or whose kind means nothing here. 400 for a wrong
    signature; 404 where no signing secret is known, so that an empty one can never be signed with.
    """
    body = await read_body(request)
    signature = request.headers.get("stripe-signature")
    now = adapters.clock.now()
    async with adapters.database.transaction() as session:
        link = await open_link(session, token=token, kind=LinkKind.stripe_webhook, now=now)
        connection = await find_connection(session, firm_id=link.firm_id)
        secret = _secret(adapters, connection)
        if connection is None or not secret:
            raise NotFound("There is no such address.")
        event = _checked(body, signature, secret)
        await inbox.record(
            session,
            firm_id=link.firm_id,
            source=SOURCE,
            external_id=str(event["id"]),
            kind=str(event["type"]),
            body=body,
            now=now,
        )
        connection.last_event_at = now
    await adapters.poke("handle_events", link.firm_id)
    return Response(status_code=200)


def _secret(adapters: Adapters, connection: StripeConnection | None) -> str:
    if connection is None or connection.webhook_secret is None:
        return ""
    return adapters.vault.decrypt(connection.webhook_secret)


def _checked(body: bytes, signature: str | None, secret: str) -> dict[str, object]:
    """The event, once its signature is found good. Raises ``BadDelivery``."""
    try:
        stripe.WebhookSignature.verify_header(body, signature, secret, TOLERANCE_SECONDS)
        event = json.loads(body)
    except (stripe.SignatureVerificationError, ValueError) as error:
        raise BadDelivery("The signature is not Stripe's, or is too old.") from error
    if not isinstance(event, dict) or not event.get("id") or not event.get("type"):
        raise BadDelivery("This is not an event of Stripe.")
    return event
