"""Our subscriptions to Clio's events: made, renewed before they end, made again when lost.

An event is a hint that saves waiting; reading every 15 minutes is the truth. So no trouble here
stops anything: it is told on the Sync page and tried again later.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from sqlalchemy import delete, or_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.firms.links import find_subject, make_new_link
from invoice_tracker.firms.models import LinkKind, LinkToken
from invoice_tracker.integrations.clio.access import ClioAccess, open_client
from invoice_tracker.integrations.clio.client import ClioClient, Params
from invoice_tracker.integrations.clio.models import (
    ClioConnection,
    ClioWebhook,
    ConnectionState,
    WebhookModel,
    WebhookStatus,
)
from invoice_tracker.integrations.clio.problems import (
    ClioForbidden,
    ClioMalformed,
    ClioProblem,
    ClioRefused,
    NotConnected,
)
from invoice_tracker.settings import Settings

LIFE = timedelta(days=30)
"""Clio allows 31 days at most."""
RENEW_BEFORE = timedelta(days=10)
LOOK_EVERY = timedelta(days=1)
TRY_AGAIN = timedelta(minutes=10)
PATIENCE = 10.0
WATCHED = {
    WebhookModel.bill: "id,etag,number,state,balance,paid,pending,due_at,updated_at",
    WebhookModel.contact: "id,etag,name,primary_email_address,updated_at",
}
"""What an event carries; for a change also what has to change for one to be sent.

``updated_at`` is among it so that one is sent for every change.
"""
SHOWN = {"fields": "id,etag,status,shared_secret,expires_at"}
LISTED: Params = {"fields": "id,url", "order": "id(asc)", "limit": 200}
NOT_REACHED = "Clio did not reach this installation. We try again once a day."
ONLY_HTTPS = (
    "Clio sends events only to https addresses, and this installation's is none. "
    "Reading every 15 minutes goes on."
)


@dataclass(frozen=True, slots=True)
class _Subscription:
    """One row, as it was when we took our turn with it."""

    id: UUID
    model: WebhookModel
    clio_id: int | None
    status: WebhookStatus


def can_be_told(settings: Settings) -> bool:
    """Whether Clio would send events here. A sandbox on this machine also takes http."""
    if urlsplit(settings.public_url).scheme == "https":
        return True
    return urlsplit(settings.clio_base_url or "").scheme == "http"


async def keep_webhooks(access: ClioAccess, firm_id: UUID) -> None:
    """See to the firm's subscriptions whose turn it is; no request where it is none's."""
    if not can_be_told(access.settings):
        return
    async with access.database.transaction(firm_id) as session:
        connection = await session.get(ClioConnection, firm_id)
        if connection is None or connection.state is not ConnectionState.connected:
            return
        due = await _take_turns(session, firm_id=firm_id, now=access.clock.now())
    for subscription in due:
        await _see_to(access, firm_id, subscription)


async def look_at_once(session: AsyncSession, *, firm_id: UUID) -> None:
    """The next round sees to the firm's subscriptions: what it may do in Clio may be new."""
    await session.execute(
        update(ClioWebhook)
        .where(ClioWebhook.firm_id == firm_id)
        .values(look_at=None)
        .execution_options(synchronize_session=False)
    )


async def _take_turns(
    session: AsyncSession, *, firm_id: UUID, now: datetime
) -> list[_Subscription]:
    """The subscriptions whose turn it is, ours for ten minutes: no other worker makes them too."""
    await session.execute(
        insert(ClioWebhook)
        .values(
            [
                {
                    "id": uuid4(),
                    "firm_id": firm_id,
                    "model": model,
                    "status": WebhookStatus.pending,
                    "created_at": now,
                }
                for model in WebhookModel
            ]
        )
        .on_conflict_do_nothing(index_elements=["firm_id", "model"])
    )
    rows = await session.execute(
        update(ClioWebhook)
        .where(
            ClioWebhook.firm_id == firm_id,
            or_(ClioWebhook.look_at.is_(None), ClioWebhook.look_at <= now),
        )
        .values(look_at=now + TRY_AGAIN)
        .returning(
            ClioWebhook.id, ClioWebhook.model, ClioWebhook.clio_webhook_id, ClioWebhook.status
        )
        .execution_options(synchronize_session=False)
    )
    return [_Subscription(*row) for row in rows]


