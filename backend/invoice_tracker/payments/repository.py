"""Reading payments for the API, newest first or oldest first, page by page."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.errors import Invalid, NotFound
from invoice_tracker.core.pagination import decode_cursor, encode_cursor
from invoice_tracker.domain.money import THREE_DECIMAL, ZERO_DECIMAL
from invoice_tracker.invoices.models import Client, ClioState, Invoice
from invoice_tracker.payments.assigning import is_unmatched
from invoice_tracker.payments.models import (
    HAS_MONEY,
    OPEN_STATES,
    Checkout,
    Payment,
    PaymentSource,
    PaymentState,
    RecordState,
)


@dataclass(frozen=True, slots=True)
class PaymentFilter:
    """What to list; None means all."""

    state: PaymentState | None = None
    record_state: RecordState | None = None
    source: PaymentSource | None = None
    method: str | None = None
    client_id: UUID | None = None
    since: datetime | None = None
    before: datetime | None = None
    """Instants between which it came in, ``before`` not included."""
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    """In units of each payment's own currency, both included."""
    unmatched: bool = False
    """Only what matches no balance."""
    text: str | None = None
    """Part of an invoice number, a client's name, or a reference."""


@dataclass(frozen=True, slots=True)
class PaymentPart:
    """The share of one invoice in a payment for several."""

    payment: Payment
    invoice_number: str | None


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """A payment with what people call its invoice."""

    payment: Payment
    invoice_number: str | None
    client_name: str | None
    clio_url: str | None
    invoice_state: ClioState | None
    client_id: UUID | None
    parts: tuple[PaymentPart, ...] = ()
    """All that was paid together, this one too; nothing where it was paid by itself."""


_CLIENT_ID = func.coalesce(Invoice.client_id, Payment.client_id)


def _rows() -> Select[Payment, str, str, str, ClioState, UUID]:
    return (
        select(
            Payment, Invoice.number, Client.name, Invoice.clio_url, Invoice.clio_state, Client.id
        )
        .outerjoin(Invoice, Invoice.id == Payment.invoice_id)
        .outerjoin(Client, Client.id == _CLIENT_ID)
    )


def _conditions(firm_id: UUID, wanted: PaymentFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Payment.firm_id == firm_id]
    equal = (
        (Payment.state, wanted.state),
        (Payment.record_state, wanted.record_state),
        (Payment.source, wanted.source),
        (Payment.method, wanted.method),
        (_CLIENT_ID, wanted.client_id),
    )
    found += [column == value for column, value in equal if value is not None]
    if wanted.since is not None:
        found.append(Payment.created_at >= wanted.since)
    if wanted.before is not None:
        found.append(Payment.created_at < wanted.before)
    if wanted.at_least is not None:
        found.append(Payment.amount_minor >= _in_minor(wanted.at_least))
    if wanted.at_most is not None:
        found.append(Payment.amount_minor <= _in_minor(wanted.at_most))
    if wanted.unmatched:
        found.append(is_unmatched())
    if wanted.text:
        found.append(
            or_(
                Invoice.number.icontains(wanted.text, autoescape=True),
                Client.name.icontains(wanted.text, autoescape=True),
                Payment.reference.icontains(wanted.text, autoescape=True),
                Payment.stripe_payment_intent_id == wanted.text,
            )
        )
    return found


def _in_minor(amount: Decimal) -> ColumnElement[Decimal]:
    """An amount in minor units of the currency of each row."""
    return case(
        (Payment.currency.in_(ZERO_DECIMAL), amount),
        (Payment.currency.in_(THREE_DECIMAL), amount * 1000),
        else_=amount * 100,
    )


async def list_payments(
    session: AsyncSession,
    *,
    firm_id: UUID,
    wanted: PaymentFilter,
    limit: int,
    cursor: str | None,
    oldest_first: bool = False,
) -> tuple[list[PaymentRow], str | None]:
    """One page and the cursor of the next. Raises ``Invalid`` for a cursor not made here."""
    conditions = _conditions(firm_id, wanted)
    place = tuple_(Payment.created_at, Payment.id)
    if cursor:
        last = tuple_(*_decode(cursor))
        conditions.append(place > last if oldest_first else place < last)
    order = (
        (Payment.created_at, Payment.id)
        if oldest_first
        else (Payment.created_at.desc(), Payment.id.desc())
    )
    result = await session.execute(
        _rows().where(and_(*conditions)).order_by(*order).limit(limit + 1)
    )
    rows = await _with_parts(session, firm_id, [PaymentRow(*row) for row in result])
    if len(rows) <= limit:
        return rows, None
    last_payment = rows[limit - 1].payment
    return rows[:limit], encode_cursor(last_payment.created_at, last_payment.id)


