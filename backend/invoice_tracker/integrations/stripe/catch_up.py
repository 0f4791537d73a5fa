"""Fetching what Stripe never posted, since the watermark ``caught_up_at``.

The watermark moves only after the last page, so that a crash in between repeats pages and loses
none: an event known already is the same row of the inbox.
"""

import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from uuid import UUID

import stripe
import structlog
from sqlalchemy import select, update

from invoice_tracker.core.deps import Adapters
from invoice_tracker.inbox import service as inbox
from invoice_tracker.integrations.stripe.client import PermissionProblem, UnknownToStripe
from invoice_tracker.integrations.stripe.connections import find_connection
from invoice_tracker.integrations.stripe.events import WANTED, Reader, gateway_of
from invoice_tracker.integrations.stripe.fulfilment import fulfil
from invoice_tracker.integrations.stripe.models import (
    ConnectionState,
    StripeConnection,
    WebhookSetup,
)
from invoice_tracker.integrations.stripe.reading import Reading, read_intent, read_session
from invoice_tracker.integrations.stripe.webhooks import SOURCE
from invoice_tracker.payments.models import Payment, PaymentState
from invoice_tracker.ports import GatewayProblem

WITH_WEBHOOKS = timedelta(minutes=15)
"""How often the list of events is fetched although Stripe posts them."""
OVERLAP = timedelta(minutes=5)
EVENTS_KEPT = timedelta(days=29)
"""Stripe lists events of 30 days; a day is left for clocks that differ."""
SESSION_LIFE = timedelta(days=1)
"""A checkout session opened so long before the watermark may have been paid after it."""
PAGE = 100
# The API takes at most 20 names.
assert len(WANTED) <= 20
_log = structlog.get_logger()


async def fetch_missed_events(adapters: Adapters, firm_id: UUID, *, at_once: bool = False) -> int:
    """Put into the inbox what Stripe's list of events has and we have not; how many those were.

    Refunds and disputes are found this way too. Where the list does not reach back far enough, or
    the key may not read it, the objects themselves are read. A failure leaves the watermark.
    Where Stripe posts its events nothing is asked before it is time, unless ``at_once``.
    """
    now = adapters.clock.now()
    async with adapters.database.transaction(firm_id) as session:
        row = await find_connection(session, firm_id=firm_id)
    if row is None or row.state is not ConnectionState.connected:
        return 0
    if not at_once and not _is_due(row, now):
        return 0
    since = row.caught_up_at - OVERLAP
    recorded = 0
    try:
        if now - since > EVENTS_KEPT:
            await _read_objects(adapters, firm_id, since=since, now=now)
        else:
            try:
                async for new in _record_events(adapters, firm_id, since=since, now=now):
                    recorded += new
            except PermissionProblem:
                await _read_objects(adapters, firm_id, since=since, now=now)
    except GatewayProblem as problem:
        _log.warning("stripe_not_caught_up", firm_id=str(firm_id), problem=str(problem))
        return recorded
    async with adapters.database.transaction(firm_id) as session:
        await session.execute(
            update(StripeConnection)
            .where(
                StripeConnection.firm_id == firm_id,
                StripeConnection.account_id == row.account_id,
            )
            .values(caught_up_at=now)
            .execution_options(synchronize_session=False)
        )
    return recorded


def _is_due(row: StripeConnection, now: datetime) -> bool:
    return row.webhook is WebhookSetup.missing or now - row.caught_up_at >= WITH_WEBHOOKS


async def _record_events(
    adapters: Adapters, firm_id: UUID, *, since: datetime, now: datetime
) -> AsyncIterator[int]:
    """Record page by page, each in a transaction of its own; how many of a page were new."""
    last = None
    while True:
        page = await _events(adapters, firm_id, since=since, after=last)
        recorded = 0
        async with adapters.database.transaction(firm_id) as session:
            for event in page.data:
                new = await inbox.record(
                    session,
                    firm_id=firm_id,
                    source=SOURCE,
                    external_id=event.id,
                    kind=event.type,
                    body=json.dumps(event.to_dict()).encode(),
                    now=now,
                )
                recorded += new is not None
        yield recorded
        if not page.has_more or not page.data:
            return
        last = page.data[-1].id


async def _events(
    adapters: Adapters, firm_id: UUID, *, since: datetime, after: str | None
) -> stripe.ListObject[stripe.Event]:
    """One page, the newest events first."""

    async def fetch(client: stripe.StripeClient) -> stripe.ListObject[stripe.Event]:
        return await client.v1.events.list_async(
            {
                "types": list(WANTED),
                "created": {"gte": int(since.timestamp())},
                "limit": PAGE,
                **({"starting_after": after} if after else {}),
            }
        )

    return await gateway_of(adapters).ask(firm_id, fetch)


async def _read_objects(
    adapters: Adapters, firm_id: UUID, *, since: datetime, now: datetime
) -> None:
    """Sessions, refunds and disputes made since then, and bank debits under way, read again."""

    async def find(client: stripe.StripeClient) -> tuple[list[str], list[str]]:
        return await _sessions_since(client, since), await _moved_back_since(client, since)

    sessions, moved_back = await gateway_of(adapters).ask(firm_id, find)
    under_way = await _debits_under_way(adapters, firm_id)
    for session_id in sessions:
        await _read_one(adapters, firm_id, read_session, session_id, now=now)
    for intent_id in dict.fromkeys(moved_back + under_way):
        await _read_one(adapters, firm_id, read_intent, intent_id, now=now)


async def _sessions_since(client: stripe.StripeClient, since: datetime) -> list[str]:
    created = int((since - SESSION_LIFE).timestamp())
    found = await client.v1.checkout.sessions.list_async(
        {"created": {"gte": created}, "limit": PAGE}
    )
    return [item.id async for item in found.auto_paging_iter() if item.status != "open"]


async def _moved_back_since(client: stripe.StripeClient, since: datetime) -> list[str]:
    """Payment intents of which money was given or taken back."""
    created = int(since.timestamp())
    refunds = await client.v1.refunds.list_async({"created": {"gte": created}, "limit": PAGE})
    disputes = await client.v1.disputes.list_async({"created": {"gte": created}, "limit": PAGE})
    intents = [item.payment_intent async for item in refunds.auto_paging_iter()]
    intents += [item.payment_intent async for item in disputes.auto_paging_iter()]
    return [intent for intent in intents if isinstance(intent, str)]


async def _debits_under_way(adapters: Adapters, firm_id: UUID) -> list[str]:
    async with adapters.database.transaction(firm_id) as session:
        found = await session.scalars(
            select(Payment.stripe_payment_intent_id).where(
                Payment.firm_id == firm_id,
                Payment.state.in_((PaymentState.processing, PaymentState.disputed)),
            )
        )
        return [intent_id for intent_id in found if intent_id is not None]


async def _read_one(
    adapters: Adapters, firm_id: UUID, reader: Reader, object_id: str, *, now: datetime
) -> None:
    async def read(client: stripe.StripeClient) -> Reading:
        return await reader(client, object_id, asked_at=now)

    try:
        reading = await gateway_of(adapters).ask(firm_id, read)
    except UnknownToStripe:
        return
    async with adapters.database.transaction(firm_id) as session:
        outcome = await fulfil(session, firm_id=firm_id, reading=reading, now=now)
    _log.info("stripe_object_read", object=object_id, outcome=outcome)
