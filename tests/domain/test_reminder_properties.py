"""What holds for every series, every history and every moment."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from domain.reminder_world import CLIENT, World, invoice
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from invoice_tracker.domain.firm_calendar import FirmCalendar
from invoice_tracker.domain.holds import Hold, HoldKind, active_holds, stops_calls
from invoice_tracker.domain.reminder_schedule import (
    Anchor,
    Backlog,
    CollectionFacts,
    InvoiceStatus,
    NeedsApproval,
    PastReminder,
    PastState,
    PlannedState,
    ReasonCode,
    Send,
    SendingRules,
    Skip,
    Step,
    StepKind,
    Task,
    Wait,
    explain,
    is_complete,
    next_action_at,
    plan,
    recheck,
)

ZONES = [
    "America/New_York",
    "Europe/London",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "America/St_Johns",
    "Asia/Kolkata",
    "UTC",
]
MOMENT = datetime(2026, 3, 2, 12, tzinfo=UTC)
EXAMPLES = settings(deadline=None, max_examples=25)


@st.composite
def calendars(draw):
    start, end = sorted(draw(st.lists(st.integers(0, 95), min_size=2, max_size=2, unique=True)))
    return FirmCalendar(
        draw(st.sampled_from(ZONES)),
        time(*divmod(15 * start, 60)),
        time(*divmod(15 * end, 60)),
        draw(st.frozensets(st.integers(0, 6), min_size=1)),
    )


@st.composite
def series(draw):
    words = draw(st.lists(st.integers(-10, 60), min_size=1, max_size=6))
    return tuple(
        Step(
            id=UUID(int=1000 + position),
            position=position,
            kind=draw(st.sampled_from([StepKind.email] * 4 + [StepKind.call_task])),
            anchor=draw(st.sampled_from(Anchor)),
            offset_days=offset,
            repeat_every_days=draw(st.sampled_from([None, None, None, 1, 10])),
            repeat_max=draw(st.integers(1, 4)),
            needs_approval=draw(st.sampled_from([False, False, False, True])),
        )
        for position, offset in enumerate(words, start=1)
    )


@st.composite
def holds(draw):
    starts = MOMENT + timedelta(hours=draw(st.integers(-500, 500)))
    hours = draw(st.one_of(st.none(), st.integers(1, 500)))
    ends = starts + timedelta(hours=hours) if hours else None
    return Hold(draw(st.sampled_from(HoldKind)), "", starts, ends)


@st.composite
def histories(draw, steps):
    rows = []
    for step in steps:
        state = draw(st.one_of(st.none(), st.sampled_from(PastState)))
        if state is not None:
            at = MOMENT - timedelta(hours=draw(st.integers(0, 900)))
            recipient = CLIENT if step.kind == StepKind.email else None
            rows.append(PastReminder(step.id, 1, recipient, state, at))
    return rows


@st.composite
def worlds(draw, *, with_holds=True, with_history=True):
    steps = draw(series())
    due_on = MOMENT.date() + timedelta(days=draw(st.integers(-70, 30)))
    started = MOMENT - timedelta(minutes=draw(st.integers(0, 60 * 24 * 40)))
    other = draw(st.one_of(st.none(), st.integers(0, 5)))
    return World(
        invoice(due_on),
        CollectionFacts(UUID(int=7), started, draw(st.sampled_from(Backlog)), steps),
        draw(calendars()),
        SendingRules(draw(st.integers(0, 5)), draw(st.integers(20, 180)), 500),
        draw(histories(steps)) if with_history else [],
        draw(st.lists(holds(), max_size=2)) if with_holds else [],
        MOMENT.date() - timedelta(days=other) if other is not None else None,
    )


moments = st.integers(0, 60 * 24 * 40).map(lambda minutes: MOMENT + timedelta(minutes=minutes))


def actions(decisions):
    return [decision for decision in decisions if not isinstance(decision, Wait)]


def facts(world):
    return (world.invoice, world.collection, world.past)


@EXAMPLES
@given(worlds(), st.lists(moments, min_size=1, max_size=12))
def test_no_key_is_sent_twice_and_none_that_has_gone_comes_back(world, times):
    gone = {
        (row.step_id, row.occurrence)
        for row in world.past
        if row.state not in (PastState.cancelled, PastState.approved, PastState.awaiting_approval)
    }
    sent = []
    for now in sorted(times):
        for decision in actions(world.tick(now)):
            assert (decision.step.id, decision.occurrence) not in gone
            if not isinstance(decision, NeedsApproval):
                sent.append(decision.key)
    assert len(sent) == len(set(sent))


@EXAMPLES
@given(worlds(), st.lists(moments, min_size=1, max_size=12))
def test_nothing_goes_outside_the_window(world, times):
    for now in sorted(times):
        if actions(world.tick(now)):
            local = world.calendar.local_time(now)
            assert world.calendar.window_start <= local.time() < world.calendar.window_end
            assert local.weekday() in world.calendar.sending_weekdays


@EXAMPLES
@given(worlds(), moments)
def test_nothing_goes_while_a_hold_is_in_force(world, now):
    in_force = active_holds(world.holds, now)
    assume(in_force)
    acted = actions(world.decide(now))
    assert not [d for d in acted if isinstance(d, Send | NeedsApproval)]
    if any(stops_calls(hold.kind) for hold in in_force):
        assert not acted


@EXAMPLES
@given(
    worlds(with_holds=False),
    moments,
    st.sampled_from([s for s in InvoiceStatus if s != InvoiceStatus.open]),
)
def test_nothing_goes_for_an_invoice_that_is_not_open(world, now, status):
    world.invoice = replace(world.invoice, status=status)
    assert world.decide(now) == []
    assert next_action_at(*facts(world), now=now, **world.facts()) is None
    assert plan(*facts(world), now=now, until=date(2028, 1, 1), **world.facts()) == []


@EXAMPLES
@given(worlds(with_holds=False), moments, st.integers(-10_000, 499))
def test_nothing_goes_below_the_minimum_balance(world, now, balance):
    world.invoice = replace(world.invoice, balance_minor=balance)
    assert not actions(world.decide(now))


@EXAMPLES
@given(worlds(), st.lists(moments, min_size=1, max_size=20))
def test_at_most_one_mail_a_call_and_a_day_and_never_within_the_gap(world, times):
    days = []
    for now in sorted(times):
        last = world.last_mail_on()
        decisions = world.tick(now)
        mails = [d for d in decisions if isinstance(d, Send | NeedsApproval)]
        assert len(mails) <= 1
        assert len([d for d in decisions if isinstance(d, Task)]) <= 1
        assert len([d for d in decisions if isinstance(d, Wait)]) <= 1
        if any(isinstance(d, Send) for d in mails):
            today = world.calendar.local_day(now)
            assert last is None or (today - last).days >= world.rules.min_gap_days
            days.append(today)
    assert len(days) == len(set(days))


@EXAMPLES
@given(worlds(), moments, st.booleans())
def test_asking_again_at_the_same_instant_gives_nothing(world, now, delivers):
    world.delivers = delivers
    world.tick(now)
    assert actions(world.decide(now)) == []


@EXAMPLES
@given(worlds(), moments)
def test_the_next_action_is_when_the_first_decision_comes(world, now):
    when = next_action_at(*facts(world), now=now, **world.facts())
    if when is None:
        for days in range(0, 60, 5):
            assert not actions(world.decide(now + timedelta(days=days)))
        return
    assert when >= now
    assert actions(world.decide(when))
    for part in range(5):
        earlier = now + (when - now) * part / 5
        if earlier < when:
            assert not actions(world.decide(earlier))


@EXAMPLES
@given(worlds(with_history=False), moments)
def test_the_plan_is_what_the_worker_then_does(world, now):
    until = world.calendar.local_day(now) + timedelta(days=120)
    planned = [
        item
        for item in plan(*facts(world), now=now, until=until, **world.facts())
        if item.state != PlannedState.held
    ]
    assume(all(item.state == PlannedState.planned for item in planned))
    done = []
    while True:
        when = next_action_at(*facts(world), now=now, **world.facts())
        if when is None or world.calendar.local_day(when) > until:
            break
        now = when
        done += [
            (decision.step.position, decision.occurrence, now)
            for decision in actions(world.tick(now))
            if not isinstance(decision, Skip)
        ]
    assert sorted(done) == sorted((p.step.position, p.occurrence, p.at) for p in planned)


@EXAMPLES
@given(worlds(), moments)
def test_the_explanation_of_today_agrees_with_the_decisions(world, now):
    today = world.calendar.local_day(now)
    answer = explain(*facts(world), on=today, now=now, **world.facts())
    codes = {reason.code for reason in answer.reasons}
    for decision in world.decide(now):
        if isinstance(decision, Send | Task):
            assert ReasonCode.due_now in codes
        elif isinstance(decision, NeedsApproval):
            assert ReasonCode.awaiting_approval in codes
        else:
            assert decision.code in codes
    if not actions(world.decide(now)):
        assert ReasonCode.due_now not in codes
    assert answer.sentence.endswith(".")


@EXAMPLES
@given(worlds(), moments, st.integers(-60, 90))
def test_every_day_has_an_explanation(world, now, days):
    on = world.calendar.local_day(now) + timedelta(days=days)
    answer = explain(*facts(world), on=on, now=now, **world.facts())
    assert answer.reasons
    assert all(reason.sentence.strip() for reason in answer.reasons)
    if answer.next is not None:
        assert answer.next.on >= max(on, world.calendar.local_day(now))


@EXAMPLES
@given(worlds(), moments)
def test_a_mail_just_decided_is_still_right(world, now):
    world.delivers = False
    mails = [d for d in world.tick(now) if isinstance(d, Send)]
    for mail in mails:
        again = recheck(mail.step.id, mail.occurrence, *facts(world), now=now, **world.facts())
        assert again == mail
        world.invoice = replace(world.invoice, status=InvoiceStatus.paid)
        paid = recheck(mail.step.id, mail.occurrence, *facts(world), now=now, **world.facts())
        assert not isinstance(paid, Send)


@EXAMPLES
@given(worlds(with_holds=False, with_history=False))
def test_every_series_comes_to_its_end(world):
    world.rules = replace(world.rules, age_ceiling_days=10_000)
    now = world.collection.started_at
    for _ in range(200):
        when = next_action_at(*facts(world), now=now, **world.facts())
        if when is None:
            break
        now = when
        world.tick(now)
        if any(row.state == PastState.awaiting_approval for row in world.past):
            world.happen("approve", now)
    assert is_complete(*facts(world), calendar=world.calendar)
