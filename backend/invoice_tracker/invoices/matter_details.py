"""Storing whose a matter is and what it is about: no bill brings it, so it is read on its own."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import String, cast, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.invoices.models import ClioState, Invoice, Matter
from invoice_tracker.invoices.records import AttorneyRecord, MatterDetails

AT_ONCE = 200


async def list_unread(session: AsyncSession, *, firm_id: UUID) -> Sequence[int]:
    """Clio's ids of matters whose details were never read, the first few."""
    rows = await session.scalars(
        select(Matter.clio_id)
        .where(Matter.firm_id == firm_id, Matter.details_read_at.is_(None))
        .order_by(Matter.clio_id)
        .limit(AT_ONCE)
    )
    return rows.all()


async def list_bare(session: AsyncSession, *, firm_id: UUID) -> Sequence[int]:
    """Clio's ids of matters of open invoices of which neither attorney nor area is known."""
    rows = await session.scalars(
        select(Matter.clio_id)
        .join(Invoice, Matter.id == func.any(Invoice.matter_ids))
        .where(
            Invoice.firm_id == firm_id,
            Invoice.clio_state == ClioState.awaiting_payment,
            Matter.attorney_clio_id.is_(None),
            Matter.practice_area.is_(None),
        )
        .distinct()
        .order_by(Matter.clio_id)
    )
    return rows.all()


async def mark_read(
    session: AsyncSession, *, firm_id: UUID, clio_ids: Collection[int], now: datetime
) -> None:
    """These were asked for, whatever the answer."""
    for matter in await _locked(session, firm_id, clio_ids):
        matter.details_read_at = now
    await session.flush()


async def store_details(
    session: AsyncSession, *, firm_id: UUID, details: Iterable[MatterDetails], now: datetime
) -> None:
    """Store the details of matters we have; of others there is no bill."""
    wanted = {each.clio_id: each for each in details}
    for matter in await _locked(session, firm_id, wanted):
        found = wanted[matter.clio_id]
        attorney = found.attorney
        same = attorney is not None and attorney.clio_id == matter.attorney_clio_id
        # Without the permission to see colleagues their addresses are left out: not a change.
        known = matter.attorney_email if same else None
        matter.attorney_clio_id = attorney.clio_id if attorney else None
        matter.attorney_name = attorney.name if attorney else None
        matter.attorney_email = (attorney.email or known) if attorney else None
        matter.practice_area = found.practice_area
        matter.details_read_at = now
    await session.flush()


async def store_attorneys(
    session: AsyncSession, *, firm_id: UUID, attorneys: Iterable[AttorneyRecord]
) -> None:
    """Names and addresses as they are now, on all matters of these people."""
    for attorney in sorted(attorneys, key=lambda each: each.clio_id):
        await session.execute(
            update(Matter)
            .where(
                Matter.firm_id == firm_id,
                Matter.attorney_clio_id == attorney.clio_id,
                Matter.attorney_name.is_distinct_from(attorney.name)
                | Matter.attorney_email.is_distinct_from(attorney.email),
            )
            .values(attorney_name=attorney.name, attorney_email=attorney.email)
        )


async def _locked(
    session: AsyncSession, firm_id: UUID, clio_ids: Collection[int]
) -> Sequence[Matter]:
    """In the order in which bills write their matters, so that nobody waits for each other."""
    rows = await session.scalars(
        select(Matter)
        .where(Matter.firm_id == firm_id, Matter.clio_id.in_(clio_ids))
        .order_by(cast(Matter.clio_id, String))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return rows.all()
