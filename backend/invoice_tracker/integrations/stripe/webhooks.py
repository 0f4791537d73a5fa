"""Where Stripe posts its events. Recorded first, handled later."""

import json
from datetime import datetime

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
        secrets = _secrets(adapters, connection, now)
        if connection is None or not secrets:
            raise NotFound("There is no such address.")
        event = _checked(body, signature, secrets)
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


def _secrets(adapters: Adapters, connection: StripeConnection | None, now: datetime) -> list[str]:
    """The present signing secret, and the one before it while events of it may be on their way."""
    if connection is None:
        return []
    stored = [connection.webhook_secret]
    until = connection.earlier_webhook_secret_until
    if until is not None and now < until:
        stored.append(connection.earlier_webhook_secret)
    return [found for one in stored if one and (found := adapters.vault.decrypt(one))]


def _checked(body: bytes, signature: str | None, secrets: list[str]) -> dict[str, object]:
    """The event, once its signature is found good. Raises ``BadDelivery``."""
    if not any(_is_signed_with(secret, body, signature) for secret in secrets):
        raise BadDelivery("The signature is not Stripe's, or is too old.")
    try:
        event = json.loads(body)
    except ValueError as error:
        raise BadDelivery("This is not an event of Stripe.") from error
    if not isinstance(event, dict) or not event.get("id") or not event.get("type"):
        raise BadDelivery("This is not an event of Stripe.")
    return event


def _is_signed_with(secret: str, body: bytes, signature: str | None) -> bool:
    try:
        stripe.WebhookSignature.verify_header(body, signature, secret, TOLERANCE_SECONDS)
    except (stripe.SignatureVerificationError, ValueError):
        return False
    return True
