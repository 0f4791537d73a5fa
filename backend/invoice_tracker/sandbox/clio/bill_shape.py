"""A bill as the API shows it."""

from collections.abc import Callable
from typing import Any

from invoice_tracker.sandbox.clio.currencies import CURRENCY
from invoice_tracker.sandbox.clio.shape import (
    ROW,
    Field,
    Nested,
    Shape,
    always,
    instants,
    many,
    never,
    none_of,
    one,
    plain,
    units,
)
from invoice_tracker.sandbox.clio.store import Account, Row

WAYS = {
    "draft": ["awaiting_approval", "awaiting_payment", "deleted"],
    "awaiting_approval": ["awaiting_payment", "deleted"],
    "awaiting_payment": ["paid", "void"],
    "paid": [],
    "void": [],
    "deleted": [],
}


def paid_minor(row: Row) -> int:
    """What has been paid of a bill, in minor units."""
    return int(row["paid_minor"])


def balance_minor(row: Row) -> int:
    """What is still open of a bill, in minor units."""
    return int(row["total_minor"]) - paid_minor(row)


def transitions(row: Row) -> list[str]:
    """States a bill may be put into next. With payments on it, it cannot be void."""
    return [way for way in WAYS[row["state"]] if way != "void" or not paid_minor(row)]


def _money(amount: Callable[[Row], int], names: str) -> dict[str, Field]:
    def show(_: Account, row: Row) -> float:
        return units(amount(row), row["currency"])

    return dict.fromkeys(names.split(), show)


def _paid_at(_: Account, row: Row) -> str | None:
    return f"{row['paid_at'][:10]}T00:00:00+00:00" if row.get("paid_at") else None


def _balances(_: Account, row: Row) -> list[Row]:
    whose = "Matter" if row["type"] == "MatterBill" else "Client"
    amount = units(balance_minor(row), row["currency"])
    shown: dict[str, Any] = {"id": row["id"], "amount": amount, "due": amount, "type": whose}
    return [shown | {"interest_amount": 0.0}]


def _split(account: Account, row: Row) -> Row | None:
    """How the bill was split among several payers; nothing for a bill of one payer."""
    portion = row.get("split_portion")
    if portion is None:
        return None
    bills = account.table("bills").values()
    others = [b for b in bills if b.get("split_of") == row["split_of"] and b is not row]
    stamp = {name: row[name] for name in ("id", "etag", "created_at", "updated_at")}
    return stamp | {
        "bill_id": row["id"],
        "split_portion": portion,
        "split_connection_id": row["split_of"],
        "linked_invoices_ids": [bill["id"] for bill in others],
        "linked_invoices_display_numbers": [bill["number"] for bill in others],
    }


SPLIT: Shape = {
    **ROW,
    **plain("bill_id split_portion split_connection_id linked_invoices_ids"),
    **plain("linked_invoices_display_numbers"),
}
BALANCE: Shape = plain("id amount due interest_amount type")

SHAPE: Shape = {
    **ROW,
    **plain("number subject memo kind type state purchase_order issued_at due_at"),
    **instants("last_sent_at"),
    **_money(lambda row: int(row["total_minor"]), "total sub_total services_sub_total"),
    **_money(balance_minor, "due balance"),
    **_money(paid_minor, "paid"),
    **_money(lambda row: int(row["pending_minor"]), "pending"),
    **always(0.0, "tax_rate secondary_tax_rate tax_sum secondary_tax_sum total_tax"),
    **always(0.0, "credits_issued services_tax services_secondary_tax"),
    **always(0, "taxable_sub_total secondary_taxable_sub_total"),
    **always(0, "services_taxable_sub_total services_secondary_taxable_sub_total"),
    **always(None, "discount_services_only"),
    **always(False, "shared"),
    "start_at": lambda _, row: row["issued_at"],
    "end_at": lambda _, row: row["issued_at"],
    "paid_at": _paid_at,
    "available_state_transitions": lambda _, row: transitions(row),
    "can_update": lambda _, row: row["state"] not in {"void", "deleted"},
    "user": one("users", "user_id"),
    "client": one("contacts", "client_id"),
    "matters": many("matters", "matter_ids"),
    "currency": CURRENCY,
    "balances": Nested("balances", _balances),
    **never("discount interest group bill_theme original_bill destination_account"),
    **never("billing_setting legal_aid_uk_bill"),
    "split_invoice": Nested("splits", _split),
    **none_of("matter_totals client_addresses"),
}
