"""Shapes of clients' answers in the API."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from invoice_tracker.answers.models import AnswerState
from invoice_tracker.collections.schemas import InvoiceRef, Words
from invoice_tracker.core.schemas import Input, MoneyOut, Output
from invoice_tracker.domain.client_answers import AnswerKind, PaidBy
from invoice_tracker.invoices.schemas import ClientRef


class AnsweredInvoiceOut(Output):
    """An invoice that an answer is about."""

    invoice: InvoiceRef
    balance: MoneyOut = Field(description="What is still owed on it now")
    is_held: bool = Field(description="Whether the hold that the answer has set is in force")
    held_until: datetime | None
    replaced_at: datetime | None = Field(description="When the client answered something else")


class AnswerOut(Output):
    """What a client answered without logging in, and what a person has decided about it."""

    id: UUID
    kind: AnswerKind
    said: str = Field(description="In a sentence, without the note")
    note: str
    paid_on: date | None
    paid_by: PaidBy | None
    reference: str
    promised_on: date | None
    client: ClientRef
    recipient: str = Field(description="The address whose mail had the link")
    invoices: list[AnsweredInvoiceOut]
    created_at: datetime
    state: AnswerState
    ended_at: datetime | None
    ended_by: str | None
    end_note: str


class Verdict(StrEnum):
    """``accept``: reminders stay on hold. ``decline``: they go on."""

    accept = "accept"
    decline = "decline"


class AnswerDecision(Input):
    """What a person decides about an answer.

    ``until`` goes with an accepted payment or plan: reminders wait until that day begins. Without
    it they wait two weeks for Clio to show the payment; with a plan, until somebody resumes.
    """

    verdict: Verdict
    until: date | None = None
    note: Words = Field(default="", max_length=500)
