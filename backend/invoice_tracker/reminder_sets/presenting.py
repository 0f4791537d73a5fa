"""Rows of reminder sets as the API shows them."""

from collections.abc import Sequence

from invoice_tracker.reminder_sets.models import ReminderStep
from invoice_tracker.reminder_sets.repository import ListRow
from invoice_tracker.reminder_sets.schemas import (
    ReminderSetDetail,
    ReminderSetOut,
    StepInBrief,
    StepOut,
)
from invoice_tracker.reminder_sets.writing import find_ready_made


def present_set(row: ListRow, steps: Sequence[ReminderStep]) -> ReminderSetOut:
    """One line of the list."""
    reminder_set, steps_count, active_collections = row
    return ReminderSetOut(
        id=reminder_set.id,
        name=reminder_set.name,
        description=reminder_set.description,
        version=reminder_set.latest_version,
        steps_count=steps_count,
        active_collections=active_collections,
        needs_approval=reminder_set.needs_approval,
        ready_made=find_ready_made([StepOut.model_validate(step) for step in steps]),
        steps_in_brief=[StepInBrief.model_validate(step) for step in steps],
        archived_at=reminder_set.archived_at,
        updated_at=reminder_set.updated_at,
    )


def present_detail(row: ListRow, steps: Sequence[ReminderStep]) -> ReminderSetDetail:
    """The set with its steps."""
    return ReminderSetDetail(
        **present_set(row, steps).model_dump(),
        steps=[StepOut.model_validate(step) for step in steps],
    )
