"""The page on which one does what staff do in Clio: approve, record a payment, void."""

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, RedirectResponse

from invoice_tracker.sandbox.clio import actions
from invoice_tracker.sandbox.clio.bill_filters import is_overdue
from invoice_tracker.sandbox.clio.bill_shape import balance_minor
from invoice_tracker.sandbox.clio.finding import account_of, find
from invoice_tracker.sandbox.clio.problems import NotFound, Problem, unprocessable
from invoice_tracker.sandbox.clio.shape import minor
from invoice_tracker.sandbox.clio.store import Account, Row
from invoice_tracker.sandbox.clio.world import World, WorldDep
from invoice_tracker.sandbox.pages import page_templates, render

router = APIRouter(include_in_schema=False)
PAGES = page_templates(Path(__file__).parent / "templates")
SHOWN = 60
STATES = ("awaiting_payment", "draft", "awaiting_approval", "paid", "void", "deleted")


@router.get("/")
async def bills(
    world: WorldDep,
    account: int | None = None,
    bill: int | None = None,
    state: str = "",
    q: str = "",
    said: str = "",
    problem: str = "",
) -> HTMLResponse:
    """Bills, newest first; or one of them."""
    chosen = account_of(world, account) if bill is None else find(world, "bills", bill)[0]
    rows = [_line(world, chosen, each) for each in reversed(chosen.table("bills").values())]
    found = [row for row in rows if bill in {None, row["id"]} and _matches(row, state, q)]
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
        rate_limit=world.rates.limit,
        faults=world.faults.waiting,
        now=world.now(),
        said=said,
        problem=problem,
    )


@router.get("/nc/")
async def old_address() -> HTMLResponse:
    """Clio's web application keeps the bill behind the ``#``, where only the browser sees it."""
    return render(PAGES, "bill_link.html")


def _line(world: World, account: Account, bill: Row) -> dict[str, Any]:
    return bill | {
        "client": account.get("contacts", bill["client_id"])["name"],
        "balance_minor": balance_minor(bill),
        "late": is_overdue(bill, world.today()),
    }


def _matches(row: Row, state: str, q: str) -> bool:
    text = f"{row['number']} {row['client']}".lower()
    return (not state or row["state"] == state) and q.lower() in text


def back(account: Account, **said: str) -> RedirectResponse:
    """To the page of bills, with something to say."""
    return RedirectResponse(f"/?{urlencode({'account': account.id, **said})}", 303)


def _amount(text: str, currency: str) -> int:
    try:
        return minor(Decimal(text.strip().replace(",", "")), currency)
    except (InvalidOperation, ValueError, OverflowError) as error:
        raise unprocessable(f"{text} is not an amount.") from error


@router.post("/do/new")
async def new_bill(
    world: WorldDep,
    account: Annotated[int, Form()],
    client_id: Annotated[int, Form()],
    amount: Annotated[str, Form()],
    due_in_days: Annotated[int, Form(ge=-3650, le=3650)],
    approved: Annotated[bool, Form()] = False,
) -> RedirectResponse:
    """A new quick bill."""
    firm = account_of(world, account)
    firm.get("contacts", client_id)
    try:
        amount_minor = _amount(amount, "USD")
        if amount_minor <= 0:
            raise unprocessable("A bill needs an amount above zero.")
    except Problem as problem:
        return back(firm, problem=problem.message)
    bill = actions.new_bill(
        world,
        firm,
        client_id=client_id,
        amount_minor=amount_minor,
        due_on=actions.in_days(world, due_in_days),
        approved=approved,
    )
    words = "approved" if approved else "a draft: approve it below"
    return back(firm, said=f"Bill {bill['number']} is {words}.", q=bill["number"])


@router.post("/do/bills/{bill_id}/{verb}")
async def act(
    world: WorldDep, bill_id: int, verb: str, amount: Annotated[str, Form()] = ""
) -> RedirectResponse:
    """Approve, pay or void."""
    account, bill = find(world, "bills", bill_id)
    number = str(bill["number"])
    try:
        words = _do(world, account, bill, verb, amount)
    except NotFound:
        raise
    except Problem as problem:
        return back(account, problem=f"Bill {number}: {problem.message}", q=number)
    return back(account, said=f"Bill {number} {words}.", q=number)


def _do(world: World, account: Account, bill: Row, verb: str, amount: str) -> str:
    if verb == "approve":
        actions.approve(world, account, bill)
        return "is approved"
    if verb == "void":
        actions.set_state(world, account, bill, "void")
        return "is void"
    if verb != "pay":
        raise NotFound
    paid = _amount(amount, bill["currency"]) if amount.strip() else None
    actions.pay(world, account, bill, paid)
    return "is paid" if bill["state"] == "paid" else "is paid in part"
