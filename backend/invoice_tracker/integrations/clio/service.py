"""Connecting a firm to Clio, and taking the connection away again."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.crypto import hash_token, new_token
from invoice_tracker.core.errors import Conflict, NotFound
from invoice_tracker.integrations.clio import oauth
from invoice_tracker.integrations.clio.access import ClioAccess
from invoice_tracker.integrations.clio.communications_switch import show_log, switch_logging
from invoice_tracker.integrations.clio.connecting import Asked, CallbackRefused
from invoice_tracker.integrations.clio.connection_schemas import (
    ClioConnectionOut,
    ClioConnectionUpdate,
    RegionOut,
    WebhookOut,
)
from invoice_tracker.integrations.clio.jobs import SYNC_EVERY
from invoice_tracker.integrations.clio.models import (
    ClioConnection,
    ClioWebhook,
    ConnectionState,
    OAuthState,
    RecordStrategy,
    WebhookModel,
)
from invoice_tracker.integrations.clio.problems import ClioProblem
from invoice_tracker.integrations.clio.regions import (
    REGIONS,
    Region,
    RegionKey,
    application_of,
    how_to_set_up,
)
from invoice_tracker.integrations.clio.run_endings import end_runs, lock_running
from invoice_tracker.integrations.clio.runs import last_started_at
from invoice_tracker.integrations.clio.webhooks import (
    ONLY_HTTPS,
    can_be_told,
    forget_webhooks,
    remove_webhooks,
)
from invoice_tracker.settings import Settings

STATE_LIFETIME = timedelta(minutes=30)


async def find_connection(session: AsyncSession, firm_id: UUID) -> ClioConnection | None:
    """The firm's connection as it is now, if it ever had one."""
    return await session.get(ClioConnection, firm_id, populate_existing=True)


async def show_connection(
    session: AsyncSession, settings: Settings, *, firm_id: UUID
) -> ClioConnectionOut:
    """The connection as the API shows it: never a token."""
    connection = await find_connection(session, firm_id)
    return ClioConnectionOut(
        state=connection.state.value if connection else "not_connected",
        region=RegionKey(connection.region) if connection else None,
        account_name=connection.account_name if connection else None,
        user_name=connection.user_name if connection else None,
        connected_at=connection.connected_at if connection else None,
        last_read_at=connection.last_read_at if connection else None,
        next_read_at=await _next_read_at(session, connection),
        error=connection.error if connection else None,
        record_strategy=connection.record_strategy if connection else RecordStrategy.automatic,
        log_reminders=bool(connection and connection.log_reminders_since),
        reminder_log=await show_log(session, connection),
        webhooks=await _show_webhooks(session, settings, connection),
        regions=[_show_region(settings, region) for region in REGIONS.values()],
    )


async def _show_webhooks(
    session: AsyncSession, settings: Settings, connection: ClioConnection | None
) -> list[WebhookOut]:
    if connection is None or connection.state is not ConnectionState.connected:
        return []
    if not can_be_told(settings):
        return [
            WebhookOut(
                model=model,
                status="impossible",
                last_event_at=None,
                suspended_at=None,
                expires_at=None,
                problem=ONLY_HTTPS,
            )
            for model in WebhookModel
        ]
    rows = await session.scalars(
        select(ClioWebhook)
        .where(ClioWebhook.firm_id == connection.firm_id)
        .order_by(ClioWebhook.model)
    )
    return [WebhookOut.model_validate(row) for row in rows]


def _show_region(settings: Settings, region: Region) -> RegionOut:
    configured = application_of(settings, region.key) is not None
    return RegionOut(
        key=region.key,
        name=region.name,
        host=urlsplit(region.host).netloc,
        configured=configured,
        how_to_set_up=None if configured else how_to_set_up(region),
    )


