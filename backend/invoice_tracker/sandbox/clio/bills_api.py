"""Bills: list with Clio's filters, read, change, delete, preview."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from html import escape
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from invoice_tracker.sandbox.clio import actions
from invoice_tracker.sandbox.clio.access import CallerDep
from invoice_tracker.sandbox.clio.paging import page, single
from invoice_tracker.sandbox.clio.problems import Problem, bad_request, forbidden, unprocessable
from invoice_tracker.sandbox.clio.shapes import balance_minor, units
from invoice_tracker.sandbox.clio.store import Account, Row
from invoice_tracker.sandbox.clio.world import World, WorldDep

router = APIRouter(prefix="/api/v4")
Test = Callable[[Row], bool]
STATES = {"draft", "awaiting_approval", "awaiting_payment", "paid", "void", "deleted"}


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise bad_request(f"{text} is not a date") from error


def _instant(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError as error:
        raise bad_request(f"{text} is not a date and time") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _state(text: str) -> Test:
    if text not in STATES:
        raise bad_request(f"state {text} is not valid")
    return lambda row: row["state"] == text


def _type(text: str) -> Test:
    if text not in {"revenue", "trust"}:
        raise bad_request(f"type {text} is not valid")
    return lambda row: (row["kind"] == "trust_kind") == (text == "trust")


def _after(name: str) -> Callable[[str], Test]:
    return lambda text: lambda row: bool(row[name]) and _day(row[name]) >= _day(text)


def _before(name: str) -> Callable[[str], Test]:
    return lambda text: lambda row: bool(row[name]) and _day(row[name]) <= _day(text)


def _since(name: str) -> Callable[[str], Test]:
    def test(text: str) -> Test:
        since = _instant(text)
        return lambda row: datetime.fromisoformat(row[name]) >= since

    return test


FILTERS: dict[str, Callable[[str], Test]] = {
    "state": _state,
    "type": _type,
    "updated_since": _since("updated_at"),
    "created_since": _since("created_at"),
    "issued_after": _after("issued_at"),
    "issued_before": _before("issued_at"),
    "due_after": _after("due_at"),
    "due_before": _before("due_at"),
    "due_at": lambda text: lambda row: bool(row["due_at"]) and _day(row["due_at"]) == _day(text),
    "client_id": lambda text: lambda row: str(row["client_id"]) == text,
    "matter_id": lambda text: lambda row: text in map(str, row["matter_ids"]),
    "query": lambda text: lambda row: text in row["number"],
    "bill_number": lambda text: lambda row: row["number"] == text,
}
IGNORED = {"fields", "limit", "page_token", "order", "ids[]", "overdue_only", "status"}
ORDERS: dict[str, Callable[[Account, Row], Any]] = {
    "id": lambda _, row: row["id"],
    "due_at": lambda _, row: row["due_at"],
    "issued_at": lambda _, row: row["issued_at"],
    "paid_at": lambda _, row: row["paid_at"],
    "last_sent_at": lambda _, row: row["last_sent_at"],
    "balance": lambda _, row: balance_minor(row),
    "number": lambda _, row: int(row["number"]),
    "client_name": lambda account, row: account.get("contacts", row["client_id"])["name"],
    "matter_display_number": lambda account, row: next(
        (account.get("matters", item)["display_number"] for item in row["matter_ids"]), None
    ),
}


def _tests(world: World, request: Request) -> list[Test]:
    query = request.query_params
    tests = []
    for name, value in query.multi_items():
        if name in FILTERS:
            tests.append(FILTERS[name](value))
        elif name not in IGNORED:
            raise bad_request(f"{name} is not a valid parameter")
    ids = query.getlist("ids[]")
    if ids:
        tests.append(lambda row: str(row["id"]) in ids)
    elif query.get("state") != "deleted":
        tests.append(lambda row: row["state"] != "deleted")
    if query.get("overdue_only") == "true" or query.get("status") == "overdue":
        today = world.today().isoformat()
        tests.append(lambda row: bool(row["due_at"]) and row["due_at"] < today)
    return tests


def _order(text: str) -> tuple[str, bool]:
    name, _, way = text.rstrip(")").partition("(")
    if name not in ORDERS or way not in {"", "asc", "desc"}:
        raise bad_request(f"order {text} is not valid")
    return name, way == "desc"


@router.get("/bills.json")
async def list_bills(
    request: Request, response: Response, caller: CallerDep, world: WorldDep
) -> Response:
    """Bills, a page at a time. Deleted ones only by state or by id."""
    tests = _tests(world, request)
    account = caller.account
    rows = [row for row in account.table("bills").values() if all(test(row) for test in tests)]
    name, descending = _order(request.query_params.get("order", "id(asc)"))
    return page(
        request,
        response,
        caller,
        "bills",
        rows,
        sort=lambda row: ORDERS[name](account, row),
        descending=descending,
    )


@router.get("/bills/{bill_id}.json")
async def get_bill(
    bill_id: int, request: Request, response: Response, caller: CallerDep
) -> Response:
    """One bill."""
    return single(request, response, caller, "bills", caller.account.get("bills", bill_id))


@router.patch("/bills/{bill_id}.json")
async def update_bill(
    bill_id: int, request: Request, response: Response, caller: CallerDep, world: WorldDep
) -> Response:
    """Change the state or the due date, only if the caller has seen the latest version."""
    bill = caller.account.get("bills", bill_id)
    seen = request.headers.get("if-match")
    if seen is not None and seen != bill["etag"]:
        raise Problem(412, "PreconditionFailed", "The resource has changed since it was read.")
    data = (await request.json()).get("data", {})
    _refuse_marking_paid(world, data)
    if "due_at" in data:
        actions.change(world, caller.account, "bills", bill, due_at=data["due_at"])
    if "state" in data and data["state"] != bill["state"]:
        actions.set_state(world, caller.account, bill, data["state"])
    return single(request, response, caller, "bills", bill)


def _refuse_marking_paid(world: World, data: Row) -> None:
    if data.get("state") != "paid":
        return
    if world.store.mark_paid == "403":
        raise forbidden()
    if world.store.mark_paid == "422":
        raise unprocessable("Bill can not be transitioned to paid.")


@router.delete("/bills/{bill_id}.json", status_code=204)
async def delete_bill(bill_id: int, caller: CallerDep, world: WorldDep) -> Response:
    """Delete a draft, void an approved bill that has no payments."""
    bill = caller.account.get("bills", bill_id)
    approved = bill["state"] == "awaiting_payment"
    actions.set_state(world, caller.account, bill, "void" if approved else "deleted")
    return Response(status_code=204)


@router.get("/bills/{bill_id}/preview.json")
async def preview_bill(bill_id: int, caller: CallerDep) -> HTMLResponse:
    """The bill as it is printed."""
    bill = caller.account.get("bills", bill_id)
    client = caller.account.get("contacts", bill["client_id"])
    total = f"{units(bill['total_minor'], bill['currency']):,.2f} {bill['currency']}"
    return HTMLResponse(
        f"<html><head><style>body{{font-family:serif;margin:3em}}</style></head><body>"
        f"<h1>{escape(caller.account.name)}</h1><h2>Invoice {escape(bill['number'])}</h2>"
        f"<p>{escape(client['name'])}</p><p>Issued {bill['issued_at']}, due {bill['due_at']}</p>"
        f"<p><b>Total {total}</b></p></body></html>"
    )
