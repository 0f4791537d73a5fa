"""The pay page as the client sees it: on a phone, without JavaScript, by finger or by keyboard.

Every page that the client meets is looked at in two widths and in both colour schemes; the pictures
lie in .state/screenshots/pay.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, get_args

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from e2e.demo import Demo
from e2e.looking import SHOTS, Theme, problems
from e2e.steps import new_quick_bill

pytestmark = pytest.mark.browser

CLIENT = "client.who.pays@example.org"
WIDTHS = (360, 390)
FOLDER = SHOTS / "pay"
Look = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Bills:
    """Bills of one client: the pages of each alone, and of three together."""

    demo: Demo
    api: httpx.Client
    in_clio: dict[str, int]
    ids: dict[str, str]
    numbers: dict[str, str]
    pages: dict[str, str]
    group: str

    def invoice(self, name: str) -> dict[str, Any]:
        """As staff see it."""
        found: dict[str, Any] = self.api.get(f"/invoices/{self.ids[name]}").json()
        return found

    def in_the_books(self) -> list[dict[str, Any]]:
        """All payments of the client."""
        client = self.invoice("card")["client"]["id"]
        answer = self.api.get("/payments", params={"client_id": client, "limit": 100})
        found: list[dict[str, Any]] = answer.json()["items"]
        return found

    def payment(self, name: str) -> dict[str, Any]:
        """The payment of one of them, once there is one."""
        wanted = self.numbers[name]

        def found() -> list[dict[str, Any]]:
            return [p for p in self.in_the_books() if p["invoice"]["number"] == wanted]

        self.demo.wait_until(lambda: bool(found()), "the payment is in the books")
        return found()[0]

    def sync(self) -> None:
        """Read Clio now, and wait until that is done."""
        run = self.api.post("/sync-runs").json()["id"]
        self.demo.wait_until(
            lambda: self.api.get(f"/sync-runs/{run}").json()["state"] == "succeeded", "a sync"
        )


NAMES = ("card", "keys", "debit", "failing", "part", "paid", "void", "disputed", "taken_back")
AT_ANY_HOUR = {
    "safe_mode": False,
    "window_start": "00:00",
    "window_end": "23:59",
    "weekdays": [0, 1, 2, 3, 4, 5, 6],
    "holiday_country": "",
}
TOGETHER = {"oldest": "310.40", "middle": "1250.00", "youngest": "89.05"}


@pytest.fixture(scope="module")
def bills(demo: Demo, api: httpx.Client) -> Iterator[Bills]:
    """New bills of the last client; three of them are in one mail with one link."""
    client = httpx.get(f"{demo.clio}/sandbox/state", timeout=30).json()["contacts"][-1]["id"]
    made = {
        name: new_quick_bill(demo, due_in_days=-10, client_id=client, client_email=CLIENT)
        for name in NAMES
    }
    for days, (name, amount) in zip((-12, -9, -8), TOGETHER.items(), strict=True):
        made[name] = new_quick_bill(demo, due_in_days=days, client_id=client, amount=amount)
    in_clio = {name: bill["id"] for name, bill in made.items()}
    numbers = {name: bill["number"] for name, bill in made.items()}
    bills = Bills(demo, api, in_clio, {}, numbers, {}, "")
    bills.sync()
    for name, number in numbers.items():
        [row] = api.get("/invoices", params={"q": number}).json()["items"]
        bills.ids[name] = row["id"]
        bills.pages[name] = bills.invoice(name)["pay_url"]
    before = api.get("/firm/sending-rules").json()
    started = start_collection(bills)
    api.patch("/firm/sending-rules", json=AT_ANY_HOUR).raise_for_status()
    demo.advance(hours=3)
    link = demo.link_in_mail(CLIENT, r"http\S+/pay/[\w-]+")
    yield replace(bills, group=link)
    for collection in started:
        api.post(f"/collections/{collection}/stop", json={})
    after = {name: before[name] for name in AT_ANY_HOUR}
    api.patch("/firm/sending-rules", json=after).raise_for_status()


def start_collection(bills: Bills) -> list[str]:
    """Remind of those that are paid together; ids of the collections."""
    ready = bills.api.get("/reminder-sets/ready-made").json()["items"]
    [standard] = [each for each in ready if each["key"] == "standard"]
    name = f"For invoice {bills.numbers['oldest']}"
    fields = {"name": name, "description": "", "steps": standard["steps"]}
    chosen = [bills.ids[name] for name in TOGETHER]
    answer = bills.api.post(
        "/collections",
        json={
            "selection": {"invoice_ids": chosen},
            "reminder_set_id": bills.api.post("/reminder-sets", json=fields).json()["id"],
            "backlog": "fitting_step",
        },
    )
    assert answer.json()["started"] == len(chosen), answer.text
    return [bills.invoice(name)["collection"]["id"] for name in TOGETHER]


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A client's phone that runs no script at all."""
    context = browser.new_context(
        viewport={"width": 390, "height": 780},
        java_script_enabled=False,
        locale="en-US",
        reduced_motion="reduce",
    )
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def glass(browser: Browser) -> Iterator[Page]:
    """Where a page of the phone is looked at: axe needs scripts, and the phone has none."""
    context = browser.new_context(reduced_motion="reduce")
    yield context.new_page()
    context.close()


