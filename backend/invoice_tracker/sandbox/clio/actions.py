"""What happens to a bill, whoever makes it happen: the API, the page or a test."""

from datetime import date, timedelta
from typing import Any

from invoice_tracker.sandbox.clio.bill_shape import balance_minor, transitions
from invoice_tracker.sandbox.clio.problems import unprocessable
from invoice_tracker.sandbox.clio.store import Account, Row
from invoice_tracker.sandbox.clio.world import World

FIRST_NUMBER = 1000
OF_ONE_ROW = {"id", "etag", "version", "created_at", "updated_at"}


def new_bill(
    world: World,
    account: Account,
    *,
    amount_minor: int,
    client_id: int | None = None,
    currency: str = "USD",
    due_on: date | None,
    approved: bool = True,
    kind: str = "revenue_kind",
) -> Row:
    """A quick bill: one matter, one bill; ``approved`` skips the approval process."""
    contacts = account.table("contacts")
    client = contacts[client_id] if client_id else next(iter(contacts.values()))
    matters = account.table("matters").values()
    matter = next((row["id"] for row in matters if row["client_id"] == client["id"]), None)
    issued = min(world.today(), due_on) if due_on else world.today()
    return world.add(
        account,
        "bills",
        {
            "number": str(next_number(account)),
            "subject": None,
            "memo": None,
            "purchase_order": None,
            "kind": kind,
            "type": "MatterBill",
            "state": "awaiting_payment" if approved else "draft",
            "issued_at": issued.isoformat(),
            "due_at": due_on.isoformat() if due_on else None,
            "paid_at": None,
            "last_sent_at": None,
            "total_minor": amount_minor,
            "paid_minor": 0,
            "pending_minor": 0,
            "currency": currency,
            "client_id": client["id"],
            "matter_ids": [matter] if matter else [],
            "user_id": next(iter(account.table("users"))),
        },
    )


def split(world: World, account: Account, bill: Row, *, client_id: int, portion: float) -> Row:
    """Another payer gets a bill of their own for the rest; the new bill."""
    rest = bill["total_minor"] - round(bill["total_minor"] * portion / 100)
    shared = {"split_of": f"split-{bill['id']}"}
    other = world.add(
        account,
        "bills",
        {
            **{name: value for name, value in bill.items() if name not in OF_ONE_ROW},
            **shared,
            "number": str(next_number(account)),
            "total_minor": rest,
            "client_id": client_id,
            "split_portion": 100 - portion,
        },
    )
    less = {"total_minor": bill["total_minor"] - rest, "split_portion": portion}
    change(world, account, "bills", bill, **shared, **less)
    return other


def next_number(account: Account) -> int:
    """The number after the highest there is."""
    texts = [bill["number"] for bill in account.table("bills").values()]
    return max((int(text) for text in texts if text.isdigit()), default=FIRST_NUMBER) + 1


def in_days(world: World, days: int | None) -> date | None:
    """The day that many days from the sandbox's today."""
    return None if days is None else world.today() + timedelta(days=days)


def approve(world: World, account: Account, bill: Row) -> None:
    """A draft, or one that awaits approval, may now be paid."""
    set_state(world, account, bill, "awaiting_payment")


def unapprove(world: World, account: Account, bill: Row) -> None:
    """Back to draft, as Clio's own page allows while nothing is paid."""
    if bill["state"] not in {"awaiting_approval", "awaiting_payment"} or bill["paid_minor"]:
        raise unprocessable("Only an approved bill without payments can go back to draft.")
    bill["state"] = "draft"
    world.touch(account, "bills", bill)


def pay(world: World, account: Account, bill: Row, amount_minor: int | None = None) -> Row:
    """Record a payment, in full unless an amount is given; the allocation it makes."""
    if bill["state"] not in {"awaiting_payment", "paid"}:
        raise unprocessable("Only an approved bill can be paid.")
    amount = balance_minor(bill) if amount_minor is None else amount_minor
    if not 0 < amount <= balance_minor(bill):
        raise unprocessable("The amount must be more than zero and at most the balance.")
    allocation = world.add(
        account,
        "allocations",
        {
            "date": world.today().isoformat(),
            "amount_minor": amount,
            "currency": bill["currency"],
            "voided_at": None,
            "bill_id": bill["id"],
            "client_id": bill["client_id"],
        },
    )
    bill["paid_minor"] += amount
    bill["paid_at"] = world.today().isoformat()
    if balance_minor(bill) == 0:
        bill["state"] = "paid"
    world.touch(account, "bills", bill)
    return allocation


def delete_payments(world: World, account: Account, bill: Row) -> None:
    """Take all payments of a bill back, as a bookkeeper would after a mistake."""
    if bill["state"] not in {"awaiting_payment", "paid"}:
        raise unprocessable("The bill has no payments.")
    for allocation in account.table("allocations").values():
        if allocation["bill_id"] == bill["id"] and not allocation["voided_at"]:
            allocation["voided_at"] = world.now().isoformat()
            world.store.touch(allocation, world.now())
    bill["paid_minor"], bill["paid_at"], bill["state"] = 0, None, "awaiting_payment"
    world.touch(account, "bills", bill)


def set_state(world: World, account: Account, bill: Row, state: str) -> None:
    """A change of state that the state machine allows. Raises 422.

    Setting a bill to paid leaves no allocation: no payment was recorded.
    """
    if state not in transitions(bill):
        raise unprocessable(f"Bill can not be transitioned from {bill['state']} to {state}.")
    if state == "paid":
        bill["paid_at"] = world.today().isoformat()
        if world.store.mark_paid != "allow_without_balance_change":
            bill["paid_minor"] = bill["total_minor"]
    bill["state"] = state
    world.touch(account, "bills", bill, "deleted" if state == "deleted" else "updated")


def change(world: World, account: Account, noun: str, row: Row, **values: Any) -> None:
    """Other fields of a row."""
    row.update(values)
    world.touch(account, noun, row)
