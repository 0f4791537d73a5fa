"""The list of invoices: filters in the address, the file of what is shown, many changed at once."""

import csv
import re
from collections.abc import Iterator
from itertools import islice

import httpx
import pytest
from playwright.sync_api import Page, expect

from e2e.demo import Demo
from e2e.looking import examine
from e2e.steps import choose_section, log_in

pytestmark = pytest.mark.browser


def is_free(api: httpx.Client, invoice_id: str) -> bool:
    """Whether nothing holds it, now or from a later day on."""
    holds: list[dict[str, str]] = api.get(f"/invoices/{invoice_id}/holds").json()["items"]
    return not holds


@pytest.fixture
def set_name(api: httpx.Client, request: pytest.FixtureRequest) -> Iterator[str]:
    """A reminder set of which three invoices are reminded, and no others."""
    name = f"For {request.node.name}"[:100]
    ready = api.get("/reminder-sets/ready-made").json()["items"]
    [gentle] = [each for each in ready if each["key"] == "gentle"]
    fields = {"name": name, "description": "", "steps": gentle["steps"]}
    set_id = api.post("/reminder-sets", json=fields).json()["id"]
    params = {"section": "no_reminders", "sort": "-due_on", "limit": 100}
    rows = (row for row in api.get("/invoices", params=params).json()["items"] if row["remindable"])
    chosen = [row["id"] for row in islice((row for row in rows if is_free(api, row["id"])), 3)]
    body = {
        "selection": {"invoice_ids": chosen},
        "reminder_set_id": set_id,
        "backlog": "fitting_step",
    }
    assert api.post("/collections", json=body).json()["started"] == 3
    yield name
    for action in ("resume", "stop"):
        change = {"action": action, "selection": {"invoice_ids": chosen}}
        api.post("/collection-changes", json=change).raise_for_status()
    api.delete(f"/reminder-sets/{set_id}").raise_for_status()


def add_filter(page: Page, kind: str, choice: str) -> None:
    """Choose from *Add filter*."""
    page.get_by_role("button", name="Add filter").click()
    page.get_by_role("combobox", name="Filter by").click()
    page.get_by_role("option", name=kind, exact=True).click()
    page.get_by_role("combobox", name=kind).click()
    page.get_by_role("option", name=choice, exact=True).click()
    expect(page.get_by_text(f"{kind}: {choice}")).to_be_visible()


def change_all(page: Page, action: str) -> None:
    """Tick all that are shown, and do it."""
    page.get_by_role("checkbox", name="Select all shown").check()
    page.get_by_role("button", name="Change reminders").click()
    page.get_by_role("menuitem", name=action, exact=True).click()
    dialog = page.get_by_role("dialog", name=f"{action} reminders")
    dialog.get_by_role("button", name=f"{action} 3 invoices").click()
    expect(dialog).to_be_hidden()


def test_many_are_found_paused_resumed_and_downloaded(
    page: Page, demo: Demo, set_name: str
) -> None:
    log_in(page, demo)
    page.goto(f"{demo.product}/invoices?section=active_reminders")
    add_filter(page, "Reminder set", set_name)
    ticks = page.get_by_role("checkbox", name=re.compile("^Select invoice"))
    expect(ticks).to_have_count(3)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as CSV").click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    assert [row["Reminder set"] for row in rows] == [set_name] * 3

    change_all(page, "Pause")
    expect(page.get_by_text("3 invoices paused")).to_be_visible()
    expect(ticks).to_have_count(0)
    choose_section(page, "On hold")
    expect(ticks).to_have_count(3)
    page.reload()
    expect(page.get_by_text(f"Reminder set: {set_name}")).to_be_visible()
    add_filter(page, "On hold because", "Paused")
    expect(ticks).to_have_count(3)
    change_all(page, "Resume")
    expect(page.get_by_text("3 invoices resumed")).to_be_visible()
    expect(ticks).to_have_count(0)
    page.get_by_role("button", name="Remove the filter On hold because").click()
    choose_section(page, "Active Reminders")
    expect(ticks).to_have_count(3)


def test_a_pause_is_undone_from_its_message(page: Page, demo: Demo, set_name: str) -> None:
    log_in(page, demo)
    page.goto(f"{demo.product}/invoices?section=active_reminders")
    add_filter(page, "Reminder set", set_name)
    ticks = page.get_by_role("checkbox", name=re.compile("^Select invoice"))
    expect(ticks).to_have_count(3)
    change_all(page, "Pause")
    expect(ticks).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(ticks).to_have_count(3)


def test_the_list_at_work(demo: Demo, look: tuple[str, Page], set_name: str) -> None:
    words, page = look
    page.goto(f"{demo.product}/invoices?section=active_reminders&age=days_1_30&currency=USD")
    expect(page.get_by_text("Age: 1–30 days overdue")).to_be_visible()
    examine(page, "invoices-filtered", words)
    page.goto(f"{demo.product}/invoices?section=no_reminders")
    page.get_by_role("checkbox", name="Select all shown").check()
    page.mouse.wheel(0, 900)
    examine(page, "invoices-selected", words)
    page.goto(f"{demo.product}/invoices?section=active_reminders")
    page.get_by_role("checkbox", name="Select all shown").check()
    page.get_by_role("button", name="Change reminders").click()
    page.get_by_role("menuitem", name="Pause").click()
    expect(page.get_by_role("dialog").get_by_label("Reason (optional)")).to_be_visible()
    examine(page, "invoices-pause", words)
    page.keyboard.press("Escape")
