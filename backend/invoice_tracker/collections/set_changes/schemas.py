"""Shapes of the time machine and of changes to a set that is in use."""

from datetime import date
from uuid import UUID

from pydantic import Field

from invoice_tracker.collections.schemas import InvoiceRef
from invoice_tracker.core.schemas import Input, Output
from invoice_tracker.reminder_sets.schemas import MAX_STEPS, StepIn

MOST_SHOWN = 500


class ForecastDay(Output):
    """What is to come on one day of the firm, by today's facts."""

    on: date
    mails: int
    calls: int
    held: int
    """Mails that something without a known end keeps back, on the day they would go."""


class ForecastOut(Output):
    """The next 90 days; days without anything are left out."""

    until: date
    days: list[ForecastDay]
    mails: int
    calls: int
    held: int


class DifferenceInput(Input):
    """Steps as edited, not saved yet."""

    steps: list[StepIn] = Field(min_length=1, max_length=MAX_STEPS)


class DayChangeOut(Output):
    """Mails of one day before and after the change."""

    on: date
    before: int
    after: int


class RunnerOut(Output):
    """A running collection of the set: when its next mail goes now, and after moving."""

    collection_id: UUID
    invoice: InvoiceRef
    client_name: str | None
    version: int
    next_before: date | None
    next_after: date | None


class DifferenceOut(Output):
    """What happens in the next 90 days if every running collection moves to these steps.

    ``days`` are only those that differ; of the collections at most 500 are listed.
    """

    running: int
    collections: list[RunnerOut]
    days: list[DayChangeOut]
    mails_before: int
    mails_after: int


class MoveInput(Input):
    """Which running collections move to the newest version; without a list, all of them."""

    collection_ids: list[UUID] | None = Field(default=None, max_length=10_000)


class Moved(Output):
    """How many moved."""

    moved: int
