"""What tests and the page may do that Clio's API does not offer: JSON under ``/sandbox``."""

from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from invoice_tracker.sandbox.clio import actions, fields
from invoice_tracker.sandbox.clio.faults import Fault
from invoice_tracker.sandbox.clio.oauth import revoke
from invoice_tracker.sandbox.clio.problems import NotFound
from invoice_tracker.sandbox.clio.sample_data import fill
from invoice_tracker.sandbox.clio.shapes import SHAPES, minor
from invoice_tracker.sandbox.clio.store import Account, Row
from invoice_tracker.sandbox.clio.world import World, WorldDep

router = APIRouter(prefix="/sandbox")
BILL = dict.fromkeys(SHAPES["bills"]) | {"client": ["id", "name", "primary_email_address"]}


class NewBill(BaseModel):
    """A quick bill; the amount in currency units."""

    account_id: int | None = None
    client_id: int | None = None
    amount: float = Field(gt=0)
    currency: str = "USD"
    due_in_days: int | None = 30
    approved: bool = True
    kind: str = "revenue_kind"


class Payment(BaseModel):
    """The amount in currency units; without one, the whole balance."""

    amount: float | None = None


class DueDate(BaseModel):
    """A calendar day, or none."""

    due_at: str | None


class Address(BaseModel):
    """A contact's e-mail address, or none."""

    email: str | None


class FaultRequest(BaseModel):
    """See ``faults.Fault``."""

    kind: Literal["status", "truncate", "malformed", "delay", "drop"]
    count: int = 1
    path: str = "/api/"
    status: int = 500
    seconds: float = 1.0
    skip: int = 0


class Switches(BaseModel):
    """What ``PATCH state=paid`` does, and requests a minute (0 is no limit)."""

    mark_paid: Literal["allow", "422", "403", "allow_without_balance_change"] | None = None
    rate_limit: int | None = None


def account_of(world: World, account_id: int | None) -> Account:
    """An account, the big one if none is named."""
    if account_id is None:
        return next(iter(world.store.accounts.values()))
    if account_id not in world.store.accounts:
        raise NotFound
    return world.store.accounts[account_id]


def find(world: World, noun: str, row_id: int) -> tuple[Account, Row]:
    """A row of any account. Raises ``NotFound``."""
    for account in world.store.accounts.values():
        row = account.table(noun).get(row_id)
        if row is not None:
            return account, row
    raise NotFound


def show(account: Account, bill: Row) -> Row:
    """A bill with everything."""
    return fields.show(account, "bills", bill, BILL)


@router.get("/state")
async def state(world: WorldDep, account_id: int | None = None) -> dict[str, Any]:
    """Every bill of an account, whole."""
    account = account_of(world, account_id)
    return {
        "account": {"id": account.id, "name": account.name},
        "bills": [show(account, bill) for bill in account.table("bills").values()],
        "tasks": list(account.table("tasks").values()),
        "mark_paid": world.store.mark_paid,
    }


@router.post("/bills", status_code=201)
async def new_bill(world: WorldDep, body: NewBill) -> Row:
    """A new quick bill."""
    account = account_of(world, body.account_id)
    if body.client_id is not None:
        account.get("contacts", body.client_id)
    values = body.model_dump(exclude={"account_id", "amount"})
    amount_minor = minor(body.amount, body.currency)
    return show(account, actions.new_bill(world, account, amount_minor=amount_minor, **values))


@router.post("/bills/{bill_id}/approve")
async def approve(world: WorldDep, bill_id: int) -> Row:
    """Approve a draft."""
    account, bill = find(world, "bills", bill_id)
    actions.approve(world, account, bill)
    return show(account, bill)


@router.post("/bills/{bill_id}/unapprove")
async def unapprove(world: WorldDep, bill_id: int) -> Row:
    """Back to draft."""
    account, bill = find(world, "bills", bill_id)
    actions.unapprove(world, account, bill)
    return show(account, bill)


@router.post("/bills/{bill_id}/payments")
async def record_payment(world: WorldDep, bill_id: int, body: Payment) -> Row:
    """Record a payment, as staff do in Clio."""
    account, bill = find(world, "bills", bill_id)
    amount = None if body.amount is None else minor(body.amount, bill["currency"])
    actions.pay(world, account, bill, amount)
    return show(account, bill)


@router.delete("/bills/{bill_id}/payments")
async def delete_payments(world: WorldDep, bill_id: int) -> Row:
    """Take all its payments back."""
    account, bill = find(world, "bills", bill_id)
    actions.delete_payments(world, account, bill)
    return show(account, bill)


@router.post("/bills/{bill_id}/void")
async def void(world: WorldDep, bill_id: int) -> Row:
    """Void an approved bill."""
    account, bill = find(world, "bills", bill_id)
    actions.set_state(world, account, bill, "void")
    return show(account, bill)


@router.post("/bills/{bill_id}/delete")
async def delete(world: WorldDep, bill_id: int) -> Row:
    """Delete a bill, whatever its state."""
    account, bill = find(world, "bills", bill_id)
    actions.change(world, account, "bills", bill, state="deleted")
    return show(account, bill)


@router.post("/bills/{bill_id}/due_date")
async def due_date(world: WorldDep, bill_id: int, body: DueDate) -> Row:
    """Another due date."""
    account, bill = find(world, "bills", bill_id)
    actions.change(world, account, "bills", bill, due_at=body.due_at)
    return show(account, bill)


@router.patch("/contacts/{contact_id}")
async def address(world: WorldDep, contact_id: int, body: Address) -> Row:
    """Another address of a client. Their bills are touched, so that a reader sees it."""
    account, contact = find(world, "contacts", contact_id)
    number = world.store.new_id()
    new = {"id": number, "etag": f'"{number}"', "name": "Work", "primary": True}
    addresses = [new | {"address": body.email}] if body.email else []
    actions.change(world, account, "contacts", contact, addresses=addresses)
    for bill in account.table("bills").values():
        if bill["client_id"] == contact_id:
            world.touch(account, "bills", bill)
    return {"id": contact_id, "email": body.email}


@router.post("/faults", status_code=204)
async def add_fault(world: WorldDep, body: FaultRequest) -> None:
    """The next requests of a path go wrong."""
    world.faults.waiting.append(Fault(**body.model_dump()))


@router.delete("/faults", status_code=204)
async def clear_faults(world: WorldDep) -> None:
    """All is well again."""
    world.faults.waiting.clear()


@router.post("/switches", status_code=204)
async def switch(world: WorldDep, body: Switches) -> None:
    """Change how Clio behaves."""
    if body.mark_paid is not None:
        world.store.mark_paid = body.mark_paid
        world.store.changed()
    if body.rate_limit is not None:
        world.rates.limit = body.rate_limit


@router.post("/accounts/{account_id}/revoke", status_code=204)
async def revoke_access(world: WorldDep, account_id: int) -> None:
    """The user takes back what they allowed the application."""
    revoke(world, account_of(world, account_id).id)


@router.post("/reset", status_code=204)
async def reset(world: WorldDep) -> None:
    """Start again with the sample data."""
    world.store.forget()
    fill(world.store, world.now())
