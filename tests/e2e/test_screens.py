"""Every screen: nothing that axe finds, no sideways scrolling, a picture of it.

Wide in the light theme, phone in the dark one. The pictures lie in .state/screenshots.
"""

import re

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from e2e.demo import Demo
from e2e.looking import examine
from e2e.steps import log_in

pytestmark = pytest.mark.browser

SCREENS = {
    "today": "/",
    "invoices": "/invoices",
    "payments": "/payments",
    "payments-proof": "/payments?tab=proof",
    "reminder-sets": "/reminder-sets",
    "reminder-set-new": "/reminder-sets/new?from=standard",
    "auto-collect": "/auto-collect",
    "auto-collect-new": "/auto-collect/new",
    "to-do": "/to-do",
    "to-do-payments": "/to-do?tab=payments",
    "to-do-upcoming": "/to-do?tab=upcoming",
    "reports": "/reports",
    "reports-dso": "/reports?tab=dso",
    "reports-collected": "/reports?tab=collected",
    "reports-sets": "/reports?tab=sets",
    "reports-promises": "/reports?tab=promises",
    "reports-forecast": "/reports?tab=forecast",
    "welcome": "/welcome",
    "settings-company": "/settings/company",
    "settings-email": "/settings/email",
    "settings-sending-rules": "/settings/sending-rules",
    "settings-clio": "/settings/clio",
    "settings-sync": "/settings/sync",
    "settings-stripe": "/settings/stripe",
    "settings-account": "/settings/account",
}


@pytest.mark.parametrize("name", SCREENS)
def test_a_screen(demo: Demo, look: tuple[str, Page], name: str) -> None:
    words, page = look
    page.goto(demo.product + SCREENS[name])
    expect(page.get_by_role("heading", level=1).first).to_be_visible()
    examine(page, name, words)


def test_an_invoice_and_its_client(demo: Demo, look: tuple[str, Page], api: httpx.Client) -> None:
    words, page = look
    invoice = api.get("/invoices", params={"section": "no_reminders"}).json()["items"][0]
    for name, path in (
        ("invoice", f"/invoices/{invoice['id']}"),
        ("client", f"/clients/{invoice['client']['id']}"),
    ):
        page.goto(demo.product + path)
        expect(page.get_by_role("heading", level=1).first).to_be_visible()
        examine(page, name, words)


def test_the_start_of_a_collection(demo: Demo, look: tuple[str, Page]) -> None:
    words, page = look
    page.goto(f"{demo.product}/invoices?section=no_reminders")
    page.get_by_role("checkbox").nth(3).check()
    page.get_by_role("button", name="Start Collection").first.click()
    expect(page.get_by_role("radio").first).to_be_visible()
    page.get_by_role("radio").first.check()
    examine(page, "collection-start", words)


def test_the_page_to_pay_on(demo: Demo, look: tuple[str, Page], api: httpx.Client) -> None:
    words, page = look
    invoices = api.get("/invoices", params={"section": "no_reminders", "limit": 50}).json()["items"]
    invoice = next(item for item in invoices if item["remindable"])
    link = api.get(f"/invoices/{invoice['id']}").json()["pay_url"]
    page.goto(link)
    expect(page.get_by_role("button", name=re.compile("^Pay"))).to_be_visible()
    examine(page, "pay", words)


def test_log_in(demo: Demo, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(demo.product)
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    examine(page, "log-in", "wide-light")
    page.get_by_role("textbox", name="E-mail address").fill(demo.email)
    page.locator("input[type=password]").fill("not the password")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text("The e-mail address or the password is not right.")).to_be_visible()
    page.close()


def test_when_the_api_is_down_the_page_says_so_and_offers_to_try_again(
    demo: Demo, look: tuple[str, Page]
) -> None:
    words, page = look
    page.route("**/api/v1/payments*", lambda route: route.abort())
    page.goto(f"{demo.product}/payments")
    expect(page.get_by_role("button", name="Try again").first).to_be_visible()
    examine(page, "payments-down", words)
    page.unroute("**/api/v1/payments*")
    page.get_by_role("button", name="Try again").first.click()
    expect(page.get_by_role("button", name="Try again")).to_be_hidden()


def test_a_lost_session_leads_to_log_in_and_back(demo: Demo, browser: Browser) -> None:
    context = browser.new_context()
    page = context.new_page()
    log_in(page, demo)
    context.clear_cookies()
    page.goto(f"{demo.product}/reminder-sets")
    page.get_by_role("textbox", name="E-mail address").fill(demo.email)
    page.locator("input[type=password]").fill(demo.password)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Reminder sets")).to_be_visible()
    context.close()


def test_the_main_path_by_keyboard(demo: Demo, browser: Browser) -> None:
    page = browser.new_page()
    log_in(page, demo)
    page.goto(f"{demo.product}/invoices?section=no_reminders")
    expect(page.get_by_role("checkbox").nth(2)).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.get_by_text("1 invoice selected")).to_be_visible()
    page.keyboard.press("c")
    expect(page.get_by_role("radio").first).to_be_visible()
    page.close()
