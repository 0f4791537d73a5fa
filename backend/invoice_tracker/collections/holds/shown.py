"""An invoice's holds, of whatever reach, as people see them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.holds.derived import load_holds
from invoice_tracker.collections.schemas import HoldOut
from invoice_tracker.domain.holds import Hold, describe_hold


async def show_holds(
    session: AsyncSession, *, firm_id: UUID, invoice_id: UUID, time_zone: str, now: datetime
) -> list[HoldOut]:
    """All that are not over, those that a person can end on the invoice first."""
    found = await load_holds(session, firm_id=firm_id, invoice_ids=[invoice_id], now=now)
    holds = sorted(found.get(invoice_id, []), key=lambda hold: not hold.is_for_a_person)
    return [_show(hold, time_zone) for hold in holds]


def _show(hold: Hold, time_zone: str) -> HoldOut:
    return HoldOut(
        id=hold.id,
        kind=hold.kind,
        reach=hold.reach,
        sentence=f"{describe_hold(hold, time_zone)}.",
        reason=hold.reason,
        starts_at=hold.starts_at if hold.id else None,
        ends_at=hold.ends_at,
        author=hold.author,
        can_resume=hold.is_for_a_person,
    )
