"""Forms of the page that make Clio behave badly, and well again."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse

from invoice_tracker.sandbox.clio.admin_api import start_again
from invoice_tracker.sandbox.clio.bills_page import back
from invoice_tracker.sandbox.clio.faults import Fault
from invoice_tracker.sandbox.clio.finding import account_of
from invoice_tracker.sandbox.clio.world import WorldDep

router = APIRouter(prefix="/do", include_in_schema=False)
AccountId = Annotated[int, Form()]
FAULTS: dict[str, dict[str, Any]] = {
    "500": {"kind": "status", "status": 500},
    "429": {"kind": "status", "status": 429, "retry_after": 5},
    "401": {"kind": "status", "status": 401},
    "403": {"kind": "status", "status": 403},
    "truncate": {"kind": "truncate"},
    "malformed": {"kind": "malformed"},
    "delay": {"kind": "delay", "seconds": 8.0},
    "drop": {"kind": "drop"},
}


@router.post("/switches")
async def switch(
    world: WorldDep,
    account: AccountId,
    mark_paid: Annotated[Literal["allow", "422", "403", "allow_without_balance_change"], Form()],
    rate_limit: Annotated[int, Form(ge=0, le=100_000)],
) -> RedirectResponse:
    """How Clio answers when an application sets a bill to paid, and how often it may ask."""
    world.store.mark_paid = mark_paid
    world.rates.limit = rate_limit
    world.store.changed()
    return back(account_of(world, account), said="Saved.")


@router.post("/faults")
async def add_fault(
    world: WorldDep,
    account: AccountId,
    what: Annotated[str, Form()],
    count: Annotated[int, Form(ge=1, le=1000)],
) -> RedirectResponse:
    """The next requests go wrong."""
    firm = account_of(world, account)
    if what not in FAULTS:
        return back(firm, problem="There is no such trouble.")
    world.faults.waiting.append(Fault(count=count, **FAULTS[what]))
    return back(firm, said=f"The next {count} requests go wrong.")


@router.post("/faults/clear")
async def clear_faults(world: WorldDep, account: AccountId) -> RedirectResponse:
    """All is well again."""
    world.faults.waiting.clear()
    return back(account_of(world, account), said="All is well again.")


@router.post("/reset")
async def reset(world: WorldDep) -> RedirectResponse:
    """The sample data again."""
    start_again(world)
    return back(account_of(world, None), said="The sample data is as on the first day.")
