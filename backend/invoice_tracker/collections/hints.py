"""``collections.next_action_at``: when the worker should look again. One function writes it.

It is derived from the facts and only a hint: the planner decides from the facts, whenever it looks.
"""

from collections.abc import Collection as Group
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.endings import end_collection
from invoice_tracker.collections.facts import FirmFacts, Loaded, load
from invoice_tracker.collections.models import Collection, CollectionState
from invoice_tracker.domain.reminder_schedule import PastState, is_complete, next_action_at

_FOR_A_PERSON = frozenset({PastState.uncertain, PastState.to_call})
COMPLETED = "All steps are done."


async def refresh(
    session: AsyncSession, *, firm: FirmFacts, collection_ids: Group[UUID], now: datetime
) -> int:
    """Derive the hints of these collections anew; how many had drifted.

    A collection with nothing to come and nothing on its way is completed. The caller holds the
    locks of the invoice rows.
    """
    loaded = await load(session, firm=firm, collection_ids=collection_ids, now=now)
    rows = await session.scalars(
        select(Collection)
        .where(
            Collection.firm_id == firm.firm_id,
            Collection.id.in_(loaded),
            Collection.state == CollectionState.active,
        )
        .execution_options(populate_existing=True)
    )
    drifted = 0
    for collection in rows:
        if await rewrite(session, collection=collection, facts=loaded[collection.id], now=now):
            drifted += 1
    await session.flush()
    return drifted


async def rewrite(
    session: AsyncSession, *, collection: Collection, facts: Loaded, now: datetime
) -> bool:
    """Write the hint that follows from the facts; whether it had been another one."""
    if completed(facts):
        await end_collection(
            session,
            collection=collection,
            state=CollectionState.completed,
            reason=COMPLETED,
            now=now,
        )
        return False
    hint = derive(facts, now=now)
    drifted = hint != collection.next_action_at
    collection.next_action_at = hint
    return drifted


def derive(facts: Loaded, *, now: datetime) -> datetime | None:
    """When something is to be done for a collection; None when only a changed fact can tell."""
    return next_action_at(
        facts.invoice,
        facts.facts,
        facts.past,
        holds=facts.holds,
        now=now,
        calendar=facts.firm.calendar,
        rules=facts.firm.rules,
        last_mail_on=facts.last_mail_on,
    )


def completed(facts: Loaded) -> bool:
    """Whether all steps are done, and nothing waits to leave or for a person."""
    if any(row.state in _FOR_A_PERSON for row in facts.past):
        return False
    return is_complete(facts.invoice, facts.facts, facts.past, calendar=facts.firm.calendar)
