"""Decides what is due. Runs as often as it likes, by as many workers as there are."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.deciding import write_decisions
from invoice_tracker.collections.endings import end_collection, end_of
from invoice_tracker.collections.facts import FirmFacts, load, load_firm, load_past
from invoice_tracker.collections.hints import refresh, rewrite
from invoice_tracker.collections.holds.derived import clio_away_since
from invoice_tracker.collections.holds.visible import visibly_held
from invoice_tracker.collections.models import (
    Collection,
    CollectionState,
    Reminder,
    ReminderState,
)
from invoice_tracker.collections.sending.mails import Deciding
from invoice_tracker.collections.waking import expect_what_is_due, wake_mails
from invoice_tracker.core.deps import Adapters
from invoice_tracker.domain.reminder_schedule import due_reminders
from invoice_tracker.firms.models import SendingRules
from invoice_tracker.invoices.models import Client, Invoice
from invoice_tracker.invoices.service import lock_invoices

BATCH = 200
AFTER_A_FAULT = timedelta(minutes=15)
_log = structlog.get_logger()


async def plan_due(adapters: Adapters, firm_id: UUID) -> int:
    """Decide for every collection whose time has come; how many were looked at.

    Each collection is a transaction of its own: a fault in one is logged, put off for a quarter of
    an hour, and stops no other.
    """
    now = adapters.clock.now()
    await _date_anew(adapters, firm_id)
    await _wake_the_stuck(adapters, firm_id, now)
    can_take_payments = await adapters.gateway.can_take_payments(firm_id)
    this = Deciding(adapters, now, can_take_payments)
    seen: set[UUID] = set()
    while True:
        async with adapters.database.transaction(firm_id) as session:
            firm = await load_firm(session, firm_id=firm_id)
            batch = [i for i in await _due(session, firm_id, now) if i not in seen]
        for collection_id in batch:
            seen.add(collection_id)
            try:
                async with adapters.database.transaction(firm_id) as session:
                    await plan_collection(session, this, firm, collection_id=collection_id)
            except Exception:
                _log.exception("planning_failed", collection_id=str(collection_id))
                await _put_off(adapters, firm_id, collection_id, now + AFTER_A_FAULT)
        if not batch:
            return len(seen)


async def plan_collection(
    session: AsyncSession, this: Deciding, firm: FirmFacts, *, collection_id: UUID
) -> None:
    """Decide for one collection, under the lock of its invoice's row, and rewrite its hint."""
    locked = await _lock(session, firm.firm_id, collection_id)
    if locked is None:
        return
    invoice, collection = locked
    if collection.state is not CollectionState.active:
        return
    loaded = await load(session, firm=firm, collection_ids=[collection_id], now=this.now)
    facts = loaded[collection_id]
    end = end_of(invoice, balance_minor=facts.invoice.balance_minor)
    if end is not None:
        state, reason = end
        await end_collection(
            session, collection=collection, state=state, reason=reason, now=this.now
        )
        return
    decisions = due_reminders(
        facts.invoice,
        facts.facts,
        facts.past,
        holds=facts.holds,
        now=this.now,
        calendar=facts.firm.calendar,
        rules=facts.firm.rules,
        last_mail_on=facts.last_mail_on,
    )
    await write_decisions(session, this, loaded=facts, decisions=decisions)
    past = await load_past(session, firm_id=firm.firm_id, collection_ids=[collection_id])
    facts = replace(facts, past=tuple(past.get(collection_id, ())))
    await rewrite(session, collection=collection, facts=facts, now=this.now)


async def _date_anew(adapters: Adapters, firm_id: UUID) -> None:
    """After a change to the firm's calendar or rules, every collection has other dates."""
    async with adapters.database.transaction(firm_id) as session:
        stale_since = (await session.get_one(SendingRules, firm_id)).hints_stale_since
    if stale_since is None:
        return
    await rederive_hints(adapters, firm_id)
    async with adapters.database.transaction(firm_id) as session:
        now = adapters.clock.now()
        await wake_mails(session, firm_id=firm_id, now=now)
        await expect_what_is_due(session, firm_id=firm_id, now=now)
        # A change that came meanwhile has another instant, and is seen to by the next tick.
        await session.execute(
            update(SendingRules)
            .where(SendingRules.firm_id == firm_id, SendingRules.hints_stale_since == stale_since)
            .values(hints_stale_since=None)
            .execution_options(synchronize_session=False)
        )


