"""Where Clio posts its events. An event only marks a bill or a contact to be read again."""

import hashlib
import hmac
import json

from fastapi import APIRouter, Request, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.deliveries import BadDelivery, read_body
from invoice_tracker.core.deps import Adapters, AdaptersDep
from invoice_tracker.core.errors import NotFound, ProductError
from invoice_tracker.firms.links import OpenedLink, open_link
from invoice_tracker.firms.models import LinkKind
from invoice_tracker.integrations.clio.models import ClioWebhook, WebhookStatus
from invoice_tracker.integrations.clio.rereads import mark

router = APIRouter(prefix="/webhooks/clio", tags=["webhooks"], include_in_schema=False)

READ_JOB = "read_marked"
_LARGEST_ID = 2**63


class SubscriptionOver(ProductError):
    """We no longer want these events: Clio ends a subscription that is answered so."""

    status = 410
    code = "subscription_over"
    title = "This subscription is over"


class NotSigned(ProductError):
    """The signature is not Clio's."""

    status = 401
    code = "not_signed"
    title = "The delivery is not signed"


@router.post("/{token}")
async def receive_event(request: Request, adapters: AdaptersDep, token: str) -> Response:
    """Agree to a subscription we have just made, or note what to read again and wake the worker.

    401 for a wrong signature, 410 for an address that is no longer ours, 400 for a damaged body.
    """
    body = await read_body(request)
    offered = request.headers.get("x-hook-secret")
    async with adapters.database.transaction() as session:
        link, hook = await _subscription(session, adapters, token)
        if offered is not None:
            return _agree(adapters, hook, offered)
        _check(adapters, hook, body, request.headers.get("x-hook-signature", ""))
        now = adapters.clock.now()
        clio_id = _what_changed(body)
        await mark(session, firm_id=link.firm_id, model=hook.model, clio_id=clio_id, now=now)
        hook.last_event_at = now
    await adapters.poke(READ_JOB, link.firm_id)
    return Response(status_code=200)


async def _subscription(
    session: AsyncSession, adapters: Adapters, token: str
) -> tuple[OpenedLink, ClioWebhook]:
    gone = SubscriptionOver("Nothing here listens to these events any more.")
    try:
        link = await open_link(
            session, token=token, kind=LinkKind.clio_webhook, now=adapters.clock.now()
        )
    except NotFound as error:
        raise gone from error
    hook = await session.scalar(
        select(ClioWebhook).where(ClioWebhook.id == link.subject_id).with_for_update()
    )
    if hook is None:
        raise gone
    return link, hook


def _agree(adapters: Adapters, hook: ClioWebhook, offered: str) -> Response:
    """Only for a subscription that waits for it: nobody plants a secret in a working one.

    The secret it has already is answered again: our first answer may have been lost.
    """
    if hook.secret is not None:
        known = adapters.vault.decrypt(hook.secret)
        is_new = not hmac.compare_digest(known.encode(), offered.encode("utf-8", "replace"))
    else:
        is_new = hook.status is not WebhookStatus.pending
    if is_new:
        raise NotSigned("This subscription has its secret already.")
    if not offered or not offered.isascii() or len(offered) > 500:
        raise BadDelivery("This is no secret of Clio's.")
    hook.secret = adapters.vault.encrypt(offered)
    hook.status = WebhookStatus.enabled
    hook.problem = None
    return Response(status_code=200, headers={"X-Hook-Secret": offered})


def _check(adapters: Adapters, hook: ClioWebhook, body: bytes, signature: str) -> None:
    if hook.secret is None:
        raise NotSigned("This subscription is not agreed yet.")
    secret = adapters.vault.decrypt(hook.secret)
    expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace")):
        raise NotSigned("The signature is not Clio's.")


def _what_changed(body: bytes) -> int:
    try:
        clio_id = json.loads(body)["data"]["id"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadDelivery("This is not an event of Clio.") from error
    if not isinstance(clio_id, int) or not 0 < clio_id < _LARGEST_ID:
        raise BadDelivery("This is not an event of Clio.")
    return clio_id
