"""Connecting a firm to its Stripe account by the account's own key, and letting go of it."""

from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.deps import Adapters
from invoice_tracker.core.errors import Conflict, FieldError, Invalid, Unavailable
from invoice_tracker.firms.links import make_link
from invoice_tracker.firms.models import LinkKind
from invoice_tracker.integrations.stripe.connections import OpenConnection, find_connection
from invoice_tracker.integrations.stripe.endpoint import (
    Endpoint,
    create_endpoint,
    delete_endpoint,
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
from invoice_tracker.payments.models import Checkout, CheckoutState
from invoice_tracker.payments.repository import open_checkouts
from invoice_tracker.ports import GatewayProblem

CONFIRMATION = "DISCONNECT"
_log = structlog.get_logger()


async def connect(
    adapters: Adapters, *, firm_id: UUID, api_key: str, webhook_secret: str | None
) -> StripeConnection:
    """Try the key, have Stripe send its events here, and store both encrypted.

    Raises ``Invalid`` in plain words for a wrong key, ``Unavailable`` when Stripe does not answer.
    """
    gateway = gateway_of(adapters)
    client = gateway.client_with(api_key)
    checked = await check_key(client, api_key)
    _check_secret(webhook_secret)
    now = adapters.clock.now()
    async with adapters.database.transaction(firm_id) as session:
        token = await make_link(
            session,
            adapters.vault,
            firm_id=firm_id,
            kind=LinkKind.stripe_webhook,
            subject_id=firm_id,
            now=now,
        )
    await _leave_other_account(adapters, gateway, firm_id, checked)
    endpoint = Endpoint(WebhookSetup.manual, secret=webhook_secret)
    if not webhook_secret:
        try:
            endpoint = await create_endpoint(
                client, f"{adapters.public_url}/webhooks/stripe/{token}"
            )
        except GatewayProblem as problem:
            raise Unavailable(str(problem)) from problem
    async with adapters.database.transaction(firm_id) as session:
        return await _store(session, adapters, firm_id, api_key, checked, endpoint, now)


def _check_secret(webhook_secret: str | None) -> None:
    if webhook_secret and not webhook_secret.startswith("whsec_"):
        message = "A webhook's signing secret begins with whsec_."
        raise Invalid(message, errors=[FieldError(field="webhook_secret", message=message)])


async def _store(
    session: AsyncSession,
    adapters: Adapters,
    firm_id: UUID,
    api_key: str,
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
    row.api_key = adapters.vault.encrypt(api_key)
    row.key_hint = key_hint(api_key)
    row.account_id = checked.account_id
    row.account_name = checked.account_name
    row.livemode = checked.livemode
    row.webhook = endpoint.setup
    row.webhook_endpoint_id = endpoint.endpoint_id
    row.webhook_secret = adapters.vault.encrypt(endpoint.secret) if endpoint.secret else None
    row.connected_at = now
    row.error = endpoint.note
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
        row.error = None
        return row


async def _leave_other_account(
    adapters: Adapters, gateway: StripeGateway, firm_id: UUID, checked: CheckedKey
) -> None:
    """Before another account takes over, nothing of the old one may stay payable."""
    try:
        old = await gateway.connection_of(firm_id)
    except GatewayProblem:
        return
    if old.account_id != checked.account_id or old.livemode is not checked.livemode:
        await _let_go(adapters, gateway, firm_id)


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
