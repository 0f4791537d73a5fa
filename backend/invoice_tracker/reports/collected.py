"""Collected: the money that came in, part by part of a period."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.payments.models import HAS_MONEY, Payment, PaymentSource
from invoice_tracker.reports.periods import Period, Unit, day_of, parts_of, start_of


@dataclass(slots=True)
class Received:
    """How many payments, how much they brought and how much of it was given back (minor units)."""

    count: int = 0
    received_minor: int = 0
    refunded_minor: int = 0

    @property
    def net_minor(self) -> int:
        """What the firm kept."""
        return self.received_minor - self.refunded_minor

    def add(self, other: "Received") -> None:
        """Count these too."""
        self.count += other.count
        self.received_minor += other.received_minor
        self.refunded_minor += other.refunded_minor


@dataclass(frozen=True, slots=True)
class CollectedPart:
    """One part of the period, by where the money was seen."""

    starts_on: date
    ends_on: date
    by_source: dict[PaymentSource, Received]


def total_of(parts: list[CollectedPart]) -> Received:
    """The sum of everything."""
    total = Received()
    for part in parts:
        for received in part.by_source.values():
            total.add(received)
    return total


async def load_collected(
    session: AsyncSession, *, firm_id: UUID, period: Period, unit: Unit
) -> dict[str, list[CollectedPart]]:
    """For each currency every part of the period, empty ones too.

    By the day on which a payment came in and with the same states that count as money, so that the
    sums are those of the list of payments. Raises ``Invalid`` for too many parts.
    """
    parts = list(parts_of(period, unit))
    day = day_of(Payment.created_at, period.time_zone)
    rows = await session.execute(
        select(
            Payment.currency,
            day,
            Payment.source,
            func.count(),
            func.sum(Payment.amount_minor),
            func.sum(Payment.refunded_minor),
        )
        .where(
            Payment.firm_id == firm_id,
            Payment.created_at >= period.since,
            Payment.created_at < period.before,
            Payment.state.in_(HAS_MONEY),
        )
        .group_by(Payment.currency, day, Payment.source)
        .order_by(Payment.currency)
    )
    found: dict[str, dict[date, dict[PaymentSource, Received]]] = {}
    for currency, on, source, count, received, refunded in rows:
        by_start = found.setdefault(currency, defaultdict(lambda: defaultdict(Received)))
        by_start[start_of(on, unit)][source].add(Received(count, int(received), int(refunded)))
    return {currency: list(_fill(parts, by_start, unit)) for currency, by_start in found.items()}


def _fill(
    parts: list[tuple[date, date]],
    found: dict[date, dict[PaymentSource, Received]],
    unit: Unit,
) -> Iterator[CollectedPart]:
    for first, last in parts:
        here = found.get(start_of(first, unit), {})
        yield CollectedPart(
            first, last, {source: here.get(source, Received()) for source in PaymentSource}
        )
