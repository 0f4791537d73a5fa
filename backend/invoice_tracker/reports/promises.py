"""Promises: how many were kept, month by month of the promised day."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Date, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.models import Promise, PromiseState


@dataclass(frozen=True, slots=True)
class Promised:
    """How many promises, and how much was promised in minor units."""

    count: int = 0
    amount_minor: int = 0


PromisesByMonth = dict[str, dict[date, dict[PromiseState, Promised]]]
"""By currency, first day of the month, and how they ended."""


async def load_promises(
    session: AsyncSession, *, firm_id: UUID, first: date, last: date | None
) -> PromisesByMonth:
    """Promises for a day from ``first`` on, to ``last`` if there is one."""
    month = cast(func.date_trunc("month", Promise.promised_on), Date)
    query = (
        select(
            Promise.currency,
            month,
            Promise.state,
            func.count(),
            func.sum(Promise.amount_minor),
        )
        .where(Promise.firm_id == firm_id, Promise.promised_on >= first)
        .group_by(Promise.currency, month, Promise.state)
        .order_by(Promise.currency, month)
    )
    if last is not None:
        query = query.where(Promise.promised_on <= last)
    found: PromisesByMonth = defaultdict(lambda: defaultdict(dict))
    for currency, starts_on, state, count, amount in await session.execute(query):
        found[currency][starts_on][state] = Promised(count, int(amount))
    return found
