"""One collection: what it is, what comes, and why."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import String, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.accounts.models import User
from invoice_tracker.collections.explaining import blocked_mail, not_collected
from invoice_tracker.collections.facts import FirmFacts, Loaded, load, load_firm, load_invoices
from invoice_tracker.collections.holds.shown import show_holds
from invoice_tracker.collections.models import Collection
from invoice_tracker.collections.rendering import render_subjects
from invoice_tracker.collections.schemas import (
    CollectionOut,
    ExplanationOut,
    NextOut,
    PlanItem,
    ReasonOut,
    SetRef,
)
from invoice_tracker.core.deps import Adapters
from invoice_tracker.core.errors import NotFound
from invoice_tracker.domain.reminder_schedule import Planned, explain, plan
from invoice_tracker.firms.service import get_firm
from invoice_tracker.reminder_sets.models import ReminderSet, ReminderSetVersion
from invoice_tracker.reminder_sets.repository import list_steps

PLAN_DAYS = 730
# In words, because rules stand to the right of this package.
_RULE = literal_column(
    "(SELECT r.name FROM auto_collect_rules r WHERE r.id = collections.auto_collect_rule_id)",
    String,
)


async def show_collection(
    session: AsyncSession, *, firm_id: UUID, collection_id: UUID, now: datetime
) -> CollectionOut:
    """The collection with its set and the holds in force. Raises ``NotFound``."""
    row = (
        await session.execute(
            select(
                Collection,
                ReminderSet.id,
                ReminderSet.name,
                ReminderSetVersion.version,
                _RULE,
            )
            .join(ReminderSetVersion, ReminderSetVersion.id == Collection.version_id)
            .join(ReminderSet, ReminderSet.id == ReminderSetVersion.reminder_set_id)
            .where(Collection.firm_id == firm_id, Collection.id == collection_id)
            .execution_options(populate_existing=True)
        )
    ).one_or_none()
    if row is None:
        raise NotFound("There is no such collection.")
    collection, set_id, set_name, version, rule_name = row
    starter = await session.get(User, collection.started_by) if collection.started_by else None
    firm = await get_firm(session, firm_id)
    return CollectionOut(
        id=collection.id,
        invoice_id=collection.invoice_id,
        reminder_set=SetRef(id=set_id, name=set_name, version=version),
        state=collection.state,
        backlog=collection.backlog,
        started_at=collection.started_at,
        started_by=starter.name if starter else None,
        started_by_rule=rule_name,
        ended_at=collection.ended_at,
        end_reason=collection.end_reason,
        next_action_at=collection.next_action_at,
        holds=await show_holds(
            session,
            firm_id=firm_id,
            invoice_id=collection.invoice_id,
            time_zone=firm.time_zone,
            now=now,
        ),
    )


async def show_plan(
    session: AsyncSession,
    adapters: Adapters,
    *,
    firm_id: UUID,
    collection_id: UUID,
    now: datetime,
) -> list[PlanItem]:
    """The reminders to come; none for a collection that has ended. Raises ``NotFound``."""
    collection = await _get(session, firm_id=firm_id, collection_id=collection_id)
    if collection.ended_at is not None:
        return []
    firm = await load_firm(session, firm_id=firm_id)
    facts = await _load_one(session, firm, collection.id, now)
    items = _plan(facts, now)
    steps = await list_steps(session, firm_id=firm_id, version_ids=[collection.version_id])
    subjects = await render_subjects(
        session,
        adapters,
        firm_id=firm_id,
        wanted=[(facts.invoice.id, item.step.id) for item in items],
        steps=steps.get(collection.version_id, []),
        now=now,
    )
    return [
        PlanItem(
            step_position=item.step.position,
            occurrence=item.occurrence,
            kind=item.step.kind,
            subject=subjects[facts.invoice.id, item.step.id],
            on=item.on,
            at=item.at,
            recipient=item.recipient,
            state=item.state,
            note=item.note,
        )
        for item in items
    ]


async def explain_invoice(
    session: AsyncSession, *, firm_id: UUID, invoice_id: UUID, on: date | None, now: datetime
) -> ExplanationOut:
    """Why a mail went, or did not, on the firm's day ``on`` (today by default).

    Raises ``NotFound``.
    """
    firm = await load_firm(session, firm_id=firm_id)
    day = on or firm.calendar.local_day(now)
    collection_id = await _latest(session, firm_id=firm_id, invoice_id=invoice_id)
    if collection_id is None:
        found = await load_invoices(session, firm=firm, invoice_ids=[invoice_id], now=now)
        if invoice_id not in found:
            raise NotFound("There is no such invoice.")
        return not_collected(firm, found[invoice_id], now)
    collection = await _get(session, firm_id=firm_id, collection_id=collection_id)
    facts = await _load_one(session, firm, collection_id, now)
    answer = explain(
        facts.invoice,
        facts.facts,
        facts.past,
        holds=facts.holds,
        on=day,
        now=now,
        calendar=facts.firm.calendar,
        rules=facts.firm.rules,
        last_mail_on=facts.last_mail_on,
    )
    ended = collection.ended_at is not None
    reasons = [ReasonOut.model_validate(reason) for reason in answer.reasons]
    reasons += await blocked_mail(session, collection=collection)
    coming = None if ended else answer.next
    return ExplanationOut(
        sentence=" ".join(reason.sentence for reason in reasons),
        reasons=reasons,
        next=NextOut(on=coming.on, at=coming.at) if coming else None,
    )


def _plan(facts: Loaded, now: datetime) -> list[Planned]:
    return plan(
        facts.invoice,
        facts.facts,
        facts.past,
        holds=facts.holds,
        now=now,
        calendar=facts.firm.calendar,
        rules=facts.firm.rules,
        last_mail_on=facts.last_mail_on,
        until=facts.firm.calendar.local_day(now) + timedelta(days=PLAN_DAYS),
    )


async def _get(session: AsyncSession, *, firm_id: UUID, collection_id: UUID) -> Collection:
    row = await session.scalar(
        select(Collection)
        .where(Collection.firm_id == firm_id, Collection.id == collection_id)
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound("There is no such collection.")
    return row


async def _latest(session: AsyncSession, *, firm_id: UUID, invoice_id: UUID) -> UUID | None:
    return await session.scalar(
        select(Collection.id)
        .where(Collection.firm_id == firm_id, Collection.invoice_id == invoice_id)
        .order_by(Collection.ended_at.is_(None).desc(), Collection.started_at.desc())
        .limit(1)
    )


async def _load_one(
    session: AsyncSession, firm: FirmFacts, collection_id: UUID, now: datetime
) -> Loaded:
    found = await load(session, firm=firm, collection_ids=[collection_id], now=now)
    return found[collection_id]
