"""What a billing source says of bills, clients and matters, in the product's own terms."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from invoice_tracker.invoices.models import ClioState


@dataclass(frozen=True, slots=True)
class AddressRecord:
    """One of a client's e-mail addresses; ``name`` is Work, Home …"""

    address: str
    name: str | None
    primary: bool


@dataclass(frozen=True, slots=True)
class ClientRecord:
    """A client as read just now.

    Without a name the source hides the client from the person we are connected as.
    """

    clio_id: int
    name: str | None
    first_name: str | None
    is_company: bool
    email: str | None
    addresses: tuple[AddressRecord, ...] | None = None
    """All that there are; nothing where they were not asked for, as with a bill."""


@dataclass(frozen=True, slots=True)
class MatterRecord:
    """A matter as read just now."""

    clio_id: int
    display_number: str
    description: str | None


@dataclass(frozen=True, slots=True)
class AttorneyRecord:
    """A colleague as read just now; without an address where the source hides it."""

    clio_id: int
    name: str | None
    email: str | None


@dataclass(frozen=True, slots=True)
class MatterDetails:
    """What no bill says of its matter."""

    clio_id: int
    attorney: AttorneyRecord | None
    """Who is responsible."""
    practice_area: str | None


@dataclass(frozen=True, slots=True)
class BillRecord:
    """A bill as read just now. Amounts are minor units of ``currency``."""

    clio_id: int
    number: str
    state: ClioState
    client: ClientRecord | None
    """Nothing where the source hides whose bill it is."""
    matters: tuple[MatterRecord, ...]
    """All of them; the first is the one that mails name."""
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
    is_split: bool = False
    """One of several bills for the same work: each payer has one."""
    user_id: int | None = None
    """Who owns the bill, by the source's id."""
    is_trust: bool = False
    """A request for trust money. Never stored; one that we have is taken out of mailing."""


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
