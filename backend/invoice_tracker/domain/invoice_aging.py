"""How late an invoice is."""

from datetime import date
from enum import StrEnum


class AgeBucket(StrEnum):
    """The columns of an ageing report, in days overdue."""

    not_due = "not_due"
    days_1_30 = "days_1_30"
    days_31_60 = "days_31_60"
    days_61_90 = "days_61_90"
    days_91_plus = "days_91_plus"


def days_overdue(due_on: date, today: date) -> int:
    """Days since the due day: 0 on the day itself, negative before it."""
    return (today - due_on).days


def is_overdue(due_on: date, today: date) -> bool:
    """Whether the due day has passed; on the day itself there is still time to pay."""
    return due_on < today


def age_bucket(due_on: date, today: date) -> AgeBucket:
    """The column of the ageing report in which the invoice stands."""
    late = days_overdue(due_on, today)
    if late <= 0:
        return AgeBucket.not_due
    if late <= 30:
        return AgeBucket.days_1_30
    if late <= 60:
        return AgeBucket.days_31_60
    return AgeBucket.days_61_90 if late <= 90 else AgeBucket.days_91_plus
