"""Rows of any account, for what runs the sandbox itself."""

from invoice_tracker.sandbox.clio import fields
from invoice_tracker.sandbox.clio.problems import NotFound
from invoice_tracker.sandbox.clio.shapes import SHAPES
from invoice_tracker.sandbox.clio.store import Account, Row
from invoice_tracker.sandbox.clio.world import World

EVERYTHING: fields.Wanted = dict.fromkeys(SHAPES["bills"])
WHOLE_BILL: fields.Wanted = EVERYTHING | {
    "client": ("id", "name", "primary_email_address"),
    "matters": ("id", "display_number", "description"),
    "currency": ("id", "code"),
}


def account_of(world: World, account_id: int | None) -> Account:
    """An account, the big one if none is named. Raises ``NotFound``."""
    if account_id is None:
        return next(iter(world.store.accounts.values()))
    if account_id not in world.store.accounts:
        raise NotFound
    return world.store.accounts[account_id]


def find(world: World, noun: str, row_id: int) -> tuple[Account, Row]:
    """A row of any account. Raises ``NotFound``."""
    for account in world.store.accounts.values():
        row = account.table(noun).get(row_id)
        if row is not None:
            return account, row
    raise NotFound


def show_bill(account: Account, bill: Row) -> Row:
    """A bill with everything, as the API would show it."""
    return fields.show(account, "bills", bill, WHOLE_BILL)
