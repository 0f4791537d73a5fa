"""What staff do to contacts in Clio's own pages, as JSON under ``/sandbox``; for tests."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from invoice_tracker.sandbox.clio import actions
from invoice_tracker.sandbox.clio.finding import find
from invoice_tracker.sandbox.clio.sample_people import make_address
from invoice_tracker.sandbox.clio.world import WorldDep

router = APIRouter(prefix="/sandbox/contacts")


class Addresses(BaseModel):
    """All of a contact's addresses; the first is the primary one."""

    emails: list[str] = Field(max_length=20)


class Visibility(BaseModel):
    """What the connected user may not see of a contact: nothing, its addresses, or its name too."""

    hidden: Literal["nothing", "addresses", "everything"]


class Reminders(BaseModel):
    """Whether Clio itself reminds the client."""

    enabled: bool


class Merge(BaseModel):
    """The contact that stays."""

    into: int


@router.post("/{contact_id}/addresses", status_code=204)
async def set_addresses(world: WorldDep, contact_id: int, body: Addresses) -> None:
    """Other addresses. The contact's bills are not touched, as in Clio."""
    account, contact = find(world, "contacts", contact_id)
    addresses = [
        make_address(world.store, email, world.now(), primary=position == 0)
        for position, email in enumerate(body.emails)
    ]
    actions.change(world, account, "contacts", contact, addresses=addresses)


@router.post("/{contact_id}/visibility", status_code=204)
async def set_visibility(world: WorldDep, contact_id: int, body: Visibility) -> None:
    """Hide a contact from the connected user, or show it again."""
    account, contact = find(world, "contacts", contact_id)
    redacted, nameless = body.hidden != "nothing", body.hidden == "everything"
    actions.change(world, account, "contacts", contact, redacted=redacted, nameless=nameless)


@router.post("/{contact_id}/reminders", status_code=204)
async def set_reminders(world: WorldDep, contact_id: int, body: Reminders) -> None:
    """The switch in the column Reminders of Outstanding Balances."""
    account, contact = find(world, "contacts", contact_id)
    actions.change(world, account, "contacts", contact, reminders_enabled=body.enabled)


@router.post("/{contact_id}/merge", status_code=204)
async def merge(world: WorldDep, contact_id: int, body: Merge) -> None:
    """This contact becomes part of another: its bills and matters move, and it is gone."""
    account, contact = find(world, "contacts", contact_id)
    account.get("contacts", body.into)
    for noun in ("bills", "matters", "allocations"):
        for row in account.table(noun).values():
            if row["client_id"] == contact_id:
                actions.change(world, account, noun, row, client_id=body.into)
    del account.table("contacts")[contact_id]
    world.touch(account, "contacts", contact, "deleted")
