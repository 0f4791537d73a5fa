"""Pauses, promises and disputes, as a person sets and ends them."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from e2e.demo import Demo
from e2e.looking import examine
from e2e.steps import log_in

pytestmark = pytest.mark.browser

WIDE = ("/clients/{clients}", "/reminder-sets/{reminder-sets}", "/firm")


@pytest.fixture
def held(api: httpx.Client) -> Iterator[dict[str, str]]:
    """An invoice that is being reminded, its client and its set; afterwards nothing is held."""
    params = {"section": "no_reminders", "sort": "-due_on", "limit": 100}
    rows = api.get("/invoices", params=params).json()["items"]
    row = next(row for row in rows if row["remindable"])
    [reminder_set, *_] = api.get("/reminder-sets").json()["items"]
    body = {
        "selection": {"invoice_ids": [row["id"]]},
        "reminder_set_id": reminder_set["id"],
        "backlog": "first_step",
    }
    assert api.post("/collections", json=body).json()["started"] == 1
    collection_id = api.get(f"/invoices/{row['id']}").json()["collection"]["id"]
    places = {
        "invoices": row["id"],
        "clients": row["client"]["id"],
        "reminder-sets": reminder_set["id"],
    }
    yield places
    for path in WIDE:
        api.post(f"{path.format(**places)}/resume").raise_for_status()
    api.post(f"/collections/{collection_id}/stop", json={}).raise_for_status()


def test_a_promise_and_a_dispute(page: Page, demo: Demo, held: dict[str, str]) -> None:
    log_in(page, demo)
    page.goto(f"{demo.product}/invoices/{held['invoices']}")
    page.get_by_role("button", name="Client says…").click()
    page.get_by_role("menuitem", name="Promise to pay…").click()
    page.get_by_role("button", name="Note the promise").click()
    expect(page.get_by_role("region", name="On hold")).to_contain_text("has promised to pay")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Withdrawn")).to_be_visible()
    expect(page.get_by_role("region", name="On hold")).to_be_hidden()

    page.get_by_role("button", name="Client says…").click()
    page.get_by_role("menuitem", name="Dispute…").click()
    page.get_by_label("What is disputed?").fill("The hours of March 3")
    page.get_by_role("button", name="Hold the reminders").click()
    expect(page.get_by_role("region", name="On hold")).to_contain_text("The hours of March 3")
    page.get_by_role("button", name="Resolve the dispute").click()
    page.get_by_role("button", name="Resolve", exact=True).click()
    expect(page.get_by_role("region", name="On hold")).to_be_hidden()


def test_everything_is_paused_and_goes_on(page: Page, demo: Demo, held: dict[str, str]) -> None:
    log_in(page, demo)
    page.get_by_role("button", name="Pause all reminders").click()
    page.get_by_label("Reason").fill("Office move")
    page.get_by_role("button", name="Pause", exact=True).click()
    banner = page.get_by_role("region", name="All reminders are paused")
    expect(banner).to_contain_text("Office move")
    page.goto(f"{demo.product}/invoices/{held['invoices']}")
    expect(page.get_by_role("region", name="On hold")).to_contain_text("All reminders are paused")
    banner.get_by_role("button", name="Resume all reminders").click()
    expect(banner).to_be_hidden()
    expect(page.get_by_role("region", name="On hold")).to_be_hidden()


def test_the_screens_with_holds(
    demo: Demo,
    api: httpx.Client,
    look: tuple[str, Page],
    held: dict[str, str],
) -> None:
    words, page = look
    for path in WIDE:
        api.post(f"{path.format(**held)}/pause", json={"reason": "Office move"}).raise_for_status()
    today = api.get("/firm/setup").json()["today"]
    api.post(
        f"/invoices/{held['invoices']}/promises", json={"promised_on": today}
    ).raise_for_status()
    for name, path in {
        "holds-invoice": f"/invoices/{held['invoices']}",
        "holds-client": f"/clients/{held['clients']}",
        "holds-set": f"/reminder-sets/{held['reminder-sets']}",
        "holds-sets": "/reminder-sets",
        "holds-to-do": "/to-do?tab=promises",
    }.items():
        page.goto(demo.product + path)
        expect(page.get_by_role("heading", level=1).first).to_be_visible()
        examine(page, name, words)
