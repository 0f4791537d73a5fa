"""Looks at invoices with rules, as the worker would, and writes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.auto_collect.facts import as_rule, load_facts
from invoice_tracker.auto_collect.finding import find_invoices
from invoice_tracker.auto_collect.models import AutoCollectRule
from invoice_tracker.collections.facts import FirmFacts
from invoice_tracker.collections.selecting import Candidate, sort_out
from invoice_tracker.collections.start import load_set
from invoice_tracker.domain.auto_collect import Choice, InvoiceForRules, choose
from invoice_tracker.reminder_sets.models import ReminderStep

AT_ONCE = 1000
"""Invoices looked at with one round of queries."""


@dataclass(frozen=True, slots=True)
class Series:
    """What a rule starts: the set's name and the steps of its newest version."""

    set_name: str
    steps: Sequence[ReminderStep]


@dataclass(frozen=True, slots=True)
class Found:
    """An invoice that fits; with a ``candidate`` it would start, else ``refusal`` says why not."""

    invoice: InvoiceForRules
    row: AutoCollectRule
    why: str
    refusal: str | None
    candidate: Candidate | None


async def load_series(
    session: AsyncSession, *, firm_id: UUID, rows: Sequence[AutoCollectRule]
) -> dict[UUID, Series]:
    """By the rules' ids. Raises ``NotFound`` for an archived set, ``Invalid`` without steps."""
    found = {}
    for row in rows:
        reminder_set, _, steps = await load_set(
            session, firm_id=firm_id, set_id=row.reminder_set_id
        )
        found[row.id] = Series(reminder_set.name, steps)
    return found


async def try_rules(
    session: AsyncSession,
    *,
    firm: FirmFacts,
    rows: Sequence[AutoCollectRule],
    series: dict[UUID, Series],
    now: datetime,
) -> list[Found]:
    """Every open invoice that fits one of the rules, under the rule that counts for it."""
    today = firm.calendar.local_day(now)
    rules = [as_rule(row) for row in rows]
    ids = await find_invoices(
        session, firm_id=firm.firm_id, rules=rules, today=today, without_past=False
    )
    by_id = {row.id: row for row in rows}
    found: list[Found] = []
    for first in range(0, len(ids), AT_ONCE):
        batch = ids[first : first + AT_ONCE]
        facts = await load_facts(session, firm=firm, invoice_ids=batch, now=now)
        chosen = [
            (invoice, choice)
            for invoice in facts
            if (
                choice := choose(
                    rules, invoice, today, age_ceiling_days=firm.rules.age_ceiling_days
                )
            )
        ]
        for row in by_id.values():
            mine = [pair for pair in chosen if pair[1].rule.id == row.id]
            found += await _sorted_out(session, firm, row, series[row.id], mine, now)
    return found


async def _sorted_out(
    session: AsyncSession,
    firm: FirmFacts,
    row: AutoCollectRule,
    series: Series,
    chosen: Sequence[tuple[InvoiceForRules, Choice]],
    now: datetime,
) -> list[Found]:
    """Under the same checks as Start Collection."""
    free = [invoice.id for invoice, choice in chosen if choice.refusal is None]
    candidates, refused = await sort_out(
        session,
        firm=firm,
        invoice_ids=free,
        steps=series.steps,
        backlog=row.backlog,
        now=now,
    )
    startable = {candidate.invoice.facts.id: candidate for candidate in candidates}
    reasons = {each.invoice_id: each.reason for each in refused}
    return [
        Found(
            invoice=invoice,
            row=row,
            why=choice.why,
            refusal=choice.refusal or reasons.get(invoice.id),
            candidate=startable.get(invoice.id),
        )
        for invoice, choice in chosen
    ]
