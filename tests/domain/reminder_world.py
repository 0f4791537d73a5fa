"""A small world for schedules: one invoice, one series, a worker that ticks, things that happen."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from invoice_tracker.domain.firm_calendar import DaysOff, FirmCalendar
from invoice_tracker.domain.holds import Hold, HoldKind
from invoice_tracker.domain.reminder_schedule import (
    Anchor,
    Backlog,
    CollectionFacts,
    Decision,
    InvoiceFacts,
    InvoiceStatus,
    Jump,
    NeedsApproval,
    OffsetUnit,
    PastReminder,
    PastState,
    Send,
    SendingRules,
    Skip,
    Step,
    StepKind,
    Task,
    Wait,
    due_reminders,
    next_action_at,
)

NEW_YORK = FirmCalendar("America/New_York")
CLIENT = "maria@example.com"
_STEP = re.compile(
    r"(?P<anchor>due|issue|start|month)?(?P<offset>[+-]?\d+)(?P<business>b)?"
    r"(?:/(?P<every>\d+))?(?:x(?P<max>\d+))?(?P<call>call)?(?P<ask>\?)?"
)


def steps(text: str) -> tuple[Step, ...]:
    """``-3 0 +7 issue+30 +45call +60? +90/30x4``: offset, repeat, a call, needs approval.

    ``+5b`` counts business days; ``month0x3`` is the first of the month, three times.
    """
    found = []
    for position, word in enumerate(text.split(), start=1):
        match = _STEP.fullmatch(word)
        assert match, word
        found.append(
            Step(
                id=UUID(int=1000 + position),
                position=position,
                kind=StepKind.call_task if match["call"] else StepKind.email,
                anchor=Anchor(match["anchor"] or "due"),
                offset_days=int(match["offset"]),
                repeat_every_days=int(match["every"]) if match["every"] else None,
                repeat_max=int(match["max"]) if match["max"] else None,
                needs_approval=bool(match["ask"]),
                offset_unit=(
                    OffsetUnit.business_days if match["business"] else OffsetUnit.calendar_days
                ),
            )
        )
    return tuple(found)


def at(text: str, zone: str = "America/New_York") -> datetime:
    """``2026-03-02 10:00`` on a wall clock, as a UTC instant."""
    local = datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo(zone))
    return local.astimezone(UTC)


def invoice(due: str | date | None, **changes: object) -> InvoiceFacts:
    """An open invoice over 1,000.00 dollars; its due day may be missing."""
    due_on = date.fromisoformat(due) if isinstance(due, str) else due
    facts = InvoiceFacts(
        id=UUID(int=1),
        number="1042",
        issued_on=due_on - timedelta(days=30) if due_on else None,
        due_on=due_on,
        status=InvoiceStatus.open,
        balance_minor=100_000,
        currency="USD",
        recipient=CLIENT,
    )
    return replace(facts, **changes)  # type: ignore[arg-type]


@dataclass
class World:
    """What is stored about one collection, and a worker that decides and delivers at once."""

    invoice: InvoiceFacts
    collection: CollectionFacts
    calendar: FirmCalendar = NEW_YORK
    rules: SendingRules = field(default_factory=SendingRules)
    past: list[PastReminder] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    other_mail_on: date | None = None
    worker_runs: bool = True
    delivers: bool = True

    def facts(self) -> dict[str, object]:
        """The keyword arguments that never depend on the moment."""
        return {
            "holds": self.holds,
            "calendar": self.calendar,
            "rules": self.rules,
            "last_mail_on": self.last_mail_on(),
        }

    def last_mail_on(self) -> date | None:
        days = [
            self.calendar.local_day(row.at)
            for row in self.past
            if row.recipient and row.state in (PastState.sent, PastState.uncertain)
        ]
        if self.other_mail_on:
            days.append(self.other_mail_on)
        return max(days, default=None)

    def decide(self, now: datetime) -> list[Decision]:
        return due_reminders(self.invoice, self.collection, self.past, now=now, **self.facts())  # type: ignore[arg-type]

    def tick(self, now: datetime) -> list[Decision]:
        """Decide and store, as the worker does; queued mails leave at once if it delivers."""
        decisions = self.decide(now)
        self.store(decisions, now)
        return decisions

    def store(self, decisions: Sequence[Decision], now: datetime) -> None:
        for decision in decisions:
            if isinstance(decision, Wait):
                continue
            state = {
                Send: PastState.sent if self.delivers else PastState.queued,
                NeedsApproval: PastState.awaiting_approval,
                Task: PastState.to_call,
                Skip: PastState.skipped,
            }[type(decision)]
            recipient = getattr(decision, "recipient", None)
            self.past = [
                row
                for row in self.past
                if (row.step_id, row.occurrence) != (decision.step.id, decision.occurrence)
            ]
            self.past.append(
                PastReminder(decision.step.id, decision.occurrence, recipient, state, now)
            )

    def happen(self, event: str, now: datetime) -> None:
        """Something happens, told in a few words (see the cases)."""
        what, _, rest = event.partition(" ")
        match what:
            case "open" | "paid" | "void" | "deleted" | "unapproved":
                self.invoice = replace(self.invoice, status=InvoiceStatus(what))
            case "balance":
                self.invoice = replace(self.invoice, balance_minor=int(rest))
            case "pending":
                self.invoice = replace(self.invoice, pending_minor=int(rest))
            case "due":
                due_on = None if rest == "nothing" else date.fromisoformat(rest)
                self.invoice = replace(self.invoice, due_on=due_on)
            case "address":
                self.invoice = replace(self.invoice, recipient=None if rest == "nothing" else rest)
            case "hold":
                kind, _, until = rest.partition(" until ")
                ends_at = self._moment(until) if until else None
                self.holds.append(Hold(HoldKind(kind), "", now, ends_at))
            case "release":
                self.holds.clear()
            case "worker":
                self.worker_runs = rest == "starts"
            case "other":
                self.other_mail_on = self.calendar.local_day(now)
            case "approve":
                self._turn(PastState.awaiting_approval, PastState.approved, now)
            case "agree":
                row = PastReminder(UUID(int=1000 + int(rest)), 1, CLIENT, PastState.approved, now)
                self.past.append(row)
            case "jump":
                jump = Jump(int(rest), self.calendar.local_day(now))
                self.collection = replace(self.collection, jump=jump)
            case "closed":
                off = DaysOff({date.fromisoformat(day): "Closed" for day in rest.split()})
                self.calendar = replace(self.calendar, days_off=off)
            case "bounce":
                self._turn(PastState.sent, PastState.failed, now)
            case "lost":
                self.past = [replace(row, state=PastState.uncertain) for row in self.past]
            case "deliver":
                self._turn(PastState.queued, PastState.sent, now)
            case "withdraw":
                self._turn(PastState.queued, PastState.cancelled, now)
            case "outbox":
                self.delivers = rest == "starts"
            case _:
                raise AssertionError(event)

    def _moment(self, text: str) -> datetime:
        """``2026-03-05``, ``2026-03-05 13:37`` by the calendar's clock, or with another zone."""
        words = text.split()
        clock = words[1] if len(words) > 1 else "00:00"
        zone = words[2] if len(words) > 2 else self.calendar.time_zone
        return at(f"{words[0]} {clock}", zone)

    def _turn(self, old: PastState, new: PastState, now: datetime) -> None:
        assert any(row.state == old for row in self.past), f"nothing is {old}"
        self.past = [
            replace(row, state=new, at=now) if row.state == old else row for row in self.past
        ]


