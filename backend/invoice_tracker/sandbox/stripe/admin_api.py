"""The switches as JSON, under `/sandbox`: for tests and scripts."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from invoice_tracker.sandbox.stripe.actions import perform
from invoice_tracker.sandbox.stripe.errors import StripeProblem
from invoice_tracker.sandbox.stripe.faults import Fault, Kind
from invoice_tracker.sandbox.stripe.store import Switches
from invoice_tracker.sandbox.stripe.world import World

router = APIRouter(prefix="/sandbox")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SwitchesIn(_Strict):
    """Switches to turn; those not named stay."""

    duplicate: bool | None = None
    out_of_order: bool | None = None
    drop: bool | None = None
    hold: bool | None = None


class FaultIn(_Strict):
    """The next `count` API requests under `path` fail."""

    kind: Kind = "status"
    count: int = Field(default=1, ge=1)
    status: int = Field(default=500, ge=400, le=599)
    path: str = "/v1/"


class ReleaseIn(_Strict):
    """In which order held webhooks go."""

    backwards: bool = False


class ActionIn(_Strict):
    """Details of an action: minor units; all that is left when no amount is given."""

    amount: int | None = Field(default=None, ge=1)
    reason: str | None = None
    outcome: str | None = None


@router.get("/state")
async def state(request: Request) -> dict[str, Any]:
    """Everything the sandbox holds: switches, faults, objects by account, deliveries."""
    world: World = request.app.state.world
    return {
        "now": world.clock.now().isoformat(),
        "switches": asdict(world.store.switches),
        "faults": world.faults.waiting(),
        "accounts": {name: book.tables for name, book in world.store.books.items()},
        "deliveries": list(world.store.deliveries.values()),
    }


@router.get("/deliveries")
async def deliveries(request: Request) -> list[dict[str, Any]]:
    """Webhook deliveries with their attempts, oldest first."""
    world: World = request.app.state.world
    return list(world.store.deliveries.values())


@router.post("/switches")
async def turn(request: Request, wanted: SwitchesIn) -> dict[str, bool]:
    """Turn webhook switches; answers all of them."""
    world: World = request.app.state.world
    merged = asdict(world.store.switches) | wanted.model_dump(exclude_none=True)
    world.store.switches = Switches(**merged)
    world.store.changed()
    return merged


@router.post("/webhooks/release")
async def release(request: Request, wanted: ReleaseIn | None = None) -> dict[str, int]:
    """Send what was held, and stop holding; answers how many deliveries went."""
    world: World = request.app.state.world
    world.store.switches.hold = False
    return {"released": world.sender.release(backwards=bool(wanted and wanted.backwards))}


@router.post("/faults")
async def add_fault(request: Request, wanted: FaultIn) -> list[dict[str, Any]]:
    """Queue a fault; answers all that wait."""
    world: World = request.app.state.world
    world.faults.add(Fault(**wanted.model_dump()))
    return world.faults.waiting()


@router.delete("/faults")
async def clear_faults(request: Request) -> list[dict[str, Any]]:
    """Forget all faults."""
    world: World = request.app.state.world
    world.faults.clear()
    return world.faults.waiting()


@router.post("/reset")
async def reset(request: Request) -> dict[str, bool]:
    """Forget all objects, deliveries, keys, switches and faults."""
    world: World = request.app.state.world
    world.store.clear()
    world.faults.clear()
    return {"reset": True}


@router.post("/{noun}/{object_id}/{verb}")
async def act(
    request: Request, noun: str, object_id: str, verb: str, wanted: ActionIn | None = None
) -> JSONResponse:
    """Do one of `sessions/…/{pay,decline,bank_debit,expire}`,
    `payment_intents/…/{settle,fail,refund,dispute}`, `disputes/…/close`, `events/…/resend`."""
    details = wanted.model_dump(exclude_none=True) if wanted else {}
    try:
        return JSONResponse(perform(request.app.state.world, noun, object_id, verb, details))
    except StripeProblem as problem:
        return JSONResponse(problem.body, problem.status)
