"""`/v1/webhook_endpoints`."""

import re
from typing import Any

from fastapi import APIRouter

from invoice_tracker.sandbox.stripe.call import Call, route
from invoice_tracker.sandbox.stripe.errors import bad_request
from invoice_tracker.sandbox.stripe.lists import listed
from invoice_tracker.sandbox.stripe.rules import (
    anything,
    boolean,
    listing,
    mapping,
    metadata,
    text,
    url,
)
from invoice_tracker.sandbox.stripe.store import Obj, new_id

URL = "/v1/webhook_endpoints"
MOST = 16
READ, WRITE = "rak_webhook_read", "rak_webhook_write"
router = APIRouter()


def event_type(param: str, raw: Any) -> str:
    """`*`, or a dotted name."""
    if not isinstance(raw, str) or not re.fullmatch(r"\*|[a-z_0-9]+(\.[a-z_0-9]+)+", raw):
        raise bad_request(f"Invalid {param}: unknown event type {raw}", param=param)
    return raw


FIELDS = {
    "description": text(at_most=5000),
    "enabled_events": listing(event_type, at_most=500),
    "expand": anything,
    "metadata": metadata,
    "url": url,
}
CREATE = mapping(
    FIELDS | {"api_version": text(), "connect": boolean}, required=("enabled_events", "url")
)
UPDATE = mapping(FIELDS | {"disabled": boolean})


def create_endpoint(call: Call) -> Obj:
    """A new endpoint; the answer alone carries its signing secret."""
    params = CREATE("", call.params)
    if len(call.book.table("endpoints")) >= MOST:
        raise bad_request(f"You have reached the maximum of {MOST} test webhook endpoints.")
    endpoint = call.book.add(
        "endpoints",
        {
            "id": new_id("we_1"),
            "object": "webhook_endpoint",
            "api_version": params.get("api_version"),
            "application": None,
            "created": call.world.seconds(),
            "description": params.get("description"),
            "enabled_events": params["enabled_events"],
            "livemode": False,
            "metadata": params.get("metadata", {}),
            "secret": new_id("whsec_", 32),
            "status": "enabled",
            "url": params["url"],
        },
    )
    call.world.store.changed()
    return endpoint


def retrieve_endpoint(call: Call, endpoint_id: str) -> Obj:
    """One endpoint, without its secret."""
    return _public(call.book.get(endpoint_id, prefix="we_"))


def update_endpoint(call: Call, endpoint_id: str) -> Obj:
    """Change address, events or description; switch off or on."""
    params = UPDATE("", call.params)
    endpoint = call.book.get(endpoint_id, prefix="we_")
    for name in ("url", "enabled_events", "description"):
        if name in params:
            endpoint[name] = params[name]
    endpoint["metadata"] = endpoint["metadata"] | params.get("metadata", {})
    if "disabled" in params:
        endpoint["status"] = "disabled" if params["disabled"] else "enabled"
    call.world.store.changed()
    return _public(endpoint)


def delete_endpoint(call: Call, endpoint_id: str) -> Obj:
    """Remove an endpoint; what is still on its way to it is canceled."""
    call.book.get(endpoint_id, prefix="we_")
    del call.book.table("endpoints")[endpoint_id]
    call.world.store.changed()
    return {"id": endpoint_id, "object": "webhook_endpoint", "deleted": True}


def list_endpoints(call: Call) -> Obj:
    """Endpoints, newest first, without their secrets."""
    found = listed(call.book, "endpoints", call.params, url=URL, created=False)
    return {**found, "data": [_public(endpoint) for endpoint in found["data"]]}


def _public(endpoint: Obj) -> Obj:
    return {name: value for name, value in endpoint.items() if name != "secret"}


route(router, "POST", URL, create_endpoint, permission=WRITE)
route(router, "GET", URL, list_endpoints, permission=READ)
route(router, "GET", URL + "/{endpoint_id}", retrieve_endpoint, permission=READ)
route(router, "POST", URL + "/{endpoint_id}", update_endpoint, permission=WRITE)
route(router, "DELETE", URL + "/{endpoint_id}", delete_endpoint, permission=WRITE)
