"""Two believable firms, the same each time, with dates relative to the day they are made on."""

import random
from datetime import date, datetime, timedelta

from invoice_tracker.sandbox.clio.store import Account, Row, Store

FIRST = [
    "Ada",
    "Amir",
    "Beatriz",
    "Bjørn",
    "Camille",
    "Chidi",
    "Dana",
    "Diego",
    "Elena",
    "Emeka",
    "Fatima",
    "Felix",
    "Grace",
    "Hana",
    "Henrik",
    "Ines",
    "Ivan",
    "Jamal",
    "Jana",
    "Kofi",
    "Lara",
    "Liam",
    "Mei",
    "Mila",
    "Nadia",
    "Noah",
    "Olga",
    "Omar",
    "Priya",
    "Quinn",
    "Rosa",
    "Samir",
    "Sofía",
    "Tariq",
    "Uma",
    "Valentina",
    "Wei",
    "Ximena",
    "Yusuf",
    "Zoë",
]
LAST = [
    "Okafor",
    "Lindqvist",
    "Almeida",
    "Novák",
    "Brennan",
    "Castillo",
    "Dubois",
    "Eriksen",
    "Fischer",
    "García",
    "Haddad",
    "Ivanova",
    "Jensen",
    "Kowalski",
    "Laurent",
    "Müller",
    "Nakamura",
    "O'Connor",
    "Petrov",
    "Quigley",
    "Rossi",
    "Schneider",
    "Tanaka",
    "Ueda",
    "Vargas",
    "Whitfield",
    "Xu",
    "Yılmaz",
    "Zhang",
    "Østergård",
]
COMPANIES = (
    "Harborline Logistics Inc.", "Pine & Post Builders", "Bluestem Farms LLC",
    "Møller Shipping A/S", "Café Lumière", "Northgate Dental Group", "Ríos Imports",
    "Kestrel Software, Inc.", "Old Mill Brewing Co.", "Tidewater Marine Supply",
    "Lakeshore Property Partners", "Société Générale d'Études", "Evergreen Childcare",
    "Ironwood Fabrication", "東京 Trading K.K.",
)  # fmt: skip
MATTERS = (
    "Lease review", "Estate plan", "Contract dispute", "Incorporation", "Employment advice",
    "Trademark filing", "Closing of purchase", "Custody", "Insurance claim",
    "Shareholder agreement",
)  # fmt: skip
BIG, SMALL = 292, 12
ODD: tuple[Row, ...] = (
    {"due_at": None, "state": "awaiting_payment"},
    {"total_minor": 0, "state": "awaiting_payment"},
    {"total_minor": -45_000, "state": "awaiting_payment"},
    {"total_minor": 350, "state": "awaiting_payment"},
    {"currency": "JPY", "total_minor": 184_000, "state": "awaiting_payment"},
    {"pending_minor": 60_000, "total_minor": 60_000, "state": "awaiting_payment"},
    {"kind": "trust_kind", "state": "awaiting_payment", "total_minor": 500_000},
    {"kind": "trust_kind", "state": "awaiting_payment", "total_minor": 250_000},
)
"""Bills one meets rarely and must not stumble over."""


