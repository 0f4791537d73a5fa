"""Queries of the Invoices page: one statement a list, one for all sections."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    Row,
    Select,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.errors import Invalid, NotFound
from invoice_tracker.core.pagination import decode_cursor, encode_cursor
from invoice_tracker.invoices.overview import overview


class Section(StrEnum):
    """Where an invoice stands on the Invoices page."""

    no_reminders = "no_reminders"
    active_reminders = "active_reminders"
    on_hold = "on_hold"
    completed = "completed"
    paid = "paid"


class Sort(StrEnum):
    """Order of the list; a minus turns it round. More days overdue is an earlier due date."""

    due_on = "due_on"
    due_on_desc = "-due_on"
    days_overdue = "days_overdue"
    days_overdue_desc = "-days_overdue"
    number = "number"
    number_desc = "-number"
    balance = "balance"
    balance_desc = "-balance"
    client = "client"
    client_desc = "-client"


@dataclass(frozen=True, slots=True)
class InvoiceFilter:
    """Which invoices. Without ``section``: those of all sections."""

    section: Section | None = None
    q: str | None = None
    client_id: UUID | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class SectionTotal:
    """One section in one currency: how many, and what they still owe (or owed, when paid)."""

    section: Section
    currency: str
    count: int
    amount_minor: int


# A bill without a due date sorts after all that have one. Not the last day of all: asyncpg sends
# that one as infinity, which is later than itself.
_DUE = func.coalesce(overview.c.due_on, cast(literal("9000-01-01"), Date))
# Padded, so that 9 comes before 10.
_NUMBER = func.lpad(overview.c.number, 40, "0")
_CLIENT = func.coalesce(func.lower(overview.c.client_name), "")
_BALANCE = overview.c.effective_balance_minor

_ORDERS: dict[Sort, tuple[ColumnElement[Any], bool]] = {
    Sort.due_on: (_DUE, True),
    Sort.due_on_desc: (_DUE, False),
    Sort.days_overdue: (_DUE, False),
    Sort.days_overdue_desc: (_DUE, True),
    Sort.number: (_NUMBER, True),
    Sort.number_desc: (_NUMBER, False),
    Sort.balance: (_BALANCE, True),
    Sort.balance_desc: (_BALANCE, False),
    Sort.client: (_CLIENT, True),
    Sort.client_desc: (_CLIENT, False),
}


async def list_invoices(
    session: AsyncSession,
    *,
    firm_id: UUID,
    wanted: InvoiceFilter,
    sort: Sort = Sort.due_on,
    limit: int,
    cursor: str | None = None,
) -> tuple[Sequence[Row[Any]], str | None]:
    """One page of rows of the view, and the cursor of the next one.

    Raises ``Invalid`` for a cursor that this list did not make.
    """
    value, ascending = _ORDERS[sort]
    query = select(overview, value.label("sort_value")).where(*conditions(firm_id, wanted))
    if cursor is not None:
        query = query.where(_after(cursor, value, ascending=ascending))
    order = (
        (value.asc(), overview.c.id.asc()) if ascending else (value.desc(), overview.c.id.desc())
    )
    rows = (await session.execute(query.order_by(*order).limit(limit + 1))).all()
    page = rows[:limit]
    if len(rows) <= limit:
        return page, None
    return page, encode_cursor(page[-1].sort_value, page[-1].id)


async def count_invoices(session: AsyncSession, *, firm_id: UUID, wanted: InvoiceFilter) -> int:
    """How many match."""
    query = select(func.count()).select_from(overview).where(*conditions(firm_id, wanted))
    return int(await session.scalar(query) or 0)


async def matching_ids(
    session: AsyncSession, *, firm_id: UUID, wanted: InvoiceFilter, limit: int
) -> list[UUID]:
    """Ids of those that match, at most ``limit``: for *all that match the filter*."""
    query = select(overview.c.id).where(*conditions(firm_id, wanted)).order_by(overview.c.id)
    return list(await session.scalars(query.limit(limit)))


async def total_sections(
    session: AsyncSession, *, firm_id: UUID, wanted: InvoiceFilter
) -> list[SectionTotal]:
    """Count and sum of every section and currency, in one statement.

    What Clio itself calls paid is counted without looking at payments and collections, so that
    the cost grows with what is open and not with the firm's history.
    """
    base = conditions(firm_id, wanted)
    amount = case(
        (overview.c.section == Section.paid, overview.c.total_minor),
        else_=overview.c.effective_balance_minor,
    )
    still_open = _subtotal(overview.c.section, amount).where(
        *base, overview.c.clio_state == "awaiting_payment"
    )
    paid_in_clio = _subtotal(literal(Section.paid.value), overview.c.total_minor).where(
        *base, overview.c.clio_state == "paid"
    )
    parts = union_all(
        still_open.group_by(overview.c.section, overview.c.currency),
        paid_in_clio.group_by(overview.c.currency),
    ).subquery()
    rows = await session.execute(
        select(parts.c.section, parts.c.currency, func.sum(parts.c.count), func.sum(parts.c.amount))
        .group_by(parts.c.section, parts.c.currency)
        .order_by(parts.c.section, parts.c.currency)
    )
    return [
        SectionTotal(Section(section), currency, int(count), int(amount))
        for section, currency, count, amount in rows
    ]


def _subtotal(section: ColumnElement[str], amount: ColumnElement[int]) -> Select[Any]:
    return select(
        section.label("section"),
        overview.c.currency.label("currency"),
        func.count().label("count"),
        func.sum(amount).label("amount"),
    )


async def get_invoice(session: AsyncSession, *, firm_id: UUID, invoice_id: UUID) -> Row[Any]:
    """One row of the view. Raises ``NotFound``."""
    query = select(overview).where(overview.c.firm_id == firm_id, overview.c.id == invoice_id)
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise NotFound("There is no such invoice.")
    return row


def conditions(firm_id: UUID, wanted: InvoiceFilter) -> list[ColumnElement[bool]]:
    """The filter as SQL over the view. Also for other lists of *all that match*."""
    found: list[ColumnElement[bool]] = [overview.c.firm_id == firm_id]
    if wanted.section is None:
        found.append(overview.c.clio_state.in_(["awaiting_payment", "paid"]))
    else:
        found.append(overview.c.section == wanted.section)
        if wanted.section is not Section.paid:
            # Implied by the section, but this an index can use.
            found.append(overview.c.clio_state == "awaiting_payment")
    if wanted.client_id is not None:
        found.append(overview.c.client_id == wanted.client_id)
    if wanted.currency is not None:
        found.append(overview.c.currency == wanted.currency.upper())
    if wanted.q:
        found.append(_contains(wanted.q))
    return found


def _contains(q: str) -> ColumnElement[bool]:
    columns = (overview.c.number, overview.c.client_name, overview.c.matter_display_number)
    return or_(*(column.icontains(q, autoescape=True) for column in columns))


def _after(cursor: str, value: ColumnElement[Any], *, ascending: bool) -> ColumnElement[bool]:
    last_value, last_id = decode_cursor(cursor, 2)
    try:
        if value is _DUE:
            last_value = date.fromisoformat(last_value)
        elif value is _BALANCE:
            last_value = int(last_value)
        key = tuple_(literal(last_value, value.type), literal(UUID(last_id), overview.c.id.type))
    except (TypeError, ValueError, AttributeError) as error:
        raise Invalid("That page no longer exists. Please start from the first one.") from error
    here = tuple_(value, overview.c.id)
    return here > key if ascending else here < key