async def _next_read_at(
    session: AsyncSession, connection: ClioConnection | None
) -> datetime | None:
    if connection is None or connection.state is not ConnectionState.connected:
        return None
    last = await last_started_at(session, firm_id=connection.firm_id)
    return last + SYNC_EVERY if last is not None else None


async def begin_connection(
    session: AsyncSession,
    settings: Settings,
    *,
    firm_id: UUID,
    user_id: UUID,
    asked: Asked,
    now: datetime,
) -> str:
    """Where to send the browser.

    Raises ``Conflict`` without an application in this region, and for another region than the
    connected account's.
    """
    if application_of(settings, asked.region) is None:
        raise Conflict(
            "This installation has no Clio client id and secret for this region yet. "
            + how_to_set_up(REGIONS[asked.region])
        )
    connection = await find_connection(session, firm_id)
    if connection is not None and connection.region != asked.region:
        region = REGIONS[RegionKey(connection.region)].name
        raise Conflict(
            f"This firm is connected to {connection.account_name} ({region}). "
            "An account in another region needs its own firm here."
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
            region=asked.region,
            user_id=user_id,
            accepts_other_account=asked.accepts_other_account,
            created_at=now,
        )
    )
    await session.flush()
    return oauth.authorize_url(settings, region=asked.region, state=token)


async def take_state(
    session: AsyncSession, *, firm_id: UUID, user_id: UUID, state: str, now: datetime
) -> Asked:
    """What this person had asked for; a state works once. Raises ``CallbackRefused``."""
    row = (
        await session.execute(
            delete(OAuthState)
            .where(
                OAuthState.firm_id == firm_id,
                OAuthState.user_id == user_id,
                OAuthState.token_hash == hash_token(state),
            )
            .returning(OAuthState.region, OAuthState.accepts_other_account, OAuthState.created_at)
        )
    ).one_or_none()
    if row is None or row.created_at < now - STATE_LIFETIME:
        raise CallbackRefused("expired")
    return Asked(RegionKey(row.region), row.accepts_other_account)


async def update_connection(
    session: AsyncSession, *, firm_id: UUID, changes: ClioConnectionUpdate, now: datetime
) -> None:
    """What is written to Clio from now on. Raises ``NotFound`` without a connection."""
    connection = await find_connection(session, firm_id)
    if connection is None:
        raise NotFound("Clio is not connected.")
    if changes.record_strategy is not None:
        connection.record_strategy = changes.record_strategy
    if changes.log_reminders is not None:
        await switch_logging(session, connection, on=changes.log_reminders, now=now)
    await session.flush()


async def disconnect(access: ClioAccess, *, firm_id: UUID) -> None:
    """Give the access back. What was read stays, and no reminder leaves without a new reading.

    Clio is told; when it cannot be, our copy of the tokens is gone all the same.
    """
    now = access.clock.now()
    await remove_webhooks(access, firm_id)
    async with access.database.transaction(firm_id) as session:
        await lock_running(session, firm_id=firm_id)
        connection = await session.scalar(
            select(ClioConnection).where(ClioConnection.firm_id == firm_id).with_for_update()
        )
        if connection is None:
            raise NotFound("Clio is not connected.")
        region, blob = connection.region, connection.access_token
        connection.state = ConnectionState.disconnected
        connection.access_token = connection.refresh_token = connection.token_expires_at = None
        connection.error = None
        await forget_webhooks(session, firm_id=firm_id)
        await end_runs(session, firm_id=firm_id, reason="Clio was disconnected.", now=now)
    if blob is not None:
        try:
            token = access.vault.decrypt(blob)
            await oauth.deauthorize(access.settings, region=region, access_token=token)
        except ClioProblem:
            await _note_untold(access, firm_id)


async def _note_untold(access: ClioAccess, firm_id: UUID) -> None:
    async with access.database.transaction(firm_id) as session:
        connection = await find_connection(session, firm_id)
        if connection is not None:
            connection.error = (
                "Clio could not be told. Please remove the access in Clio's settings as well."
            )
