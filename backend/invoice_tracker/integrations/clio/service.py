"""Connecting a firm to Clio, and taking the connection away again."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.crypto import hash_token, new_token
from invoice_tracker.core.errors import Conflict, NotFound
from invoice_tracker.integrations.clio import oauth
from invoice_tracker.integrations.clio.access import ClioAccess, store_tokens
from invoice_tracker.integrations.clio.client import ClioClient, make_http
from invoice_tracker.integrations.clio.connection_schemas import ClioConnectionOut, RegionOut
from invoice_tracker.integrations.clio.models import (
    ClioConnection,
    ConnectionState,
    OAuthState,
    RecordStrategy,
    RunKind,
    RunState,
    SyncRun,
)
from invoice_tracker.integrations.clio.problems import ClioMalformed, ClioProblem, ClioUnauthorized
from invoice_tracker.integrations.clio.regions import REGIONS, RegionKey, base_url, is_configured
from invoice_tracker.integrations.clio.runs import begin_run
from invoice_tracker.integrations.clio.schemas import WHO_AM_I_FIELDS, ClioPerson
from invoice_tracker.settings import Settings

STATE_LIFETIME = timedelta(minutes=30)


class CallbackRefused(Exception):
    """The connection was not made; ``code`` tells the page what to say."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


async def find_connection(session: AsyncSession, firm_id: UUID) -> ClioConnection | None:
    """The firm's connection as it is now, if it ever had one."""
    return await session.get(ClioConnection, firm_id, populate_existing=True)


def describe_connection(connection: ClioConnection | None, settings: Settings) -> ClioConnectionOut:
    """The connection as the API shows it: never a token."""
    configured = is_configured(settings)
    return ClioConnectionOut(
        state=connection.state.value if connection else "not_connected",
        region=RegionKey(connection.region) if connection else None,
        account_name=connection.account_name if connection else None,
        user_name=connection.user_name if connection else None,
        connected_at=connection.connected_at if connection else None,
        last_read_at=connection.last_read_at if connection else None,
        error=connection.error if connection else None,
        record_strategy=connection.record_strategy if connection else RecordStrategy.automatic,
        regions=[
            RegionOut(key=region.key, name=region.name, configured=configured)
            for region in REGIONS.values()
        ],
    )


async def begin_connection(
    session: AsyncSession,
    settings: Settings,
    *,
    firm_id: UUID,
    user_id: UUID,
    region: RegionKey,
    now: datetime,
) -> str:
    """Where to send the browser. Raises ``Conflict`` without a developer application."""
    if not is_configured(settings):
        raise Conflict(
            "This installation has no Clio client id and secret yet. Ask whoever runs it."
        )
    token = new_token()
    await session.execute(
        delete(OAuthState).where(
            OAuthState.firm_id == firm_id, OAuthState.created_at < now - STATE_LIFETIME
        )
    )
    session.add(
        OAuthState(
            firm_id=firm_id,
            token_hash=hash_token(token),
            region=region,
            user_id=user_id,
            created_at=now,
        )
    )
    await session.flush()
    return oauth.authorize_url(settings, region=region, state=token)


async def take_state(
    session: AsyncSession, *, firm_id: UUID, user_id: UUID, state: str, now: datetime
) -> RegionKey:
    """The region that this person chose; a state works once. Raises ``CallbackRefused``."""
    row = (
        await session.execute(
            delete(OAuthState)
            .where(
                OAuthState.firm_id == firm_id,
                OAuthState.user_id == user_id,
                OAuthState.token_hash == hash_token(state),
            )
            .returning(OAuthState.region, OAuthState.created_at)
        )
    ).one_or_none()
    if row is None or row.created_at < now - STATE_LIFETIME:
        raise CallbackRefused("expired")
    return RegionKey(row.region)


