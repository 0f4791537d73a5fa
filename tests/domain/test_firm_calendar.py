"""Windows on wall clocks that jump, days that do not exist, hours that come twice."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invoice_tracker.domain.firm_calendar import FirmCalendar

EVERY_DAY = frozenset(range(7))
ZONES = [
    "America/New_York",
    "Europe/London",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Asia/Tehran",
    "America/Sao_Paulo",
]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def night(zone: str, start: time, end: time) -> FirmCalendar:
    return FirmCalendar(zone, start, end, EVERY_DAY)


NEW_YORK = FirmCalendar("America/New_York")


@pytest.mark.parametrize(
    ("zone", "day", "opens", "closes"),
    [
        ("America/New_York", "2026-03-06", "2026-03-06 14:00", "2026-03-06 21:00"),
        ("America/New_York", "2026-03-09", "2026-03-09 13:00", "2026-03-09 20:00"),
        ("America/New_York", "2026-11-02", "2026-11-02 14:00", "2026-11-02 21:00"),
        ("Europe/London", "2026-03-27", "2026-03-27 09:00", "2026-03-27 16:00"),
        ("Europe/London", "2026-03-30", "2026-03-30 08:00", "2026-03-30 15:00"),
        ("Australia/Lord_Howe", "2026-04-03", "2026-04-02 22:00", "2026-04-03 05:00"),
        ("Australia/Lord_Howe", "2026-04-06", "2026-04-05 22:30", "2026-04-06 05:30"),
        ("Asia/Kolkata", "2026-03-06", "2026-03-06 03:30", "2026-03-06 10:30"),
    ],
)
def test_the_window_is_on_the_wall_clock(zone, day, opens, closes):
    firm = FirmCalendar(zone)
    assert firm.opens_at(date.fromisoformat(day)) == utc(opens)
    assert firm.closes_at(date.fromisoformat(day)) == utc(closes)


def test_a_start_that_the_clock_skips_is_the_moment_of_the_jump():
    firm = night("America/New_York", time(2, 30), time(5))
    assert firm.opens_at(date(2026, 3, 8)) == utc("2026-03-08 07:00")


def test_an_end_that_the_clock_skips_is_the_moment_of_the_jump():
    firm = night("America/New_York", time(1), time(2, 30))
    assert firm.closes_at(date(2026, 3, 8)) == utc("2026-03-08 07:00")


def test_a_window_that_the_clock_skips_whole_makes_no_sending_day():
    firm = night("America/New_York", time(2), time(3))
    assert not firm.is_sending_day(date(2026, 3, 8))
    assert firm.next_sending_day(date(2026, 3, 8)) == date(2026, 3, 9)


def test_a_start_that_comes_twice_is_the_second_one():
    firm = night("America/New_York", time(1, 30), time(5))
    assert firm.opens_at(date(2026, 11, 1)) == utc("2026-11-01 06:30")


def test_an_end_that_comes_twice_is_the_first_one():
    firm = night("America/New_York", time(0, 30), time(1, 30))
    assert firm.closes_at(date(2026, 11, 1)) == utc("2026-11-01 05:30")


def test_a_window_that_comes_twice_is_open_once():
    firm = night("America/New_York", time(1, 15), time(1, 45))
    assert firm.opens_at(date(2026, 11, 1)) == utc("2026-11-01 06:15")
    assert firm.closes_at(date(2026, 11, 1)) == utc("2026-11-01 06:45")
    assert not firm.is_open(utc("2026-11-01 05:30"))
    assert firm.is_open(utc("2026-11-01 06:30"))


def test_a_day_that_does_not_exist_is_no_sending_day():
    samoa = FirmCalendar("Pacific/Apia")
    assert not samoa.is_sending_day(date(2011, 12, 30))
    assert samoa.next_sending_day(date(2011, 12, 30)) == date(2012, 1, 2)


def test_the_end_is_not_part_of_the_window():
    assert NEW_YORK.is_open(utc("2026-03-06 20:59"))
    assert not NEW_YORK.is_open(utc("2026-03-06 21:00"))


@pytest.mark.parametrize(
    ("instant", "opening"),
    [
        ("2026-03-06 15:00", "2026-03-06 15:00"),
        ("2026-03-06 10:00", "2026-03-06 14:00"),
        ("2026-03-06 21:00", "2026-03-09 13:00"),
        ("2026-03-07 15:00", "2026-03-09 13:00"),
    ],
)
def test_the_next_opening(instant, opening):
    assert NEW_YORK.next_open(utc(instant)) == utc(opening)


def test_the_day_is_the_firms():
    late_evening = utc("2026-03-03 02:00")
    assert NEW_YORK.local_day(late_evening) == date(2026, 3, 2)
    assert FirmCalendar("Pacific/Auckland").local_day(utc("2026-03-02 12:00")) == date(2026, 3, 3)


def test_an_instant_needs_a_zone():
    with pytest.raises(ValueError, match="time zone"):
        NEW_YORK.local_day(datetime(2026, 3, 2, 12))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("start", "end", "weekdays"),
    [
        (time(9), time(9), EVERY_DAY),
        (time(16), time(9), EVERY_DAY),
        (time(9), time(16), frozenset()),
        (time(9), time(16), frozenset({7})),
    ],
)
def test_a_calendar_that_never_opens_is_refused(start, end, weekdays):
    with pytest.raises(ValueError, match=r"window|weekday"):
        FirmCalendar("UTC", start, end, weekdays)


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from(ZONES),
    st.lists(st.integers(0, 47), min_size=2, max_size=2, unique=True),
    st.datetimes(datetime(2011, 1, 1), datetime(2027, 1, 1)),  # noqa: DTZ001
)
def test_an_open_window_shows_an_hour_within_it(zone, half_hours, moment):
    start, end = sorted(half_hours)
    firm = night(zone, time(*divmod(30 * start, 60)), time(*divmod(30 * end, 60)))
    opening = firm.next_open(moment.replace(tzinfo=UTC))
    assert firm.is_open(opening)
    assert firm.window_start <= firm.local_time(opening).time() < firm.window_end
    last = firm.closes_at(firm.local_day(opening)) - timedelta(seconds=1)
    assert firm.window_start <= firm.local_time(last).time() < firm.window_end
