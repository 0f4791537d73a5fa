"""From the steps of a set to days: which reminders are still to come, and from when on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from invoice_tracker.domain.firm_calendar import FirmCalendar
from invoice_tracker.domain.reminder_facts import (
    DEFAULT_REPEAT_MAX,
    Anchor,
    Backlog,
    CollectionFacts,
    InvoiceFacts,
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

    ``day`` is what the set says; ``planned_on`` the sending day that follows from it; ``goes_on``
    the day that also honours the gap to the mail before; ``not_before`` the UTC instant on it.
    """

    step: Step
    occurrence: int
    day: date
    planned_on: date
    goes_on: date
    not_before: datetime
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
        and any((step.id, occurrence) not in done for occurrence, _ in _occurrences(step))
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
    states = {(row.step_id, row.occurrence): row.state for row in past}
    slots = [
        replace(slot, state=states.get((slot.step.id, slot.occurrence)))
        for slot in _dated(invoice, collection, calendar)
        if slot.step.kind == kind
    ]
    start_day = calendar.local_day(collection.started_at)
    pending, passed_over = _sort_out(slots, collection.backlog, start_day)
    gap = max(rules.min_gap_days, 1) if kind == StepKind.email else 1
    own_days = [
        calendar.local_day(row.at)
        for row in past
        if row.state in _LEFT and any(slot.step.id == row.step_id for slot in slots)
    ]
    last_day, earliest = _gap_to_honour(
        own_days, gap, last_mail_on if kind == StepKind.email else None, rules.min_gap_days
    )
    return Series(
        slots=tuple(slots),
        pending=tuple(_space_out(pending, collection, calendar, gap, last_day, earliest)),
        passed_over=tuple(passed_over),
        in_flight=any(slot.state in _IN_FLIGHT for slot in slots),
        earliest_next_day=earliest,
        last_day=last_day,
    )


def instant_on(calendar: FirmCalendar, collection_id: UUID, day: date) -> datetime:
    """When a collection's mail may leave on a sending day: spread over the window's first hour."""
    opens, closes = calendar.opens_at(day), calendar.closes_at(day)
    room = max(1, int(min(_SPREAD, (closes - opens) / 2).total_seconds()))
    number = int.from_bytes(sha256(str(collection_id).encode()).digest()[:8], "big")
    return opens + timedelta(seconds=number % room)


def next_moment(calendar: FirmCalendar, collection_id: UUID, instant: datetime) -> datetime:
    """The first moment from ``instant`` on at which this collection's mail may leave."""
    opening = calendar.next_open(instant)
    return max(opening, instant_on(calendar, collection_id, calendar.local_day(opening)))


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
        (anchor_day + timedelta(days=offset), step, occurrence)
        for step in collection.steps
        if (anchor_day := _anchor_day(step.anchor, invoice, start_day)) is not None
        for occurrence, offset in _occurrences(step)
    ]
    shift = timedelta(0)
    if days and collection.backlog == Backlog.first_step:
        shift = max(shift, start_day - min(day for day, _, _ in days))
    floor = calendar.local_day(calendar.next_open(collection.started_at))
    slots = []
    for day, step, occurrence in days:
        planned_on = calendar.next_sending_day(max(day + shift, floor))
        slots.append(
            Slot(
                step=step,
                occurrence=occurrence,
                day=day + shift,
                planned_on=planned_on,
                goes_on=planned_on,
                not_before=_not_before(calendar, collection, planned_on),
            )
        )
    return sorted(slots, key=lambda slot: slot.place)


def _occurrences(step: Step) -> Iterable[tuple[int, int]]:
    if not step.repeat_every_days:
        return [(1, step.offset_days)]
    count = step.repeat_max or DEFAULT_REPEAT_MAX
    return [(n + 1, step.offset_days + n * step.repeat_every_days) for n in range(count)]


def _not_before(calendar: FirmCalendar, collection: CollectionFacts, day: date) -> datetime:
    return max(instant_on(calendar, collection.id, day), collection.started_at)


def _sort_out(
    slots: Sequence[Slot], backlog: Backlog, start_day: date
) -> tuple[list[Slot], list[PassedOver]]:
    """Those still to come, and those that a later one or the backlog choice has overtaken."""
    furthest = max((s.place for s in slots if s.state in _WENT_ON_FROM), default=None)
    fitting = max((s.place for s in slots if s.day <= start_day), default=None)
    pending, passed_over = [], []
    for slot in slots:
        if slot.state is not None and slot.state not in _STILL_TO_GO:
            continue
        if furthest is not None and slot.place < furthest:
            passed_over.append(PassedOver(slot, ReasonCode.superseded))
        elif _in_backlog(slot, backlog, start_day, fitting):
            passed_over.append(PassedOver(slot, ReasonCode.before_start))
        else:
            pending.append(slot)
    return pending, passed_over


def _in_backlog(
    slot: Slot, backlog: Backlog, start_day: date, fitting: tuple[date, int, int] | None
) -> bool:
    if backlog == Backlog.skip_past:
        return slot.day < start_day
    return backlog == Backlog.fitting_step and fitting is not None and slot.place < fitting


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


def _space_out(
    pending: Sequence[Slot],
    collection: CollectionFacts,
    calendar: FirmCalendar,
    gap: int,
    last_day: date | None,
    earliest: date | None,
) -> list[Slot]:
    """Move each slot to the first sending day that is far enough from the mail before it.

    A mail that was already late when the last mail left is not moved: it may have been overtaken.
    """
    if not pending:
        return []
    first = pending[0]
    if earliest is not None and last_day is not None and last_day <= first.planned_on:
        first = _moved(first, earliest, collection, calendar)
    spaced = [first]
    for slot in pending[1:]:
        spaced.append(_moved(slot, spaced[-1].goes_on + timedelta(days=gap), collection, calendar))
    return spaced


def _moved(slot: Slot, earliest: date, collection: CollectionFacts, calendar: FirmCalendar) -> Slot:
    if earliest <= slot.planned_on:
        return slot
    goes_on = calendar.next_sending_day(earliest)
    return replace(slot, goes_on=goes_on, not_before=_not_before(calendar, collection, goes_on))
