"""Clients to whom Clio itself sends reminders too."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.invoices.models import Client, Invoice

_AT_ONCE = 5000


async def store_own_reminders(
    session: AsyncSession, *, firm_id: UUID, enabled: Mapping[int, bool]
) -> set[UUID]:
    """Note by Clio's ids of clients whether Clio reminds them; ids of those that changed.

    Writes only what changed. Clients that are not in ``enabled`` stay as they are.
    """
    changed: set[UUID] = set()
    for value in (True, False):
        clio_ids = sorted(clio_id for clio_id, now in enabled.items() if now is value)
        for start in range(0, len(clio_ids), _AT_ONCE):
            found = await session.scalars(
                update(Client)
                .where(
                    Client.firm_id == firm_id,
                    Client.clio_id.in_(clio_ids[start : start + _AT_ONCE]),
                    Client.clio_reminders_enabled.is_not(value),
                )
                .values(clio_reminders_enabled=value)
                .returning(Client.id)
                .execution_options(synchronize_session=False)
            )
            changed.update(found)
    return changed


async def find_reminded_by_clio(
    session: AsyncSession, *, firm_id: UUID, invoice_ids: Collection[UUID]
) -> list[str]:
    """Names of the clients of these invoices whom Clio reminds by itself, in order."""
    names = await session.execute(
        select(Client.id, Client.name)
        .join(Invoice, Invoice.client_id == Client.id)
        .where(
            Invoice.firm_id == firm_id,
            Invoice.id.in_(invoice_ids),
            Client.clio_reminders_enabled,
        )
        .distinct()
        .order_by(Client.name, Client.id)
    )
    return [name for _, name in names]
