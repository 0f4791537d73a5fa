"""Forecast: what may come in during the next weeks. An estimate, and labelled as one."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Row, cast, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.models import HoldRow, Promise, PromiseState
from invoice_tracker.domain.collection_forecast import (
    HISTORY_DAYS,
    Basis,
    Habit,
    OpenInvoice,
    expect,
)
from invoice_tracker.domain.holds import HoldKind
from invoice_tracker.invoices.models import ClioState, Invoice
from invoice_tracker.payments.balances import open_invoices
from invoice_tracker.payments.models import HAS_MONEY, Payment
from invoice_tracker.reports.ageing import Owed
from invoice_tracker.reports.periods import day_of

WEEKS = 12
Habits = dict[UUID | None, Habit]
"""By client; of all clients together under nothing."""


@dataclass(slots=True)
class ForecastWeek:
    """Seven days, and what may come in them in minor units."""

    starts_on: date
    promised_minor: int = 0
    usual_minor: int = 0

    @property
    def ends_on(self) -> date:
        """Its last day."""
        return self.starts_on + timedelta(days=6)


@dataclass(slots=True)
class CurrencyForecast:
    """All that is owed in one currency: in a week, later, or without a day."""

    weeks: list[ForecastWeek]
    later_minor: int = 0
    without: dict[Basis, Owed] = field(default_factory=lambda: defaultdict(Owed))


@dataclass(frozen=True, slots=True)
class Forecast:
    """By currency; and how late invoices were paid as a rule, if enough are known."""

    by_currency: dict[str, CurrencyForecast]
    usual: Habit | None


async def load_forecast(
    session: AsyncSession, *, firm_id: UUID, now: datetime, today: date, time_zone: str
) -> Forecast:
    """What may come of everything that is owed now. The first week starts today."""
    habits = await _habits(session, firm_id, now - timedelta(days=HISTORY_DAYS), time_zone)
    found: dict[str, CurrencyForecast] = {}
    for row in await _open(session, firm_id, now):
        if row.currency not in found:
            found[row.currency] = CurrencyForecast(_weeks(today))
        _add(found[row.currency], row, habits, today)
    return Forecast(dict(sorted(found.items())), habits.get(None))


def _weeks(today: date) -> list[ForecastWeek]:
    return [ForecastWeek(today + timedelta(days=7 * week)) for week in range(WEEKS)]


def _add(here: CurrencyForecast, row: Row[Any], habits: Habits, today: date) -> None:
    invoice = OpenInvoice(
        balance_minor=int(row.balance),
        due_on=row.due_on,
        is_disputed=row.is_disputed,
        promised_on=row.promised_on,
        promised_minor=row.promised_minor or 0,
    )
    client = habits.get(row.client_id) if row.client_id else None
    for part in expect(invoice, today=today, client=client, firm=habits.get(None)):
        if part.on is None:
            here.without[part.basis].add(1, part.amount_minor)
            continue
        week = (part.on - today).days // 7
        if week >= WEEKS:
            here.later_minor += part.amount_minor
        elif part.basis is Basis.promise:
            here.weeks[week].promised_minor += part.amount_minor
        else:
            here.weeks[week].usual_minor += part.amount_minor


async def _habits(session: AsyncSession, firm_id: UUID, since: datetime, time_zone: str) -> Habits:
    paid = (
        select(
            Invoice.client_id,
            (cast(func.max(day_of(Payment.created_at, time_zone)), Date) - Invoice.due_on).label(
                "days_late"
            ),
        )
        .join(Payment, Payment.invoice_id == Invoice.id)
        .where(
            Invoice.firm_id == firm_id,
            Invoice.clio_state == ClioState.paid,
            Invoice.due_on.is_not(None),
            Payment.firm_id == firm_id,
            Payment.created_at >= since,
            Payment.state.in_(HAS_MONEY),
        )
        .group_by(Invoice.id)
        .subquery()
    )
    median = func.percentile_disc(0.5).within_group(paid.c.days_late)
    everyone = func.grouping(paid.c.client_id)
    rows = await session.execute(
        select(paid.c.client_id, everyone, median, func.count()).group_by(
            func.rollup(paid.c.client_id)
        )
    )
    return {
        None if is_everyone else client_id: Habit(int(days_late), count)
        for client_id, is_everyone, days_late, count in rows
        if count and (is_everyone or client_id is not None)
    }


async def _open(session: AsyncSession, firm_id: UUID, now: datetime) -> Sequence[Row[Any]]:
    owed = open_invoices(firm_id)
    disputed = exists().where(
        HoldRow.firm_id == firm_id,
        HoldRow.invoice_id == owed.c.id,
        HoldRow.kind == HoldKind.dispute,
        HoldRow.released_at.is_(None),
        HoldRow.starts_at <= now,
    )
    rows = await session.execute(
        select(
            owed.c.client_id,
            owed.c.currency,
            owed.c.due_on,
            owed.c.balance,
            disputed.label("is_disputed"),
            Promise.promised_on,
            Promise.amount_minor.label("promised_minor"),
        ).outerjoin(
            Promise,
            (Promise.invoice_id == owed.c.id)
            & (Promise.firm_id == firm_id)
            & (Promise.state == PromiseState.open),
        )
    )
    return rows.all()
