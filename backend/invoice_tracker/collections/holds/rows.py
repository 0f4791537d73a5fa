"""Rows of holds. ``holds`` adds what follows for the invoice's collection."""

from collections.abc import Collection as Group
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.models import HoldRow
from invoice_tracker.domain.holds import Hold, HoldKind, HoldReach, describe
from invoice_tracker.invoices import timeline
from invoice_tracker.reminder_sets.models import ReminderSet


async def set_hold(
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
    """Write the hold and its timeline entry; the hold's id. The caller holds the invoice's lock.

    The same kind with the same reason, still in force, is changed instead of added again, so that
    an event that comes twice holds once.
    """
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
        title=f"Reminders wait. {describe(kind)}",
        detail=reason or None,
        actor=author,
    )
    return row.id


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


async def load_wide_holds(
    session: AsyncSession, *, firm_id: UUID
) -> list[tuple[Hold, UUID | None, UUID | None]]:
    """Holds of more than one invoice, with their client and their set, whichever it is.

    Ended ones may be among them, released ones are not.
    """
    rows = await session.execute(
        select(HoldRow, ReminderSet.name)
        .outerjoin(ReminderSet, ReminderSet.id == HoldRow.reminder_set_id)
        .where(
            HoldRow.firm_id == firm_id,
            HoldRow.invoice_id.is_(None),
            HoldRow.released_at.is_(None),
        )
        .order_by(HoldRow.starts_at, HoldRow.id)
        .execution_options(populate_existing=True)
    )
    return [
        (
            Hold(
                kind=row.kind,
                reason=row.reason,
                starts_at=row.starts_at,
                ends_at=row.ends_at,
                author=row.author,
                reach=reach_of(row),
                set_name=set_name or "",
                id=row.id,
            ),
            row.client_id,
            row.reminder_set_id,
        )
        for row, set_name in rows
    ]


def reach_of(row: HoldRow) -> HoldReach:
    """How much a hold stops."""
    if row.invoice_id is not None:
        return HoldReach.invoice
    if row.client_id is not None:
        return HoldReach.client
    return HoldReach.firm if row.reminder_set_id is None else HoldReach.reminder_set
