"""The four stories of the main path, step by step with their labels, and the first run before them.

They run in order on one demo whose first run nobody has done: what one story leaves is where the
next one starts.
"""

import re

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from e2e.demo import Demo
from e2e.steps import (
    choose_section,
    count_of,
    log_in,
    new_quick_bill,
    open_invoices,
    reload_this_page,
    resync,
    search,
)

pytestmark = pytest.mark.browser

SENDER = "accounts@example.com"


def test_the_first_run(page: Page, context: BrowserContext, fresh_demo: Demo) -> None:
    demo = fresh_demo
    log_in(page, demo)
    expect(page).to_have_url(re.compile("/welcome"))

    page.get_by_role("button", name="Connect to Clio", exact=True).click()
    page.get_by_role("button", name="Allow").click()
    expect(page).to_have_url(re.compile(re.escape(demo.product)))
    expect(page.get_by_text(re.compile(r"\d+ invoices synced")).first).to_be_visible(
        timeout=120_000
    )

    page.get_by_role("textbox", name="From name").fill("Hale & Moreno LLP")
    page.get_by_role("textbox", name="From e-mail address").fill(SENDER)
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Send the verification link").click()
    expect(page.get_by_text("We sent a link to")).to_be_visible()
    link = demo.link_in_mail(SENDER, r"http\S+/verify-sender/[\w-]+")
    other = context.new_page()
    other.goto(link)
    other.get_by_role("button", name="Confirm this address").click()
    expect(other.get_by_text("is verified")).to_be_visible()
    other.close()

    page.get_by_role("link", name="Go to Invoices").click(timeout=30_000)
    expect(page).to_have_url(re.compile("/invoices"))
    expect(page.get_by_role("region", name="Safe Mode is on")).to_be_visible()
    assert count_of(page, "No reminders") > 50


def test_story_1_sync_invoices(page: Page, fresh_demo: Demo) -> None:
    demo = fresh_demo
    log_in(page, demo)
    open_invoices(page, demo, "No reminders")
    before = count_of(page, "No reminders")
    bill = new_quick_bill(demo, due_in_days=20)

    # Clio's own event may have brought it a moment earlier: then nothing is left to update.
    assert resync(page) in {0, 1}
    reload_this_page(page)
    choose_section(page, "No reminders")
    expect(page.get_by_role("tab", name=re.compile("^No reminders"))).to_contain_text(
        str(before + 1)
    )
    search(page, bill["number"])

    httpx.post(f"{demo.clio}/sandbox/bills/{bill['id']}/payments", json={}).raise_for_status()
    open_invoices(page, demo, "No reminders")
    resync(page)
    reload_this_page(page)
    choose_section(page, "Paid")
    search(page, bill["number"])


def test_story_2_create_email_reminders(page: Page, fresh_demo: Demo) -> None:
    demo = fresh_demo
    log_in(page, demo)
    page.get_by_role("link", name="Reminder sets").click()
    page.get_by_role("button", name="Create reminder sets").first.click()
    page.get_by_role("menuitem", name=re.compile("^Standard")).click()
    expect(page.get_by_label("Name", exact=True)).to_have_value(re.compile("Standard"))
    page.get_by_label("Name", exact=True).fill("Our standard set")

    # The mail as the client will see it, with a real invoice.
    mail = page.frame_locator("iframe").first
    expect(mail.get_by_text(re.compile(r"\$[\d,]+\.\d\d")).first).to_be_visible()
    page.get_by_role("button", name=re.compile("Send a test")).first.click()
    demo.wait_for_mail(demo.email)

    page.get_by_role("button", name=re.compile("^(Save|Create)")).first.click()
    expect(page.get_by_text("Our standard set").first).to_be_visible()
    page.goto(f"{demo.product}/reminder-sets")
    expect(page.get_by_text("Our standard set")).to_be_visible()

    page.get_by_role("button", name="Create reminder sets").first.click()
    expect(page.get_by_role("menuitem", name=re.compile("^Blank"))).to_be_visible()


