"""Random histories of a firm in Clio: after each, what is here equals what is there.

A history is any mixture of what staff do in Clio, of Clio's own troubles, of workers that are
stopped in the middle, and of a clock here that goes wrong. Clio allows few requests a minute. Then
troubles end, an hour passes, Clio is read, and both sides are compared. All along, no minute has
more requests than Clio allows, and no bill is written that did not change.
"""

import asyncio
import random
from bisect import bisect_left
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from redis.asyncio import Redis
from sqlalchemy import select
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from starlette.types import ASGIApp, Receive, Scope, Send

from clio_openapi import DOCUMENT, load_contract
from conftest import make_adapters
from factories import make_collection, make_firm
from fakes import MovableClock
from integrations.clio_firm import connect, point_at, runs_of
from integrations.sandbox_clio import ClioSandbox
from integrations.sandbox_serving import serving
from invoice_tracker.collections import planner
from invoice_tracker.collections.models import Collection, CollectionState
from invoice_tracker.core.database import Database
from invoice_tracker.core.deps import Adapters
from invoice_tracker.firms.models import Firm
from invoice_tracker.integrations.clio import access as clio_access
from invoice_tracker.integrations.clio import jobs
from invoice_tracker.integrations.clio import listings as clio_listings
from invoice_tracker.integrations.clio.client import ClioClient
from invoice_tracker.integrations.clio.models import RunState
from invoice_tracker.integrations.clio.throttle import WINDOW, ClioThrottle
from invoice_tracker.invoices.models import Client, ClioState, Invoice
from invoice_tracker.outbox.models import OutboxMessage
from invoice_tracker.sandbox.clio import actions
from invoice_tracker.sandbox.clio.app import create_app
from invoice_tracker.sandbox.clio.bill_shape import balance_minor
from invoice_tracker.sandbox.clio.faults import Fault
from invoice_tracker.sandbox.clio.problems import Problem
from invoice_tracker.sandbox.clio.store import Row, Store
from invoice_tracker.settings import Settings

SMALL = 1
START = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
PAGE = 7
"""Bills on a page, so that a small firm has many pages to go wrong on."""
IN_CLIO = (
    "create", "draft", "approve", "unapprove", "void", "delete", "pay", "pay_part", "take_back",
    "pending", "due_date", "address",
)  # fmt: skip
TROUBLES = ("status", "malformed", "truncate", "drop")
HERE = ("read", "two_workers", "crash", "jump", "remind", "set_back", "set_forward")
ALLOWED = 9
"""Requests a minute: a reading of all pages waits several times."""
NOT_WRITTEN_IN_VAIN = """
CREATE FUNCTION refuse_in_vain() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'bill % was written without a change', OLD.number; END $$;
CREATE TRIGGER refuse_in_vain AFTER UPDATE OF number ON invoices FOR EACH ROW
WHEN (to_jsonb(OLD) - 'last_read_at' = to_jsonb(NEW) - 'last_read_at')
EXECUTE FUNCTION refuse_in_vain();
"""
"""Storing a bill names its number among others; that it was read is noted without."""
Step = tuple[str, int]
steps = st.tuples(
    st.sampled_from((*IN_CLIO, *IN_CLIO, *TROUBLES, *HERE, "read", "read", "crash")),
    st.integers(0, 10**6),
)


class Trapdoor:
    """Notes when requests come, by Clio's clock, and lets them through.

    But the one that a worker is stopped at is never answered.
    """

    def __init__(self, app: ASGIApp, clock: MovableClock) -> None:
        self.app, self.clock = app, clock
        self.came: list[datetime] = []
        self.left: int | None = None
        self.reached = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/api/"):
            self.came.append(self.clock.now())
        if scope["type"] == "http" and self.left is not None:
            self.left -= 1
            if self.left < 0:
                self.reached.set()
                while (await receive())["type"] != "http.disconnect":
                    pass
                return
        await self.app(scope, receive, send)


class Clocks:
    """Ours and Clio's: time passes on both, but ours can be wrong."""

    def __init__(self) -> None:
        self.ours, self.clios = MovableClock(START), MovableClock(START)

    def now(self) -> datetime:
        return self.ours.now()

    def move(self, **by: float) -> None:
        self.ours.move(**by)
        self.clios.move(**by)

    async def sleep(self, seconds: float) -> None:
        """What a worker does that has to wait."""
        self.move(seconds=seconds)
        await asyncio.sleep(0)


