"""A kind of message to test the outbox with, and rows to look at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.database import Database
from invoice_tracker.outbox.claim import Rules
from invoice_tracker.outbox.handlers import Decision, Later, Send
from invoice_tracker.outbox.models import OutboxMessage
from invoice_tracker.outbox.schemas import DueMessage, MailContent, Outcome
from invoice_tracker.outbox.service import enqueue

KIND = "note"
RULES = Rules(at_once=[], paced=[KIND])


class Crash(BaseException):
    """The process dies here: nothing may catch it."""


@dataclass
class Notes:
    """A handler that does as it is told, and remembers how messages ended."""

    automatic: bool = True
    decisions: dict[UUID, Decision] = field(default_factory=dict)
    postponed: dict[UUID, Later] = field(default_factory=dict)
    raises: dict[str, list[BaseException]] = field(default_factory=dict)
    """Errors by step: look_again, confirm, record. One each time."""
    ends: list[tuple[str, Outcome]] = field(default_factory=list)
    looked_at: list[int] = field(default_factory=list)

    def _maybe_raise(self, step: str) -> None:
        if self.raises.get(step):
            raise self.raises[step].pop(0)

    async def look_again(
        self, firm_id: UUID, messages: Sequence[DueMessage]
    ) -> Mapping[UUID, Later]:
        self.looked_at.append(len(messages))
        self._maybe_raise("look_again")
        return self.postponed

    async def confirm(self, session: AsyncSession, message: DueMessage) -> Decision:
        self._maybe_raise("confirm")
        return self.decisions.get(message.id, Send())

    async def record(self, session: AsyncSession, message: DueMessage, outcome: Outcome) -> None:
        self._maybe_raise("record")
        self.ends.append((message.dedupe_key, outcome))


def a_content(**changes: Any) -> MailContent:
    values: dict[str, Any] = {
        "from_name": "Hale & Moreno LLP",
        "from_email": "billing@example.com",
        "subject": "Invoice 1042",
        "text": "Dear Ada",
        "html": "<p>Dear Ada</p>",
    }
    return MailContent(**(values | changes))


async def put(
    session: AsyncSession, firm_id: UUID, *, now: datetime, key: str | None = None, **changes: Any
) -> UUID | None:
    """A message to Ada, due now."""
    values: dict[str, Any] = {
        "kind": KIND,
        "dedupe_key": key or str(uuid4()),
        "subject_id": None,
        "recipient": "ada@example.org",
        "content": a_content(),
    }
    return await enqueue(session, firm_id=firm_id, now=now, **(values | changes))


async def put_many(
    database: Database, firm_id: UUID, count: int, *, now: datetime, **changes: Any
) -> list[UUID]:
    """Messages with the keys 0, 1, 2 …"""
    ids: list[UUID] = []
    async with database.transaction(firm_id) as session:
        for number in range(count):
            made = await put(session, firm_id, now=now, key=str(number), **changes)
            assert made is not None
            ids.append(made)
    return ids


async def rows(database: Database, firm_id: UUID) -> list[OutboxMessage]:
    """All messages of the firm in the order of their keys."""
    async with database.transaction(firm_id) as session:
        found = await session.scalars(
            select(OutboxMessage)
            .where(OutboxMessage.firm_id == firm_id)
            .order_by(OutboxMessage.dedupe_key)
        )
        return list(found)


async def row(database: Database, firm_id: UUID) -> OutboxMessage:
    """The only message of the firm."""
    [only] = await rows(database, firm_id)
    return only
