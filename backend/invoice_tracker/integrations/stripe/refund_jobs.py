"""Seeing every refund to its end, though an answer or an event is lost."""

from datetime import timedelta
from uuid import UUID

import stripe
import structlog
from sqlalchemy import select

from invoice_tracker.core.deps import Adapters
from invoice_tracker.integrations.stripe.client import KeyProblem
from invoice_tracker.integrations.stripe.events import gateway_of
from invoice_tracker.integrations.stripe.fulfilment import fulfil
from invoice_tracker.integrations.stripe.reading import Reading, read_intent
from invoice_tracker.payments.models import Refund, RefundState
from invoice_tracker.payments.refunds import send_refunds
from invoice_tracker.ports import GatewayProblem

LOOKED_FOR = timedelta(days=30)
"""How long a refund that Stripe does not list is looked for."""
_log = structlog.get_logger()


async def see_to_refunds(adapters: Adapters, firm_id: UUID) -> int:
    """Ask again for refunds without an answer, then have the payments count those given.

    How many payments were read.
    """
    await send_refunds(adapters, firm_id)
    async with adapters.database.transaction(firm_id) as session:
        rows = await session.scalars(
            select(Refund.stripe_payment_intent_id)
            .where(
                Refund.firm_id == firm_id,
                ~Refund.is_counted,
                Refund.state.not_in([RefundState.asked, RefundState.refused]),
                Refund.created_at > adapters.clock.now() - LOOKED_FOR,
            )
            .distinct()
        )
        intents = rows.all()
    for intent_id in intents:
        try:
            await _read(adapters, firm_id, intent_id)
        except KeyProblem:
            break
        except GatewayProblem as problem:
            _log.warning("refund_not_counted", intent=intent_id, problem=str(problem))
    return len(intents)


async def _read(adapters: Adapters, firm_id: UUID, intent_id: str) -> None:
    now = adapters.clock.now()

    async def read(client: stripe.StripeClient) -> Reading:
        return await read_intent(client, intent_id, asked_at=now)

    reading = await gateway_of(adapters).ask(firm_id, read)
    async with adapters.database.transaction(firm_id) as session:
        await fulfil(session, firm_id=firm_id, reading=reading, now=now)
