"""Connecting a firm to its Stripe account by the account's own key, and letting go of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import stripe
import structlog
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.deps import Adapters
from invoice_tracker.core.errors import Conflict, FieldError, Invalid, Unavailable
from invoice_tracker.integrations.stripe.client import KeyProblem
from invoice_tracker.integrations.stripe.connections import (
    NOT_CONNECTED,
    OpenConnection,
    find_connection,
)
from invoice_tracker.integrations.stripe.endpoint import (
    Endpoint,
    create_endpoint,
    delete_endpoint,
    leave_one,
    note_endpoint,
    webhook_url,
)
from invoice_tracker.integrations.stripe.events import gateway_of
from invoice_tracker.integrations.stripe.gateway import StripeGateway
from invoice_tracker.integrations.stripe.jobs import look_at_open_checkouts
from invoice_tracker.integrations.stripe.key_check import CheckedKey, check_key, key_hint
from invoice_tracker.integrations.stripe.models import (
    ConnectionState,
    StripeConnection,
    WebhookSetup,
)
from invoice_tracker.integrations.stripe.permissions import lacking_permissions
from invoice_tracker.payments.models import Checkout, CheckoutState
from invoice_tracker.payments.repository import open_checkouts
from invoice_tracker.ports import GatewayProblem

CONFIRMATION = "DISCONNECT"
NOT_CONFIRMED = (
    "Please confirm that this Stripe account pays out to the firm's operating account, never to a "
    "trust (IOLTA) account."
)
BY_HAND: Final = (
    "This webhook was made by hand. Please roll its secret in Stripe, and paste the new one here "
    "together with the key."
)
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class AskedConnection:
    """What a person has typed to connect. The key is in the clear: never log it."""

    api_key: str
    webhook_secret: str | None
    pays_operating_account: bool
    asked_by: str


async def connect(adapters: Adapters, *, firm_id: UUID, asked: AskedConnection) -> StripeConnection:
    """Try the key, have Stripe send its events here, and store both encrypted.

    Raises ``Invalid`` in plain words for a wrong key, or without the word that the account never
    pays out to trust; ``Conflict`` for another account than the connected one; ``Unavailable``
    when Stripe does not answer.
    """
    client = gateway_of(adapters).client_with(asked.api_key)
    checked = await check_key(client, asked.api_key)
    _check_secret(asked.webhook_secret)
    now = adapters.clock.now()
    async with adapters.database.transaction(firm_id) as session:
        before = _still_connected(await find_connection(session, firm_id=firm_id))
        _refuse_other_account(before, checked)
        if not asked.pays_operating_account and (before is None or not before.payout_confirmed_at):
            raise Invalid(
                NOT_CONFIRMED,
                errors=[FieldError(field="pays_operating_account", message=NOT_CONFIRMED)],
            )
        url = await webhook_url(session, adapters, firm_id, now)
    endpoint = Endpoint(WebhookSetup.manual, secret=asked.webhook_secret)
    if not asked.webhook_secret:
        endpoint = await create_endpoint(client, url)
    async with adapters.database.transaction(firm_id) as session:
        row = await _store(session, adapters, firm_id, asked, checked, endpoint, now)
    await leave_one(adapters, firm_id, client, url, endpoint)
    return row


async def rotate_webhook(adapters: Adapters, *, firm_id: UUID) -> StripeConnection:
    """Have Stripe sign its events with a new secret, without losing one.

    A new endpoint is made and stored before the old one is removed, and for a day the old secret
    is good too. Raises ``Conflict`` without a connection, for an endpoint made by hand, and where
    the key may not make one; ``Unavailable`` when Stripe does not answer.
    """
    now = adapters.clock.now()
    async with adapters.database.transaction(firm_id) as session:
        before = _still_connected(await find_connection(session, firm_id=firm_id))
        if before is None:
            raise Conflict(NOT_CONNECTED)
        if before.webhook is WebhookSetup.manual:
            raise Conflict(BY_HAND)
        url = await webhook_url(session, adapters, firm_id, now)
    client = await _client_of(adapters, firm_id)
    endpoint = await create_endpoint(client, url)
    if endpoint.secret is None:
        raise Conflict(endpoint.note or NOT_CONNECTED)
    async with adapters.database.transaction(firm_id) as session:
        row = await session.get_one(StripeConnection, firm_id, with_for_update=True)
        note_endpoint(row, adapters, endpoint, now)
        await session.flush()
    await leave_one(adapters, firm_id, client, url, endpoint)
    return row


async def _client_of(adapters: Adapters, firm_id: UUID) -> stripe.StripeClient:
    gateway = gateway_of(adapters)
    try:
        connection = await gateway.connection_of(firm_id)
    except GatewayProblem as problem:
        raise Conflict(str(problem)) from problem
    return gateway.client_with(connection.api_key)


def _still_connected(row: StripeConnection | None) -> StripeConnection | None:
    return row if row is not None and row.state is not ConnectionState.disconnected else None


def _refuse_other_account(before: StripeConnection | None, checked: CheckedKey) -> None:
    """Payments of one account cannot be found with the key of another."""
    if before is None:
        return
    if before.account_id != checked.account_id:
        raise Conflict(
            f"This key is of another Stripe account ({checked.account_name}). The firm is "
            f"connected to {before.account_name}: please paste a key of that account, or "
            "disconnect first."
        )
    if before.livemode is not checked.livemode:
        modes = ("live", "test") if before.livemode else ("test", "live")
        raise Conflict(
            f"The firm is connected in {modes[0]} mode, and this is a {modes[1]} key. Please paste "
            f"a {modes[0]} key, or disconnect first."
        )


async def check_again(adapters: Adapters, *, firm_id: UUID) -> StripeConnection:
    """Find out what the stored key may do by now.

    Raises ``Conflict`` without a connection, ``Unavailable`` when Stripe does not answer.
    """
    gateway = gateway_of(adapters)
    async with adapters.database.transaction(firm_id) as session:
        if _still_connected(await find_connection(session, firm_id=firm_id)) is None:
            raise Conflict(NOT_CONNECTED)
    try:
        lacking = await gateway.ask(firm_id, lacking_permissions)
    except KeyProblem:
        # Noted with the connection, which is shown as it stands.
        lacking = None
    except GatewayProblem as problem:
        raise Unavailable(str(problem)) from problem
    async with adapters.database.transaction(firm_id) as session:
        row = await session.get_one(StripeConnection, firm_id, with_for_update=True)
        if lacking is not None:
            row.lacking_permissions = sorted(lacking)
            row.permissions_checked_at = adapters.clock.now()
        return row


def _check_secret(webhook_secret: str | None) -> None:
    if webhook_secret and not webhook_secret.startswith("whsec_"):
        message = "A webhook's signing secret begins with whsec_."
        raise Invalid(message, errors=[FieldError(field="webhook_secret", message=message)])


async def _store(
    session: AsyncSession,
    adapters: Adapters,
    firm_id: UUID,
    asked: AskedConnection,
    checked: CheckedKey,
    endpoint: Endpoint,
    now: datetime,
) -> StripeConnection:
    row = await session.get(StripeConnection, firm_id, with_for_update=True)
    if row is None:
        row = StripeConnection(firm_id=firm_id)
        session.add(row)
    if row.account_id != checked.account_id:
        row.caught_up_at = now
    row.state = ConnectionState.connected
    row.api_key = adapters.vault.encrypt(asked.api_key)
    row.key_hint = key_hint(asked.api_key)
    row.account_id = checked.account_id
    row.account_name = checked.account_name
    row.livemode = checked.livemode
    note_endpoint(row, adapters, endpoint, now)
    row.connected_at = now
    row.lacking_permissions = sorted(checked.lacking)
    row.permissions_checked_at = now
    if asked.pays_operating_account:
        row.payout_confirmed_by, row.payout_confirmed_at = asked.asked_by, now
    await session.flush()
    return row


async def disconnect(adapters: Adapters, *, firm_id: UUID, confirm: str) -> StripeConnection:
    """Forget the key. Open pay pages are closed and the endpoint is removed, as far as Stripe lets.

    Payments that were made stay. Raises ``Invalid`` without the word, ``Conflict`` when there is
    no connection.
    """
    if confirm != CONFIRMATION:
        message = f"Please type {CONFIRMATION}."
        raise Invalid(message, errors=[FieldError(field="confirm", message=message)])
    await _let_go(adapters, gateway_of(adapters), firm_id)
    async with adapters.database.transaction(firm_id) as session:
        row = await session.get(StripeConnection, firm_id, with_for_update=True)
        if row is None or row.state is ConnectionState.disconnected:
            raise Conflict("The firm is not connected to Stripe.")
        row.state = ConnectionState.disconnected
        row.api_key = None
        row.webhook = WebhookSetup.missing
        row.webhook_endpoint_id = None
        row.webhook_secret = None
        row.earlier_webhook_secret = None
        row.earlier_webhook_secret_until = None
        row.error = None
        row.payout_confirmed_by, row.payout_confirmed_at = None, None
        return row


async def _let_go(adapters: Adapters, gateway: StripeGateway, firm_id: UUID) -> None:
    """As far as possible: fetch what was paid, close what can be paid, remove the endpoint."""
    try:
        connection = await gateway.connection_of(firm_id)
        await look_at_open_checkouts(adapters, firm_id)
        await _close_checkouts(adapters, gateway, firm_id)
        await _remove_endpoint(adapters, gateway, connection)
    except GatewayProblem as problem:
        _log.warning("stripe_not_left_cleanly", firm_id=str(firm_id), problem=str(problem))
    async with adapters.database.transaction(firm_id) as session:
        await session.execute(
            update(Checkout)
            .where(
                Checkout.firm_id == firm_id,
                Checkout.state.in_((CheckoutState.pending, CheckoutState.open)),
            )
            .values(state=CheckoutState.expired)
            .execution_options(synchronize_session=False)
        )


async def _close_checkouts(adapters: Adapters, gateway: StripeGateway, firm_id: UUID) -> None:
    async with adapters.database.transaction(firm_id) as session:
        checkouts = await open_checkouts(session, firm_id=firm_id)
    for checkout in checkouts:
        if checkout.stripe_session_id is not None:
            try:
                await gateway.expire_checkout(firm_id, checkout.stripe_session_id)
            except GatewayProblem as problem:
                _log.warning("checkout_not_closed", checkout=str(checkout.id), problem=str(problem))


async def _remove_endpoint(
    adapters: Adapters, gateway: StripeGateway, connection: OpenConnection
) -> None:
    async with adapters.database.transaction(connection.firm_id) as session:
        row = await find_connection(session, firm_id=connection.firm_id)
    if row is not None and row.webhook_endpoint_id is not None:
        client = gateway.client_with(connection.api_key)
        await delete_endpoint(client, row.webhook_endpoint_id)
