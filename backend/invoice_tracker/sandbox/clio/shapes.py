"""Rows as the API shows them: which fields there are, and what each one holds."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from invoice_tracker.sandbox.clio.store import Account, Row

Field = Callable[[Account, Row], Any]
ZERO_DECIMAL = {"JPY"}
SIGNS = {"USD": "$", "CAD": "$", "GBP": "£", "EUR": "€", "JPY": "¥"}
CURRENCY_IDS = {"USD": 1, "CAD": 2, "GBP": 3, "EUR": 4, "JPY": 5}


def units(amount_minor: int, currency: str) -> float:
    """Whole minor units as the JSON number of currency units that Clio writes."""
    return float(amount_minor) if currency in ZERO_DECIMAL else amount_minor / 100


def minor(amount: float, currency: str) -> int:
    """The way back."""
    return round(amount) if currency in ZERO_DECIMAL else round(amount * 100)


def instant(text: str | None) -> str | None:
    """An instant as Clio writes it, to the second."""
    if text is None:
        return None
    moment = datetime.fromisoformat(text).astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S+00:00")


def _plain(name: str) -> Field:
    return lambda _, row: row.get(name)


def _instant(name: str) -> Field:
    return lambda _, row: instant(row.get(name))


def _money(name: str) -> Field:
    return lambda _, row: units(row[name], row["currency"])


def _many(noun: str, key: str) -> Field:
    return lambda account, row: [account.table(noun)[item] for item in row[key]]


def _one(noun: str, key: str) -> Field:
    def find(account: Account, row: Row) -> Row | None:
        return account.table(noun).get(row[key]) if row.get(key) else None

    return find


def paid_minor(row: Row) -> int:
    """What has been paid of a bill, in minor units."""
    return int(row["paid_minor"])


def balance_minor(row: Row) -> int:
    """What is still open of a bill, in minor units."""
    return int(row["total_minor"]) - paid_minor(row)


def transitions(row: Row) -> list[str]:
    """States a bill may be put into next."""
    ways = {
        "draft": ["awaiting_approval", "awaiting_payment", "deleted"],
        "awaiting_approval": ["awaiting_payment", "deleted"],
        "awaiting_payment": ["paid", "void"],
        "paid": [],
        "void": [],
        "deleted": [],
    }
    return ways[row["state"]]


def _currency(_: Account, row: Row) -> Row:
    code = row["currency"]
    return {"id": CURRENCY_IDS[code], "etag": f'"cur-{code}"', "code": code, "sign": SIGNS[code]}


_ROW = {"id": _plain("id"), "etag": _plain("etag")}
_TIMES = {"created_at": _instant("created_at"), "updated_at": _instant("updated_at")}

def _account(account: Account, _: Row) -> Row:
    return {
        "id": account.id,
        "etag": f'"acc-{account.id}"',
        "name": account.name,
        "state": "paying",
    }


CURRENCY = {name: _plain(name) for name in ("id", "etag", "code", "sign")} | {
    "created_at": lambda *_: "2020-01-01T00:00:00+00:00",
    "updated_at": lambda *_: "2020-01-01T00:00:00+00:00",
}
ADDRESS = {name: _plain(name) for name in ("id", "etag", "address", "name", "primary")} | _TIMES
USER = (
    _ROW
    | {name: _plain(name) for name in ("name", "first_name", "last_name", "email")}
    | {
        "enabled": lambda *_: True,
        "time_zone": lambda *_: "Eastern Time (US & Canada)",
        "account_owner": lambda *_: True,
        "subscription_type": lambda *_: "Attorney",
        "roles": lambda *_: ["admin", "billing"],
        "account": _account,
    }
    | _TIMES
)
ACCOUNT = _ROW | {"name": _plain("name"), "state": _plain("state")}


def primary_address(row: Row) -> str | None:
    """A contact's first address; None where it has none, or where the user may not see it."""
    if row.get("redacted"):
        return None
    return next((item["address"] for item in row["addresses"] if item["primary"]), None)


def _addresses(_: Account, row: Row) -> list[Row]:
    return [] if row.get("redacted") else row["addresses"]


