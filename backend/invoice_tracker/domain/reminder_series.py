"""From the steps of a set to days: which reminders are still to come, and from when on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from uuid import UUID

from invoice_tracker.domain.firm_calendar import FirmCalendar
from invoice_tracker.domain.reminder_facts import (
    DEFAULT_REPEAT_MAX,
    Anchor,
    Backlog,
    CollectionFacts,
    InvoiceFacts,
    Jump,
    OffsetUnit,
    PastReminder,
    PastState,
    ReasonCode,
    SendingRules,
    Step,
    StepKind,
)

_SPREAD = timedelta(hours=1)
_LEFT = frozenset({PastState.sent, PastState.uncertain})
_IN_FLIGHT = frozenset({PastState.queued, PastState.sending})
_STILL_TO_GO = frozenset({PastState.awaiting_approval, PastState.approved, PastState.cancelled})
_WENT_ON_FROM = _LEFT | _IN_FLIGHT | {PastState.failed, PastState.to_call, PastState.called}


@dataclass(frozen=True, slots=True)
class Slot:
    """One occurrence of one step, dated.

    ``day`` is what the set says; ``planned_on`` the sending day that follows from it, a gap away
    from the step before; ``goes_on`` the day that also honours the gap to the last mail that left.
    """

    step: Step
    occurrence: int
    day: date
    planned_on: date
    goes_on: date
    state: PastState | None = None

    @property
    def place(self) -> tuple[date, int, int]:
        """Its place in the series."""
        return self.day, self.step.position, self.occurrence


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A slot that will not go, whatever the time."""

    slot: Slot
    code: ReasonCode


@dataclass(frozen=True, slots=True)
class Series:
    """The reminders of one kind: those to come in their order, and those passed over."""

    slots: tuple[Slot, ...]
    pending: tuple[Slot, ...]
    passed_over: tuple[PassedOver, ...]
    in_flight: bool
    earliest_next_day: date | None
    """The first day on which the gap to the last mail is honoured."""
    last_day: date | None
    """The day of that last mail."""


def missing_anchor(
    invoice: InvoiceFacts, collection: CollectionFacts, past: Sequence[PastReminder]
) -> Anchor | None:
    """The day that a step still to come needs and the invoice lacks: then nothing can be dated."""
    done = {(row.step_id, row.occurrence) for row in past if row.state not in _STILL_TO_GO}
    lacking = {
        step.anchor
        for step in collection.steps
        if _anchor_day(step.anchor, invoice, date.min) is None
        and any((step.id, occurrence) not in done for occurrence in _occurrences(step))
    }
    return next((anchor for anchor in (Anchor.due, Anchor.issue) if anchor in lacking), None)


def build_series(
    invoice: InvoiceFacts,
    collection: CollectionFacts,
    past: Sequence[PastReminder],
    *,
    kind: StepKind,
    calendar: FirmCalendar,
    rules: SendingRules,
    last_mail_on: date | None,
) -> Series:
    """Date the steps of one kind and say which are still to come.

    ``last_mail_on`` is the firm's day of the last mail to the recipient over all collections.
    """
    states = _states(past)
    gap = max(rules.min_gap_days, 1) if kind == StepKind.email else 1
    start_day = calendar.local_day(collection.started_at)
    dated = [
        replace(slot, state=states.get((slot.step.id, slot.occurrence)))
        for slot in _dated(invoice, collection, calendar)
        if slot.step.kind == kind
    ]
    backlog = _backlog(dated, collection.backlog, start_day)
    jumped = _jumped_over([slot for slot in dated if slot not in backlog], collection.jump)
    behind = backlog + jumped
    slots = _space_out([slot for slot in dated if slot not in behind], calendar, gap)
    pending, overtaken = _still_to_come(slots)
    own_days = _days_left(slots + behind, past, calendar)
    last_day, earliest = _gap_to_honour(
        own_days, gap, last_mail_on if kind == StepKind.email else None, rules.min_gap_days
    )
    return Series(
        slots=tuple(behind + slots),
        pending=tuple(_after_last_mail(pending, calendar, gap, last_day, earliest)),
        passed_over=(
            *(PassedOver(slot, ReasonCode.before_start) for slot in backlog if _is_open(slot)),
            *(PassedOver(slot, ReasonCode.jumped_over) for slot in jumped if _is_open(slot)),
            *(PassedOver(slot, ReasonCode.superseded) for slot in overtaken),
        ),
        in_flight=any(slot.state in _IN_FLIGHT for slot in behind + slots),
        earliest_next_day=earliest,
        last_day=last_day,
    )


