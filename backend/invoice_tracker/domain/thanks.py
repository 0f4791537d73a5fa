"""When a payment is thanked for: soon, but nobody is woken up by it."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

AFTER_THIS_TOO_LATE = timedelta(days=3)
"""A payment noticed later than this is not thanked for any more."""
FROM, UNTIL = time(7), time(21)
"""Between these a mail leaves at once, by the firm's wall clock."""
MORNING = time(9)
"""When those of the night leave."""


def when_to_thank(now: datetime, zone: ZoneInfo) -> datetime:
    """At once by day, else at nine in the morning; any day of the week."""
    local = now.astimezone(zone)
    if FROM <= local.time() < UNTIL:
        return now
    morning = local.date() + timedelta(days=1 if local.time() >= UNTIL else 0)
    return datetime.combine(morning, MORNING, tzinfo=zone).astimezone(now.tzinfo)
