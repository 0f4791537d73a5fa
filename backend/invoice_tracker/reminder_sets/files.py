"""Reminder sets as files: out, in, and what a file would change."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from difflib import unified_diff
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.errors import FieldError, Invalid
from invoice_tracker.domain.local_days import local_day
from invoice_tracker.firms.service import get_firm
from invoice_tracker.reminder_sets import repository, service
from invoice_tracker.reminder_sets.files_reading import ReadFile, read_file
from invoice_tracker.reminder_sets.files_schema import (
    FORMAT,
    FileDifference,
    FileFinding,
    SetFile,
)
from invoice_tracker.reminder_sets.files_writing import write_file
from invoice_tracker.reminder_sets.linter import lint
from invoice_tracker.reminder_sets.models import ReminderSet, ReminderStep
from invoice_tracker.reminder_sets.schemas import FindingOut, StepFields, StepIn

_STEP_FIELDS = tuple(StepFields.model_fields)


async def export_set(session: AsyncSession, *, firm_id: UUID, set_id: UUID) -> tuple[str, str]:
    """The set's name and its newest version as a file. Raises ``NotFound``."""
    row = await repository.get_with_counts(session, firm_id=firm_id, set_id=set_id)
    steps = await repository.list_latest_steps(session, firm_id=firm_id, set_id=set_id)
    return row[0].name, write_file(_content(row[0], steps))


async def import_set(
    session: AsyncSession,
    *,
    firm_id: UUID,
    text: str,
    set_id: UUID | None,
    version: int | None,
    user_id: UUID | None,
    now: datetime,
) -> UUID:
    """Save a file as a new set, or as the version after ``version``; answers the set's id.

    Raises ``Invalid`` with the lines at fault, ``NameTaken``, ``ReminderSetChanged``, ``NotFound``.
    """
    if (set_id is None) != (version is None):
        raise Invalid("A new version needs both the set and the version that it follows.")
    read = read_file(text)
    _refuse_errors(read)
    content = read.content
    if set_id is None or version is None:
        set_id = await service.create_set(
            session,
            firm_id=firm_id,
            name=content.name,
            description=content.description,
            steps=[step.model_copy(update={"id": None}) for step in content.steps],
            user_id=user_id,
            now=now,
        )
    else:
        await repository.lock_set(session, firm_id=firm_id, set_id=set_id)
        await service.update_set(
            session,
            firm_id=firm_id,
            set_id=set_id,
            name=content.name,
            description=content.description,
            steps=await _as_edited(session, firm_id, set_id, content.steps),
            edited_version=version,
            user_id=user_id,
            now=now,
        )
    await service.set_approval(
        session, firm_id=firm_id, set_id=set_id, needs_approval=content.needs_approval
    )
    return set_id


async def compare_file(
    session: AsyncSession, *, firm_id: UUID, set_id: UUID | None, text: str, now: datetime
) -> FileDifference:
    """What importing the file would change, and what the linter says of it. Saves nothing.

    Without a set all of it is new. Raises ``Invalid`` with the lines at fault, ``NotFound``.
    """
    read = read_file(text)
    before, version = "", None
    known: Mapping[UUID, UUID] = {}
    latest: Sequence[ReminderStep] = ()
    if set_id is not None:
        row = await repository.get_with_counts(session, firm_id=firm_id, set_id=set_id)
        latest = await repository.list_latest_steps(session, firm_id=firm_id, set_id=set_id)
        known = await repository.lineages(session, firm_id=firm_id, set_id=set_id)
        before, version = write_file(_content(row[0], latest)), row[0].latest_version
    steps = recognized(read.content.steps, latest=latest, lineages=set(known.values()))
    after = write_file(read.content.model_copy(update={"steps": steps}))
    firm = await get_firm(session, firm_id)
    today = local_day(now, firm.time_zone)
    return FileDifference(
        name=read.content.name,
        steps_count=len(steps),
        version=version,
        difference=_difference(before, after, version),
        findings=_findings(read, today),
    )


def recognized(
    steps: Sequence[StepIn], *, latest: Sequence[ReminderStep], lineages: set[UUID]
) -> list[StepIn]:
    """The steps with the lineages that they have in the set.

    One without an id of this set takes the place of the newest version's step of the same kind and
    day: nobody is to be reminded twice because a file was written by hand. Each lineage once.
    """
    free = set(lineages)
    kept: list[UUID | None] = []
    for step in steps:
        kept.append(step.id if step.id in free else None)
        free.discard(kept[-1] or UUID(int=0))
    found = []
    for step, own in zip(steps, kept, strict=True):
        lineage = own or next(
            (each.lineage_id for each in latest if each.lineage_id in free and _alike(each, step)),
            None,
        )
        free -= {lineage} if lineage else set()
        found.append(step.model_copy(update={"id": lineage}))
    return found


def _alike(former: ReminderStep, step: StepIn) -> bool:
    return all(
        getattr(former, name) == getattr(step, name)
        for name in ("kind", "anchor", "offset_days", "offset_unit")
    )


async def _as_edited(
    session: AsyncSession, firm_id: UUID, set_id: UUID, steps: Sequence[StepIn]
) -> list[StepIn]:
    """The steps with the ids of former steps, as somebody who edits the set would send them."""
    lineages = await repository.lineages(session, firm_id=firm_id, set_id=set_id)
    latest = await repository.list_latest_steps(session, firm_id=firm_id, set_id=set_id)
    step_ids = {lineage: step_id for step_id, lineage in lineages.items()}
    return [
        step.model_copy(update={"id": step_ids[step.id] if step.id else None})
        for step in recognized(steps, latest=latest, lineages=set(step_ids))
    ]


def _content(row: ReminderSet, steps: Sequence[ReminderStep]) -> SetFile:
    # What is stored was checked when it was saved; checking again could change it.
    return SetFile.model_construct(
        format=FORMAT,
        name=row.name,
        description=row.description,
        needs_approval=row.needs_approval,
        steps=[
            StepIn.model_construct(
                id=step.lineage_id, **{name: getattr(step, name) for name in _STEP_FIELDS}
            )
            for step in steps
        ],
    )


def _difference(before: str, after: str, version: int | None) -> str:
    named = "nothing" if version is None else f"version {version}"
    lines = unified_diff(before.splitlines(), after.splitlines(), named, "the file", lineterm="")
    return "\n".join(lines)


def _findings(read: ReadFile, today: date | None = None) -> list[FileFinding]:
    return [
        FileFinding(**finding.model_dump(), line=read.line_of("steps", index, _field_of(finding)))
        for finding in lint(read.content.steps, today=today)
        for index in [finding.step_index]
    ]


def _field_of(finding: FindingOut) -> str:
    return "offset_days" if finding.field == "when" else finding.field


def _refuse_errors(read: ReadFile) -> None:
    errors = [
        FieldError(
            field=f"steps.{each.step_index}.{_field_of(each)}",
            message=f"line {each.line}: {each.message}",
        )
        for each in _findings(read)
        if each.level == "error"
    ]
    if errors:
        raise Invalid(errors[0].message, errors=errors)
