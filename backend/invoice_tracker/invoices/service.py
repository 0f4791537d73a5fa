"""Storing what was read from the billing source, and locking invoices."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.invoices.changes import describe_changes, describe_new_client
from invoice_tracker.invoices.clients import (
    set_email_override,
    set_time_zone,
    update_known_clients,
    upsert_clients,
    upsert_matters,
)
from invoice_tracker.invoices.models import Client, ClioState, Invoice, TimelineEntry
from invoice_tracker.invoices.own_reminders import store_own_reminders
from invoice_tracker.invoices.records import BillRecord, Change, ClientRecord, UpsertResult

__all__ = [
    "lock_invoices",
    "mark_all_deleted",
    "mark_deleted",
    "set_email_override",
    "set_time_zone",
    "store_own_reminders",
    "update_known_clients",
    "upsert_bills",
]

APPROVED = (ClioState.awaiting_payment, ClioState.paid)
_FACTS = {
    "number": "number",
    "clio_state": "state",
    "subject": "subject",
    "issued_on": "issued_on",
    "due_on": "due_on",
    "currency": "currency",
    "total_minor": "total_minor",
    "clio_paid_minor": "paid_minor",
    "clio_balance_minor": "balance_minor",
    "clio_pending_minor": "pending_minor",
    "clio_url": "clio_url",
    "etag": "etag",
    "clio_updated_at": "updated_at",
    "is_split": "is_split",
    "is_trust": "is_trust",
    "clio_user_id": "user_id",
}
"""Column of an invoice → field of a record."""
_WRITTEN = (*_FACTS, "client_id", "matter_id", "matter_ids")


async def lock_invoices(
    session: AsyncSession, *, firm_id: UUID, invoice_ids: Iterable[UUID]
) -> Sequence[Invoice]:
    """The invoices as they are now, locked to the end of the transaction, in order of id.

    Everybody who sends for, pays or changes an invoice takes this lock first; the fixed order
    keeps two of them from waiting for each other.
    """
    rows = await session.scalars(
        select(Invoice)
        .where(Invoice.firm_id == firm_id, Invoice.id.in_(list(invoice_ids)))
        .order_by(Invoice.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return rows.all()


async def upsert_bills(
    session: AsyncSession, *, firm_id: UUID, bills: Iterable[BillRecord], now: datetime
) -> list[UpsertResult]:
    """Store a page of bills read at ``now``; write only what changed.

    A bill we do not have is taken only when it is approved, and never when it asks for trust
    money. An answer older than what is stored changes nothing. Invoices that changed only through
    their client's address are in the result. A bill whose client Clio no longer shows keeps the
    client it had, without the address.
    """
    wanted = {bill.clio_id: bill for bill in bills}
    revenue = [bill for bill in wanted.values() if not bill.is_trust]
    hidden = await _hidden_clients(session, firm_id=firm_id, bills=revenue)
    clients, readdressed = await upsert_clients(
        session,
        firm_id=firm_id,
        clients=[*hidden, *(bill.client for bill in revenue if bill.client)],
        now=now,
    )
    matters = await upsert_matters(
        session, firm_id=firm_id, matters=[matter for bill in revenue for matter in bill.matters]
    )
    known = await _lock_known(session, firm_id=firm_id, clio_ids=wanted)
    rows = [
        _row(bill, known.get(bill.clio_id), firm_id, clients, matters, now)
        for bill in wanted.values()
        if bill.clio_id in known or (bill.state in APPROVED and not bill.is_trust)
    ]
    to_write = [row for row in rows if _differs(known.get(row["clio_id"]), row)]
    _note_changes(session, known=known, bills=wanted, rows=to_write, now=now)
    await _note_new_clients(session, firm_id=firm_id, known=known, rows=to_write, now=now)
    ids = {clio_id: invoice.id for clio_id, invoice in known.items()}
    ids.update(await _write(session, to_write))
    await _mark_read(session, known=known, written=to_write, now=now)
    await session.flush()
    return _results(ids, known, to_write, readdressed)


_GONE = "The bill no longer exists in Clio"


async def mark_deleted(
    session: AsyncSession,
    *,
    firm_id: UUID,
    invoice_ids: Iterable[UUID],
    now: datetime,
    title: str = _GONE,
) -> list[UUID]:
    """Clio no longer has these bills; ids of those that were not known to be deleted.

    ``title`` is what the timeline says.
    """
    changed = []
    for invoice in await lock_invoices(session, firm_id=firm_id, invoice_ids=invoice_ids):
        invoice.last_read_at = now
        if invoice.clio_state is ClioState.deleted:
            continue
        invoice.clio_state = ClioState.deleted
        changed.append(invoice.id)
        session.add(_entry(invoice, at=now, kind="changed_in_clio", title=title))
    await session.flush()
    return changed


async def mark_all_deleted(
    session: AsyncSession,
    *,
    firm_id: UUID,
    and_also: ColumnElement[bool],
    now: datetime,
    title: str,
) -> None:
    """The account these bills were in is left: all that are open there, ``and_also`` more of them.

    ``title`` is what the timeline says. A fixed number of statements, under the locks of the rows.
    """
    over = (ClioState.paid, ClioState.void, ClioState.deleted)
    left = and_(Invoice.firm_id == firm_id, or_(Invoice.clio_state.not_in(over), and_also))
    # Locked in order of id, as everybody does; the update alone would take them as they come.
    await session.execute(select(Invoice.id).where(left).order_by(Invoice.id).with_for_update())
    left = and_(left, Invoice.clio_state != ClioState.deleted)
    columns = ["id", "firm_id", "invoice_id", "at", "kind", "title"]
    told = (func.gen_random_uuid(), Invoice.firm_id, Invoice.id, literal(now))
    entries = select(*told, literal("changed_in_clio"), literal(title)).where(left)
    await session.execute(insert(TimelineEntry).from_select(columns, entries))
    await session.execute(
        update(Invoice)
        .where(left)
        .values(clio_state=ClioState.deleted, last_read_at=now)
        .execution_options(synchronize_session=False)
    )


async def _lock_known(
    session: AsyncSession, *, firm_id: UUID, clio_ids: Collection[int]
) -> dict[int, Invoice]:
    ids = await session.scalars(
        select(Invoice.id).where(Invoice.firm_id == firm_id, Invoice.clio_id.in_(clio_ids))
    )
    locked = await lock_invoices(session, firm_id=firm_id, invoice_ids=ids.all())
    return {invoice.clio_id: invoice for invoice in locked}


async def _hidden_clients(
    session: AsyncSession, *, firm_id: UUID, bills: Iterable[BillRecord]
) -> list[ClientRecord]:
    """Clients of bills that we have and that Clio now shows without a client."""
    clio_ids = [bill.clio_id for bill in bills if bill.client is None]
    if not clio_ids:
        return []
    found = await session.scalars(
        select(Client.clio_id)
        .join(Invoice, Invoice.client_id == Client.id)
        .where(Invoice.firm_id == firm_id, Invoice.clio_id.in_(clio_ids))
        .distinct()
    )
    return [
        ClientRecord(clio_id, name=None, first_name=None, is_company=False, email=None)
        for clio_id in found
    ]


def _row(
    bill: BillRecord,
    known: Invoice | None,
    firm_id: UUID,
    clients: Mapping[int, UUID],
    matters: Mapping[int, UUID],
    now: datetime,
) -> dict[str, Any]:
    client_id = known.client_id if known else None
    matter_ids = known.matter_ids if known else []
    if not bill.is_trust:
        client_id = clients[bill.client.clio_id] if bill.client else client_id
        matter_ids = list(dict.fromkeys(matters[matter.clio_id] for matter in bill.matters))
    return {
        "id": uuid4(),
        "firm_id": firm_id,
        "clio_id": bill.clio_id,
        "client_id": client_id,
        "matter_id": matter_ids[0] if matter_ids else None,
        "matter_ids": matter_ids,
        **{column: getattr(bill, field) for column, field in _FACTS.items()},
        "last_read_at": now,
        "created_at": now,
    }


def _differs(known: Invoice | None, row: dict[str, Any]) -> bool:
    if known is None:
        return True
    if row["clio_updated_at"] < known.clio_updated_at:
        return False
    return any(getattr(known, name) != row[name] for name in _WRITTEN)


def _note_changes(
    session: AsyncSession,
    *,
    known: dict[int, Invoice],
    bills: dict[int, BillRecord],
    rows: list[dict[str, Any]],
    now: datetime,
) -> None:
    for row in rows:
        old = known.get(row["clio_id"])
        if old is not None:
            for title in describe_changes(old, bills[row["clio_id"]]):
                session.add(_entry(old, at=now, kind="changed_in_clio", title=title))


async def _note_new_clients(
    session: AsyncSession,
    *,
    firm_id: UUID,
    known: dict[int, Invoice],
    rows: list[dict[str, Any]],
    now: datetime,
) -> None:
    olds = {row["clio_id"]: known[row["clio_id"]] for row in rows if row["clio_id"] in known}
    moved = [
        (olds[row["clio_id"]], row["client_id"])
        for row in rows
        if row["clio_id"] in olds and olds[row["clio_id"]].client_id != row["client_id"]
    ]
    if not moved:
        return
    wanted = {client_id for old, new in moved for client_id in (old.client_id, new)}
    found = await session.scalars(
        select(Client)
        .where(Client.firm_id == firm_id, Client.id.in_(wanted - {None}))
        .execution_options(populate_existing=True)
    )
    clients = {client.id: client for client in found}
    for old, new in moved:
        before = clients[old.client_id] if old.client_id else None
        title, detail = describe_new_client(before, clients[new])
        session.add(_entry(old, at=now, kind="changed_in_clio", title=title, detail=detail))


async def _write(session: AsyncSession, rows: list[dict[str, Any]]) -> dict[int, UUID]:
    if not rows:
        return {}
    rows = sorted(rows, key=lambda row: int(row["clio_id"]))
    statement = insert(Invoice)
    changing = (*_WRITTEN, "last_read_at")
    statement = statement.on_conflict_do_update(
        index_elements=["firm_id", "clio_id"],
        set_={name: statement.excluded[name] for name in changing},
    )
    written = await session.execute(statement.returning(Invoice.clio_id, Invoice.id), rows)
    ids = dict(written.all())
    for row in rows:
        if ids[row["clio_id"]] == row["id"]:
            session.add(
                TimelineEntry(
                    firm_id=row["firm_id"],
                    invoice_id=row["id"],
                    at=row["created_at"],
                    kind="synced",
                    title="Read from Clio for the first time",
                )
            )
    return ids


async def _mark_read(
    session: AsyncSession,
    *,
    known: dict[int, Invoice],
    written: list[dict[str, Any]],
    now: datetime,
) -> None:
    unchanged = set(known) - {row["clio_id"] for row in written}
    ids = [known[clio_id].id for clio_id in unchanged if known[clio_id].last_read_at < now]
    if ids:
        await session.execute(
            update(Invoice)
            .where(Invoice.id.in_(ids))
            .values(last_read_at=now)
            .execution_options(synchronize_session=False)
        )


def _results(
    ids: dict[int, UUID],
    known: dict[int, Invoice],
    written: list[dict[str, Any]],
    readdressed: set[UUID],
) -> list[UpsertResult]:
    changed = {row["clio_id"] for row in written}
    results = []
    for clio_id, invoice_id in ids.items():
        if clio_id not in known:
            change = Change.created
        elif clio_id in changed or invoice_id in readdressed:
            change = Change.updated
        else:
            change = Change.unchanged
        results.append(UpsertResult(invoice_id, clio_id, change))
    seen = set(ids.values())
    results.extend(
        UpsertResult(invoice_id, None, Change.updated) for invoice_id in readdressed - seen
    )
    return results


def _entry(
    invoice: Invoice, *, at: datetime, kind: str, title: str, detail: str | None = None
) -> TimelineEntry:
    return TimelineEntry(
        firm_id=invoice.firm_id,
        invoice_id=invoice.id,
        at=at,
        kind=kind,
        title=title,
        detail=detail,
    )
