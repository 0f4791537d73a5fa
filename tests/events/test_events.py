"""Changes reach the open pages of the own firm, over a real stream and a real database."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import httpx
import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from conftest import log_in
from factories import make_client, make_firm, make_invoice, make_user
from fakes import MovableClock
from integrations.sandbox_serving import serving
from invoice_tracker.accounts.deps import COOKIE
from invoice_tracker.accounts.models import Role, User
from invoice_tracker.core.deps import Adapters
from invoice_tracker.events import router as events
from invoice_tracker.events.hub import STREAMS_PER_SESSION, Hub, Noun
from invoice_tracker.firms.models import Firm
from invoice_tracker.invoices.models import Client
from invoice_tracker.main import create_app

Stream = AsyncIterator[set[str]]


class Served:
    """The product on a real port, and a browser at it."""

    def __init__(self, browser: httpx.AsyncClient, adapters: Adapters, hub: Hub) -> None:
        self.browser = browser
        self.adapters = adapters
        self.hub = hub

    @asynccontextmanager
    async def stream(self) -> AsyncIterator[Stream]:
        """An open stream; each item is what one event names. The first, empty one has been read."""
        async with self.browser.stream("GET", "/api/v1/events") as answer:
            assert answer.status_code == 200, await answer.aread()
            assert answer.headers["content-type"].startswith("text/event-stream")
            events = _events(answer)
            assert await anext(events) == set()
            yield events


async def _events(answer: httpx.Response) -> Stream:
    async for line in answer.aiter_lines():
        if line.startswith("data: "):
            yield set(json.loads(line.removeprefix("data: "))["nouns"])


@pytest.fixture
async def served(committed_adapters: Adapters) -> AsyncIterator[Served]:
    adapters = committed_adapters
    app = create_app(adapters, adapters.settings)
    async with (
        serving(app) as address,
        httpx.AsyncClient(base_url=address, headers={"Origin": address}, timeout=5) as browser,
    ):
        yield Served(browser, adapters, app.state.hub)
        app.state.hub.refuse()


async def make_staff(served: Served, *, role: Role = Role.owner) -> tuple[Firm, User]:
    """A firm of its own, and the browser logged in to it."""
    now = served.adapters.clock.now()
    async with served.adapters.database.transaction() as session:
        firm = await make_firm(session, now=now)
        user = await make_user(session, firm=firm, now=now, role=role)
    await log_in(served.browser, served.adapters, user)
    return firm, user


async def in_firm(
    served: Served, firm: Firm, do: Callable[[AsyncSession], Awaitable[object]]
) -> None:
    async with served.adapters.database.transaction(firm.id) as session:
        await do(session)


async def soon(events: Stream) -> set[str]:
    async with asyncio.timeout(5):
        return await anext(events)


@pytest.mark.parametrize("role", Role)
async def test_a_change_is_told_to_every_role(served: Served, role: Role) -> None:
    firm, _ = await make_staff(served, role=role)
    async with served.stream() as events:
        await in_firm(served, firm, lambda session: make_client(session, firm=firm))
        assert await soon(events) == {"clients"}


async def test_only_what_has_happened_is_told(served: Served) -> None:
    firm, _ = await make_staff(served)
    now = served.adapters.clock.now()

    async def fail(session: AsyncSession) -> None:
        await make_client(session, firm=firm)
        raise RuntimeError("rolled back")

    async def make_bill(session: AsyncSession) -> None:
        await make_invoice(session, firm=firm, client=None, now=now, due_on=None)

    async def change_nothing(session: AsyncSession) -> None:
        await session.execute(update(Client).where(Client.name == "Nobody").values(name="Someone"))

    async with served.stream() as events:
        with pytest.raises(RuntimeError, match="rolled back"):
            await in_firm(served, firm, fail)
        await in_firm(served, firm, change_nothing)
        await in_firm(
            served,
            firm,
            lambda session: make_invoice(session, firm=firm, client=None, now=now, due_on=None),
        )
        told = await soon(events)
        assert "invoices" in told
        assert "clients" not in told


async def test_another_firm_is_told_nothing(served: Served) -> None:
    other, _ = await make_staff(served)
    mine, _ = await make_staff(served)
    async with served.stream() as events:
        await in_firm(served, other, lambda session: make_client(session, firm=other))
        await in_firm(
            served,
            mine,
            lambda session: session.execute(update(Firm).values(name="New name & Partners")),
        )
        assert await soon(events) == {"firm"}


async def test_without_a_session_there_is_no_stream(served: Served) -> None:
    answer = await served.browser.get("/api/v1/events")
    assert (answer.status_code, answer.json()["code"]) == (401, "not_logged_in")


@pytest.mark.parametrize("lost", ["logged out", "removed"])
async def test_who_may_no_longer_read_is_told_nothing_more(served: Served, lost: str) -> None:
    firm, user = await make_staff(served)
    async with served.stream() as events:
        if lost == "logged out":
            assert (await served.browser.delete("/api/v1/sessions/current")).status_code == 204
        else:
            await in_firm(
                served,
                firm,
                lambda session: session.execute(delete(User).where(User.id == user.id)),
            )
        with pytest.raises(StopAsyncIteration):
            await soon(events)


async def test_a_session_that_runs_out_ends_its_stream(
    served: Served, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "LOOK_AGAIN", 0.1)
    await make_staff(served)
    async with served.stream() as told:
        clock.move(days=31)
        with pytest.raises(StopAsyncIteration):
            await soon(told)


async def test_a_role_that_changes_is_told(served: Served) -> None:
    firm, user = await make_staff(served)
    async with served.stream() as events:
        await in_firm(
            served,
            firm,
            lambda session: session.execute(
                update(User).where(User.id == user.id).values(role=Role.viewer)
            ),
        )
        assert await soon(events) == {"sessions"}


async def test_one_session_has_so_many_streams_and_no_more(served: Served) -> None:
    await make_staff(served)
    answers = [served.browser.stream("GET", "/api/v1/events") for _ in range(STREAMS_PER_SESSION)]
    for answer in answers:
        assert (await answer.__aenter__()).status_code == 200
    refused = await served.browser.get("/api/v1/events")
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_streams")
    for answer in answers:
        await answer.__aexit__(None, None, None)
    async with asyncio.timeout(5):
        while served.hub._of_session:  # noqa: ASYNC110 - the server notices a gone browser by itself
            await asyncio.sleep(0.02)
    async with served.stream():
        pass


async def as_owner(database_url: str, query: str) -> list[object]:
    """The application's role may not look at connections, or end them."""
    engine = create_async_engine(database_url, poolclass=NullPool)
    async with engine.connect() as connection:
        found = list(await connection.scalars(text(query)))
    await engine.dispose()
    return found