def instant_on(calendar: FirmCalendar, minute_key: UUID, day: date) -> datetime:
    """When a collection's mail may leave on a sending day: spread over the window's first hour."""
    opens, closes = calendar.opens_at(day), calendar.closes_at(day)
    room = max(1, int(min(_SPREAD, (closes - opens) / 2).total_seconds()))
    return opens + timedelta(seconds=_number_of(minute_key) % room)


@lru_cache(maxsize=8192)
def _number_of(minute_key: UUID) -> int:
    """The same number for one key at all times."""
    return int.from_bytes(sha256(minute_key.bytes).digest()[:8], "big")


def next_moment(calendar: FirmCalendar, minute_key: UUID, instant: datetime) -> datetime:
    """The first moment from ``instant`` on at which a mail with this key may leave."""
    opening = calendar.next_open(instant)
    return max(opening, instant_on(calendar, minute_key, calendar.local_day(opening)))


def not_before(calendar: FirmCalendar, collection: CollectionFacts, day: date) -> datetime:
    """The earliest instant of a reminder that goes on this sending day."""
    return max(instant_on(calendar, collection.minute_key, day), collection.started_at)


def _states(past: Sequence[PastReminder]) -> dict[tuple[UUID, int], PastState]:
    """What has become of each occurrence, where one row was withdrawn and another came after."""
    states: dict[tuple[UUID, int], PastState] = {}
    for row in past:
        key = (row.step_id, row.occurrence)
        if key not in states or _weight(row.state) >= _weight(states[key]):
            states[key] = row.state
    return states


def _weight(state: PastState) -> int:
    if state == PastState.cancelled:
        return 0
    return 1 if state in _STILL_TO_GO else 2


def _anchor_day(anchor: Anchor, invoice: InvoiceFacts, start_day: date) -> date | None:
    if anchor == Anchor.due:
        return invoice.due_on
    return invoice.issued_on if anchor == Anchor.issue else start_day


def _dated(
    invoice: InvoiceFacts, collection: CollectionFacts, calendar: FirmCalendar
) -> list[Slot]:
    """All occurrences of all steps in the order of their days, after the backlog's shift."""
    start_day = calendar.local_day(collection.started_at)
    days = [
        (day, step, occurrence)
        for step in collection.steps
        for occurrence in _occurrences(step)
        if (day := _day_of(step, occurrence, invoice, start_day, calendar)) is not None
    ]
    shift = timedelta(0)
    movable = [day for day, step, _ in days if step.anchor != Anchor.month]
    if movable and collection.backlog == Backlog.first_step:
        shift = max(shift, start_day - min(movable))
    floor = calendar.local_day(calendar.next_open(collection.started_at))
    slots = []
    for set_day, step, occurrence in days:
        day = set_day if step.anchor == Anchor.month else set_day + shift
        if collection.jump and (step.position, occurrence) == (collection.jump.position, 1):
            day = min(day, collection.jump.on)
        planned_on = calendar.next_sending_day(max(day, floor))
        slots.append(
            Slot(
                step=step,
                occurrence=occurrence,
                day=day,
                planned_on=planned_on,
                goes_on=planned_on,
            )
        )
    return sorted(slots, key=lambda slot: slot.place)


def _day_of(
    step: Step,
    occurrence: int,
    invoice: InvoiceFacts,
    start_day: date,
    calendar: FirmCalendar,
) -> date | None:
    """The day the set says, before it moves to a sending day."""
    if step.anchor == Anchor.month:
        anchor: date | None = _month_after(start_day, occurrence, calendar)
    else:
        anchor = _anchor_day(step.anchor, invoice, start_day)
    if anchor is None:
        return None
    rounds = timedelta(days=(occurrence - 1) * (step.repeat_every_days or 0))
    if step.offset_unit == OffsetUnit.business_days:
        return calendar.business_days_after(anchor, step.offset_days) + rounds
    return anchor + timedelta(days=step.offset_days) + rounds


