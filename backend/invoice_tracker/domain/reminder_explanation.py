"""*Why?* on any invoice and any day, in codes and in plain English."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from invoice_tracker.domain.firm_calendar import FirmCalendar
from invoice_tracker.domain.holds import Hold
from invoice_tracker.domain.plain_dates import in_words, time_of_day, weekday, with_weekday
from invoice_tracker.domain.reminder_decisions import due_reminders
from invoice_tracker.domain.reminder_facts import (
    CollectionFacts,
    Explanation,
    InvoiceFacts,
    NeedsApproval,
    PastReminder,
    PastState,
    Planned,
    PlannedState,
    Reason,
    ReasonCode,
    Send,
    SendingRules,
    Skip,
    Step,
    StepKind,
    Task,
    Wait,
)
from invoice_tracker.domain.reminder_obstacles import (
    Obstacle,
    final_obstacle,
    holds_against,
    standing_obstacles,
    undated_obstacle,
)
from invoice_tracker.domain.reminder_plan import plan
from invoice_tracker.domain.reminder_series import Slot, missing_anchor
from invoice_tracker.domain.reminder_walk import Situation, walk

_HORIZON = timedelta(days=730)

_WHAT_BECAME = {
    PastState.awaiting_approval: (ReasonCode.awaiting_approval, "has been waiting for approval"),
    PastState.approved: (ReasonCode.approved, "was approved"),
    PastState.queued: (ReasonCode.queued, "has been waiting to leave"),
    PastState.sending: (ReasonCode.queued, "is leaving"),
    PastState.sent: (ReasonCode.sent, "was sent"),
    PastState.uncertain: (ReasonCode.uncertain, "may or may not have left"),
    PastState.skipped: (ReasonCode.skipped, "was skipped"),
    PastState.failed: (ReasonCode.failed, "could not be delivered"),
    PastState.cancelled: (ReasonCode.cancelled, "was withdrawn before it left"),
    PastState.to_call: (ReasonCode.to_call, "was put on the list of calls to make"),
    PastState.called: (ReasonCode.called, "was made"),
}


def explain(
    invoice: InvoiceFacts,
    collection: CollectionFacts,
    past: Sequence[PastReminder],
    *,
    holds: Iterable[Hold],
    on: date,
    now: datetime,
    calendar: FirmCalendar,
    rules: SendingRules,
    last_mail_on: date | None,
) -> Explanation:
    """Why something went or did not go on the firm's day ``on``, and what comes next and when.

    What happened on the day comes first, then what is due or planned on it, what stands in the
    way, and the next reminder. For today it says what ``due_reminders`` decides.
    """
    situation = Situation(
        invoice, collection, tuple(past), tuple(holds), now, calendar, rules, last_mail_on
    )
    today = calendar.local_day(now)
    planned = _plan(situation, today)
    reasons = [_became(row, situation) for row in past if calendar.local_day(row.at) == on]
    told = {reason.code for reason in reasons}
    here = [item for item in planned if item.on == on and on > today]
    if on == today:
        reasons += [r for r in _today(situation) if r.code not in told & _ON_THEIR_WAY]
    elif on > today:
        reasons += [_will(item, situation) for item in here]
    else:
        reasons += _meant_for(situation, on)
    if not reasons:
        reasons.append(_nothing(on, today))
        reasons += _day_off(on, calendar)
    reasons += [r for r in _stopped(situation, max(on, today)) if not _is_said(r, reasons)]
    coming = next(
        (item for item in planned if item.on >= on and not _is_now(item, situation)), None
    )
    if not here and not any(reason.code in _ENDINGS for reason in reasons):
        reasons.append(_coming(coming, on, situation))
    return Explanation(on, tuple(reasons), coming)


_ON_THEIR_WAY = frozenset({ReasonCode.queued, ReasonCode.awaiting_approval})

_ENDINGS = frozenset(
    {
        ReasonCode.paid,
        ReasonCode.zero_balance,
        ReasonCode.void,
        ReasonCode.deleted,
        ReasonCode.not_approved,
        ReasonCode.trust_money,
        ReasonCode.no_due_date,
        ReasonCode.no_issue_date,
    }
)


def _is_now(item: Planned, situation: Situation) -> bool:
    """Whether the item is what is due at this moment, and so not what comes next."""
    return item.at == situation.now and item.state != PlannedState.held


def _is_said(reason: Reason, reasons: Sequence[Reason]) -> bool:
    """Whether a reason is already told, perhaps as part of a longer sentence."""
    return any(_lower_first(reason.sentence) in _lower_first(r.sentence) for r in reasons)


def _plan(situation: Situation, today: date) -> list[Planned]:
    return plan(
        situation.invoice,
        situation.collection,
        situation.past,
        holds=situation.holds,
        now=situation.now,
        calendar=situation.calendar,
        rules=situation.rules,
        last_mail_on=situation.last_mail_on,
        until=today + _HORIZON,
    )


def _became(row: PastReminder, situation: Situation) -> Reason:
    code, words = _WHAT_BECAME[row.state]
    step = _step_of(row, situation.collection)
    subject = _name(step, row.occurrence) if step else "A reminder"
    to = f" to {row.recipient}" if row.recipient and row.state in _LEFT_FOR_CLIENT else ""
    at = time_of_day(situation.calendar.local_time(row.at))
    why = _why(row)
    when = "since" if row.state in _WAITING else "at"
    sentence = f"{subject} {words}{to} {when} {at}{why}"
    return Reason(code, sentence if sentence.endswith(".") else sentence + ".")


_LEFT_FOR_CLIENT = frozenset({PastState.sent, PastState.failed})
_WAITING = frozenset({PastState.awaiting_approval, PastState.queued})


def _today(situation: Situation) -> list[Reason]:
    s = situation
    decisions = due_reminders(
        s.invoice,
        s.collection,
        s.past,
        holds=s.holds,
        now=s.now,
        calendar=s.calendar,
        rules=s.rules,
        last_mail_on=s.last_mail_on,
    )
    return [_decided(decision) for decision in decisions]


def _decided(decision: Send | NeedsApproval | Task | Skip | Wait) -> Reason:
    if isinstance(decision, Wait):
        return Reason(
            decision.code, f"A reminder is due but waits: {_lower_first(decision.reason)}"
        )
    subject = _name(decision.step, decision.occurrence)
    if isinstance(decision, Skip):
        words = f"{subject} is skipped: {_lower_first(decision.reason)}"
        return Reason(decision.code, words)
    if isinstance(decision, NeedsApproval):
        return Reason(ReasonCode.awaiting_approval, f"{subject} is due and needs approval.")
    to = f" and goes to {decision.recipient}" if isinstance(decision, Send) else ""
    return Reason(ReasonCode.due_now, f"{subject} is due now{to}.")


def _will(item: Planned, situation: Situation) -> Reason:
    at = time_of_day(situation.calendar.local_time(item.at))
    subject = _name(item.step, item.occurrence)
    if item.state == PlannedState.held:
        words = f"{subject} would go at {at}, but: {_lower_first(item.note or '')}"
        return Reason(item.code or ReasonCode.held, words)
    if item.state == PlannedState.awaiting_approval:
        words = f"{subject} is planned for {at}, once a person has approved it."
        return Reason(ReasonCode.awaiting_approval, words)
    return Reason(ReasonCode.planned, f"{subject} is planned for {at}.")


def _meant_for(situation: Situation, on: date) -> list[Reason]:
    """What the series meant for a past day but did on another one, or not yet."""
    started_on = situation.calendar.local_day(situation.collection.started_at)
    if on < started_on:
        sentence = f"The collection started only on {with_weekday(started_on)}."
        return [Reason(ReasonCode.not_started, sentence)]
    rows = {(row.step_id, row.occurrence): row for row in situation.past}
    reasons = []
    for kind in StepKind:
        for slot in situation.series(kind).slots:
            if slot.planned_on != on:
                continue
            row = rows.get((slot.step.id, slot.occurrence))
            if row is None or situation.calendar.local_day(row.at) != on:
                reasons.append(_elsewhere(slot, row, situation))
    return reasons


def _elsewhere(slot: Slot, row: PastReminder | None, situation: Situation) -> Reason:
    subject = f"{_name(slot.step, slot.occurrence)} was planned for this day"
    if row is None:
        return Reason(ReasonCode.planned, f"{subject} but did not go.")
    code, words = _WHAT_BECAME[row.state]
    day = in_words(situation.calendar.local_day(row.at))
    why = _why(row)
    when = "since" if row.state in _WAITING else "on"
    sentence = f"{subject} and {words} {when} {day}{why}"
    return Reason(code, sentence if sentence.endswith(".") else sentence + ".")


def _stopped(situation: Situation, on: date) -> list[Reason]:
    """What holds reminders back on a day, whether or not one is due on it."""
    final = final_obstacle(situation.invoice)
    if final is not None:
        return [_reason(final)]
    lacking = missing_anchor(situation.invoice, situation.collection, situation.past)
    if lacking is not None:
        return [_reason(undated_obstacle(lacking))]
    at = max(situation.now, situation.calendar.opens_at(on))
    found = standing_obstacles(
        situation.invoice, StepKind.email, rules=situation.rules, on=on
    ) + holds_against(
        situation.holds, StepKind.email, at=at, time_zone=situation.calendar.time_zone
    )
    return [_reason(obstacle) for obstacle in found]


def _coming(item: Planned | None, on: date, situation: Situation) -> Reason:
    if item is None:
        if any(walk(situation, kind).series.in_flight for kind in StepKind):
            return Reason(ReasonCode.queued, "A reminder is waiting to leave; none comes after it.")
        return Reason(ReasonCode.no_more_steps, "No more reminders are planned.")
    subject = _lower_first(_name(item.step, item.occurrence))
    at = time_of_day(situation.calendar.local_time(item.at))
    when = f"{'later on that day' if item.on == on else f'on {with_weekday(item.on)}'} at {at}"
    if item.state == PlannedState.held:
        when = "at once" if item.at == situation.now else when
        sentence = f"Once nothing stands in the way, {subject} goes {when}."
        return Reason(ReasonCode.planned, sentence)
    after = ", once approved" if item.state == PlannedState.awaiting_approval else ""
    return Reason(ReasonCode.planned, f"Next comes {subject} {when}{after}.")


def _nothing(on: date, today: date) -> Reason:
    if on < today:
        return Reason(ReasonCode.nothing_on_day, "Nothing was planned for this day.")
    if on == today:
        return Reason(ReasonCode.not_due_yet, "Nothing is due at this moment.")
    return Reason(ReasonCode.nothing_on_day, "Nothing is planned for this day.")


def _day_off(on: date, calendar: FirmCalendar) -> list[Reason]:
    """That the firm sends nothing on this day anyway."""
    reason = calendar.days_off.reason(on)
    if reason:
        sentence = f"No mail leaves on {in_words(on)}: {reason}."
    elif on.weekday() not in calendar.sending_weekdays:
        sentence = f"No mail leaves on {weekday(on)}s."
    else:
        return []
    return [Reason(ReasonCode.outside_window, sentence)]


def _reason(obstacle: Obstacle) -> Reason:
    return Reason(obstacle.code, obstacle.sentence)


def _name(step: Step, occurrence: int) -> str:
    what = "The call" if step.kind == StepKind.call_task else "Reminder"
    again = f", round {occurrence}" if step.repeats and occurrence > 1 else ""
    if step.kind == StepKind.call_task:
        return f"{what} of step {step.position}{again}"
    return f"{what} {step.position}{again}"


def _why(row: PastReminder) -> str:
    if row.state == PastState.uncertain:
        return "; a person must decide"
    return f": {_lower_first(row.reason)}" if row.reason else ""


def _step_of(row: PastReminder, collection: CollectionFacts) -> Step | None:
    return next((step for step in collection.steps if step.id == row.step_id), None)


def _lower_first(sentence: str | None) -> str:
    """The sentence as the second half of another one; names of things keep their capital."""
    if not sentence:
        return ""
    if sentence.startswith(("Clio", "Safe Mode", "Stripe")):
        return sentence
    return sentence[0].lower() + sentence[1:]
