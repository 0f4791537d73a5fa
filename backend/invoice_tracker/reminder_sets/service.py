"""Saving reminder sets. Every save is a new version; a version never changes."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.errors import Conflict, FieldError, Invalid
from invoice_tracker.reminder_sets import repository
from invoice_tracker.reminder_sets.linter import errors_of
from invoice_tracker.reminder_sets.models import ReminderSet, ReminderSetVersion, ReminderStep
from invoice_tracker.reminder_sets.schemas import StepFields, StepIn

_STEP_FIELDS = tuple(StepFields.model_fields)


class ReminderSetChanged(Conflict):
    """Somebody else saved the set since it was opened."""

    code = "reminder_set_changed"
    title = "Somebody else has changed this set"


class NameTaken(Conflict):
    """Two sets in use cannot have the same name."""

    code = "reminder_set_name_taken"
    title = "The name is taken"


async def create_set(
    session: AsyncSession,
    *,
    firm_id: UUID,
    name: str,
    description: str,
    steps: Sequence[StepIn],
    user_id: UUID | None,
    now: datetime,
) -> UUID:
    """A new set with its first version; answers its id. Raises ``Invalid`` or ``NameTaken``."""
    _refuse_errors(steps)
    await _refuse_taken(session, firm_id=firm_id, name=name, but_for=None)
    row = ReminderSet(
        id=uuid4(),
        firm_id=firm_id,
        name=name,
        description=description,
        latest_version=1,
        created_at=now,
        updated_at=now,
    )
    session.add(row)
    await _flush_name(session, name)
    await _add_version(session, row=row, steps=steps, user_id=user_id, now=now)
    return row.id


async def update_set(
    session: AsyncSession,
    *,
    firm_id: UUID,
    set_id: UUID,
    name: str,
    description: str,
    steps: Sequence[StepIn],
    edited_version: int,
    user_id: UUID | None,
    now: datetime,
) -> None:
    """Save as the next version. Collections that run keep theirs.

    Raises ``ReminderSetChanged`` when ``edited_version`` is not the newest, ``Invalid``,
    ``NameTaken`` or ``NotFound``.
    """
    row = await repository.lock_set(session, firm_id=firm_id, set_id=set_id)
    if row.latest_version != edited_version:
        raise ReminderSetChanged(
            f"Version {row.latest_version} of “{row.name}” was saved while you edited "
            f"version {edited_version}. Please reload and make your changes again."
        )
    _refuse_errors(steps)
    await _refuse_taken(session, firm_id=firm_id, name=name, but_for=set_id)
    row.name = name
    row.description = description
    row.latest_version += 1
    row.updated_at = now
    await _flush_name(session, name)
    await _add_version(session, row=row, steps=steps, user_id=user_id, now=now)


async def set_approval(
    session: AsyncSession, *, firm_id: UUID, set_id: UUID, needs_approval: bool
) -> None:
    """Whether a person must agree to every mail of the set, in each of its versions.

    Holds from the next mail on, also for collections that run. Raises ``NotFound``.
    """
    row = await repository.lock_set(session, firm_id=firm_id, set_id=set_id)
    row.needs_approval = needs_approval
    await session.flush()


async def archive_set(session: AsyncSession, *, firm_id: UUID, set_id: UUID, now: datetime) -> None:
    """No new collection takes it, and its running ones send nothing any more.

    Raises ``NotFound``.
    """
    row = await repository.lock_set(session, firm_id=firm_id, set_id=set_id)
    row.archived_at = now
    row.updated_at = now
    await session.flush()


async def _add_version(
    session: AsyncSession,
    *,
    row: ReminderSet,
    steps: Sequence[StepIn],
    user_id: UUID | None,
    now: datetime,
) -> None:
    version = ReminderSetVersion(
        id=uuid4(),
        firm_id=row.firm_id,
        reminder_set_id=row.id,
        version=row.latest_version,
        created_at=now,
        created_by=user_id,
    )
    session.add(version)
    await session.flush()
    lineages = await repository.lineages(session, firm_id=row.firm_id, set_id=row.id)
    for position, step in enumerate(steps, start=1):
        fields = {name: getattr(step, name) for name in _STEP_FIELDS}
        session.add(
            ReminderStep(
                firm_id=row.firm_id,
                version_id=version.id,
                position=position,
                # Each former step lives on at most once: a copy of it is a new one.
                lineage_id=(lineages.pop(step.id, None) if step.id else None) or uuid4(),
                **fields,
            )
        )
    await session.flush()


def _refuse_errors(steps: Sequence[StepIn]) -> None:
    errors = errors_of(steps)
    if errors:
        first = errors[0]
        raise Invalid(
            f"Step {first.step_index + 1}: {first.message}",
            errors=[
                FieldError(field=f"steps.{finding.step_index}", message=finding.message)
                for finding in errors
            ],
        )


async def _refuse_taken(
    session: AsyncSession, *, firm_id: UUID, name: str, but_for: UUID | None
) -> None:
    if await repository.name_is_taken(session, firm_id=firm_id, name=name, but_for=but_for):
        raise NameTaken(f"There is already a reminder set called “{name}”.")


async def _flush_name(session: AsyncSession, name: str) -> None:
    try:
        await session.flush()
    except IntegrityError as error:
        # Two people saved the same name at the same moment: the index decides.
        raise NameTaken(f"There is already a reminder set called “{name}”.") from error
