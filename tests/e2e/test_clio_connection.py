"""Connecting to Clio and everything that can go wrong with it, each with a screen that says so.

One demo whose first run nobody has done; the tests run in order.
"""

import re
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from e2e.demo import Demo
from e2e.looking import AXE, LOOKS, RULES, SHOTS
from e2e.steps import log_in

pytestmark = pytest.mark.browser


def switch(demo: Demo, **switches: Any) -> None:
    """Change how the sandbox's Clio behaves."""
    httpx.post(f"{demo.clio}/sandbox/switches", json=switches, timeout=30).raise_for_status()


def accounts(demo: Demo) -> list[dict[str, Any]]:
    """The accounts of the sandbox's Clio."""
    answer = httpx.get(f"{demo.clio}/sandbox/state", timeout=30).json()
    found: list[dict[str, Any]] = answer["accounts"]
    return found


def at_clio(page: Page, *, account: str | None = None, decision: str = "Allow") -> None:
    """On Clio's page: choose an account, and answer."""
    if account:
        page.get_by_role("radio", name=re.compile(re.escape(account))).check()
    page.get_by_role("button", name=decision).click()


def take_pictures(page: Page, name: str) -> None:
    """Wide and narrow, light and dark, and nothing that axe finds."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    before = page.viewport_size
    for look, (width, theme) in LOOKS.items():
        page.set_viewport_size({"width": width, "height": 860})
        page.emulate_media(color_scheme=theme)
        page.wait_for_timeout(300)
        page.screenshot(path=SHOTS / f"{name}-{look}.png", full_page=True)
        wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        assert not wide, f"{name} scrolls sideways at {width}"
        page.evaluate(AXE)
        found = page.evaluate(
            "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", RULES
        )
        assert [rule["id"] for rule in found["violations"]] == []
    page.emulate_media(color_scheme="light")
    assert before
    page.set_viewport_size(before)


def test_declining_says_so_and_connects_nothing(page: Page, fresh_demo: Demo) -> None:
    log_in(page, fresh_demo)
    expect(page).to_have_url(re.compile("/welcome"))
    take_pictures(page, "clio-picker")
    page.get_by_role("button", name="Connect to Clio", exact=True).click()
    at_clio(page, decision="Decline")
    expect(page.get_by_role("alert")).to_contain_text("Access was declined")
    take_pictures(page, "clio-declined")


def test_a_user_without_billing_is_told_what_to_ask_for(page: Page, fresh_demo: Demo) -> None:
    log_in(page, fresh_demo)
    switch(fresh_demo, permissions={"billing": "none"})
    page.goto(f"{fresh_demo.product}/welcome")
    page.get_by_role("button", name="Connect to Clio", exact=True).click()
    at_clio(page)
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("This Clio user may not see bills")
    expect(alert).to_contain_text("permission “Billing”")
    take_pictures(page, "clio-no-billing")
    switch(fresh_demo, permissions={"billing": "write"})


def test_connecting_and_the_first_import(page: Page, fresh_demo: Demo) -> None:
    log_in(page, fresh_demo)
    page.goto(f"{fresh_demo.product}/welcome")
    page.get_by_role("button", name="Connect to Clio", exact=True).click()
    at_clio(page, account=accounts(fresh_demo)[0]["name"])
    synced = page.get_by_text(re.compile(r"\d+ invoices synced")).first
    expect(synced).to_be_visible(timeout=120_000)
    page.goto(f"{fresh_demo.product}/settings/sync")
    row = page.get_by_role("row", name=re.compile("First import"))
    expect(row).to_contain_text("Succeeded")
    expect(page.get_by_text("Last good read")).to_be_visible()
    take_pictures(page, "sync")


def test_the_user_takes_the_access_back_in_clio(page: Page, fresh_demo: Demo) -> None:
    demo = fresh_demo
    log_in(page, demo)
    account = accounts(demo)[0]
    httpx.post(f"{demo.clio}/sandbox/accounts/{account['id']}/revoke").raise_for_status()
    page.goto(f"{demo.product}/invoices")
    page.get_by_role("button", name="Resync").click()
    banner = page.get_by_role("region", name="Clio is not connected")
    expect(banner).to_contain_text("Reminders wait", timeout=60_000)
    take_pictures(page, "clio-revoked-invoices")
    page.goto(f"{demo.product}/settings/clio")
    expect(page.get_by_text("Clio no longer accepts our access", exact=True)).to_be_visible()
    take_pictures(page, "clio-revoked")
    banner.get_by_role("button", name="Reconnect to Clio").click()
    at_clio(page, account=account["name"])
    expect(page.get_by_text("Clio is connected. Bills are being read.")).to_be_visible()
    expect(banner).to_be_hidden()
    take_pictures(page, "clio-connected")


def test_a_long_import_and_a_comparison_that_found_something(page: Page, fresh_demo: Demo) -> None:
    """What the sandbox is too quick and too healthy for, answered in the API's place."""
    demo = fresh_demo
    log_in(page, demo)
    runs = page.request.get(f"{demo.product}/api/v1/sync-runs").json()["items"]
    under_way = runs[0] | {
        "state": "running", "kind": "first_import", "finished_at": None, "duration_seconds": None,
        "bills_read": 12_400, "bills_total": 100_000, "seconds_left": 5_000, "attempt": 2,
    }  # fmt: skip
    compared = runs[0] | {"kind": "reconciliation", "differences": 2, "duration_seconds": 185}
    failed = runs[0] | {
        "state": "failed", "kind": "scheduled",
        "error": "Clio has a problem of its own (error 503).",
    }  # fmt: skip
    listed = [under_way, compared, failed, *runs]
    page.route("**/api/v1/sync-runs?*", lambda route: route.fulfill(json={"items": listed}))
    found = [
        {"id": str(number), "kind": kind, "clio_id": 9_000_000 + number, "invoice": None,
         "detail": detail, "found_at": runs[0]["started_at"]}
        for number, (kind, detail) in enumerate(
            [
                ("differs", "The balance was $900.00 here and $1,200.00 in Clio."),
                ("missing_here", "It is awaiting payment in Clio since Nov 20."),
            ]
        )
    ]  # fmt: skip
    page.route(
        "**/differences?*",
        lambda route: route.fulfill(json={"items": found, "next_cursor": None, "total": 2}),
    )
    page.goto(f"{demo.product}/settings/sync")
    expect(page.get_by_text("about 83 minutes left")).to_be_visible()
    take_pictures(page, "sync-busy")
    page.get_by_role("button", name="Show 2").first.click()
    expect(page.get_by_text("The balance was $900.00 here")).to_be_visible()
    take_pictures(page, "sync-differences")

    setup = page.request.get(f"{demo.product}/api/v1/firm/setup").json()
    importing = setup | {"first_import": "running"}
    page.route("**/api/v1/firm/setup", lambda route: route.fulfill(json=importing))
    page.goto(f"{demo.product}/welcome")
    expect(page.get_by_text("12,400 of 100,000 bills, about 83 minutes left")).to_be_visible()
    take_pictures(page, "welcome-importing")


