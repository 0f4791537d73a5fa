"""Each line of the health report: how it stands, in which words, and what to do about it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from invoice_tracker.domain.health_report import (
    Connection,
    Facts,
    Line,
    Nightly,
    Standing,
    age,
    report,
    worst,
)

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def ago(**delta: float) -> datetime:
    return NOW - timedelta(**delta)


CLIO = Connection(works=True, since=ago(days=9), last_at=ago(minutes=4))
STRIPE = Connection(works=True, since=ago(days=9), last_at=ago(hours=3))
HEALTHY = Facts(
    now=NOW,
    clio=CLIO,
    clio_events_set_up=True,
    clio_event_at=ago(hours=2),
    stripe=STRIPE,
    stripe_asked_at=ago(minutes=9),
    last_sent_at=ago(hours=1),
    workers={"a-1": ago(seconds=20)},
    reconciliation=Nightly(ago(hours=12)),
    proof=Nightly(ago(hours=11)),
)


def line(facts: Facts, key: str) -> Line:
    [found] = [line for line in report(facts) if line.key == key]
    return found


def test_a_healthy_firm_has_only_good_lines_without_advice() -> None:
    lines = report(HEALTHY)
    assert worst(lines) is Standing.good
    assert [each.advice for each in lines] == [None] * 10


def test_a_new_firm_is_told_what_to_connect_and_nothing_is_wrong() -> None:
    lines = report(Facts(now=NOW, workers={"a-1": NOW}))
    assert worst(lines) is Standing.notice
    assert {each.key for each in lines if each.advice} == {"clio_sync", "stripe"}


GOOD, NOTICE, BAD = Standing.good, Standing.notice, Standing.bad


@pytest.mark.parametrize(
    ("changes", "key", "standing", "words"),
    [
        (
            {"workers": {"a-1": ago(minutes=12)}},
            "worker:a-1",
            BAD,
            "Not seen for 12 minutes: nothing is",
        ),
        ({"workers": {"a-1": ago(hours=3), "b-2": NOW}}, "worker:a-1", NOTICE, "Another one does"),
        (
            {"workers": {"a-1": ago(hours=3), "b-2": NOW}},
            "worker:b-2",
            GOOD,
            "At work a moment ago.",
        ),
        ({"workers": {}}, "workers", BAD, "No worker has been seen"),
        ({"workers": None}, "workers", BAD, "does not answer"),
        (
            {"clio": replace(CLIO, last_at=ago(minutes=50))},
            "clio_sync",
            NOTICE,
            "Read 50 minutes ago.",
        ),
        (
            {"clio": replace(CLIO, last_at=ago(hours=5), error="Clio is away.")},
            "clio_sync",
            BAD,
            "Read 5 hours ago. Clio is away.",
        ),
        ({"clio": replace(CLIO, last_at=None)}, "clio_sync", BAD, "Not read in 9 days."),
        ({"clio": replace(CLIO, works=False)}, "clio_sync", BAD, "no longer accepts"),
        ({"clio_events_problem": "Clio has suspended them."}, "clio_webhooks", NOTICE, "suspended"),
        ({"clio_events_set_up": False}, "clio_webhooks", GOOD, "every 15 minutes"),
        (
            {
                "waiting_mails": 3,
                "oldest_mail_due_at": ago(days=1),
                "oldest_mail_reason": "Safe Mode is on.",
            },
            "mail_queue",
            NOTICE,
            "3 e-mails. The oldest waits: Safe Mode is on.",
        ),
        (
            {"waiting_mails": 1, "oldest_mail_due_at": ago(hours=2)},
            "mail_queue",
            BAD,
            "1 e-mail. The oldest was due 2 hours ago.",
        ),
        (
            {"waiting_mails": 1, "oldest_mail_due_at": ago(hours=2), "window_is_open": False},
            "mail_queue",
            GOOD,
            "next sending hours",
        ),
        (
            {"waiting_mails": 2, "oldest_mail_due_at": ago(hours=-1)},
            "mail_queue",
            GOOD,
            "for its time",
        ),
        (
            {"retried_mails": 2, "retry_reason": "It refused the connection."},
            "mail_server",
            BAD,
            "2 e-mails are being tried again. It refused the connection. It last took",
        ),
        ({"last_sent_at": None}, "mail_server", GOOD, "Not used yet."),
        ({"stripe": replace(STRIPE, works=False)}, "stripe", BAD, "no longer accepts our key"),
        (
            {"stripe_asked_at": ago(hours=4)},
            "stripe",
            BAD,
            "last asked for missed ones 4 hours ago",
        ),
        (
            {
                "open_events": 4,
                "oldest_event_at": ago(minutes=30),
                "oldest_event_problem": "Stripe is away.",
            },
            "events_to_handle",
            BAD,
            "4 events. The oldest waits for 30 minutes. Stripe is away.",
        ),
        (
            {"open_events": 1, "oldest_event_at": ago(seconds=5)},
            "events_to_handle",
            GOOD,
            "1 event",
        ),
        ({"reconciliation": Nightly(ago(days=3))}, "reconciliation", BAD, "Last made 3 days ago"),
        (
            {"proof": Nightly(ago(hours=9), "Stripe refused.")},
            "payment_proof",
            BAD,
            "failed: Stripe refused.",
        ),
        ({"proof": Nightly(None)}, "payment_proof", GOOD, "tonight"),
        ({"clock_difference": timedelta(minutes=-3)}, "clock", BAD, "differ by 3 minutes"),
        ({"clock_difference": timedelta(seconds=5)}, "clock", GOOD, "agree"),
        ({"clock_is_movable": True}, "clock", NOTICE, "can be moved"),
    ],
)
def test_a_line(changes: dict[str, Any], key: str, standing: Standing, words: str) -> None:
    found = line(replace(HEALTHY, **changes), key)
    assert (found.standing, words in found.sentence) == (standing, True), found
    assert found.advice or standing is GOOD, "what is not good says what to do"


@pytest.mark.parametrize(
    ("delta", "words"),
    [
        (timedelta(seconds=-4), "a moment"),
        (timedelta(seconds=59), "a moment"),
        (timedelta(seconds=60), "1 minute"),
        (timedelta(minutes=119), "1 hour"),
        (timedelta(days=2, hours=23), "2 days"),
    ],
)
def test_ages(delta: timedelta, words: str) -> None:
    assert age(delta) == words
