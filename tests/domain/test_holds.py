"""Which holds are in force, and how they read."""

from datetime import UTC, datetime, timedelta

from invoice_tracker.domain.holds import (
    Hold,
    HoldKind,
    active_holds,
    describe,
    describe_hold,
    stops_calls,
)

NOON = datetime(2026, 3, 2, 17, tzinfo=UTC)
HOUR = timedelta(hours=1)


def hold(start=None, end=None, kind=HoldKind.paused, reason=""):
    return Hold(kind, reason, start or NOON - HOUR, end)


def test_a_hold_begins_at_its_start_and_is_over_at_its_end():
    one = hold(NOON, NOON + HOUR)
    assert active_holds([one], NOON - timedelta(seconds=1)) == []
    assert active_holds([one], NOON) == [one]
    assert active_holds([one], NOON + HOUR) == []


def test_the_longest_comes_first():
    short, long, endless = hold(end=NOON + HOUR), hold(end=NOON + 2 * HOUR), hold()
    assert active_holds([short, endless, long], NOON) == [endless, long, short]


def test_every_kind_has_words_of_its_own():
    words = [describe(kind) for kind in HoldKind]
    assert len(set(words)) == len(words)
    assert all(text and not text.endswith(".") for text in words)


def test_the_end_is_told_as_the_firms_day():
    midnight = datetime(2026, 3, 10, 4, tzinfo=UTC)
    one = hold(end=midnight, reason="On vacation")
    assert describe_hold(one, "America/New_York") == "Paused until March 10, 2026: On vacation"
    assert describe_hold(one, "America/Los_Angeles") == "Paused until March 9, 2026: On vacation"
    assert describe_hold(hold(), "UTC") == "Paused"


def test_only_troubles_of_mail_leave_calls_alone():
    assert {kind for kind in HoldKind if not stops_calls(kind)} == {
        HoldKind.no_address,
        HoldKind.bounced,
        HoldKind.safe_mode,
        HoldKind.sender_unverified,
        HoldKind.other_sender,
    }
