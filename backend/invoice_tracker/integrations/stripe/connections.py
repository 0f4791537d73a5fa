"""The firm's connection as the rest of the integration needs it: the key, opened."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cryptography.fernet import InvalidToken
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.crypto import Vault
from invoice_tracker.core.database import Database
from invoice_tracker.integrations.stripe.models import ConnectionState, StripeConnection
from invoice_tracker.ports import GatewayProblem

NOT_CONNECTED = "The firm is not connected to Stripe."
KEY_REFUSED = "Stripe does not accept the key any more. Please connect again with another key."


@dataclass(frozen=True, slots=True)
class OpenConnection:
    """A working connection. The key is in the clear: never log it."""

    firm_id: UUID
    api_key: str
    account_id: str
    livemode: bool
    connected_at: datetime


async def find_connection(session: AsyncSession, *, firm_id: UUID) -> StripeConnection | None:
    """The firm's connection, in whatever state."""
    return await session.get(StripeConnection, firm_id)


async def open_connection(database: Database, vault: Vault, *, firm_id: UUID) -> OpenConnection:
    """The working connection with its key. Raises ``GatewayProblem`` when there is none."""
    async with database.transaction(firm_id) as session:
        row = await find_connection(session, firm_id=firm_id)
    if row is None or row.state is not ConnectionState.connected or row.api_key is None:
        raise GatewayProblem(NOT_CONNECTED)
    try:
        api_key = vault.decrypt(row.api_key)
    except InvalidToken as error:
        raise GatewayProblem(
            "The stored Stripe key cannot be read any more. Please connect again."
        ) from error
    return OpenConnection(firm_id, api_key, row.account_id, row.livemode, row.connected_at)


async def note_refused_key(database: Database, connection: OpenConnection) -> None:
    """The connection needs a person; payments cannot be taken until then.

    A connection that was made anew in the meantime is left alone.
    """
    async with database.transaction(connection.firm_id) as session:
        await session.execute(
            update(StripeConnection)
            .where(
                StripeConnection.firm_id == connection.firm_id,
                StripeConnection.connected_at == connection.connected_at,
                StripeConnection.state == ConnectionState.connected,
            )
            .values(state=ConnectionState.needs_reconnect, error=KEY_REFUSED)
        )
