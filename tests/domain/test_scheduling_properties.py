"""What holds for every firm, series and history while a worker ticks four times an hour.

Zones with and without summer time, days around its changes, days off, business days, first days of
the month, jumps, and things that happen in between.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID

from domain.reminder_world import CLIENT, World, invoice
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from invoice_tracker.domain.firm_calendar import DaysOff, FirmCalendar
from invoice_tracker.domain.holds import Hold, HoldKind
from invoice_tracker.domain.reminder_schedule import (
    Anchor,
    Backlog,
    CollectionFacts,
    Jump,
    NeedsApproval,
    OffsetUnit,
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
    next_action_at,
    plan,
)

QUARTER = timedelta(minutes=15)
ZONES = [
    "America/New_York",
    "America/St_Johns",
    "Pacific/Honolulu",
    "Pacific/Pago_Pago",
    "Europe/London",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
    "Pacific/Kiritimati",
    "UTC",
]
# Noon in UTC a few days before clocks change somewhere, and an ordinary week.
BEGINNINGS = [
    datetime(2026, month, day, 12, tzinfo=UTC)
    for month, day in [(3, 5), (3, 26), (4, 2), (6, 10), (9, 24), (10, 1), (10, 22), (10, 29)]
]
SETTLED = [
    PastState.sent,
    PastState.uncertain,
    PastState.skipped,
    PastState.failed,
    PastState.cancelled,
    PastState.approved,
]
EXAMPLES = settings(deadline=None, max_examples=40)
SLOW = settings(deadline=None, max_examples=12)


@st.composite
def calendars(draw, beginning):
    start = draw(st.integers(0, 90))
    end = draw(st.integers(start + 4, 95))
    days = draw(st.sets(st.integers(-20, 30), max_size=8))
    return FirmCalendar(
        draw(st.sampled_from(ZONES)),
        time(*divmod(15 * start, 60)),
        time(*divmod(15 * end, 60)),
        draw(st.frozensets(st.integers(0, 6), min_size=1)),
        DaysOff({beginning.date() + timedelta(days=day): "Closed" for day in days}),
    )


@st.composite
def series(draw, *, with_approval):
    return tuple(
        Step(
            id=UUID(int=1000 + position),
            position=position,
            kind=draw(st.sampled_from([StepKind.email] * 4 + [StepKind.call_task])),
            anchor=draw(st.sampled_from(Anchor)),
            offset_days=draw(st.integers(-8, 15)),
            repeat_every_days=draw(st.sampled_from([None, None, 1, 5])),
            repeat_max=draw(st.integers(1, 4)),
            needs_approval=with_approval and draw(st.booleans()),
            offset_unit=draw(st.sampled_from(OffsetUnit)),
        )
        for position in range(1, draw(st.integers(1, 5)) + 1)
    )


@st.composite
def jumps(draw, beginning, steps):
    if draw(st.booleans()):
        return None
    on = beginning.date() + timedelta(days=draw(st.integers(-10, 10)))
    return Jump(draw(st.integers(1, len(steps) + 1)), on)


@st.composite
def histories(draw, beginning, steps, states):
    rows = []
    for step in steps:
        state = draw(st.one_of(st.none(), st.sampled_from(states)))
        if state is not None:
            at = beginning - timedelta(hours=draw(st.integers(0, 500)))
            recipient = CLIENT if step.kind == StepKind.email else None
            rows.append(PastReminder(step.id, 1, recipient, state, at))
    return rows


@st.composite
def holds(draw, beginning):
    """One that began before, and ends on a quarter of an hour if it does."""
    quarters = draw(st.one_of(st.none(), st.integers(1, 96 * 6)))
    ends = beginning + quarters * QUARTER if quarters else None
    return Hold(draw(st.sampled_from(HoldKind)), "", beginning - timedelta(days=30), ends)


@st.composite
def worlds(draw, *, with_approval=True, states=tuple(PastState)):
    beginning = draw(st.sampled_from(BEGINNINGS))
    steps = draw(series(with_approval=with_approval))
    started = beginning - timedelta(minutes=draw(st.integers(0, 60 * 24 * 20)))
    other = draw(st.one_of(st.none(), st.integers(0, 4)))
    collection = CollectionFacts(
        UUID(int=draw(st.integers(1, 500))),
        started,
        draw(st.sampled_from(Backlog)),
        steps,
        jump=draw(jumps(beginning, steps)),
    )
    found = World(
        invoice(beginning.date() + timedelta(days=draw(st.integers(-30, 15)))),
        collection,
        draw(calendars(beginning)),
        SendingRules(draw(st.integers(0, 4)), draw(st.integers(10, 180)), 500),
        draw(histories(beginning, steps, states)),
        draw(st.lists(holds(beginning), max_size=1)),
        beginning.date() - timedelta(days=other) if other is not None else None,
    )
    return found, beginning


def facts(world):
    return (world.invoice, world.collection, world.past)


def acts(decisions):
    return [decision for decision in decisions if not isinstance(decision, Wait)]


def ticks(beginning, *, days):
    return [beginning + number * QUARTER for number in range(days * 96)]


def live(world, beginning, *, days):
    """What a worker does that ticks each quarter of an hour."""
    return [
        (now, decision) for now in ticks(beginning, days=days) for decision in acts(world.tick(now))
    ]


def step_of(decision):
    return decision.step.id, decision.occurrence


def check_days_and_hours(calendar, done):
    """Within the window, on a weekday of the firm that is not off."""
    for now, _ in done:
        local = calendar.local_time(now)
        assert calendar.is_open(now)
        assert local.weekday() in calendar.sending_weekdays
        assert local.date() not in calendar.days_off


def check_once(done):
    """Each occurrence of a step goes or is skipped once; it may ask for approval before."""
    ended = [step_of(d) for _, d in done if not isinstance(d, NeedsApproval)]
    asked = [step_of(d) for _, d in done if isinstance(d, NeedsApproval)]
    assert len(ended) == len(set(ended))
    assert len(asked) == len(set(asked))


def check_gap(world, done, last=None):
    """Mails keep the gap to each other, and the first to the last one to this person."""
    days = [world.calendar.local_day(now) for now, d in done if isinstance(d, Send)]
    gap = timedelta(days=max(world.rules.min_gap_days, 1))
    assert all(later - former >= gap for former, later in pairwise(days))
    if last is not None and days:
        assert days[0] - last >= timedelta(days=world.rules.min_gap_days)


def check_next_action(when, done, *, end):
    """It was never later than the first thing that happened, and not far too early."""
    if when is None:
        assert done == []
    elif done:
        assert when <= done[0][0] < when + QUARTER
    else:
        assert when > end - QUARTER


@SLOW
@given(worlds())
def test_window_days_off_once_gap_order_and_next_action(given_):
    world, beginning = given_
    last = world.last_mail_on()
    when = next_action_at(*facts(world), now=beginning, **world.facts())
    before = {(row.step_id, row.occurrence) for row in world.past if row.state in (*SETTLED[:4],)}
    done = live(world, beginning, days=10)
    check_days_and_hours(world.calendar, done)
    check_once(done)
    check_gap(world, done, last)
    assert not before & {step_of(decision) for _, decision in done}
    for kind in StepKind:
        planned = [d.planned_on for _, d in done if not isinstance(d, Skip) and d.step.kind == kind]
        assert planned == sorted(planned), "no softer step after a harder one"
    check_next_action(when, done, end=ticks(beginning, days=10)[-1])


@SLOW
@given(worlds(with_approval=False, states=tuple(SETTLED)))
def test_the_plan_is_what_ticking_does(given_):
    world, beginning = given_
    end = ticks(beginning, days=14)[-1]
    until = world.calendar.local_day(end) - timedelta(days=1)
    planned = [
        item
        for item in plan(*facts(world), now=beginning, until=until, **world.facts())
        if item.state != PlannedState.held
    ]
    done = [
        (now, decision)
        for now, decision in live(world, beginning, days=14)
        if not isinstance(decision, Skip) and world.calendar.local_day(now) <= until
    ]
    key = lambda pair: (pair[1], pair[2])  # noqa: E731
    expected = sorted([(i.at, i.step.position, i.occurrence) for i in planned], key=key)
    actual = sorted([(now, d.step.position, d.occurrence) for now, d in done], key=key)
    assert [row[1:] for row in actual] == [row[1:] for row in expected]
    for (now, *_), (at, *_) in zip(actual, expected, strict=True):
        assert at <= now < at + QUARTER


@EXAMPLES
@given(worlds(), st.integers(0, 96 * 20), st.booleans())
def test_asking_again_gives_nothing_once_it_is_stored(given_, quarters, delivers):
    world, beginning = given_
    world.delivers = delivers
    now = beginning + quarters * QUARTER
    first = acts(world.tick(now))
    assert acts(world.decide(now)) == []
    later = acts(world.decide(now + timedelta(seconds=30)))
    assert not {step_of(d) for d in first} & {step_of(d) for d in later}


@EXAMPLES
@given(worlds())
def test_every_day_has_its_explanation(given_):
    world, beginning = given_
    today = world.calendar.local_day(beginning)
    until = today + timedelta(days=40)
    planned = plan(*facts(world), now=beginning, until=until, **world.facts())
    sure = {item.on for item in planned if item.state == PlannedState.planned}
    for ahead in range(-25, 41):
        on = today + timedelta(days=ahead)
        answer = explain(*facts(world), on=on, now=beginning, **world.facts())
        assert answer.on == on
        assert all(reason.sentence.strip().endswith(".") for reason in answer.reasons)
        codes = [reason.code for reason in answer.reasons]
        assert codes
        if on > today and on in sure:
            assert ReasonCode.planned in codes
            assert on not in world.calendar.days_off


EVENTS = st.lists(
    st.tuples(
        st.integers(0, 96 * 10),
        st.one_of(
            st.integers(-20, 20).map(lambda days: f"due {days}"),
            st.sampled_from(
                [
                    *("hold dispute", "release", "worker stops", "worker starts"),
                    *("outbox stops", "outbox starts", "balance 0", "balance 5000"),
                    *("pending 100", "pending 0", "jump 1", "jump 3", "other"),
                    *("unapproved", "open"),
                ]
            ),
        ),
    ),
    max_size=8,
).map(sorted)


def happen(world, event, beginning, now):
    what, _, rest = event.partition(" ")
    if what == "due":
        event = f"due {beginning.date() + timedelta(days=int(rest))}"
    world.happen(event, now)
    if event == "outbox starts":
        queued = [row for row in world.past if row.state == PastState.queued]
        for row in queued:
            world.past[world.past.index(row)] = replace(row, state=PastState.sent, at=now)


@SLOW
@given(worlds(states=tuple(SETTLED)), EVENTS)
def test_whatever_happens_in_between(given_, events):
    """Dates that move, money, holds, jumps, a worker or an outbox that stops."""
    world, beginning = given_
    done = []
    coming = list(events)
    for number, now in enumerate(ticks(beginning, days=10)):
        while coming and coming[0][0] <= number:
            happen(world, coming.pop(0)[1], beginning, now)
        last = world.last_mail_on()
        if not world.worker_runs:
            continue
        new = [(now, decision) for decision in acts(world.tick(now))]
        check_gap(world, new, last)
        done += new
    check_days_and_hours(world.calendar, done)
    check_once(done)


@EXAMPLES
@given(
    st.sampled_from(ZONES),
    st.sampled_from(BEGINNINGS),
    st.integers(-5, 40),
    st.integers(0, 23),
)
def test_no_day_is_off_by_one(zone, beginning, offset, hour):
    """A firm that sends on all days, at any hour: due day plus offset, on its own wall."""
    calendar = FirmCalendar(zone, time(hour), time(hour, 59), frozenset(range(7)))
    due = beginning.date() + timedelta(days=10)
    step = Step(UUID(int=1001), 1, StepKind.email, Anchor.due, offset)
    collection = CollectionFacts(UUID(int=7), beginning, Backlog.skip_past, (step,))
    world = World(invoice(due), collection, calendar)
    [item] = plan(*facts(world), now=beginning, until=due + timedelta(days=60), **world.facts())
    day = due + timedelta(days=offset)
    assume(calendar.is_sending_day(day))
    assert item.on == calendar.local_day(item.at) == day


@EXAMPLES
@given(st.sampled_from(BEGINNINGS).flatmap(calendars), st.integers(-40, 40), st.integers(1, 15))
def test_business_days_count_sending_days(calendar, days, count):
    day = date(2026, 6, 10) + timedelta(days=days)
    after = calendar.business_days_after(day, count)
    assert calendar.is_sending_day(after)
    between = [day + timedelta(days=n) for n in range(1, (after - day).days + 1)]
    assert sum(calendar.is_sending_day(each) for each in between) == count
    assert calendar.business_days_after(day, 0) == day
    if calendar.is_sending_day(day):
        assert calendar.business_days_after(after, -count) == day


@EXAMPLES
@given(worlds(with_approval=False))
def test_a_call_or_mail_never_goes_before_its_own_day(given_):
    """Apart from a jump, which brings its step forward."""
    world, beginning = given_
    world.collection = replace(world.collection, jump=None, backlog=Backlog.fitting_step)
    for days in range(10):
        now = beginning + timedelta(days=days, hours=days)
        for decision in acts(world.decide(now)):
            if isinstance(decision, Send | Task):
                today = world.calendar.local_day(now)
                assert decision.planned_on <= today
                assert decision.not_before <= now
                if (
                    decision.step.anchor == Anchor.due
                    and decision.step.offset_unit == OffsetUnit.calendar_days
                    and decision.occurrence == 1
                ):
                    assert today >= world.invoice.due_on + timedelta(days=decision.step.offset_days)
