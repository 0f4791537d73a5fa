"""Handle each recorded event once. The sweep of forgotten ones is the same function, run again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

import structlog
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.database import Database
from invoice_tracker.core.errors import ProductError
from invoice_tracker.inbox.models import WebhookEvent
from invoice_tracker.ports import Clock, GatewayProblem

LEASE = timedelta(minutes=2)
"""How long one worker may take for an event before another one tries."""
BACK_OFF = (
    tuple(timedelta(minutes=m) for m in (1, 2, 5, 15, 30, 60, 120, 240))
    + (timedelta(hours=6),) * 26
)
"""Waits between the tries: a week in all. Polling has long brought the truth by then."""
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Event:
    """A recorded event, as a handler sees it. ``body`` is what came in, signature checked."""

    id: UUID
    firm_id: UUID
    external_id: str
    kind: str
    body: bytes
    received_at: datetime
    attempts: int


class EventProblem(Exception):
    """The event cannot be handled now; the message, in words, is kept with the event."""


class Handler(Protocol):
    """Knows the events of one source."""

    async def prepare(self, event: Event) -> Any:
        """Read the object again from its provider, outside any transaction.

        The answer is handed to ``apply``: the body of an event is a hint, never the truth. Any
        exception is a failed try; ``EventProblem`` and ``ProductError`` carry words for people.
        """
        ...

    async def apply(self, session: AsyncSession, event: Event, prepared: Any) -> str:
        """Write what was read; returns in words what was done.

        Runs in the transaction that marks the event as handled.
        """
        ...


Handlers = Mapping[str, Handler]


async def process_due(
    *,
    database: Database,
    firm_id: UUID,
    handlers: Handlers,
    clock: Clock,
    batch_size: int = 100,
) -> int:
    """Handle the firm's open events, the oldest first; returns how many were handled.

    An event that fails is tried again later, and stops no other.
    """
    handled = 0
    for source, event in await _claim(database, firm_id, handlers, clock, batch_size):
        try:
            handled += await _handle(database, handlers[source], event, clock)
        except Exception as error:
            if not isinstance(error, EventProblem | ProductError | GatewayProblem):
                _log.exception("inbox_event_failed", event_id=str(event.id), kind=event.kind)
            await _try_again(database, event, error, clock)
    return handled


async def _claim(
    database: Database, firm_id: UUID, handlers: Handlers, clock: Clock, limit: int
) -> list[tuple[str, Event]]:
    """Due events, leased by moving their next try: a worker that dies loses only time."""
    now = clock.now()
    async with database.transaction(firm_id) as session:
        chosen = (
            select(WebhookEvent.id)
            .where(
                WebhookEvent.firm_id == firm_id,
                WebhookEvent.handled_at.is_(None),
                WebhookEvent.next_attempt_at <= now,
                WebhookEvent.source.in_(list(handlers)),
            )
            .order_by(WebhookEvent.next_attempt_at, WebhookEvent.received_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
            # Not a subquery: PostgreSQL may run one again for each row, past its limit.
            .cte("chosen")
        )
        rows = await session.scalars(
            update(WebhookEvent)
            .where(WebhookEvent.id == chosen.c.id)
            .values(next_attempt_at=now + LEASE)
            .returning(WebhookEvent)
            .execution_options(synchronize_session=False)
        )
        found = [(row.source, _as_event(row)) for row in rows]
    return sorted(found, key=lambda pair: pair[1].received_at)


def _as_event(row: WebhookEvent) -> Event:
    return Event(
        id=row.id,
        firm_id=row.firm_id,
        external_id=row.external_id,
        kind=row.kind,
        body=row.body,
        received_at=row.received_at,
        attempts=row.attempts,
    )


async def _handle(database: Database, handler: Handler, event: Event, clock: Clock) -> bool:
    prepared = await handler.prepare(event)
    async with database.transaction(event.firm_id) as session:
        open_id = await session.scalar(
            select(WebhookEvent.id)
            .where(
                WebhookEvent.firm_id == event.firm_id,
                WebhookEvent.id == event.id,
                WebhookEvent.handled_at.is_(None),
            )
            .with_for_update(skip_locked=True)
        )
        if open_id is None:
            return False
        outcome = await handler.apply(session, event, prepared)
        await session.execute(
            update(WebhookEvent)
            .where(WebhookEvent.firm_id == event.firm_id, WebhookEvent.id == event.id)
            .values(handled_at=clock.now(), outcome=outcome, attempts=event.attempts + 1)
        )
    return True


async def _try_again(database: Database, event: Event, error: Exception, clock: Clock) -> None:
    tries = event.attempts + 1
    now = clock.now()
    given_up = tries > len(BACK_OFF)
    reason = _in_words(error)
    values: dict[str, Any] = {"attempts": tries, "outcome": reason}
    if given_up:
        values |= {"handled_at": now, "outcome": f"Given up after {tries} tries. {reason}"}
    else:
        values["next_attempt_at"] = now + BACK_OFF[tries - 1]
    async with database.transaction(event.firm_id) as session:
        await session.execute(
            update(WebhookEvent)
            .where(
                WebhookEvent.firm_id == event.firm_id,
                WebhookEvent.id == event.id,
                WebhookEvent.handled_at.is_(None),
            )
            .values(values)
        )


def _in_words(error: Exception) -> str:
    if isinstance(error, ProductError):
        return error.detail
    if isinstance(error, EventProblem | GatewayProblem):
        return str(error)
    return f"Unexpected error ({type(error).__name__}); the log has the details."
