"""Shapes of tomorrow's list in the API."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, model_validator

from invoice_tracker.collections.schemas import InvoiceRef, Words
from invoice_tracker.core.schemas import Input, MoneyOut, Output, Page
from invoice_tracker.domain.reminder_schedule import StepKind
from invoice_tracker.domain.reminder_text import BodyFormat
from invoice_tracker.invoices.schemas import ClientRef

UpcomingState = Literal["will_go", "needs_approval", "held", "safe_mode", "vetoed"]
Reviewed = Literal["approved", "edited", "vetoed"]


class ReviewOut(Output):
    """What a person has decided about a mail ahead of its day."""

    decision: Reviewed
    by: str
    at: datetime


class UpcomingOut(Output):
    """A mail or call planned for the day. ``at`` is UTC; ``note`` says why it does not go.

    ``shares_mail_with``: numbers of the other invoices that leave in the same mail.
    """

    collection_id: UUID
    step_id: UUID
    occurrence: int
    reminder_id: UUID | None
    kind: StepKind
    step_position: int
    reminder_set_name: str
    invoice: InvoiceRef
    client: ClientRef | None
    recipient: str | None
    subject: str
    balance: MoneyOut
    on: date
    at: datetime
    shares_mail_with: list[str]
    state: UpcomingState
    note: str | None
    review: ReviewOut | None
    can_approve: bool
    can_edit: bool
    can_veto: bool
    can_undo: bool


class UpcomingCounts(Output):
    """How many reminders of the day are in which state."""

    will_go: int = 0
    needs_approval: int = 0
    held: int = 0
    safe_mode: int = 0
    vetoed: int = 0


class UpcomingHour(Output):
    """How many mails of the day leave, or would without Safe Mode, in one hour of the firm's."""

    hour: int
    mails: int


class UpcomingPage(Page[UpcomingOut]):
    """One page of a day's list. ``today`` and ``next_day`` are days of the firm."""

    on: date
    today: date
    next_day: date
    is_sending_day: bool
    counts: UpcomingCounts
    hours: list[UpcomingHour]


class WhichInput(Input):
    """One reminder of one collection, whether or not it has been decided."""

    collection_id: UUID
    step_id: UUID
    occurrence: int = Field(default=1, ge=1, le=1000)


Subject = Annotated[Words, Field(min_length=1, max_length=300)]
Body = Annotated[Words, Field(min_length=1, max_length=20_000)]


class ReviewInput(WhichInput):
    """A decision ahead. ``subject`` and ``body`` belong to ``edit``, ``reason`` to ``veto``."""

    decision: Literal["approve", "edit", "veto"]
    subject: Subject | None = None
    body: Body | None = None
    reason: Words = Field(default="", max_length=500)

    @model_validator(mode="after")
    def _whole(self) -> "ReviewInput":
        if (self.decision == "edit") != (self.subject is not None and self.body is not None):
            raise ValueError("Give subject and body to edit a mail, and only then.")
        return self


class DraftInput(WhichInput):
    """A mail to look at: with its own text, or with another one that is being written."""

    subject: Subject | None = None
    body: Body | None = None


class DraftOut(Output):
    """The text with its variables, and the mail as it would read now.

    ``problems`` say why it could not be sent like this.
    """

    subject: str
    body: str
    body_format: BodyFormat
    rendered_subject: str
    html: str
    text: str
    problems: list[str]
