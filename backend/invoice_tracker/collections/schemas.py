"""Shapes of collections and reminders in the API."""

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator

from invoice_tracker.collections.models import CollectionState
from invoice_tracker.core.schemas import Input, MoneyOut, Output
from invoice_tracker.domain.holds import HoldKind, HoldReach
from invoice_tracker.domain.reminder_schedule import Backlog, PlannedState, ReasonCode, StepKind
from invoice_tracker.invoices.filtering import MOST_DAYS
from invoice_tracker.invoices.repository import Section
from invoice_tracker.outbox.service import Resolution


def _without_nul(value: str) -> str:
    if "\0" in value:
        raise ValueError("contains a character that cannot be stored")
    return value


Words = Annotated[str, AfterValidator(_without_nul)]


Days = Annotated[int, Field(ge=-MOST_DAYS, le=MOST_DAYS)]
Amount = Annotated[str, Field(pattern=r"^\d{1,12}(\.\d{1,3})?$")]


class Matching(Input):
    """The filter of the Invoices page, as `GET /invoices` takes it."""

    section: Section | None = None
    q: Words | None = Field(default=None, max_length=200)
    client_id: UUID | None = None
    matter_id: UUID | None = None
    attorney: Words | None = Field(default=None, max_length=200)
    currency: str | None = Field(default=None, pattern="^[A-Za-z]{3}$")
    overdue_from: Days | None = None
    overdue_to: Days | None = None
    at_least: Amount | None = None
    at_most: Amount | None = None
    reminder_set_id: UUID | None = None
    hold: HoldKind | None = None


class Selection(Input):
    """Either certain invoices, or all that match a filter."""

    invoice_ids: list[UUID] | None = Field(default=None, min_length=1, max_length=5000)
    all_matching: Matching | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.invoice_ids is None) == (self.all_matching is None):
            raise ValueError("Give either invoice_ids or all_matching.")
        return self


class StartInput(Input):
    """What to start. ``backlog`` says what becomes of steps whose day has passed."""

    selection: Selection
    reminder_set_id: UUID
    backlog: Backlog


class RefusedOut(Output):
    """An invoice that cannot be reminded, and why."""

    invoice_id: UUID
    number: str
    client_name: str | None
    reason: str


class FirstMail(Output):
    """The first thing that would happen for an invoice. ``at`` is UTC, ``on`` the firm's day."""

    invoice_id: UUID
    number: str
    client_name: str | None
    recipient: str | None
    step_position: int
    subject: str
    at: datetime
    on: date


class MailsOnDay(Output):
    """How many mails a day."""

    on: date
    count: int


class FirstStep(Output):
    """How many collections would begin with a step."""

    step_position: int
    count: int


class StartPreview(Output):
    """What Start Collection would do. Mails by day: the next 90 days."""

    startable: int
    clients: int = Field(description="Whose invoices would be reminded")
    balances: list[MoneyOut] = Field(description="What is owed on them, in each currency")
    first_steps: list[FirstStep]
    refused: list[RefusedOut]
    first_mails: list[FirstMail]
    mails_by_day: list[MailsOnDay]
    warnings: list[str]


class Started(Output):
    """What Start Collection did."""

    started: int
    refused: list[RefusedOut]


class SetRef(Output):
    """A reminder set in the version a collection runs on."""

    id: UUID
    name: str
    version: int


class HoldOut(Output):
    """A hold in force, or to come. One that follows from other facts has no id and no start."""

    id: UUID | None
    kind: HoldKind
    reach: HoldReach
    sentence: str
    reason: str
    starts_at: datetime | None
    ends_at: datetime | None
    author: str | None
    can_resume: bool = Field(description="Whether resuming this invoice ends it")


class CollectionOut(Output):
    """One invoice on one version of a set."""

    id: UUID
    invoice_id: UUID
    reminder_set: SetRef
    state: CollectionState
    backlog: Backlog
    started_at: datetime
    started_by: str | None
    started_by_rule: str | None
    """Name of the Auto-Collect rule, if one started it and no person."""
    ended_at: datetime | None
    end_reason: str | None
    next_action_at: datetime | None
    holds: list[HoldOut]


class PlanItem(Output):
    """A reminder to come. ``at`` is UTC, ``on`` the firm's day; ``note`` says what holds it."""

    step_position: int
    occurrence: int
    kind: StepKind
    subject: str
    on: date
    at: datetime | None
    recipient: str | None
    state: PlannedState
    note: str | None


class PauseInput(Input):
    """``until``: the firm's day on which reminders go on; without it, until somebody resumes."""

    until: date | None = None
    reason: Words = Field(default="", max_length=500)


class StopInput(Input):
    """Why reminders end."""

    reason: Words = Field(default="", max_length=500)


class ReasonOut(Output):
    """One reason: a stable code, and a sentence for people."""

    code: ReasonCode
    sentence: str


class NextOut(Output):
    """What comes next."""

    on: date
    at: datetime | None


class ExplanationOut(Output):
    """Why a mail went or did not go on a day."""

    sentence: str
    reasons: list[ReasonOut]
    next: NextOut | None


ShownState = Literal[
    "awaiting_approval",
    "approved",
    "queued",
    "sending",
    "sent",
    "skipped",
    "failed",
    "uncertain",
    "cancelled",
    "to_call",
    "called",
]


class InvoiceRef(Output):
    """An invoice by its number."""

    id: UUID
    number: str


class ReminderOut(Output):
    """One occurrence of one step. ``at`` is when it reached its state, or was decided."""

    id: UUID
    invoice: InvoiceRef
    client_name: str | None
    collection_id: UUID
    step_position: int
    occurrence: int
    kind: StepKind
    recipient: str | None
    subject: str | None
    state: ShownState
    reason: str | None
    planned_on: date
    at: datetime | None


class ReminderDetail(ReminderOut):
    """The mail as it left, or as it would leave. For a call task, ``text`` is what to say."""

    html: str | None
    text: str | None
    message_id: str | None
    smtp_response: str | None


class SkipInput(Input):
    """Why it is not sent."""

    reason: Words = Field(default="", max_length=500)


class ResolveInput(Input):
    """What became of an uncertain mail."""

    outcome: Resolution


class CalledInput(Input):
    """What came of the call."""

    note: Words = Field(default="", max_length=2000)


class ActivityOut(Output):
    """Counts for the badges of the menu. ``queued_today`` counts mails that wait to leave."""

    awaiting_approval: int
    uncertain: int
    to_call: int
    to_record: int
    payments_differ: int
    safe_mode: bool
    queued_today: int
