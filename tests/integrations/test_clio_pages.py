"""Every page of a reading goes wrong once, in every way: the next run ends with both sides equal.

And it asks for no page again that it need not: a long reading goes on at the page that went wrong,
a short one begins anew, and after a crash nothing that was stored is asked for a second time.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from factories import make_firm
from fakes import MovableClock
from integrations.clio_firm import connect, fetch_run, invoices_of, iso, point_at, sync
from integrations.clio_stub import Answer, ClioStub, a_bill, broken, half, raw, running_stub
from invoice_tracker.core.deps import Adapters
from invoice_tracker.firms.models import Firm
from invoice_tracker.integrations.clio import access as clio_access
from invoice_tracker.integrations.clio import jobs
from invoice_tracker.integrations.clio import sync as clio_sync
from invoice_tracker.integrations.clio.models import RunKind, RunState, SyncRun
from invoice_tracker.integrations.clio.progress import one_step
from invoice_tracker.integrations.clio.runs import begin_run

FAULTS: dict[str, Answer] = {
    "500": broken(500, {}),
    "connection dropped": half,
    "429": broken(429, {}, **{"Retry-After": "30"}),
    "truncated": raw('{"data":[{"id":1,'),
}
PAGES = {RunKind.first_import: 5, RunKind.resync: 4, RunKind.reconciliation: 3}
"""Of bills, in a reading of each kind, three on a page."""


class Killed(BaseException):
    """The process is gone: nobody tidies up."""


@dataclass
class Reading:
    """One firm that reads the same bills as all others of its test."""

    product: Adapters
    firm: Firm
    stub: ClioStub
    clock: MovableClock
    kind: RunKind

    async def prepare(self) -> None:
        """Twelve bills; where they are read already, most of them have changed since."""
        self.stub.bills = {number: a_bill(number) for number in range(1, 9)}
        paid = {"state": "paid", "paid": 1200.0, "balance": 0.0}
        self.stub.bills.update({number: a_bill(number, **paid) for number in range(9, 13)})
        await connect(self.product, self.firm)
        if self.kind is RunKind.first_import:
            return
        await sync(self.product, self.firm)
        await self.a_quarter_later()
        # A nightly comparison finds what no reading of the day was told of, of what is open.
        told = self.kind is RunKind.resync
        new = {"updated_at": iso(self.clock.now())} if told else {}
        for number in range(1, 13 if told else 9):
            self.stub.bills[number].update(new, etag=f'"{number}-2"', due_at="2026-04-01")
        self.stub.bills[2].update(new, state="void")

    async def run(self) -> SyncRun:
        """Begun, or gone on with, by the worker."""
        reconciles = self.kind is RunKind.reconciliation
        async with self.product.database.transaction(self.firm.id) as session:
            now = self.clock.now()
            run, _ = await begin_run(session, firm_id=self.firm.id, kind=self.kind, now=now)
        await jobs.run_requested(self.product, self.firm.id, reconciles=reconciles)
        return await fetch_run(self.product.database, self.firm.id, run.id)

    async def a_quarter_later(self) -> None:
        self.clock.move(minutes=15)
        self.stub.now = self.clock.now()

    async def expect_equal(self) -> None:
        here = {
            key: (row.clio_state.value, str(row.due_on), row.clio_balance_minor)
            for key, row in (await invoices_of(self.product, self.firm)).items()
        }
        there = {
            key: (bill["state"], bill["due_at"], round(bill["balance"] * 100))
            for key, bill in self.stub.bills.items()
        }
        assert here == there

    @property
    def requests(self) -> int:
        return len(self.stub.asked)


@pytest.fixture
async def stub(clock: MovableClock) -> AsyncIterator[ClioStub]:
    async with running_stub() as stub:
        stub.now = clock.now()
        stub.page_size = 3
        yield stub


@pytest.fixture(autouse=True)
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits in a test, so the first trouble ends the run."""
    monkeypatch.setattr(clio_access, "SYNC_PATIENCE", 0.0)


async def a_reading(
    adapters: Adapters, stub: ClioStub, clock: MovableClock, kind: RunKind
) -> Reading:
    async with adapters.database.transaction() as session:
        firm = await make_firm(session, now=clock.now())
    stub.now = clock.now()
    reading = Reading(point_at(adapters, stub), firm, stub, clock, kind)
    await reading.prepare()
    stub.asked.clear()
    stub.faults.clear()
    return reading


async def undisturbed(
    adapters: Adapters, stub: ClioStub, clock: MovableClock, kind: RunKind
) -> int:
    """Requests of a reading in which nothing goes wrong."""
    reading = await a_reading(adapters, stub, clock, kind)
    assert (await reading.run()).state is RunState.succeeded
    await reading.expect_equal()
    assert len([path for _, path, _ in stub.asked if path.endswith("/bills.json")]) >= PAGES[kind]
    return reading.requests


@pytest.mark.parametrize("kind", PAGES)
@pytest.mark.parametrize("fault", FAULTS)
async def test_a_page_that_goes_wrong(adapters, stub, clock, kind, fault):
    needed = await undisturbed(adapters, stub, clock, kind)
    for page in range(1, PAGES[kind] + 1):
        reading = await a_reading(adapters, stub, clock, kind)
        stub.fail(FAULTS[fault], after=page - 1)
        assert (await reading.run()).state is RunState.failed, page
        assert reading.requests == page, "nothing is asked for after it"
        await reading.a_quarter_later()
        assert (await reading.run()).state is RunState.succeeded, page
        await reading.expect_equal()
        # A short reading begins anew: what has changed meanwhile is on its pages already.
        again = page if kind is RunKind.resync else 1
        assert reading.requests == needed + again, page


@pytest.mark.parametrize("kind", PAGES)
async def test_a_worker_that_dies_after_a_page(adapters, stub, clock, kind, monkeypatch):
    needed = await undisturbed(adapters, stub, clock, kind)
    for page in range(1, PAGES[kind] + 1):
        reading = await a_reading(adapters, stub, clock, kind)
        with monkeypatch.context() as patch:
            patch.setattr(clio_sync, "one_step", dying_after(page))
            with pytest.raises(Killed):
                await reading.run()
        assert reading.requests == page
        await reading.a_quarter_later()
        run = await reading.run()
        assert (run.state, run.attempt) == (RunState.succeeded, 2), page
        await reading.expect_equal()
        assert reading.requests == needed, f"page {page} is stored, and is not asked for again"


def dying_after(page: int) -> Any:
    """A step that is the worker's last once this page is stored."""
    stored = 0

    @asynccontextmanager
    async def step(*args: Any) -> AsyncGenerator[AsyncSession]:
        nonlocal stored
        async with one_step(*args) as session:
            yield session
        stored += 1
        if stored == page:
            raise Killed

    return step
