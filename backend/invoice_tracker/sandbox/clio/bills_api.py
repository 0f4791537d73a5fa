"""Bills: list, read, change, delete, preview."""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from invoice_tracker.sandbox.clio import actions, params
from invoice_tracker.sandbox.clio.access import CallerDep
from invoice_tracker.sandbox.clio.bill_filters import ORDERS, STATES, filters
from invoice_tracker.sandbox.clio.currencies import IDS
from invoice_tracker.sandbox.clio.paging import page
from invoice_tracker.sandbox.clio.preview import preview
from invoice_tracker.sandbox.clio.problems import Problem, forbidden, unprocessable
from invoice_tracker.sandbox.clio.single import require_latest, single
from invoice_tracker.sandbox.clio.store import Row
from invoice_tracker.sandbox.clio.world import World, WorldDep

router = APIRouter(prefix="/api/v4")
TEXTS = ("memo", "number", "purchase_order", "subject")
DAYS = ("due_at", "issued_at")
NO_EFFECT = ("bill_theme", "discount", "interest", "tax_rate", "secondary_tax_rate")


@router.get("/bills.json")
async def list_bills(request: Request, caller: CallerDep, world: WorldDep) -> Response:
    """Bills, a page at a time. Deleted ones only by state or by id."""
    account = caller.account
    known = filters(account, world.today())
    rows = params.choose(request, account.table("bills").values(), known)
    if not {"state", "ids[]"} & set(request.query_params):
        rows = [row for row in rows if row["state"] != "deleted"]
    return page(request, caller, "bills", rows, orders=ORDERS)


@router.get("/bills/{bill_id}.json")
async def get_bill(bill_id: int, request: Request, caller: CallerDep) -> Response:
    """One bill."""
    return single(request, caller, "bills", caller.account.get("bills", bill_id))


@router.patch("/bills/{bill_id}.json")
async def update_bill(
    bill_id: int, request: Request, caller: CallerDep, world: WorldDep
) -> Response:
    """Change a bill, only if the caller has seen the latest version. Raises 412, 422."""
    bill = caller.account.get("bills", bill_id)
    require_latest(request, bill)
    data = await params.read_data(request)
    changes = _changes(data)
    state = data.get("state", bill["state"])
    if state not in STATES:
        raise unprocessable(f"state {state} is not valid")
    if state == "paid":
        _may_mark_paid(world)
    if state != bill["state"]:
        actions.set_state(world, caller.account, bill, state)
    if changes:
        actions.change(world, caller.account, "bills", bill, **changes)
    return single(request, caller, "bills", bill)


def _changes(data: Row) -> dict[str, Any]:
    unknown = set(data) - {*TEXTS, *DAYS, *NO_EFFECT, "state", "currency_id", "use_grace_period"}
    if unknown:
        raise unprocessable(f"{', '.join(sorted(unknown))} cannot be changed")
    changes: dict[str, Any] = {}
    for name in TEXTS:
        if name in data:
            changes[name] = None if data[name] is None else str(data[name])
    for name in DAYS:
        if name in data:
            changes[name] = params.day(str(data[name])).isoformat() if data[name] else None
    if "currency_id" in data:
        codes = {number: code for code, number in IDS.items()}
        if data["currency_id"] not in codes:
            raise unprocessable("currency_id is not known")
        changes["currency"] = codes[data["currency_id"]]
    return changes


def _may_mark_paid(world: World) -> None:
    if world.store.mark_paid == "403":
        raise forbidden()
    if world.store.mark_paid == "422":
        raise unprocessable("Bill can not be transitioned to paid.")


@router.delete("/bills/{bill_id}.json", status_code=204)
async def delete_bill(bill_id: int, caller: CallerDep, world: WorldDep) -> Response:
    """Delete a draft, void an approved bill that has no payments. Raises 403 for others."""
    bill = caller.account.get("bills", bill_id)
    wanted = "void" if bill["state"] == "awaiting_payment" else "deleted"
    try:
        actions.set_state(world, caller.account, bill, wanted)
    except Problem as problem:
        raise forbidden(problem.message) from problem
    return Response(status_code=204)


@router.get("/bills/{bill_id}/preview.json")
async def preview_bill(bill_id: int, request: Request, caller: CallerDep) -> HTMLResponse:
    """The bill as it is printed, in HTML. Raises 406 for who accepts JSON alone."""
    bill = caller.account.get("bills", bill_id)
    accepted = request.headers.get("accept", "*/*")
    if "html" not in accepted and "*/*" not in accepted:
        raise Problem(406, "InvalidFormatError", "The requested format is not available.")
    return HTMLResponse(preview(caller.account, bill))
