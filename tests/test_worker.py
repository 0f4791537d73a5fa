"""The worker's rounds: firms side by side, one job of a firm at a time."""

import asyncio
from uuid import UUID

from factories import make_firm
from invoice_tracker.core.deps import Adapters
from invoice_tracker.firms.models import Firm
from invoice_tracker.worker import Rounds


async def test_a_firms_long_import_holds_nobody_else_back(adapters: Adapters, firm: Firm) -> None:
    async with adapters.database.transaction() as session:
        quick = await make_firm(session, now=adapters.clock.now(), name="Quick")
    rounds = Rounds(adapters)
    told: list[tuple[str, UUID]] = []
    over = asyncio.Event()

    async def read(_: Adapters, firm_id: UUID) -> None:
        if firm_id == firm.id:
            await over.wait()
        told.append(("read", firm_id))

    async def look(_: Adapters, firm_id: UUID) -> None:
        told.append(("look", firm_id))

    async def send(_: Adapters, firm_id: UUID) -> None:
        told.append(("send", firm_id))

    first = asyncio.create_task(rounds.for_every_firm((read, look)))
    await asyncio.sleep(0.05)
    assert told == [("read", quick.id), ("look", quick.id)]
    # The next round does not begin the long one again, and mails of both firms leave meanwhile.
    await asyncio.wait_for(rounds.for_every_firm((read, send)), timeout=1)
    assert sorted(told[2:]) == sorted([("read", quick.id), ("send", firm.id), ("send", quick.id)])
    over.set()
    await first
    assert told[-2:] == [("read", firm.id), ("look", firm.id)]


async def test_what_fails_for_one_firm_does_not_stop_the_next(
    adapters: Adapters, firm: Firm
) -> None:
    async with adapters.database.transaction() as session:
        other = await make_firm(session, now=adapters.clock.now(), name="Other")
    told: list[UUID] = []

    async def fail(_: Adapters, firm_id: UUID) -> None:
        if firm_id == firm.id:
            raise RuntimeError("broken")
        told.append(firm_id)

    await Rounds(adapters).for_every_firm((fail,))
    assert told == [other.id]