async def rederive_hints(adapters: Adapters, firm_id: UUID) -> int:
    """Derive every active collection's hint anew; how many had drifted, which is also logged.

    What is due already is left to the planner.
    """
    now = adapters.clock.now()
    drifted, after = 0, UUID(int=0)
    while True:
        async with adapters.database.transaction(firm_id) as session:
            query = (
                select(Collection.id, Collection.invoice_id)
                .where(
                    Collection.firm_id == firm_id,
                    Collection.state == CollectionState.active,
                    Collection.id > after,
                    Collection.next_action_at.is_(None) | (Collection.next_action_at > now),
                )
                .order_by(Collection.id)
                .limit(BATCH)
            )
            batch = (await session.execute(query)).all()
            if not batch:
                break
            after = batch[-1][0]
            drifted += await _refresh(session, firm_id, batch, now)
    if drifted:
        _log.warning("hints_drifted", firm_id=str(firm_id), count=drifted)
    return drifted


async def _refresh(
    session: AsyncSession, firm_id: UUID, batch: Sequence[tuple[UUID, UUID]], now: datetime
) -> int:
    await lock_invoices(session, firm_id=firm_id, invoice_ids=[invoice for _, invoice in batch])
    firm: FirmFacts = await load_firm(session, firm_id=firm_id)
    ids = [collection_id for collection_id, _ in batch]
    return await refresh(session, firm=firm, collection_ids=ids, now=now)


async def _due(session: AsyncSession, firm_id: UUID, now: datetime) -> Sequence[UUID]:
    rows = await session.scalars(
        select(Collection.id)
        .where(
            Collection.firm_id == firm_id,
            Collection.state == CollectionState.active,
            Collection.next_action_at <= now,
        )
        .order_by(Collection.next_action_at, Collection.id)
        .limit(BATCH)
    )
    return rows.all()


async def _lock(
    session: AsyncSession, firm_id: UUID, collection_id: UUID
) -> tuple[Invoice, Collection] | None:
    invoice_id = await session.scalar(
        select(Collection.invoice_id).where(
            Collection.firm_id == firm_id, Collection.id == collection_id
        )
    )
    if invoice_id is None:
        return None
    invoices = await lock_invoices(session, firm_id=firm_id, invoice_ids=[invoice_id])
    # Read after the lock: another worker may just have planned it.
    collection = await session.get_one(Collection, collection_id, populate_existing=True)
    return invoices[0], collection


async def _put_off(adapters: Adapters, firm_id: UUID, collection_id: UUID, until: datetime) -> None:
    async with adapters.database.transaction(firm_id) as session:
        await session.execute(
            update(Collection)
            .where(Collection.firm_id == firm_id, Collection.id == collection_id)
            .values(next_action_at=until)
            .execution_options(synchronize_session=False)
        )


async def _wake_the_stuck(adapters: Adapters, firm_id: UUID, now: datetime) -> None:
    """Look again at collections without a next date though nothing visible stands in their way.

    A client's address or a rule of the firm is changed to the left of this package, where nobody
    can ask for the hint to be rewritten.
    """
    open_reminder = exists().where(
        Reminder.firm_id == firm_id,
        Reminder.collection_id == Collection.id,
        Reminder.state.in_(
            [ReminderState.queued, ReminderState.awaiting_approval, ReminderState.to_call]
        ),
    )
    query = (
        select(Collection.id, Collection.invoice_id)
        .join(Invoice, Invoice.id == Collection.invoice_id)
        .join(Client, Client.id == Invoice.client_id)
        .where(
            Collection.firm_id == firm_id,
            Collection.state == CollectionState.active,
            Collection.next_action_at.is_(None),
            (Client.email_override.is_not(None)) | (Client.email.is_not(None)),
            ~open_reminder,
            ~visibly_held(firm_id, now),
        )
        .limit(BATCH)
    )
    async with adapters.database.transaction(firm_id) as session:
        if await clio_away_since(session, firm_id=firm_id) is not None:
            return
        batch = (await session.execute(query)).all()
        if batch:
            await _refresh(session, firm_id, batch, now)
