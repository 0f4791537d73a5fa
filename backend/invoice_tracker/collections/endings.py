"""How a collection ends: paid, void or no longer approved, completed, stopped by a person."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.models import Collection, CollectionState
from invoice_tracker.collections.sending.queued import cancel_open
from invoice_tracker.invoices import timeline
from invoice_tracker.invoices.models import ClioState, Invoice

NOT_COLLECTABLE = {
    ClioState.void: "The bill was voided in Clio.",
    ClioState.deleted: "The bill was deleted in Clio.",
    ClioState.draft: "The bill is a draft again in Clio.",
    ClioState.awaiting_approval: "The bill awaits approval again in Clio.",
}
TRUST = "The bill is a request for trust money in Clio now."
PAID = "The invoice is paid."
TITLES = {
    CollectionState.settled: "Reminders ended: the invoice is paid",
    CollectionState.stopped: "Reminders stopped",
    CollectionState.completed: "Reminders completed: all steps are done",
}


def end_of(invoice: Invoice, *, balance_minor: int) -> tuple[CollectionState, str] | None:
    """How a collection of this invoice ends, with the reason; None while it goes on.

    ``balance_minor`` is the effective balance, in minor units.
    """
    if invoice.is_trust:
        return CollectionState.stopped, TRUST
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
