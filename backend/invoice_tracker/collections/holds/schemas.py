"""Shapes of pauses, promises and disputes in the API."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from invoice_tracker.collections.models import PromiseState
from invoice_tracker.collections.schemas import InvoiceRef, Words
from invoice_tracker.core.schemas import Input, MoneyOut, Output
from invoice_tracker.domain.holds import HoldReach
from invoice_tracker.invoices.schemas import ClientRef


class SetName(Output):
    """A reminder set by its name."""

    id: UUID
    name: str


class PauseOut(Output):
    """A pause of more than one invoice: of a client, a set, or of everything."""

    reach: HoldReach
    client: ClientRef | None
    reminder_set: SetName | None
    sentence: str
    reason: str
    starts_at: datetime
    ends_at: datetime | None
    author: str | None


class PromiseInput(Input):
    """A client's word to pay.

    ``amount_minor`` is in the invoice's currency; without it the whole balance is promised. With
    ``jump_position`` a broken promise makes the reminders go on with that step; without it, where
    they were.
    """

    promised_on: date
    amount_minor: int | None = Field(default=None, ge=1)
    note: Words = Field(default="", max_length=500)
    jump_position: int | None = Field(default=None, ge=1)


class PromiseOut(Output):
    """A promise to pay. Reminders wait until ``waits_until``: its day, and a business day more."""

    id: UUID
    invoice: InvoiceRef
    client: ClientRef | None
    promised_on: date
    waits_until: datetime | None
    amount: MoneyOut
    balance: MoneyOut = Field(description="What is still owed on the invoice now")
    note: str
    state: PromiseState
    jump_position: int | None
    author: str | None
    created_at: datetime
    ended_at: datetime | None


class DisputeInput(Input):
    """What the client disputes."""

    reason: Words = Field(min_length=1, max_length=500)


class AfterDispute(StrEnum):
    """What becomes of the reminders."""

    resume = "resume"
    stop = "stop"


class DisputeEnd(Input):
    """How a dispute ends: reminders go on where they were, or stop for good."""

    then: AfterDispute
    note: Words = Field(default="", max_length=500)
