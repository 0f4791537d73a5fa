"""What a billing source says of bills, clients and matters, in the product's own terms."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from invoice_tracker.invoices.models import ClioState


@dataclass(frozen=True, slots=True)
class ClientRecord:
    """A client as read just now."""

    clio_id: int
    name: str
    first_name: str | None
    is_company: bool
    email: str | None


@dataclass(frozen=True, slots=True)
class MatterRecord:
    """A matter as read just now."""

    clio_id: int
    display_number: str
    description: str | None


@dataclass(frozen=True, slots=True)
class BillRecord:
    """A bill as read just now. Amounts are minor units of ``currency``."""

    clio_id: int
    number: str
    state: ClioState
    client: ClientRecord | None
    matter: MatterRecord | None
    subject: str | None
    issued_on: date | None
    due_on: date | None
    currency: str
    total_minor: int
    paid_minor: int
    balance_minor: int
    pending_minor: int
    clio_url: str
    etag: str
    updated_at: datetime


class Change(StrEnum):
    """What storing a record did."""

    created = "created"
    updated = "updated"
    unchanged = "unchanged"


@dataclass(frozen=True, slots=True)
class UpsertResult:
    """One invoice that was looked at. ``change`` counts a changed address of its client too."""

    invoice_id: UUID
    clio_id: int | None
    """Nothing for an invoice that was not read but whose client's address changed."""
    change: Change
