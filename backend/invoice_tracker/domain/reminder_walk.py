"""The core: walk forward from a moment to the first one at which a reminder of a kind can go.

Decisions, plan, next action and explanation all read the outcome of this one walk.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from invoice_tracker.domain.firm_calendar import FirmCalendar
from invoice_tracker.domain.holds import Hold, HoldKind
from invoice_tracker.domain.plain_dates import in_words
from invoice_tracker.domain.reminder_facts import (
    CollectionFacts,
    InvoiceFacts,
    PastReminder,
    PastState,
    ReasonCode,
    SendingRules,
    StepKind,
)
from invoice_tracker.domain.reminder_obstacles import (
    Obstacle,
    final_obstacle,
    holds_against,
    standing_obstacles,
    undated_obstacle,
)
from invoice_tracker.domain.reminder_series import (
    Series,
    Slot,
    build_series,
    missing_anchor,
    next_moment,
    not_before,
)


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything known about one collection at one moment."""

    invoice: InvoiceFacts
    collection: CollectionFacts
    past: tuple[PastReminder, ...]
    holds: tuple[Hold, ...]
    now: datetime
    calendar: FirmCalendar
    rules: SendingRules
    last_mail_on: date | None

    def series(self, kind: StepKind) -> Series:
        """The dated reminders of one kind."""
        return build_series(
            self.invoice,
            self.collection,
            self.past,
            kind=kind,
            calendar=self.calendar,
            rules=self.rules,
            last_mail_on=self.last_mail_on,
        )


@dataclass(frozen=True, slots=True)
class Walk:
    """Where a walk led: ``slot`` can go at ``at``, and the ``overtaken`` ones never will.

    ``is_due`` says that a reminder's own day and time had come at the start of the walk.
    ``obstacles`` were met on the way, in order; where ``slot`` is None the last one has no known
    end. A walk past endless obstacles collects them in ``endless`` instead.
    """

    series: Series
    slot: Slot | None = None
    at: datetime | None = None
    overtaken: tuple[Slot, ...] = ()
    is_due: bool = False
    obstacles: tuple[Obstacle, ...] = ()
    endless: tuple[Obstacle, ...] = ()


def walk(situation: Situation, kind: StepKind, *, past_endless: bool = False) -> Walk:
    """The next reminder of a kind that can go, from ``situation.now`` on.

    With ``past_endless``, obstacles without a known end are noted and passed, to see what would
    come if they ended.
    """
    series = situation.series(kind)
    final = final_obstacle(situation.invoice)
    if final is not None:
        return Walk(series, obstacles=(final,))
    lacking = missing_anchor(situation.invoice, situation.collection, situation.past)
    if lacking is not None:
        return Walk(series, is_due=True, obstacles=(undated_obstacle(lacking),))
    if not series.pending:
        return Walk(series)
    return _Walker(situation, kind, series, past_endless=past_endless).go()


class _Walker:
    """One walk: each look at a moment finds a reminder that can go, a later moment, or an end."""

    def __init__(
        self, situation: Situation, kind: StepKind, series: Series, *, past_endless: bool
    ) -> None:
        self._s = situation
        self._kind = kind
        self._series = series
        self._past_endless = past_endless
        self._obstacles: list[Obstacle] = []
        self._endless: list[Obstacle] = []

    def go(self) -> Walk:
        first = self._series.pending[0]
        own_time = not_before(self._s.calendar, self._s.collection, first.planned_on)
        is_due = own_time <= self._s.now
        moment: datetime | None = max(own_time, self._s.now)
        slot = None
        while moment is not None and slot is None:
            self._endless.clear()
            slot, moment = self._look(moment)
        overtaken: tuple[Slot, ...] = ()
        if slot is not None:
            overtaken = tuple(s for s in self._series.pending if s.place < slot.place)
        return Walk(
            self._series,
            slot,
            moment,
            overtaken,
            is_due,
            tuple(self._obstacles),
            tuple(self._endless),
        )

    def _look(self, moment: datetime) -> tuple[Slot | None, datetime | None]:
        opening = next_moment(self._s.calendar, self._s.collection.minute_key, moment)
        if opening > moment:
            return self._wait_until(
                Obstacle(ReasonCode.outside_window, self._closed(moment), until=opening)
            )
        for obstacle in self._in_the_way(moment):
            if obstacle.until is not None:
                return self._wait_until(obstacle)
            if not self._past_endless:
                self._obstacles.append(obstacle)
                return None, None
            self._endless.append(obstacle)
        return self._pick(moment)

    def _in_the_way(self, moment: datetime) -> Sequence[Obstacle]:
        s = self._s
        on = s.calendar.local_day(moment)
        found = standing_obstacles(s.invoice, self._kind, rules=s.rules, on=on)
        found += holds_against(s.holds, self._kind, at=moment, time_zone=s.calendar.time_zone)
        if self._kind == StepKind.email and self._series.in_flight:
            sentence = "A reminder of this series is waiting to leave."
            found.append(Obstacle(ReasonCode.queued, sentence))
        return sorted(found, key=lambda obstacle: obstacle.until is not None)

    def _pick(self, moment: datetime) -> tuple[Slot | None, datetime | None]:
        today = self._s.calendar.local_day(moment)
        come = [slot for slot in self._series.pending if slot.goes_on <= today]
        if not come:
            return self._wait_until(self._gap(self._series.pending[0].goes_on))
        earliest = self._series.earliest_next_day
        if earliest is not None and today < earliest:
            return self._wait_until(self._gap(self._s.calendar.next_sending_day(earliest)))
        slot = come[-1]
        if slot.state == PastState.awaiting_approval and not self._past_endless:
            return self._unapproved(slot)
        return slot, moment

    def _unapproved(self, slot: Slot) -> tuple[None, datetime | None]:
        sentence = f"Reminder {slot.step.position} is waiting for approval."
        later = [s.goes_on for s in self._series.pending if s.place > slot.place]
        self._obstacles.append(
            Obstacle(ReasonCode.awaiting_approval, sentence, HoldKind.awaiting_approval)
        )
        if not later:
            return None, None
        return None, not_before(self._s.calendar, self._s.collection, later[0])

    def _gap(self, next_day: date) -> Obstacle:
        last = self._series.last_day
        since = f"The last mail to this address left on {in_words(last)}" if last else ""
        sentence = f"{since}; the next may leave on {in_words(next_day)}."
        until = not_before(self._s.calendar, self._s.collection, next_day)
        return Obstacle(ReasonCode.minimum_gap, sentence, until=until)

    def _closed(self, moment: datetime) -> str:
        """Why nothing leaves at this moment."""
        day = self._s.calendar.local_day(moment)
        reason = self._s.calendar.days_off.reason(day)
        if reason:
            return f"No mail leaves on {in_words(day)}: {reason}."
        return "The firm's sending hours are over or have not begun."

    def _wait_until(self, obstacle: Obstacle) -> tuple[None, datetime | None]:
        self._obstacles.append(obstacle)
        return None, obstacle.until
