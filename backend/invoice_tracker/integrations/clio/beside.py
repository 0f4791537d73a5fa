"""What goes with the bills: every address of their clients, and whom Clio itself reminds."""

from collections.abc import Sequence
from uuid import UUID

import structlog
from sqlalchemy import select

from invoice_tracker.integrations.clio.access import ClioAccess
from invoice_tracker.integrations.clio.client import ClioClient
from invoice_tracker.integrations.clio.contacts import read_contacts_of
from invoice_tracker.integrations.clio.own_reminders import read_own_reminders
from invoice_tracker.integrations.clio.problems import ClioForbidden, ClioRefused
from invoice_tracker.integrations.clio.progress import Progress, one_step
from invoice_tracker.integrations.clio.reading import BATCH
from invoice_tracker.invoices.models import Client

log = structlog.get_logger()


async def read_beside(access: ClioAccess, client: ClioClient, progress: Progress) -> None:
    """Read what no bill brings. Where the connected person may not see it, the bills still count.

    Raises every other ``ClioProblem``.
    """
    try:
        if progress.is_first:
            await _read_addresses(access, client, progress)
        await read_own_reminders(access, client, progress.firm_id)
    except (ClioForbidden, ClioRefused) as problem:
        log.warning("clio_beside_refused", firm_id=str(progress.firm_id), problem=problem.message)


async def _read_addresses(access: ClioAccess, client: ClioClient, progress: Progress) -> None:
    """All addresses of the clients that the first import has brought."""
    after = 0
    while batch := await _clients_after(access, progress.firm_id, after):
        after = batch[-1]
        changed = await read_contacts_of(access, client, progress.firm_id, batch)
        progress.changed += len(changed)
        async with one_step(access, client, progress):
            # Only the heartbeat: the addresses are stored.
            pass


async def _clients_after(access: ClioAccess, firm_id: UUID, after: int) -> Sequence[int]:
    async with access.database.transaction(firm_id) as session:
        rows = await session.scalars(
            select(Client.clio_id)
            .where(Client.firm_id == firm_id, Client.clio_id > after)
            .order_by(Client.clio_id)
            .limit(BATCH)
        )
        return rows.all()
