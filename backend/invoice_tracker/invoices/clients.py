"""Storing clients and matters, and what follows from a changed address."""

from collections.abc import Collection, Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import case, func, select
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.errors import NotFound
from invoice_tracker.firms.calendars import mark_hints_stale
from invoice_tracker.invoices.changes import describe_address_change
from invoice_tracker.invoices.models import Client, ClioState, Invoice, Matter, TimelineEntry
from invoice_tracker.invoices.records import ClientRecord, MatterRecord

_CLIENT_FACTS = ("name", "first_name", "is_company", "email", "email_addresses")
_MATTER_FACTS = ("display_number", "description")


async def upsert_clients(
    session: AsyncSession, *, firm_id: UUID, clients: Iterable[ClientRecord], now: datetime
) -> tuple[dict[int, UUID], set[UUID]]:
    """Ids by Clio's ids, and the open invoices whose recipient changed by it.

    Writes only clients that are new or differ. Of a client that Clio hides from us the name is
    kept, so that people here know whom they look at. Its address is not: nobody can tell any
    more whether it still is the right one, and a wrong one is worse than none, so reminders wait
    until Clio shows it again or staff set one here. The list of all addresses stays as Clio last
    showed it, for staff to choose from; neither a bill, which brings none, nor an empty answer
    takes it away.
    """
    wanted = {record.clio_id: record for record in clients}
    known = await _known_clients(session, firm_id=firm_id, clio_ids=wanted)
    rows = [
        (known.get(record.clio_id), _client_facts(known.get(record.clio_id), record))
        for record in wanted.values()
    ]
    to_write = [
        {"id": uuid4(), "firm_id": firm_id, **facts}
        for client, facts in rows
        if _differs(client, facts, _CLIENT_FACTS)
    ]
    ids = {clio_id: client.id for clio_id, client in known.items()}
    ids.update(await _write(session, Client, to_write, _CLIENT_FACTS))
    moved = {
        client.id: (client.email, wanted[clio_id].email)
        for clio_id, client in known.items()
        if client.email_override is None and client.email != wanted[clio_id].email
    }
    return ids, await _note_moved(session, firm_id=firm_id, moved=moved, actor=None, now=now)


async def update_known_clients(
    session: AsyncSession, *, firm_id: UUID, clients: Iterable[ClientRecord], now: datetime
) -> set[UUID]:
    """Store what changed of clients we have; ids of the open invoices whose recipient changed."""
    wanted = {record.clio_id: record for record in clients}
    known = await _known_clients(session, firm_id=firm_id, clio_ids=wanted)
    _, affected = await upsert_clients(
        session, firm_id=firm_id, clients=[wanted[clio_id] for clio_id in known], now=now
    )
    return affected


async def upsert_matters(
    session: AsyncSession, *, firm_id: UUID, matters: Iterable[MatterRecord]
) -> dict[int, UUID]:
    """Ids by Clio's ids. Writes only matters that are new or differ."""
    wanted = {record.clio_id: record for record in matters}
    rows = await session.scalars(
        select(Matter)
        .where(Matter.firm_id == firm_id, Matter.clio_id.in_(wanted))
        .execution_options(populate_existing=True)
    )
    known = {matter.clio_id: matter for matter in rows}
    to_write = [
        {"id": uuid4(), "firm_id": firm_id, **asdict(record)}
        for record in wanted.values()
        if _differs(known.get(record.clio_id), asdict(record), _MATTER_FACTS)
    ]
    ids = {clio_id: matter.id for clio_id, matter in known.items()}
    ids.update(await _write(session, Matter, to_write, _MATTER_FACTS))
    return ids


