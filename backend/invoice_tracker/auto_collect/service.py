"""Saving rules, their order, and switching them on. Nothing is switched on by surprise."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.auto_collect import repository
from invoice_tracker.auto_collect.dry_run import dry_run
from invoice_tracker.auto_collect.models import AutoCollectRule
from invoice_tracker.auto_collect.schemas import DryRunInput, DryRunOut, RuleInput, RuleUpdate
from invoice_tracker.auto_collect.writing import check_names, differs, write
from invoice_tracker.core.errors import Conflict

MOST = 200
"""Rules that a firm may have."""


class CountChanged(Conflict):
    """Another number of invoices would start than the person has seen."""

    code = "auto_collect_count_changed"
    title = "The number of invoices has changed"

    def __init__(self, expected: int | None, found: DryRunOut) -> None:
        would = _would_start(found.starting)
        detail = f"{would}." if expected is None else f"{would} now, not {expected}."
        super().__init__(f"{detail} Please look at them and confirm.")
        self.found = found

    def extensions(self) -> dict[str, Any]:
        """``dry_run``: what would start now."""
        return {"dry_run": self.found.model_dump(mode="json")}


class OrderChanged(Conflict):
    """The list that was put in order is not the list that there is."""

    code = "auto_collect_rules_changed"
    title = "Somebody else has changed the rules"


async def create_rule(
    session: AsyncSession, *, firm_id: UUID, rule: RuleInput, now: datetime
) -> UUID:
    """A new rule behind all others, off. Raises ``NotFound``, ``Invalid``, ``Conflict``."""
    await check_names(session, firm_id=firm_id, rule=rule)
    if len(await repository.lock_rules(session, firm_id=firm_id)) >= MOST:
        raise Conflict(f"There are {MOST} rules already. Please delete some first.")
    row = AutoCollectRule(
        id=uuid4(),
        firm_id=firm_id,
        priority=await repository.next_priority(session, firm_id=firm_id),
        is_enabled=False,
        created_at=now,
        updated_at=now,
    )
    write(row, rule)
    session.add(row)
    await session.flush()
    return row.id


async def update_rule(
    session: AsyncSession, *, firm_id: UUID, rule_id: UUID, rule: RuleUpdate, now: datetime
) -> None:
    """Save it as edited. Collections that it has started are not touched.

    A rule that is on and would start others than before needs ``expected_count``, as when it is
    switched on. Raises ``NotFound``, ``Invalid``, ``CountChanged``.
    """
    row = await _locked(session, firm_id, rule_id)
    await check_names(session, firm_id=firm_id, rule=rule)
    if row.is_enabled and differs(row, rule):
        draft = RuleInput(**rule.model_dump(exclude={"expected_count"}))
        wanted = DryRunInput(rule=draft, rule_id=rule_id)
        await _expect(session, firm_id, wanted, rule.expected_count, now)
        row.last_run_at = None
    write(row, rule)
    row.updated_at = now
    await session.flush()


async def activate_rule(
    session: AsyncSession, *, firm_id: UUID, rule_id: UUID, expected_count: int, now: datetime
) -> None:
    """From now on it starts collections; those that fit already, at the worker's next look.

    Raises ``NotFound``, ``CountChanged`` when other than ``expected_count`` would start at once.
    """
    row = await _locked(session, firm_id, rule_id)
    if row.is_enabled:
        return
    await _expect(session, firm_id, DryRunInput(rule_id=rule_id), expected_count, now)
    row.is_enabled = True
    row.last_run_at = None
    row.updated_at = now
    await session.flush()


async def deactivate_rule(
    session: AsyncSession, *, firm_id: UUID, rule_id: UUID, now: datetime
) -> None:
    """It starts nothing more. What it has started goes on. Raises ``NotFound``."""
    row = await _locked(session, firm_id, rule_id)
    row.is_enabled = False
    row.updated_at = now
    await session.flush()


async def delete_rule(
    session: AsyncSession, *, firm_id: UUID, rule_id: UUID, now: datetime
) -> None:
    """It starts nothing more; what it has started goes on and names it. Raises ``NotFound``."""
    row = await _locked(session, firm_id, rule_id)
    row.is_enabled = False
    row.deleted_at = row.updated_at = now
    await session.flush()


async def reorder_rules(
    session: AsyncSession, *, firm_id: UUID, rule_ids: Sequence[UUID], now: datetime
) -> None:
    """The first counts first. Raises ``OrderChanged`` when these are not all rules, each once."""
    rows = {row.id: row for row in await repository.lock_rules(session, firm_id=firm_id)}
    if sorted(rule_ids) != sorted(rows):
        raise OrderChanged("A rule was added or deleted meanwhile. Please look at the list again.")
    for priority, rule_id in enumerate(rule_ids, start=1):
        if rows[rule_id].priority != priority:
            rows[rule_id].priority = priority
            rows[rule_id].updated_at = now
    await session.flush()


async def _locked(session: AsyncSession, firm_id: UUID, rule_id: UUID) -> AutoCollectRule:
    return repository.find_in(await repository.lock_rules(session, firm_id=firm_id), rule_id)


async def _expect(
    session: AsyncSession, firm_id: UUID, wanted: DryRunInput, expected: int | None, now: datetime
) -> None:
    found = await dry_run(session, firm_id=firm_id, wanted=wanted, now=now)
    if found.starting != expected:
        raise CountChanged(expected, found)


def _would_start(count: int) -> str:
    if count == 0:
        return "No invoice would start"
    return "1 invoice would start" if count == 1 else f"{count:,} invoices would start"
