"""Bills, contacts and people as Clio's API writes them, and as the product stores them."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from invoice_tracker.domain.money import minor_digits
from invoice_tracker.integrations.clio.regions import bill_url
from invoice_tracker.invoices.models import ClioState
from invoice_tracker.invoices.records import (
    AddressRecord,
    BillRecord,
    ClientRecord,
    MatterRecord,
)

BILL_FIELDS = (
    "id,etag,number,state,kind,subject,issued_at,due_at,updated_at,total,balance,paid,pending,"
    "client{id,name,first_name,type,primary_email_address},"
    "matters{id,display_number,description},currency{id,code},"
    "split_invoice{id,split_portion},user{id}"
)
"""Fields nest one level deep: a bill brings its client's primary address and no others."""
CONTACT_FIELDS = (
    "id,name,first_name,type,primary_email_address,email_addresses{name,address,primary}"
)
WHO_AM_I_FIELDS = "id,name,email,account{id,name}"
TRUST = "trust_kind"
_LARGEST = Decimal(10) ** 15


def clean(text: str) -> str:
    """Text that PostgreSQL can hold: no zero character, no half of a surrogate pair."""
    whole = text.encode("utf-8", "replace").decode("utf-8") if _has_surrogates(text) else text
    return whole.replace("\0", "").strip()


def _has_surrogates(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


def _usable_address(value: Any) -> str | None:
    """An address mail can go to at all; what is none counts as missing."""
    if not isinstance(value, str):
        return None
    address = clean(value)
    name, _, host = address.rpartition("@")
    printable = address.isprintable() and not any(char.isspace() for char in address)
    return address if name and host and printable and "," not in address else None


def _number(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("not an amount")
    return value


Text = Annotated[str, AfterValidator(clean)]
Address = Annotated[str | None, BeforeValidator(_usable_address)]
Amount = Annotated[
    Decimal, BeforeValidator(_number), Field(gt=-_LARGEST, lt=_LARGEST, allow_inf_nan=False)
]
ClioId = Annotated[int, Field(gt=0, lt=2**63)]


class FromClio(BaseModel):
    """Fields we do not ask for are no error; numbers for texts are none either."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)


class ClioAddress(FromClio):
    """One of a contact's e-mail addresses."""

    address: Address = None
    name: Text | None = None
    primary: bool | None = None


class ClioContact(FromClio):
    """A contact. Name or address are missing where Clio hides them from the connected person."""

    id: ClioId
    name: Text | None = None
    first_name: Text | None = None
    type: str | None = None
    primary_email_address: Address = None
    email_addresses: list[ClioAddress] | None = None

    def to_record(self) -> ClientRecord:
        """The client in the product's terms."""
        return ClientRecord(
            clio_id=self.id,
            name=self.name or None,
            first_name=self.first_name or None,
            is_company=self.type == "Company",
            email=self.primary_email_address,
            addresses=self._addresses(),
        )

    def _addresses(self) -> tuple[AddressRecord, ...] | None:
        if self.email_addresses is None:
            return None
        return tuple(
            AddressRecord(each.address, each.name or None, bool(each.primary))
            for each in self.email_addresses
            if each.address
        )


class ClioMatter(FromClio):
    """A matter."""

    id: ClioId
    display_number: Text | None = None
    description: Text | None = None

    def to_record(self) -> MatterRecord:
        """The matter in the product's terms."""
        return MatterRecord(self.id, self.display_number or str(self.id), self.description or None)


class ClioCurrency(FromClio):
    """A currency."""

    code: Annotated[str, Field(pattern="^[A-Z]{3}$")] | None = None


class ClioRef(FromClio):
    """Something of which only the id matters."""

    id: ClioId | None = None


class ClioBill(FromClio):
    """A bill. Amounts are in currency units."""

    id: ClioId
    etag: Text | None = None
    number: Text | None = None
    state: ClioState
    kind: str | None = None
    subject: Text | None = None
    issued_at: date | None = None
    due_at: date | None = None
    updated_at: datetime | None = None
    total: Amount
    balance: Amount
    paid: Amount | None = None
    pending: Amount | None = None
    client: ClioContact | None = None
    matters: list[ClioMatter] | None = None
    currency: ClioCurrency | None = None
    split_invoice: ClioRef | None = None
    user: ClioRef | None = None

    @property
    def is_trust(self) -> bool:
        """A request for trust money, which must never be paid like a bill."""
        return self.kind == TRUST

    def to_record(self, *, base: str, default_currency: str, now: datetime) -> BillRecord:
        """The bill in the product's terms; ``base`` is the region's address.

        A request for trust money is no bill: for the product there is none (any more).
        """
        code = (self.currency.code if self.currency else None) or default_currency
        return BillRecord(
            clio_id=self.id,
            number=self.number or str(self.id),
            state=ClioState.deleted if self.is_trust else self.state,
            client=self.client.to_record() if self.client else None,
            matters=tuple(matter.to_record() for matter in self.matters or ()),
            subject=self.subject or None,
            issued_on=self.issued_at,
            due_on=self.due_at,
            currency=code,
            total_minor=to_minor(self.total, code),
            paid_minor=to_minor(self.paid or Decimal(), code),
            balance_minor=to_minor(self.balance, code),
            pending_minor=to_minor(self.pending or Decimal(), code),
            clio_url=bill_url(base, self.id),
            etag=self.etag or "",
            updated_at=_in_utc(self.updated_at, now),
            is_split=self.split_invoice is not None,
            user_id=self.user.id if self.user else None,
            is_trust=self.is_trust,
        )


class ClioAccount(FromClio):
    """A firm's account in Clio."""

    id: ClioId
    name: Text = ""


class ClioPerson(FromClio):
    """Whom we are connected as."""

    id: ClioId
    name: Text = ""
    account: ClioAccount


def to_minor(amount: Decimal, currency: str) -> int:
    """Whole minor units: cents, or yen for a currency without cents.

    Clio writes amounts as floating-point numbers, so a stray fraction of a cent is rounded off.
    """
    scaled = amount.scaleb(minor_digits(currency))
    return int(scaled.to_integral_value(ROUND_HALF_UP))


def parse_bills(items: Iterable[Any]) -> tuple[list[ClioBill], dict[int | None, str]]:
    """The bills that can be read, and for each other one, by its id, what is wrong with it."""
    bills, problems = [], {}
    for item in items:
        try:
            bills.append(ClioBill.model_validate(item))
        except ValidationError as error:
            bill_id = item.get("id") if isinstance(item, dict) else None
            known = bill_id if isinstance(bill_id, int) else None
            field = ".".join(str(part) for part in error.errors()[0]["loc"]) or "everything"
            name = f"Bill {known}" if known else "A bill"
            problems[known] = f"{name} could not be read from Clio ({field} makes no sense)."
    return bills, problems


def _in_utc(value: datetime | None, now: datetime) -> datetime:
    if value is None:
        return now
    return value if value.tzinfo else value.replace(tzinfo=now.tzinfo)
