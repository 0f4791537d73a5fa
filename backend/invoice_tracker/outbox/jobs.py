"""The outbox's job: what a firm's rules allow to leave now, leaves."""

from collections import Counter
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.deps import Adapters
from invoice_tracker.firms.service import get_sender, get_sending_rules
from invoice_tracker.outbox.claim import Rules
from invoice_tracker.outbox.deliver import deliver_due
from invoice_tracker.outbox.handlers import Handlers
from invoice_tracker.outbox.models import MessageState
from invoice_tracker.outbox.pace import Pace

SAFE_MODE = "Safe Mode is on: nothing leaves until it is switched off."
NOT_VERIFIED = "The sender's address is not verified yet: nothing leaves before that."


async def deliver_outbox(
    adapters: Adapters, *, firm_id: UUID, handlers: Handlers, lanes: int = 1
) -> Counter[MessageState]:
    """One round for one firm. Poke it after a commit that enqueued something urgent."""
    async with adapters.database.transaction(firm_id) as session:
        rules = await rules_now(session, firm_id=firm_id, handlers=handlers)
    return await deliver_due(
        database=adapters.database,
        firm_id=firm_id,
        handlers=handlers,
        rules=rules,
        mailer=adapters.mailer,
        clock=adapters.clock,
        lanes=lanes,
    )


async def rules_now(session: AsyncSession, *, firm_id: UUID, handlers: Handlers) -> Rules:
    """Which kinds may leave: Safe Mode and an unverified sender hold some of them back."""
    sending = await get_sending_rules(session, firm_id)
    sender = await get_sender(session, firm_id)
    verified = sender is not None and sender.verified_at is not None
    at_once: list[str] = []
    paced: list[str] = []
    held: dict[str, str] = {}
    for kind, handler in handlers.items():
        if handler.needs_verified_sender and not verified:
            held[kind] = NOT_VERIFIED
        elif handler.automatic and sending.safe_mode:
            held[kind] = SAFE_MODE
        elif handler.automatic:
            paced.append(kind)
        else:
            at_once.append(kind)
    pace = Pace(
        per_minute=sending.per_minute,
        per_day=sending.per_day,
        first_day_cap=sending.first_day_cap,
        sending_since=sending.sending_since,
    )
    return Rules(at_once=at_once, paced=paced, held=held, pace=pace)
