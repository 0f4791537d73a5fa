"""A mail that waits to leave is looked at again; and the hints around it."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from domain.reminder_world import CLIENT, at, world

from invoice_tracker.domain.holds import HoldKind
from invoice_tracker.domain.reminder_schedule import (
    PastReminder,
    PastState,
    PlannedState,
    ReasonCode,
    Send,
    Skip,
    Wait,
    Withdraw,
    due_reminders,
    is_complete,
    next_action_at,
    plan,
    recheck,
)

MONDAY = "2026-03-02 10:00"


def queued(series="0 +7", **options):
    """A world whose first reminder has been decided on its day and waits to leave."""
    firm = world(due="2026-03-02", started="2026-02-20 10:00", series=series, **options)
    firm.delivers = False
    firm.tick(at(MONDAY))
    assert [row.state for row in firm.past] == [PastState.queued]
    return firm


def again(firm, now=MONDAY):
    row = firm.past[0]
    return recheck(
        row.step_id,
        row.occurrence,
        firm.invoice,
        firm.collection,
        firm.past,
        now=at(now),
        **firm.facts(),
    )


def test_still_right():
    decision = again(queued())
    assert isinstance(decision, Send)
    assert decision.key == f"{UUID(int=7)}:{UUID(int=1001)}:1:{CLIENT}"
    assert decision.planned_on == date(2026, 3, 2)


def test_an_approved_mail_needs_no_second_approval():
    firm = world(due="2026-03-02", started="2026-02-20 10:00", series="0?")
    firm.delivers = False
    firm.tick(at(MONDAY))
    firm.happen("approve", at(MONDAY))
    firm.tick(at("2026-03-02 11:00"))
    assert firm.past[0].state == PastState.queued
    assert isinstance(again(firm, "2026-03-02 12:00"), Send)


@pytest.mark.parametrize(
    ("event", "code"),
    [
        ("paid", ReasonCode.paid),
        ("void", ReasonCode.void),
        ("balance 0", ReasonCode.zero_balance),
        ("address new@example.com", ReasonCode.address_changed),
        ("due 2026-03-30", ReasonCode.not_due_yet),
    ],
)
def test_withdrawn_when_the_facts_have_changed(event, code):
    firm = queued()
    firm.happen(event, at(MONDAY))
    decision = again(firm)
    assert isinstance(decision, Withdraw)
    assert decision.code == code


@pytest.mark.parametrize(
    ("event", "code", "until"),
    [
        ("hold dispute", ReasonCode.held, None),
        ("hold promise until 2026-03-06", ReasonCode.held, "2026-03-06 00:00"),
        ("balance 300", ReasonCode.below_minimum_balance, None),
        ("pending 100", ReasonCode.payment_pending, None),
        ("due nothing", ReasonCode.no_due_date, None),
    ],
)
def test_waits_where_something_stands_in_the_way(event, code, until):
    firm = queued()
    firm.happen(event, at(MONDAY))
    decision = again(firm)
    assert isinstance(decision, Wait)
    assert decision.code == code
    assert decision.until == (at(until) if until else None)


def test_waits_for_the_window():
    decision = again(queued(), "2026-03-02 19:00")
    assert isinstance(decision, Wait)
    assert decision.code == ReasonCode.outside_window
    assert decision.until is not None
    assert date(2026, 3, 3) == decision.until.date()


def test_waits_for_the_gap_to_another_mail_of_the_day():
    firm = queued()
    firm.other_mail_on = date(2026, 3, 2)
    decision = again(firm)
    assert isinstance(decision, Wait)
    assert decision.code == ReasonCode.minimum_gap


def test_skipped_when_overtaken():
    decision = again(queued(), "2026-03-10 10:00")
    assert isinstance(decision, Skip)
    assert decision.code == ReasonCode.superseded


def test_a_new_address_after_a_withdrawal_is_decided_and_stays_right():
    firm = queued()
    firm.happen("address new@example.com", at(MONDAY))
    firm.happen("withdraw", at(MONDAY))
    old = firm.past[0]
    decisions = firm.decide(at(MONDAY))
    assert [d.recipient for d in decisions if isinstance(d, Send)] == ["new@example.com"]
    new = PastReminder(old.step_id, 1, "new@example.com", PastState.queued, at(MONDAY))
    firm.past = [old, new]
    assert isinstance(again(firm), Send)


def test_what_was_sent_stays_sent_beside_a_later_withdrawn_row():
    firm = queued("0")
    row = firm.past[0]
    sent = replace(row, state=PastState.sent)
    withdrawn = replace(row, state=PastState.cancelled, recipient="new@example.com")
    for past in ([sent, withdrawn], [withdrawn, sent]):
        firm.past = past
        assert firm.decide(at("2026-03-20 10:00")) == []


def test_a_wait_names_its_hold_and_its_end():
    firm = world(due="2026-03-02", started="2026-02-20 10:00", series="0")
    firm.happen("hold promise until 2026-03-10", at("2026-03-01 10:00"))
    (wait,) = firm.decide(at(MONDAY))
    assert isinstance(wait, Wait)
    assert (wait.hold, wait.until) == (HoldKind.promise, at("2026-03-10 00:00"))


def test_the_next_action():
    firm = world(due="2026-03-02", started="2026-02-20 10:00", series="0 +7")
    facts = (firm.invoice, firm.collection, firm.past)
    now = at("2026-02-20 10:00")
    first = next_action_at(*facts, now=now, **firm.facts())
    assert first is not None
    assert firm.calendar.local_day(first) == date(2026, 3, 2)
    assert first - firm.calendar.opens_at(date(2026, 3, 2)) < at("2026-03-02 10:00") - at(
        "2026-03-02 09:00"
    )
    firm.happen("hold promise until 2026-03-05", at("2026-03-01 10:00"))
    held = next_action_at(*facts, now=now, **firm.facts())
    assert held is not None
    assert firm.calendar.local_day(held) == date(2026, 3, 5)
    firm.happen("hold dispute", at("2026-03-01 10:00"))
    assert next_action_at(*facts, now=now, **firm.facts()) is None


def test_the_minute_is_the_collections_own():
    minutes = set()
    for number in range(50):
        firm = world(due="2026-03-02", started="2026-02-20 10:00", series="0")
        firm.collection = replace(firm.collection, id=UUID(int=number))
        when = next_action_at(
            firm.invoice, firm.collection, [], now=at("2026-02-20 10:00"), **firm.facts()
        )
        assert when is not None
        minutes.add(when)
    assert len(minutes) > 40


def test_complete_when_nothing_is_to_come_and_nothing_on_its_way():
    firm = queued("0")

    def complete():
        return is_complete(firm.invoice, firm.collection, firm.past, calendar=firm.calendar)

    assert not complete()
    firm.happen("deliver", at(MONDAY))
    assert complete()


def test_the_plan_shows_what_holds_it():
    firm = world(due="2026-03-02", started="2026-02-20 10:00", series="0 +7 +15?")
    now = at("2026-02-20 10:00")
    until = date(2026, 12, 31)

    def planned():
        return plan(firm.invoice, firm.collection, [], now=now, until=until, **firm.facts())

    assert [item.state for item in planned()] == [
        PlannedState.planned,
        PlannedState.planned,
        PlannedState.awaiting_approval,
    ]
    firm.happen("hold dispute", now)
    assert {(item.state, item.hold) for item in planned()} == {
        (PlannedState.held, HoldKind.dispute)
    }
    assert [item.on.isoformat() for item in planned()] == ["2026-03-02", "2026-03-09", "2026-03-17"]


def test_the_plan_shows_where_the_age_ceiling_cuts_in():
    firm = world(due="2026-03-02", started="2026-02-20 10:00", series="0 +200")
    items = plan(
        firm.invoice,
        firm.collection,
        [],
        now=at("2026-02-20 10:00"),
        until=date(2026, 12, 31),
        **firm.facts(),
    )
    assert [item.code for item in items] == [None, ReasonCode.age_ceiling]


def test_the_plan_ends_on_its_last_day():
    firm = world(due="2026-03-02", started="2026-02-20 10:00", series="0 +7")
    items = plan(
        firm.invoice,
        firm.collection,
        [],
        now=at("2026-02-20 10:00"),
        until=date(2026, 3, 8),
        **firm.facts(),
    )
    assert [item.on for item in items] == [date(2026, 3, 2)]


def test_the_last_mail_over_all_collections_is_given_as_a_day():
    firm = world(due="2026-03-02", started="2026-02-20 10:00", series="0")
    facts = {**firm.facts(), "last_mail_on": date(2026, 3, 1)}
    (wait,) = due_reminders(firm.invoice, firm.collection, [], now=at(MONDAY), **facts)
    assert isinstance(wait, Wait)
    assert wait.code == ReasonCode.minimum_gap
