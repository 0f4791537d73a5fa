"""Queries of clients' answers: those to decide about, and those about an invoice."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Result, Row, exists, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.answers.models import AnsweredInvoice, AnswerState, ClientAnswer
from invoice_tracker.answers.schemas import AnsweredInvoiceOut, AnswerOut
from invoice_tracker.collections.models import HoldRow
from invoice_tracker.collections.schemas import InvoiceRef
from invoice_tracker.core.errors import Invalid, NotFound
from invoice_tracker.core.pagination import decode_cursor, encode_cursor
from invoice_tracker.core.schemas import MoneyOut
from invoice_tracker.domain.client_answers import as_said
from invoice_tracker.invoices.models import Client, Invoice
from invoice_tracker.invoices.overview import overview, set_now
from invoice_tracker.invoices.schemas import ClientRef
from invoice_tracker.payments.balances import effective_balances


async def list_answers(
    session: AsyncSession,
    *,
    firm_id: UUID,
    to_do: bool,
    now: datetime,
    limit: int,
    cursor: str | None,
) -> tuple[list[AnswerOut], str | None]:
    """The latest first. Raises ``Invalid`` for a cursor of another list.

    ``to_do``: only those that nobody has decided about and that still matter: something is owed,
    and nobody has ended the hold in another way.
    """
    wanted = [ClientAnswer.firm_id == firm_id, *_to_do(firm_id, to_do)]
    if cursor is not None:
        wanted.append(_after(cursor))
    await set_now(session, now)
    rows = await session.scalars(
        select(ClientAnswer)
        .where(*wanted)
        .order_by(ClientAnswer.created_at.desc(), ClientAnswer.id.desc())
        .limit(limit + 1)
        .execution_options(populate_existing=True)
    )
    found = rows.all()
    page = found[:limit]
    more = encode_cursor(page[-1].created_at, page[-1].id) if len(found) > limit else None
    return await _present(session, firm_id, page, now), more


async def count_answers(session: AsyncSession, *, firm_id: UUID, to_do: bool, now: datetime) -> int:
    """How many ``list_answers`` has on all its pages."""
    await set_now(session, now)
    query = select(func.count()).select_from(ClientAnswer)
    query = query.where(ClientAnswer.firm_id == firm_id, *_to_do(firm_id, to_do))
    return await session.scalar(query) or 0


async def list_of_invoice(
    session: AsyncSession, *, firm_id: UUID, invoice_id: UUID, now: datetime
) -> list[AnswerOut]:
    """What was answered about an invoice, the latest first. Raises ``NotFound``."""
    invoice = await session.get(Invoice, invoice_id)
    if invoice is None or invoice.firm_id != firm_id:
        raise NotFound("There is no such invoice.")
    rows = await session.scalars(
        select(ClientAnswer)
        .join(AnsweredInvoice, AnsweredInvoice.answer_id == ClientAnswer.id)
        .where(ClientAnswer.firm_id == firm_id, AnsweredInvoice.invoice_id == invoice_id)
        .order_by(ClientAnswer.created_at.desc(), ClientAnswer.id.desc())
        .execution_options(populate_existing=True)
    )
    return await _present(session, firm_id, rows.all(), now)


async def get_answer(
    session: AsyncSession, *, firm_id: UUID, answer_id: UUID, now: datetime
) -> AnswerOut:
    """One answer. Raises ``NotFound``."""
    row = await session.get(ClientAnswer, answer_id, populate_existing=True)
    if row is None or row.firm_id != firm_id:
        raise NotFound("There is no such answer.")
    return (await _present(session, firm_id, [row], now))[0]


def _to_do(firm_id: UUID, to_do: bool) -> list[ColumnElement[bool]]:
    if not to_do:
        return []
    matters = (
        exists()
        .where(
            AnsweredInvoice.firm_id == firm_id,
            AnsweredInvoice.answer_id == ClientAnswer.id,
            AnsweredInvoice.replaced_at.is_(None),
            overview.c.id == AnsweredInvoice.invoice_id,
            overview.c.firm_id == firm_id,
            overview.c.section != "paid",
            or_(
                AnsweredInvoice.hold_id.is_(None),
                exists().where(
                    HoldRow.id == AnsweredInvoice.hold_id, HoldRow.released_at.is_(None)
                ),
            ),
        )
        .correlate(ClientAnswer)
    )
    return [ClientAnswer.state == AnswerState.open, matters]


def _after(cursor: str) -> ColumnElement[bool]:
    at, last_id = decode_cursor(cursor, 2)
    try:
        key = (datetime.fromisoformat(at), UUID(last_id))
    except (TypeError, ValueError) as error:
        raise Invalid("That page no longer exists. Please start from the first one.") from error
    return tuple_(ClientAnswer.created_at, ClientAnswer.id) < key


async def _present(
    session: AsyncSession, firm_id: UUID, rows: Sequence[ClientAnswer], now: datetime
) -> list[AnswerOut]:
    lines = await _lines(session, firm_id, [row.id for row in rows])
    ids = {each.AnsweredInvoice.invoice_id for found in lines.values() for each in found}
    balances = await effective_balances(session, firm_id=firm_id, invoice_ids=ids)
    names = await session.execute(
        select(Client.id, Client.name).where(Client.id.in_({row.client_id for row in rows}))
    )
    clients = dict(names.all())
    return [
        AnswerOut(
            id=row.id,
            kind=row.kind,
            said=as_said(row.answer),
            note=row.note,
            paid_on=row.paid_on,
            paid_by=row.paid_by,
            reference=row.reference,
            promised_on=row.promised_on,
            client=ClientRef(id=row.client_id, name=clients[row.client_id]),
            recipient=row.recipient,
            invoices=[_show_line(line, balances, now) for line in lines[row.id]],
            created_at=row.created_at,
            state=row.state,
            ended_at=row.ended_at,
            ended_by=row.ended_by,
            end_note=row.end_note,
        )
        for row in rows
    ]


async def _lines(
    session: AsyncSession, firm_id: UUID, answer_ids: Sequence[UUID]
) -> dict[UUID, list[Row[Any]]]:
    rows: Result[Any] = await session.execute(
        select(AnsweredInvoice, HoldRow, Invoice.number, Invoice.currency)
        .join(Invoice, Invoice.id == AnsweredInvoice.invoice_id)
        .outerjoin(HoldRow, HoldRow.id == AnsweredInvoice.hold_id)
        .where(AnsweredInvoice.firm_id == firm_id, AnsweredInvoice.answer_id.in_(answer_ids))
        .order_by(Invoice.due_on, Invoice.number)
        .execution_options(populate_existing=True)
    )
    found: dict[UUID, list[Row[Any]]] = {answer_id: [] for answer_id in answer_ids}
    for row in rows:
        found[row.AnsweredInvoice.answer_id].append(row)
    return found


def _show_line(row: Row[Any], balances: dict[UUID, int], now: datetime) -> AnsweredInvoiceOut:
    line: AnsweredInvoice = row.AnsweredInvoice
    held: HoldRow | None = row.HoldRow
    is_held = (
        held is not None
        and held.released_at is None
        and (held.ends_at is None or held.ends_at > now)
    )
    return AnsweredInvoiceOut(
        invoice=InvoiceRef(id=line.invoice_id, number=row.number),
        balance=MoneyOut(amount_minor=balances[line.invoice_id], currency=row.currency),
        is_held=is_held,
        held_until=held.ends_at if held is not None and is_held else None,
        replaced_at=line.replaced_at,
    )