class History:
    """One firm, here and in Clio."""

    def __init__(self, product: Adapters, firm: Firm, sandbox: ClioSandbox, clocks: Clocks) -> None:
        self.product, self.firm, self.sandbox, self.clock = product, firm, sandbox, clocks
        self.world = sandbox.app.state.world
        self.account = sandbox.store.accounts[sandbox.account_id(SMALL)]
        self.door: Trapdoor = sandbox.app.state.door

    async def live(self, step: Step) -> None:
        """One step; what Clio does not allow just now does not happen."""
        name, number = step
        self.clock.move(seconds=1)
        if name in IN_CLIO:
            with suppress(Problem):
                self.in_clio(name, number)
        elif name in TROUBLES:
            status = (403, 429, 500, 503)[number % 4]
            fault = Fault(kind=name, status=status, skip=number % 9, count=1 + number % 3)
            self.world.faults.waiting.append(fault)
        else:
            await getattr(self, name)(number)

    def in_clio(self, name: str, number: int) -> None:
        """Something that staff do there."""
        world, account = self.world, self.account
        if name in {"create", "draft"}:
            amount, approved = 100 + number % 90_000, name == "create"
            due = world.today() + timedelta(days=number % 60 - 30)
            actions.new_bill(world, account, amount_minor=amount, due_on=due, approved=approved)
            return
        bill = self.bill(number)
        if name == "address":
            contact = account.get("contacts", bill["client_id"])
            for address in contact["addresses"]:
                address["address"] = f"a{number}@example.org"
            actions.change(world, account, "contacts", contact)
        elif name == "approve":
            actions.approve(world, account, bill)
        elif name == "unapprove":
            actions.unapprove(world, account, bill)
        elif name == "void":
            actions.set_state(world, account, bill, "void")
        elif name == "delete":
            bill["state"] = "deleted"
            world.touch(account, "bills", bill, "deleted")
        elif name == "pay":
            actions.pay(world, account, bill)
        elif name == "pay_part":
            actions.pay(world, account, bill, 1 + number % max(1, balance_minor(bill)))
        elif name == "take_back":
            actions.delete_payments(world, account, bill)
        elif name == "pending":
            actions.change(world, account, "bills", bill, pending_minor=number % 500)
        else:
            day = date(2026, 1, 1) + timedelta(days=number % 365)
            actions.change(world, account, "bills", bill, due_at=day.isoformat())

    def bill(self, number: int) -> Row:
        """Any bill, young ones rather than old ones."""
        bills = list(self.account.table("bills").values())
        chosen: Row = bills[-1 - min(number % len(bills), random.Random(number).randrange(12))]
        return chosen

    async def read(self, number: int) -> None:
        """A quarter of an hour later the worker looks."""
        self.clock.move(minutes=15 + number % 20)
        await self.work()

    async def work(self) -> None:
        await jobs.run_requested(self.product, self.firm.id)
        await jobs.sync_if_due(self.product, self.firm.id)
        await jobs.run_requested(self.product, self.firm.id, reconciles=True)
        await jobs.reconcile_if_due(self.product, self.firm.id)

    async def two_workers(self, number: int) -> None:
        """Two workers at the same moment."""
        self.clock.move(minutes=15 + number % 20)
        await asyncio.gather(self.work(), self.work())

    async def crash(self, number: int) -> None:
        """The worker is stopped in the middle of a reading."""
        self.clock.move(minutes=15)
        self.door.left = number % 8
        self.door.reached.clear()
        worker = asyncio.create_task(self.work())
        trap = asyncio.create_task(self.door.reached.wait())
        await asyncio.wait({worker, trap}, return_when=asyncio.FIRST_COMPLETED)
        worker.cancel()
        trap.cancel()
        await asyncio.gather(worker, trap, return_exceptions=True)
        self.door.left = None

    async def jump(self, number: int) -> None:
        """Nothing runs for hours or days."""
        self.clock.move(hours=1 + number % 72)

    async def set_back(self, number: int) -> None:
        """Our clock was fast, or is slow from now on."""
        await self.set_clock(-number)

    async def set_forward(self, number: int) -> None:
        await self.set_clock(number)

    async def set_clock(self, number: int) -> None:
        """By minutes or by hours. Requests are counted by our clock, so nobody asks meanwhile."""
        self.clock.move(seconds=WINDOW)
        unit, off = ("minutes", "hours")[number % 2], number % 50
        self.clock.ours.move(**{unit: off if number > 0 else off - 50})

    async def remind(self, number: int) -> None:
        """Staff start a collection."""
        now = self.clock.now()
        async with self.product.database.transaction(self.firm.id) as session:
            taken = select(Collection.invoice_id).where(Collection.state == CollectionState.active)
            found = await session.scalars(
                select(Invoice)
                .where(
                    Invoice.clio_state == ClioState.awaiting_payment,
                    Invoice.clio_balance_minor > 0,
                    Invoice.id.not_in(taken),
                )
                .order_by(Invoice.clio_id.desc())
                .limit(5)
            )
            if free := found.all():
                invoice = free[number % len(free)]
                await make_collection(session, firm=self.firm, invoice=invoice, now=now)

    async def settle(self) -> None:
        """Troubles end, an hour passes, and both sides are equal."""
        self.world.faults.waiting.clear()
        self.clock.move(minutes=75)
        await self.work()
        await self.compare()
        # What is read again without a change is not written again.
        before = {run.id for run in await runs_of(self.product, self.firm)}
        self.clock.move(minutes=15)
        await self.work()
        new = [run for run in await runs_of(self.product, self.firm) if run.id not in before]
        assert new
        for run in new:
            assert (run.state, run.invoices_updated) == (RunState.succeeded, 0), run.error
        assert most_in_a_minute(self.door.came) <= ALLOWED

    async def compare(self) -> None:
        async with self.product.database.transaction(self.firm.id) as session:
            invoices = {row.clio_id: row for row in await session.scalars(select(Invoice))}
            clients = {row.id: row for row in await session.scalars(select(Client))}
        there = self.account.table("bills")
        wanted = {
            key
            for key, bill in there.items()
            if bill["state"] == "awaiting_payment" and bill["kind"] != "trust_kind"
        }
        here = {key for key, row in invoices.items() if row.clio_state == "awaiting_payment"}
        assert here == wanted
        for key, invoice in invoices.items():
            assert facts_here(invoice) == facts_there(there[key]), f"bill {key}"
            if key in wanted and invoice.client_id is not None:
                assert clients[invoice.client_id].email == self.address(there[key])
        await self.compare_collections(invoices)

    async def compare_collections(self, invoices: dict[int, Invoice]) -> None:
        """No mail is planned for what is not open."""
        await planner.plan_due(self.product, self.firm.id)
        is_open = {row.id: row.clio_state == "awaiting_payment" for row in invoices.values()}
        async with self.product.database.transaction(self.firm.id) as session:
            collections = (await session.scalars(select(Collection))).all()
            waiting = (
                await session.scalars(
                    select(OutboxMessage).where(OutboxMessage.state.in_(("waiting", "claimed")))
                )
            ).all()
        active = {row.id for row in collections if row.state is CollectionState.active}
        closed = {row.id for row in collections if not is_open[row.invoice_id]}
        assert not active & closed
        assert not {message.subject_id for message in waiting} & closed

    def address(self, bill: Row) -> str | None:
        contact = self.account.get("contacts", bill["client_id"])
        found = [a["address"] for a in contact["addresses"] if a["primary"]]
        return found[0] if found else None


