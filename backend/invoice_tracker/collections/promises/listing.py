"""Queries of promises: of one invoice, and those that a person should look at."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, exists, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from invoice_tracker.collections.holds.schemas import PromiseOut
from invoice_tracker.collections.models import HoldRow, Promise, PromiseState
from invoice_tracker.collections.schemas import InvoiceRef
from invoice_tracker.core.errors import Invalid, NotFound
from invoice_tracker.core.pagination import decode_cursor, encode_cursor
from invoice_tracker.core.schemas import MoneyOut
from invoice_tracker.firms.calendars import firm_day
from invoice_tracker.invoices.models import Client, ClioState, Invoice
from invoice_tracker.invoices.schemas import ClientRef
from invoice_tracker.payments.balances import effective_balances

BROKEN_FOR = timedelta(days=30)
"""How long a broken promise is shown to people, if nothing else happens."""


async def list_of_invoice(
    session: AsyncSession, *, firm_id: UUID, invoice_id: UUID
) -> list[PromiseOut]:
    """The invoice's promises, the latest first. Raises ``NotFound``."""
    invoice = await session.get(Invoice, invoice_id)
    if invoice is None or invoice.firm_id != firm_id:
        raise NotFound("There is no such invoice.")
    query = _query(firm_id).where(Promise.invoice_id == invoice_id)
    rows = await session.execute(query.order_by(Promise.created_at.desc(), Promise.id.desc()))
    return await _present(session, firm_id, rows.all())


async def get_promise(session: AsyncSession, *, firm_id: UUID, promise_id: UUID) -> PromiseOut:
    """One promise. Raises ``NotFound``."""
    rows = (await session.execute(_query(firm_id).where(Promise.id == promise_id))).all()
    if not rows:
        raise NotFound("There is no such promise.")
    return (await _present(session, firm_id, rows))[0]


async def list_promises(
    session: AsyncSession,
    *,
    firm_id: UUID,
    state: PromiseState | None,
    to_do: bool,
    now: datetime,
    limit: int,
    cursor: str | None,
) -> tuple[list[PromiseOut], str | None]:
    """By their day, the earliest first. Raises ``Invalid`` for a cursor of another list.

    ``to_do``: only those due today or earlier, and those broken of late, of invoices that are still
    open and have no newer promise.
    """
    query = await _filtered(session, _query(firm_id), firm_id, state, to_do, now)
    if cursor is not None:
        query = query.where(_after(cursor))
    order = (Promise.promised_on, Promise.id)
    rows = (await session.execute(query.order_by(*order).limit(limit + 1))).all()
    page = rows[:limit]
    next_cursor = None
    if len(rows) > limit:
        next_cursor = encode_cursor(page[-1].Promise.promised_on, page[-1].Promise.id)
    return await _present(session, firm_id, page), next_cursor


async def count_promises(
    session: AsyncSession,
    *,
    firm_id: UUID,
    state: PromiseState | None,
    to_do: bool,
    now: datetime,
) -> int:
    """How many the list has in all."""
    counted = select(func.count()).select_from(Promise).join(Invoice)
    counted = counted.where(Promise.firm_id == firm_id)
    return int(
        await session.scalar(await _filtered(session, counted, firm_id, state, to_do, now)) or 0
    )


async def _filtered(
    session: AsyncSession,
    query: Select[Any],
    firm_id: UUID,
    state: PromiseState | None,
    to_do: bool,
    now: datetime,
) -> Select[Any]:
    if state is not None:
        query = query.where(Promise.state == state)
    if not to_do:
        return query
    today = await firm_day(session, firm_id=firm_id, now=now)
    newer = aliased(Promise)
    return query.where(
        Invoice.clio_state == ClioState.awaiting_payment,
        or_(
            (Promise.state == PromiseState.open) & (Promise.promised_on <= today),
            (Promise.state == PromiseState.broken) & (Promise.ended_at > now - BROKEN_FOR),
        ),
        ~exists().where(
            newer.firm_id == firm_id,
            newer.invoice_id == Promise.invoice_id,
            newer.created_at > Promise.created_at,
        ),
    )


def _query(firm_id: UUID) -> Select[*tuple[Any, ...]]:
    return (
        select(Promise, HoldRow.ends_at, Invoice.number, Invoice.client_id, Client.name)
        .join(HoldRow, HoldRow.id == Promise.hold_id)
        .join(Invoice, Invoice.id == Promise.invoice_id)
        .outerjoin(Client, Client.id == Invoice.client_id)
        .where(Promise.firm_id == firm_id)
        .execution_options(populate_existing=True)
    )


def _after(cursor: str) -> Any:
    day, last_id = decode_cursor(cursor, 2)
    try:
        key = (date.fromisoformat(day), UUID(last_id))
    except (TypeError, ValueError) as error:
        raise Invalid("That page no longer exists. Please start from the first one.") from error
    return tuple_(Promise.promised_on, Promise.id) > key


async def _present(session: AsyncSession, firm_id: UUID, rows: Any) -> list[PromiseOut]:
    ids = {row.Promise.invoice_id for row in rows}
    balances = await effective_balances(session, firm_id=firm_id, invoice_ids=ids)
    return [_show(row, balances[row.Promise.invoice_id]) for row in rows]


def _show(row: Row[Any], balance_minor: int) -> PromiseOut:
    promise: Promise = row.Promise
    return PromiseOut(
        id=promise.id,
        invoice=InvoiceRef(id=promise.invoice_id, number=row.number),
        client=ClientRef(id=row.client_id, name=row.name) if row.client_id else None,
        promised_on=promise.promised_on,
        waits_until=row.ends_at if promise.state is PromiseState.open else None,
        amount=MoneyOut(amount_minor=promise.amount_minor, currency=promise.currency),
        balance=MoneyOut(amount_minor=balance_minor, currency=promise.currency),
        note=promise.note,
        state=promise.state,
        jump_position=promise.jump_position,
        author=promise.author,
        created_at=promise.created_at,
        ended_at=promise.ended_at,
    )
