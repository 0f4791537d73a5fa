"""Typed reasons why an invoice sends nothing for now: set and released."""

from collections.abc import Collection as Group
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.holds.derived import load_holds
from invoice_tracker.collections.holds.rows import open_holds, set_hold
from invoice_tracker.collections.promises.keeping import withdraw_promises
from invoice_tracker.collections.service import reconsider
from invoice_tracker.domain.holds import HoldKind, active_holds, describe
from invoice_tracker.invoices import timeline
from invoice_tracker.invoices.service import lock_invoices


async def add_hold(
    session: AsyncSession,
    *,
    firm_id: UUID,
    invoice_id: UUID,
    kind: HoldKind,
    reason: str,
    now: datetime,
    ends_at: datetime | None = None,
    author: str | None = None,
) -> UUID:
    """From now on the invoice sends nothing, until ``ends_at`` or until a person releases it.

    Calling it twice for one event holds once. Locks the invoice row. Answers the hold's id.
    """
    await lock_invoices(session, firm_id=firm_id, invoice_ids=[invoice_id])
    hold_id = await set_hold(
        session,
        firm_id=firm_id,
        invoice_id=invoice_id,
        kind=kind,
        reason=reason,
        now=now,
        ends_at=ends_at,
        author=author,
    )
    await reconsider(session, firm_id=firm_id, invoice_ids=[invoice_id], now=now)
    return hold_id


async def release_holds(
    session: AsyncSession,
    *,
    firm_id: UUID,
    invoice_id: UUID,
    now: datetime,
    kinds: Group[HoldKind] | None = None,
    hold_ids: Group[UUID] | None = None,
    reason: str | None = None,
    author: str | None = None,
    silent: bool = False,
) -> int:
    """Release the invoice's holds, or only those of some kinds, ids or one reason; how many.

    A promise behind one of them is withdrawn. Holds of the client, the set or everything stay.
    ``silent`` writes nothing on the timeline: another hold takes their place. Locks the invoice
    row.
    """
    await lock_invoices(session, firm_id=firm_id, invoice_ids=[invoice_id])
    held = await open_holds(session, firm_id=firm_id, invoice_ids=[invoice_id], now=now)
    wanted = [
        row
        for row in held
        if (kinds is None or row.kind in kinds)
        and (hold_ids is None or row.id in hold_ids)
        and reason in (None, row.reason)
    ]
    if not wanted:
        return 0
    for row in wanted:
        row.released_at = now
    await withdraw_promises(session, firm_id=firm_id, hold_ids=[row.id for row in wanted], now=now)
    if not silent:
        found = await load_holds(session, firm_id=firm_id, invoice_ids=[invoice_id], now=now)
        left = active_holds(found.get(invoice_id, []), now)
        await timeline.add(
            session,
            firm_id=firm_id,
            invoice_id=invoice_id,
            at=now,
            kind="hold_released",
            title="A hold has ended, another goes on" if left else "Reminders go on",
            detail=f"Ended: {'; '.join(describe(row.kind) for row in wanted)}",
            actor=author,
        )
    await reconsider(session, firm_id=firm_id, invoice_ids=[invoice_id], now=now)
    return len(wanted)
