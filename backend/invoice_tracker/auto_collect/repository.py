"""Queries of rules. One that was deleted is only a name on what it has started."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.auto_collect.models import AutoCollectRule
from invoice_tracker.core.errors import NotFound
from invoice_tracker.reminder_sets.models import ReminderSet

IN_ORDER = (AutoCollectRule.priority, AutoCollectRule.id)


async def list_rules(session: AsyncSession, *, firm_id: UUID) -> Sequence[AutoCollectRule]:
    """All rules of the firm, the one that counts first at the top."""
    rows = await session.scalars(
        select(AutoCollectRule)
        .where(AutoCollectRule.firm_id == firm_id, AutoCollectRule.deleted_at.is_(None))
        .order_by(*IN_ORDER)
        .execution_options(populate_existing=True)
    )
    return rows.all()


async def list_working(
    session: AsyncSession, *, firm_id: UUID, locked: bool = False
) -> Sequence[AutoCollectRule]:
    """Rules that are on and whose set is in use.

    ``locked``: nobody changes them, or their sets, before the transaction is over.
    """
    query = (
        select(AutoCollectRule)
        .join(ReminderSet, ReminderSet.id == AutoCollectRule.reminder_set_id)
        .where(
            AutoCollectRule.firm_id == firm_id,
            AutoCollectRule.deleted_at.is_(None),
            AutoCollectRule.is_enabled,
            ReminderSet.archived_at.is_(None),
        )
        .order_by(*IN_ORDER)
        .execution_options(populate_existing=True)
    )
    rows = await session.scalars(query.with_for_update(read=True) if locked else query)
    return rows.all()


async def lock_rules(session: AsyncSession, *, firm_id: UUID) -> Sequence[AutoCollectRule]:
    """All rules, locked to the end of the transaction: their order is one thing."""
    rows = await session.scalars(
        select(AutoCollectRule)
        .where(AutoCollectRule.firm_id == firm_id, AutoCollectRule.deleted_at.is_(None))
        .order_by(*IN_ORDER)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return rows.all()


async def get_rule(session: AsyncSession, *, firm_id: UUID, rule_id: UUID) -> AutoCollectRule:
    """One rule. Raises ``NotFound``."""
    return find_in(await list_rules(session, firm_id=firm_id), rule_id)


def find_in(rules: Sequence[AutoCollectRule], rule_id: UUID) -> AutoCollectRule:
    """One of these rules. Raises ``NotFound``."""
    for rule in rules:
        if rule.id == rule_id:
            return rule
    raise NotFound("There is no such rule.")


async def next_priority(session: AsyncSession, *, firm_id: UUID) -> int:
    """The place behind all others."""
    last = await session.scalar(
        select(func.max(AutoCollectRule.priority)).where(
            AutoCollectRule.firm_id == firm_id, AutoCollectRule.deleted_at.is_(None)
        )
    )
    return (last or 0) + 1
