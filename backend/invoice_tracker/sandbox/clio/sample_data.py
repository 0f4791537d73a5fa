"""Two believable firms, the same each time, with dates relative to the day they are made on."""

import random
from dataclasses import dataclass
from datetime import datetime

from invoice_tracker.sandbox.clio.sample_bills import ODD, add_bills
from invoice_tracker.sandbox.clio.sample_people import (
    add_contacts,
    add_matters,
    add_reminder_by_clio,
    add_users,
)
from invoice_tracker.sandbox.clio.store import Account, Store

SEED = 1042


@dataclass(frozen=True)
class Sample:
    """How big a firm is."""

    name: str
    users: list[tuple[str, str]]
    contacts: int
    matters: int
    bills: int
    is_odd: bool


FIRMS = (
    Sample(
        "Hale & Moreno LLP",
        [("Dana", "Hale"), ("Marco", "Moreno"), ("Ingrid", "Solberg")],
        contacts=60,
        matters=90,
        bills=289,
        is_odd=True,
    ),
    Sample("Brook & Partners", [("Ruth", "Brook")], contacts=6, matters=9, bills=12, is_odd=False),
)


def fill(store: Store, now: datetime) -> None:
    """The sample data, into an empty store."""
    for sample in FIRMS:
        chance = random.Random(f"{SEED} {sample.name}")
        account = Account({"id": store.new_id(), "name": sample.name})
        store.accounts[account.id] = account
        add_users(store, account, sample.users, now)
        add_contacts(store, account, sample.contacts, now, chance)
        add_matters(store, account, sample.matters, now, chance)
        odd = ODD if sample.is_odd else ()
        add_bills(store, account, sample.bills, now, chance, odd=odd)
        if sample.is_odd:
            add_reminder_by_clio(store, account, now)