def _month_after(start_day: date, occurrence: int, calendar: FirmCalendar) -> date:
    """The first of the month whose first sending day is the n-th one not before the start."""
    first = start_day.replace(day=1)
    months = occurrence if calendar.next_sending_day(first) < start_day else occurrence - 1
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, 1)


def _occurrences(step: Step) -> range:
    """Counts from 1."""
    count = (step.repeat_max or DEFAULT_REPEAT_MAX) if step.repeats else 1
    return range(1, count + 1)


def _jumped_over(slots: Sequence[Slot], jump: Jump | None) -> list[Slot]:
    """Those of steps before the one with which the series goes on, apart from what has gone.

    Also once they are skipped: else the later step would keep its distance from them.
    """
    if jump is None:
        return []
    return [
        slot
        for slot in slots
        if slot.step.position < jump.position and slot.state not in _WENT_ON_FROM
    ]


def _backlog(slots: Sequence[Slot], backlog: Backlog, start_day: date) -> list[Slot]:
    """Those that the backlog choice leaves behind."""
    if backlog == Backlog.skip_past:
        # The first of a month may lie before the start, the sending day it stands for does not.
        return [s for s in slots if s.day < start_day and s.step.anchor != Anchor.month]
    if backlog == Backlog.fitting_step:
        return [slot for slot in slots if slot.day <= start_day][:-1]
    return []


def _still_to_come(slots: Sequence[Slot]) -> tuple[list[Slot], list[Slot]]:
    """The open ones after the furthest that has gone, and the open ones it has overtaken."""
    gone = [index for index, slot in enumerate(slots) if slot.state in _WENT_ON_FROM]
    start = gone[-1] + 1 if gone else 0
    overtaken = [slot for slot in slots[:start] if _is_open(slot)]
    return [slot for slot in slots[start:] if _is_open(slot)], overtaken


def _is_open(slot: Slot) -> bool:
    return slot.state is None or slot.state in _STILL_TO_GO


def _days_left(
    slots: Sequence[Slot], past: Sequence[PastReminder], calendar: FirmCalendar
) -> list[date]:
    """The days on which mails of these steps left, or perhaps left."""
    steps = {slot.step.id for slot in slots}
    return [
        calendar.local_day(row.at) for row in past if row.state in _LEFT and row.step_id in steps
    ]


def _gap_to_honour(
    own_days: Sequence[date], own_gap: int, last_mail_on: date | None, gap: int
) -> tuple[date | None, date | None]:
    """The day of the last mail, and the first day that is far enough from it."""
    bounds = [(day + timedelta(days=own_gap), day) for day in own_days]
    if last_mail_on is not None:
        bounds.append((last_mail_on + timedelta(days=gap), last_mail_on))
    if not bounds:
        return None, None
    earliest, last_day = max(bounds)
    return last_day, earliest


def _space_out(slots: Sequence[Slot], calendar: FirmCalendar, gap: int) -> list[Slot]:
    """Plan each slot at least a gap after the one before it, whatever has become of either."""
    spaced: list[Slot] = []
    for slot in slots:
        if spaced:
            earliest = spaced[-1].planned_on + timedelta(days=gap)
            if earliest > slot.planned_on:
                day = calendar.next_sending_day(earliest)
                slot = replace(slot, planned_on=day, goes_on=day)
        spaced.append(slot)
    return spaced


def _after_last_mail(
    pending: Sequence[Slot],
    calendar: FirmCalendar,
    gap: int,
    last_day: date | None,
    earliest: date | None,
) -> list[Slot]:
    """Move each slot to the first sending day that is far enough from the last mail.

    A slot that was already late when the last mail left is not moved: it may have been overtaken.
    """
    moved: list[Slot] = []
    for slot in pending:
        if moved:
            earliest = moved[-1].goes_on + timedelta(days=gap)
        elif last_day is None or last_day > slot.planned_on:
            earliest = None
        if earliest is not None and earliest > slot.planned_on:
            slot = replace(slot, goes_on=calendar.next_sending_day(earliest))
        moved.append(slot)
    return moved
