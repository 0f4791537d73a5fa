"""Calendar days of a place and instants, one made of the other."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo


def local_day(instant: datetime, time_zone: str) -> date:
    """The calendar day in this IANA zone at an instant."""
    return instant.astimezone(ZoneInfo(time_zone)).date()


def start_of_day(day: date, time_zone: str) -> datetime:
    """The instant at which a day begins in this IANA zone."""
    return datetime.combine(day, time(), tzinfo=ZoneInfo(time_zone))