def test_another_account_only_after_a_typed_word(page: Page, fresh_demo: Demo) -> None:
    demo = fresh_demo
    log_in(page, demo)
    first, second = (account["name"] for account in accounts(demo)[:2])
    httpx.post(f"{demo.clio}/sandbox/accounts/{accounts(demo)[0]['id']}/revoke").raise_for_status()
    page.goto(f"{demo.product}/invoices")
    page.get_by_role("button", name="Resync").click()
    page.get_by_role("button", name="Reconnect to Clio").click(timeout=60_000)
    at_clio(page, account=second)
    alert = page.get_by_role("alert").filter(has_text="That is another Clio account")
    expect(alert).to_contain_text(f"This firm is connected to {first}.")
    expect(alert).to_contain_text(second)
    take_pictures(page, "clio-other-account")

    alert.get_by_role("button", name="Connect to the other account").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill("CONNECT")
    page.wait_for_timeout(300)
    page.screenshot(path=SHOTS / "clio-other-account-dialog.png")
    dialog.get_by_role("button", name="Connect to the other account").click()
    at_clio(page, account=second)
    expect(page.get_by_text("Clio is connected. Bills are being read.")).to_be_visible()
    expect(page.get_by_text(second).first).to_be_visible()
    page.goto(f"{demo.product}/settings/sync")
    row = page.get_by_role("row", name=re.compile("First import")).first
    expect(row).to_contain_text("Succeeded", timeout=120_000)


def test_disconnecting_by_a_typed_word(page: Page, fresh_demo: Demo) -> None:
    log_in(page, fresh_demo)
    page.goto(f"{fresh_demo.product}/settings/clio")
    page.get_by_role("button", name="Disconnect Clio").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Disconnect Clio")).to_be_disabled()
    dialog.get_by_role("textbox").fill("DISCONNECT")
    dialog.get_by_role("button", name="Disconnect Clio").click()
    banner = page.get_by_role("region", name="Clio is not connected")
    expect(banner).to_contain_text("Clio is disconnected.")
    page.reload()
    expect(page.get_by_text("reminders wait until Clio is connected again").first).to_be_visible()
    take_pictures(page, "clio-disconnected")
