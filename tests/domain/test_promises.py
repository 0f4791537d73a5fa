"""How long reminders wait for a promise, and how it ends: tables."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from invoice_tracker.domain.firm_calendar import FirmCalendar
from invoice_tracker.domain.promises import (
    PromiseEnd,
    PromiseFacts,
    end_of_promise,
    waits_until,
)

CALENDAR = FirmCalendar("America/New_York", time(9), time(16))
OVER = datetime(2026, 3, 10, 4, tzinfo=UTC)
"""Midnight in New York: a promise for Friday the 6th waits through Monday the 9th."""
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("promised_on", "goes_on"),
    [
        pytest.param(date(2026, 3, 4), date(2026, 3, 6), id="Wednesday: Thursday is the grace"),
        pytest.param(date(2026, 3, 6), date(2026, 3, 10), id="Friday: Monday is"),
        pytest.param(date(2026, 3, 7), date(2026, 3, 10), id="Saturday: Monday is"),
        pytest.param(date(2026, 3, 8), date(2026, 3, 10), id="Sunday: Monday is"),
    ],
)
def test_reminders_wait_one_business_day_more(promised_on: date, goes_on: date) -> None:
    assert waits_until(promised_on, CALENDAR) == goes_on


FACTS = PromiseFacts(
    amount_minor=50_000,
    received_minor=0,
    balance_minor=120_000,
    is_collectable=True,
    is_unsure=False,
    waits_until=OVER,
)
LATER = OVER + timedelta(days=3)


@pytest.mark.parametrize(
    ("changes", "now", "end"),
    [
        pytest.param({}, OVER - SECOND, None, id="its time is not over"),
        pytest.param({}, OVER, PromiseEnd.broken, id="its time is over"),
        pytest.param({"received_minor": 49_999}, LATER, PromiseEnd.broken, id="a cent too little"),
        pytest.param({"received_minor": 50_000}, OVER - SECOND, PromiseEnd.kept, id="early"),
        pytest.param({"received_minor": 50_000}, LATER, PromiseEnd.kept, id="late, but there"),
        pytest.param({"balance_minor": 0}, LATER, PromiseEnd.kept, id="nothing is owed any more"),
        pytest.param({"is_unsure": True}, LATER, None, id="money may be on its way"),
        pytest.param(
            {"is_unsure": True, "received_minor": 50_000}, LATER, PromiseEnd.kept, id="kept is sure"
        ),
        pytest.param({"is_collectable": False}, OVER - SECOND, PromiseEnd.pointless, id="void"),
        pytest.param({"waits_until": None}, LATER, None, id="without an end it is waited for"),
    ],
)
def test_how_a_promise_ends(
    changes: dict[str, object], now: datetime, end: PromiseEnd | None
) -> None:
    assert end_of_promise(replace(FACTS, **changes), now=now) is end
