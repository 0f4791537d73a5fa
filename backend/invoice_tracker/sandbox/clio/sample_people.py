"""The people of a sample firm: who works there, who its clients are, and their matters."""

import random
from datetime import datetime, timedelta

from invoice_tracker.sandbox.clio.sample_names import COMPANIES, FIRST, HOSTS, LAST, MATTERS
from invoice_tracker.sandbox.clio.store import Account, Row, Store

WITHOUT_ADDRESS, REMINDED_BY_CLIO, REDACTED = 5, 7, 11
"""Which of the clients, counted from 0, are out of the ordinary."""
LONG_AGO = timedelta(days=500)


def add_users(store: Store, account: Account, names: list[tuple[str, str]], now: datetime) -> None:
    """The staff; the first one owns the account and is who connects."""
    for position, (first, last) in enumerate(names):
        owner = position == 0
        row: Row = {
            "name": f"{first} {last}",
            "first_name": first,
            "last_name": last,
            "email": f"{first.lower()}@example.com",
            "account_owner": owner,
            "roles": ["Administrator", "Billing", "Accounts"] if owner else ["Billing"],
            "rate": 425.0 if owner else 325.0,
        }
        store.add(account, "users", row, now - LONG_AGO)


def add_contacts(
    store: Store, account: Account, count: int, now: datetime, chance: random.Random
) -> None:
    """Clients: persons, and every fourth a company; every ninth has two addresses."""
    names = [(first, last) for first in FIRST.split() for last in LAST.split()]
    for number, (first, last) in enumerate(chance.sample(names, count)):
        since = now - timedelta(days=chance.randint(420, 480))
        company = number % 4 == 3 and number // 4 < len(COMPANIES)
        row: Row = {
            "type": "Company" if company else "Person",
            "name": COMPANIES[number // 4] if company else f"{first} {last}",
            "first_name": None if company else first,
            "last_name": None if company else last,
            "addresses": _addresses(store, number, since),
            "reminders_enabled": number == REMINDED_BY_CLIO,
            "redacted": number == REDACTED,
        }
        store.add(account, "contacts", row, since)


def _addresses(store: Store, number: int, since: datetime) -> list[Row]:
    if number == WITHOUT_ADDRESS:
        return []
    host = HOSTS[number % len(HOSTS)]
    first = make_address(store, f"client{number + 1}@{host}", since, primary=True)
    if number % 9 != 4:
        return [first]
    return [first, make_address(store, f"office{number + 1}@{host}", since, primary=False)]


def make_address(store: Store, text: str, now: datetime, *, primary: bool) -> Row:
    """One e-mail address of a contact."""
    row: Row = {"id": store.new_id(), "address": text, "primary": primary}
    row |= {"name": "Work" if primary else "Home", "created_at": now.isoformat()}
    store.touch(row, now)
    return row


def add_matters(
    store: Store, account: Account, count: int, now: datetime, chance: random.Random
) -> None:
    """At least one matter for each client, two for some."""
    contacts = list(account.table("contacts").values())
    attorneys = list(account.table("users"))
    for number in range(count):
        client = contacts[number % len(contacts)]
        opened = now - timedelta(days=chance.randint(405, 419))
        description, area = chance.choice(MATTERS)
        last = (client["last_name"] or client["name"].split()[0]).strip(",.")
        row = {
            "number": number + 1,
            "display_number": f"{number + 1:05d}-{last}",
            "description": description,
            "practice_area": area,
            "status": "Open",
            "open_date": opened.date().isoformat(),
            "matter_stage_updated_at": None,
            "client_id": client["id"],
            "user_id": attorneys[0],
            "responsible_attorney_id": chance.choice(attorneys),
            "originating_attorney_id": attorneys[0],
        }
        store.add(account, "matters", row, opened)


def add_reminder_by_clio(store: Store, account: Account, now: datetime) -> None:
    """A mail that Clio's own reminders sent to one client a week ago."""
    client = list(account.table("contacts").values())[REMINDED_BY_CLIO]
    matters = account.table("matters").values()
    sent = now - timedelta(days=7)
    row = {
        "type": "EmailCommunication",
        "subject": "Payment reminder",
        "body": "This is a reminder that you have an outstanding balance.",
        "date": sent.date().isoformat(),
        "received_at": sent.isoformat(),
        "user_id": next(iter(account.table("users"))),
        "matter_id": next(row["id"] for row in matters if row["client_id"] == client["id"]),
        "senders": [],
        "receivers": [{"id": client["id"], "type": "Contact"}],
    }
    store.add(account, "communications", row, sent)
