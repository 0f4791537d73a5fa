"""Take due messages for one worker, and hold the rest back with a reason."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.outbox.models import MessageState, OutboxMessage
from invoice_tracker.outbox.pace import Pace, room_now
from invoice_tracker.outbox.schemas import DueMessage, MailContent

LEASE = timedelta(minutes=10)
"""How long a worker may take from the claim of a batch to the record of its last message."""


Guard = Callable[[AsyncSession, UUID, datetime], Awaitable[str | None]]
"""Asked before automatic messages of a firm are claimed: why none may leave now, in words."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Which kinds of a firm's messages may leave now, and how many."""

    at_once: Collection[str]
    """Kinds that a person asked for: they leave whatever the pace."""
    paced: Collection[str]
    """Kinds that leave within the pace."""
    held: dict[str, str] = field(default_factory=dict)
    """Kinds that may not leave now, and in words why."""
    pace: Pace | None = None
    """None: no limit."""
    guard: Guard | None = None
    """Stops all that keep to the pace."""


def _due(firm_id: UUID, kinds: Collection[str], now: datetime) -> list[ColumnElement[bool]]:
    return [
        OutboxMessage.firm_id == firm_id,
        OutboxMessage.state == MessageState.waiting,
        OutboxMessage.next_attempt_at <= now,
        OutboxMessage.kind.in_(kinds),
    ]


async def claim(
    session: AsyncSession, *, firm_id: UUID, rules: Rules, now: datetime, limit: int
) -> tuple[UUID, Sequence[DueMessage]]:
    """Take at most ``limit`` due messages; returns the claim's id and the messages, oldest first.

    Two workers never take the same message, nor together more than the pace allows.
    """
    await _one_claim_at_a_time(session, firm_id)
    claim_id = uuid4()
    taken = await _take(session, claim_id, _due(firm_id, rules.at_once, now), now, limit)
    room, reason = limit - len(taken), None
    if rules.pace is not None:
        allowed = await room_now(session, firm_id=firm_id, pace=rules.pace, now=now)
        if allowed.count <= room:
            room, reason = allowed.count, allowed.reason
    if rules.guard is not None and rules.paced:
        stopped = await rules.guard(session, firm_id, now)
        if stopped is not None:
            room, reason = 0, stopped
    taken += await _take(session, claim_id, _due(firm_id, rules.paced, now), now, room)
    if reason is not None:
        await _hold_back(session, _due(firm_id, rules.paced, now), reason)
    for kind, why in rules.held.items():
        await _hold_back(session, _due(firm_id, [kind], now), why)
    return claim_id, taken


async def _one_claim_at_a_time(session: AsyncSession, firm_id: UUID) -> None:
    # The pace is counted from rows: two claims at once would each see the same room.
    await session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended('outbox ' || :firm_id, 0))"),
        {"firm_id": str(firm_id)},
    )


async def _take(
    session: AsyncSession,
    claim_id: UUID,
    due: Sequence[ColumnElement[bool]],
    now: datetime,
    limit: int,
) -> list[DueMessage]:
    if limit <= 0:
        return []
    chosen = (
        select(OutboxMessage.id)
        .where(*due)
        .order_by(OutboxMessage.next_attempt_at, OutboxMessage.created_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
        # Not a subquery: PostgreSQL may run one again for each row, past its limit.
        .cte("chosen")
    )
    rows = await session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id == chosen.c.id)
        .values(state=MessageState.claimed, claim_id=claim_id, lease_until=now + LEASE)
        .returning(*_COLUMNS)
        .execution_options(synchronize_session=False)
    )
    return sorted((_as_due(row) for row in rows), key=lambda message: message.created_at)


_COLUMNS = (
    OutboxMessage.id,
    OutboxMessage.firm_id,
    OutboxMessage.kind,
    OutboxMessage.dedupe_key,
    OutboxMessage.subject_id,
    OutboxMessage.recipient,
    OutboxMessage.message_id,
    OutboxMessage.content,
    OutboxMessage.attempts,
    OutboxMessage.created_at,
)


def _as_due(row: object) -> DueMessage:
    values = {column.key: getattr(row, column.key) for column in _COLUMNS}
    values["content"] = MailContent.model_validate(values["content"])
    return DueMessage(**values)


async def _hold_back(
    session: AsyncSession, due: Sequence[ColumnElement[bool]], reason: str
) -> None:
    # Only rows that do not say so yet, so that a long queue is not rewritten each minute.
    chosen = (
        select(OutboxMessage.id)
        .where(*due, OutboxMessage.reason.is_distinct_from(reason))
        .with_for_update(skip_locked=True)
        .cte("chosen")
    )
    await session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id == chosen.c.id)
        .values(reason=reason)
        .execution_options(synchronize_session=False)
    )


async def release_expired_claims(session: AsyncSession, *, firm_id: UUID, now: datetime) -> None:
    """Messages whose worker died before it called the mail server wait again."""
    chosen = (
        select(OutboxMessage.id)
        .where(
            OutboxMessage.firm_id == firm_id,
            OutboxMessage.state == MessageState.claimed,
            OutboxMessage.lease_until <= now,
        )
        .with_for_update(skip_locked=True)
        .cte("chosen")
    )
    await session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id == chosen.c.id)
        .values(state=MessageState.waiting, claim_id=None, lease_until=None)
        .execution_options(synchronize_session=False)
    )


async def find_expired_sendings(
    session: AsyncSession, *, firm_id: UUID, kinds: Collection[str], now: datetime
) -> list[tuple[UUID, DueMessage]]:
    """Messages whose worker died while it spoke to the mail server, each with its claim's id."""
    rows = await session.execute(
        select(OutboxMessage.claim_id, *_COLUMNS).where(
            OutboxMessage.firm_id == firm_id,
            OutboxMessage.kind.in_(kinds),
            OutboxMessage.state == MessageState.sending,
            OutboxMessage.lease_until <= now,
        )
    )
    return [(row.claim_id, _as_due(row)) for row in rows]
