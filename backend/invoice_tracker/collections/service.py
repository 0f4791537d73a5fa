"""What follows for collections when a fact about their invoices has changed."""

from collections.abc import Collection as Group
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.endings import end_collection, end_of
from invoice_tracker.collections.facts import load_firm
from invoice_tracker.collections.hints import refresh
from invoice_tracker.collections.models import Collection, CollectionState
from invoice_tracker.collections.promises.keeping import end_promises, with_open_promise
from invoice_tracker.collections.sending.queued import look_again_now
from invoice_tracker.invoices.service import lock_invoices
from invoice_tracker.payments.balances import effective_balances


async def reconsider(
    session: AsyncSession, *, firm_id: UUID, invoice_ids: Group[UUID], now: datetime
) -> list[UUID]:
    """Look at these invoices' collections again; ids of the collections that ended by it.

    Call it in the transaction that changed a fact (a payment, the bill in Clio, an address, a
    hold). Ends promises that are kept or broken; ends what is paid, void, deleted or no longer
    approved and takes back its mails; has the rest looked at anew. Locks the invoice rows, and may
    be called any number of times.
    """
    ended: list[UUID] = []
    open_: list[Collection] = []
    active = await _active(session, firm_id=firm_id, invoice_ids=invoice_ids)
    promised = await with_open_promise(session, firm_id=firm_id, invoice_ids=invoice_ids)
    if not active and not promised:
        return ended
    invoices = await lock_invoices(session, firm_id=firm_id, invoice_ids={*active, *promised})
    await end_promises(session, firm_id=firm_id, invoices=invoices, now=now)
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
    ids = [collection.id for collection in open_]
    if ids:
        firm = await load_firm(session, firm_id=firm_id)
        await refresh(session, firm=firm, collection_ids=ids, now=now)
        await look_again_now(session, firm_id=firm_id, collection_ids=ids, now=now)
    return ended


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
