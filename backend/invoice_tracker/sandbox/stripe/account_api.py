"""`/v1/account`, `/v1/balance` and `/v1/events`."""

from fastapi import APIRouter

from invoice_tracker.sandbox.stripe.accounts import account_object
from invoice_tracker.sandbox.stripe.call import Call, route
from invoice_tracker.sandbox.stripe.errors import StripeProblem
from invoice_tracker.sandbox.stripe.lists import PAGING, created_test, page
from invoice_tracker.sandbox.stripe.rules import anything, boolean, listing, mapping, text
from invoice_tracker.sandbox.stripe.store import Obj

READ_ACCOUNT, READ_EVENTS = "rak_accounts_kyc_basic_read", "rak_event_read"
KEPT_SECONDS = 30 * 24 * 60 * 60
router = APIRouter()
EVENT_LIST = mapping(
    PAGING
    | {"type": text(), "types": listing(text(), at_most=20), "delivery_success": boolean}
    | {"expand": anything}
)


def retrieve_account(call: Call) -> Obj:
    """The account of the key."""
    return account_object(call.key.account_id)


def retrieve_account_by_id(call: Call, account_id: str) -> Obj:
    """The same, asked for by id. Raises Stripe's 403 for another account."""
    if account_id != call.key.account_id:
        raise StripeProblem(
            403,
            f"The provided key does not have access to account '{account_id}' (or that account "
            "does not exist). Application access may have been revoked.",
            code="account_invalid",
        )
    return account_object(account_id)


def retrieve_balance(call: Call) -> Obj:
    """What is on the account, by currency, in minor units."""
    sums: dict[str, int] = {"usd": 0}
    for entry in call.book.table("balance_transactions").values():
        sums[entry["currency"]] = sums.get(entry["currency"], 0) + entry["net"]
    rows = [
        {"amount": amount, "currency": code, "source_types": {"card": amount}}
        for code, amount in sums.items()
    ]
    nothing = [{**row, "amount": 0, "source_types": {"card": 0}} for row in rows]
    return {"object": "balance", "available": nothing, "livemode": False, "pending": rows}


def retrieve_event(call: Call, event_id: str) -> Obj:
    """One event."""
    return call.book.get(event_id, prefix="evt_")


def list_events(call: Call) -> Obj:
    """Events of the last 30 days, newest first; `type` may end in `.*`."""
    params = EVENT_LIST("", call.params)
    events = list(reversed(call.book.table("events").values()))
    limit = call.world.seconds() - KEPT_SECONDS
    events = [event for event in events if event["created"] >= limit]
    kinds = params.get("types", []) + ([params["type"]] if "type" in params else [])
    if kinds:
        events = [e for e in events if any(_matches(e["type"], kind) for kind in kinds)]
    if "created" in params:
        events = list(filter(created_test(params["created"]), events))
    if "delivery_success" in params:
        wanted = params["delivery_success"]
        events = [e for e in events if (e["pending_webhooks"] == 0) is wanted]
    return page(events, params, url="/v1/events")


def _matches(kind: str, asked: str) -> bool:
    return kind.startswith(asked[:-1]) if asked.endswith("*") else kind == asked


route(router, "GET", "/v1/account", retrieve_account, permission=READ_ACCOUNT)
route(router, "GET", "/v1/accounts/{account_id}", retrieve_account_by_id, permission=READ_ACCOUNT)
route(router, "GET", "/v1/balance", retrieve_balance)
route(router, "GET", "/v1/events", list_events, permission=READ_EVENTS)
route(router, "GET", "/v1/events/{event_id}", retrieve_event, permission=READ_EVENTS)
