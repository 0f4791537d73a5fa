"""Which invoices a rule may concern: a first sieve in SQL, before the pure rules look at each."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.auto_collect.facts import MAY_START_AGAIN
from invoice_tracker.collections.models import Collection
from invoice_tracker.domain.auto_collect import Rule
from invoice_tracker.invoices.models import ClioState, Invoice, Matter


async def find_invoices(
    session: AsyncSession,
    *,
    firm_id: UUID,
    rules: Sequence[Rule],
    today: date,
    without_past: bool,
) -> list[UUID]:
    """Ids of open invoices that one of the rules may fit; none that does fit is missing.

    ``without_past``: only those that no rule has to leave alone for what was before.
    """
    if not rules:
        return []
    query = select(Invoice.id).where(
        Invoice.firm_id == firm_id,
        Invoice.clio_state == ClioState.awaiting_payment,
        or_(*(_may_fit(rule, firm_id, today) for rule in rules)),
    )
    if without_past:
        had = select(Collection.id).where(Collection.invoice_id == Invoice.id, ~MAY_START_AGAIN)
        query = query.where(~had.exists())
    return list(await session.scalars(query.order_by(Invoice.id)))


def _may_fit(rule: Rule, firm_id: UUID, today: date) -> ColumnElement[bool]:
    asked: list[ColumnElement[bool]] = []
    if rule.min_days_overdue is not None:
        asked.append(Invoice.due_on <= today - timedelta(days=rule.min_days_overdue))
    if rule.max_days_overdue is not None:
        asked.append(Invoice.due_on >= today - timedelta(days=rule.max_days_overdue))
    if rule.min_balance_minor is not None:
        # Never less than what is owed: payments that Clio does not show yet only lower it.
        asked.append(Invoice.clio_balance_minor >= rule.min_balance_minor)
    if rule.currency is not None:
        asked.append(Invoice.currency == rule.currency)
    if rule.client_ids:
        asked.append(Invoice.client_id.in_(rule.client_ids))
    if rule.matter_ids:
        asked.append(_has_any(list(rule.matter_ids)))
    if rule.attorneys:
        asked.append(_of_matters(firm_id, func.lower(Matter.attorney_name), rule.attorneys))
    if rule.practice_areas:
        asked.append(_of_matters(firm_id, func.lower(Matter.practice_area), rule.practice_areas))
    return and_(true(), *asked)


def _of_matters(
    firm_id: UUID, name: ColumnElement[str], wanted: frozenset[str]
) -> ColumnElement[bool]:
    """Invoices with a matter of this name, looked up once and not for each invoice."""
    lowered = [func.lower(each) for each in sorted(wanted)]
    ids = select(Matter.id).where(Matter.firm_id == firm_id, name.in_(lowered))
    return _has_any(func.array(ids.scalar_subquery()))


def _has_any(matter_ids: object) -> ColumnElement[bool]:
    return Invoice.matter_ids.bool_op("&&")(matter_ids)