def most_in_a_minute(came: list[datetime]) -> int:
    """The most that began within 60 seconds of one of them."""
    minute = timedelta(seconds=60)
    return max(bisect_left(came, start + minute) - at for at, start in enumerate(came))


def facts_here(invoice: Invoice) -> tuple[Any, ...]:
    due = invoice.due_on.isoformat() if invoice.due_on else None
    money = (invoice.total_minor, invoice.clio_paid_minor, invoice.clio_balance_minor)
    return (invoice.clio_state.value, due, *money, invoice.clio_pending_minor)


def facts_there(bill: Row) -> tuple[Any, ...]:
    money = (bill["total_minor"], bill["paid_minor"], balance_minor(bill))
    return (bill["state"], bill["due_at"], *money, bill["pending_minor"])


def checked_http() -> httpx2.AsyncClient:
    """Connections whose every request has to be one that Clio documents."""

    async def check(request: httpx2.Request) -> None:
        if DOCUMENT.exists():
            load_contract().check_request(request)

    return httpx2.AsyncClient(event_hooks={"request": [check]})


@pytest.fixture
async def refuse_in_vain(committed: Database, database_url: str) -> AsyncIterator[None]:
    """The database itself refuses to write a bill that did not change."""
    owner = create_async_engine(database_url, poolclass=NullPool)

    async def carry_out(statements: str) -> None:
        async with owner.begin() as connection:
            raw = await connection.get_raw_connection()
            await raw.driver_connection.execute(statements)

    await carry_out(NOT_WRITTEN_IN_VAIN)
    yield
    await carry_out("DROP FUNCTION refuse_in_vain CASCADE")
    await owner.dispose()


@pytest.mark.slow
@examples(
    max_examples=12,
    phases=[Phase.generate],
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=st.lists(steps, min_size=4, max_size=30))
async def test_after_any_history_both_sides_are_equal(
    history: list[Step],
    committed: Database,
    refuse_in_vain: None,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clocks = Clocks()
    monkeypatch.setattr(clio_access, "make_http", checked_http)
    monkeypatch.setattr(clio_access, "ClioClient", partial(ClioClient, sleep=clocks.sleep))
    monkeypatch.setattr(clio_listings, "PAGE", PAGE)
    store = Store()
    app = create_app(store, clocks.clios, rate_limit=ALLOWED)
    app.state.door = door = Trapdoor(app, clocks.clios)
    # Without Valkey, so that this process counts for itself: both workers are in it.
    nowhere = Redis.from_url("redis://127.0.0.1:9")
    async with serving(door) as url:
        sandbox = ClioSandbox(app, clocks, url)
        tokens = await sandbox.allow(SMALL)
        product = point_at(make_adapters(committed, clocks.ours, settings), sandbox)
        product = replace(product, throttle=ClioThrottle(nowhere, clocks.ours, limit=ALLOWED))
        async with committed.transaction() as session:
            firm = await make_firm(session, now=clocks.now())
        await connect(product, firm, access_token=product.vault.encrypt(tokens["access_token"]))
        lived = History(product, firm, sandbox, clocks)
        try:
            for step in history:
                await lived.live(step)
            await lived.settle()
        finally:
            await sandbox.close()
            await nowhere.aclose()
