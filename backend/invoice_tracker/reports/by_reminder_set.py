"""Collected by reminder set and step: which reminder the money came after.

A payment is credited to the last reminder that was sent about its invoice before the payment was
made, if it is not older than the window. It says what came after what, not what caused what.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, Subquery, func, literal, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.models import Reminder, ReminderState
from invoice_tracker.domain.reminder_schedule import StepKind
from invoice_tracker.payments.models import HAS_MONEY, Payment
from invoice_tracker.reminder_sets.models import ReminderSet, ReminderSetVersion, ReminderStep
from invoice_tracker.reports.periods import Period

DEFAULT_WINDOW_DAYS = 14
LONGEST_WINDOW_DAYS = 90


@dataclass(frozen=True, slots=True)
class StepResult:
    """One step of one set in one currency. ``step_id`` is the same in every version of the set."""

    reminder_set_id: UUID
    reminder_set_name: str
    step_id: UUID
    position: int
    subject: str
    currency: str
    sent: int
    payments: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Uncredited:
    """Money of one currency that came after no reminder within the window."""

    currency: str
    payments: int
    amount_minor: int


async def load_by_reminder_set(
    session: AsyncSession, *, firm_id: UUID, period: Period, window_days: int
) -> tuple[list[StepResult], list[Uncredited]]:
    """Every step that sent something or is credited with something; and what no step is.

    Together they are what was collected in the period, refunds taken off.
    """
    paid = _paid(firm_id, period, window_days)
    sent = _sent(firm_id, period)
    either = paid.union_all(sent).subquery()
    steps = _steps(firm_id)
    rows = await session.execute(
        select(
            either.c.currency,
            either.c.lineage_id,
            func.sum(either.c.sent).label("sent"),
            func.sum(either.c.payments).label("payments"),
            func.sum(either.c.amount).label("amount"),
            steps.c.set_id,
            steps.c.set_name,
            steps.c.position,
            steps.c.subject,
        )
        .outerjoin(steps, steps.c.lineage_id == either.c.lineage_id)
        .group_by(
            either.c.currency,
            either.c.lineage_id,
            steps.c.set_id,
            steps.c.set_name,
            steps.c.position,
            steps.c.subject,
        )
        .order_by(either.c.currency, func.lower(steps.c.set_name), steps.c.position)
    )
    found = rows.all()
    return (
        [_result(row) for row in found if row.lineage_id is not None],
        [
            Uncredited(row.currency, int(row.payments), int(row.amount))
            for row in found
            if row.lineage_id is None
        ],
    )


def _result(row: Row[*tuple[Any, ...]]) -> StepResult:
    return StepResult(
        reminder_set_id=row.set_id,
        reminder_set_name=row.set_name,
        step_id=row.lineage_id,
        position=row.position,
        subject=row.subject,
        currency=row.currency,
        sent=int(row.sent),
        payments=int(row.payments),
        amount_minor=int(row.amount),
    )


def _paid(firm_id: UUID, period: Period, window_days: int) -> Select[str, UUID, int, int, int]:
    last = (
        select(Reminder.step_id)
        .where(
            Reminder.firm_id == firm_id,
            Reminder.invoice_id == Payment.invoice_id,
            Reminder.state == ReminderState.sent,
            Reminder.kind == StepKind.email,
            Reminder.ended_at <= Payment.created_at,
            Reminder.ended_at >= Payment.created_at - timedelta(days=window_days),
        )
        .order_by(Reminder.ended_at.desc(), Reminder.id)
        .limit(1)
        .correlate(Payment)
        .lateral()
    )
    return (
        select(
            Payment.currency,
            ReminderStep.lineage_id,
            literal(0).label("sent"),
            func.count().label("payments"),
            func.sum(Payment.amount_minor - Payment.refunded_minor).label("amount"),
        )
        .select_from(Payment)
        .outerjoin(last, true())
        .outerjoin(ReminderStep, ReminderStep.id == last.c.step_id)
        .where(
            Payment.firm_id == firm_id,
            Payment.created_at >= period.since,
            Payment.created_at < period.before,
            Payment.state.in_(HAS_MONEY),
        )
        .group_by(Payment.currency, ReminderStep.lineage_id)
    )


def _sent(firm_id: UUID, period: Period) -> Select[str, UUID, int, int, int]:
    return (
        select(
            Reminder.currency,
            ReminderStep.lineage_id,
            func.count().label("sent"),
            literal(0).label("payments"),
            literal(0).label("amount"),
        )
        .join(ReminderStep, ReminderStep.id == Reminder.step_id)
        .where(
            Reminder.firm_id == firm_id,
            Reminder.state == ReminderState.sent,
            Reminder.kind == StepKind.email,
            Reminder.ended_at >= period.since,
            Reminder.ended_at < period.before,
        )
        .group_by(Reminder.currency, ReminderStep.lineage_id)
    )


def _steps(firm_id: UUID) -> Subquery:
    """Each step as it stands in the latest version that has it."""
    latest = ReminderSetVersion.version.desc()
    return (
        select(
            ReminderStep.lineage_id,
            ReminderSet.id.label("set_id"),
            ReminderSet.name.label("set_name"),
            func.array_agg(aggregate_order_by(ReminderStep.position, latest))[1].label("position"),
            func.array_agg(aggregate_order_by(ReminderStep.subject, latest))[1].label("subject"),
        )
        .join(ReminderSetVersion, ReminderSetVersion.id == ReminderStep.version_id)
        .join(ReminderSet, ReminderSet.id == ReminderSetVersion.reminder_set_id)
        .where(ReminderStep.firm_id == firm_id)
        .group_by(ReminderStep.lineage_id, ReminderSet.id, ReminderSet.name)
        .subquery("steps")
    )
