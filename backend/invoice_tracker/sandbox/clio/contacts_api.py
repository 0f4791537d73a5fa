"""Contacts and their addresses. A redacted contact shows no address."""

from fastapi import APIRouter, Request, Response

from invoice_tracker.sandbox.clio import params
from invoice_tracker.sandbox.clio.access import CallerDep
from invoice_tracker.sandbox.clio.paging import BY_ID, Key, page
from invoice_tracker.sandbox.clio.people_shapes import addresses
from invoice_tracker.sandbox.clio.single import single

router = APIRouter(prefix="/api/v4")
ORDERS: dict[str, Key] = {**BY_ID, "name": lambda _, row: row["name"], "shared_at": lambda *_: None}


def _email_only(text: str) -> params.Test:
    only = params.truth(text)
    return lambda row: not only or bool(addresses(row))


def _not(text: str) -> params.Test:
    left_out = params.number(text)
    return lambda row: row["id"] != left_out


def _all(text: str) -> params.Test:
    params.truth(text)
    return lambda _: True


FILTERS: dict[str, params.Filter] = {
    **params.COMMON,
    "query": params.contains("name"),
    "type": params.word_is("type", ("Company", "Person")),
    "initial": lambda text: lambda row: row["name"][:1].upper() == text,
    "client_only": _all,
    "email_only": _email_only,
    "exclude_ids[]": _not,
    **params.ignored("clio_connect_only custom_field_ids[] custom_field_values"),
    **params.ignored("custom_field_values[] shared_resource_id"),
}


@router.get("/contacts.json")
async def list_contacts(request: Request, caller: CallerDep) -> Response:
    """Contacts."""
    rows = params.choose(request, caller.account.table("contacts").values(), FILTERS)
    return page(request, caller, "contacts", rows, orders=ORDERS)


@router.get("/contacts/{contact_id}.json")
async def get_contact(contact_id: int, request: Request, caller: CallerDep) -> Response:
    """One contact."""
    return single(request, caller, "contacts", caller.account.get("contacts", contact_id))


@router.get("/contacts/{contact_id}/email_addresses.json")
async def list_addresses(contact_id: int, request: Request, caller: CallerDep) -> Response:
    """A contact's addresses; none where the user may not see them."""
    found = addresses(caller.account.get("contacts", contact_id))
    return page(request, caller, "addresses", params.choose(request, found, params.COMMON))
