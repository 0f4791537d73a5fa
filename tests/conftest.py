"""Fixtures: a real PostgreSQL, built by the migrations, one database per test worker."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
from alembic import command
from alembic.config import Config
from pydantic import SecretStr
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from factories import make_firm, make_user
from fakes import (
    FakeBilling,
    FakeGateway,
    FakeMailer,
    FakePulse,
    FreeThrottle,
    MovableClock,
    RecordingPoke,
)
from invoice_tracker.accounts.deps import COOKIE
from invoice_tracker.accounts.models import User
from invoice_tracker.accounts.service import open_session
from invoice_tracker.core.crypto import Vault
from invoice_tracker.core.database import APP_ROLE, Database, enter_firm
from invoice_tracker.core.deps import Adapters
from invoice_tracker.embedded import embedded_servers
from invoice_tracker.firms.models import Firm
from invoice_tracker.models import metadata
from invoice_tracker.settings import Environment, Settings

TOP = Path(__file__).resolve().parent.parent
SECRET = "a-secret-for-tests-of-forty-characters-00"
MONDAY_TEN_IN_NEW_YORK = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def database_server() -> Iterator[str]:
    """Address of the maintenance database: ``TEST_DATABASE_URL``, or the embedded server's."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    with embedded_servers(TOP / ".state" / "test", with_redis=False) as servers:
        server = servers.database_url("postgres")
        asyncio.run(_forget_durability(server))
        yield server


async def _forget_durability(server: str) -> None:
    """Nothing has to outlive a power cut here, so nothing waits for the disk."""
    for name in ("fsync", "full_page_writes", "synchronous_commit"):
        await _on_server(server, f"ALTER SYSTEM SET {name} TO off")
    await _on_server(server, "SELECT pg_reload_conf()")


def alembic_config(url: str) -> Config:
    config = Config(TOP / "migrations" / "alembic.ini")
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


async def recreate_database(server: str, name: str) -> None:
    await drop_database(server, name)
    await _on_server(server, f'CREATE DATABASE "{name}"')


async def drop_database(server: str, name: str) -> None:
    await _on_server(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


async def _on_server(server: str, statement: str) -> None:
    engine = create_async_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()


@pytest.fixture(scope="session")
def database_url(database_server: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """A database of this run's and this worker's own, built by running the migrations."""
    worker = getattr(request.config, "workerinput", {"workerid": "alone"})
    name = f"test_{worker['workerid']}_{uuid4().hex[:8]}"
    url = make_url(database_server).set(database=name).render_as_string(hide_password=False)
    asyncio.run(recreate_database(database_server, name))
    command.upgrade(alembic_config(url), "head")
    yield url
    asyncio.run(drop_database(database_server, name))


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """Real connections in the application's role."""
    engine = create_async_engine(
        database_url,
        poolclass=NullPool,
        connect_args={"server_settings": {"role": APP_ROLE, "timezone": "UTC"}},
    )
    yield engine
    await engine.dispose()


class SavepointDatabase(Database):
    """All transactions are savepoints of one that is rolled back after the test."""

    @asynccontextmanager
    async def transaction(self, firm_id: UUID | None = None) -> AsyncIterator[AsyncSession]:
        async with super().transaction() as session:
            # A fresh transaction belongs to no firm; a savepoint would inherit the last one's.
            await session.execute(text("SELECT set_config('app.firm_id', '', true)"))
            if firm_id is not None:
                await enter_firm(session, firm_id)
            yield session


@pytest.fixture
async def connection(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """One connection whose outer transaction is rolled back after the test."""
    async with engine.connect() as connection:
        outer = await connection.begin()
        yield connection
        await outer.rollback()


@pytest.fixture
def database(connection: AsyncConnection) -> Database:
    """Savepoints only. For several connections at once use ``committed``."""
    return SavepointDatabase(connection)


@pytest.fixture
async def committed(engine: AsyncEngine, database_url: str) -> AsyncIterator[Database]:
    """Really commits, over as many connections as wanted; all tables are emptied afterwards."""
    yield Database(engine)
    owner = create_async_engine(database_url, poolclass=NullPool)
    names = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables)
    async with owner.begin() as connection:
        await connection.execute(text(f"TRUNCATE {names} CASCADE"))
    await owner.dispose()


@pytest.fixture
def clock() -> MovableClock:
    """Monday 2 March 2026, 10:00 in New York, until moved."""
    return MovableClock(MONDAY_TEN_IN_NEW_YORK)


@pytest.fixture
def settings() -> Settings:
    """Settings that no environment variable reaches."""
    return Settings(
        _env_file=None,
        environment=Environment.test,
        public_url="http://testserver",
        secret_keys=[SecretStr(SECRET)],
    )


def make_adapters(database: Database, clock: MovableClock, settings: Settings) -> Adapters:
    """Adapters with fakes for the outside world."""
    return Adapters(
        settings=settings,
        database=database,
        clock=clock,
        vault=Vault([key.get_secret_value() for key in settings.secret_keys]),
        mailer=FakeMailer(),
        billing=FakeBilling(),
        gateway=FakeGateway(),
        poke=RecordingPoke(),
        pulse=FakePulse(),
        throttle=FreeThrottle(),
    )


@pytest.fixture
def adapters(database: Database, clock: MovableClock, settings: Settings) -> Adapters:
    """Real database in a savepoint, fakes for everything outside."""
    return make_adapters(database, clock, settings)


@pytest.fixture
def committed_adapters(committed: Database, clock: MovableClock, settings: Settings) -> Adapters:
    """The same over a database that really commits."""
    return make_adapters(committed, clock, settings)


@pytest.fixture
async def firm(adapters: Adapters) -> Firm:
    """A firm in New York, Safe Mode off, with a verified sender."""
    async with adapters.database.transaction() as session:
        return await make_firm(session, now=adapters.clock.now())


@pytest.fixture
async def session(adapters: Adapters, firm: Firm) -> AsyncIterator[AsyncSession]:
    """A session that has entered the firm."""
    async with adapters.database.transaction(firm.id) as session:
        yield session


@pytest.fixture
async def owner(adapters: Adapters, firm: Firm) -> User:
    """The firm's owner."""
    async with adapters.database.transaction(firm.id) as session:
        return await make_user(session, firm=firm, now=adapters.clock.now())


async def log_in(client: httpx.AsyncClient, adapters: Adapters, user: User) -> None:
    """Give the client this person's cookie."""
    async with adapters.database.transaction(user.firm_id) as session:
        token = await open_session(
            session, user_id=user.id, firm_id=user.firm_id, now=adapters.clock.now()
        )
    client.cookies.set(COOKIE, token)


@pytest.fixture
async def anonymous(adapters: Adapters, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A browser on the product's own page, not logged in."""
    # Imported here so that a fault in one router does not stop the tests of everything else.
    from invoice_tracker.main import create_app

    app = create_app(adapters, settings)
    app.state.adapters = adapters
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app),
        base_url=settings.public_url,
        headers={"Origin": settings.public_url},
    ) as client:
        yield client


@pytest.fixture
async def client(
    anonymous: httpx.AsyncClient, adapters: Adapters, owner: User
) -> httpx.AsyncClient:
    """The same, logged in as the owner."""
    await log_in(anonymous, adapters, owner)
    return anonymous
