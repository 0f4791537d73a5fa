"""Asking Stripe ourselves, so that a day without webhooks loses nothing."""

from datetime import datetime
from uuid import UUID

import stripe
import structlog
from sqlalchemy import update

from invoice_tracker.core.deps import Adapters
from invoice_tracker.integrations.stripe.catch_up import fetch_missed_events
from invoice_tracker.integrations.stripe.client import KeyProblem, UnknownToStripe
from invoice_tracker.integrations.stripe.events import gateway_of
from invoice_tracker.integrations.stripe.fulfilment import fulfil
from invoice_tracker.integrations.stripe.gateway import StripeGateway
from invoice_tracker.integrations.stripe.reading import Reading, read_intent
from invoice_tracker.payments.checkout_rows import close_checkout, is_still_owed
from invoice_tracker.payments.models import Checkout, CheckoutState
from invoice_tracker.payments.repository import open_checkouts
from invoice_tracker.ports import CheckoutStatus, GatewayProblem

_log = structlog.get_logger()


async def look_at_open_checkouts(adapters: Adapters, firm_id: UUID) -> int:
    """Find out what became of each open checkout, and fetch events that were never posted.

    Closes a page that asks for anything no longer owed. Answers how many checkouts ended. One
    that cannot be looked at stops no other.
    """
    gateway = gateway_of(adapters)
    if not await gateway.can_take_payments(firm_id):
        return 0
    if await fetch_missed_events(adapters, firm_id):
        await adapters.poke("handle_events", firm_id)
    async with adapters.database.transaction(firm_id) as session:
        checkouts = await open_checkouts(session, firm_id=firm_id)
    ended = 0
    for checkout in checkouts:
        try:
            ended += await _look_at(adapters, gateway, checkout)
        except KeyProblem:
            break
        except GatewayProblem as problem:
            _log.warning("checkout_not_read", checkout=str(checkout.id), problem=str(problem))
    return ended


async def _look_at(adapters: Adapters, gateway: StripeGateway, checkout: Checkout) -> bool:
    """Whether it has ended."""
    firm_id, session_id = checkout.firm_id, checkout.stripe_session_id
    now = adapters.clock.now()
    if session_id is None:
        return await _give_up_pending(adapters, checkout, now)

    try:
        status = await gateway.bring_in(firm_id, session_id, now=now)
    except UnknownToStripe:
        return await _note_expired(adapters, checkout)
    if status is not CheckoutStatus.open:
        return True
    if await _still_owed(adapters, checkout):
        return False
    if await gateway.expire_checkout(firm_id, session_id) is CheckoutStatus.expired:
        return await _note_expired(adapters, checkout)
    return False


async def _give_up_pending(adapters: Adapters, checkout: Checkout, now: datetime) -> bool:
    """A row whose page was never handed to anybody ends with the time it would have had."""
    if checkout.expires_at > now:
        return False
    async with adapters.database.transaction(checkout.firm_id) as session:
        await session.execute(
            update(Checkout)
            .where(
                Checkout.firm_id == checkout.firm_id,
                Checkout.id == checkout.id,
                Checkout.state == CheckoutState.pending,
            )
            .values(state=CheckoutState.expired)
            .execution_options(synchronize_session=False)
        )
    return True


async def _note_expired(adapters: Adapters, checkout: Checkout) -> bool:
    async with adapters.database.transaction(checkout.firm_id) as session:
        return await close_checkout(
            session,
            firm_id=checkout.firm_id,
            session_id=checkout.stripe_session_id or "",
            state=CheckoutState.expired,
        )


async def _still_owed(adapters: Adapters, checkout: Checkout) -> bool:
    async with adapters.database.transaction(checkout.firm_id) as session:
        return await is_still_owed(session, checkout=checkout)


async def read_payment_again(adapters: Adapters, firm_id: UUID, intent_id: str) -> None:
    """Read a payment and do what follows from it, as if Stripe had just told of it.

    Raises ``GatewayProblem``.
    """
    asked_at = adapters.clock.now()

    async def read(client: stripe.StripeClient) -> Reading:
        return await read_intent(client, intent_id, asked_at=asked_at)

    reading = await gateway_of(adapters).ask(firm_id, read)
    async with adapters.database.transaction(firm_id) as session:
        outcome = await fulfil(session, firm_id=firm_id, reading=reading, now=asked_at)
    _log.info("payment_read_again", intent=intent_id, outcome=outcome)
