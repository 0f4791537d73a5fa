"""The bills of a sample firm: believable ones, and some that one must not stumble over."""

import random
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from invoice_tracker.sandbox.clio.actions import FIRST_NUMBER
from invoice_tracker.sandbox.clio.bill_shape import balance_minor
from invoice_tracker.sandbox.clio.sample_people import (
    REDACTED,
    REMINDED_BY_CLIO,
    WITHOUT_ADDRESS,
)
from invoice_tracker.sandbox.clio.store import Account, Row, Store

STATES = {
    "awaiting_payment": 56,
    "paid": 24,
    "draft": 8,
    "awaiting_approval": 5,
    "void": 4,
    "deleted": 3,
}
CURRENCIES = {"USD": 92, "CAD": 3, "EUR": 3, "GBP": 2}
OVERDUE_BY = {(-30, -1): 31, (0, 0): 2, (1, 12): 25, (13, 45): 22, (46, 110): 13, (111, 400): 7}
"""Days, and how many of a hundred bills are that late; a negative number is not due yet."""
HOURLY = (27_500, 32_500, 35_000, 42_500, 49_500)
ODD: tuple[Row, ...] = (
    {"due_at": None},
    {"total_minor": 0},
    {"total_minor": -45_000},
    {"total_minor": 350},
    {"currency": "JPY", "total_minor": 184_000},
    {"pending_minor": 60_000, "total_minor": 60_000},
    {"kind": "trust_kind", "total_minor": 500_000},
    {"kind": "trust_kind", "total_minor": 250_000},
    {"client": WITHOUT_ADDRESS},
    {"client": REMINDED_BY_CLIO},
    {"client": REDACTED},
)
"""Approved bills one meets rarely."""


def add_bills(
    store: Store,
    account: Account,
    count: int,
    now: datetime,
    chance: random.Random,
    *,
    odd: Iterable[Row] = (),
) -> None:
    """So many bills, and the odd ones; numbered in the order they were issued in."""
    rows = [_make(account, now, chance, _pick(chance, STATES)) for _ in range(count)]
    for values in odd:
        client = values.get("client")
        row = _make(account, now, chance, "awaiting_payment", client=client)
        rows.append(row | {name: value for name, value in values.items() if name != "client"})
    for number, row in enumerate(sorted(rows, key=_by_issue), start=FIRST_NUMBER + 1):
        row["number"] = str(number)
        bill = store.add(account, "bills", row, _at(row["issued_at"], 15, now))
        _settle(store, account, bill, now, chance)


def _by_issue(row: Row) -> str:
    return str(row["issued_at"])


def _pick(chance: random.Random, weights: dict[str, int]) -> str:
    return chance.choices(list(weights), list(weights.values()))[0]


def _make(
    account: Account,
    now: datetime,
    chance: random.Random,
    state: str,
    client: int | None = None,
) -> Row:
    matters = list(account.table("matters").values())
    contacts = list(account.table("contacts"))
    matter = matters[client % len(contacts)] if client is not None else chance.choice(matters)
    theirs = [row["id"] for row in matters if row["client_id"] == matter["client_id"]]
    several = len(theirs) > 1 and chance.random() < 0.15
    due = _due(now.date(), chance, state)
    issued = min(due - timedelta(days=30), now.date())
    sent = state in {"awaiting_payment", "paid"} and chance.random() < 0.7
    return {
        "number": "",
        "subject": None,
        "memo": None,
        "purchase_order": None,
        "kind": "revenue_kind",
        "type": "ClientBill" if several else "MatterBill",
        "state": state,
        "issued_at": issued.isoformat(),
        "due_at": due.isoformat(),
        "paid_at": None,
        "last_sent_at": _at(issued.isoformat(), 16, now).isoformat() if sent else None,
        "total_minor": chance.choice(HOURLY) * chance.randint(8, 140) // 10,
        "paid_minor": 0,
        "pending_minor": 0,
        "currency": _pick(chance, CURRENCIES),
        "client_id": matter["client_id"],
        "matter_ids": theirs if several else [matter["id"]],
        "user_id": matter["responsible_attorney_id"],
    }


def _due(today: date, chance: random.Random, state: str) -> date:
    if state in {"draft", "awaiting_approval"}:
        return today + timedelta(days=chance.randint(14, 30))
    early, late = chance.choices(list(OVERDUE_BY), list(OVERDUE_BY.values()))[0]
    return today - timedelta(days=chance.randint(early, late))


def _at(day: str, hour: int, now: datetime) -> datetime:
    return min(datetime.combine(date.fromisoformat(day), time(hour), UTC), now)


def _settle(
    store: Store, account: Account, bill: Row, now: datetime, chance: random.Random
) -> None:
    """Payments, with the time they came at: paid ones near their due date, some in part."""
    issued = date.fromisoformat(bill["issued_at"])
    if bill["state"] == "paid":
        on = min(issued + timedelta(days=chance.randint(3, 55)), now.date())
        _pay(store, account, bill, bill["total_minor"], on, now)
    elif bill["state"] == "awaiting_payment" and _may_be_partly_paid(bill):
        if chance.random() < 0.14:
            on = min(issued + timedelta(days=chance.randint(5, 40)), now.date())
            _pay(store, account, bill, balance_minor(bill) // 4, on, now)
    elif bill["state"] in {"void", "deleted"}:
        store.touch(bill, _at(min(issued + timedelta(days=9), now.date()).isoformat(), 18, now))


def _may_be_partly_paid(bill: Row) -> bool:
    plain = bill["kind"] == "revenue_kind" and not bill["pending_minor"]
    return plain and bill["currency"] == "USD" and bill["total_minor"] > 10_000


def _pay(
    store: Store, account: Account, bill: Row, amount_minor: int, on: date, now: datetime
) -> None:
    paid = _at(on.isoformat(), 17, now)
    bill["paid_minor"] = amount_minor
    bill["paid_at"] = on.isoformat()
    store.touch(bill, paid)
    row = {
        "date": on.isoformat(),
        "amount_minor": amount_minor,
        "currency": bill["currency"],
        "voided_at": None,
        "bill_id": bill["id"],
        "client_id": bill["client_id"],
    }
    store.add(account, "allocations", row, paid)
