"""Reading the lines of a proof, the worst first: page by page, or all for a file."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.errors import Invalid
from invoice_tracker.core.pagination import decode_cursor, encode_cursor
from invoice_tracker.domain.payment_findings import Standing
from invoice_tracker.payments.proof_models import PaymentDifference, PaymentProofLine

MOST_ALERTS = 200
AT_ONCE = 500
GONE = "That page no longer exists. Please start from the first one."


@dataclass(frozen=True, slots=True)
class LineFilter:
    """What to list; None means all."""

    standing: Standing | None = None
    text: str | None = None
    """Part of an invoice number or a client's name, or a Stripe reference."""


def _query(firm_id: UUID, proof_id: UUID, wanted: LineFilter) -> Select[PaymentProofLine]:
    conditions: list[ColumnElement[bool]] = [
        PaymentProofLine.firm_id == firm_id,
        PaymentProofLine.proof_id == proof_id,
    ]
    if wanted.standing is not None:
        conditions.append(PaymentProofLine.standing == wanted.standing)
    # PostgreSQL holds no zero character, and takes none in a question either.
    if text := (wanted.text or "").replace("\0", ""):
        conditions.append(
            or_(
                PaymentProofLine.invoice_numbers.icontains(text, autoescape=True),
                PaymentProofLine.client_name.icontains(text, autoescape=True),
                PaymentProofLine.stripe_reference == text,
            )
        )
    return select(PaymentProofLine).where(and_(*conditions))


def _in_order(query: Select[PaymentProofLine]) -> Select[PaymentProofLine]:
    return query.order_by(PaymentProofLine.rank, PaymentProofLine.at.desc(), PaymentProofLine.id)


async def list_lines(
    session: AsyncSession,
    *,
    firm_id: UUID,
    proof_id: UUID,
    wanted: LineFilter,
    limit: int,
    cursor: str | None,
) -> tuple[Sequence[PaymentProofLine], str | None]:
    """One page, the differences first, the newest of a kind first, and the cursor of the next.

    Raises ``Invalid`` for a cursor not made here.
    """
    query = _query(firm_id, proof_id, wanted)
    if cursor:
        query = query.where(_after(cursor))
    rows = (await session.scalars(_in_order(query).limit(limit + 1))).all()
    if len(rows) <= limit:
        return rows, None
    last = rows[limit - 1]
    return rows[:limit], encode_cursor(last.rank, last.at, last.id)


def _after(cursor: str) -> ColumnElement[bool]:
    rank, at, row_id = decode_cursor(cursor, 3)
    try:
        place, instant, last_id = int(rank), datetime.fromisoformat(str(at)), UUID(str(row_id))
    except (TypeError, ValueError, OverflowError) as error:
        raise Invalid(GONE) from error
    if not 0 <= place < len(Standing) or instant.tzinfo is None:
        raise Invalid(GONE)
    line = PaymentProofLine
    return or_(
        line.rank > place,
        and_(line.rank == place, line.at < instant),
        and_(line.rank == place, line.at == instant, line.id > last_id),
    )


async def all_lines(
    session: AsyncSession, *, firm_id: UUID, proof_id: UUID, wanted: LineFilter
) -> AsyncIterator[PaymentProofLine]:
    """Every line, in the order of the page, some hundred at a time."""
    cursor: str | None = None
    while True:
        rows, cursor = await list_lines(
            session,
            firm_id=firm_id,
            proof_id=proof_id,
            wanted=wanted,
            limit=AT_ONCE,
            cursor=cursor,
        )
        for row in rows:
            yield row
        session.expunge_all()
        if cursor is None:
            return


async def list_alerts(
    session: AsyncSession, *, firm_id: UUID
) -> list[tuple[PaymentDifference, PaymentProofLine]]:
    """Differences that people have to look at, the oldest first."""
    rows = await session.execute(
        select(PaymentDifference, PaymentProofLine)
        .join(PaymentProofLine, PaymentProofLine.id == PaymentDifference.line_id)
        .where(PaymentDifference.firm_id == firm_id, PaymentDifference.raised_at.is_not(None))
        .order_by(PaymentDifference.first_seen_at, PaymentDifference.id)
        .limit(MOST_ALERTS)
    )
    return [(difference, line) for difference, line in rows]


async def count_alerts(session: AsyncSession, *, firm_id: UUID) -> int:
    """How many there are."""
    found = await session.scalar(
        select(func.count()).where(
            PaymentDifference.firm_id == firm_id,
            PaymentDifference.raised_at.is_not(None),
            PaymentDifference.line_id.is_not(None),
        )
    )
    return int(found or 0)
