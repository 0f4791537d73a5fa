"""Shapes of reminder sets in the API."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, EmailStr, Field, model_validator

from invoice_tracker.core.schemas import Input, Output, Prose
from invoice_tracker.domain.reminder_schedule import Anchor, OffsetUnit, StepKind
from invoice_tracker.domain.reminder_text import BodyFormat
from invoice_tracker.reminder_sets import rich_text

MAX_STEPS = 60
_MAX_COPIES = 10


def _one_line(value: str) -> str:
    if any(ord(character) < 32 for character in value):
        raise ValueError("must be one line")
    return value


Line = Annotated[str, AfterValidator(_one_line)]


class StepFields(Input):
    """One reminder of a series. Days count from the anchor; negative is before."""

    kind: StepKind = StepKind.email
    anchor: Anchor = Anchor.due
    offset_days: int = Field(default=0, ge=-365, le=1000)
    offset_unit: OffsetUnit = OffsetUnit.calendar_days
    repeat_every_days: int | None = Field(default=None, ge=1, le=365)
    repeat_max: int | None = Field(default=None, ge=1, le=60)
    """How often in all, the first time included."""
    needs_approval: bool = False
    attach_bill: bool = False
    is_statement: bool = False
    """A mail about all that the client owes, not only about what is due for a reminder."""
    subject: Line = Field(default="", max_length=300)
    body: Prose = Field(default="", max_length=20_000)
    body_format: BodyFormat = BodyFormat.plain
    cc: list[EmailStr] = Field(default_factory=list, max_length=_MAX_COPIES)
    bcc: list[EmailStr] = Field(default_factory=list, max_length=_MAX_COPIES)

    @model_validator(mode="after")
    def _cleaned(self) -> "StepFields":
        if self.body_format is BodyFormat.rich:
            self.body = rich_text.clean(self.body)
        return self

    @model_validator(mode="after")
    def _repeats_whole(self) -> "StepFields":
        if self.anchor == Anchor.month:
            if self.repeat_every_days is not None:
                raise ValueError("A reminder of each month repeats by itself.")
        elif (self.repeat_every_days is None) != (self.repeat_max is None):
            raise ValueError("A repeating reminder needs both how often and at most how many.")
        return self


class StepIn(StepFields):
    """A step as edited. ``id`` says which former step it was, so that running collections know."""

    id: UUID | None = None


class StepOut(Output):
    """A step of a saved version, or of a ready-made set (then without ``id``)."""

    id: UUID | None
    kind: StepKind
    anchor: Anchor
    offset_days: int
    offset_unit: OffsetUnit = OffsetUnit.calendar_days
    repeat_every_days: int | None
    repeat_max: int | None
    needs_approval: bool
    attach_bill: bool = False
    is_statement: bool = False
    subject: str
    body: str
    body_format: BodyFormat = BodyFormat.plain
    cc: list[str]
    bcc: list[str]


class StepInBrief(Output):
    """When a step is due, without its text."""

    kind: StepKind
    anchor: Anchor
    offset_days: int
    offset_unit: OffsetUnit
    repeat_every_days: int | None
    repeat_max: int | None
    needs_approval: bool


class ReminderSetOut(Output):
    """A set in the list."""

    id: UUID
    name: str
    description: str
    version: int
    steps_count: int
    active_collections: int
    needs_approval: bool
    """Whether a person must agree to every one of its mails."""
    ready_made: str | None = Field(
        description="Name of the ready-made set that it still is, word for word"
    )
    steps_in_brief: list[StepInBrief]
    archived_at: datetime | None
    updated_at: datetime


class ReminderSetDetail(ReminderSetOut):
    """A set with the steps of its newest version."""

    steps: list[StepOut]


class ReminderSetCreate(Input):
    """A new set."""

    name: Line = Field(min_length=1, max_length=120)
    description: Prose = Field(default="", max_length=2000)
    steps: list[StepIn] = Field(min_length=1, max_length=MAX_STEPS)


class ReminderSetUpdate(ReminderSetCreate):
    """A changed set. ``version`` is the one that was edited."""

    version: int


class ApprovalInput(Input):
    """Whether a person must agree to every mail of the set."""

    needs_approval: bool


class ReadyMadeSetOut(Output):
    """A set that comes with the product, to start from."""

    key: str
    name: str
    description: str
    steps: list[StepOut]


class VariableOut(Output):
    """What may stand between double braces in a subject or body."""

    name: str
    meaning: str
    example: str


class LintInput(Input):
    """Steps to look over before saving."""

    steps: list[StepIn] = Field(max_length=MAX_STEPS)


class FindingOut(Output):
    """One thing the linter noticed. An error keeps the set from being saved."""

    step_index: int
    level: Literal["error", "warning"]
    field: Literal["subject", "body", "when"]
    """Where in the step the writer has to look."""
    message: str


class MailRequest(Input):
    """A step to see as a mail. Without an invoice a made-up one is used."""

    step: StepIn
    invoice_id: UUID | None = None
    all_open: bool = False
    """Show the mail about all that the invoice's client owes, not about this one alone."""


class MailPreview(Output):
    """The mail as it would look now. ``problems`` say why it could not be sent like this."""

    from_name: str = Field(default="", description="Empty where it could not be written")
    from_email: str = ""
    subject: str
    html: str
    text: str
    problems: list[str]
    invoice_number: str | None


class TestMailSent(Output):
    """Where the test mail is going."""

    sent_to: str


class ThanksTextFields(Input):
    """Subject and text of the thank-you mail."""

    subject: Line = Field(default="", max_length=300)
    body: Prose = Field(default="", max_length=20_000)
    body_format: BodyFormat = BodyFormat.plain

    @model_validator(mode="after")
    def _cleaned(self) -> "ThanksTextFields":
        if self.body_format is BodyFormat.rich:
            self.body = rich_text.clean(self.body)
        return self


class ThankYouInput(ThanksTextFields):
    """The text, whether it is sent after payments, and also after those recorded in Clio."""

    is_enabled: bool
    includes_clio: bool


class ThankYouOut(Output):
    """The thank-you mail; the ready-made text before the firm has one of its own."""

    is_enabled: bool
    includes_clio: bool
    subject: str
    body: str
    body_format: BodyFormat


class ThanksPreview(Output):
    """The mail as it would look, and what the linter says of its text."""

    mail: MailPreview
    findings: list[FindingOut]


class EditorOut(Output):
    """Somebody else who has the set open to change it, and since when."""

    name: str
    since: datetime