@pytest.fixture
def look(phone: Page, glass: Page) -> Look:
    """Look at what the phone shows: two widths, both colour schemes, a picture of each."""

    def look(name: str) -> None:
        glass.set_content(phone.content())
        for scheme in get_args(Theme):
            glass.emulate_media(color_scheme=scheme)
            for width in WIDTHS:
                glass.set_viewport_size({"width": width, "height": 780})
                FOLDER.mkdir(parents=True, exist_ok=True)
                glass.screenshot(path=FOLDER / f"{name}-{width}-{scheme}.png", full_page=True)
                wider = glass.evaluate("document.documentElement.scrollWidth - window.innerWidth")
                assert wider <= 0, f"{name}: {wider} pixels too wide at {width}"
            assert problems(glass) == [], f"{name}, {scheme}"

    return look


def heading(phone: Page, text: str | re.Pattern[str]) -> None:
    expect(phone.get_by_role("heading", level=1)).to_have_text(text)


def tab_to(phone: Page, name: str | re.Pattern[str], role: Any = "button") -> None:
    """By the tabulator key alone, and what has the focus shows it."""
    target = phone.get_by_role(role, name=name)
    for _ in range(20):
        phone.keyboard.press("Tab")
        if target.evaluate("node => node === document.activeElement"):
            shown = target.evaluate("node => getComputedStyle(node).outlineStyle")
            assert shown == "solid", f"nobody sees that {name} has the focus"
            return
    raise AssertionError(f"the tabulator key does not lead to {name}")


def test_a_card_is_refused_and_another_one_is_taken(phone: Page, bills: Bills, look: Look) -> None:
    number = bills.numbers["card"]
    phone.goto(bills.pages["card"])
    heading(phone, f"Invoice {number}")
    look("invoice")
    phone.get_by_role("button", name="Pay $850.00").click()
    phone.get_by_role("button", name="Card declined").click()
    expect(phone.get_by_role("alert")).to_contain_text("Nothing was charged")
    phone.get_by_role("button", name="Pay by card").click()
    heading(phone, "Receipt")
    expect(phone.get_by_text("Thank you. Your payment has come through.")).to_be_visible()
    expect(phone.get_by_role("row").filter(has_text=number)).to_contain_text("$850.00")
    look("receipt")
    phone.get_by_role("link", name="Back to the invoice").click()
    heading(phone, f"Invoice {number} is paid")
    look("paid-by-card")
    [payment] = [p for p in bills.in_the_books() if p["invoice"]["number"] == number]
    assert (payment["state"], payment["method"]) == ("settled", "card")


def test_by_keyboard_alone(phone: Page, bills: Bills) -> None:
    phone.goto(bills.pages["keys"])
    tab_to(phone, "Pay $850.00")
    phone.keyboard.press("Enter")
    expect(phone.get_by_role("button", name="Pay by card")).to_be_visible()
    tab_to(phone, "Pay by card")
    phone.keyboard.press("Enter")
    heading(phone, "Receipt")
    tab_to(phone, "Back to the invoice", "link")
    phone.keyboard.press("Enter")
    heading(phone, f"Invoice {bills.numbers['keys']} is paid")


def start_debit(phone: Page, bills: Bills, name: str) -> str:
    """Pay by bank debit; the payment's intent at Stripe."""
    phone.goto(bills.pages[name])
    phone.get_by_role("button", name="Pay $850.00").click()
    phone.get_by_role("button", name="Pay by bank debit").click()
    heading(phone, "Your payment is under way")
    reference = phone.locator("dd.code").inner_text()
    assert reference.startswith("pi_")
    return reference


