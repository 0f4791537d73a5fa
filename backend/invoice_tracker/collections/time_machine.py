"""The coming days on the real data: which mails and calls, if nothing changes, or with other steps.

The pure ``forecast`` plays all collections of one person forward together; this loads them.
"""

from collections import defaultdict
from collections.abc import Collection as Group
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.facts import Loaded, load, load_firm
from invoice_tracker.collections.models import Collection, CollectionState
from invoice_tracker.domain.reminder_schedule import (
    CollectionFacts,
    ForecastMail,
    Member,
    Situation,
    Step,
    StepKind,
    forecast,
)

DAYS = 90
BATCH = 500


@dataclass(frozen=True, slots=True)
class FutureMail:
    """One mail or call of the future, with the collections in it."""

    mail: ForecastMail
    collections: Sequence[Loaded]


@dataclass(frozen=True, slots=True)
class DayCount:
    """How much is to come on one day of the firm."""

    on: date
    mails: int
    calls: int
    held: int
    """Mails that something without a known end keeps back, on the day they would go."""


async def load_running(
    session: AsyncSession,
    *,
    firm_id: UUID,
    now: datetime,
    recipients_of: Group[UUID] | None = None,
) -> list[Loaded]:
    """All running collections; or those of the people whom these collections write to."""
    firm = await load_firm(session, firm_id=firm_id)
    ids = (
        await session.scalars(
            select(Collection.id)
            .where(Collection.firm_id == firm_id, Collection.state == CollectionState.active)
            .order_by(Collection.id)
        )
    ).all()
    loaded: list[Loaded] = []
    for first in range(0, len(ids), BATCH):
        batch = await load(session, firm=firm, collection_ids=ids[first : first + BATCH], now=now)
        loaded += batch.values()
    if recipients_of is None:
        return loaded
    wanted = {_person(each) for each in loaded if each.collection_id in recipients_of}
    return [each for each in loaded if _person(each) in wanted]


def look_ahead(
    loaded: Iterable[Loaded],
    *,
    now: datetime,
    until: date,
    other_steps: Mapping[UUID, tuple[Step, ...]] | None = None,
) -> Iterator[FutureMail]:
    """What is to come through the day ``until``, person by person.

    ``other_steps``: by collection, steps to suppose instead of those it has.
    """
    people: dict[str, list[Loaded]] = defaultdict(list)
    for each in loaded:
        people[_person(each)].append(each)
    for person in people.values():
        members = [
            _member(each, now, (other_steps or {}).get(each.collection_id)) for each in person
        ]
        for mail in forecast(members, until=until):
            yield FutureMail(mail, [person[item.member] for item in mail.items])


def count_days(mails: Iterable[FutureMail]) -> list[DayCount]:
    """Mails, calls and what is held, by day; days without any are left out."""
    counts: dict[date, list[int]] = defaultdict(lambda: [0, 0, 0])
    for future in mails:
        mail = future.mail
        is_call = mail.items[0].planned.step.kind is StepKind.call_task
        counts[mail.on][0 if mail.leaves else 1 if is_call else 2] += 1
    return [DayCount(day, *counts[day]) for day in sorted(counts)]


def _person(loaded: Loaded) -> str:
    return loaded.invoice.recipient or str(loaded.collection_id)


def _member(loaded: Loaded, now: datetime, steps: tuple[Step, ...] | None) -> Member:
    facts: CollectionFacts = loaded.facts if steps is None else replace(loaded.facts, steps=steps)
    return Member(
        Situation(
            loaded.invoice,
            facts,
            loaded.past,
            loaded.holds,
            now,
            loaded.firm.calendar,
            loaded.firm.rules,
            loaded.last_mail_on,
        ),
        loaded.group,
    )
