"""Bodies of the routes of invoices and clients."""

from datetime import date, datetime
from uuid import UUID

from pydantic import EmailStr, Field

from invoice_tracker.core.schemas import Input, MoneyOut, Output
from invoice_tracker.invoices.models import ClioState
from invoice_tracker.invoices.repository import Section


class ClientRef(Output):
    """Whose invoice it is."""

    id: UUID
    name: str


class MatterRef(Output):
    """What it is for: the first of the bill's matters."""

    id: UUID
    display_number: str


class CollectionRef(Output):
    """The reminders that run, or ran last."""

    id: UUID
    reminder_set_name: str
    next_reminder_at: datetime | None
    last_reminder_at: datetime | None


class InvoiceRow(Output):
    """An invoice in the list. ``balance`` is what is owed after payments Clio does not show yet."""

    id: UUID
    number: str
    client: ClientRef | None
    matter: MatterRef | None
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


class ClientOut(Output):
    """A client with what it owes, in each currency."""

    id: UUID
    name: str
    email: str | None = Field(description="Clio's")
    email_override: str | None = Field(description="Set here, stronger than Clio's")
    effective_email: str | None
    open_invoices: int
    balance: list[MoneyOut]


class ClientUpdate(Input):
    """Where this client's reminders go; null goes back to Clio's address."""

    email_override: EmailStr | None