def _decode(cursor: str) -> tuple[datetime, UUID]:
    at, row_id = decode_cursor(cursor, 2)
    try:
        return datetime.fromisoformat(str(at)), UUID(str(row_id))
    except ValueError as error:
        raise Invalid("That page no longer exists. Please start from the first one.") from error


async def count_payments(session: AsyncSession, *, firm_id: UUID, wanted: PaymentFilter) -> int:
    """How many match."""
    statement = (
        select(func.count())
        .select_from(Payment)
        .outerjoin(Invoice, Invoice.id == Payment.invoice_id)
        .outerjoin(Client, Client.id == _CLIENT_ID)
        .where(and_(*_conditions(firm_id, wanted)))
    )
    return int(await session.scalar(statement) or 0)


@dataclass(frozen=True, slots=True)
class CurrencyTotal:
    """Sums of the payments of one currency, in minor units."""

    currency: str
    count: int
    received_minor: int
    """Money that came in, whatever became of it."""
    refunded_minor: int
    under_way_minor: int
    """Bank debits that have not settled yet."""


async def sum_payments(
    session: AsyncSession, *, firm_id: UUID, wanted: PaymentFilter
) -> list[CurrencyTotal]:
    """One sum for each currency; what has failed or was undone counts as no money."""
    has_money = Payment.state.in_(HAS_MONEY)
    sums = (
        select(
            Payment.currency,
            func.count(),
            func.coalesce(func.sum(Payment.amount_minor).filter(has_money), 0),
            func.coalesce(func.sum(Payment.refunded_minor).filter(has_money), 0),
            func.coalesce(
                func.sum(Payment.amount_minor).filter(Payment.state == PaymentState.processing), 0
            ),
        )
        .select_from(Payment)
        .outerjoin(Invoice, Invoice.id == Payment.invoice_id)
        .outerjoin(Client, Client.id == _CLIENT_ID)
        .where(and_(*_conditions(firm_id, wanted)))
        .group_by(Payment.currency)
        .order_by(Payment.currency)
    )
    rows = await session.execute(sums)
    return [CurrencyTotal(code, n, int(a), int(b), int(c)) for code, n, a, b, c in rows]


async def stream_payments(
    session: AsyncSession, *, firm_id: UUID, wanted: PaymentFilter
) -> AsyncIterator[PaymentRow]:
    """All that match, newest first, a few at a time."""
    statement = _rows().where(and_(*_conditions(firm_id, wanted)))
    result = await session.stream(
        statement.order_by(Payment.created_at.desc(), Payment.id.desc()).execution_options(
            yield_per=500
        )
    )
    async for row in result:
        yield PaymentRow(*row)


async def get_payment(session: AsyncSession, *, firm_id: UUID, payment_id: UUID) -> PaymentRow:
    """One payment. Raises ``NotFound``."""
    row = (
        await session.execute(_rows().where(Payment.firm_id == firm_id, Payment.id == payment_id))
    ).one_or_none()
    if row is None:
        raise NotFound("There is no such payment.")
    [found] = await _with_parts(session, firm_id, [PaymentRow(*row)])
    return found


async def _with_parts(
    session: AsyncSession, firm_id: UUID, rows: Sequence[PaymentRow]
) -> list[PaymentRow]:
    """The same rows, each with what was paid by the same payment intent, the oldest due first."""
    intents = {row.payment.stripe_payment_intent_id for row in rows} - {None}
    found = await session.execute(
        select(Payment, Invoice.number)
        .outerjoin(Invoice, Invoice.id == Payment.invoice_id)
        .where(
            Payment.firm_id == firm_id,
            Payment.stripe_payment_intent_id.in_(intents),
            Payment.state != PaymentState.voided,
        )
        .order_by(Invoice.due_on, Invoice.number, Payment.id)
    )
    parts: dict[str | None, list[PaymentPart]] = {}
    for payment, number in found:
        part = PaymentPart(payment, number)
        parts.setdefault(payment.stripe_payment_intent_id, []).append(part)
    several = {intent: tuple(of_it) for intent, of_it in parts.items() if len(of_it) > 1}
    return [
        replace(row, parts=several.get(row.payment.stripe_payment_intent_id, ())) for row in rows
    ]


async def open_checkouts(session: AsyncSession, *, firm_id: UUID) -> Sequence[Checkout]:
    """Checkouts that a client may be paying on."""
    statement = select(Checkout).where(Checkout.firm_id == firm_id, Checkout.state.in_(OPEN_STATES))
    return (await session.scalars(statement.order_by(Checkout.created_at, Checkout.id))).all()
