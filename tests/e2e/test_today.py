"""The morning page: what goes out, decided in place, and what needs a person."""

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from e2e.demo import Demo, start_demo
from e2e.looking import examine
from e2e.steps import log_in

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One of its own: in the common one other stories hold clients, and have moved the clock."""
    yield from start_demo(tmp_path_factory.mktemp("today"))


@pytest.fixture
def asks(api: httpx.Client) -> Iterator[str]:
    """The number of an invoice whose next mail goes on the next sending day, if somebody agrees."""
    newest = {"section": "no_reminders", "sort": "-due_on", "limit": 100}
    rows = api.get("/invoices", params=newest).json()["items"]
    row = next(row for row in rows if row["remindable"])
    step = {
        "subject": "Invoice {{ invoice.number }}",
        "body": "{{ invoice.balance }} is open.\n\n{{ pay.link }}",
        "anchor": "start",
        "offset_days": 1,
        "needs_approval": True,
    }
    body = {"name": "Agreed to first", "description": "", "steps": [step]}
    made = api.post("/reminder-sets", json=body).raise_for_status().json()
    start = {
        "selection": {"invoice_ids": [row["id"]]},
        "reminder_set_id": made["id"],
        "backlog": "first_step",
    }
    assert api.post("/collections", json=start).raise_for_status().json()["started"] == 1
    yield row["number"]
    collection = api.get(f"/invoices/{row['id']}").json()["collection"]
    if collection:
        api.post(f"/collections/{collection['id']}/stop", json={}).raise_for_status()
    api.delete(f"/reminder-sets/{made['id']}").raise_for_status()


def test_the_day_is_decided_in_place(page: Page, demo: Demo, asks: str) -> None:
    log_in(page, demo)
    expect(page.get_by_role("heading", level=1, name="Today")).to_be_visible()
    page.get_by_role("button", name=f"Veto invoice {asks}").first.click()
    page.get_by_label("Reason").fill("The client called")
    page.get_by_role("button", name="Veto", exact=True).click()
    expect(page.get_by_text("1 reminder is vetoed.")).to_be_visible()
    expect(page.get_by_text("Vetoed by").first).to_be_visible()


def test_what_needs_a_person_leads_to_its_list(page: Page, demo: Demo) -> None:
    """With the number that the list then shows."""

    def waiting(route: Route) -> None:
        route.fulfill(
            json={
                "awaiting_approval": 0, "uncertain": 2, "to_call": 0, "to_record": 1,
                "payments_differ": 0, "safe_mode": True, "queued_today": 0,
            },
        )  # fmt: skip

    page.route("**/api/v1/activity", waiting)
    log_in(page, demo)
    needs = page.get_by_role("region", name="Needs you")
    expect(needs.get_by_role("listitem").first).to_contain_text("2 e-mails may or may not")
    needs.get_by_role("link", name="Decide: 2 e-mails may or may not have arrived").click()
    expect(page.get_by_role("tab", name=re.compile("Uncertain"), selected=True)).to_be_visible()
    page.go_back()
    page.keyboard.press("Escape")
    needs.get_by_role("link", name=re.compile("^Record")).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("tab", name=re.compile("record"), selected=True)).to_be_visible()


def test_the_screens_of_a_day(
    demo: Demo,
    look: tuple[str, Page],
    asks: str,
) -> None:
    words, page = look
    page.goto(demo.product)
    expect(page.get_by_role("button", name=f"Veto invoice {asks}").first).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("planned e-mails? ask"))).to_be_visible()
    examine(page, "today-planned", words)
    page.set_viewport_size({"width": 360, "height": 860})
    examine(page, "today-narrow", words)
    page.set_viewport_size({"width": 1280 if "wide" in words else 390, "height": 860})


def test_when_the_day_cannot_be_read_the_page_says_so(page: Page, demo: Demo) -> None:
    page.route("**/api/v1/upcoming*", lambda route: route.abort())
    page.route("**/api/v1/answers*", lambda route: route.abort())
    log_in(page, demo)
    expect(page.get_by_role("button", name="Try again").first).to_be_visible(timeout=20_000)
    expect(page.get_by_text("Nothing needs you")).to_be_hidden()
