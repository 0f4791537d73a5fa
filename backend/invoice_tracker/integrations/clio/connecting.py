"""The way back from Clio's consent page: whose access it is, and whether it is of use."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.crypto import hash_token
from invoice_tracker.integrations.clio import oauth
from invoice_tracker.integrations.clio.access import ClioAccess, store_tokens
from invoice_tracker.integrations.clio.client import ClioClient, make_http
from invoice_tracker.integrations.clio.models import (
    ClioConnection,
    ConnectionState,
    RecordStrategy,
    RunKind,
)
from invoice_tracker.integrations.clio.other_account import leave_account
from invoice_tracker.integrations.clio.problems import (
    ClioForbidden,
    ClioMalformed,
    ClioProblem,
    ClioUnauthorized,
    ClioUnknownApplication,
)
from invoice_tracker.integrations.clio.regions import RegionKey, base_url
from invoice_tracker.integrations.clio.run_endings import lock_running
from invoice_tracker.integrations.clio.runs import begin_run
from invoice_tracker.integrations.clio.schemas import WHO_AM_I_FIELDS, ClioPerson
from invoice_tracker.integrations.clio.webhooks import look_at_once

PATIENCE = 10.0
"""Seconds that the person at the browser waits because Clio asks us to."""


class CallbackRefused(Exception):
    """The connection was not made; ``code`` and ``details`` tell the page what to say."""

    def __init__(self, code: str, **details: str) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


@dataclass(frozen=True, slots=True)
class Asked:
    """What the person had chosen before they went to Clio."""

    region: RegionKey
    accepts_other_account: bool


@dataclass(frozen=True, slots=True)
class _Granted:
    """Access that Clio has given, and to whom."""

    region: RegionKey
    tokens: oauth.Tokens
    person: ClioPerson


async def finish_connection(access: ClioAccess, *, firm_id: UUID, asked: Asked, code: str) -> UUID:
    """Get tokens, look whether they open the bills, and begin to read; the run's id.

    Raises ``CallbackRefused``; access that is of no use is given back.
    """
    tokens = await _exchange(access, asked.region, code)
    try:
        person = await _look(access, asked.region, tokens.access_token)
        granted = _Granted(asked.region, tokens, person)
        run_id, replaced = await _save(access, firm_id, granted, asked)
    except CallbackRefused:
        await _give_back(access, asked.region, tokens.access_token)
        raise
    if replaced is not None:
        await _give_back(access, asked.region, replaced)
    return run_id


async def _exchange(access: ClioAccess, region: RegionKey, code: str) -> oauth.Tokens:
    now = access.clock.now()
    try:
        return await oauth.exchange_code(access.settings, region=region, code=code, now=now)
    except ClioUnknownApplication as problem:
        raise CallbackRefused("wrong_region", region=region) from problem
    except ClioUnauthorized as problem:
        raise CallbackRefused("refused") from problem
    except ClioProblem as problem:
        raise CallbackRefused("unreachable") from problem


async def _look(access: ClioAccess, region: RegionKey, token: str) -> ClioPerson:
    """Whose access it is. Refused when it opens no bills: nothing would ever be read."""
    try:
        async with make_http() as http:
            client = ClioClient(
                http,
                region=region,
                base_url=base_url(access.settings, region),
                access_token=token,
                renew=_cannot_renew,
                throttle=access.throttle,
                bucket=f"connecting-{hash_token(token).hex()[:16]}",
                urgent=True,
                patience=PATIENCE,
            )
            person = await _who_am_i(client)
            try:
                await client.get("bills.json", {"limit": 1, "fields": "id"})
            except ClioForbidden as problem:
                raise CallbackRefused(
                    "no_billing", user=person.name, account=person.account.name
                ) from problem
    except (ClioForbidden, ClioUnauthorized) as problem:
        raise CallbackRefused("refused") from problem
    except ClioProblem as problem:
        raise CallbackRefused("unreachable") from problem
    return person


async def _cannot_renew(_: str) -> str:
    raise ClioUnauthorized("Clio does not accept the access it has just given.")


async def _who_am_i(client: ClioClient) -> ClioPerson:
    answer = await client.get("users/who_am_i.json", {"fields": WHO_AM_I_FIELDS})
    try:
        return ClioPerson.model_validate(answer.data)
    except ValueError as error:
        raise ClioMalformed("Clio did not say whose account this is.") from error


async def _save(
    access: ClioAccess, firm_id: UUID, granted: _Granted, asked: Asked
) -> tuple[UUID, str | None]:
    """The new run, and the token of the account that this one has replaced."""
    now = access.clock.now()
    replaced = None
    async with access.database.transaction(firm_id) as session:
        await lock_running(session, firm_id=firm_id)
        connection = await session.scalar(
            select(ClioConnection).where(ClioConnection.firm_id == firm_id).with_for_update()
        )
        if connection is None:
            connection = ClioConnection(firm_id=firm_id, record_strategy=RecordStrategy.automatic)
            session.add(connection)
        elif _is_other(connection, granted):
            if not asked.accepts_other_account:
                raise CallbackRefused("other_account", account=granted.person.account.name)
            replaced = connection.access_token
            await leave_account(session, connection=connection, now=now)
        _write(connection, granted, now)
        store_tokens(access.vault, connection, granted.tokens)
        await look_at_once(session, firm_id=firm_id)
        run_id = await _begin(session, firm_id, now)
    return run_id, access.vault.decrypt(replaced) if replaced is not None else None


def _is_other(connection: ClioConnection, granted: _Granted) -> bool:
    """Whether it is another account than before. Raises ``CallbackRefused`` for another region.

    Clio's ids are unique in a region only: bills of two regions could be taken for each other.
    """
    if connection.region != granted.region:
        raise CallbackRefused("other_region", account=granted.person.account.name)
    return connection.clio_account_id != granted.person.account.id


def _write(connection: ClioConnection, granted: _Granted, now: datetime) -> None:
    person = granted.person
    connection.region = granted.region
    connection.clio_account_id = person.account.id
    connection.account_name = person.account.name
    connection.clio_user_id = person.id
    connection.user_name = person.name
    connection.state = ConnectionState.connected
    connection.connected_at = now
    connection.error = None
    # Whatever changed while there was no connection is found by a full reading.
    connection.full_read_at = None


async def _begin(session: AsyncSession, firm_id: UUID, now: datetime) -> UUID:
    """The first reading of an account becomes its first import."""
    await session.flush()
    run, _ = await begin_run(session, firm_id=firm_id, kind=RunKind.resync, now=now)
    return run.id


async def _give_back(access: ClioAccess, region: RegionKey, token: str) -> None:
    try:
        await oauth.deauthorize(access.settings, region=region, access_token=token)
    except ClioProblem:
        # Nobody keeps it: it ends by itself.
        return
