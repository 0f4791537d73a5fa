"""`/v1/checkout/sessions`."""

from fastapi import APIRouter

from invoice_tracker.sandbox.stripe import lifecycle, objects
from invoice_tracker.sandbox.stripe.call import Call, route
from invoice_tracker.sandbox.stripe.expand import whole_list
from invoice_tracker.sandbox.stripe.lists import listed
from invoice_tracker.sandbox.stripe.rules import anything, mapping
from invoice_tracker.sandbox.stripe.session_params import check_session, check_total
from invoice_tracker.sandbox.stripe.store import Obj

URL = "/v1/checkout/sessions"
READ, WRITE = "rak_checkout_session_read", "rak_checkout_session_write"
router = APIRouter()


def create_session(call: Call) -> Obj:
    """Open a session for the sum of its lines."""
    now = call.world.seconds()
    params = check_session(call.params, now=now)
    lines = [objects.new_line_item(line) for line in params["line_items"]]
    amount = sum(line["amount_total"] for line in lines)
    currency = lines[0]["currency"]
    check_total(amount, currency)
    session = objects.new_session(
        params, now=now, currency=currency, amount=amount, public_url=call.world.public_url
    )
    call.book.table("line_items")[session["id"]] = {
        "lines": lines,
        "payment_intent_data": params.get("payment_intent_data", {}),
    }
    call.book.add("sessions", session)
    call.world.store.changed()
    return session


def retrieve_session(call: Call, session_id: str) -> Obj:
    """One session, as it stands now."""
    session = call.book.get(session_id, prefix="cs_", param="session")
    if session["status"] == "open" and session["expires_at"] <= call.world.seconds():
        lifecycle.expire(call.world, call.book, session)
    return session


def expire_session(call: Call, session_id: str) -> Obj:
    """End an open session."""
    mapping({"expand": anything})("", call.params)
    return lifecycle.expire(call.world, call.book, retrieve_session(call, session_id))


def list_sessions(call: Call) -> Obj:
    """Sessions, newest first."""
    filters = ("payment_intent", "status", "customer", "payment_link")
    return listed(call.book, "sessions", call.params, url=URL, filters=filters)


def list_line_items(call: Call, session_id: str) -> Obj:
    """The lines of a session."""
    session = call.book.get(session_id, prefix="cs_", param="session")
    lines = call.book.table("line_items")[session["id"]]["lines"]
    return whole_list(lines, f"{URL}/{session_id}/line_items")


route(router, "POST", URL, create_session, permission=WRITE)
route(router, "GET", URL, list_sessions, permission=READ)
route(router, "GET", URL + "/{session_id}", retrieve_session, permission=READ)
route(router, "GET", URL + "/{session_id}/line_items", list_line_items, permission=READ)
route(router, "POST", URL + "/{session_id}/expire", expire_session, permission=WRITE)
