"""The steps of one claimed message. Each says whether the claim still held it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.outbox.claim import LEASE
from invoice_tracker.outbox.models import MessageState, OutboxMessage
from invoice_tracker.outbox.schemas import DueMessage, MailContent, Outcome

BACK_OFF = (
    tuple(timedelta(minutes=m) for m in (1, 5, 15, 30, 60, 120, 240, 360))
    + (timedelta(hours=8),) * 4
)
"""Waits between the tries: 46 hours in all, then the message has failed."""

_LATE = {
    MessageState.sent: {MessageState.sending, MessageState.uncertain, MessageState.waiting},
    MessageState.failed: {MessageState.claimed, MessageState.sending, MessageState.uncertain},
}
"""An answer that came after the lease ran out is still the truth, as long as no other claim has
begun: the claim's id tells."""


async def mark_sending(
    session: AsyncSession,
    *,
    message: DueMessage,
    claim_id: UUID,
    now: datetime,
    content: MailContent | None,
) -> bool:
    """Written and committed before the mail server is called."""
    values: dict[str, Any] = {
        "state": MessageState.sending,
        "attempts": OutboxMessage.attempts + 1,
        "lease_until": now + LEASE,
        "reason": None,
    }
    if content is not None:
        values["content"] = content.model_dump(mode="json")
    return await _change(session, message, claim_id, {MessageState.claimed}, values)


async def put_back(
    session: AsyncSession,
    *,
    message: DueMessage,
    claim_id: UUID,
    reason: str,
    until: datetime,
    attempts: int | None = None,
) -> bool:
    """It waits again until ``until``; ``attempts`` where this was a try that counts."""
    values: dict[str, Any] = {
        "state": MessageState.waiting,
        "reason": reason,
        "next_attempt_at": until,
        "lease_until": None,
        "claim_id": None,
    }
    if attempts is not None:
        values["attempts"] = attempts
    states = {MessageState.claimed, MessageState.sending}
    return await _change(session, message, claim_id, states, values)


async def finish(
    session: AsyncSession, *, message: DueMessage, claim_id: UUID, outcome: Outcome
) -> bool:
    """It has ended, as ``outcome`` says."""
    # The claim's id stays, so that a late answer can still be told from another claim's.
    values: dict[str, Any] = {
        "state": outcome.state,
        "reason": outcome.reason,
        "smtp_response": outcome.smtp_response,
        "lease_until": None,
    }
    if outcome.state in {MessageState.sent, MessageState.uncertain}:
        values["sent_at"] = outcome.at
    states = _LATE.get(outcome.state, {MessageState.claimed, MessageState.sending})
    return await _change(session, message, claim_id, states, values)


async def _change(
    session: AsyncSession,
    message: DueMessage,
    claim_id: UUID,
    from_states: set[MessageState],
    values: dict[str, Any],
) -> bool:
    changed = await session.scalar(
        update(OutboxMessage)
        .where(
            OutboxMessage.id == message.id,
            OutboxMessage.firm_id == message.firm_id,
            OutboxMessage.claim_id == claim_id,
            OutboxMessage.state.in_(from_states),
        )
        .values(values)
        .returning(OutboxMessage.id)
        .execution_options(synchronize_session=False)
    )
    return changed is not None
