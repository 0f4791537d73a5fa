"""Bodies of the routes of notes."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from invoice_tracker.core.schemas import Input, Output


def _without_nul(value: str) -> str:
    if "\0" in value:
        raise ValueError("contains a character that cannot be stored")
    return value


class NoteInput(Input):
    """What to write."""

    text: Annotated[str, AfterValidator(_without_nul)] = Field(min_length=1, max_length=4000)


class NoteOut(Output):
    """One note. ``can_delete``: whether the person who asks may delete it."""

    id: UUID
    text: str
    author: str
    created_at: datetime
    can_delete: bool
