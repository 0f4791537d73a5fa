"""Days sales outstanding: what is owed against what was billed lately."""

from datetime import date
from uuid import UUID

from sqlalchemy import Date, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.domain.days_sales_outstanding import (
    BilledMonth,
    CountBack,
    count_back,
    months_back,
)
from invoice_tracker.invoices.models import Invoice
from invoice_tracker.invoices.repository import LISTED
from invoice_tracker.payments.balances import open_invoices


async def load_dso(
    session: AsyncSession, *, firm_id: UUID, today: date
) -> dict[str, tuple[int, CountBack]]:
    """For each currency what is owed, in minor units, and the days that makes."""
    owed = open_invoices(firm_id)
    rows = await session.execute(
        select(owed.c.currency, func.sum(owed.c.balance))
        .group_by(owed.c.currency)
        .order_by(owed.c.currency)
    )
    months = months_back(today)
    billed = await _billed(session, firm_id, since=months[-1][0], until=today)
    found = {}
    for currency, amount in rows:
        history = [
            BilledMonth(first, last, billed.get((currency, first), 0)) for first, last in months
        ]
        found[currency] = (int(amount), count_back(int(amount), history))
    return found


async def _billed(
    session: AsyncSession, firm_id: UUID, *, since: date, until: date
) -> dict[tuple[str, date], int]:
    month = cast(func.date_trunc("month", Invoice.issued_on), Date)
    rows = await session.execute(
        select(Invoice.currency, month, func.sum(Invoice.total_minor))
        .where(
            Invoice.firm_id == firm_id,
            Invoice.issued_on >= since,
            Invoice.issued_on <= until,
            Invoice.clio_state.in_(LISTED),
        )
        .group_by(Invoice.currency, month)
    )
    return {(currency, first): int(amount) for currency, first, amount in rows}
