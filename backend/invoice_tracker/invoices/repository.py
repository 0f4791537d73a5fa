"""Queries of the Invoices page: which invoices, and in which order."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    Row,
    Select,
    String,
    Uuid,
    any_,
    case,
    column,
    func,
    literal,
    literal_column,
    or_,
    select,
    table,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from invoice_tracker.core.errors import Invalid, NotFound
from invoice_tracker.core.pagination import decode_cursor, encode_cursor
from invoice_tracker.domain.holds import HoldKind
from invoice_tracker.domain.money import THREE_DECIMAL, ZERO_DECIMAL
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
    matter_id: UUID | None = None
    attorney: str | None = None
    """Name of the responsible attorney of one of its matters, as in Clio."""
    currency: str | None = None
    due_from: date | None = None
    due_to: date | None = None
    """Due dates, both included. What has none is then left out."""
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    """What is owed (of a paid bill: its total), in units of its own currency, both included."""
    reminder_set_id: UUID | None = None
    hold: HoldKind | None = None
    """Why it is on hold."""

    @property
    def needs_collections(self) -> bool:
        """Whether Clio's own facts are not enough to tell what matches."""
        return self.reminder_set_id is not None or self.hold is not None


# Of a room to the right, which the view knows as well.
_VERSIONS = table("reminder_set_versions", column("id", Uuid), column("reminder_set_id", Uuid))

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
    query = _in_order(firm_id, wanted, sort)
    if cursor is not None:
        query = query.where(_after(cursor, value, ascending=ascending))
    rows = (await session.execute(query.limit(limit + 1))).all()
    page = rows[:limit]
    if len(rows) <= limit:
        return page, None
    return page, encode_cursor(page[-1].sort_value, page[-1].id)


async def stream_invoices(
    session: AsyncSession, *, firm_id: UUID, wanted: InvoiceFilter, sort: Sort
) -> AsyncIterator[Row[Any]]:
    """All rows that match, in the order of the list, without holding them all in memory."""
    async for row in await session.stream(_in_order(firm_id, wanted, sort)):
        yield row


def _in_order(firm_id: UUID, wanted: InvoiceFilter, sort: Sort) -> Select[Any]:
    value, ascending = _ORDERS[sort]
    order = (
        (value.asc(), overview.c.id.asc()) if ascending else (value.desc(), overview.c.id.desc())
    )
    query = select(overview, value.label("sort_value")).where(*conditions(firm_id, wanted))
    return query.order_by(*order)


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
    if wanted.matter_id is not None:
        found.append(literal(wanted.matter_id, Uuid) == any_(columns.matter_ids))
    if wanted.attorney is not None:
        named = func.lower(Matter.attorney_name) == wanted.attorney.lower()
        found.append(columns.matter_ids.bool_op("&&")(_matters(firm_id, named)))
    if wanted.due_from is not None:
        found.append(columns.due_on >= wanted.due_from)
    if wanted.due_to is not None:
        found.append(columns.due_on <= wanted.due_to)
    if wanted.at_least is not None:
        found.append(_shown_amount(columns) >= _in_minor(columns, wanted.at_least))
    if wanted.at_most is not None:
        found.append(_shown_amount(columns) <= _in_minor(columns, wanted.at_most))
    if wanted.reminder_set_id is not None:
        found.append(columns.collection_version_id.in_(_versions_of(wanted.reminder_set_id)))
    if wanted.hold is not None:
        found.extend((columns.section == Section.on_hold, columns.hold_kind == wanted.hold))
    if wanted.q:
        texts = (columns.number, columns.client_name, columns.matter_display_number)
        numbered = Matter.display_number.icontains(wanted.q, autoescape=True)
        any_text = (text.icontains(wanted.q, autoescape=True) for text in texts)
        found.append(or_(*any_text, columns.matter_ids.bool_op("&&")(_matters(firm_id, numbered))))
    return found


def _matters(firm_id: UUID, which: ColumnElement[bool]) -> ColumnElement[Sequence[UUID]]:
    """Ids of these matters, looked up once and not for each invoice."""
    return func.array(select(Matter.id).where(Matter.firm_id == firm_id, which).scalar_subquery())


def _versions_of(set_id: UUID) -> Select[UUID]:
    return select(_VERSIONS.c.id).where(_VERSIONS.c.reminder_set_id == set_id)


def _shown_amount(columns: Columns) -> ColumnElement[int]:
    """What the page shows and adds up. Without a section: of bills that are paid."""
    total: ColumnElement[int] = columns.total_minor
    if "section" not in columns:
        return total
    return case((columns.section == Section.paid, total), else_=columns.effective_balance_minor)


def _in_minor(columns: Columns, amount: Decimal) -> ColumnElement[Decimal]:
    """An amount in minor units of the currency of each row."""
    return case(
        (columns.currency.in_(ZERO_DECIMAL), amount),
        (columns.currency.in_(THREE_DECIMAL), amount * 1000),
        else_=amount * 100,
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