async def _see_to(access: ClioAccess, firm_id: UUID, subscription: _Subscription) -> None:
    tomorrow = access.clock.now() + LOOK_EVERY
    try:
        async with open_client(access, firm_id, patience=PATIENCE) as client:
            if await _still_good(access, client, firm_id, subscription):
                await _note(access, firm_id, subscription, problem=None, look_at=tomorrow)
                return
            await _make(access, client, firm_id, subscription)
            if _was_not_agreed(subscription):
                await _note(access, firm_id, subscription, look_at=tomorrow)
    except (ClioForbidden, ClioRefused, ClioMalformed) as refusal:
        await _note(access, firm_id, subscription, problem=refusal.message, look_at=tomorrow)
    except ClioProblem as trouble:
        await _note(access, firm_id, subscription, problem=trouble.message)


def _was_not_agreed(subscription: _Subscription) -> bool:
    """Clio had ten minutes to offer its secret, and did not reach us."""
    return subscription.clio_id is not None and subscription.status is WebhookStatus.pending


async def _still_good(
    access: ClioAccess, client: ClioClient, firm_id: UUID, subscription: _Subscription
) -> bool:
    """Whether Clio still has it and it works; renewed where it would end soon."""
    if subscription.clio_id is None:
        return False
    path = f"webhooks/{subscription.clio_id}.json"
    try:
        found = (await client.get(path, SHOWN)).data
        status = WebhookStatus(found["status"])
        if status is not WebhookStatus.enabled:
            await _note_not_enabled(access, firm_id, subscription, status)
            return False
        expires_at = datetime.fromisoformat(found["expires_at"])
        if expires_at <= access.clock.now():
            return False
        if expires_at - access.clock.now() < RENEW_BEFORE:
            until = access.clock.now() + LIFE
            etag = str(found["etag"])
            answer = await client.patch(
                path, data={"expires_at": until.isoformat()}, etag=etag, params=SHOWN
            )
            expires_at = datetime.fromisoformat(answer.data["expires_at"])
    except ClioRefused as refusal:
        if refusal.status in {404, 412}:
            return False
        raise
    except (KeyError, TypeError, ValueError) as error:
        raise ClioMalformed("Clio's answer about its events could not be read.") from error
    await _note(access, firm_id, subscription, expires_at=expires_at, status=WebhookStatus.enabled)
    return True


async def _note_not_enabled(
    access: ClioAccess, firm_id: UUID, subscription: _Subscription, status: WebhookStatus
) -> None:
    """What Clio says; that it had suspended it stays to be seen after it works again."""
    values: dict[str, Any] = {"status": status}
    if status is WebhookStatus.suspended:
        values["suspended_at"] = access.clock.now()
    await _note(access, firm_id, subscription, **values)


async def _make(
    access: ClioAccess, client: ClioClient, firm_id: UUID, subscription: _Subscription
) -> None:
    """A new subscription in place of the old one. Its address is told to Clio alone.

    Clio offers its secret to that address at once, perhaps before it answers us; so what is told
    of an earlier failure is written before. Raises ``ClioProblem``, ``NotConnected`` where the
    firm has disconnected meanwhile.
    """
    now = access.clock.now()
    if subscription.clio_id is not None:
        await _remove(client, subscription.clio_id)
    await _remove_strays(access, client, subscription)
    async with access.database.transaction(firm_id) as session:
        token = await make_new_link(
            session,
            firm_id=firm_id,
            kind=LinkKind.clio_webhook,
            subject_id=subscription.id,
            now=now,
        )
        is_ours = await _change(
            session,
            subscription,
            status=WebhookStatus.pending,
            problem=NOT_REACHED if _was_not_agreed(subscription) else None,
            secret=None,
            clio_webhook_id=None,
            expires_at=None,
        )
        if not is_ours:
            raise NotConnected("Clio was disconnected.")
    data = {
        "url": _address(access.settings, token),
        "model": subscription.model.value,
        "fields": WATCHED[subscription.model],
        "events": ["created", "updated", "deleted"],
        "expires_at": (now + LIFE).isoformat(),
    }
    made = (await client.post("webhooks.json", data=data, params=SHOWN)).data
    try:
        clio_id, expires_at = int(made["id"]), datetime.fromisoformat(made["expires_at"])
    except (KeyError, TypeError, ValueError) as error:
        raise ClioMalformed("Clio's answer about its events could not be read.") from error
    values: dict[str, Any] = {"clio_webhook_id": clio_id, "expires_at": expires_at}
    if made.get("shared_secret"):
        values["secret"] = access.vault.encrypt(str(made["shared_secret"]))
    await _note(access, firm_id, subscription, **values)


