"""Contacts, matters, users, allocations, tasks, communications and the small lists."""

from collections.abc import Callable

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from invoice_tracker.sandbox.clio.access import CallerDep
from invoice_tracker.sandbox.clio.paging import page, single
from invoice_tracker.sandbox.clio.problems import bad_request, unprocessable
from invoice_tracker.sandbox.clio.shapes import CURRENCY_IDS, SIGNS, balance_minor, units
from invoice_tracker.sandbox.clio.store import Account, Row
from invoice_tracker.sandbox.clio.world import WorldDep

router = APIRouter(prefix="/api/v4")


@router.get("/users/who_am_i.json")
async def who_am_i(request: Request, response: Response, caller: CallerDep) -> Response:
    """The user who allowed the application."""
    return single(request, response, caller, "users", caller.account.get("users", caller.user_id))


def _chosen(request: Request, rows: list[Row], **tests: Callable[[Row, str], bool]) -> list[Row]:
    query = request.query_params
    ids = query.getlist("ids[]")
    if ids:
        rows = [row for row in rows if str(row["id"]) in ids]
    since = query.get("updated_since")
    if since:
        rows = [row for row in rows if row["updated_at"] >= since.replace(" ", "+")]
    for name, test in tests.items():
        value = query.get(name)
        if value is not None:
            rows = [row for row in rows if test(row, value)]
    return rows


@router.get("/contacts.json")
async def list_contacts(request: Request, response: Response, caller: CallerDep) -> Response:
    """Contacts."""
    rows = _chosen(
        request,
        list(caller.account.table("contacts").values()),
        query=lambda row, text: text.lower() in row["name"].lower(),
        type=lambda row, text: row["type"] == text,
    )
    return page(request, response, caller, "contacts", rows)


@router.get("/contacts/{contact_id}.json")
async def get_contact(
    contact_id: int, request: Request, response: Response, caller: CallerDep
) -> Response:
    """One contact."""
    contact = caller.account.get("contacts", contact_id)
    return single(request, response, caller, "contacts", contact)


@router.get("/contacts/{contact_id}/email_addresses.json")
async def list_addresses(contact_id: int, caller: CallerDep) -> JSONResponse:
    """A contact's addresses; none where the user may not see them."""
    contact = caller.account.get("contacts", contact_id)
    shown = [] if contact.get("redacted") else contact["addresses"]
    data = [{"id": item["id"], "etag": item["etag"], "address": item["address"]} for item in shown]
    return JSONResponse({"data": data, "meta": {"paging": {}, "records": len(data)}})


@router.get("/matters.json")
async def list_matters(request: Request, response: Response, caller: CallerDep) -> Response:
    """Matters."""
    rows = _chosen(
        request,
        list(caller.account.table("matters").values()),
        client_id=lambda row, text: str(row["client_id"]) == text,
    )
    return page(request, response, caller, "matters", rows)


@router.get("/matters/{matter_id}.json")
async def get_matter(
    matter_id: int, request: Request, response: Response, caller: CallerDep
) -> Response:
    """One matter."""
    return single(request, response, caller, "matters", caller.account.get("matters", matter_id))


@router.get("/allocations.json")
async def list_allocations(request: Request, response: Response, caller: CallerDep) -> Response:
    """Payments as far as they went to bills."""
    rows = _chosen(
        request,
        list(caller.account.table("allocations").values()),
        bill_id=lambda row, text: str(row["bill_id"]) == text,
        status=lambda row, text: (row["voided_at"] is None) == (text == "valid"),
    )
    return page(request, response, caller, "allocations", rows)


@router.get("/tasks.json")
async def list_tasks(request: Request, response: Response, caller: CallerDep) -> Response:
    """Tasks."""
    rows = list(caller.account.table("tasks").values())
    return page(request, response, caller, "tasks", rows)


@router.post("/tasks.json")
async def create_task(
    request: Request, response: Response, caller: CallerDep, world: WorldDep
) -> Response:
    """A task for somebody."""
    data = (await request.json()).get("data", {})
    missing = [name for name in ("name", "description", "assignee") if not data.get(name)]
    if missing:
        raise unprocessable(f"{', '.join(missing)} can't be blank")
    values = {name: data.get(name) for name in ("name", "description", "due_at", "matter")}
    row = values | {
        "assignee": data["assignee"],
        "priority": data.get("priority", "Normal"),
        "status": "pending",
    }
    task = world.add(caller.account, "tasks", row)
    return single(request, response, caller, "tasks", task, 201)


@router.get("/communications.json")
async def list_communications(request: Request, response: Response, caller: CallerDep) -> Response:
    """Mails and calls on matters."""
    rows = list(caller.account.table("communications").values())
    return page(request, response, caller, "communications", rows)


@router.post("/communications.json")
async def create_communication(
    request: Request, response: Response, caller: CallerDep, world: WorldDep
) -> Response:
    """A mail or a call noted on a matter."""
    data = (await request.json()).get("data", {})
    if not data.get("type"):
        raise unprocessable("type can't be blank")
    names = ("subject", "body", "type", "date", "matter")
    row = world.add(caller.account, "communications", {name: data.get(name) for name in names})
    return single(request, response, caller, "communications", row, 201)


@router.get("/currencies.json")
async def list_currencies(request: Request, response: Response, caller: CallerDep) -> Response:
    """Currencies."""
    rows = [
        {"id": number, "etag": f'"cur-{code}"', "code": code, "sign": SIGNS[code]}
        for code, number in CURRENCY_IDS.items()
    ]
    return page(request, response, caller, "currencies", rows)


@router.get("/outstanding_client_balances.json")
async def list_outstanding(request: Request, response: Response, caller: CallerDep) -> Response:
    """What each client owes in all, and whether Clio reminds them by itself."""
    wanted = request.query_params.get("contact_id")
    if wanted is not None and not wanted.isdigit():
        raise bad_request("contact_id is not valid")
    rows = [
        row
        for contact in caller.account.table("contacts").values()
        if wanted in {None, str(contact["id"])}
        and (row := _outstanding(caller.account, contact))["total_outstanding_balance"] > 0
    ]
    return page(request, response, caller, "outstanding", rows)


def _outstanding(account: Account, contact: Row) -> Row:
    bills = [
        bill
        for bill in account.table("bills").values()
        if bill["client_id"] == contact["id"] and bill["state"] == "awaiting_payment"
    ]
    return {
        "id": contact["id"],
        "etag": contact["etag"],
        "created_at": contact["created_at"],
        "updated_at": contact["updated_at"],
        "associated_matter_ids": sorted({item for bill in bills for item in bill["matter_ids"]}),
        "contact": contact,
        "last_payment_date": None,
        "last_shared_date": None,
        "newest_issued_bill_due_date": max(
            (b["due_at"] for b in bills if b["due_at"]), default=None
        ),
        "pending_payments_total": 0.0,
        "reminders_enabled": contact.get("reminders_enabled", False),
        "total_outstanding_balance": sum(
            units(balance_minor(bill), bill["currency"]) for bill in bills
        ),
    }
