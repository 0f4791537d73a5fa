"""When a firm's mail may leave: time zone, weekdays, days off, window of the day."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

MONDAY_TO_FRIDAY = frozenset({0, 1, 2, 3, 4})
_SEARCH_LIMIT = 366


class DaysOff:
    """Days on which a firm sends nothing, each with its reason, such as ``Labor Day``."""

    def __init__(self, reasons: Mapping[date, str]) -> None:
        self._reasons = dict(reasons)
        self._hash = hash(frozenset(self._reasons.items()))

    def __contains__(self, day: object) -> bool:
        return day in self._reasons

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DaysOff) and self._reasons == other._reasons

    def __hash__(self) -> int:
        # Hashed once: calendars are keys of caches.
        return self._hash

    def reason(self, day: date) -> str | None:
        """Why this day is off; nothing if it is not."""
        return self._reasons.get(day)


NO_DAYS_OFF = DaysOff({})


@dataclass(frozen=True, slots=True)
class FirmCalendar:
    """A firm's sending days and hours.

    ``time_zone`` is an IANA name; the window is local wall time, the end not included;
    weekdays count from Monday = 0; ``days_off`` are public holidays and closures. Raises
    ``ValueError`` for an empty window or no weekday, ``zoneinfo.ZoneInfoNotFoundError`` for an
    unknown zone.
    """

    time_zone: str
    window_start: time = time(9)
    window_end: time = time(16)
    sending_weekdays: frozenset[int] = MONDAY_TO_FRIDAY
    days_off: DaysOff = field(default=NO_DAYS_OFF, repr=False)

    def __post_init__(self) -> None:
        ZoneInfo(self.time_zone)
        if self.window_start >= self.window_end:
            raise ValueError("the sending window must end after it starts")
        if not self.sending_weekdays or not self.sending_weekdays <= frozenset(range(7)):
            raise ValueError("sending weekdays are numbers from 0 (Monday) to 6, at least one")

    def local_day(self, instant: datetime) -> date:
        """The firm's calendar day at an instant."""
        return self.local_time(instant).date()

    def local_time(self, instant: datetime) -> datetime:
        """The instant on the firm's wall clock. Raises ``ValueError`` without a time zone."""
        if instant.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return instant.astimezone(ZoneInfo(self.time_zone))

    def is_sending_day(self, day: date) -> bool:
        """Whether mail may leave on this day at all."""
        return (
            day.weekday() in self.sending_weekdays
            and day not in self.days_off
            and _opens(self, day) < _closes(self, day)
        )

    def next_sending_day(self, day: date) -> date:
        """The day itself if it is a sending day, else the first one after it."""
        for ahead in range(_SEARCH_LIMIT):
            candidate = day + timedelta(days=ahead)
            if self.is_sending_day(candidate):
                return candidate
        raise ValueError(f"no sending day within a year of {day}")

    def business_days_after(self, day: date, count: int) -> date:
        """The day that lies ``count`` sending days after this one, or before it if negative.

        With 0 the day itself, whether or not it is one. Raises ``ValueError`` if it lies too far.
        """
        return _business_days_after(self, day, count)

    def opens_at(self, day: date) -> datetime:
        """When the window of this day opens, in UTC, whether or not it is a sending day."""
        return _opens(self, day)

    def closes_at(self, day: date) -> datetime:
        """When the window of this day closes, in UTC; at this instant it is closed."""
        return _closes(self, day)

    def is_open(self, instant: datetime) -> bool:
        """Whether mail may leave at this instant."""
        day = self.local_day(instant)
        return self.is_sending_day(day) and _opens(self, day) <= instant < _closes(self, day)

    def next_open(self, instant: datetime) -> datetime:
        """The instant itself if the window is open, else the next opening, in UTC."""
        if self.is_open(instant):
            return instant
        today = self.local_day(instant)
        day = self.next_sending_day(today)
        if day == today and instant >= _closes(self, day):
            day = self.next_sending_day(today + timedelta(days=1))
        return _opens(self, day)


# Where clocks go back a wall time comes twice: the window opens at the second and closes at the
# first, so that both readings of the clock lie within it. Where both ends come twice, the second
# round counts. Where clocks go forward a missing wall time means the moment of the jump.


@lru_cache(maxsize=8192)
def _business_days_after(calendar: FirmCalendar, day: date, count: int) -> date:
    step = timedelta(days=1 if count > 0 else -1)
    for _ in range(abs(count)):
        for _ in range(_SEARCH_LIMIT):
            day += step
            if calendar.is_sending_day(day):
                break
        else:
            raise ValueError(f"no sending day within a year of {day}")
    return day


@lru_cache(maxsize=8192)
def _opens(calendar: FirmCalendar, day: date) -> datetime:
    return _readings(calendar.time_zone, day, calendar.window_start)[1]


@lru_cache(maxsize=8192)
def _closes(calendar: FirmCalendar, day: date) -> datetime:
    first, second = _readings(calendar.time_zone, day, calendar.window_end)
    return first if first > _opens(calendar, day) else second


def _readings(time_zone: str, day: date, wall: time) -> tuple[datetime, datetime]:
    """The first and the last instant at which the wall clock shows this time on this day."""
    zone = ZoneInfo(time_zone)
    local = datetime.combine(day, wall, tzinfo=zone)
    early = local.replace(fold=0).astimezone(UTC)
    late = local.replace(fold=1).astimezone(UTC)
    if early.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return early, late
    jump = _jump_between(zone, late, early)
    return jump, jump


def _jump_between(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The instant, to the second, at which the zone's offset changes between two instants."""
    old = before.astimezone(zone).utcoffset()
    low, high = int(before.timestamp()), int(after.timestamp())
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, tz=zone).utcoffset() == old:
            low = middle
        else:
            high = middle
    return datetime.fromtimestamp(high, tz=UTC)
