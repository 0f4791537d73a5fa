"""Queries of reminder sets. The newest version of a set is the one that new collections take."""

from collections.abc import Collection as Group
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import BigInteger, Row, Select, func, literal_column, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.errors import Invalid, NotFound
from invoice_tracker.core.pagination import decode_cursor, encode_cursor
from invoice_tracker.reminder_sets.models import ReminderSet, ReminderSetVersion, ReminderStep

_LATEST = (ReminderSetVersion.reminder_set_id == ReminderSet.id) & (
    ReminderSetVersion.version == ReminderSet.latest_version
)
_STEPS = (
    select(func.count())
    .where(ReminderStep.version_id == ReminderSetVersion.id)
    .correlate(ReminderSetVersion)
    .scalar_subquery()
)
# In words, because collections stand to the right of this package.
_ACTIVE = literal_column(
    """(SELECT count(*) FROM collections c JOIN reminder_set_versions v ON v.id = c.version_id
        WHERE v.reminder_set_id = reminder_sets.id AND c.state = 'active')""",
    BigInteger,
)

ListRow = Row[ReminderSet, int, int]


async def list_sets(
    session: AsyncSession, *, firm_id: UUID, archived: bool, limit: int, cursor: str | None
) -> tuple[Sequence[ListRow], str | None]:
    """Rows of (set, number of steps, number of active collections), by name."""
    name = func.lower(ReminderSet.name)
    query = _with_counts().where(ReminderSet.firm_id == firm_id)
    if not archived:
        query = query.where(ReminderSet.archived_at.is_(None))
    if cursor is not None:
        after = decode_cursor(cursor, 2)
        query = query.where(tuple_(name, ReminderSet.id) > (str(after[0]), _as_id(after[1])))
    rows = (await session.execute(query.order_by(name, ReminderSet.id).limit(limit + 1))).all()
    page = rows[:limit]
    if len(rows) <= limit:
        return page, None
    last = page[-1][0]
    lowered = await session.scalar(select(func.lower(last.name)))
    return page, encode_cursor(lowered, last.id)


async def count_sets(session: AsyncSession, *, firm_id: UUID, archived: bool) -> int:
    """How many sets the list has in all."""
    query = select(func.count()).select_from(ReminderSet).where(ReminderSet.firm_id == firm_id)
    if not archived:
        query = query.where(ReminderSet.archived_at.is_(None))
    return int(await session.scalar(query) or 0)


async def get_with_counts(session: AsyncSession, *, firm_id: UUID, set_id: UUID) -> ListRow:
    """One row of the list. Raises ``NotFound``."""
    query = _with_counts().where(ReminderSet.firm_id == firm_id, ReminderSet.id == set_id)
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise NotFound("There is no such reminder set.")
    return row


def _with_counts() -> Select[ReminderSet, int, int]:
    return (
        select(ReminderSet, _STEPS.label("steps_count"), _ACTIVE.label("active_collections"))
        .join(ReminderSetVersion, _LATEST)
        .execution_options(populate_existing=True)
    )


def _as_id(value: object) -> UUID:
    try:
        return UUID(str(value))
    except ValueError as error:
        raise Invalid("That page no longer exists. Please start from the first one.") from error


async def get_latest_version(
    session: AsyncSession, *, firm_id: UUID, set_id: UUID
) -> tuple[ReminderSet, ReminderSetVersion]:
    """The set and its newest version. Raises ``NotFound``, also for an archived set."""
    row = (
        await session.execute(
            select(ReminderSet, ReminderSetVersion)
            .join(ReminderSetVersion, _LATEST)
            .where(
                ReminderSet.firm_id == firm_id,
                ReminderSet.id == set_id,
                ReminderSet.archived_at.is_(None),
            )
        )
    ).one_or_none()
    if row is None:
        raise NotFound("There is no such reminder set, or it was archived.")
    return row[0], row[1]


async def list_steps(
    session: AsyncSession, *, firm_id: UUID, version_ids: Group[UUID]
) -> dict[UUID, list[ReminderStep]]:
    """Steps of each version, in order."""
    rows = await session.scalars(
        select(ReminderStep)
        .where(ReminderStep.firm_id == firm_id, ReminderStep.version_id.in_(version_ids))
        .order_by(ReminderStep.version_id, ReminderStep.position)
    )
    found: dict[UUID, list[ReminderStep]] = {}
    for step in rows:
        found.setdefault(step.version_id, []).append(step)
    return found


async def lineages(session: AsyncSession, *, firm_id: UUID, set_id: UUID) -> dict[UUID, UUID]:
    """Lineages by step, over the steps of all versions of a set."""
    rows = await session.execute(
        select(ReminderStep.id, ReminderStep.lineage_id)
        .join(ReminderSetVersion, ReminderSetVersion.id == ReminderStep.version_id)
        .where(ReminderStep.firm_id == firm_id, ReminderSetVersion.reminder_set_id == set_id)
    )
    return dict(rows.all())


async def list_latest_steps(
    session: AsyncSession, *, firm_id: UUID, set_id: UUID
) -> Sequence[ReminderStep]:
    """Steps of the newest version, in order; also of an archived set."""
    rows = await session.scalars(
        select(ReminderStep)
        .join(ReminderSetVersion, ReminderSetVersion.id == ReminderStep.version_id)
        .join(ReminderSet, _LATEST)
        .where(ReminderSet.firm_id == firm_id, ReminderSet.id == set_id)
        .order_by(ReminderStep.position)
    )
    return rows.all()


async def list_steps_of_sets(
    session: AsyncSession, *, firm_id: UUID, set_ids: Group[UUID]
) -> dict[UUID, list[ReminderStep]]:
    """Steps of the newest version of each set, in order."""
    rows = await session.execute(
        select(ReminderSet.id, ReminderStep)
        .join(ReminderSetVersion, _LATEST)
        .join(ReminderStep, ReminderStep.version_id == ReminderSetVersion.id)
        .where(ReminderSet.firm_id == firm_id, ReminderSet.id.in_(set_ids))
        .order_by(ReminderSet.id, ReminderStep.position)
    )
    found: dict[UUID, list[ReminderStep]] = {}
    for set_id, step in rows:
        found.setdefault(set_id, []).append(step)
    return found


async def lock_set(session: AsyncSession, *, firm_id: UUID, set_id: UUID) -> ReminderSet:
    """The set, locked to the end of the transaction. Raises ``NotFound``, also when archived."""
    row = await session.scalar(
        select(ReminderSet)
        .where(
            ReminderSet.firm_id == firm_id,
            ReminderSet.id == set_id,
            ReminderSet.archived_at.is_(None),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound("There is no such reminder set, or it was archived.")
    return row


async def name_is_taken(
    session: AsyncSession, *, firm_id: UUID, name: str, but_for: UUID | None
) -> bool:
    """Whether another set in use has this name, whatever the case."""
    query = select(ReminderSet.id).where(
        ReminderSet.firm_id == firm_id,
        func.lower(ReminderSet.name) == func.lower(name),
        ReminderSet.archived_at.is_(None),
    )
    if but_for is not None:
        query = query.where(ReminderSet.id != but_for)
    return await session.scalar(query.limit(1)) is not None
