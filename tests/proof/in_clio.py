"""What a firm's staff do in Clio, whether or not anybody at the product likes the moment."""

import random
from contextlib import suppress
from datetime import timedelta

from proof.firms import Office

from invoice_tracker.sandbox.clio import actions
from invoice_tracker.sandbox.clio.bill_shape import balance_minor
from invoice_tracker.sandbox.clio.problems import Problem, unprocessable
from invoice_tracker.sandbox.clio.sample_people import make_address
from invoice_tracker.sandbox.clio.store import Row
from invoice_tracker.sandbox.clio.world import World

DEEDS = {
    "draft": 2,
    "approve": 4,
    "unapprove": 1,
    "void": 2,
    "delete": 1,
    "pay": 5,
    "pay_part": 6,
    "take_back": 1,
    "due_date": 4,
    "address": 3,
    "pending": 1,
    "change_amount": 1,
}
"""How often each, in proportion."""
STATES = {"take_back": {"awaiting_payment", "paid"}, "approve": {"draft"}}
"""The states that a deed is for, where they are others than those of open bills and drafts."""


def new_bill(
    world: World,
    office: Office,
    chance: random.Random,
    *,
    approved: bool = True,
    among: int | None = None,
) -> None:
    """A quick bill for some client, perhaps one of the first few."""
    clients = list(office.account.table("contacts"))[:among]
    actions.new_bill(
        world,
        office.account,
        amount_minor=chance.choice((400, 12_345, 50_000, 123_456, 999_999)) + chance.randrange(99),
        client_id=chance.choice(clients),
        currency=office.currency,
        due_on=world.today() + timedelta(days=chance.randint(-20, 25)),
        approved=approved,
    )


def do_something(world: World, office: Office, chance: random.Random) -> str:
    """One deed; what Clio does not allow just now does not happen."""
    deed = chance.choices(list(DEEDS), list(DEEDS.values()))[0]
    return deed if do(world, office, chance, deed) else "refused"


def do(world: World, office: Office, chance: random.Random, deed: str) -> bool:
    """This deed to the first bill, of those in some order, that Clio allows it for."""
    if deed == "draft":
        new_bill(world, office, chance, approved=False)
        return True
    for bill in _some_bills(office, chance, deed):
        with suppress(Problem):
            _do(world, office, chance, deed, bill)
            return True
    return False


def _some_bills(office: Office, chance: random.Random, deed: str) -> list[Row]:
    """Open bills rather than others."""
    bills = list(office.account.table("bills").values())
    states = STATES.get(deed, {"awaiting_payment", "draft"})
    lively = [b for b in bills if b["state"] in states]
    chosen = lively if lively and chance.random() < 0.9 else bills
    return chance.sample(chosen, min(5, len(chosen)))


def _do(world: World, office: Office, chance: random.Random, deed: str, bill: Row) -> None:
    account = office.account
    if deed == "approve":
        actions.approve(world, account, bill)
    elif deed == "unapprove":
        actions.unapprove(world, account, bill)
    elif deed == "void":
        actions.set_state(world, account, bill, "void")
    elif deed == "delete":
        bill["state"] = "deleted"
        world.touch(account, "bills", bill, "deleted")
    elif deed == "pay":
        actions.pay(world, account, bill)
    elif deed == "pay_part":
        actions.pay(world, account, bill, 1 + chance.randrange(max(1, balance_minor(bill))))
    elif deed == "take_back":
        actions.delete_payments(world, account, bill)
    elif deed == "due_date":
        day = world.today() + timedelta(days=chance.randint(-15, 25))
        actions.change(world, account, "bills", bill, due_at=day.isoformat())
    elif deed == "change_amount":
        total = balance_minor(bill) + chance.choice((-50, 100, 12_000))
        if bill["state"] != "awaiting_payment" or total <= 0:
            raise unprocessable("Only an open bill is changed.")
        actions.change(world, account, "bills", bill, total_minor=bill["paid_minor"] + total)
    elif deed == "pending":
        pending = chance.choice((0, 0, balance_minor(bill)))
        actions.change(world, account, "bills", bill, pending_minor=pending)
    else:
        _another_address(world, office, chance, bill)


def _another_address(world: World, office: Office, chance: random.Random, bill: Row) -> None:
    contact = office.account.get("contacts", bill["client_id"])
    text = f"client-{chance.randrange(10**6)}@example.org"
    address = make_address(world.store, text, world.now(), primary=True)
    actions.change(world, office.account, "contacts", contact, addresses=[address])
    for other in office.account.table("bills").values():
        if other["client_id"] == contact["id"]:
            world.touch(office.account, "bills", other)


def record_payment(world: World, office: Office, clio_id: int, amount_minor: int) -> None:
    """A person enters money that came by Stripe; as much of it as Clio takes."""
    bill = office.account.table("bills").get(clio_id)
    if bill is None:
        return
    amount = min(amount_minor, balance_minor(bill))
    if amount > 0:
        with suppress(Problem):
            actions.pay(world, office.account, bill, amount)
