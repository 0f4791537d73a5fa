"""Start Collection: first a preview, then all at once or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.facts import FirmFacts, load_firm
from invoice_tracker.collections.models import Collection, CollectionState
from invoice_tracker.collections.schemas import Selection
from invoice_tracker.collections.selecting import (
    RUNNING,
    Candidate,
    Refused,
    find_invoices,
    sort_out,
)
from invoice_tracker.core.errors import Invalid
from invoice_tracker.domain.reminder_facts import Backlog
from invoice_tracker.domain.reminder_schedule import next_action_at
from invoice_tracker.invoices.models import TimelineEntry
from invoice_tracker.invoices.service import lock_invoices
from invoice_tracker.reminder_sets.models import ReminderSet, ReminderSetVersion, ReminderStep
from invoice_tracker.reminder_sets.repository import get_latest_version, list_steps

_ROWS = 1000
"""Rows a statement: PostgreSQL takes at most 32,767 parameters in one."""


@dataclass(frozen=True, slots=True)
class ByRule:
    """The rule that starts collections where no person does."""

    id: UUID
    name: str


async def start(
    session: AsyncSession,
    *,
    firm_id: UUID,
    selection: Selection,
    reminder_set_id: UUID,
    backlog: Backlog,
    user_id: UUID | None,
    actor: str | None,
    now: datetime,
    rule: ByRule | None = None,
) -> tuple[list[UUID], list[Refused]]:
    """Start the set's newest version for all that can be; ids of the collections, and the refused.

    Asking twice starts once. ``rule`` is given where a rule asks and no person. Raises ``NotFound``
    for the set, ``Invalid`` for one without steps.
    """
    reminder_set, version, steps = await load_set(session, firm_id=firm_id, set_id=reminder_set_id)
    firm = await load_firm(session, firm_id=firm_id)
    ids = await find_invoices(session, firm_id=firm_id, selection=selection, now=now)
    await lock_invoices(session, firm_id=firm_id, invoice_ids=ids)
    candidates, refused = await sort_out(
        session, firm=firm, invoice_ids=ids, steps=steps, backlog=backlog, now=now
    )
    started = await _insert(session, firm, version, candidates, user_id, rule)
    title = f"Reminders started with “{reminder_set.name}”"
    if rule is not None:
        title += f" by the rule “{rule.name}”"
    _note(session, firm_id, candidates, started, title, actor, now)
    await session.flush()
    refused += [
        Refused(c.invoice.facts.id, c.invoice.facts.number, c.invoice.client_name, RUNNING)
        for c in candidates
        if c.facts.id not in started
    ]
    return sorted(started), refused


async def load_set(
    session: AsyncSession, *, firm_id: UUID, set_id: UUID
) -> tuple[ReminderSet, ReminderSetVersion, Sequence[ReminderStep]]:
    """The set, its newest version and its steps. Raises ``NotFound``, ``Invalid`` without steps."""
    reminder_set, version = await get_latest_version(session, firm_id=firm_id, set_id=set_id)
    found = await list_steps(session, firm_id=firm_id, version_ids=[version.id])
    steps = found.get(version.id, [])
    if not steps:
        raise Invalid(f"“{reminder_set.name}” has no steps yet.")
    return reminder_set, version, steps


def first_action(candidate: Candidate) -> datetime | None:
    """When something first happens for it, in UTC."""
    firm = candidate.invoice.firm
    return next_action_at(
        candidate.invoice.facts,
        candidate.facts,
        (),
        holds=candidate.invoice.holds,
        now=candidate.facts.started_at,
        calendar=firm.calendar,
        rules=firm.rules,
        last_mail_on=candidate.last_mail_on,
    )


async def _insert(
    session: AsyncSession,
    firm: FirmFacts,
    version: ReminderSetVersion,
    candidates: Sequence[Candidate],
    user_id: UUID | None,
    rule: ByRule | None,
) -> set[UUID]:
    rows = [
        {
            "id": candidate.facts.id,
            "firm_id": firm.firm_id,
            "invoice_id": candidate.invoice.facts.id,
            "version_id": version.id,
            "backlog": candidate.facts.backlog,
            "state": CollectionState.active,
            "started_at": candidate.facts.started_at,
            "started_by": user_id,
            "auto_collect_rule_id": rule.id if rule else None,
            "next_action_at": first_action(candidate),
        }
        for candidate in candidates
    ]
    started: set[UUID] = set()
    for first in range(0, len(rows), _ROWS):
        statement = (
            insert(Collection)
            .values(rows[first : first + _ROWS])
            .on_conflict_do_nothing()
            .returning(Collection.id)
        )
        started.update(await session.scalars(statement))
    return started


def _note(
    session: AsyncSession,
    firm_id: UUID,
    candidates: Sequence[Candidate],
    started: set[UUID],
    title: str,
    actor: str | None,
    now: datetime,
) -> None:
    session.add_all(
        TimelineEntry(
            firm_id=firm_id,
            invoice_id=candidate.invoice.facts.id,
            at=now,
            kind="collection_started",
            title=title,
            actor=actor,
        )
        for candidate in candidates
        if candidate.facts.id in started
    )