def at_stripe(demo: Demo, path: str, **body: Any) -> None:
    """Let something happen there."""
    httpx.post(f"{demo.stripe}/sandbox/{path}", json=body, timeout=30).raise_for_status()


def test_a_bank_debit_is_under_way_and_then_paid(
    phone: Page, bills: Bills, look: Look, demo: Demo
) -> None:
    intent = start_debit(phone, bills, "debit")
    expect(phone.get_by_text("You need to do nothing.")).to_be_visible()
    expect(phone.get_by_text("$850.00 is still to be paid")).to_be_hidden()
    look("receipt-under-way")
    receipt = phone.url
    phone.goto(bills.pages["debit"])
    heading(phone, "A payment is under way")
    expect(phone.get_by_role("button", name=re.compile("^Pay"))).to_have_count(0)
    look("under-way")
    at_stripe(demo, f"payment_intents/{intent}/settle")
    phone.goto(receipt)
    heading(phone, "Receipt")
    expect(phone.get_by_text("Bank debit (ACH)")).to_be_visible()
    phone.goto(bills.pages["debit"])
    heading(phone, f"Invoice {bills.numbers['debit']} is paid")


def test_a_bank_debit_that_fails_can_be_paid_again(
    phone: Page, bills: Bills, look: Look, demo: Demo
) -> None:
    intent = start_debit(phone, bills, "failing")
    at_stripe(demo, f"payment_intents/{intent}/fail")
    phone.reload()
    heading(phone, "The payment did not go through")
    look("receipt-failed")
    phone.get_by_role("link", name="Back to the invoice").click()
    expect(phone.get_by_role("button", name="Pay $850.00")).to_be_visible()


def test_a_group_is_paid_as_far_as_it_is_ticked(phone: Page, bills: Bills, look: Look) -> None:
    oldest, middle, youngest = (bills.numbers[name] for name in TOGETHER)
    phone.goto(bills.group)
    heading(phone, "Your invoices")
    expect(phone.locator(".amount")).to_have_text("$1,649.45")
    look("group")
    for number in (oldest, middle, youngest):
        tab_to(phone, f"Invoice {number}", "checkbox")
        phone.keyboard.press("Space")
    tab_to(phone, "Pay the ticked invoices")
    phone.keyboard.press("Enter")
    heading(phone, "No invoice is ticked")
    look("none-ticked")
    phone.get_by_role("link", name="Back to the invoices").click()
    phone.get_by_label(f"Invoice {middle}").uncheck()
    phone.get_by_role("button", name="Pay the ticked invoices").click()
    expect(phone.get_by_text("$399.45").first).to_be_visible()
    phone.get_by_role("button", name="Pay by card").click()
    heading(phone, "Receipt")
    rows = phone.get_by_role("row")
    expect(rows.filter(has_text=oldest)).to_contain_text("$310.40")
    expect(rows.filter(has_text=youngest)).to_contain_text("$89.05")
    expect(rows.filter(has_text=middle)).to_have_count(0)
    expect(phone.get_by_text("$1,250.00 is still to be paid.")).to_be_visible()
    look("receipt-group")
    phone.get_by_role("link", name="Back to the invoices").click()
    expect(phone.get_by_role("row").filter(has_text=oldest)).to_contain_text("Paid")
    expect(phone.get_by_role("button", name="Pay $1,250.00")).to_be_visible()
    look("group-partly-paid")


@pytest.fixture
def parts_accepted(api: httpx.Client) -> Iterator[None]:
    """The firm lets clients pay parts of 100.00 and more."""
    before = api.get("/pay-page-rules").json()
    wanted = {"accepts_parts": True, "smallest_part_minor": 10_000}
    api.patch("/pay-page-rules", json=wanted).raise_for_status()
    yield
    api.patch("/pay-page-rules", json=before).raise_for_status()


