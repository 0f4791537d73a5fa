"""The page of one invoice: its timeline, notes, the mail as sent, "Why?", and actions by keys."""

import re

import httpx
import pytest
from playwright.sync_api import Page, expect

from e2e.demo import Demo
from e2e.looking import examine
from e2e.steps import log_in, new_quick_bill, open_invoices, resync

pytestmark = pytest.mark.browser


@pytest.fixture
def invoice(demo: Demo, page: Page, api: httpx.Client) -> str:
    """Address of an invoice under reminders, with the page logged in."""
    bill = new_quick_bill(demo, due_in_days=20)
    log_in(page, demo)
    open_invoices(page, demo, "No reminders")
    resync(page)
    [found] = api.get("/invoices", params={"q": bill["number"]}).json()["items"]
    [chosen] = [
        each for each in api.get("/reminder-sets").json()["items"] if each["name"] == "Standard"
    ]
    api.post(
        "/collections",
        json={
            "selection": {"invoice_ids": [found["id"]]},
            "reminder_set_id": chosen["id"],
            "backlog": "fitting_step",
        },
    ).raise_for_status()
    return f"{demo.product}/invoices/{found['id']}"


def test_the_past_and_what_is_to_come_stand_on_one_line(page: Page, invoice: str) -> None:
    page.goto(invoice)
    timeline = page.get_by_role("region", name="Timeline")
    expect(timeline.get_by_text("Reminders started with “Standard”")).to_be_visible()
    expect(timeline.get_by_text("The invoice is due")).to_be_visible()
    expect(timeline.get_by_text(re.compile("^Step 2, to "))).to_be_visible()

    page.keyboard.press("n")
    page.keyboard.type("The bookkeeper is away until Monday.")
    page.keyboard.press("Control+Enter")
    note = timeline.get_by_text("The bookkeeper is away until Monday.")
    expect(note).to_be_visible()
    timeline.get_by_role("button", name="Delete the note").click()
    expect(note).to_be_hidden()
    page.get_by_role("button", name="Undo").click()
    expect(note).to_be_visible()

    timeline.get_by_role("button", name=re.compile("Why?")).last.click()
    expect(page.get_by_label("Day", exact=True)).to_be_focused()
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("p")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


@pytest.mark.parametrize(("look", "width"), [("wide-light", 1280), ("phone-dark", 390)])
def test_it_is_in_order_wide_and_on_a_phone(
    page: Page, invoice: str, look: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 860})
    page.emulate_media(color_scheme="dark" if "dark" in look else "light")
    page.goto(invoice)
    expect(page.get_by_role("region", name="Timeline").get_by_text("Planned").first).to_be_visible()
    examine(page, "invoice-page", look)
