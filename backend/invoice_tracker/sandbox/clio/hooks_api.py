"""Webhook subscriptions."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response

from invoice_tracker.sandbox.clio import fields, params
from invoice_tracker.sandbox.clio.access import CallerDep
from invoice_tracker.sandbox.clio.paging import page
from invoice_tracker.sandbox.clio.problems import forbidden, unprocessable
from invoice_tracker.sandbox.clio.single import require_latest, single
from invoice_tracker.sandbox.clio.webhooks import DEFAULT_LIFE, LONGEST_LIFE, NOUN_OF
from invoice_tracker.sandbox.clio.world import WorldDep

router = APIRouter(prefix="/api/v4")
SILENT = {"activity", "calendar_entry", "clio_payments_payment", "document", "folder"}
"""Models one may subscribe to of which nothing ever happens here."""
NUMBERS = {3: "bill", 6: "contact"}
EVENTS = ["created", "updated", "deleted"]
MATTER_EVENTS = ["matter_opened", "matter_pended", "matter_closed"]
HERE = {"127.0.0.1", "localhost", "::1"}
LONGEST_FIELDS = 1000


def _values(data: dict[str, Any], now: datetime) -> dict[str, Any]:
    """What of a body is to be stored. Raises 422."""
    values: dict[str, Any] = {}
    if "url" in data:
        values["url"] = _url(data["url"])
    if "model" in data:
        values["model"] = _model(data["model"])
    if "fields" in data:
        if not isinstance(data["fields"], str) or len(data["fields"]) > LONGEST_FIELDS:
            raise unprocessable(f"fields must be a text of at most {LONGEST_FIELDS} characters")
        values["fields"] = data["fields"]
    if data.get("events") is not None:
        values["events"] = _events(data["events"])
    if data.get("expires_at") is not None:
        values["expires_at"] = _expiry(str(data["expires_at"]), now)
    return values


def _url(text: Any) -> str:
    parts = urlsplit(str(text))
    # Clio takes https alone; a listener on this machine has no certificate.
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in HERE):
        return str(text)
    raise unprocessable("url must use https")


def _model(wanted: Any) -> str:
    number = int(wanted) if str(wanted).isdigit() else 0
    name = NUMBERS.get(number, str(wanted))
    if name not in NOUN_OF and name not in SILENT:
        raise unprocessable("model is not valid")
    return name


def _events(wanted: Any) -> list[str]:
    if not isinstance(wanted, list) or not set(wanted) <= {*EVENTS, *MATTER_EVENTS}:
        raise unprocessable("events is not valid")
    return wanted


def _expiry(text: str, now: datetime) -> str:
    expires = params.moment(text).astimezone(UTC)
    if not now < expires <= now + LONGEST_LIFE + timedelta(minutes=5):
        raise unprocessable("expires_at must be within 31 days")
    return expires.isoformat()


def _check_fields(hook: dict[str, Any]) -> None:
    noun = NOUN_OF.get(hook["model"])
    if noun is not None:
        fields.parse(hook["fields"], noun)


@router.get("/webhooks.json")
async def list_hooks(request: Request, caller: CallerDep) -> Response:
    """The application's subscriptions."""
    rows = params.choose(request, caller.account.table("hooks").values(), params.COMMON)
    return page(request, caller, "hooks", rows)


@router.post("/webhooks.json")
async def create_hook(request: Request, caller: CallerDep, world: WorldDep) -> Response:
    """Subscribe; the listener is asked at once whether it agrees. Raises 422."""
    data = await params.read_data(request)
    missing = [name for name in ("url", "model", "fields") if not data.get(name)]
    if missing:
        raise unprocessable(f"{', '.join(missing)} can't be blank")
    values = {
        "events": EVENTS,
        "expires_at": (world.now() + DEFAULT_LIFE).isoformat(),
        "status": "pending",
        "user_id": caller.user_id,
        **_values(data, world.now()),
    }
    _check_fields(values)
    hook = world.store.add(caller.account, "hooks", values, world.now())
    world.sender.shake_hands(hook)
    return single(request, caller, "hooks", hook, 201)


@router.get("/webhooks/{hook_id}.json")
async def get_hook(hook_id: int, request: Request, caller: CallerDep) -> Response:
    """One subscription."""
    return single(request, caller, "hooks", caller.account.get("hooks", hook_id))


@router.patch("/webhooks/{hook_id}.json")
async def update_hook(
    hook_id: int, request: Request, caller: CallerDep, world: WorldDep
) -> Response:
    """Extend it, or point it elsewhere, which asks the listener again. Raises 412, 422."""
    hook = caller.account.get("hooks", hook_id)
    require_latest(request, hook)
    values = _values(await params.read_data(request), world.now())
    _check_fields(hook | values)
    moved = values.get("url", hook["url"]) != hook["url"]
    hook.update(values)
    world.store.touch(hook, world.now())
    if moved:
        world.sender.shake_hands(hook)
    return single(request, caller, "hooks", hook)


@router.delete("/webhooks/{hook_id}.json", status_code=204)
async def delete_hook(hook_id: int, caller: CallerDep, world: WorldDep) -> Response:
    """End it."""
    caller.account.get("hooks", hook_id)
    del caller.account.table("hooks")[hook_id]
    world.store.changed()
    return Response(status_code=204)


@router.put("/webhooks/{hook_id}/activate")
async def activate_hook(
    hook_id: int, request: Request, caller: CallerDep, world: WorldDep
) -> Response:
    """The other way to agree: send the secret back later. Raises 403."""
    hook = caller.account.get("hooks", hook_id)
    if request.headers.get("x-hook-secret") != hook["shared_secret"]:
        raise forbidden()
    hook["status"] = "enabled"
    world.store.touch(hook, world.now())
    return single(request, caller, "hooks", hook)
