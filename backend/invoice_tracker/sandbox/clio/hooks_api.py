"""Webhook subscriptions."""

from datetime import datetime, timedelta

from fastapi import APIRouter, Request, Response

from invoice_tracker.sandbox.clio import fields
from invoice_tracker.sandbox.clio.access import CallerDep
from invoice_tracker.sandbox.clio.paging import page, single
from invoice_tracker.sandbox.clio.problems import forbidden, unprocessable
from invoice_tracker.sandbox.clio.store import Row
from invoice_tracker.sandbox.clio.webhooks import DEFAULT_LIFE, LONGEST_LIFE, MODELS
from invoice_tracker.sandbox.clio.world import WorldDep

router = APIRouter(prefix="/api/v4")
NOUN_OF = {model: noun for noun, model in MODELS.items()}


def _expiry(text: str | None, now: datetime) -> str:
    expires = datetime.fromisoformat(text) if text else now + DEFAULT_LIFE
    if not now < expires <= now + LONGEST_LIFE + timedelta(minutes=5):
        raise unprocessable("expires_at must be within 31 days")
    return expires.isoformat()


@router.get("/webhooks.json")
async def list_hooks(request: Request, response: Response, caller: CallerDep) -> Response:
    """The application's subscriptions."""
    return page(request, response, caller, "hooks", list(caller.account.table("hooks").values()))


@router.post("/webhooks.json")
async def create_hook(
    request: Request, response: Response, caller: CallerDep, world: WorldDep
) -> Response:
    """Subscribe; the listener is asked at once whether it agrees."""
    data = (await request.json()).get("data", {})
    missing = [name for name in ("url", "model", "fields") if not data.get(name)]
    if missing or data["model"] not in NOUN_OF:
        raise unprocessable(f"{', '.join(missing) or 'model'} is not valid")
    fields.parse(data["fields"], NOUN_OF[data["model"]])
    hook = world.store.add(
        caller.account,
        "hooks",
        {
            "url": data["url"],
            "model": data["model"],
            "fields": data["fields"],
            "events": data.get("events", ["created", "updated", "deleted"]),
            "expires_at": _expiry(data.get("expires_at"), world.now()),
            "status": "pending",
            "shared_secret": "",
        },
        world.now(),
    )
    world.sender.shake_hands(hook)
    return single(request, response, caller, "hooks", hook, 201)


@router.get("/webhooks/{hook_id}.json")
async def get_hook(
    hook_id: int, request: Request, response: Response, caller: CallerDep
) -> Response:
    """One subscription."""
    return single(request, response, caller, "hooks", caller.account.get("hooks", hook_id))


@router.patch("/webhooks/{hook_id}.json")
async def update_hook(
    hook_id: int, request: Request, response: Response, caller: CallerDep, world: WorldDep
) -> Response:
    """Extend it, or point it elsewhere, which asks the listener again."""
    hook: Row = caller.account.get("hooks", hook_id)
    data = (await request.json()).get("data", {})
    if "expires_at" in data:
        hook["expires_at"] = _expiry(data["expires_at"], world.now())
    hook.update({name: data[name] for name in ("fields", "events") if name in data})
    if data.get("url", hook["url"]) != hook["url"]:
        hook["url"] = data["url"]
        world.sender.shake_hands(hook)
    world.store.touch(hook, world.now())
    return single(request, response, caller, "hooks", hook)


@router.delete("/webhooks/{hook_id}.json", status_code=204)
async def delete_hook(hook_id: int, caller: CallerDep, world: WorldDep) -> Response:
    """End it."""
    caller.account.get("hooks", hook_id)
    del caller.account.table("hooks")[hook_id]
    world.store.changed()
    return Response(status_code=204)


@router.put("/webhooks/{hook_id}/activate")
async def activate_hook(
    hook_id: int, request: Request, response: Response, caller: CallerDep, world: WorldDep
) -> Response:
    """The other way to agree: send the secret back later."""
    hook = caller.account.get("hooks", hook_id)
    if request.headers.get("x-hook-secret") != hook["shared_secret"]:
        raise forbidden()
    hook["status"] = "enabled"
    world.store.touch(hook, world.now())
    return single(request, response, caller, "hooks", hook)
