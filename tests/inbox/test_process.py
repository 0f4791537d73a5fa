"""An event is recorded once and handled once, whatever fails in between."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from factories import make_firm
from fakes import MovableClock
from invoice_tracker.core.database import Database
from invoice_tracker.core.deps import Adapters
from invoice_tracker.core.errors import Unavailable
from invoice_tracker.firms.models import Firm
from invoice_tracker.inbox.jobs import process_due
from invoice_tracker.inbox.models import WebhookEvent
from invoice_tracker.inbox.process import BACK_OFF, LEASE, Event, EventProblem
from invoice_tracker.inbox.service import record


class Crash(BaseException):
    """The process dies here."""


@dataclass
class Post:
    """A handler that remembers what it handled, in a row of the same transaction."""

    raises: dict[str, list[BaseException]] = field(default_factory=dict)
    prepared: list[str] = field(default_factory=list)
    applied: list[tuple[str, object]] = field(default_factory=list)

    async def prepare(self, event: Event) -> Any:
        self.prepared.append(event.external_id)
        await asyncio.sleep(0)
        self._maybe_raise("prepare")
        return f"read again: {event.external_id}"

    async def apply(self, session: AsyncSession, event: Event, prepared: Any) -> str:
        await session.execute(
            update(Firm).where(Firm.id == event.firm_id).values(phone=Firm.phone + "x")
        )
        self._maybe_raise("apply")
        self.applied.append((event.external_id, prepared))
        return "Done."

    def _maybe_raise(self, step: str) -> None:
        if self.raises.get(step):
            raise self.raises[step].pop(0)


async def post(database: Database, firm: Firm, key: str, clock: MovableClock) -> UUID | None:
    async with database.transaction(firm.id) as session:
        return await record(
            session,
            firm_id=firm.id,
            source="stripe",
            external_id=key,
            kind="checkout.session.completed",
            body=b'{"id": 1}',
            now=clock.now(),
        )


async def events(database: Database, firm: Firm) -> list[WebhookEvent]:
    async with database.transaction(firm.id) as session:
        found = await session.scalars(select(WebhookEvent).order_by(WebhookEvent.external_id))
        return list(found)


async def effects(database: Database, firm: Firm) -> int:
    async with database.transaction(firm.id) as session:
        return len(await session.scalar(select(Firm.phone).where(Firm.id == firm.id)) or "")


async def test_the_same_event_is_recorded_once(
    adapters: Adapters, firm: Firm, clock: MovableClock
) -> None:
    assert await post(adapters.database, firm, "evt_1", clock) is not None
    assert await post(adapters.database, firm, "evt_1", clock) is None
    assert len(await events(adapters.database, firm)) == 1


async def test_an_event_is_handled_once(
    adapters: Adapters, firm: Firm, clock: MovableClock
) -> None:
    await post(adapters.database, firm, "evt_1", clock)
    handler = Post()
    for _ in range(5):
        await process_due(adapters, firm.id, handlers={"stripe": handler})
        clock.move(hours=1)
    assert handler.applied == [("evt_1", "read again: evt_1")]
    [event] = await events(adapters.database, firm)
    assert event.handled_at is not None
    assert event.outcome == "Done."
    assert event.body == b'{"id": 1}'


async def test_events_come_in_the_order_they_were_received(
    adapters: Adapters, firm: Firm, clock: MovableClock
) -> None:
    for key in ("evt_c", "evt_a", "evt_b"):
        await post(adapters.database, firm, key, clock)
        clock.move(seconds=1)
    handler = Post()
    assert await process_due(adapters, firm.id, handlers={"stripe": handler}) == 3
    assert handler.prepared == ["evt_c", "evt_a", "evt_b"]


@pytest.mark.parametrize("step", ["prepare", "apply"])
@pytest.mark.parametrize(
    ("error", "words"),
    [
        (Unavailable("Stripe does not answer."), "Stripe does not answer."),
        (EventProblem("The payment is not there yet."), "The payment is not there yet."),
        (KeyError("secret"), "Unexpected error (KeyError); the log has the details."),
    ],
    ids=["outage", "problem", "bug"],
)
async def test_a_failure_changes_nothing_and_is_tried_again(
    adapters: Adapters, firm: Firm, clock: MovableClock, step: str, error: Exception, words: str
) -> None:
    await post(adapters.database, firm, "evt_1", clock)
    await post(adapters.database, firm, "evt_2", clock)
    handler = Post(raises={step: [error]})
    assert await process_due(adapters, firm.id, handlers={"stripe": handler}) == 1
    assert await effects(adapters.database, firm) == 1
    [failed] = [e for e in await events(adapters.database, firm) if e.handled_at is None]
    assert (failed.outcome, failed.attempts) == (words, 1)
    assert failed.next_attempt_at == clock.now() + BACK_OFF[0]
    assert await process_due(adapters, firm.id, handlers={"stripe": handler}) == 0
    clock.move(minutes=1)
    assert await process_due(adapters, firm.id, handlers={"stripe": handler}) == 1
    assert await effects(adapters.database, firm) == 2


async def test_after_a_week_it_is_given_up_aloud(
    adapters: Adapters, firm: Firm, clock: MovableClock
) -> None:
    await post(adapters.database, firm, "evt_1", clock)
    began = clock.now()
    handler = Post(raises={"prepare": [EventProblem("No.")] * 100})
    while (event := (await events(adapters.database, firm))[0]).handled_at is None:
        clock.move_to(max(clock.now(), event.next_attempt_at))
        await process_due(adapters, firm.id, handlers={"stripe": handler})
    assert event.outcome == f"Given up after {len(BACK_OFF) + 1} tries. No."
    assert timedelta(days=6) < clock.now() - began < timedelta(days=8)


@pytest.mark.parametrize("step", ["prepare", "apply"])
async def test_a_dead_worker_costs_time_and_nothing_else(
    adapters: Adapters, firm: Firm, clock: MovableClock, step: str
) -> None:
    await post(adapters.database, firm, "evt_1", clock)
    handler = Post(raises={step: [Crash()]})
    with pytest.raises(Crash):
        await process_due(adapters, firm.id, handlers={"stripe": handler})
    assert await effects(adapters.database, firm) == 0
    clock.move_to(clock.now() + LEASE)
    assert await process_due(adapters, firm.id, handlers={"stripe": handler}) == 1
    assert await effects(adapters.database, firm) == 1


async def test_an_unknown_source_stays_until_somebody_knows_it(
    adapters: Adapters, firm: Firm, clock: MovableClock
) -> None:
    await post(adapters.database, firm, "evt_1", clock)
    assert await process_due(adapters, firm.id, handlers={"clio": Post()}) == 0
    assert await process_due(adapters, firm.id, handlers={"stripe": Post()}) == 1


async def test_workers_at_once_handle_each_event_once(
    committed_adapters: Adapters, clock: MovableClock
) -> None:
    adapters = committed_adapters
    async with adapters.database.transaction() as session:
        firm = await make_firm(session, now=clock.now())
    recorded = await asyncio.gather(
        *(post(adapters.database, firm, f"evt_{n % 10}", clock) for n in range(30))
    )
    assert sum(one is not None for one in recorded) == 10
    handler = Post()
    handled = await asyncio.gather(
        *(process_due(adapters, firm.id, handlers={"stripe": handler}) for _ in range(4))
    )
    assert sum(handled) == 10
    assert await effects(adapters.database, firm) == 10


async def test_a_slow_worker_that_is_overtaken_does_nothing(
    committed_adapters: Adapters, clock: MovableClock
) -> None:
    """The lease runs out while the provider answers; both workers get as far as applying."""
    adapters = committed_adapters
    async with adapters.database.transaction() as session:
        firm = await make_firm(session, now=clock.now())
    await post(adapters.database, firm, "evt_1", clock)

    class Slow(Post):
        async def prepare(self, event: Event) -> Any:
            clock.move_to(clock.now() + LEASE)
            assert await process_due(adapters, firm.id, handlers={"stripe": Post()}) == 1
            return await super().prepare(event)

    slow = Slow()
    assert await process_due(adapters, firm.id, handlers={"stripe": slow}) == 0
    assert slow.applied == []
    assert await effects(adapters.database, firm) == 1
