"""A reminder set as a file: what may stand in it, and in which order it is written."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints, field_validator

from invoice_tracker.core.schemas import Input, Output
from invoice_tracker.reminder_sets.schemas import FindingOut, ReminderSetCreate, StepIn

FORMAT = 1
MOST_CHARACTERS = 1_500_000
"""More than the longest set with the longest texts."""

STEP_ORDER = (
    "id", "kind", "anchor", "offset_days", "offset_unit", "repeat_every_days", "repeat_max",
    "needs_approval", "attach_bill", "is_statement", "cc", "bcc", "subject", "body_format", "body",
)  # fmt: skip
ALWAYS_WRITTEN = frozenset({"kind", "anchor", "offset_days", "subject", "body"})
"""The other fields of a step are left out where they have their ordinary value."""


class SetFile(ReminderSetCreate):
    """A whole file. A step's ``id`` is its lineage: the same in every version it lives on in."""

    format: int
    needs_approval: bool = False
    """Whether a person must agree to every mail of the set."""

    @field_validator("format")
    @classmethod
    def _known(cls, value: int) -> int:
        if value != FORMAT:
            raise ValueError(f"must be {FORMAT}; this file was written for another version")
        return value

    def as_written(self) -> dict[str, Any]:
        """The file's content in its order, without what goes without saying."""
        content = self.model_dump(mode="json")
        top: dict[str, Any] = {"format": FORMAT, "name": self.name}
        top |= {"description": self.description} if self.description else {}
        top |= {"needs_approval": True} if self.needs_approval else {}
        ordinary = StepIn().model_dump(mode="json")
        return top | {
            "steps": [
                {
                    name: step[name]
                    for name in STEP_ORDER
                    if name in ALWAYS_WRITTEN or step[name] != ordinary[name]
                }
                for step in content["steps"]
            ]
        }


class FileInput(Input):
    """The text of a file."""

    # With the blank lines around it: faults are named by their line.
    text: Annotated[str, StringConstraints(strip_whitespace=False)] = Field(
        max_length=MOST_CHARACTERS
    )


class FileImport(FileInput):
    """Without ``reminder_set_id`` a new set; with it the next version after ``version``."""

    reminder_set_id: UUID | None = None
    version: int | None = None


class FileFinding(FindingOut):
    """What the linter says of a step, with its line in the file."""

    line: int


class FileDifference(Output):
    """What importing the file would change. An empty ``difference``: nothing."""

    name: str
    """The set's name in the file."""
    steps_count: int
    version: int | None
    """The version it was compared with; null for a new set."""
    difference: str
    """A unified diff of the set's file as it is and as it would be."""
    findings: list[FileFinding]
