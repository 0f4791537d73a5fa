"""Days sales outstanding (DSO): how many days of billing are still unpaid, by counting back.

The count-back method of credit managers: take what is owed today, and pay it off in thought with
the bills of the latest month, then of the month before, and so on. Each month that is used up
counts with all its days, the last one with its share. Unlike receivables / billed x days it is not
thrown off by a firm that bills much in one month and little in the next.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

MONTHS_BACK = 24
"""How far it counts back. What is owed beyond makes the answer *at least so many days*."""


@dataclass(frozen=True, slots=True)
class BilledMonth:
    """A calendar month, the present one until today, and what was billed in it in minor units."""

    starts_on: date
    ends_on: date
    billed_minor: int

    @property
    def days(self) -> int:
        """How many days it has, both ends included."""
        return (self.ends_on - self.starts_on).days + 1


@dataclass(frozen=True, slots=True)
class CountedMonth:
    """How many days of a month still wait for their money."""

    month: BilledMonth
    days: Fraction


@dataclass(frozen=True, slots=True)
class CountBack:
    """The answer and how it came about, the latest month first.

    ``is_at_least``: more is owed than was billed in all the months that were looked at.
    """

    days: Fraction
    months: tuple[CountedMonth, ...]
    is_at_least: bool


def months_back(today: date, count: int = MONTHS_BACK) -> list[tuple[date, date]]:
    """First and last day of the latest months, the present one first, which ends today."""
    found = [(today.replace(day=1), today)]
    while len(found) < count:
        last = found[-1][0] - timedelta(days=1)
        found.append((last.replace(day=1), last))
    return found


def count_back(receivable_minor: int, months: Sequence[BilledMonth]) -> CountBack:
    """DSO of what is owed (minor units), by the months billed, the latest first."""
    left = max(0, receivable_minor)
    counted: list[CountedMonth] = []
    for month in months:
        if left == 0:
            break
        billed = max(0, month.billed_minor)
        share = Fraction(min(left, billed), billed) if left < billed else Fraction(1)
        counted.append(CountedMonth(month, share * month.days))
        left -= min(left, billed)
    total = sum((each.days for each in counted), Fraction(0))
    return CountBack(days=total, months=tuple(counted), is_at_least=left > 0)