async def finish_connection(
    access: ClioAccess, *, firm_id: UUID, region: RegionKey, code: str
) -> UUID:
    """Get tokens, learn whose account it is, and begin the first import; the run's id.

    Raises ``CallbackRefused``: Clio said no or nothing, or the account is another firm's.
    """
    now = access.clock.now()
    try:
        tokens = await oauth.exchange_code(access.settings, region=region, code=code, now=now)
        person = await _who_am_i(access.settings, region, tokens.access_token)
    except ClioUnauthorized as problem:
        raise CallbackRefused("refused") from problem
    except ClioProblem as problem:
        raise CallbackRefused("unreachable") from problem
    async with access.database.transaction(firm_id) as session:
        await _save(session, access, firm_id, region, tokens, person, now)
        await session.flush()
        run, _ = await begin_run(session, firm_id=firm_id, kind=RunKind.first_import, now=now)
        return run.id


async def _who_am_i(settings: Settings, region: RegionKey, token: str) -> ClioPerson:
    async def renew(_: str) -> str:
        raise ClioUnauthorized("Clio does not accept the access it has just given.")

    async with make_http() as http:
        client = ClioClient(
            http,
            region=region,
            base_url=base_url(settings, region),
            access_token=token,
            renew=renew,
            patience=10.0,
        )
        answer = await client.get("users/who_am_i.json", {"fields": WHO_AM_I_FIELDS})
    try:
        return ClioPerson.model_validate(answer.data)
    except ValueError as error:
        raise ClioMalformed("Clio did not say whose account this is.") from error


async def _save(
    session: AsyncSession,
    access: ClioAccess,
    firm_id: UUID,
    region: RegionKey,
    tokens: oauth.Tokens,
    person: ClioPerson,
    now: datetime,
) -> None:
    connection = await session.scalar(
        select(ClioConnection).where(ClioConnection.firm_id == firm_id).with_for_update()
    )
    account = (region, person.account.id)
    if connection is None:
        connection = ClioConnection(firm_id=firm_id, record_strategy=RecordStrategy.automatic)
        session.add(connection)
    elif (connection.region, connection.clio_account_id) != account:
        # The invoices kept here are the other account's: mixing two would bill the wrong people.
        raise CallbackRefused("other_account")
    connection.region = region
    connection.clio_account_id = person.account.id
    connection.account_name = person.account.name
    connection.clio_user_id = person.id
    connection.user_name = person.name
    connection.state = ConnectionState.connected
    connection.connected_at = now
    connection.error = None
    # Whatever changed while there was no connection is found by a full reading.
    connection.full_read_at = None
    store_tokens(access.vault, connection, tokens)


async def set_strategy(
    session: AsyncSession, *, firm_id: UUID, strategy: RecordStrategy
) -> ClioConnection:
    """How payments get into Clio from now on. Raises ``NotFound`` without a connection."""
    connection = await find_connection(session, firm_id)
    if connection is None:
        raise NotFound("Clio is not connected.")
    connection.record_strategy = strategy
    await session.flush()
    return connection


async def disconnect(access: ClioAccess, *, firm_id: UUID) -> None:
    """Give the access back. What was read stays, and no reminder leaves without a new reading.

    Clio is told; when it cannot be, our copy of the tokens is gone all the same.
    """
    now = access.clock.now()
    async with access.database.transaction(firm_id) as session:
        connection = await session.scalar(
            select(ClioConnection).where(ClioConnection.firm_id == firm_id).with_for_update()
        )
        if connection is None:
            raise NotFound("Clio is not connected.")
        region, blob = connection.region, connection.access_token
        connection.state = ConnectionState.disconnected
        connection.access_token = connection.refresh_token = connection.token_expires_at = None
        connection.error = None
        await _end_running(session, firm_id, now)
    if blob is not None:
        try:
            token = access.vault.decrypt(blob)
            await oauth.deauthorize(access.settings, region=region, access_token=token)
        except ClioProblem:
            await _note_untold(access, firm_id)


async def _end_running(session: AsyncSession, firm_id: UUID, now: datetime) -> None:
    run = await session.scalar(
        select(SyncRun)
        .where(SyncRun.firm_id == firm_id, SyncRun.state == RunState.running)
        .with_for_update()
    )
    if run is not None:
        run.state = RunState.failed
        run.error = "Clio was disconnected."
        run.finished_at = now


async def _note_untold(access: ClioAccess, firm_id: UUID) -> None:
    async with access.database.transaction(firm_id) as session:
        connection = await find_connection(session, firm_id)
        if connection is not None:
            connection.error = (
                "Clio could not be told. Please remove the access in Clio's settings as well."
            )