def world(
    *,
    due: str | None,
    started: str,
    series: str,
    backlog: Backlog = Backlog.fitting_step,
    calendar: FirmCalendar = NEW_YORK,
    rules: SendingRules | None = None,
) -> World:
    """A collection that has just started (local wall time of the firm)."""
    return World(
        invoice(due),
        CollectionFacts(UUID(int=7), at(started, calendar.time_zone), backlog, steps(series)),
        calendar,
        rules or SendingRules(),
    )


def diary(world: World, events: dict[str, list[str]], *, until: str) -> Iterator[str]:
    """Events happen at seven, then the worker ticks five times a day; told is what it did."""
    day = world.calendar.local_day(world.collection.started_at)
    zone = ZoneInfo(world.calendar.time_zone)
    while day <= date.fromisoformat(until):
        morning = datetime.combine(day, time(7), tzinfo=zone).astimezone(UTC)
        for event in events.get(day.isoformat(), []):
            world.happen(event, morning)
        for hours in (-4, 1.5, 3, 8, 11):
            now = morning + timedelta(hours=hours)
            if now >= world.collection.started_at and world.worker_runs:
                yield from (_told(decision, day) for decision in world.tick(now) if _did(decision))
        day += timedelta(days=1)


def told_by_the_minute(world: World, events: Sequence[str], *, until: str) -> Iterator[str]:
    """Events happen at their wall times; the worker acts at the very instants it looks for."""
    zone = world.calendar.time_zone
    now = world.collection.started_at
    for event in events:
        happens_at = at(event[:16], zone)
        yield from _work(world, now, happens_at)
        world.happen(event[17:], happens_at)
        now = happens_at
    yield from _work(world, now, at(f"{until} 23:59", zone))


def _work(world: World, now: datetime, end: datetime) -> Iterator[str]:
    while world.worker_runs:
        facts = world.facts()
        when = next_action_at(world.invoice, world.collection, world.past, now=now, **facts)  # type: ignore[arg-type]
        if when is None or when >= end:
            return
        local = world.calendar.local_time(when)
        decided = [decision for decision in world.tick(when) if _did(decision)]
        assert decided, f"nothing to do at {when}"
        for decision in decided:
            day, _, rest = _told(decision, local.date()).partition(" reminder ")
            yield f"{day} {local:%H:%M} reminder {rest}"
        now = when


def _did(decision: Decision) -> bool:
    return not isinstance(decision, Wait)


def _told(decision: Decision, day: date) -> str:
    assert not isinstance(decision, Wait)
    what = {Send: "sent", NeedsApproval: "to approve", Task: "to call", Skip: "skipped"}
    repeat = f".{decision.occurrence}" if decision.step.repeats else ""
    return f"{day:%a} {day} reminder {decision.step.position}{repeat} {what[type(decision)]}"