OTHERS = (
    "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND query LIKE 'LISTEN%'"
)


async def test_many_streams_are_one_connection_without_a_transaction(
    served: Served, database_url: str
) -> None:
    await make_staff(served)
    async with served.stream(), served.stream():
        assert await as_owner(database_url, f"SELECT state {OTHERS}") == ["idle"]


async def test_when_the_database_hangs_up_streams_end_and_begin_again(
    served: Served, database_url: str
) -> None:
    firm, _ = await make_staff(served)
    async with served.stream() as events:
        assert await as_owner(database_url, f"SELECT pg_terminate_backend(pid) {OTHERS}") == [True]
        with pytest.raises(StopAsyncIteration):
            await soon(events)
    async with served.stream() as events:
        await in_firm(served, firm, lambda session: make_client(session, firm=firm))
        assert await soon(events) == {"clients"}


async def test_every_noun_of_the_triggers_is_known_and_every_known_one_is_told(
    session: AsyncSession,
) -> None:
    arguments = await session.scalars(
        text("SELECT encode(tgargs, 'escape') FROM pg_trigger WHERE tgname LIKE 'tell\\_%'")
    )
    assert {word.removesuffix("\\000") for word in arguments} == set(Noun)


SERVER = """
import sys
import uvicorn
from conftest import MONDAY_TEN_IN_NEW_YORK, SECRET, make_adapters
from fakes import MovableClock
from invoice_tracker.core.database import Database, make_engine
from invoice_tracker.main import create_app
from invoice_tracker.settings import Environment, Settings
settings = Settings(_env_file=None, environment=Environment.test, secret_keys=[SECRET])
database = Database(make_engine(sys.argv[1]))
adapters = make_adapters(database, MovableClock(MONDAY_TEN_IN_NEW_YORK), settings)
uvicorn.run(create_app(adapters, settings), port=int(sys.argv[2]), log_level="warning")
"""


@pytest.mark.slow
async def test_a_server_that_is_told_to_stop_does_not_wait_for_its_streams(
    served: Served, database_url: str
) -> None:
    await make_staff(served)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SERVER, database_url, str(port),
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    try:
        address = f"http://127.0.0.1:{port}"
        async with asyncio.timeout(90):
            while True:
                with suppress(httpx.TransportError):
                    await served.browser.get(f"{address}/healthz")
                    break
                await asyncio.sleep(0.1)
        cookie = {"Cookie": f"{COOKIE}={served.browser.cookies[COOKIE]}"}
        stream = served.browser.stream("GET", f"{address}/api/v1/events", headers=cookie)
        async with stream as answer:
            events = _events(answer)
            assert await anext(events) == set()
            process.send_signal(signal.SIGTERM)
            with pytest.raises(StopAsyncIteration):
                await soon(events)
        async with asyncio.timeout(10):
            await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
