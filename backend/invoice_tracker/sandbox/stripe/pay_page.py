"""The hosted pay page that a session's `url` points at; works without JavaScript."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from invoice_tracker.sandbox.pages import render
from invoice_tracker.sandbox.stripe import lifecycle
from invoice_tracker.sandbox.stripe.accounts import NAMES
from invoice_tracker.sandbox.stripe.actions import locate, perform
from invoice_tracker.sandbox.stripe.errors import StripeProblem
from invoice_tracker.sandbox.stripe.store import Book, Obj
from invoice_tracker.sandbox.stripe.templates_of import TEMPLATES
from invoice_tracker.sandbox.stripe.world import World

router = APIRouter()
BUTTONS = ("pay", "decline", "bank_debit")


@router.get("/c/pay/{session_id}")
async def show(request: Request, session_id: str) -> HTMLResponse:
    """The page; looking at it changes nothing but an expiry that is due."""
    world: World = request.app.state.world
    try:
        book, session = _find(world, session_id)
    except StripeProblem:
        return render(TEMPLATES, "gone.html", status=404)
    return _page(book, session)


@router.post("/c/pay/{session_id}")
async def press(request: Request, session_id: str, action: Annotated[str, Form()]) -> Response:
    """A button was pressed; a payment that is on its way goes back to the shop with 303."""
    world: World = request.app.state.world
    try:
        book, session = _find(world, session_id)
        if session["status"] != "open" or action not in BUTTONS:
            return _page(book, session, status=409)
        perform(world, "sessions", session_id, action, {})
    except StripeProblem:
        return render(TEMPLATES, "gone.html", status=404)
    if session["status"] == "open":
        return RedirectResponse(request.url.path, 303)
    return RedirectResponse(_success_url(session), 303)


def _find(world: World, session_id: str) -> tuple[Book, Obj]:
    book, session = locate(world, "sessions", session_id)
    if session["status"] == "open" and session["expires_at"] <= world.seconds():
        lifecycle.expire(world, book, session)
    return book, session


def _page(book: Book, session: Obj, *, status: int = 200) -> HTMLResponse:
    intent = book.table("intents").get(session["payment_intent"] or "")
    return render(
        TEMPLATES,
        "pay.html",
        status=status,
        session=session,
        merchant=NAMES[book.account_id],
        lines=book.table("line_items")[session["id"]]["lines"],
        problem=(intent or {}).get("last_payment_error"),
        back=_success_url(session),
    )


def _success_url(session: Obj) -> str:
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])
