"""Engine, sessions, and the firm a transaction belongs to."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine

LISTENING_CHECK = 30.0
"""Seconds between two looks at whether a listening connection still stands."""

APP_ROLE = "invoice_tracker_app"
"""Role without ownership, so that row-level security binds it. The first migration creates it."""


def make_engine(url: str, *, pool_size: int = 10) -> AsyncEngine:
    """An engine whose connections run as the application's role, in UTC."""
    return create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        connect_args={"server_settings": {"role": APP_ROLE, "timezone": "UTC"}},
    )


class Database:
    """Hands out transactions. One request, or one step of a job, is one transaction."""

    def __init__(self, bind: AsyncEngine | AsyncConnection) -> None:
        self._bind = bind

    @asynccontextmanager
    async def transaction(self, firm_id: UUID | None = None) -> AsyncGenerator[AsyncSession]:
        """Commits at the end, rolls back on an error. ``firm_id`` opens that firm's rows."""
        async with self.session() as session, session.begin():
            if firm_id is not None:
                await enter_firm(session, firm_id)
            yield session

    async def listen(
        self, channel: str, hear: Callable[[str], None], *, ready: asyncio.Event
    ) -> None:
        """Call ``hear`` with whatever is notified, until the connection is lost.

        Takes a connection of its own, without a transaction. ``ready`` is set once it hears.
        """
        assert isinstance(self._bind, AsyncEngine), "what is in a savepoint is never notified"
        lost = asyncio.Event()
        async with self._bind.connect() as connection:
            driver = (await connection.get_raw_connection()).driver_connection
            assert driver is not None
            try:
                driver.add_termination_listener(lambda _: lost.set())
                await driver.add_listener(channel, lambda *heard: hear(heard[-1]))
                ready.set()
                while not lost.is_set():
                    try:
                        async with asyncio.timeout(LISTENING_CHECK):
                            await lost.wait()
                    except TimeoutError:
                        await driver.execute("SELECT 1", timeout=LISTENING_CHECK)
            finally:
                # Not for the pool: it would go on listening.
                await connection.invalidate()

    def session(self) -> AsyncSession:
        """A session without a transaction yet."""
        return AsyncSession(
            self._bind, expire_on_commit=False, join_transaction_mode="create_savepoint"
        )


async def enter_firm(session: AsyncSession, firm_id: UUID) -> None:
    """From here to the end of the transaction the rows of this firm, and no other, are there."""
    await session.execute(
        text("SELECT set_config('app.firm_id', :firm_id, true)"), {"firm_id": str(firm_id)}
    )


async def list_firm_ids(session: AsyncSession) -> list[UUID]:
    """Ids of all firms, for the worker's rounds. One of the four doors in the wall between firms.

    The doors are functions of the first migration that run with their owner's rights.
    """
    return list(await session.scalars(text("SELECT list_firm_ids()")))
