"""The outbox's job: what a firm's rules allow to leave now, leaves."""

from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.deps import Adapters
from invoice_tracker.firms.service import get_sender, get_sending_rules
from invoice_tracker.outbox import deliver
from invoice_tracker.outbox.attachments import files_of
from invoice_tracker.outbox.claim import Guard, Rules
from invoice_tracker.outbox.handlers import Handlers
from invoice_tracker.outbox.models import MessageState
from invoice_tracker.outbox.pace import Pace

SAFE_MODE = "Safe Mode is on: nothing leaves until it is switched off."
NOT_VERIFIED = "The sender's address is not verified yet: nothing leaves before that."


async def deliver_due(
    adapters: Adapters,
    firm_id: UUID,
    *,
    handlers: Handlers,
    kinds: Collection[str],
    lanes: int = 1,
    guard: Guard | None = None,
) -> Counter[MessageState]:
    """One round for one firm; ``kinds`` are those that may leave now, the others wait."""
    async with adapters.database.transaction(firm_id) as session:
        rules = await rules_now(session, firm_id=firm_id, handlers=handlers, kinds=kinds)
    rules = replace(rules, guard=guard)
    return await deliver.deliver_due(
        database=adapters.database,
        firm_id=firm_id,
        handlers=handlers,
        rules=rules,
        mailer=adapters.mailer,
        attach=files_of(adapters.database, adapters.billing),
        clock=adapters.clock,
        lanes=lanes,
    )


async def rules_now(
    session: AsyncSession, *, firm_id: UUID, handlers: Handlers, kinds: Collection[str]
) -> Rules:
    """What the claim goes by: who leaves at once, who keeps to the pace, who waits and why."""
    sending = await get_sending_rules(session, firm_id)
    sender = await get_sender(session, firm_id)
    verified = sender is not None and sender.verified_at is not None
    allowed = {kind: handler for kind, handler in handlers.items() if kind in kinds}
    why = SAFE_MODE if verified else NOT_VERIFIED
    return Rules(
        at_once=[kind for kind, handler in allowed.items() if not handler.automatic],
        paced=[kind for kind, handler in allowed.items() if handler.automatic],
        held={kind: why for kind in handlers if kind not in allowed},
        pace=Pace(
            per_minute=sending.per_minute,
            per_day=sending.per_day,
            first_day_cap=sending.first_day_cap,
            sending_since=sending.sending_since,
        ),
    )
