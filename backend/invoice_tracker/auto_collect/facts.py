"""Loads what rules look at, for many invoices in a fixed number of queries."""

from collections.abc import Collection as Group
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.auto_collect.models import AutoCollectRule
from invoice_tracker.collections.endings import NOT_COLLECTABLE
from invoice_tracker.collections.facts import FirmFacts
from invoice_tracker.collections.holds.derived import load_holds
from invoice_tracker.collections.models import Collection, CollectionState
from invoice_tracker.domain.auto_collect import InvoiceForRules, MatterFacts, Past, Rule
from invoice_tracker.domain.holds import Hold, active_holds, describe_hold
from invoice_tracker.invoices.models import Client, Invoice, Matter
from invoice_tracker.payments.balances import effective_balances

MAY_START_AGAIN = and_(
    Collection.state == CollectionState.stopped,
    Collection.end_reason.in_(NOT_COLLECTABLE.values()),
)
"""Ended because the bill was taken back in Clio: approved again, it is like a new one."""


def as_rule(row: AutoCollectRule) -> Rule:
    """A rule as the pure functions take it."""
    return Rule(
        id=row.id,
        name=row.name,
        priority=row.priority,
        min_days_overdue=row.min_days_overdue,
        max_days_overdue=row.max_days_overdue,
        min_balance_minor=row.min_balance_minor,
        max_balance_minor=row.max_balance_minor,
        currency=row.currency,
        client_ids=frozenset(row.client_ids),
        matter_ids=frozenset(row.matter_ids),
        attorneys=frozenset(row.attorneys),
        practice_areas=frozenset(row.practice_areas),
    )


async def load_facts(
    session: AsyncSession, *, firm: FirmFacts, invoice_ids: Group[UUID], now: datetime
) -> list[InvoiceForRules]:
    """What rules look at of each of these invoices, in order of id."""
    found = await session.execute(
        select(
            Invoice.id,
            Invoice.number,
            Invoice.due_on,
            Invoice.currency,
            Invoice.client_id,
            Client.name,
        )
        .outerjoin(Client, Client.id == Invoice.client_id)
        .where(Invoice.firm_id == firm.firm_id, Invoice.id.in_(invoice_ids))
        .order_by(Invoice.id)
    )
    balances = await effective_balances(session, firm_id=firm.firm_id, invoice_ids=invoice_ids)
    matters = await _matters(session, firm.firm_id, invoice_ids)
    past = await _past(session, firm.firm_id, invoice_ids)
    holds = await load_holds(session, firm_id=firm.firm_id, invoice_ids=invoice_ids, now=now)
    return [
        InvoiceForRules(
            id=row.id,
            number=row.number,
            due_on=row.due_on,
            balance_minor=balances[row.id],
            currency=row.currency,
            client_id=row.client_id,
            client_name=row.name,
            matters=tuple(matters.get(row.id, ())),
            past=past.get(row.id, Past.none),
            held=_held(firm, holds.get(row.id, ()), now),
        )
        for row in found
    ]


async def _matters(
    session: AsyncSession, firm_id: UUID, invoice_ids: Group[UUID]
) -> dict[UUID, list[MatterFacts]]:
    rows = await session.execute(
        select(
            Invoice.id.label("invoice_id"),
            Matter.id,
            Matter.display_number,
            Matter.attorney_name,
            Matter.practice_area,
        )
        .join(Matter, Matter.id == func.any(Invoice.matter_ids))
        .where(Invoice.firm_id == firm_id, Invoice.id.in_(invoice_ids))
        .order_by(Invoice.id, func.array_position(Invoice.matter_ids, Matter.id))
    )
    found: dict[UUID, list[MatterFacts]] = {}
    for row in rows:
        matter = MatterFacts(row.id, row.display_number, row.attorney_name, row.practice_area)
        found.setdefault(row.invoice_id, []).append(matter)
    return found


async def _past(session: AsyncSession, firm_id: UUID, invoice_ids: Group[UUID]) -> dict[UUID, Past]:
    rows = await session.execute(
        select(
            Collection.invoice_id,
            func.max(case((Collection.state == CollectionState.active, 1), else_=0)),
        )
        .where(
            Collection.firm_id == firm_id,
            Collection.invoice_id.in_(invoice_ids),
            ~MAY_START_AGAIN,
        )
        .group_by(Collection.invoice_id)
    )
    return {invoice_id: Past.running if runs else Past.ended for invoice_id, runs in rows}


def _held(firm: FirmFacts, holds: Sequence[Hold], now: datetime) -> str | None:
    in_force = active_holds(holds, now)
    return describe_hold(in_force[0], firm.calendar.time_zone) if in_force else None
