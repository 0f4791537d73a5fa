"""The sandbox's own switches, as JSON under ``/sandbox``; for tests."""

from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from invoice_tracker.sandbox.clio import actions
from invoice_tracker.sandbox.clio.faults import Fault, Kind
from invoice_tracker.sandbox.clio.finding import account_of, find, show_bill
from invoice_tracker.sandbox.clio.oauth import revoke
from invoice_tracker.sandbox.clio.permissions import NAMES, Level
from invoice_tracker.sandbox.clio.problems import bad_request
from invoice_tracker.sandbox.clio.sample_data import fill
from invoice_tracker.sandbox.clio.sample_people import make_address
from invoice_tracker.sandbox.clio.store import Row
from invoice_tracker.sandbox.clio.world import World, WorldDep

router = APIRouter(prefix="/sandbox")


class Address(BaseModel):
    """A contact's e-mail address, or none."""

    email: str | None


class FaultRequest(BaseModel):
    """See ``faults.Fault``."""

    kind: Kind
    count: int = Field(default=1, ge=1)
    path: str = "/api/"
    status: int = Field(default=500, ge=400, le=599)
    seconds: float = Field(default=1.0, ge=0, le=300)
    skip: int = Field(default=0, ge=0)
    retry_after: int = Field(default=1, ge=0)


class Switches(BaseModel):
    """What ``PATCH state=paid`` does, requests a minute (0: no limit), and permissions."""

    mark_paid: Literal["allow", "422", "403", "allow_without_balance_change"] | None = None
    rate_limit: int | None = Field(default=None, ge=0)
    permissions: dict[str, Level] | None = None


@router.get("/state")
async def state(world: WorldDep, account_id: int | None = None) -> dict[str, Any]:
    """Everything of an account that is worth comparing; its bills whole."""
    account = account_of(world, account_id)
    return {
        "account": {"id": account.id, "name": account.name},
        "accounts": [{"id": a.id, "name": a.name} for a in world.store.accounts.values()],
        "bills": [show_bill(account, bill) for bill in account.table("bills").values()],
        "contacts": list(account.table("contacts").values()),
        "allocations": list(account.table("allocations").values()),
        "tasks": list(account.table("tasks").values()),
        "webhooks": list(account.table("hooks").values()),
        "mark_paid": world.store.mark_paid,
    }


@router.patch("/contacts/{contact_id}")
async def change_address(world: WorldDep, contact_id: int, body: Address) -> Row:
    """Another address of a client. Their bills are touched, so that a reader sees it."""
    account, contact = find(world, "contacts", contact_id)
    now = world.now()
    addresses = [make_address(world.store, body.email, now, primary=True)] if body.email else []
    actions.change(world, account, "contacts", contact, addresses=addresses)
    for bill in account.table("bills").values():
        if bill["client_id"] == contact_id:
            world.touch(account, "bills", bill)
    return {"id": contact_id, "email": body.email}


@router.get("/faults")
async def list_faults(world: WorldDep) -> list[Fault]:
    """The faults still to come."""
    return world.faults.waiting


@router.post("/faults", status_code=204)
async def add_fault(world: WorldDep, body: FaultRequest) -> None:
    """The next requests of a path go wrong."""
    world.faults.waiting.append(Fault(**body.model_dump()))


@router.delete("/faults", status_code=204)
async def clear_faults(world: WorldDep) -> None:
    """All is well again."""
    world.faults.waiting.clear()


@router.post("/switches", status_code=204)
async def switch(world: WorldDep, body: Switches) -> None:
    """Change how Clio behaves; what is left out stays as it is."""
    unknown = set(body.permissions or ()) - set(NAMES)
    if unknown:
        raise bad_request(f"There is no permission {', '.join(sorted(unknown))}")
    if body.mark_paid is not None:
        world.store.mark_paid = body.mark_paid
    if body.rate_limit is not None:
        world.rates.limit = body.rate_limit
    world.store.permissions.update(body.permissions or {})
    world.store.changed()


@router.get("/deliveries")
async def deliveries(world: WorldDep) -> list[Row]:
    """The last webhook deliveries and handshakes, with what the listener answered."""
    return list(world.sender.log)


@router.post("/accounts/{account_id}/revoke", status_code=204)
async def revoke_access(world: WorldDep, account_id: int) -> None:
    """The user takes back what they allowed the application."""
    revoke(world, account_id=account_of(world, account_id).id)


@router.post("/reset", status_code=204)
async def reset(world: WorldDep) -> None:
    """The sample data again, dated from today, and no faults. Who is connected stays so."""
    start_again(world)


def start_again(world: World) -> None:
    """As ``reset``."""
    world.store.forget()
    fill(world.store, world.now())
    world.faults.waiting.clear()
    for tokens in (world.store.tokens, world.store.refresh_tokens):
        for key, grant in list(tokens.items()):
            if grant["account_id"] not in world.store.accounts:
                del tokens[key]
