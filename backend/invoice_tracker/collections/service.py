"""What follows for collections when a fact about their invoices has changed."""

from collections.abc import Collection as Group
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.models import Collection, CollectionState
from invoice_tracker.collections.queued import cancel_open, look_again_now
from invoice_tracker.invoices import timeline
from invoice_tracker.invoices.models import ClioState, Invoice
from invoice_tracker.invoices.service import lock_invoices
from invoice_tracker.payments.balances import effective_balances

NOT_COLLECTABLE = {
    ClioState.void: "The bill was voided in Clio.",
    ClioState.deleted: "The bill was deleted in Clio.",
    ClioState.draft: "The bill is a draft again in Clio.",
    ClioState.awaiting_approval: "The bill awaits approval again in Clio.",
}
PAID = "The invoice is paid."
TITLES = {
    CollectionState.settled: "Reminders ended: the invoice is paid",
    CollectionState.stopped: "Reminders stopped",
    CollectionState.completed: "Reminders completed: all steps are done",
}


async def reconsider(
    session: AsyncSession, *, firm_id: UUID, invoice_ids: Group[UUID], now: datetime
) -> list[UUID]:
    """Look at these invoices' collections again; ids of the collections that ended by it.

    Call it in the transaction that changed a fact (a payment, the bill in Clio, an address, a
    hold). Ends what is paid, void, deleted or no longer approved and takes back its mails; has the
    rest looked at anew. Locks the invoice rows, and may be called any number of times.
    """
    ended: list[UUID] = []
    open_: list[Collection] = []
    active = await _active(session, firm_id=firm_id, invoice_ids=invoice_ids)
    if not active:
        return ended
    invoices = await lock_invoices(session, firm_id=firm_id, invoice_ids=active)
    # Read again under the lock: another transaction may have ended one meanwhile.
    active = await _active(session, firm_id=firm_id, invoice_ids=invoice_ids)
    balances = await effective_balances(session, firm_id=firm_id, invoice_ids=active)
    for invoice in invoices:
        collection = active.get(invoice.id)
        if collection is None:
            continue
        end = end_of(invoice, balance_minor=balances[invoice.id])
        if end is None:
            open_.append(collection)
            continue
        state, reason = end
        await end_collection(session, collection=collection, state=state, reason=reason, now=now)
        ended.append(collection.id)
    await _look_again(session, firm_id=firm_id, collections=open_, now=now)
    return ended


def end_of(invoice: Invoice, *, balance_minor: int) -> tuple[CollectionState, str] | None:
    """How a collection of this invoice ends, with the reason; None while it goes on.

    ``balance_minor`` is the effective balance, in minor units.
    """
    if invoice.clio_state in NOT_COLLECTABLE:
        return CollectionState.stopped, NOT_COLLECTABLE[invoice.clio_state]
    if invoice.clio_state is ClioState.paid or balance_minor <= 0:
        return CollectionState.settled, PAID
    return None


async def end_collection(
    session: AsyncSession,
    *,
    collection: Collection,
    state: CollectionState,
    reason: str,
    now: datetime,
    actor: str | None = None,
) -> None:
    """End it and take back what has not left. The caller holds the invoice row's lock."""
    collection.state = state
    collection.ended_at = now
    collection.end_reason = reason
    collection.next_action_at = None
    await session.flush()
    await cancel_open(
        session,
        firm_id=collection.firm_id,
        collection_ids=[collection.id],
        reason=reason,
        now=now,
    )
    await timeline.add(
        session,
        firm_id=collection.firm_id,
        invoice_id=collection.invoice_id,
        at=now,
        kind="collection_ended",
        title=TITLES[state],
        detail=None if state is CollectionState.settled else reason,
        actor=actor,
    )


async def _active(
    session: AsyncSession, *, firm_id: UUID, invoice_ids: Group[UUID]
) -> dict[UUID, Collection]:
    rows = await session.scalars(
        select(Collection)
        .where(
            Collection.firm_id == firm_id,
            Collection.invoice_id.in_(invoice_ids),
            Collection.state == CollectionState.active,
        )
        .execution_options(populate_existing=True)
    )
    return {row.invoice_id: row for row in rows}


async def _look_again(
    session: AsyncSession, *, firm_id: UUID, collections: list[Collection], now: datetime
) -> None:
    """Due now means only: the planner derives anew at its next tick what really is due."""
    for collection in collections:
        collection.next_action_at = now
    await session.flush()
    ids = [collection.id for collection in collections]
    await look_again_now(session, firm_id=firm_id, collection_ids=ids, now=now)
