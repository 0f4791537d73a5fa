"""Queries of the clients' list."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.errors import Invalid, NotFound
from invoice_tracker.core.pagination import decode_cursor, encode_cursor
from invoice_tracker.core.schemas import MoneyOut
from invoice_tracker.invoices.models import Client
from invoice_tracker.invoices.overview import overview
from invoice_tracker.invoices.schemas import ClientAddress, ClientOut, EmailSource

_SORT = func.lower(Client.name)


async def list_clients(
    session: AsyncSession, *, firm_id: UUID, q: str | None, limit: int, cursor: str | None
) -> tuple[list[ClientOut], str | None]:
    """One page by name. Raises ``Invalid`` for a cursor that this list did not make."""
    query = select(Client, _SORT.label("sort_value")).where(
        Client.firm_id == firm_id, *_matching(q)
    )
    if cursor is not None:
        name, client_id = decode_cursor(cursor, 2)
        try:
            key = tuple_(literal(str(name)), literal(UUID(client_id), Client.id.type))
        except (TypeError, ValueError, AttributeError) as error:
            raise Invalid("That page no longer exists. Please start from the first one.") from error
        query = query.where(tuple_(_SORT, Client.id) > key)
    rows = (await session.execute(query.order_by(_SORT, Client.id).limit(limit + 1))).all()
    page = rows[:limit]
    items = await _with_debts(session, firm_id=firm_id, clients=[row.Client for row in page])
    if len(rows) <= limit:
        return items, None
    return items, encode_cursor(page[-1].sort_value, page[-1].Client.id)


async def count_clients(session: AsyncSession, *, firm_id: UUID, q: str | None) -> int:
    """How many match."""
    query = select(func.count()).where(Client.firm_id == firm_id, *_matching(q))
    return int(await session.scalar(query) or 0)


async def get_client(session: AsyncSession, *, firm_id: UUID, client_id: UUID) -> ClientOut:
    """One client. Raises ``NotFound``."""
    client = await session.scalar(
        select(Client).where(Client.firm_id == firm_id, Client.id == client_id)
    )
    if client is None:
        raise NotFound("There is no such client.")
    return (await _with_debts(session, firm_id=firm_id, clients=[client]))[0]


def _matching(q: str | None) -> list[Any]:
    if not q:
        return []
    columns = (Client.name, Client.email, Client.email_override)
    return [or_(*(column.icontains(q, autoescape=True) for column in columns))]


async def _with_debts(
    session: AsyncSession, *, firm_id: UUID, clients: Sequence[Client]
) -> list[ClientOut]:
    debts = await _debts(session, firm_id=firm_id, client_ids=[client.id for client in clients])
    return [_present(client, debts.get(client.id, [])) for client in clients]


def _present(client: Client, debts: Sequence[tuple[int, MoneyOut]]) -> ClientOut:
    open_invoices = sum(count for count, _ in debts)
    return ClientOut(
        id=client.id,
        name=client.name,
        email=client.email,
        email_override=client.email_override,
        effective_email=client.effective_email,
        email_source=_source(client),
        time_zone=client.time_zone,
        email_addresses=_addresses(client),
        clio_reminders_enabled=client.clio_reminders_enabled and open_invoices > 0,
        open_invoices=open_invoices,
        balance=[money for _, money in debts],
    )


def _source(client: Client) -> EmailSource | None:
    if client.email_override:
        return EmailSource.override
    return EmailSource.clio if client.email else None


def _addresses(client: Client) -> list[ClientAddress]:
    used = (client.effective_email or "").lower()
    return [
        ClientAddress(**each, in_use=each["address"].lower() == used)
        for each in client.email_addresses
    ]


async def _debts(
    session: AsyncSession, *, firm_id: UUID, client_ids: Collection[UUID]
) -> dict[UUID, list[tuple[int, MoneyOut]]]:
    rows = await session.execute(
        select(
            overview.c.client_id,
            overview.c.currency,
            func.count(),
            func.sum(overview.c.effective_balance_minor),
        )
        .where(
            overview.c.firm_id == firm_id,
            overview.c.client_id.in_(client_ids),
            overview.c.clio_state == "awaiting_payment",
            overview.c.section != "paid",
        )
        .group_by(overview.c.client_id, overview.c.currency)
        .order_by(overview.c.currency)
    )
    debts: dict[UUID, list[tuple[int, MoneyOut]]] = {}
    for client_id, currency, count, amount in rows:
        money = MoneyOut(amount_minor=int(amount), currency=currency)
        debts.setdefault(client_id, []).append((count, money))
    return debts
