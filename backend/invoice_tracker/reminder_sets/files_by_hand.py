"""Sets as files from the command line: firms and sets by their names."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.database import list_firm_ids
from invoice_tracker.core.deps import Adapters
from invoice_tracker.core.errors import Invalid, NotFound
from invoice_tracker.firms.service import get_firm
from invoice_tracker.reminder_sets import files
from invoice_tracker.reminder_sets.files_schema import FileDifference
from invoice_tracker.reminder_sets.models import ReminderSet


async def find_firm(adapters: Adapters, *, name: str | None) -> UUID:
    """The firm of this name; the only one, where no name is given. Raises ``Invalid``."""
    async with adapters.database.transaction() as session:
        firm_ids = await list_firm_ids(session)
    names: dict[str, list[UUID]] = {}
    for firm_id in firm_ids:
        async with adapters.database.transaction(firm_id) as session:
            names.setdefault((await get_firm(session, firm_id)).name, []).append(firm_id)
    found = names.get(name, []) if name is not None else firm_ids
    if len(found) != 1:
        raise Invalid(f"Please name one firm of these: {', '.join(sorted(names)) or 'none yet'}.")
    return found[0]


async def export_by_name(adapters: Adapters, *, firm_id: UUID, name: str) -> str:
    """The set's file. Raises ``NotFound``."""
    async with adapters.database.transaction(firm_id) as session:
        found = await _find(session, firm_id, name)
        return (await files.export_set(session, firm_id=firm_id, set_id=found.id))[1]


async def import_by_name(
    adapters: Adapters, *, firm_id: UUID, text: str, over: str | None
) -> tuple[str, int]:
    """Save a new set, or the next version of the set ``over``; answers its name and version.

    Raises ``Invalid``, ``NameTaken``, ``NotFound``.
    """
    async with adapters.database.transaction(firm_id) as session:
        former = await _find(session, firm_id, over) if over is not None else None
        set_id = await files.import_set(
            session,
            firm_id=firm_id,
            text=text,
            set_id=former.id if former else None,
            version=former.latest_version if former else None,
            user_id=None,
            now=adapters.clock.now(),
        )
        saved = await session.get_one(ReminderSet, set_id)
        return saved.name, saved.latest_version


async def compare_by_name(
    adapters: Adapters, *, firm_id: UUID, text: str, name: str
) -> FileDifference:
    """What the file would change in the set. Raises ``Invalid``, ``NotFound``."""
    async with adapters.database.transaction(firm_id) as session:
        found = await _find(session, firm_id, name)
        return await files.compare_file(
            session, firm_id=firm_id, set_id=found.id, text=text, now=adapters.clock.now()
        )


async def _find(session: AsyncSession, firm_id: UUID, name: str) -> ReminderSet:
    found = await session.scalar(
        select(ReminderSet).where(
            ReminderSet.firm_id == firm_id,
            func.lower(ReminderSet.name) == name.lower(),
            ReminderSet.archived_at.is_(None),
        )
    )
    if found is None:
        raise NotFound(f"There is no reminder set called “{name}”.")
    return found
