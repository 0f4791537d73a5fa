"""Colleagues, tasks and communications."""

from datetime import UTC
from typing import Any

from fastapi import APIRouter, Request, Response

from invoice_tracker.sandbox.clio import params
from invoice_tracker.sandbox.clio.access import Caller, CallerDep
from invoice_tracker.sandbox.clio.paging import BY_ID, Key, page
from invoice_tracker.sandbox.clio.problems import unprocessable
from invoice_tracker.sandbox.clio.single import single
from invoice_tracker.sandbox.clio.store import Account, Row
from invoice_tracker.sandbox.clio.world import WorldDep

router = APIRouter(prefix="/api/v4")
USER_ORDERS: dict[str, Key] = {**BY_ID, "name": lambda _, row: row["name"]}
USER_FILTERS: dict[str, params.Filter] = {
    **params.COMMON,
    "name": params.contains("name"),
    **params.ignored("enabled include_co_counsel pending_setup role subscription_type"),
}
TASK_ORDERS: dict[str, Key] = {
    **BY_ID,
    "name": lambda _, row: row["name"],
    "due_at": lambda _, row: row["due_at"],
}


def _assigned_to(text: str) -> params.Test:
    wanted = params.number(text)
    return lambda row: row["assignee"]["id"] == wanted


def _complete(text: str) -> params.Test:
    wanted = params.truth(text)
    return lambda row: (row["status"] == "complete") is wanted


TASK_STATES = ("pending", "in_progress", "in_review", "complete", "draft")
TASK_FILTERS: dict[str, params.Filter] = {
    **params.COMMON,
    "matter_id": params.id_is("matter_id"),
    "assignee_id": _assigned_to,
    "status": params.word_is("status", TASK_STATES),
    "priority": params.word_is("priority", ("high", "normal", "low")),
    "complete": _complete,
    "due_at_from": params.on_or_after("due_at"),
    "due_at_to": params.on_or_before("due_at"),
    "query": params.contains("name", "description"),
    **params.ignored("assignee_type assigner_id cascading_source_id client_id due_at_present"),
    **params.ignored("permission responsible_attorney_id statuses[] statute_of_limitations"),
    **params.ignored("task_type_id time_entries_present"),
}
PRIORITIES = ("High", "Normal", "Low")
KINDS = ("EmailCommunication", "PhoneCommunication")
MESSAGE_ORDERS: dict[str, Key] = {
    **BY_ID,
    "date": lambda _, row: row["date"],
    "received_at": lambda _, row: row.get("received_at"),
}


def _with(contact_id: str) -> params.Test:
    wanted = params.number(contact_id)

    def test(row: Row) -> bool:
        people = [*(row.get("senders") or ()), *(row.get("receivers") or ())]
        return any(one["type"] == "Contact" and one["id"] == wanted for one in people)

    return test


MESSAGE_FILTERS: dict[str, params.Filter] = {
    **params.COMMON,
    "type": params.word_is("type", KINDS),
    "matter_id": params.id_is("matter_id"),
    "contact_id": _with,
    "user_id": params.id_is("user_id"),
    "date": params.on("date"),
    "received_since": params.on_or_after("received_at"),
    "received_before": params.on_or_before("received_at"),
    "query": params.contains("subject", "body"),
    **params.ignored("external_property_name external_property_value having_time_entries"),
    **params.ignored("received_at"),
}


@router.get("/users/who_am_i.json")
async def who_am_i(request: Request, caller: CallerDep) -> Response:
    """The user who allowed the application."""
    return single(request, caller, "users", caller.account.get("users", caller.user_id))


@router.get("/users.json")
async def list_users(request: Request, caller: CallerDep) -> Response:
    """Colleagues."""
    rows = params.choose(request, caller.account.table("users").values(), USER_FILTERS)
    return page(request, caller, "users", rows, orders=USER_ORDERS)


@router.get("/tasks.json")
async def list_tasks(request: Request, caller: CallerDep) -> Response:
    """Tasks."""
    rows = params.choose(request, caller.account.table("tasks").values(), TASK_FILTERS)
    return page(request, caller, "tasks", rows, orders=TASK_ORDERS)


@router.post("/tasks.json")
async def create_task(request: Request, caller: CallerDep, world: WorldDep) -> Response:
    """A task for a user or a contact. Raises 422."""
    data = await params.read_data(request)
    _require(data, "name", "description", "assignee")
    assignee = _person(caller.account, data["assignee"])
    priority = data.get("priority", "Normal")
    if priority not in PRIORITIES:
        raise unprocessable("priority is not valid")
    task = world.add(
        caller.account,
        "tasks",
        {
            "name": str(data["name"]),
            "description": str(data["description"]),
            "assignee": assignee,
            "assigner_id": caller.user_id,
            "matter_id": _matter_id(caller, data),
            "due_at": params.day(str(data["due_at"])).isoformat() if data.get("due_at") else None,
            "priority": priority,
            "status": "pending",
            "permission": "public",
        },
    )
    return single(request, caller, "tasks", task, 201)


@router.get("/communications.json")
async def list_communications(request: Request, caller: CallerDep) -> Response:
    """Mails and calls on matters."""
    rows = params.choose(request, caller.account.table("communications").values(), MESSAGE_FILTERS)
    return page(request, caller, "communications", rows, orders=MESSAGE_ORDERS)


@router.post("/communications.json")
async def create_communication(request: Request, caller: CallerDep, world: WorldDep) -> Response:
    """A mail or a call noted on a matter. Raises 422."""
    data = await params.read_data(request)
    _require(data, "type", "subject", "body", "received_at")
    if data["type"] not in KINDS:
        raise unprocessable("type is not valid")
    received = params.moment(str(data["received_at"])).astimezone(UTC)
    row = {
        "type": data["type"],
        "subject": str(data["subject"]),
        "body": str(data["body"]),
        "date": received.date().isoformat(),
        "received_at": received.isoformat(),
        "user_id": caller.user_id,
        "matter_id": _matter_id(caller, data),
        **{key: _people(caller.account, data.get(key)) for key in ("senders", "receivers")},
    }
    made = world.add(caller.account, "communications", row)
    return single(request, caller, "communications", made, 201)


def _require(data: dict[str, Any], *names: str) -> None:
    missing = [name for name in names if not data.get(name)]
    if missing:
        raise unprocessable(f"{', '.join(missing)} can't be blank")


def _matter_id(caller: Caller, data: dict[str, Any]) -> int | None:
    matter = data.get("matter")
    if not matter:
        return None
    if not isinstance(matter, dict) or matter.get("id") not in caller.account.table("matters"):
        raise unprocessable("matter is not known")
    return int(matter["id"])


def _people(account: Account, named: Any) -> list[Row]:
    return [_person(account, one) for one in named or ()]


def _person(account: Account, named: Any) -> Row:
    tables = {"User": "users", "Contact": "contacts"}
    if not isinstance(named, dict) or named.get("type") not in tables:
        raise unprocessable("A person needs an id and a type, User or Contact")
    if named.get("id") not in account.table(tables[named["type"]]):
        raise unprocessable(f"{named['type']} {named.get('id')} is not known")
    return {"id": named["id"], "type": named["type"]}