async def set_email_override(
    session: AsyncSession,
    *,
    firm_id: UUID,
    client_id: UUID,
    email: str | None,
    actor: str,
    now: datetime,
) -> Client:
    """Where this client's reminders go, stronger than Clio's address; ``None`` takes it back.

    Raises ``NotFound``.
    """
    client = await session.scalar(
        select(Client)
        .where(Client.firm_id == firm_id, Client.id == client_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if client is None:
        raise NotFound("There is no such client.")
    before = client.effective_email
    client.email_override = email
    await session.flush()
    if before != client.effective_email:
        moved = {client.id: (before, client.effective_email)}
        await _note_moved(session, firm_id=firm_id, moved=moved, actor=actor, now=now)
    return client


async def set_time_zone(
    session: AsyncSession,
    *,
    firm_id: UUID,
    client_id: UUID,
    time_zone: str | None,
    now: datetime,
) -> None:
    """By whose clock this client's reminders leave (an IANA name); ``None``: the firm's.

    Raises ``NotFound``.
    """
    client = await session.scalar(
        select(Client).where(Client.firm_id == firm_id, Client.id == client_id).with_for_update()
    )
    if client is None:
        raise NotFound("There is no such client.")
    if client.time_zone != time_zone:
        client.time_zone = time_zone
        await mark_hints_stale(session, firm_id=firm_id, now=now)
    await session.flush()


async def _known_clients(
    session: AsyncSession, *, firm_id: UUID, clio_ids: Collection[int]
) -> dict[int, Client]:
    rows = await session.scalars(
        select(Client)
        .where(Client.firm_id == firm_id, Client.clio_id.in_(clio_ids))
        .execution_options(populate_existing=True)
    )
    return {client.clio_id: client for client in rows}


def _client_facts(known: Client | None, record: ClientRecord) -> dict[str, Any]:
    hidden = known is not None and record.name is None
    seen: Client | ClientRecord = known if known is not None and hidden else record
    kept = known.email_addresses if known is not None else []
    return {
        "clio_id": record.clio_id,
        "name": seen.name or f"Client {record.clio_id}",
        "first_name": seen.first_name,
        "is_company": seen.is_company,
        "email": record.email,
        "email_addresses": [asdict(each) for each in record.addresses or ()] or kept,
    }


def _differs(known: Client | Matter | None, row: dict[str, Any], facts: tuple[str, ...]) -> bool:
    return known is None or any(getattr(known, name) != row[name] for name in facts)


async def _write(
    session: AsyncSession,
    table: type[Client] | type[Matter],
    rows: list[dict[str, Any]],
    facts: tuple[str, ...],
) -> dict[int, UUID]:
    if not rows:
        return {}
    # Always in one order, so that two workers storing the same page cannot wait for each other.
    rows.sort(key=lambda row: str(row["clio_id"]))
    statement = insert(table)
    statement = statement.on_conflict_do_update(
        index_elements=["firm_id", "clio_id"],
        set_={name: _new_value(table, statement, name) for name in facts},
    )
    written = await session.execute(statement.returning(table.clio_id, table.id), rows)
    return dict(written.all())


def _new_value(table: type[Client] | type[Matter], statement: Insert, name: str) -> Any:
    new = statement.excluded[name]
    if name != "email_addresses":
        return new
    # Another worker may have stored the list since we looked: nothing does not replace it.
    return case((func.jsonb_array_length(new) > 0, new), else_=getattr(table, name))


async def _note_moved(
    session: AsyncSession,
    *,
    firm_id: UUID,
    moved: dict[UUID, tuple[str | None, str | None]],
    actor: str | None,
    now: datetime,
) -> set[UUID]:
    """Tell the timelines of all open invoices of clients whose address changed."""
    if not moved:
        return set()
    rows = await session.execute(
        select(Invoice.id, Invoice.client_id).where(
            Invoice.firm_id == firm_id,
            Invoice.client_id.in_(moved),
            Invoice.clio_state == ClioState.awaiting_payment,
        )
    )
    affected = set()
    for invoice_id, client_id in rows:
        assert client_id is not None
        session.add(
            TimelineEntry(
                firm_id=firm_id,
                invoice_id=invoice_id,
                at=now,
                kind="note" if actor else "changed_in_clio",
                title=describe_address_change(*moved[client_id]),
                actor=actor,
            )
        )
        affected.add(invoice_id)
    await session.flush()
    return affected