async def _remove_strays(
    access: ClioAccess, client: ClioClient, subscription: _Subscription
) -> None:
    """Take away what Clio made although its answer was lost: nothing here knows its id.

    Its address tells whose it is: this subscription's, or nobody's any more. Those of other firms
    here that share the account are theirs. Raises ``ClioProblem``.
    """
    base = _address(access.settings, "")
    found = [
        hook
        async for page in client.pages("webhooks.json", LISTED)
        for hook in page.data
        if isinstance(hook, dict) and str(hook.get("url")).startswith(base)
    ]
    for hook in found:
        token = str(hook["url"]).removeprefix(base)
        async with access.database.transaction() as session:
            subject = await find_subject(session, token=token)
        if subject in {None, subscription.id}:
            await _remove(client, int(hook["id"]))


def _address(settings: Settings, token: str) -> str:
    return f"{settings.public_url}/webhooks/clio/{token}"


async def _remove(client: ClioClient, clio_id: int) -> None:
    try:
        await client.delete(f"webhooks/{clio_id}.json")
    except ClioRefused as refusal:
        if refusal.status != 404:
            raise


async def _note(
    access: ClioAccess, firm_id: UUID, subscription: _Subscription, **values: Any
) -> None:
    async with access.database.transaction(firm_id) as session:
        await _change(session, subscription, **values)


async def _change(session: AsyncSession, subscription: _Subscription, **values: Any) -> bool:
    """Whether it is there still."""
    found = await session.scalar(
        update(ClioWebhook)
        .where(ClioWebhook.id == subscription.id)
        .values(**values)
        .returning(ClioWebhook.id)
        .execution_options(synchronize_session=False)
    )
    return found is not None


async def forget_webhooks(session: AsyncSession, *, firm_id: UUID) -> None:
    """The firm has no subscriptions any more. What Clio sends on is answered 410."""
    await session.execute(delete(ClioWebhook).where(ClioWebhook.firm_id == firm_id))
    await session.execute(
        delete(LinkToken).where(
            LinkToken.firm_id == firm_id, LinkToken.kind == LinkKind.clio_webhook
        )
    )


async def remove_webhooks(access: ClioAccess, firm_id: UUID) -> None:
    """End the subscriptions in Clio, as far as it can be told.

    Their rows stay until the firm counts as disconnected, with their turns taken: without them a
    worker would make new ones meanwhile.
    """
    async with access.database.transaction(firm_id) as session:
        rows = await session.scalars(
            update(ClioWebhook)
            .where(ClioWebhook.firm_id == firm_id)
            .values(look_at=access.clock.now() + LOOK_EVERY)
            .returning(ClioWebhook.clio_webhook_id)
            .execution_options(synchronize_session=False)
        )
        clio_ids = [clio_id for clio_id in rows if clio_id is not None]
    if not clio_ids:
        return
    try:
        async with open_client(access, firm_id, patience=PATIENCE, urgent=True) as client:
            for clio_id in clio_ids:
                await _remove(client, clio_id)
    except ClioProblem:
        # Access is being given back: without it Clio sends nothing, whatever is subscribed.
        return
