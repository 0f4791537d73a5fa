"""Which days a report is about, in the firm's time zone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated

from fastapi import Depends
from sqlalchemy import ColumnElement, Date, cast, func
from sqlalchemy.orm import InstrumentedAttribute

from invoice_tracker.accounts.deps import Reader
from invoice_tracker.core.deps import ClockDep
from invoice_tracker.core.errors import Invalid
from invoice_tracker.domain.local_days import local_day, start_of_day
from invoice_tracker.payments.filtering import DayParam

MOST_PARTS = 400
"""Columns of a chart; more of them nobody can read."""
DEFAULT_MONTHS = 12


class Unit(StrEnum):
    """How long each part of a period is. Weeks start on Monday."""

    day = "day"
    week = "week"
    month = "month"


@dataclass(frozen=True, slots=True)
class Period:
    """Days of a firm, both ends included."""

    first: date
    last: date
    time_zone: str

    @property
    def since(self) -> datetime:
        """The instant at which the first day begins."""
        return start_of_day(self.first, self.time_zone)

    @property
    def before(self) -> datetime:
        """The instant at which the last day is over."""
        return start_of_day(self.last + timedelta(days=1), self.time_zone)


def read_period(
    principal: Reader, clock: ClockDep, from_day: DayParam = None, to_day: DayParam = None
) -> Period:
    """What the query string asks for; without it the last twelve months, this one too.

    Raises ``Invalid`` for a last day before the first one.
    """
    zone = principal.firm_time_zone
    last = to_day or local_day(clock.now(), zone)
    first = from_day or _months_before(last, DEFAULT_MONTHS - 1)
    if last < first:
        raise Invalid("The last day is before the first one.")
    return Period(first, last, zone)


PeriodDep = Annotated[Period, Depends(read_period)]


def _months_before(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 - months
    return date(max(1, index // 12), index % 12 + 1, 1)


def start_of(day: date, unit: Unit) -> date:
    """The first day of the part in which a day lies."""
    if unit is Unit.month:
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if unit is Unit.week else day


def parts_of(period: Period, unit: Unit) -> Iterator[tuple[date, date]]:
    """First and last day of each part, cut to the period. Raises ``Invalid`` for too many."""
    if (period.last - period.first).days // {"day": 1, "week": 7, "month": 28}[unit] > MOST_PARTS:
        raise Invalid("That is too long for this step. Choose longer steps or a shorter time.")
    first = period.first
    while first <= period.last:
        last = min(period.last, _end_of(first, unit))
        yield first, last
        first = last + timedelta(days=1)


def _end_of(day: date, unit: Unit) -> date:
    start = start_of(day, unit)
    if unit is Unit.month:
        return (start + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return start + timedelta(days=6) if unit is Unit.week else start


def day_of(instant: InstrumentedAttribute[datetime], time_zone: str) -> ColumnElement[date]:
    """The firm's calendar day of a column."""
    return cast(func.timezone(time_zone, instant), Date)
