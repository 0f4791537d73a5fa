"""A firm's way into Clio: its tokens, renewed by one worker at a time."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Self
from uuid import UUID

import httpx2
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.crypto import Vault
from invoice_tracker.core.database import Database
from invoice_tracker.core.deps import Adapters
from invoice_tracker.integrations.clio import oauth
from invoice_tracker.integrations.clio.client import ClioClient, make_http
from invoice_tracker.integrations.clio.models import ClioConnection, ConnectionState
from invoice_tracker.integrations.clio.problems import (
    ClioMalformed,
    ClioProblem,
    ClioUnauthorized,
    NotConnected,
)
from invoice_tracker.integrations.clio.regions import base_url
from invoice_tracker.ports import Clock, Throttle
from invoice_tracker.settings import Settings

RENEW_BEFORE = timedelta(minutes=10)
SYNC_PATIENCE = 3600.0
"""Seconds that a run may spend waiting because Clio asks it to: 50 requests a minute are allowed,
so a first import of 100,000 bills waits for a quarter of an hour in all."""


@dataclass(frozen=True, slots=True)
class ClioAccess:
    """What is needed to speak with Clio for any firm."""

    settings: Settings
    database: Database
    clock: Clock
    vault: Vault
    throttle: Throttle

    @classmethod
    def of(cls, adapters: Adapters) -> Self:
        """The same of a process's adapters."""
        return cls(
            adapters.settings,
            adapters.database,
            adapters.clock,
            adapters.vault,
            adapters.throttle,
        )


@asynccontextmanager
async def open_client(
    access: ClioAccess,
    firm_id: UUID,
    *,
    http: httpx2.AsyncClient | None = None,
    patience: float | None = None,
    urgent: bool = False,
) -> AsyncGenerator[ClioClient]:
    """A client for this firm; ``urgent`` where somebody waits for it.

    Raises ``NotConnected``, or a problem of renewing the token.
    """
    async with access.database.transaction(firm_id) as session:
        connection = await _connected(session, firm_id)
        token = _decrypt(access, connection.access_token)
        expires_at, region = connection.token_expires_at, connection.region

    async def renew(old: str) -> str:
        return await renew_token(access, firm_id, old=old)

    if expires_at is not None and expires_at - access.clock.now() < RENEW_BEFORE:
        token = await renew(token)
    own = http or make_http()
    try:
        yield ClioClient(
            own,
            region=region,
            base_url=base_url(access.settings, region),
            access_token=token,
            renew=renew,
            throttle=access.throttle,
            bucket=str(firm_id),
            urgent=urgent,
            patience=SYNC_PATIENCE if patience is None else patience,
        )
    finally:
        if http is None:
            await own.aclose()


async def renew_token(access: ClioAccess, firm_id: UUID, *, old: str) -> str:
    """The token that follows ``old``. Only one worker asks Clio; the others take what it got.

    Asked under the lock of the connection's row, which nothing else waits for: two refreshes at
    once could each throw away the other's tokens. Raises ``ClioProblem``; after a revoked access
    the connection needs a person.
    """
    try:
        async with access.database.transaction(firm_id) as session:
            connection = await _connected(session, firm_id, lock=True)
            current = _decrypt(access, connection.access_token)
            if current != old:
                return current
            return await _renew(access, connection)
    except ClioUnauthorized as problem:
        await note_problem(access, firm_id, problem)
        raise


async def _renew(access: ClioAccess, connection: ClioConnection) -> str:
    if connection.refresh_token is None:
        raise ClioUnauthorized("Clio no longer accepts our access. Please connect to Clio again.")
    tokens = await oauth.renew_tokens(
        access.settings,
        region=connection.region,
        refresh_token=_decrypt(access, connection.refresh_token),
        now=access.clock.now(),
    )
    store_tokens(access.vault, connection, tokens)
    return tokens.access_token


def store_tokens(vault: Vault, connection: ClioConnection, tokens: oauth.Tokens) -> None:
    """Encrypt and keep tokens; the old refresh token stays where no new one came."""
    connection.access_token = vault.encrypt(tokens.access_token)
    if tokens.refresh_token is not None:
        connection.refresh_token = vault.encrypt(tokens.refresh_token)
    connection.token_expires_at = tokens.expires_at


async def note_problem(access: ClioAccess, firm_id: UUID, problem: ClioProblem) -> None:
    """Show the problem on the connection; without access the firm has to connect again."""
    async with access.database.transaction(firm_id) as session:
        connection = await session.scalar(
            select(ClioConnection).where(ClioConnection.firm_id == firm_id).with_for_update()
        )
        if connection is None or connection.state is ConnectionState.disconnected:
            return
        connection.error = problem.message
        if isinstance(problem, ClioUnauthorized):
            connection.state = ConnectionState.needs_reconnect


async def note_success(session: AsyncSession, access: ClioAccess, firm_id: UUID) -> None:
    """Clio was read just now."""
    connection = await session.get(ClioConnection, firm_id, populate_existing=True)
    if connection is not None:
        connection.last_read_at = access.clock.now()
        connection.error = None


async def _connected(session: AsyncSession, firm_id: UUID, *, lock: bool = False) -> ClioConnection:
    query = select(ClioConnection).where(ClioConnection.firm_id == firm_id)
    query = query.execution_options(populate_existing=True)
    connection = await session.scalar(query.with_for_update() if lock else query)
    if connection is None or connection.state is ConnectionState.disconnected:
        raise NotConnected("Clio is not connected.")
    if connection.state is ConnectionState.needs_reconnect:
        raise NotConnected("Clio no longer accepts our access. Please connect to Clio again.")
    return connection


def _decrypt(access: ClioAccess, blob: bytes | None) -> str:
    if blob is None:
        raise ClioMalformed("Clio is connected without a token. Please connect again.")
    return access.vault.decrypt(blob)
