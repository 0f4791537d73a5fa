"""Allocations (what was paid of a bill), balances of clients, currencies."""

from typing import Any

from fastapi import APIRouter, Request, Response

from invoice_tracker.sandbox.clio import params
from invoice_tracker.sandbox.clio.access import CallerDep
from invoice_tracker.sandbox.clio.bill_shape import balance_minor
from invoice_tracker.sandbox.clio.currencies import SIGNS, row_of
from invoice_tracker.sandbox.clio.paging import BY_ID, Key, page
from invoice_tracker.sandbox.clio.shape import units
from invoice_tracker.sandbox.clio.single import single
from invoice_tracker.sandbox.clio.store import Account, Row

router = APIRouter(prefix="/api/v4")
ORDERS: dict[str, Key] = {**BY_ID, "date": lambda _, row: row["date"]}


def _status(text: str) -> params.Test:
    valid = params.choice(text, ("valid", "invalid")) == "valid"
    return lambda row: (row["voided_at"] is None) is valid


def _filters(account: Account) -> dict[str, params.Filter]:
    def matter(text: str) -> params.Test:
        wanted = params.number(text)
        return lambda row: wanted in account.table("bills")[row["bill_id"]]["matter_ids"]

    return {
        **params.COMMON,
        "bill_id": params.id_is("bill_id"),
        "contact_id": params.id_is("client_id"),
        "matter_id": matter,
        "parent_id": params.id_is("id"),
        **params.ignored("parent_type kind"),
        "status": _status,
    }


@router.get("/allocations.json")
async def list_allocations(request: Request, caller: CallerDep) -> Response:
    """Payments as far as they went to bills."""
    account = caller.account
    rows = params.choose(request, account.table("allocations").values(), _filters(account))
    return page(request, caller, "allocations", rows, orders=ORDERS)


@router.get("/allocations/{allocation_id}.json")
async def get_allocation(allocation_id: int, request: Request, caller: CallerDep) -> Response:
    """One allocation."""
    return single(request, caller, "allocations", caller.account.get("allocations", allocation_id))


@router.get("/currencies.json")
async def list_currencies(request: Request, caller: CallerDep) -> Response:
    """Currencies."""
    rows = params.choose(request, [row_of(code) for code in SIGNS], params.COMMON)
    return page(request, caller, "currencies", rows)


BALANCE_FILTERS: dict[str, params.Filter] = {
    "contact_id": params.id_is("contact_id"),
    "last_paid_start_date": params.on_or_after("last_payment_date"),
    "last_paid_end_date": params.on_or_before("last_payment_date"),
    "newest_bill_due_start_date": params.on_or_after("newest_issued_bill_due_date"),
    "newest_bill_due_end_date": params.on_or_before("newest_issued_bill_due_date"),
    **params.ignored("responsible_attorney_id originating_attorney_id"),
}


@router.get("/outstanding_client_balances.json")
async def list_outstanding(request: Request, caller: CallerDep) -> Response:
    """What each client owes in all, and whether Clio reminds them by itself."""
    account = caller.account
    rows = [_outstanding(account, contact) for contact in account.table("contacts").values()]
    owing = [row for row in rows if row["total_outstanding_balance"] > 0]
    return page(request, caller, "outstanding", params.choose(request, owing, BALANCE_FILTERS))


def _outstanding(account: Account, contact: Row) -> Row:
    theirs = [b for b in account.table("bills").values() if b["client_id"] == contact["id"]]
    bills = [bill for bill in theirs if bill["state"] == "awaiting_payment"]
    return {
        **{name: contact[name] for name in ("id", "etag", "created_at", "updated_at")},
        "contact_id": contact["id"],
        "bill_ids": [bill["id"] for bill in bills],
        "associated_matter_ids": sorted({item for bill in bills for item in bill["matter_ids"]}),
        "last_payment_date": _latest(theirs, "paid_at"),
        "last_shared_date": None,
        "newest_issued_bill_due_date": _latest(bills, "due_at"),
        "pending_payments_total": sum(units(b["pending_minor"], b["currency"]) for b in bills),
        "reminders_enabled": contact.get("reminders_enabled", False),
        "total_outstanding_balance": sum(units(balance_minor(b), b["currency"]) for b in bills),
    }


def _latest(bills: list[Row], name: str) -> Any:
    return max((bill[name] for bill in bills if bill[name]), default=None)