def test_story_3_start_a_collection(page: Page, fresh_demo: Demo) -> None:
    demo = fresh_demo
    bill = new_quick_bill(demo, due_in_days=-8, client_email="client.of.story@example.org")
    log_in(page, demo)
    open_invoices(page, demo, "No reminders")
    resync(page)
    reload_this_page(page)
    search(page, bill["number"])
    page.get_by_role("checkbox", name=re.compile(re.escape(bill["number"]))).check()
    page.get_by_role("button", name="Start Collection").click()

    page.get_by_role("radio", name=re.compile("Our standard set")).check()
    expect(page.get_by_text("client.of.story@example.org").first).to_be_visible()
    page.get_by_role("button", name="Start Collection").click()
    expect(page.get_by_text(re.compile("1 collection started"))).to_be_visible()
    choose_section(page, "Active Reminders")
    search(page, bill["number"])

    # Safe Mode: everything is planned, nothing leaves.
    demo.advance(days=3)
    assert demo.mails("client.of.story@example.org") == []
    page.get_by_role("button", name=re.compile("Switch Safe Mode off")).first.click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile("Switch.* off")).click()
    expect(page.get_by_role("region", name="Safe Mode is on")).to_be_hidden()
    demo.advance(days=1)
    demo.wait_for_mail("client.of.story@example.org")
    assert len(demo.mails("client.of.story@example.org")) == 1


def test_story_4_reconcile_payments(page: Page, context: BrowserContext, fresh_demo: Demo) -> None:
    demo = fresh_demo
    log_in(page, demo)
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("link", name="Connect to Stripe").click()
    page.get_by_label(re.compile("key", re.IGNORECASE)).first.fill("rk_test_sandbox")
    page.get_by_role("checkbox", name=re.compile("operating account")).check()
    page.get_by_role("button", name=re.compile("^Connect")).click()
    expect(page.get_by_text("Sandbox Law LLP", exact=True)).to_be_visible()

    demo.advance(days=8)
    address = "client.of.story@example.org"
    demo.wait_until(lambda: len(demo.mails(address)) == 2, "the second reminder")
    mails = demo.mails(address)
    number = re.findall(r"Invoice (\S+) from", mails[0]["subject"])[0]
    link = demo.link_in_mail("client.of.story@example.org", r"http\S+/pay/[\w-]+")

    client = context.new_page()
    client.goto(link)
    expect(client.get_by_text(number).first).to_be_visible()
    client.get_by_role("button", name=re.compile("^Pay")).click()
    client.get_by_role("button", name="Pay by card").click()
    expect(client.get_by_text(re.compile("Thank you|paid", re.IGNORECASE)).first).to_be_visible()
    client.close()

    open_invoices(page, demo, "Paid")
    search(page, number)
    expect(page.get_by_role("row", name=re.compile(re.escape(number)))).to_be_visible()

    def paid_in_clio() -> bool:
        bills = httpx.get(f"{demo.clio}/sandbox/state", timeout=30).json()["bills"]
        return any(bill["number"] == number and bill["state"] == "paid" for bill in bills)

    demo.wait_until(paid_in_clio, "the bill is paid in Clio")
    demo.advance(days=12)
    assert len(demo.mails("client.of.story@example.org")) == 2, "silence after the payment"


@pytest.mark.parametrize("what", ["Stripe", "Clio"])
def test_disconnecting_asks_for_the_word(page: Page, fresh_demo: Demo, what: str) -> None:
    log_in(page, fresh_demo)
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("link", name=f"Connect to {what}").click()
    page.get_by_role("button", name=re.compile("^Disconnect")).first.click()
    button = page.get_by_role("dialog").get_by_role("button", name=re.compile("^Disconnect"))
    expect(button).to_be_disabled()
    page.get_by_role("dialog").get_by_role("textbox").fill("DISCONNECT")
    button.click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(
        page.get_by_text(re.compile("Not connected|Disconnected", re.IGNORECASE)).first
    ).to_be_visible()
