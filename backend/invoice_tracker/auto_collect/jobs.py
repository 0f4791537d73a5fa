"""What the worker does with a firm's rules: starts what fits, batch by batch."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.auto_collect import repository
from invoice_tracker.auto_collect.facts import as_rule, load_facts
from invoice_tracker.auto_collect.finding import find_invoices
from invoice_tracker.auto_collect.models import AutoCollectRule
from invoice_tracker.collections.facts import FirmFacts, load_firm
from invoice_tracker.collections.schemas import Selection
from invoice_tracker.collections.start import ByRule, start
from invoice_tracker.core.deps import Adapters
from invoice_tracker.core.errors import ProductError
from invoice_tracker.domain.auto_collect import choose
from invoice_tracker.invoices.service import lock_invoices

log = structlog.get_logger()

EVERY = timedelta(minutes=15)
"""Time alone makes invoices fit: each day they are a day older."""
BATCH = 200
"""Invoices in one transaction: so many are locked at once, and no longer than that takes."""


async def run_if_due(
    adapters: Adapters, firm_id: UUID, *, invoices_read_at: datetime | None
) -> int:
    """Run the rules when 15 minutes have passed, invoices were read, or a rule was switched on.

    ``invoices_read_at``: when Clio was last read to the end. How many collections were started.
    """
    now = adapters.clock.now()
    async with adapters.database.transaction(firm_id) as session:
        rows = await repository.list_working(session, firm_id=firm_id)
    if not any(_is_due(row, invoices_read_at, now) for row in rows):
        return 0
    return await run_rules(adapters, firm_id)


def _is_due(row: AutoCollectRule, invoices_read_at: datetime | None, now: datetime) -> bool:
    last = row.last_run_at
    # A clock that was set back must not stop the rules.
    if last is None or not timedelta() <= now - last < EVERY:
        return True
    return invoices_read_at is not None and invoices_read_at > last


async def run_rules(adapters: Adapters, firm_id: UUID) -> int:
    """Start a collection for each invoice that fits a rule; how many were started.

    Two workers at once start each once: the invoice rows are locked, and looked at again.
    """
    began_at = adapters.clock.now()
    async with adapters.database.transaction(firm_id) as session:
        firm = await load_firm(session, firm_id=firm_id)
        rows = await repository.list_working(session, firm_id=firm_id)
        ids = await find_invoices(
            session,
            firm_id=firm_id,
            rules=[as_rule(row) for row in rows],
            today=firm.calendar.local_day(began_at),
            without_past=True,
        )
    started = 0
    for first in range(0, len(ids), BATCH):
        async with adapters.database.transaction(firm_id) as session:
            batch = ids[first : first + BATCH]
            started += await _start_batch(session, firm_id, batch, adapters.clock.now())
    async with adapters.database.transaction(firm_id) as session:
        await session.execute(
            update(AutoCollectRule)
            .where(AutoCollectRule.id.in_([row.id for row in rows]))
            .values(last_run_at=began_at)
        )
    if started:
        log.info("auto_collect_started", firm_id=str(firm_id), collections=started)
        await adapters.poke("send_firm", firm_id)
    return started


async def _start_batch(
    session: AsyncSession, firm_id: UUID, invoice_ids: Sequence[UUID], now: datetime
) -> int:
    # Locked, so that a rule which is being switched off starts nothing after that.
    rows = await repository.list_working(session, firm_id=firm_id, locked=True)
    firm = await load_firm(session, firm_id=firm_id)
    chosen = await _choose(session, firm, rows, invoice_ids, now)
    fitting = sorted(each for ids in chosen.values() for each in ids)
    await lock_invoices(session, firm_id=firm_id, invoice_ids=fitting)
    # Looked at again under the lock: another worker, a person or a payment may have been quicker.
    chosen = await _choose(session, firm, rows, fitting, now)
    started = 0
    for row in rows:
        if chosen.get(row.id):
            started += await _start(session, row, chosen[row.id], now)
    return started


async def _choose(
    session: AsyncSession,
    firm: FirmFacts,
    rows: Sequence[AutoCollectRule],
    invoice_ids: Sequence[UUID],
    now: datetime,
) -> dict[UUID, list[UUID]]:
    """Ids of invoices by the id of the rule that starts them."""
    rules = [as_rule(row) for row in rows]
    today = firm.calendar.local_day(now)
    found: dict[UUID, list[UUID]] = {}
    for invoice in await load_facts(session, firm=firm, invoice_ids=invoice_ids, now=now):
        choice = choose(rules, invoice, today, age_ceiling_days=firm.rules.age_ceiling_days)
        if choice is not None and choice.refusal is None:
            found.setdefault(choice.rule.id, []).append(invoice.id)
    return found


async def _start(
    session: AsyncSession, row: AutoCollectRule, invoice_ids: list[UUID], now: datetime
) -> int:
    try:
        started, _ = await start(
            session,
            firm_id=row.firm_id,
            selection=Selection(invoice_ids=invoice_ids),
            reminder_set_id=row.reminder_set_id,
            backlog=row.backlog,
            user_id=None,
            actor=None,
            now=now,
            rule=ByRule(row.id, row.name),
        )
    except ProductError as problem:
        # Says so before it writes anything: a set without steps, say. Other rules go on.
        log.warning("auto_collect_rule_failed", rule_id=str(row.id), problem=problem.detail)
        return 0
    return len(started)
