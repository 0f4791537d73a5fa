"""A client disputes an invoice: it is in no mail until a person resolves that."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.controls import stop
from invoice_tracker.collections.holds.schemas import AfterDispute
from invoice_tracker.collections.holds.service import add_hold, release_holds
from invoice_tracker.collections.models import Collection, CollectionState
from invoice_tracker.core.errors import Conflict, NotFound
from invoice_tracker.domain.holds import HoldKind
from invoice_tracker.invoices import timeline
from invoice_tracker.invoices.models import ClioState
from invoice_tracker.invoices.service import lock_invoices

_OVER = (ClioState.paid, ClioState.void, ClioState.deleted)


async def open_dispute(
    session: AsyncSession,
    *,
    firm_id: UUID,
    invoice_id: UUID,
    reason: str,
    actor: str | None,
    now: datetime,
) -> UUID:
    """Hold the invoice until the dispute is resolved; another reason replaces the one before.

    Answers the hold's id. Raises ``NotFound``, or ``Conflict`` for an invoice that is paid or gone.
    """
    found = await lock_invoices(session, firm_id=firm_id, invoice_ids=[invoice_id])
    if not found:
        raise NotFound("There is no such invoice.")
    if found[0].clio_state in _OVER:
        raise Conflict("This invoice is not open any more.")
    await release_holds(
        session,
        firm_id=firm_id,
        invoice_id=invoice_id,
        now=now,
        kinds=[HoldKind.dispute],
        author=actor,
        silent=True,
    )
    return await add_hold(
        session,
        firm_id=firm_id,
        invoice_id=invoice_id,
        kind=HoldKind.dispute,
        reason=reason,
        now=now,
        author=actor,
    )


async def resolve_dispute(
    session: AsyncSession,
    *,
    firm_id: UUID,
    invoice_id: UUID,
    then: AfterDispute,
    note: str,
    actor: str,
    now: datetime,
) -> None:
    """End the dispute; reminders go on where they were, or stop for good.

    Raises ``NotFound``, or ``Conflict`` where nothing is disputed.
    """
    if not await lock_invoices(session, firm_id=firm_id, invoice_ids=[invoice_id]):
        raise NotFound("There is no such invoice.")
    released = await release_holds(
        session,
        firm_id=firm_id,
        invoice_id=invoice_id,
        now=now,
        kinds=[HoldKind.dispute],
        author=actor,
        silent=True,
    )
    if not released:
        raise Conflict("This invoice is not disputed.")
    await timeline.add(
        session,
        firm_id=firm_id,
        invoice_id=invoice_id,
        at=now,
        kind="dispute_resolved",
        title=_TITLES[then],
        detail=note or None,
        actor=actor,
    )
    if then is AfterDispute.stop:
        await _stop(session, firm_id, invoice_id, note, actor, now)


_TITLES = {
    AfterDispute.resume: "The dispute is resolved: reminders go on",
    AfterDispute.stop: "The dispute is resolved: reminders stop",
}


async def _stop(
    session: AsyncSession, firm_id: UUID, invoice_id: UUID, note: str, actor: str, now: datetime
) -> None:
    collection_id = await session.scalar(
        select(Collection.id).where(
            Collection.firm_id == firm_id,
            Collection.invoice_id == invoice_id,
            Collection.state == CollectionState.active,
        )
    )
    if collection_id is not None:
        await stop(
            session,
            firm_id=firm_id,
            collection_id=collection_id,
            reason=note or "Stopped after a dispute.",
            actor=actor,
            now=now,
        )
