"""The firms of a proof: their account at Clio and at Stripe, their staff's browser, their sets.

All of it is made through the product's own API, as staff would.
"""

import random
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
from proof.outside import Outside

from conftest import log_in
from factories import make_firm, make_user
from fakes import MovableClock
from invoice_tracker.accounts.models import User
from invoice_tracker.core.deps import Adapters
from invoice_tracker.sandbox.clio.sample_people import add_contacts, add_matters, add_users
from invoice_tracker.sandbox.clio.store import Account, Store
from invoice_tracker.sandbox.stripe import accounts as stripe_accounts

KINDS = (
    ("America/New_York", "USD", "US"),
    ("Europe/London", "GBP", "GB"),
    ("Australia/Sydney", "CAD", "AU"),
    ("America/Los_Angeles", "USD", "US"),
    ("Europe/Berlin", "EUR", "DE"),
    ("Asia/Kolkata", "USD", "IN"),
)
"""Time zones with three different days for daylight saving, and one without; and the country whose
public holidays are kept."""
CLIENTS = 8
SMALLEST_PART = 2_000
MAIL = (
    "Dear {{ client.first_name }},\n\n"
    "Invoice {{ invoice.number }} is open: {{ invoice.balance }}.\n\n{{ pay.link }}"
)


@dataclass
class Office:
    """One firm, and everything its staff work with."""

    number: int
    firm_id: UUID
    zone: str
    currency: str
    account: Account
    stripe_key: str
    browser: httpx.AsyncClient
    adapters: Adapters
    owner: User
    sets: list[str]

    async def ask(self, method: str, path: str, body: Any = None, **params: Any) -> httpx.Response:
        """One request of the owner's browser to the API."""
        return await self.browser.request(
            method, f"/api/v1{path}", json=body, params=params or None
        )

    async def log_in(self) -> None:
        """A session does not last a year."""
        self.browser.cookies.clear()
        await log_in(self.browser, self.adapters, self.owner)


def open_accounts(store: Store, count: int, clock: MovableClock, chance: random.Random) -> None:
    """Accounts at Clio without bills. Every firm's clients have the same addresses, on purpose."""
    now = clock.now()
    for number in range(count):
        account = Account({"id": store.new_id(), "name": f"Firm {number + 1} LLP"})
        store.accounts[account.id] = account
        add_users(store, account, [("Dana", "Hale"), ("Marco", "Moreno")], now)
        add_contacts(store, account, CLIENTS, now, chance)
        add_matters(store, account, CLIENTS + 2, now, chance)


def open_stripe_account(number: int) -> str:
    """A key that opens an account of its own in the sandbox."""
    key, account_id = f"rk_test_proof_{number:04d}", f"acct_1Proof{number:04d}"
    stripe_accounts.KEYS[key] = stripe_accounts.Key(account_id)
    stripe_accounts.NAMES[account_id] = f"Firm {number + 1} LLP"
    return key


async def open_office(
    number: int, *, web: Adapters, outside: Outside, clock: MovableClock
) -> Office:
    """A firm from its first run to the point where reminders may be started."""
    zone, currency, country = KINDS[number % len(KINDS)]
    async with web.database.transaction() as session:
        firm = await make_firm(
            session, now=clock.now(), name=f"Firm {number + 1} LLP", time_zone=zone
        )
    async with web.database.transaction(firm.id) as session:
        owner = await make_user(session, firm=firm, now=clock.now())
    browser = httpx.AsyncClient(
        base_url=web.public_url, headers={"Origin": web.public_url}, timeout=60, trust_env=False
    )
    office = Office(
        number=number,
        firm_id=firm.id,
        zone=zone,
        currency=currency,
        account=list(outside.clio.store.accounts.values())[number],
        stripe_key=open_stripe_account(number),
        browser=browser,
        adapters=web,
        owner=owner,
        sets=[],
    )
    await office.log_in()
    await connect_clio(office, outside)
    answer = await office.ask(
        "POST",
        "/stripe/connection",
        {"api_key": office.stripe_key, "pays_operating_account": True},
    )
    assert answer.is_success, answer.text
    office.sets = [await write_set(office, name, steps) for name, steps in SETS.items()]
    answer = await office.ask(
        "PATCH", "/firm/sending-rules", {"attorney_preview": True, "holiday_country": country}
    )
    assert answer.is_success, answer.text
    # Every second firm takes only all that is owed.
    rules = {"accepts_parts": number % 2 == 0, "smallest_part_minor": SMALLEST_PART}
    answer = await office.ask("PATCH", "/pay-page-rules", rules)
    assert answer.is_success, answer.text
    return office


async def connect_clio(office: Office, outside: Outside) -> None:
    """Through Clio's consent page and back, as a person's browser goes."""
    answer = await office.ask("POST", "/clio/connection", {"region": "us"})
    assert answer.is_success, answer.text
    asked = httpx.URL(answer.json()["authorize_url"]).params
    form = {name: asked[name] for name in ("client_id", "redirect_uri", "state")}
    form |= {"account_id": str(office.account.id), "decision": "allow"}
    async with httpx.AsyncClient(base_url=outside.clio_url, trust_env=False) as clio:
        sent_back = await clio.post("/oauth/authorize", data=form)
    back = await office.browser.get(sent_back.headers["location"])
    assert back.status_code == 303, back.text


async def write_set(office: Office, name: str, steps: list[dict[str, Any]]) -> str:
    """A reminder set by the API; its id."""
    body = {"name": name, "description": "", "steps": steps}
    answer = await office.ask("POST", "/reminder-sets", body)
    assert answer.is_success, answer.text
    return str(answer.json()["id"])


def mail(day: int, **more: Any) -> dict[str, Any]:
    """One step that writes."""
    subject = f"Invoice {{{{ invoice.number }}}}: reminder of day {day}"
    return {"kind": "email", "offset_days": day, "subject": subject, "body": MAIL, **more}


SETS: dict[str, list[dict[str, Any]]] = {
    "Standard": [mail(-3), mail(0), mail(7), mail(15), mail(30, needs_approval=True)],
    "Patient": [
        mail(5),
        {"kind": "call_task", "offset_days": 12, "subject": "Call", "body": "Please call."},
        mail(20, repeat_every_days=7, repeat_max=4),
    ],
    "From the start": [mail(0, anchor="start"), mail(4, anchor="start"), mail(11, anchor="start")],
    "Statement": [
        {
            **mail(0),
            "anchor": "month",
            "repeat_max": 12,
            "is_statement": True,
            "subject": "Your open invoices",
            "body": "Dear {{ client.first_name }},\n\n{{ invoices.table }}\n\n"
            "In all {{ invoices.total_balance }} is open.\n\n{{ pay.link }}",
        }
    ],
}
