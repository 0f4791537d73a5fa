"""What staff do to bills in Clio's own pages, as JSON under ``/sandbox``; for tests."""

from datetime import date
from decimal import Decimal
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from invoice_tracker.sandbox.clio import actions
from invoice_tracker.sandbox.clio.finding import account_of, find, show_bill
from invoice_tracker.sandbox.clio.shape import minor
from invoice_tracker.sandbox.clio.store import Row
from invoice_tracker.sandbox.clio.world import WorldDep

router = APIRouter(prefix="/sandbox/bills")


class NewBill(BaseModel):
    """A quick bill; the amount in currency units. ``due_at`` goes before ``due_in_days``."""

    account_id: int | None = None
    client_id: int | None = None
    amount: Decimal = Field(gt=0)
    currency: Literal["USD", "CAD", "GBP", "EUR", "JPY"] = "USD"
    due_in_days: int | None = 30
    due_at: date | None = None
    approved: bool = True
    kind: Literal["revenue_kind", "trust_kind"] = "revenue_kind"


class Matters(BaseModel):
    """The matters of a client bill, the first first."""

    matter_ids: list[int]


class Kind(BaseModel):
    """Revenue, or a request for trust money."""

    kind: Literal["revenue_kind", "trust_kind"]


class Split(BaseModel):
    """Who pays the other part, and the percentage that stays with this bill's client."""

    client_id: int
    portion: float = Field(default=50, gt=0, lt=100)


class Payment(BaseModel):
    """The amount in currency units; without one, the whole balance."""

    amount: Decimal | None = None


class DueDate(BaseModel):
    """A calendar day, or none."""

    due_at: date | None


@router.post("", status_code=201)
async def new_bill(world: WorldDep, body: NewBill) -> Row:
    """A new quick bill; the answer is the bill."""
    account = account_of(world, body.account_id)
    if body.client_id is not None:
        account.get("contacts", body.client_id)
    bill = actions.new_bill(
        world,
        account,
        amount_minor=minor(body.amount, body.currency),
        client_id=body.client_id,
        currency=body.currency,
        due_on=body.due_at or actions.in_days(world, body.due_in_days),
        approved=body.approved,
        kind=body.kind,
    )
    return show_bill(account, bill)


@router.post("/{bill_id}/matters")
async def set_matters(world: WorldDep, bill_id: int, body: Matters) -> Row:
    """Make it a client bill over these matters."""
    account, bill = find(world, "bills", bill_id)
    for matter_id in body.matter_ids:
        account.get("matters", matter_id)
    kind = "ClientBill" if len(body.matter_ids) > 1 else "MatterBill"
    actions.change(world, account, "bills", bill, matter_ids=body.matter_ids, type=kind)
    return show_bill(account, bill)


@router.post("/{bill_id}/kind")
async def set_kind(world: WorldDep, bill_id: int, body: Kind) -> Row:
    """Make a bill a request for trust money, or the other way round."""
    account, bill = find(world, "bills", bill_id)
    actions.change(world, account, "bills", bill, kind=body.kind)
    return show_bill(account, bill)


@router.post("/{bill_id}/split", status_code=201)
async def split(world: WorldDep, bill_id: int, body: Split) -> Row:
    """Split a bill between its client and another; the answer is the other's bill."""
    account, bill = find(world, "bills", bill_id)
    account.get("contacts", body.client_id)
    other = actions.split(world, account, bill, client_id=body.client_id, portion=body.portion)
    return show_bill(account, other)


@router.post("/{bill_id}/approve")
async def approve(world: WorldDep, bill_id: int) -> Row:
    """Approve a draft."""
    account, bill = find(world, "bills", bill_id)
    actions.approve(world, account, bill)
    return show_bill(account, bill)


@router.post("/{bill_id}/unapprove")
async def unapprove(world: WorldDep, bill_id: int) -> Row:
    """Back to draft."""
    account, bill = find(world, "bills", bill_id)
    actions.unapprove(world, account, bill)
    return show_bill(account, bill)


@router.post("/{bill_id}/payments")
async def record_payment(world: WorldDep, bill_id: int, body: Payment) -> Row:
    """Record a payment: it makes an allocation and lowers the balance."""
    account, bill = find(world, "bills", bill_id)
    amount = None if body.amount is None else minor(body.amount, bill["currency"])
    actions.pay(world, account, bill, amount)
    return show_bill(account, bill)


@router.delete("/{bill_id}/payments")
async def delete_payments(world: WorldDep, bill_id: int) -> Row:
    """Take all its payments back: their allocations are voided."""
    account, bill = find(world, "bills", bill_id)
    actions.delete_payments(world, account, bill)
    return show_bill(account, bill)


@router.post("/{bill_id}/pending")
async def set_pending(world: WorldDep, bill_id: int, body: Payment) -> Row:
    """A payment of that amount is under way in Clio Payments; without one, none is."""
    account, bill = find(world, "bills", bill_id)
    pending = minor(body.amount or Decimal(), bill["currency"])
    actions.change(world, account, "bills", bill, pending_minor=pending)
    return show_bill(account, bill)


@router.post("/{bill_id}/void")
async def void(world: WorldDep, bill_id: int) -> Row:
    """Void an approved bill."""
    account, bill = find(world, "bills", bill_id)
    actions.set_state(world, account, bill, "void")
    return show_bill(account, bill)


@router.post("/{bill_id}/delete")
async def delete(world: WorldDep, bill_id: int) -> Row:
    """Delete a bill, whatever its state."""
    account, bill = find(world, "bills", bill_id)
    bill["state"] = "deleted"
    world.touch(account, "bills", bill, "deleted")
    return show_bill(account, bill)


@router.post("/{bill_id}/due_date", include_in_schema=False)
@router.post("/{bill_id}/due-date")
async def due_date(world: WorldDep, bill_id: int, body: DueDate) -> Row:
    """Another due date, or none."""
    account, bill = find(world, "bills", bill_id)
    due = body.due_at.isoformat() if body.due_at else None
    actions.change(world, account, "bills", bill, due_at=due)
    return show_bill(account, bill)