def fill(store: Store, now: datetime) -> None:
    """The sample data, into an empty store."""
    chance = random.Random(1042)
    for name, bills, people in (("Hale & Moreno LLP", BIG, 60), ("Brook & Partners", SMALL, 6)):
        account = Account({"id": store.new_id(), "name": name})
        store.accounts[account.id] = account
        _user(store, account, now)
        _contacts(store, account, now, chance, people)
        _matters(store, account, now, chance, people * 3 // 2)
        for _ in range(bills):
            _bill(store, account, now, chance, {})
        for odd in ODD if bills == BIG else ():
            _bill(store, account, now, chance, odd)


def _user(store: Store, account: Account, now: datetime) -> None:
    first, last = ("Dana", "Hale") if account.name.startswith("Hale") else ("Ruth", "Brook")
    store.add(
        account,
        "users",
        {
            "name": f"{first} {last}",
            "first_name": first,
            "last_name": last,
            "email": f"{first.lower()}@example.com",
        },
        now,
    )


def _contacts(
    store: Store, account: Account, now: datetime, chance: random.Random, count: int
) -> None:
    names = [(first, last) for first in FIRST for last in LAST]
    for number, (first, last) in enumerate(chance.sample(names, count)):
        company = number % 4 == 3 and number // 4 < len(COMPANIES)
        name = COMPANIES[number // 4] if company else f"{first} {last}"
        host = ("example.com", "example.org", "example.net")[number % 3]
        addresses = [f"client{number + 1}@{host}"]
        if number % 9 == 4:
            addresses.append(f"office{number + 1}@{host}")
        row: Row = {
            "type": "Company" if company else "Person",
            "name": name,
            "first_name": None if company else first,
            "last_name": None if company else last,
            "addresses": [_address(store, text, now, i == 0) for i, text in enumerate(addresses)],
            "reminders_enabled": number == 7,
        }
        if number == 5:
            row["addresses"] = []
        if number == 11:
            row["redacted"] = True
        store.add(account, "contacts", row, now)


def _address(store: Store, text: str, now: datetime, primary: bool) -> Row:
    number = store.new_id()
    return {
        "id": number,
        "etag": f'"{number}"',
        "address": text,
        "name": "Work",
        "primary": primary,
        "created_at": now.isoformat(),
        "updated_at": now.isoformat(),
    }


def _matters(
    store: Store, account: Account, now: datetime, chance: random.Random, count: int
) -> None:
    contacts = list(account.table("contacts").values())
    for number in range(count):
        client = contacts[number % len(contacts)]
        last = (client["last_name"] or client["name"].split()[0]).strip(",.")
        store.add(
            account,
            "matters",
            {
                "number": number + 1,
                "display_number": f"{number + 1:05d}-{last}",
                "description": chance.choice(MATTERS),
                "status": "Open",
                "client_id": client["id"],
            },
            now,
        )


def _state(chance: random.Random) -> str:
    states = ("awaiting_payment", "paid", "draft", "awaiting_approval", "void", "deleted")
    return chance.choices(states, weights=(56, 24, 8, 5, 4, 3))[0]


def _bill(store: Store, account: Account, now: datetime, chance: random.Random, odd: Row) -> None:
    matter = chance.choice(list(account.table("matters").values()))
    state = _state(chance)
    due = _due(now.date(), chance, state)
    issued = min(due - timedelta(days=30), now.date())
    total = chance.choice((1, 1, 1, 3)) * chance.randrange(28_000, 480_000, 250)
    several = chance.random() < 0.08
    others = [m for m in account.table("matters").values() if m["client_id"] == matter["client_id"]]
    row: Row = {
        "number": str(1001 + len(account.table("bills"))),
        "subject": None,
        "memo": None,
        "kind": "revenue_kind",
        "type": "ClientBill" if several else "MatterBill",
        "state": state,
        "issued_at": issued.isoformat(),
        "due_at": due.isoformat(),
        "paid_at": None,
        "last_sent_at": None,
        "total_minor": total,
        "paid_minor": 0,
        "pending_minor": 0,
        "currency": chance.choices(("USD", "CAD", "EUR", "GBP"), weights=(92, 3, 3, 2))[0],
        "client_id": matter["client_id"],
        "matter_ids": [m["id"] for m in others] if several else [matter["id"]],
        "user_id": next(iter(account.table("users"))),
    }
    bill = store.add(account, "bills", row | odd, now)
    if bill["state"] == "paid":
        _pay(store, account, bill, bill["total_minor"], due, now)
    elif bill["state"] == "awaiting_payment" and not odd and chance.random() < 0.14:
        _pay(store, account, bill, bill["total_minor"] // 4, issued, now)


def _due(today: date, chance: random.Random, state: str) -> date:
    if state in {"draft", "awaiting_approval"}:
        return today + timedelta(days=chance.randint(14, 30))
    early, late = chance.choices(
        ((-30, -1), (0, 12), (13, 45), (46, 110), (111, 400)), (32, 26, 22, 13, 7)
    )[0]
    return today - timedelta(days=chance.randint(early, late))


def _pay(
    store: Store, account: Account, bill: Row, amount_minor: int, day: date, now: datetime
) -> None:
    on = min(day, now.date()).isoformat()
    bill["paid_minor"] = amount_minor
    bill["paid_at"] = on
    store.add(
        account,
        "allocations",
        {
            "date": on,
            "amount_minor": amount_minor,
            "currency": bill["currency"],
            "voided_at": None,
            "bill_id": bill["id"],
            "client_id": bill["client_id"],
        },
        now,
    )
