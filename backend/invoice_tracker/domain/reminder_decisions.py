"""What is due now, whether a waiting mail is still right, and when to look again."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from invoice_tracker.domain.firm_calendar import FirmCalendar
from invoice_tracker.domain.holds import Hold
from invoice_tracker.domain.reminder_facts import (
    CollectionFacts,
    Decision,
    InvoiceFacts,
    NeedsApproval,
    PastReminder,
    PastState,
    ReasonCode,
    Send,
    SendingRules,
    Skip,
    StepKind,
    Task,
    Wait,
    Withdraw,
    reminder_key,
)
from invoice_tracker.domain.reminder_obstacles import Obstacle, final_obstacle
from invoice_tracker.domain.reminder_series import Slot, missing_anchor, not_before
from invoice_tracker.domain.reminder_walk import Situation, Walk, walk

_OPEN_ENDED = frozenset({PastState.queued, PastState.sending, PastState.awaiting_approval})


def due_reminders(
    invoice: InvoiceFacts,
    collection: CollectionFacts,
    past: Sequence[PastReminder],
    *,
    holds: Iterable[Hold],
    now: datetime,
    calendar: FirmCalendar,
    rules: SendingRules,
    last_mail_on: date | None,
) -> list[Decision]:
    """What to do for one collection at this instant.

    At most one ``Send`` or ``NeedsApproval`` and at most one ``Task``, each preceded by a ``Skip``
    for every older step it overtakes. Where something is due but cannot go, one ``Wait`` says why.
    Nothing is due outside the sending window. Once the answers are stored as past reminders
    (queued, awaiting approval, to call, skipped), asking again gives no action.

    ``last_mail_on`` is the firm's day of the last mail to the same recipient over all collections.
    """
    situation = Situation(
        invoice, collection, tuple(past), tuple(holds), now, calendar, rules, last_mail_on
    )
    decisions: list[Decision] = []
    for kind in StepKind:
        decisions += _decide(situation, walk(situation, kind))
    return _one_wait(decisions)


def recheck(
    step_id: UUID,
    occurrence: int,
    invoice: InvoiceFacts,
    collection: CollectionFacts,
    past: Sequence[PastReminder],
    *,
    holds: Iterable[Hold],
    now: datetime,
    calendar: FirmCalendar,
    rules: SendingRules,
    last_mail_on: date | None,
) -> Send | Skip | Wait | Withdraw:
    """Whether a mail that was decided earlier and waits to leave is still right at this instant.

    ``past`` contains its row. ``Send``: let it go. ``Skip``: it has been overtaken. ``Wait``: not
    now. ``Withdraw``: cancel it; the facts have changed, and it is decided anew when due.
    """
    rows = [
        row
        for row in past
        if (row.step_id, row.occurrence) == (step_id, occurrence)
        and row.state != PastState.cancelled
    ]
    others = [row for row in past if (row.step_id, row.occurrence) != (step_id, occurrence)]
    recipient = rows[-1].recipient if rows else invoice.recipient
    step = next((step for step in collection.steps if step.id == step_id), None)
    identity = step.identity if step else step_id
    key = reminder_key(collection.id, identity, occurrence, recipient)
    final = final_obstacle(invoice)
    if final is not None:
        return Withdraw(key, final.code, final.sentence)
    if recipient != invoice.recipient:
        return Withdraw(key, ReasonCode.address_changed, "The client's address has changed.")
    agreed = PastReminder(step_id, occurrence, recipient, PastState.approved, now)
    situation = Situation(
        invoice, collection, (*others, agreed), tuple(holds), now, calendar, rules, last_mail_on
    )
    outcome = walk(situation, StepKind.email)
    for decision in _decide(situation, outcome):
        if isinstance(decision, Send | Skip) and decision.key == key:
            return decision
    first = outcome.obstacles[0] if outcome.obstacles else None
    if first is not None and (outcome.is_due or outcome.slot is None):
        return _wait(first)
    return Withdraw(key, ReasonCode.not_due_yet, "This reminder is no longer due.")


def next_action_at(
    invoice: InvoiceFacts,
    collection: CollectionFacts,
    past: Sequence[PastReminder],
    *,
    holds: Iterable[Hold],
    now: datetime,
    calendar: FirmCalendar,
    rules: SendingRules,
    last_mail_on: date | None,
) -> datetime | None:
    """The first instant from ``now`` on at which ``due_reminders`` will ask for an action.

    Nothing where none is to come, or where only a change of the facts can bring one: a hold without
    an end, an approval, a mail that waits to leave.
    """
    situation = Situation(
        invoice, collection, tuple(past), tuple(holds), now, calendar, rules, last_mail_on
    )
    moments = [at for kind in StepKind if (at := walk(situation, kind).at) is not None]
    return min(moments, default=None)


def is_complete(
    invoice: InvoiceFacts,
    collection: CollectionFacts,
    past: Sequence[PastReminder],
    *,
    calendar: FirmCalendar,
) -> bool:
    """Whether the series has come to its end: nothing to come, nothing on its way."""
    if missing_anchor(invoice, collection, past) is not None:
        return False
    if any(row.state in _OPEN_ENDED for row in past):
        return False
    situation = Situation(
        invoice, collection, tuple(past), (), collection.started_at, calendar, SendingRules(), None
    )
    return not any(situation.series(kind).pending for kind in StepKind)


def _decide(situation: Situation, outcome: Walk) -> list[Decision]:
    """The decisions of one kind of step at ``situation.now``."""
    slot = outcome.slot
    if slot is not None and outcome.at == situation.now:
        overtaken = [
            _skip(situation, passed.slot, passed.code) for passed in outcome.series.passed_over
        ]
        overtaken += [_skip(situation, older, ReasonCode.superseded) for older in outcome.overtaken]
        return [*sorted(overtaken, key=lambda skip: skip.planned_on), _act(situation, slot)]
    first = outcome.obstacles[0] if outcome.obstacles else None
    if outcome.is_due and first is not None and first.code != ReasonCode.outside_window:
        return [_wait(first)]
    return []


def _act(situation: Situation, slot: Slot) -> Decision:
    earliest = not_before(situation.calendar, situation.collection, slot.goes_on)
    if slot.step.kind == StepKind.call_task:
        key = reminder_key(situation.collection.id, slot.step.identity, slot.occurrence, None)
        return Task(slot.step, slot.occurrence, key, slot.planned_on, earliest)
    recipient = situation.invoice.recipient or ""
    key = reminder_key(situation.collection.id, slot.step.identity, slot.occurrence, recipient)
    needs_approval = slot.step.needs_approval and slot.state != PastState.approved
    decision = NeedsApproval if needs_approval else Send
    return decision(slot.step, slot.occurrence, recipient, key, slot.planned_on, earliest)


_WHY_PASSED_OVER = {
    ReasonCode.before_start: "Its day was before the collection started.",
    ReasonCode.jumped_over: "The series went on with a later step after a broken promise.",
    ReasonCode.superseded: "A later reminder was due by then.",
}


def _skip(situation: Situation, slot: Slot, code: ReasonCode) -> Skip:
    recipient = situation.invoice.recipient if slot.step.kind == StepKind.email else None
    reason = _WHY_PASSED_OVER[code]
    key = reminder_key(situation.collection.id, slot.step.identity, slot.occurrence, recipient)
    return Skip(slot.step, slot.occurrence, recipient, key, slot.planned_on, code, reason)


def _wait(obstacle: Obstacle) -> Wait:
    return Wait(obstacle.code, obstacle.sentence, obstacle.hold, obstacle.until)


def _one_wait(decisions: list[Decision]) -> list[Decision]:
    """Actions as they are, and the first of several reasons to wait."""
    waits = [decision for decision in decisions if isinstance(decision, Wait)]
    return [d for d in decisions if not isinstance(d, Wait)] + waits[:1]