@pytest.mark.usefixtures("parts_accepted")
def test_a_part_is_paid_by_keyboard(phone: Page, bills: Bills, look: Look) -> None:
    phone.goto(bills.pages["part"])
    look("part-closed")
    summary = phone.get_by_text("Pay a part of it")
    for _ in range(5):
        phone.keyboard.press("Tab")
        if summary.evaluate("node => node === document.activeElement"):
            break
    phone.keyboard.press("Enter")
    phone.keyboard.press("Tab")
    look("part-open")
    phone.keyboard.type("99,99 maybe")
    phone.keyboard.press("Enter")
    expect(phone.get_by_text("Please write an amount in figures")).to_be_visible()
    look("part-wrong")
    for typed, says in (("99.99", "Please pay at least $100.00."), ("851", "no more than what")):
        phone.get_by_label("Amount in USD").fill(typed)
        phone.keyboard.press("Enter")
        expect(phone.get_by_text(says)).to_be_visible()
    phone.get_by_label("Amount in USD").fill("$ 300.5")
    phone.keyboard.press("Enter")
    heading(phone, "Pay $300.50 now")
    expect(phone.get_by_text("$549.50 remains to be paid afterwards.")).to_be_visible()
    look("part-shown")
    tab_to(phone, "Pay $300.50")
    phone.keyboard.press("Enter")
    phone.get_by_role("button", name="Pay by card").click()
    heading(phone, "Receipt")
    expect(phone.get_by_text("$549.50 is still to be paid.")).to_be_visible()
    look("receipt-part")
    phone.get_by_role("link", name="Back to the invoice").click()
    expect(phone.locator(".amount")).to_have_text("$549.50")
    expect(phone.get_by_text("$300.50")).to_be_visible()
    look("partly-paid")


def test_what_cannot_be_paid_says_why(phone: Page, bills: Bills, look: Look, demo: Demo) -> None:
    # One sync for both: they are read from Clio.
    for name, deed in (("paid", "payments"), ("void", "void")):
        address = f"{demo.clio}/sandbox/bills/{bills.in_clio[name]}/{deed}"
        httpx.post(address, json={}, timeout=30).raise_for_status()
    bills.sync()
    reason = {"reason": "The hours of March 3"}
    bills.api.post(f"/invoices/{bills.ids['disputed']}/dispute", json=reason).raise_for_status()

    phone.goto(bills.pages["paid"])
    heading(phone, f"Invoice {bills.numbers['paid']} is paid")
    look("paid")
    phone.goto(bills.pages["void"])
    heading(phone, f"Invoice {bills.numbers['void']} cannot be paid here")
    expect(phone.get_by_text("The firm has cancelled this invoice.")).to_be_visible()
    look("void")
    phone.goto(bills.pages["disputed"])
    expect(phone.get_by_text("You have told the firm that you do not agree")).to_be_visible()
    expect(phone.get_by_role("button", name="Pay $850.00")).to_be_visible()
    look("disputed")
    phone.goto(bills.pages["paid"].replace("/pay/", "/pay/x"))
    heading(phone, "This link does not work")
    look("unknown-link")


def test_a_payment_that_the_bank_takes_back(
    phone: Page, bills: Bills, look: Look, demo: Demo
) -> None:
    phone.goto(bills.pages["taken_back"])
    phone.get_by_role("button", name="Pay $850.00").click()
    phone.get_by_role("button", name="Pay by card").click()
    intent = phone.locator("dd.code").inner_text()
    at_stripe(demo, f"payment_intents/{intent}/dispute")
    demo.wait_until(
        lambda: bills.payment("taken_back")["state"] == "disputed", "the dispute is known"
    )
    demo.wait_until(
        lambda: any("disputes a payment" in mail["subject"] for mail in demo.mails(demo.email)),
        "staff are told of the dispute",
    )
    phone.goto(bills.pages["taken_back"])
    heading(phone, f"Nothing to pay on invoice {bills.numbers['taken_back']} now")
    expect(phone.get_by_role("button", name=re.compile("^Pay"))).to_have_count(0)
    look("taken-back")


def test_looking_changes_nothing(phone: Page, bills: Bills, demo: Demo) -> None:
    def everything() -> tuple[Any, ...]:
        stripe = httpx.get(f"{demo.stripe}/sandbox/state", timeout=30).json()["accounts"]
        invoices = [bills.invoice(name) for name in bills.ids]
        return stripe, invoices, bills.in_the_books(), len(demo.mails())

    before = everything()
    for address in (bills.pages["disputed"], bills.pages["paid"], bills.group):
        for more in ("", "?part=100&shown=1", "/receipt", "/receipt?session_id=cs_of_somebody"):
            phone.goto(address + more)
            expect(phone.get_by_role("heading", level=1)).to_be_visible()
            assert httpx.head(address + more, timeout=30).status_code == 200
        assert httpx.get(f"{address}/document", timeout=30).status_code == 404
    assert everything() == before
