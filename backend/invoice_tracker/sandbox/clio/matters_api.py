"""Matters."""

from fastapi import APIRouter, Request, Response

from invoice_tracker.sandbox.clio import params
from invoice_tracker.sandbox.clio.access import CallerDep
from invoice_tracker.sandbox.clio.paging import BY_ID, Key, page
from invoice_tracker.sandbox.clio.people_shapes import practice_area_id
from invoice_tracker.sandbox.clio.single import single

router = APIRouter(prefix="/api/v4")
ORDERS: dict[str, Key] = {
    **BY_ID,
    "display_number": lambda _, row: row["display_number"],
    "open_date": lambda _, row: row.get("open_date"),
    "created_at": lambda _, row: row["created_at"],
    "updated_at": lambda _, row: row["updated_at"],
    "client.name": lambda account, row: account.get("contacts", row["client_id"])["name"],
}


def _of_area(text: str) -> params.Test:
    wanted = params.number(text)
    return lambda row: practice_area_id(row) == wanted


FILTERS: dict[str, params.Filter] = {
    **params.COMMON,
    "client_id": params.id_is("client_id"),
    "responsible_attorney_id": params.id_is("responsible_attorney_id"),
    "originating_attorney_id": params.id_is("originating_attorney_id"),
    "status": params.word_is("status", ("open", "closed", "pending")),
    "query": params.contains("display_number", "description"),
    **params.ignored("billable close_date[] currency_id custom_field_ids[] custom_field_values"),
    **params.ignored("custom_field_values[] evergreen_retainer_filter grant_id group_id"),
    **params.ignored("notification_event_subscriber_user_id open_date[] pending_date[]"),
    "practice_area_id": _of_area,
    **params.ignored("responsible_staff_id subscriber_user_id"),
}


@router.get("/matters.json")
async def list_matters(request: Request, caller: CallerDep) -> Response:
    """Matters."""
    rows = params.choose(request, caller.account.table("matters").values(), FILTERS)
    return page(request, caller, "matters", rows, orders=ORDERS)


@router.get("/matters/{matter_id}.json")
async def get_matter(matter_id: int, request: Request, caller: CallerDep) -> Response:
    """One matter."""
    return single(request, caller, "matters", caller.account.get("matters", matter_id))