CONTACT = (
    _ROW
    | {name: _plain(name) for name in ("type", "name", "first_name", "last_name")}
    | {
        "prefix": lambda *_: None,
        "title": lambda *_: None,
        "primary_email_address": lambda _, row: primary_address(row),
        "secondary_email_address": lambda *_: None,
        "primary_phone_number": lambda *_: None,
        "is_client": lambda *_: True,
        "is_bill_recipient": lambda *_: False,
        "email_addresses": _addresses,
    }
    | _TIMES
)
MATTER = (
    _ROW
    | {name: _plain(name) for name in ("number", "display_number", "description", "status")}
    | {"client": _one("contacts", "client_id")}
    | _TIMES
)
BILL = (
    _ROW
    | {name: _plain(name) for name in ("number", "subject", "memo", "kind", "type", "state")}
    | {
        "available_state_transitions": lambda _, row: transitions(row),
        "can_update": lambda _, row: row["state"] not in {"void", "deleted"},
        "issued_at": _plain("issued_at"),
        "due_at": _plain("due_at"),
        "start_at": _plain("issued_at"),
        "end_at": _plain("issued_at"),
        "paid_at": _plain("paid_at"),
        "last_sent_at": _instant("last_sent_at"),
        "total": _money("total_minor"),
        "sub_total": _money("total_minor"),
        "due": lambda _, row: units(balance_minor(row), row["currency"]),
        "balance": lambda _, row: units(balance_minor(row), row["currency"]),
        "paid": lambda _, row: units(paid_minor(row), row["currency"]),
        "pending": lambda _, row: units(row["pending_minor"], row["currency"]),
        "credits_issued": lambda *_: 0.0,
        "shared": lambda *_: False,
        "user": _one("users", "user_id"),
        "client": _one("contacts", "client_id"),
        "matters": _many("matters", "matter_ids"),
        "currency": _currency,
        "split_invoice": lambda *_: None,
    }
    | _TIMES
)
ALLOCATION = (
    _ROW
    | {
        "date": _plain("date"),
        "amount": _money("amount_minor"),
        "interest": lambda *_: False,
        "voided_at": _instant("voided_at"),
        "has_online_payment": lambda *_: False,
        "destination_account": lambda *_: None,
        "source_account": lambda *_: None,
        "bill": _one("bills", "bill_id"),
        "contact": _one("contacts", "client_id"),
        "matter": lambda *_: None,
    }
    | _TIMES
)
TASK = (
    _ROW
    | {name: _plain(name) for name in ("name", "description", "status", "priority", "due_at")}
    | {"assignee": _plain("assignee"), "matter": _plain("matter")}
    | _TIMES
)
COMMUNICATION = (
    _ROW
    | {name: _plain(name) for name in ("subject", "body", "type", "date")}
    | {"matter": _plain("matter"), "received_at": _instant("created_at")}
    | _TIMES
)
HOOK = (
    _ROW
    | {name: _plain(name) for name in ("url", "fields", "shared_secret", "model", "status")}
    | {"events": _plain("events"), "expires_at": _instant("expires_at")}
    | _TIMES
)
OUTSTANDING = {
    name: _plain(name)
    for name in (
        "id", "etag", "created_at", "updated_at", "associated_matter_ids", "contact",
        "last_payment_date", "last_shared_date", "newest_issued_bill_due_date",
        "pending_payments_total", "reminders_enabled", "total_outstanding_balance",
    )
}  # fmt: skip

SHAPES: dict[str, dict[str, Field]] = {
    "users": USER,
    "contacts": CONTACT,
    "matters": MATTER,
    "bills": BILL,
    "allocations": ALLOCATION,
    "tasks": TASK,
    "communications": COMMUNICATION,
    "hooks": HOOK,
    "currencies": CURRENCY,
    "outstanding": OUTSTANDING,
}
DEFAULTS = {"bills": ("id", "etag", "number", "state")}
NESTED = {
    "client": "contacts",
    "contact": "contacts",
    "user": "users",
    "matters": "matters",
    "bill": "bills",
}
NESTED_SHAPES: dict[str, dict[str, Field]] = {
    "currency": CURRENCY,
    "email_addresses": ADDRESS,
    "account": ACCOUNT,
}


def day(text: str | None) -> date | None:
    """A calendar day of a row."""
    return date.fromisoformat(text) if text else None
