"""What the view does not say of a bill: all of its matters, and what is special about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.invoices.models import Client, Invoice, Matter
from invoice_tracker.invoices.schemas import MatterRef


async def load_matters(
    session: AsyncSession, *, firm_id: UUID, rows: Sequence[Row[Any]]
) -> dict[UUID, list[MatterRef]]:
    """All matters of each of these rows of the view, the first first."""
    matters = {
        row.id: [MatterRef(id=row.matter_id, display_number=row.matter_display_number)]
        if row.matter_id
        else []
        for row in rows
    }
    found = await session.execute(
        select(Invoice.id, Matter.id.label("matter_id"), Matter.display_number)
        .join(Matter, Matter.id == func.any(Invoice.matter_ids))
        .where(
            Invoice.firm_id == firm_id,
            Invoice.id.in_(matters),
            func.cardinality(Invoice.matter_ids) > 1,
        )
        .order_by(Invoice.id, func.array_position(Invoice.matter_ids, Matter.id))
    )
    for invoice_id, matter_id, number in found:
        if matter_id != _first(matters[invoice_id]):
            matters[invoice_id].append(MatterRef(id=matter_id, display_number=number))
    return matters


@dataclass(frozen=True, slots=True)
class Special:
    """What sets a bill apart."""

    is_split: bool
    clio_reminders_enabled: bool


async def load_special(session: AsyncSession, *, firm_id: UUID, invoice_id: UUID) -> Special:
    """Whether it is split, and whether Clio itself reminds its client."""
    row = (
        await session.execute(
            select(Invoice.is_split, Client.clio_reminders_enabled)
            .outerjoin(Client, Client.id == Invoice.client_id)
            .where(Invoice.firm_id == firm_id, Invoice.id == invoice_id)
        )
    ).one()
    return Special(row.is_split, bool(row.clio_reminders_enabled))


def _first(matters: Sequence[MatterRef]) -> UUID | None:
    return matters[0].id if matters else None
