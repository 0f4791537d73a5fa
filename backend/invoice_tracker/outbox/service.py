"""Put a message into the outbox, take it out again, decide about an uncertain one."""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

import idna
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.errors import Conflict, NotFound
from invoice_tracker.outbox.models import MessageState, OutboxMessage
from invoice_tracker.outbox.schemas import MailContent


class Resolution(StrEnum):
    """What a person decides about an uncertain message."""

    it_was_sent = "it_was_sent"
    send_again = "send_again"


async def enqueue(
    session: AsyncSession,
    *,
    firm_id: UUID,
    kind: str,
    dedupe_key: str,
    subject_id: UUID | None,
    recipient: str,
    content: MailContent,
    now: datetime,
    due_at: datetime | None = None,
) -> UUID | None:
    """Write a message to send, and return its id; None if one with this key was ever written.

    ``due_at`` is the earliest instant it may leave, ``now`` by default. The Message-ID is fixed
    here, with the sender's domain.
    """
    statement = (
        insert(OutboxMessage)
        .values(
            id=uuid4(),
            firm_id=firm_id,
            kind=kind,
            dedupe_key=dedupe_key,
            subject_id=subject_id,
            recipient=recipient,
            message_id=new_message_id(content.from_email),
            content=content.model_dump(mode="json"),
            state=MessageState.waiting,
            attempts=0,
            next_attempt_at=due_at or now,
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=["firm_id", "dedupe_key"])
        .returning(OutboxMessage.id)
    )
    return await session.scalar(statement)


def new_message_id(from_email: str) -> str:
    """A Message-ID nobody else has, with the sender's domain."""
    domain = from_email.rpartition("@")[2] or "localhost"
    if not domain.isascii():
        domain = idna.encode(domain, uts46=True).decode()
    return f"<{uuid4()}@{domain.lower()}>"


async def get_message(session: AsyncSession, *, firm_id: UUID, message_id: UUID) -> OutboxMessage:
    """One message of the firm by its row's id. Raises ``NotFound``."""
    message = await session.scalar(
        select(OutboxMessage).where(
            OutboxMessage.firm_id == firm_id, OutboxMessage.id == message_id
        )
    )
    if message is None:
        raise NotFound("There is no such message.")
    return message


async def cancel_unsent(
    session: AsyncSession, *, firm_id: UUID, message_ids: Collection[UUID], reason: str
) -> Sequence[UUID]:
    """Cancel what has not begun to leave; ids of the messages that were.

    The caller holds the lock of the invoice rows and writes down the end of its own rows: no
    handler is called. A message already ``sending`` is not touched; its own end will be recorded.
    """
    if not message_ids:
        return []
    statement = (
        update(OutboxMessage)
        .where(
            OutboxMessage.firm_id == firm_id,
            OutboxMessage.id.in_(message_ids),
            OutboxMessage.state.in_([MessageState.waiting, MessageState.claimed]),
        )
        .values(state=MessageState.cancelled, reason=reason, lease_until=None, claim_id=None)
        .returning(OutboxMessage.id)
        .execution_options(synchronize_session=False)
    )
    return (await session.scalars(statement)).all()


async def resolve_uncertain(
    session: AsyncSession,
    *,
    firm_id: UUID,
    message_id: UUID,
    outcome: Resolution,
    now: datetime,
) -> OutboxMessage:
    """A person's decision about an uncertain message, by its row's id.

    ``send_again`` tries the same row with the same Message-ID, after all the usual checks. The
    caller changes its own row (the reminder) in the same transaction: no handler is called.
    Raises ``NotFound``, or ``Conflict`` when the message is not uncertain.
    """
    message = await session.scalar(
        select(OutboxMessage)
        .where(OutboxMessage.firm_id == firm_id, OutboxMessage.id == message_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if message is None:
        raise NotFound("There is no such message.")
    if message.state is not MessageState.uncertain:
        raise Conflict("Nobody needs to decide about this message: its end is known.")
    if outcome is Resolution.it_was_sent:
        message.state = MessageState.sent
        message.reason = "A person decided that it was sent."
    else:
        message.state = MessageState.waiting
        message.reason = "A person decided to send it again."
        message.attempts = 0
        message.sent_at = None
        message.next_attempt_at = now
    await session.flush()
    return message
