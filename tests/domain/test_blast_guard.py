"""When the blast guard stops everything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoice_tracker.domain.blast_guard import Today, most_allowed, reason_to_stop

COUNTS = st.integers(min_value=0, max_value=5_000)


@pytest.mark.parametrize(
    ("expected", "cap", "most"),
    [
        (0, 0, 10),
        (1, 0, 11),
        (19, 0, 29),
        (20, 0, 30),
        (21, 0, 31),
        (40, 0, 60),
        (41, 0, 61),
        (300, 0, 450),
        (300, 200, 200),
        (300, 500, 450),
        (0, 5, 5),
    ],
)
def test_how_many_may_leave(expected: int, cap: int, most: int) -> None:
    assert most_allowed(expected, cap) == most
    assert reason_to_stop(Today(expected, most, cap)) is None
    assert reason_to_stop(Today(expected, most + 1, cap)) is not None


@pytest.mark.parametrize(
    ("today", "words"),
    [
        (Today(40, 120), "120 mails were about to leave where 40 were expected"),
        (Today(0, 11), "11 mails were about to leave where none was expected"),
        (Today(1, 30), "30 mails were about to leave where 1 was expected"),
        (Today(40, 45, cap=42), "45 mails were about to leave where at most 42 may leave a day"),
        (Today(40, 120, cap=42), "120 mails were about to leave where 40 were expected"),
        (Today(0, 2, cap=1), "2 mails were about to leave where at most 1 may leave a day"),
    ],
)
def test_it_says_why(today: Today, words: str) -> None:
    assert reason_to_stop(today) == f"The blast guard has stopped everything: {words}."


@given(expected=COUNTS, about=COUNTS)
def test_what_was_expected_never_stops(expected: int, about: int) -> None:
    if about <= expected:
        assert reason_to_stop(Today(expected, about)) is None


@given(expected=COUNTS, about=COUNTS, cap=COUNTS)
def test_more_mails_never_make_it_safer(expected: int, about: int, cap: int) -> None:
    if reason_to_stop(Today(expected, about, cap)) is not None:
        assert reason_to_stop(Today(expected, about + 1, cap)) is not None


@given(expected=COUNTS, about=COUNTS, cap=COUNTS)
def test_a_bigger_forecast_never_stops_more(expected: int, about: int, cap: int) -> None:
    if reason_to_stop(Today(expected, about, cap)) is None:
        assert reason_to_stop(Today(expected + 1, about, cap)) is None
