"""What Clio said has changed, waiting to be read again. A mark that is lost costs 15 minutes."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.integrations.clio.access import ClioAccess, note_problem, open_client
from invoice_tracker.integrations.clio.client import ClioClient
from invoice_tracker.integrations.clio.contacts import read_contacts_of
from invoice_tracker.integrations.clio.models import ClioConnection, ClioReread, WebhookModel
from invoice_tracker.integrations.clio.problems import ClioProblem, NotConnected
from invoice_tracker.integrations.clio.reading import BATCH, read_marked_bills

Marks = Mapping[int, datetime]
"""When each was marked, by Clio's id."""


async def mark(
    session: AsyncSession, *, firm_id: UUID, model: WebhookModel, clio_id: int, now: datetime
) -> None:
    """This one is to be read again. Marking twice is marking once."""
    statement = insert(ClioReread).values(
        firm_id=firm_id, model=model, clio_id=clio_id, marked_at=now
    )
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["firm_id", "model", "clio_id"],
            set_={"marked_at": statement.excluded.marked_at},
        )
    )


async def read_marked(access: ClioAccess, firm_id: UUID) -> None:
    """Read what is marked, at most 200 of a kind in one request. An outage leaves the marks."""
    async with access.database.transaction(firm_id) as session:
        await _drop_covered(session, firm_id=firm_id, now=access.clock.now())
        marked = {model: await _marks(session, firm_id, model) for model in WebhookModel}
    if not any(marked.values()):
        return
    try:
        async with open_client(access, firm_id) as client:
            await _read(access, client, firm_id, marked)
    except NotConnected:
        return
    except ClioProblem as problem:
        await note_problem(access, firm_id, problem)


async def _read(
    access: ClioAccess,
    client: ClioClient,
    firm_id: UUID,
    marked: Mapping[WebhookModel, Marks],
) -> None:
    if bills := marked[WebhookModel.bill]:
        waiting = await read_marked_bills(access, client, firm_id, bills)
        done = {clio_id: at for clio_id, at in bills.items() if clio_id not in waiting}
        await _clear(access, firm_id, WebhookModel.bill, done)
    if contacts := marked[WebhookModel.contact]:
        await read_contacts_of(access, client, firm_id, contacts)
        await _clear(access, firm_id, WebhookModel.contact, contacts)


async def _drop_covered(session: AsyncSession, *, firm_id: UUID, now: datetime) -> None:
    """Marks from before a reading of everything. What cannot be read is not asked for for ever."""
    connection = await session.get(ClioConnection, firm_id)
    covered = connection.side_read_at if connection else None
    # A clock that was set back: nothing marked now has been read.
    if covered is None or covered > now:
        return
    await session.execute(
        delete(ClioReread).where(ClioReread.firm_id == firm_id, ClioReread.marked_at < covered)
    )


async def _marks(session: AsyncSession, firm_id: UUID, model: WebhookModel) -> Marks:
    rows = await session.execute(
        select(ClioReread.clio_id, ClioReread.marked_at)
        .where(ClioReread.firm_id == firm_id, ClioReread.model == model)
        .order_by(ClioReread.marked_at)
        .limit(BATCH)
    )
    return dict(rows.all())


async def _clear(access: ClioAccess, firm_id: UUID, model: WebhookModel, marks: Marks) -> None:
    """Take the marks away, but not of what was marked again while we were reading."""
    async with access.database.transaction(firm_id) as session:
        await session.execute(
            delete(ClioReread).where(
                ClioReread.firm_id == firm_id,
                ClioReread.model == model,
                tuple_(ClioReread.clio_id, ClioReread.marked_at).in_(list(marks.items())),
            )
        )
