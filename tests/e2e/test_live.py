"""What a colleague, the sync or the worker does appears in an open window by itself."""

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from e2e.demo import Demo
from e2e.steps import log_in

pytestmark = pytest.mark.browser


@pytest.fixture
def colleague(browser: Browser, demo: Demo) -> Iterator[Page]:
    """A second browser, logged in, with its line to the server open."""
    context = browser.new_context()
    context.set_default_timeout(15_000)
    page = context.new_page()
    log_in(page, demo)
    expect(page.get_by_role("status", name=re.compile("^Live"))).to_be_visible()
    yield page
    context.close()


def test_a_colleagues_pause_is_seen_without_a_reload(
    page: Page, colleague: Page, demo: Demo
) -> None:
    log_in(page, demo)
    page.get_by_role("button", name="Pause all reminders").click()
    page.get_by_label("Reason").fill("Office move")
    page.get_by_role("button", name="Pause", exact=True).click()
    theirs = colleague.get_by_role("region", name="All reminders are paused")
    expect(theirs).to_contain_text("Office move", timeout=8_000)
    theirs.get_by_role("button", name="Resume all reminders").click()
    expect(page.get_by_role("region", name="All reminders are paused")).to_be_hidden(timeout=8_000)


def test_a_lost_line_is_said_and_comes_back(page: Page, demo: Demo) -> None:
    refused = True

    def answer(route: Route) -> None:
        route.abort() if refused else route.continue_()

    page.route("**/api/v1/events", answer)
    log_in(page, demo)
    mark = page.get_by_role("status", name=re.compile("^Reconnecting"))
    expect(mark).to_be_visible()
    refused = False
    expect(page.get_by_role("status", name=re.compile("^Live"))).to_be_visible(timeout=30_000)
    expect(mark).to_be_hidden()


def test_two_who_write_one_set_are_asked(
    page: Page,
    colleague: Page,
    demo: Demo,
    api: httpx.Client,
) -> None:
    ready = api.get("/reminder-sets/ready-made").json()["items"][0]
    body = {"name": "Written by two", "description": "", "steps": ready["steps"][:1]}
    [created] = [api.post("/reminder-sets", json=body).raise_for_status().json()]
    address = f"{demo.product}/reminder-sets/{created['id']}"
    log_in(page, demo)
    for window in (page, colleague):
        window.goto(address)
        expect(window.get_by_text("Version 1. Saved.")).to_be_visible()
    colleague.get_by_label("Description").fill("Theirs")
    page.get_by_label("Description").fill("Mine")
    colleague.get_by_role("button", name="Save", exact=True).click()
    expect(colleague.get_by_text("Version 2. Saved.")).to_be_visible()
    # Told before trying to save, and what was written is still there.
    asked = page.get_by_role("alert").filter(has_text="Someone else has saved a newer version")
    expect(asked).to_be_visible()
    expect(page.get_by_label("Description")).to_have_value("Mine")
    page.get_by_role("button", name="Save mine as the newest").click()
    expect(page.get_by_text("Version 3. Saved.")).to_be_visible()
    expect(asked).to_be_hidden()
    # Who has changed nothing is shown the newest by itself.
    expect(colleague.get_by_label("Description")).to_have_value("Mine")
    expect(colleague.get_by_text("Version 3. Saved.")).to_be_visible()
    api.delete(f"/reminder-sets/{created['id']}").raise_for_status()
