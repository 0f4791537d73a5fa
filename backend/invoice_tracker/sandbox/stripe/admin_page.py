"""The page at `/`: payments and sessions with their buttons, switches, and webhook deliveries."""

from decimal import Decimal, InvalidOperation
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from invoice_tracker.sandbox.pages import ZERO_DECIMAL, render
from invoice_tracker.sandbox.stripe.accounts import NAMES
from invoice_tracker.sandbox.stripe.actions import TABLES, locate, perform
from invoice_tracker.sandbox.stripe.errors import StripeProblem, bad_request
from invoice_tracker.sandbox.stripe.faults import Fault, Kind
from invoice_tracker.sandbox.stripe.store import Book, Obj, Switches
from invoice_tracker.sandbox.stripe.templates_of import TEMPLATES
from invoice_tracker.sandbox.stripe.world import World

SHOWN = 50
FAULTS: dict[str, tuple[Kind, int]] = {
    "500": ("status", 500),
    "429": ("status", 429),
    "401": ("status", 401),
    "drop": ("drop", 500),
    "drop_after": ("drop_after", 500),
}
router = APIRouter()


@router.get("/")
async def show(request: Request, said: str = "", problem: str = "") -> HTMLResponse:
    """All that can be seen and done."""
    world: World = request.app.state.world
    deliveries = list(world.store.deliveries.values())
    return render(
        TEMPLATES,
        "admin.html",
        now=world.clock.now(),
        settle_days=world.settle_days,
        switches=world.store.switches,
        faults=world.faults.waiting(),
        accounts=[_account(book) for book in world.store.books.values()],
        deliveries=deliveries[::-1][:SHOWN],
        held=sum(d["state"] == "held" for d in deliveries),
        said=said,
        problem=problem,
    )


@router.post("/do/switches")
async def switches(
    request: Request,
    duplicate: Annotated[bool, Form()] = False,
    out_of_order: Annotated[bool, Form()] = False,
    drop: Annotated[bool, Form()] = False,
    hold: Annotated[bool, Form()] = False,
) -> RedirectResponse:
    """Set all four webhook switches."""
    world: World = request.app.state.world
    world.store.switches = Switches(duplicate, out_of_order, drop, hold)
    world.store.changed()
    return _home(said="Switches saved.")


@router.post("/do/release")
async def release(request: Request) -> RedirectResponse:
    """Let held webhooks go."""
    world: World = request.app.state.world
    world.store.switches.hold = False
    return _home(said=f"{world.sender.release()} held webhooks released.")


@router.post("/do/faults")
async def faults(
    request: Request, what: Annotated[str, Form()], count: Annotated[int, Form()] = 1
) -> RedirectResponse:
    """Queue a fault, or clear them all."""
    world: World = request.app.state.world
    if what not in FAULTS or count < 1:
        world.faults.clear()
        return _home(said="All faults cleared.")
    kind, status = FAULTS[what]
    world.faults.add(Fault(kind, count, status))
    return _home(said=f"The next {count} API requests will fail.")


@router.post("/do/{noun}/{object_id}/{verb}")
async def act(
    request: Request,
    noun: str,
    object_id: str,
    verb: str,
    amount: Annotated[str, Form()] = "",
    outcome: Annotated[str, Form()] = "",
) -> RedirectResponse:
    """A button of a payment, session, dispute or event; `amount` is in dollars, empty for all."""
    world: World = request.app.state.world
    try:
        wanted: Obj = {"outcome": outcome} if outcome else {}
        if amount.strip():
            _, item = locate(world, TABLES.get(noun, noun), object_id)
            wanted["amount"] = _minor(amount, item["currency"])
        perform(world, noun, object_id, verb, wanted)
    except StripeProblem as refused:
        return _home(problem=str(refused))
    return _home(said=f"Done: {verb.replace('_', ' ')}.")


def _account(book: Book) -> Obj:
    charges, sessions = book.table("charges"), book.table("sessions")
    payments = [
        {"intent": intent, "charge": charges.get(intent["latest_charge"] or "")}
        for intent in reversed(book.table("intents").values())
    ]
    return {
        "id": book.account_id,
        "name": NAMES.get(book.account_id, book.account_id),
        "payments": payments[:SHOWN],
        "sessions": list(reversed(sessions.values()))[:SHOWN],
        "disputes": list(reversed(book.table("disputes").values()))[:SHOWN],
        "endpoints": list(book.table("endpoints").values()),
        "titles": {key: _title(kept) for key, kept in book.table("line_items").items()},
    }


def _title(kept: Obj) -> str:
    return ", ".join(str(line["description"]) for line in kept["lines"])


def _minor(amount: str, currency: str) -> int:
    try:
        value = Decimal(amount.strip().replace(",", ""))
    except InvalidOperation:
        raise bad_request(f"Not an amount: {amount}", param="amount") from None
    minor = value if currency in ZERO_DECIMAL else value * 100
    if not minor.is_finite() or minor != minor.to_integral_value() or minor < 1:
        raise bad_request(f"Not an amount: {amount}", param="amount")
    return int(minor)


def _home(*, said: str = "", problem: str = "") -> RedirectResponse:
    return RedirectResponse(f"/?said={quote(said)}&problem={quote(problem)}", 303)
