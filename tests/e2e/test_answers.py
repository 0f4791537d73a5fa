"""A client answers on a phone, without a log-in and without JavaScript; somebody decides."""

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from e2e.demo import Demo
from e2e.looking import SHOTS, Theme, examine
from e2e.steps import log_in, new_quick_bill, open_invoices, resync

pytestmark = pytest.mark.browser

CLIENT = "client.who.answers@example.org"
FORMS = ("paid", "promise", "dispute", "plan", "not_me")


@pytest.fixture(scope="module")
def reminded(demo: Demo, browser: Browser, api: httpx.Client) -> Iterator[str]:
    """The link of a mail about an overdue bill; afterwards nothing is sent any more."""
    bill = new_quick_bill(demo, due_in_days=-8, client_email=CLIENT)
    page = browser.new_page()
    log_in(page, demo)
    open_invoices(page, demo, "No reminders")
    resync(page)
    page.close()
    [row] = api.get("/invoices", params={"q": bill["number"]}).json()["items"]
    ready = api.get("/reminder-sets/ready-made").json()["items"]
    [standard] = [each for each in ready if each["key"] == "standard"]
    fields = {"name": "For answers", "description": "", "steps": standard["steps"]}
    made = api.post("/reminder-sets", json=fields)
    made.raise_for_status()
    started = api.post(
        "/collections",
        json={
            "selection": {"invoice_ids": [row["id"]]},
            "reminder_set_id": made.json()["id"],
            "backlog": "fitting_step",
        },
    )
    assert started.json()["started"] == 1
    rules = api.get("/firm/sending-rules").json()
    api.patch("/firm/sending-rules", json={"safe_mode": False}).raise_for_status()
    demo.advance(days=4)
    yield demo.link_in_mail(CLIENT, r"http\S+/answer/[\w-]+")
    collection = api.get(f"/invoices/{row['id']}").json()["collection"]["id"]
    api.post(f"/collections/{collection}/stop", json={}).raise_for_status()
    api.patch("/firm/sending-rules", json={"safe_mode": rules["safe_mode"]}).raise_for_status()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_each_page_is_for_everybody(
    browser: Browser, reminded: str, width: int, theme: Theme
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 860},
        color_scheme=theme,
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(reminded)
    examine(page, f"answer-{theme}", f"answers-{width}")
    for kind in FORMS:
        page.goto(f"{reminded}?say={kind}")
        examine(page, f"answer-{kind}-{theme}", f"answers-{width}")
    context.close()


def test_a_promise_from_a_phone_without_scripts(
    browser: Browser, reminded: str, page: Page, demo: Demo
) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 860}, java_script_enabled=False, locale="en-US"
    )
    phone = context.new_page()
    phone.goto(reminded)
    phone.get_by_role("link", name=re.compile("^I will pay on")).click()
    field = phone.get_by_label("I will pay on")
    field.fill(field.get_attribute("max") or "")
    phone.get_by_role("button", name="Send: I will pay on this day").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Thank you. We have your answer")
    expect(phone.get_by_text("You answered on")).to_contain_text("I will pay on")

    phone.get_by_role("link", name="Change your answer").click()
    phone.get_by_role("link", name=re.compile("^I dispute this")).click()
    phone.get_by_label("What is not right?").fill("The hours of March 3")
    phone.get_by_role("button", name="Send: I dispute this").click()
    expect(phone.get_by_text("You answered on")).to_contain_text("I dispute this")
    SHOTS.joinpath("answers-390").mkdir(parents=True, exist_ok=True)
    phone.screenshot(path=SHOTS / "answers-390" / "answered.png")
    context.close()

    log_in(page, demo)
    page.goto(f"{demo.product}/to-do?tab=answers")
    task = page.get_by_role("listitem").filter(has_text=CLIENT)
    expect(task).to_contain_text("The hours of March 3")
    examine(page, "to-do-answers", "wide-light")
    page.set_viewport_size({"width": 390, "height": 860})
    examine(page, "to-do-answers", "answers-390")
    page.set_viewport_size({"width": 1280, "height": 860})
    task.get_by_role("button", name="It is settled").click()
    expect(task).to_be_hidden()
    page.get_by_role("button", name="Undo").click()
    expect(task).to_be_visible()
    task.get_by_role("link", name=re.compile(r"^\S*\d+$")).click()
    card = page.get_by_role("region", name="The client’s answers")
    expect(card).to_contain_text("I dispute this")
    expect(card).to_contain_text("Changed by the client")
    expect(page.get_by_role("region", name="On hold")).to_contain_text("The hours of March 3")
    expect(page.get_by_text("The client answered on").first).to_be_visible()
    examine(page, "invoice-answers", "wide-light")
