"""How a list of bills may be narrowed and ordered."""

from collections.abc import Callable
from datetime import date

from invoice_tracker.sandbox.clio.bill_shape import balance_minor
from invoice_tracker.sandbox.clio.currencies import IDS
from invoice_tracker.sandbox.clio.paging import Key
from invoice_tracker.sandbox.clio.params import (
    COMMON,
    Filter,
    Test,
    choice,
    contains,
    id_is,
    ignored,
    number,
    on,
    on_or_after,
    on_or_before,
    truth,
    word_is,
)
from invoice_tracker.sandbox.clio.store import Account, Row

STATES = ("draft", "awaiting_approval", "awaiting_payment", "paid", "void", "deleted")


def is_overdue(row: Row, today: date) -> bool:
    """Approved, not settled, and due before today."""
    open_ = row["state"] == "awaiting_payment" and balance_minor(row) > 0
    return open_ and bool(row["due_at"]) and date.fromisoformat(row["due_at"]) < today


def _type(text: str) -> Test:
    trust = choice(text, ("revenue", "trust")) == "trust"
    return lambda row: (row["kind"] == "trust_kind") is trust


def _matter(text: str) -> Test:
    wanted = number(text)
    return lambda row: wanted in row["matter_ids"]


def _attorney(account: Account, name: str) -> Filter:
    def build(text: str) -> Test:
        wanted = number(text)
        matters = account.table("matters")
        return lambda row: any(matters[item].get(name) == wanted for item in row["matter_ids"])

    return build


def _currency(text: str) -> Test:
    wanted = number(text)
    return lambda row: IDS[row["currency"]] == wanted


def _overdue(today: date) -> Callable[[bool], Test]:
    return lambda only: lambda row: not only or is_overdue(row, today)


def filters(account: Account, today: date) -> dict[str, Filter]:
    """Every parameter that Clio documents for bills."""
    overdue = _overdue(today)
    return {
        **COMMON,
        "state": word_is("state", STATES),
        "type": _type,
        "status": lambda text: overdue(choice(text, ("all", "overdue")) == "overdue"),
        "overdue_only": lambda text: overdue(truth(text)),
        "issued_after": on_or_after("issued_at"),
        "issued_before": on_or_before("issued_at"),
        "due_after": on_or_after("due_at"),
        "due_before": on_or_before("due_at"),
        "due_at": on("due_at"),
        "last_sent_start_date": on_or_after("last_sent_at"),
        "last_sent_end_date": on_or_before("last_sent_at"),
        "client_id": id_is("client_id"),
        "matter_id": _matter,
        "currency_id": _currency,
        "responsible_attorney_id": _attorney(account, "responsible_attorney_id"),
        "originating_attorney_id": _attorney(account, "originating_attorney_id"),
        "query": contains("number"),
        "bill_number": lambda text: lambda row: row["number"] == text,
        **ignored("custom_field_values custom_field_values[]"),
    }


def _number(_: Account, row: Row) -> tuple[int, str]:
    text = row["number"]
    return (int(text) if text.isdigit() else 0, text)


def _matter_number(account: Account, row: Row) -> str | None:
    matters = account.table("matters")
    return next((matters[item]["display_number"] for item in row["matter_ids"]), None)


ORDERS: dict[str, Key] = {
    "id": lambda _, row: row["id"],
    "due_at": lambda _, row: row["due_at"],
    "issued_at": lambda _, row: row["issued_at"],
    "paid_at": lambda _, row: row["paid_at"],
    "last_sent_at": lambda _, row: row["last_sent_at"],
    "balance": lambda _, row: balance_minor(row),
    "number": _number,
    "client_name": lambda account, row: account.get("contacts", row["client_id"])["name"],
    "matter_display_number": _matter_number,
}
