"""Walks the first run over HTTP, as a person would with a browser, so that a demo starts full."""

import re
import time
from typing import Any
from urllib.parse import urljoin

import httpx

EMAIL = "owner@example.com"
PASSWORD = "correct horse battery"  # noqa: S105 - printed by the demo, for the demo
SENDER = "billing@example.com"
STRIPE_KEY = "rk_test_sandbox"


def seed(*, product: str, mailbox: str, only_account: bool) -> None:
    """Make the owner's account; unless ``only_account``, also connect, import and verify."""
    with httpx.Client(base_url=product, headers={"Origin": product}, timeout=30) as page:
        if not page.get("/api/v1/accounts/sign-up").json()["open"]:
            return
        _call(page, "POST", "/api/v1/accounts", {
            "firm_name": "Hale & Moreno LLP",
            "time_zone": "America/New_York",
            "name": "Dana Hale",
            "email": EMAIL,
            "password": PASSWORD,
        })  # fmt: skip
        if only_account:
            return
        _call(page, "PATCH", "/api/v1/firm", {
            "address": "214 Harbor Street, Suite 500\nNew York, NY 10013",
            "phone": "+1 212 555 0142",
        })  # fmt: skip
        _connect_clio(page)
        _verify_sender(page, mailbox)
        _call(page, "POST", "/api/v1/stripe/connection", {
            "api_key": STRIPE_KEY,
            "pays_operating_account": True,
        })  # fmt: skip
        _add_sets(page)
        _wait(page, lambda setup: setup["first_import"] == "done")


def _call(page: httpx.Client, method: str, path: str, body: Any = None) -> Any:
    answer = page.request(method, path, json=body)
    answer.raise_for_status()
    return answer.json() if answer.content else None


def _connect_clio(page: httpx.Client) -> None:
    """Press *Allow* on the consent page, and follow the browser back."""
    address = _call(page, "POST", "/api/v1/clio/connection", {"region": "us"})["authorize_url"]
    consent = httpx.get(address, timeout=30)
    consent.raise_for_status()
    answer = httpx.post(urljoin(address, _form_action(consent.text)), data=_fields(consent.text))
    page.get(answer.headers["location"], follow_redirects=False)


def _form_action(html: str) -> str:
    found = re.search(r'<form[^>]*action="([^"]*)"', html)
    return found.group(1).replace("&amp;", "&") if found else ""


def _fields(html: str) -> dict[str, str]:
    fields = {}
    for tag in re.findall(r"<input[^>]*>", html):
        attributes = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        chosen = attributes.get("type") != "radio" or "checked" in tag
        if "name" in attributes and chosen:
            fields[attributes["name"]] = attributes.get("value", "").replace("&amp;", "&")
    return fields | {"decision": "allow"}


def _verify_sender(page: httpx.Client, mailbox: str) -> None:
    _call(page, "PUT", "/api/v1/firm/sender", {
        "from_name": "Hale & Moreno LLP",
        "from_email": SENDER,
        "signature": "Dana Hale\nAccounts, Hale & Moreno LLP",
    })  # fmt: skip
    _call(page, "POST", "/api/v1/firm/sender/verification")
    link = _link_in_mailbox(mailbox)
    page.post(link).raise_for_status()


def _link_in_mailbox(mailbox: str, seconds: float = 60) -> str:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for mail in httpx.get(f"{mailbox}/api/messages", params={"to": SENDER}).json():
            found = re.search(r"https?://\S+/verify-sender/[\w-]+", mail["text"])
            if found:
                return found.group(0)
        time.sleep(0.3)
    raise TimeoutError("The mail that verifies the sender's address did not arrive.")


def _add_sets(page: httpx.Client) -> None:
    ready_made = _call(page, "GET", "/api/v1/reminder-sets/ready-made")["items"]
    for item in ready_made:
        if item["key"] in {"standard", "gentle"}:
            body = {name: item[name] for name in ("name", "description", "steps")}
            _call(page, "POST", "/api/v1/reminder-sets", body)


def _wait(page: httpx.Client, done: Any, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not done(_call(page, "GET", "/api/v1/firm/setup")):
        if time.monotonic() > deadline:
            raise TimeoutError("The first import did not finish.")
        time.sleep(0.3)
