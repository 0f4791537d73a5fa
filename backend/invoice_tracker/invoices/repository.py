"""Queries of the Invoices page: which invoices, and in which order."""

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
    String,
    func,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from invoice_tracker.core.errors import Invalid, NotFound
from invoice_tracker.core.pagination import decode_cursor, encode_cursor
from invoice_tracker.invoices.models import DUE_DAY, ClioState, Matter
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


Columns = ReadOnlyColumnCollection[str, Any]
LISTED = (ClioState.awaiting_payment, ClioState.paid)
"""States in Clio of what stands in a section."""


@dataclass(frozen=True, slots=True)
class InvoiceFilter:
    """Which invoices. Without ``section``: those of all sections."""

    section: Section | None = None
    q: str | None = None
    client_id: UUID | None = None
    currency: str | None = None


# Written out and not as parameters, so that the index of the same expression is found.
_DUE = literal_column(f"({DUE_DAY})", Date)
# Padded, so that 9 comes before 10.
_NUMBER = literal_column("lpad(number, 40, '0')", String)
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


async def matching_ids(
    session: AsyncSession, *, firm_id: UUID, wanted: InvoiceFilter, limit: int
) -> list[UUID]:
    """Ids of those that match, at most ``limit``: for *all that match the filter*."""
    query = select(overview.c.id).where(*conditions(firm_id, wanted)).order_by(overview.c.id)
    return list(await session.scalars(query.limit(limit)))


async def get_invoice(session: AsyncSession, *, firm_id: UUID, invoice_id: UUID) -> Row[Any]:
    """One row of the view. Raises ``NotFound``."""
    query = select(overview).where(overview.c.firm_id == firm_id, overview.c.id == invoice_id)
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise NotFound("There is no such invoice.")
    return row


def conditions(firm_id: UUID, wanted: InvoiceFilter) -> list[ColumnElement[bool]]:
    """The whole filter as SQL over the view."""
    found = matching(overview.c, firm_id, wanted)
    if wanted.section is None:
        found.append(overview.c.clio_state.in_(LISTED))
    else:
        found.append(overview.c.section == wanted.section)
        if wanted.section is not Section.paid:
            # Implied by the section, but said before payments and collections are looked at.
            found.append(overview.c.clio_state == ClioState.awaiting_payment)
    return found


def matching(columns: Columns, firm_id: UUID, wanted: InvoiceFilter) -> list[ColumnElement[bool]]:
    """All of the filter but the section, as SQL over whatever has these columns."""
    found: list[ColumnElement[bool]] = [columns.firm_id == firm_id]
    if wanted.client_id is not None:
        found.append(columns.client_id == wanted.client_id)
    if wanted.currency is not None:
        found.append(columns.currency == wanted.currency.upper())
    if wanted.q:
        texts = (columns.number, columns.client_name, columns.matter_display_number)
        any_text = (text.icontains(wanted.q, autoescape=True) for text in texts)
        found.append(or_(*any_text, columns.matter_ids.bool_op("&&")(_matters(firm_id, wanted.q))))
    return found


def _matters(firm_id: UUID, q: str) -> ColumnElement[Sequence[UUID]]:
    """Ids of the matters with this in their number, looked up once and not for each invoice."""
    return func.array(
        select(Matter.id)
        .where(Matter.firm_id == firm_id, Matter.display_number.icontains(q, autoescape=True))
        .scalar_subquery()
    )


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
