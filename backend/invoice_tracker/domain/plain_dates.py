"""Days and times in words, the same in mails, explanations and notes."""

from datetime import date, datetime

MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def in_words(day: date) -> str:
    """``March 3, 2026``."""
    return f"{MONTHS[day.month - 1]} {day.day}, {day.year}"


def weekday(day: date) -> str:
    """``Tuesday``."""
    return _WEEKDAYS[day.weekday()]


def with_weekday(day: date) -> str:
    """``Tuesday, March 3, 2026``."""
    return f"{weekday(day)}, {in_words(day)}"


def time_of_day(local: datetime) -> str:
    """``9:05 AM``, of an instant that is already on the reader's wall clock."""
    return f"{local.hour % 12 or 12}:{local.minute:02d} {'AM' if local.hour < 12 else 'PM'}"


def number_of_days(count: int) -> str:
    """``1 day``, ``5 days``."""
    return f"{count} day" if count == 1 else f"{count} days"
