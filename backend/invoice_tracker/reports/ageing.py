"""Ageing: what is owed, by how many days it is overdue."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.domain.invoice_aging import AgeBucket, age_bucket
from invoice_tracker.payments.balances import open_invoices


@dataclass(slots=True)
class Owed:
    """How many invoices, and how many minor units they owe."""

    count: int = 0
    amount_minor: int = 0

    def add(self, count: int, amount_minor: int) -> None:
        """Count these too."""
        self.count += count
        self.amount_minor += amount_minor


Ageing = dict[str, dict[AgeBucket, Owed]]
"""Currency by currency; every one has every bucket."""


async def load_ageing(
    session: AsyncSession, *, firm_id: UUID, today: date, client_id: UUID | None = None
) -> Ageing:
    """What is owed at this moment, to the whole firm or by one client.

    A bill without a due date is not due.
    """
    owed = open_invoices(firm_id, client_id=client_id)
    # By the due day and not by the bucket, so that the rule stands in one place.
    rows = await session.execute(
        select(owed.c.currency, owed.c.due_on, func.count(), func.sum(owed.c.balance))
        .group_by(owed.c.currency, owed.c.due_on)
        .order_by(owed.c.currency)
    )
    found: Ageing = defaultdict(lambda: {bucket: Owed() for bucket in AgeBucket})
    for currency, due_on, count, amount in rows:
        bucket = age_bucket(due_on, today) if due_on else AgeBucket.not_due
        found[currency][bucket].add(count, int(amount))
    return dict(found)
