"""What goes with the bills: addresses of clients, whom Clio itself reminds, whose matters it is."""

from collections.abc import Sequence
from uuid import UUID

import structlog
from sqlalchemy import select

from invoice_tracker.integrations.clio.access import ClioAccess
from invoice_tracker.integrations.clio.client import ClioClient
from invoice_tracker.integrations.clio.contacts import read_contacts_of
from invoice_tracker.integrations.clio.matters import read_matters
from invoice_tracker.integrations.clio.models import RunKind
from invoice_tracker.integrations.clio.own_reminders import read_own_reminders
from invoice_tracker.integrations.clio.problems import ClioForbidden, ClioRefused
from invoice_tracker.integrations.clio.progress import Progress, one_step
from invoice_tracker.integrations.clio.reading import BATCH
from invoice_tracker.invoices.models import Client

log = structlog.get_logger()


async def read_beside(access: ClioAccess, client: ClioClient, progress: Progress) -> None:
    """Read what no bill brings. Where the connected person may not see it, the bills still count.

    Costs nothing in a quiet quarter of an hour. Raises every other ``ClioProblem``.
    """
    for read in (_read_people, read_matters):
        try:
            await read(access, client, progress)
        except (ClioForbidden, ClioRefused) as problem:
            firm_id = str(progress.firm_id)
            log.warning("clio_beside_refused", firm_id=firm_id, problem=problem.message)


async def _read_people(access: ClioAccess, client: ClioClient, progress: Progress) -> None:
    if progress.is_first:
        await _read_addresses(access, client, progress)
    if progress.is_first or progress.kind is RunKind.reconciliation:
        await read_own_reminders(access, client, progress.firm_id)


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
