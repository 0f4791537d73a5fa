"""The page on which one does what staff do in Clio: approve, record a payment, void."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, RedirectResponse

from invoice_tracker.sandbox.clio import actions
from invoice_tracker.sandbox.clio.admin_api import account_of, find
from invoice_tracker.sandbox.clio.problems import Problem
from invoice_tracker.sandbox.clio.shapes import balance_minor, minor
from invoice_tracker.sandbox.clio.store import Account, Row
from invoice_tracker.sandbox.clio.world import World, WorldDep
from invoice_tracker.sandbox.pages import page_templates, render

router = APIRouter(include_in_schema=False)
PAGES = page_templates(Path(__file__).parent / "templates")
SHOWN = 60
STATES = ("awaiting_payment", "draft", "awaiting_approval", "paid", "void", "deleted")


@router.get("/")
@router.get("/nc/")
async def bills(
    world: WorldDep,
    account: int | None = None,
    state: str = "",
    q: str = "",
    said: str = "",
    problem: str = "",
) -> HTMLResponse:
    """Bills, newest first. Also where links to a bill in Clio lead: ``/nc/#/bills/17``."""
    chosen = account_of(world, account)
    rows = [_line(world, chosen, bill) for bill in reversed(chosen.table("bills").values())]
    found = [row for row in rows if _matches(row, state, q)]
    return render(
        PAGES,
        "bills.html",
        account=chosen,
        accounts=list(world.store.accounts.values()),
        bills=found[:SHOWN],
        found=len(found),
        state=state,
        states=STATES,
        q=q,
        contacts=sorted(chosen.table("contacts").values(), key=lambda row: row["name"]),
        mark_paid=world.store.mark_paid,
        now=world.now(),
        said=said,
        problem=problem,
    )


def _line(world: World, account: Account, bill: Row) -> dict[str, Any]:
    due = bill["due_at"]
    late = due is not None and date.fromisoformat(due) < world.today()
    return bill | {
        "client": account.get("contacts", bill["client_id"])["name"],
        "balance_minor": balance_minor(bill),
        "late": late and bill["state"] == "awaiting_payment",
    }


def _matches(row: Row, state: str, q: str) -> bool:
    text = f"{row['number']} {row['client']}".lower()
    return (not state or row["state"] == state) and q.lower() in text


def _back(account: Account, **said: str) -> RedirectResponse:
    from urllib.parse import urlencode

    return RedirectResponse(f"/?{urlencode({'account': account.id, **said})}", 303)


@router.post("/do/new")
async def new_bill(
    world: WorldDep,
    account: Annotated[int, Form()],
    client_id: Annotated[int, Form()],
    amount: Annotated[float, Form(gt=0)],
    due_in_days: Annotated[int, Form()],
    approved: Annotated[bool, Form()] = False,
) -> RedirectResponse:
    """A new quick bill."""
    firm = account_of(world, account)
    bill = actions.new_bill(
        world,
        firm,
        client_id=client_id,
        amount_minor=minor(amount, "USD"),
        due_in_days=due_in_days,
        approved=approved,
    )
    words = "approved" if approved else "a draft: approve it below"
    return _back(firm, said=f"Bill {bill['number']} is {words}.", q=bill["number"])


@router.post("/do/bills/{bill_id}/{verb}")
async def act(
    world: WorldDep, bill_id: int, verb: str, amount: Annotated[str, Form()] = ""
) -> RedirectResponse:
    """Approve, pay or void."""
    account, bill = find(world, "bills", bill_id)
    number = str(bill["number"])
    try:
        words = _do(world, account, bill, verb, amount)
    except Problem as problem:
        return _back(account, problem=f"Bill {number}: {problem.message}", q=number)
    return _back(account, said=f"Bill {number} {words}.", q=number)


def _do(world: World, account: Account, bill: Row, verb: str, amount: str) -> str:
    if verb == "approve":
        actions.approve(world, account, bill)
        return "is approved"
    if verb == "void":
        actions.set_state(world, account, bill, "void")
        return "is void"
    paid = minor(float(amount), bill["currency"]) if amount.strip() else None
    actions.pay(world, account, bill, paid)
    return "is paid" if bill["state"] == "paid" else "is paid in part"


@router.post("/do/switches")
async def switch(
    world: WorldDep, account: Annotated[int, Form()], mark_paid: Annotated[str, Form()]
) -> RedirectResponse:
    """How Clio answers when an application sets a bill to paid."""
    world.store.mark_paid = mark_paid
    world.store.changed()
    return _back(account_of(world, account), said="Saved.")
