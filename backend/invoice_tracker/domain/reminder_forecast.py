"""The mails of one person over all collections, by playing the same decisions forward together.

``plan`` looks at one collection. Here the collections of one person share their days: what is due
at the same moment in one group is one mail, and after each mail all of them keep the gap.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from invoice_tracker.domain.reminder_facts import Planned, PlannedState, StepKind
from invoice_tracker.domain.reminder_groups import GroupKey
from invoice_tracker.domain.reminder_plan import as_if_done, as_if_left, as_planned, plan_kind
from invoice_tracker.domain.reminder_walk import Situation, Walk, walk

_JUST_AFTER = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Member:
    """One collection of a person, and the group its mails belong to."""

    situation: Situation
    group: GroupKey


@dataclass(frozen=True, slots=True)
class ForecastItem:
    """A planned reminder of one collection; ``member`` is its place in what was asked about."""

    member: int
    planned: Planned


@dataclass(frozen=True, slots=True)
class ForecastMail:
    """One mail of the future, or one call, with all the reminders in it."""

    at: datetime
    on: date
    items: tuple[ForecastItem, ...]

    @property
    def leaves(self) -> bool:
        """Whether it will go as things stand: it is a mail, and nothing holds it."""
        first = self.items[0].planned
        return first.step.kind == StepKind.email and first.state != PlannedState.held


def forecast(members: Sequence[Member], *, until: date) -> list[ForecastMail]:
    """All mails and calls of one person through the day ``until``, in the order of their instants.

    It is what will happen if the facts stay as they are and approvals are given at once.
    ``members`` are all collections with the same recipient, looked at at the same moment.
    """
    calls = [
        ForecastMail(planned.at, planned.on, (ForecastItem(index, planned),))
        for index, member in enumerate(members)
        for planned in plan_kind(member.situation, StepKind.call_task, until)
    ]
    return sorted([*calls, *_mails(list(members), until)], key=lambda mail: mail.at)


@dataclass(frozen=True, slots=True)
class _Next:
    member: int
    outcome: Walk
    planned: Planned


def _mails(members: list[Member], until: date) -> list[ForecastMail]:
    members = [replace(each, situation=as_if_left(each.situation)) for each in members]
    held = _held(members, until)
    found = [mail for mails in held.values() for mail in mails]
    free = [index for index in range(len(members)) if index not in held]
    while True:
        looked = [each for index in free if (each := _look(members, index)) is not None]
        due = [each for each in looked if each.planned.on <= until]
        if not due:
            return found
        first = min(due, key=lambda each: (each.planned.at, each.member))
        together = [each for each in due if _shares(members, each, first)]
        found.append(
            ForecastMail(
                first.planned.at,
                first.planned.on,
                tuple(ForecastItem(each.member, each.planned) for each in together),
            )
        )
        _go_on(members, together, first)


def _held(members: Sequence[Member], until: date) -> dict[int, list[ForecastMail]]:
    """Collections behind an obstacle without an end: listed as held, they keep nobody waiting."""
    found = {}
    for index, member in enumerate(members):
        first = walk(member.situation, StepKind.email, past_endless=True)
        if first.endless:
            found[index] = [
                ForecastMail(planned.at, planned.on, (ForecastItem(index, planned),))
                for planned in plan_kind(member.situation, StepKind.email, until)
            ]
    return found


def _look(members: Sequence[Member], index: int) -> _Next | None:
    situation = members[index].situation
    outcome = walk(situation, StepKind.email, past_endless=True)
    if outcome.slot is None or outcome.at is None:
        return None
    return _Next(index, outcome, as_planned(situation, outcome))


def _shares(members: Sequence[Member], one: _Next, first: _Next) -> bool:
    """Whether both go in one mail."""
    if one.member == first.member:
        return True
    return (
        one.planned.at == first.planned.at
        and one.planned.state == first.planned.state
        and members[one.member].group == members[first.member].group
        and one.planned.step.is_statement == first.planned.step.is_statement
    )


def _go_on(members: list[Member], together: Iterable[_Next], first: _Next) -> None:
    """The mail has gone: its members are a step further, all others keep the gap to it."""
    gone = {each.member: each for each in together}
    for index, member in enumerate(members):
        situation = member.situation
        if index in gone:
            situation = as_if_done(situation, gone[index].outcome)
        last = max(day for day in (situation.last_mail_on, first.planned.on) if day)
        moment = max(situation.now, first.planned.at + _JUST_AFTER)
        members[index] = replace(
            member, situation=replace(situation, last_mail_on=last, now=moment)
        )
