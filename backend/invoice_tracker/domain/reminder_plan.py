"""The reminders of the future, by playing the same decisions forward."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from invoice_tracker.domain.firm_calendar import FirmCalendar
from invoice_tracker.domain.holds import Hold
from invoice_tracker.domain.reminder_facts import (
    CollectionFacts,
    InvoiceFacts,
    PastReminder,
    PastState,
    Planned,
    PlannedState,
    ReasonCode,
    SendingRules,
    StepKind,
)
from invoice_tracker.domain.reminder_series import Slot
from invoice_tracker.domain.reminder_walk import Situation, Walk, walk

_ON_ITS_WAY = frozenset({PastState.queued, PastState.sending})


def plan(
    invoice: InvoiceFacts,
    collection: CollectionFacts,
    past: Sequence[PastReminder],
    *,
    holds: Iterable[Hold],
    now: datetime,
    calendar: FirmCalendar,
    rules: SendingRules,
    last_mail_on: date | None,
    until: date,
) -> list[Planned]:
    """The reminders from ``now`` through the firm's day ``until``, in the order of their instants.

    They are what ``due_reminders`` will decide if the facts stay as they are and approvals are
    given. Reminders behind an obstacle without a known end are listed as held, on the day they
    would go if it ended now. Empty for an invoice that is paid, void or without the day to count
    from. Mails that already wait to leave are not listed.
    """
    situation = Situation(
        invoice, collection, tuple(past), tuple(holds), now, calendar, rules, last_mail_on
    )
    planned = [item for kind in StepKind for item in plan_kind(situation, kind, until)]
    return sorted(planned, key=lambda item: (item.at, item.step.position))


def plan_kind(situation: Situation, kind: StepKind, until: date) -> list[Planned]:
    """The reminders of one kind through the firm's day ``until``."""
    situation = as_if_left(situation)
    planned: list[Planned] = []
    while True:
        outcome = walk(situation, kind, past_endless=True)
        if outcome.slot is None or outcome.at is None:
            return planned
        item = as_planned(situation, outcome)
        if item.on > until:
            return planned
        planned.append(item)
        situation = as_if_done(situation, outcome)


def as_planned(situation: Situation, outcome: Walk) -> Planned:
    """Where a walk led to, as a reminder of the future. Needs an outcome with a slot."""
    slot, at = _reached(outcome)
    recipient = situation.invoice.recipient if slot.step.kind == StepKind.email else None
    on = situation.calendar.local_day(at)
    item = Planned(slot.step, slot.occurrence, recipient, on, at)
    if outcome.endless:
        first = outcome.endless[0]
        return replace(
            item,
            state=PlannedState.held,
            code=first.code,
            hold=first.hold,
            note=first.sentence,
        )
    approved = slot.state == PastState.approved
    if slot.step.kind == StepKind.email and slot.step.needs_approval and not approved:
        return replace(
            item,
            state=PlannedState.awaiting_approval,
            code=ReasonCode.awaiting_approval,
            note="A person must approve it first.",
        )
    return item


def as_if_left(situation: Situation) -> Situation:
    """Suppose that mails on their way leave at the next opening."""
    leaving = situation.calendar.next_open(situation.now)
    past = tuple(
        replace(row, state=PastState.sent, at=leaving) if row.state in _ON_ITS_WAY else row
        for row in situation.past
    )
    return replace(situation, past=past)


def as_if_done(situation: Situation, outcome: Walk) -> Situation:
    """The situation after the reminder of a walk has gone and the older ones were skipped."""
    slot, at = _reached(outcome)
    state = PastState.sent if slot.step.kind == StepKind.email else PastState.called
    recipient = situation.invoice.recipient
    done = [
        PastReminder(older.step.id, older.occurrence, recipient, PastState.skipped, at)
        for older in outcome.overtaken
    ]
    done.append(PastReminder(slot.step.id, slot.occurrence, recipient, state, at))
    replaced = {(row.step_id, row.occurrence) for row in done}
    kept = [row for row in situation.past if (row.step_id, row.occurrence) not in replaced]
    return replace(situation, past=(*kept, *done), now=at + timedelta(seconds=1))


def _reached(outcome: Walk) -> tuple[Slot, datetime]:
    assert outcome.slot is not None
    assert outcome.at is not None
    return outcome.slot, outcome.at
