"""Stripe's payments, listed for the proof: what the account has, whoever made it."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import stripe

from invoice_tracker.integrations.stripe.client import UnknownToStripe, in_plain_words
from invoice_tracker.integrations.stripe.reading import marks_of, report_of
from invoice_tracker.ports import GatewayPayment, GatewayPaymentPage, IntentState

PAGE = 100
MOST_PAGES = 100
AT_ONCE = 4
Listing = Callable[..., Awaitable[Any]]


async def list_page(
    client: stripe.StripeClient, *, firm_id: UUID, since: datetime, cursor: str | None
) -> GatewayPaymentPage:
    """One page, the newest first. Raises ``GatewayProblem``."""
    with in_plain_words():
        page = await client.v1.payment_intents.list_async(
            {
                "created": {"gte": int(since.timestamp())},
                "limit": PAGE,
                "expand": ["data.latest_charge"],
                **({"starting_after": cursor} if cursor else {}),
            }
        )
        found = [await _payment(client, firm_id, intent) for intent in page.data]
    more = page.has_more and bool(page.data)
    return GatewayPaymentPage(
        tuple(one for one in found if one is not None),
        page.data[-1].id if more else None,
    )


async def list_moved(client: stripe.StripeClient, *, since: datetime) -> frozenset[str]:
    """Ids of intents given back or disputed since then. Raises ``GatewayProblem``."""
    created = {"gte": int(since.timestamp())}
    intents: set[str] = set()
    # Both take the same parameters, each by a type of its own.
    listings: tuple[Listing, ...] = (client.v1.refunds.list_async, client.v1.disputes.list_async)
    with in_plain_words():
        for listing in listings:
            after: str | None = None
            for _ in range(MOST_PAGES):
                page = await listing(
                    {
                        "created": created,
                        "limit": PAGE,
                        **({"starting_after": after} if after else {}),
                    }
                )
                intents |= {
                    item.payment_intent
                    for item in page.data
                    if isinstance(item.payment_intent, str)
                }
                if not page.has_more or not page.data:
                    break
                after = page.data[-1].id
    return frozenset(intents)


async def get_payments(
    client: stripe.StripeClient, *, firm_id: UUID, intent_ids: Collection[str]
) -> tuple[GatewayPayment, ...]:
    """Those of them that the account has. Raises ``GatewayProblem``."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def get(intent_id: str) -> GatewayPayment | None:
        async with turns:
            try:
                with in_plain_words():
                    intent = await client.v1.payment_intents.retrieve_async(
                        intent_id, {"expand": ["latest_charge"]}
                    )
                    return await _payment(client, firm_id, intent)
            except UnknownToStripe:
                return None

    found = await asyncio.gather(*map(get, sorted(set(intent_ids))))
    return tuple(one for one in found if one is not None)


async def _payment(
    client: stripe.StripeClient, firm_id: UUID, intent: stripe.PaymentIntent
) -> GatewayPayment | None:
    at = datetime.fromtimestamp(intent.created, UTC)
    report = await report_of(client, intent, session_id=None, asked_at=at)
    if report is None:
        return None
    marks = marks_of(intent.metadata)
    return GatewayPayment(
        intent_id=intent.id,
        state=IntentState(report.state.value),
        amount=report.amount,
        refunded_minor=report.refunded_minor,
        disputed=report.disputed,
        is_ours=marks.get("firm_id") == str(firm_id) and "checkout_id" in marks,
        at=at,
    )
