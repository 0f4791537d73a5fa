"""How much may leave: per minute, per day, on the first day. Counted from rows, never a counter."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.outbox.models import MessageState, OutboxMessage

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pace:
    """A firm's limits. Minute and day are the last 60 seconds and the last 24 hours."""

    per_minute: int
    per_day: int
    first_day_cap: int
    sending_since: datetime | None
    """When automatic sending first began; the first day's cap holds for 24 hours from there."""


@dataclass(frozen=True, slots=True)
class Room:
    """How many messages may be claimed now, and in words what holds back the others."""

    count: int
    reason: str


def _left_since(instant: datetime) -> ColumnElement[int]:
    return func.count().filter(OutboxMessage.sent_at > instant)


async def room_now(session: AsyncSession, *, firm_id: UUID, pace: Pace, now: datetime) -> Room:
    """The room the limits leave. What is on its way counts as if it had left.

    An uncertain message counts too: it may have left.
    """
    under_way = [MessageState.claimed, MessageState.sending]
    flying, minute, day = (
        await session.execute(
            select(
                func.count().filter(OutboxMessage.state.in_(under_way)),
                _left_since(now - MINUTE),
                _left_since(now - DAY),
            ).where(
                OutboxMessage.firm_id == firm_id,
                OutboxMessage.state.in_(under_way)
                | (
                    OutboxMessage.state.in_([MessageState.sent, MessageState.uncertain])
                    & (OutboxMessage.sent_at > now - DAY)
                ),
            )
        )
    ).one()
    rooms = [
        Room(
            pace.per_minute - minute - flying,
            f"Waiting its turn: at most {pace.per_minute} mails leave a minute.",
        ),
        Room(
            pace.per_day - day - flying,
            f"Waiting its turn: at most {pace.per_day} mails leave in 24 hours.",
        ),
    ]
    if pace.sending_since is None or now < pace.sending_since + DAY:
        # Within the first day all that left since then left in the last 24 hours.
        rooms.append(
            Room(
                pace.first_day_cap - day - flying,
                f"Waiting its turn: at most {pace.first_day_cap} mails leave on the first day.",
            )
        )
    tightest = min(rooms, key=lambda room: room.count)
    return Room(max(0, tightest.count), tightest.reason)
