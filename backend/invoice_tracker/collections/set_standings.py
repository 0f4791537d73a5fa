"""What each reminder set has to show: how many collections, what came in, what is still owed."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.models import Collection, CollectionState
from invoice_tracker.domain.money import Money
from invoice_tracker.payments.balances import MONEY_STATES, open_invoices
from invoice_tracker.payments.models import Payment
from invoice_tracker.reminder_sets.models import ReminderSetVersion


@dataclass(slots=True)
class Standing:
    """One set's part: amounts in each currency, of several the alphabet's first one first."""

    active: int = 0
    total: int = 0
    paid: list[Money] = field(default_factory=list)
    owed: list[Money] = field(default_factory=list)


async def load_standings(
    session: AsyncSession, *, firm_id: UUID, since: datetime
) -> dict[UUID, Standing]:
    """Standings by set, of sets that were ever used.

    ``paid`` is what was paid from ``since`` on, less refunds, on invoices whose latest collection
    before the payment was on this set. ``owed`` is what is open on its running collections.
    """
    found: dict[UUID, Standing] = defaultdict(Standing)
    for set_id, active, total in await _counts(session, firm_id):
        found[set_id].active, found[set_id].total = active, total
    for set_id, currency, amount in await _paid(session, firm_id, since):
        found[set_id].paid.append(Money(int(amount), currency))
    for set_id, currency, amount in await _owed(session, firm_id):
        found[set_id].owed.append(Money(int(amount), currency))
    return dict(found)


async def _counts(session: AsyncSession, firm_id: UUID) -> Sequence[Row[UUID, int, int]]:
    active = func.count().filter(Collection.state == CollectionState.active)
    rows = await session.execute(
        select(ReminderSetVersion.reminder_set_id, active, func.count())
        .join(Collection, Collection.version_id == ReminderSetVersion.id)
        .where(Collection.firm_id == firm_id)
        .group_by(ReminderSetVersion.reminder_set_id)
    )
    return rows.all()


async def _paid(
    session: AsyncSession, firm_id: UUID, since: datetime
) -> Sequence[Row[UUID, str, int]]:
    latest = (
        select(Collection.version_id)
        .where(
            Collection.firm_id == firm_id,
            Collection.invoice_id == Payment.invoice_id,
            Collection.started_at <= Payment.settled_at,
        )
        .order_by(Collection.started_at.desc(), Collection.id)
        .limit(1)
        .correlate(Payment)
        .lateral()
    )
    amount = func.sum(Payment.amount_minor - Payment.refunded_minor)
    set_id = ReminderSetVersion.reminder_set_id
    rows = await session.execute(
        select(set_id, Payment.currency, amount)
        .select_from(Payment)
        .join(latest, latest.c.version_id.is_not(None))
        .join(ReminderSetVersion, ReminderSetVersion.id == latest.c.version_id)
        .where(
            Payment.firm_id == firm_id,
            Payment.invoice_id.is_not(None),
            Payment.settled_at >= since,
            Payment.state.in_(MONEY_STATES),
        )
        .group_by(set_id, Payment.currency)
        .having(amount > 0)
        .order_by(set_id, Payment.currency)
    )
    return rows.all()


async def _owed(session: AsyncSession, firm_id: UUID) -> Sequence[Row[UUID, str, int]]:
    owed = open_invoices(firm_id)
    set_id = ReminderSetVersion.reminder_set_id
    rows = await session.execute(
        select(set_id, owed.c.currency, func.sum(owed.c.balance))
        .select_from(Collection)
        .join(ReminderSetVersion, ReminderSetVersion.id == Collection.version_id)
        .join(owed, owed.c.id == Collection.invoice_id)
        .where(Collection.firm_id == firm_id, Collection.state == CollectionState.active)
        .group_by(set_id, owed.c.currency)
        .order_by(set_id, owed.c.currency)
    )
    return rows.all()
