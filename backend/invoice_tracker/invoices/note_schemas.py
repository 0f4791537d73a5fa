"""Bodies of the routes of notes."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from invoice_tracker.core.schemas import Input, Output, Prose


class NoteInput(Input):
    """What to write."""

    text: Prose = Field(min_length=1, max_length=4000)


class NoteOut(Output):
    """One note. ``can_delete``: whether the person who asks may delete it."""

    id: UUID
    text: str
    author: str
    created_at: datetime
    can_delete: bool
