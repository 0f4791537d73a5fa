"""Which holds are in force, and how they read."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from invoice_tracker.domain.holds import (
    Hold,
    HoldKind,
    HoldReach,
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


@pytest.mark.parametrize(
    ("reach", "words"),
    [
        (HoldReach.invoice, "Paused"),
        (HoldReach.client, "Reminders to this client are paused"),
        (HoldReach.reminder_set, "The set Standard is paused"),
        (HoldReach.firm, "All reminders are paused"),
    ],
)
def test_a_pause_says_how_much_it_stops(reach, words):
    one = replace(hold(), reach=reach, set_name="Standard")
    assert describe_hold(one, "UTC") == words
    until = replace(one, ends_at=NOON, reason="Office move")
    assert describe_hold(until, "UTC") == f"{words} until March 2, 2026: Office move"


def test_a_promise_is_one_sentence():
    one = hold(end=NOON, kind=HoldKind.promise, reason="$500.00 by February 27, 2026")
    assert describe_hold(one, "UTC") == (
        "The client has promised to pay $500.00 by February 27, 2026;"
        " reminders wait until March 2, 2026"
    )


def test_what_a_client_answered_is_the_sentence():
    said = "The client answered on March 2, 2026: I have paid"
    one = hold(end=NOON, kind=HoldKind.client_paid, reason=said)
    assert describe_hold(one, "UTC") == f"{said}; reminders wait until March 2, 2026"
    assert describe_hold(replace(one, reason="", ends_at=None), "UTC") == (
        "The client says that this is paid"
    )


def test_a_person_ends_on_the_invoice_only_what_was_set_on_it():
    assert not hold().is_for_a_person, "it follows from other facts"
    own = replace(hold(), id=uuid4())
    assert own.is_for_a_person
    for reach in set(HoldReach) - {HoldReach.invoice}:
        assert not replace(own, reach=reach).is_for_a_person


def test_only_troubles_of_mail_leave_calls_alone():
    assert {kind for kind in HoldKind if not stops_calls(kind)} == {
        HoldKind.no_address,
        HoldKind.bounced,
        HoldKind.safe_mode,
        HoldKind.sender_unverified,
        HoldKind.other_sender,
        HoldKind.wrong_person,
    }
