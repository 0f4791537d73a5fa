"""Bodies of the routes of invoices and clients."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from pydantic import EmailStr, Field

from invoice_tracker.core.schemas import Input, MoneyOut, Output
from invoice_tracker.firms.schemas import TimeZone
from invoice_tracker.invoices.models import ClioState
from invoice_tracker.invoices.repository import Section


class ClientRef(Output):
    """Whose invoice it is."""

    id: UUID
    name: str


class MatterRef(Output):
    """What it is for: one of the bill's matters."""

    id: UUID
    display_number: str


class CollectionRef(Output):
    """The reminders that run, or ran last."""

    id: UUID
    reminder_set_name: str
    started_by_rule: str | None = Field(
        default=None, description="The Auto-Collect rule, if one started them and no person"
    )
    next_reminder_at: datetime | None
    last_reminder_at: datetime | None


class InvoiceRow(Output):
    """An invoice in the list. ``balance`` is what is owed after payments Clio does not show yet."""

    id: UUID
    number: str
    client: ClientRef | None
    matter: MatterRef | None = Field(description="The first of its matters, which mails name")
    matters: list[MatterRef] = Field(description="All of them, the first first")
    issued_on: date | None
    due_on: date | None
    days_overdue: int = Field(description="Negative while the due date is ahead")
    total: MoneyOut
    balance: MoneyOut
    section: Section | None = Field(
        description="Null for a bill that is void, deleted or no longer approved"
    )
    status_note: str | None
    remindable: bool
    collection: CollectionRef | None


class InvoiceDetail(InvoiceRow):
    """An invoice on its own page."""

    clio_state: ClioState
    clio_url: str
    recipient: str | None
    paid: MoneyOut = Field(description="What Clio shows as paid, and local payments it does not")
    clio_balance: MoneyOut
    pending: MoneyOut = Field(description="Being paid through Clio Payments")
    pay_url: str | None
    last_read_at: datetime
    subject: str | None
    is_split: bool = Field(description="One of several bills for the same work: one a payer")
    clio_reminders_enabled: bool = Field(
        description="The bill is open, and Clio itself also sends its client reminders"
    )


class SectionOut(Output):
    """A section of the page. Totals: what is owed; in *paid*, the totals of the bills."""

    section: Section
    count: int
    totals: list[MoneyOut]


class TimelineEntryOut(Output):
    """One thing that happened."""

    id: UUID
    at: datetime
    kind: str
    title: str
    detail: str | None
    actor: str | None
    reminder_id: UUID | None
    payment_id: UUID | None


class EmailSource(StrEnum):
    """Why reminders go to an address."""

    override = "override"
    clio = "clio"


class ClientAddress(Output):
    """One of the addresses that Clio has of a client."""

    address: str
    name: str | None = Field(description="Work, Home …")
    primary: bool
    in_use: bool = Field(description="Reminders go here")


class ClientOut(Output):
    """A client with what it owes, in each currency."""

    id: UUID
    name: str
    email: str | None = Field(description="Clio's")
    email_override: str | None = Field(description="Set here, stronger than Clio's")
    effective_email: str | None = Field(
        description="Where reminders go: what is set here, else Clio's primary, else nowhere"
    )
    time_zone: str | None = Field(description="Set here; null: reminders leave by the firm's clock")
    email_source: EmailSource | None = Field(description="Which of the two that is")
    email_addresses: list[ClientAddress] = Field(
        description="All that Clio has, as it last showed them"
    )
    clio_reminders_enabled: bool = Field(
        description="Something is open, and Clio itself also sends this client reminders"
    )
    open_invoices: int
    balance: list[MoneyOut]


class ClientUpdate(Input):
    """What to change; a field that is left out stays.

    ``email_override``: where this client's reminders go, null goes back to Clio's address.
    ``time_zone``: by whose clock they leave, null goes back to the firm's.
    """

    email_override: EmailStr | None = None
    time_zone: TimeZone | None = None
