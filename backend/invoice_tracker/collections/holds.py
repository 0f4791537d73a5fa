"""Typed reasons why an invoice sends nothing for now: set, released, listed."""

from collections.abc import Collection as Group
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.models import HoldRow
from invoice_tracker.collections.service import reconsider
from invoice_tracker.domain.holds import HoldKind
from invoice_tracker.invoices import timeline
from invoice_tracker.invoices.service import lock_invoices

TITLES = {
    HoldKind.paused: "Reminders are paused",
    HoldKind.promise: "Reminders wait for a promised payment",
    HoldKind.dispute: "Reminders wait: the client disputes the invoice",
    HoldKind.payment_processing: "Reminders wait: a payment is under way",
    HoldKind.refund_or_chargeback: "Reminders wait: money was given back, please decide",
}


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

    The same kind with the same reason, still in force, is changed instead of added again, so that
    an event that comes twice holds once. Locks the invoice row. Answers the hold's id.
    """
    await lock_invoices(session, firm_id=firm_id, invoice_ids=[invoice_id])
    held = await open_holds(session, firm_id=firm_id, invoice_ids=[invoice_id], now=now)
    same = next((row for row in held if row.kind is kind and row.reason == reason), None)
    if same is not None:
        same.ends_at = ends_at
        await session.flush()
        return same.id
    row = HoldRow(
        id=uuid4(),
        firm_id=firm_id,
        invoice_id=invoice_id,
        kind=kind,
        reason=reason,
        starts_at=now,
        ends_at=ends_at,
        author=author,
    )
    session.add(row)
    await session.flush()
    await timeline.add(
        session,
        firm_id=firm_id,
        invoice_id=invoice_id,
        at=now,
        kind="hold_set",
        title=TITLES.get(kind, "Reminders are on hold"),
        detail=reason or None,
        actor=author,
    )
    await reconsider(session, firm_id=firm_id, invoice_ids=[invoice_id], now=now)
    return row.id


async def release_holds(
    session: AsyncSession,
    *,
    firm_id: UUID,
    invoice_id: UUID,
    now: datetime,
    kinds: Group[HoldKind] | None = None,
    author: str | None = None,
) -> int:
    """Release the invoice's holds, or only those of some kinds; how many there were.

    Locks the invoice row.
    """
    await lock_invoices(session, firm_id=firm_id, invoice_ids=[invoice_id])
    held = await open_holds(session, firm_id=firm_id, invoice_ids=[invoice_id], now=now)
    wanted = [row for row in held if kinds is None or row.kind in kinds]
    if not wanted:
        return 0
    for row in wanted:
        row.released_at = now
    await session.flush()
    await timeline.add(
        session,
        firm_id=firm_id,
        invoice_id=invoice_id,
        at=now,
        kind="hold_released",
        title="Reminders go on",
        actor=author,
    )
    await reconsider(session, firm_id=firm_id, invoice_ids=[invoice_id], now=now)
    return len(wanted)


async def open_holds(
    session: AsyncSession, *, firm_id: UUID, invoice_ids: Group[UUID], now: datetime
) -> Sequence[HoldRow]:
    """Holds in force or to come: not released, not past their end. Oldest first."""
    rows = await session.scalars(
        select(HoldRow)
        .where(
            HoldRow.firm_id == firm_id,
            HoldRow.invoice_id.in_(invoice_ids),
            HoldRow.released_at.is_(None),
            or_(HoldRow.ends_at.is_(None), HoldRow.ends_at > now),
        )
        .order_by(HoldRow.starts_at, HoldRow.id)
    )
    return rows.all()
