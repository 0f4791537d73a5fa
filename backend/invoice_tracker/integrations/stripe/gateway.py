"""Stripe as the product's payment provider."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime
from typing import TypeVar
from uuid import UUID

import stripe
import structlog

from invoice_tracker.core.crypto import Vault
from invoice_tracker.core.database import Database
from invoice_tracker.integrations.stripe import listing
from invoice_tracker.integrations.stripe.checkout_params import checkout_params, idempotency_key
from invoice_tracker.integrations.stripe.client import (
    KeyProblem,
    UnknownToStripe,
    in_plain_words,
    make_client,
    make_http_client,
)
from invoice_tracker.integrations.stripe.connections import (
    OpenConnection,
    find_connection,
    note_refused_key,
    open_connection,
)
from invoice_tracker.integrations.stripe.fulfilment import fulfil
from invoice_tracker.integrations.stripe.models import ConnectionState
from invoice_tracker.integrations.stripe.reading import Reading, read_session, status_of
from invoice_tracker.integrations.stripe.refunds import give_refund
from invoice_tracker.ports import (
    CheckoutLook,
    CheckoutRequest,
    CheckoutStatus,
    GatewayPayment,
    GatewayPaymentPage,
    GatewayProblem,
    GatewayRefusal,
    GivenRefund,
    OpenedCheckout,
    RefundRequest,
)
from invoice_tracker.settings import Settings

AT_ONCE = 8
"""Questions to Stripe at the same time, for one batch."""
Answer = TypeVar("Answer")
_log = structlog.get_logger()


class StripeGateway:
    """Each firm's own Stripe account, by the key it has stored."""

    def __init__(self, *, settings: Settings, database: Database, vault: Vault) -> None:
        self._settings = settings
        self._database = database
        self._vault = vault
        self._http_client = make_http_client()

    async def close(self) -> None:
        """Close the connections to Stripe."""
        await self._http_client.close_async()  # type: ignore[no-untyped-call]  # by the SDK

    def client_with(self, api_key: str) -> stripe.StripeClient:
        """A client for a key that is not stored yet."""
        return make_client(self._settings, self._http_client, api_key=api_key)

    async def connection_of(self, firm_id: UUID) -> OpenConnection:
        """The firm's working connection. Raises ``GatewayProblem``."""
        return await open_connection(self._database, self._vault, firm_id=firm_id)

    async def ask(
        self, firm_id: UUID, question: Callable[[stripe.StripeClient], Awaitable[Answer]]
    ) -> Answer:
        """Ask with the firm's key. Raises ``GatewayProblem``; notes a key that is refused."""
        connection = await self.connection_of(firm_id)
        try:
            with in_plain_words():
                return await question(self.client_with(connection.api_key))
        except KeyProblem:
            await note_refused_key(self._database, connection)
            raise

    async def can_take_payments(self, firm_id: UUID) -> bool:
        """Whether the firm has a working connection."""
        async with self._database.transaction(firm_id) as session:
            row = await find_connection(session, firm_id=firm_id)
        return row is not None and row.state is ConnectionState.connected

    async def open_checkout(self, firm_id: UUID, request: CheckoutRequest) -> OpenedCheckout:
        """A page to pay on. Idempotent by ``request.checkout_id``. Raises ``GatewayProblem``."""
        params = checkout_params(firm_id, request)
        key = idempotency_key(request.checkout_id)

        async def create(client: stripe.StripeClient) -> stripe.checkout.Session:
            try:
                return await client.v1.checkout.sessions.create_async(
                    params, {"idempotency_key": key}
                )
            except stripe.InvalidRequestError as error:
                if error.param != "customer_email":
                    raise
            # An address that Stripe finds odd must not keep the client from paying.
            params.pop("customer_email", None)
            return await client.v1.checkout.sessions.create_async(
                params, {"idempotency_key": f"{key}-without-email"}
            )

        session = await self.ask(firm_id, create)
        if session.url is None:
            raise GatewayProblem("Stripe opened no page to pay on.")
        return OpenedCheckout(session.id, session.url)

    async def expire_checkout(self, firm_id: UUID, session_id: str) -> CheckoutStatus:
        """Close a session, and say what became of it. Raises ``GatewayProblem``."""

        async def expire(client: stripe.StripeClient) -> CheckoutStatus:
            session = await client.v1.checkout.sessions.expire_async(
                session_id, {"expand": ["payment_intent"]}
            )
            return status_of(session)

        try:
            return await self.ask(firm_id, expire)
        except GatewayRefusal:
            # Not open any more, or the client is paying at this moment.
            return await self._status(firm_id, session_id)

    async def give_refund(self, firm_id: UUID, request: RefundRequest) -> GivenRefund:
        """Give money back, once for each ``request.refund_id``. Raises ``GatewayProblem``."""

        async def give(client: stripe.StripeClient) -> GivenRefund:
            return await give_refund(client, firm_id, request)

        return await self.ask(firm_id, give)

    async def look_at_checkouts(self, firm_id: UUID, session_ids: Collection[str]) -> CheckoutLook:
        """What Stripe says of these sessions right now. Never raises for an outage."""
        turns = asyncio.Semaphore(AT_ONCE)

        async def look(session_id: str) -> CheckoutStatus | GatewayProblem:
            async with turns:
                try:
                    return await self._status(firm_id, session_id)
                except GatewayProblem as problem:
                    return problem

        ids = list(dict.fromkeys(session_ids))
        answers = dict(zip(ids, await asyncio.gather(*map(look, ids)), strict=True))
        problems = [str(answer) for answer in answers.values() if isinstance(answer, Exception)]
        return CheckoutLook(
            {key: found for key, found in answers.items() if isinstance(found, CheckoutStatus)},
            problem=problems[0] if problems else None,
        )

    async def connected_since(self, firm_id: UUID) -> datetime:
        """When the account was connected. Raises ``GatewayProblem`` when there is none."""
        return (await self.connection_of(firm_id)).connected_at

    async def list_payments(
        self, firm_id: UUID, *, since: datetime, cursor: str | None = None
    ) -> GatewayPaymentPage:
        """Payments begun since then, the newest first. Raises ``GatewayProblem``."""

        async def listed(client: stripe.StripeClient) -> GatewayPaymentPage:
            return await listing.list_page(client, firm_id=firm_id, since=since, cursor=cursor)

        return await self.ask(firm_id, listed)

    async def list_moved(self, firm_id: UUID, *, since: datetime) -> frozenset[str]:
        """Ids of payments given back or disputed since then. Raises ``GatewayProblem``."""

        async def moved(client: stripe.StripeClient) -> frozenset[str]:
            return await listing.list_moved(client, since=since)

        return await self.ask(firm_id, moved)

    async def get_payments(
        self, firm_id: UUID, intent_ids: Collection[str]
    ) -> tuple[GatewayPayment, ...]:
        """Those of them that the account has. Raises ``GatewayProblem``."""

        async def found(client: stripe.StripeClient) -> tuple[GatewayPayment, ...]:
            return await listing.get_payments(client, firm_id=firm_id, intent_ids=intent_ids)

        return await self.ask(firm_id, found)

    async def bring_in(self, firm_id: UUID, session_id: str, *, now: datetime) -> CheckoutStatus:
        """Read a session, and enter what has become of it as its webhook would; what that is.

        Raises ``GatewayProblem``; ``UnknownToStripe`` where the account has no such session.
        """

        async def read(client: stripe.StripeClient) -> Reading:
            return await read_session(client, session_id, asked_at=now)

        reading = await self.ask(firm_id, read)
        if reading.status is None or reading.status is CheckoutStatus.open:
            return CheckoutStatus.open
        async with self._database.transaction(firm_id) as session:
            outcome = await fulfil(session, firm_id=firm_id, reading=reading, now=now)
        _log.info("checkout_ended", session=session_id, outcome=outcome)
        return reading.status

    async def _status(self, firm_id: UUID, session_id: str) -> CheckoutStatus:
        async def retrieve(client: stripe.StripeClient) -> stripe.checkout.Session:
            return await client.v1.checkout.sessions.retrieve_async(
                session_id, {"expand": ["payment_intent"]}
            )

        try:
            return status_of(await self.ask(firm_id, retrieve))
        except UnknownToStripe:
            # Of an account the firm has left: nobody can follow it, and its page is closed.
            return CheckoutStatus.expired
