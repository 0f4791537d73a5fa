"""Payments by hand and back: noted on the invoice, undone, paid by card and refunded."""

import re

import pytest
from playwright.sync_api import Page, expect

from e2e.demo import Demo
from e2e.steps import log_in, new_quick_bill, open_invoices, resync, search

pytestmark = pytest.mark.browser


def open_new_invoice(page: Page, demo: Demo) -> tuple[str, str]:
    """A new bill of 850.00, open on its page; its number and its pay link."""
    bill = new_quick_bill(demo, due_in_days=-5)
    open_invoices(page, demo, "No reminders")
    resync(page)
    search(page, bill["number"])
    page.get_by_role("link", name=bill["number"], exact=True).first.click()
    expect(page.get_by_role("heading", name=f"Invoice {bill['number']}")).to_be_visible()
    invoice_id = page.url.rsplit("/", 1)[1].split("?")[0]
    invoice = page.request.get(f"{demo.product}/api/v1/invoices/{invoice_id}").json()
    return bill["number"], invoice["pay_url"]


def test_a_cheque_is_noted_listed_and_undone(page: Page, demo: Demo) -> None:
    log_in(page, demo)
    number, _ = open_new_invoice(page, demo)
    page.get_by_role("button", name="Note a payment").click()
    dialog = page.get_by_role("dialog", name="Note a payment")
    expect(dialog.get_by_label("Amount")).to_have_value("850.00")
    dialog.get_by_label("Amount").fill("350.00")
    dialog.get_by_label("Reference").fill("No. 77")
    dialog.get_by_role("button", name="Note the payment").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_text("$350.00 was noted as paid by cheque")).to_be_visible()
    page.goto(f"{demo.product}/payments?source=manual&q={number}")
    expect(page.get_by_role("cell", name=re.compile(r"^\$350\.00"))).not_to_have_count(0)
    page.get_by_role("table").last.get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="Payment of $350.00")).to_be_visible()
    page.get_by_role("button", name="Undo this payment").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("The cheque bounced")
    dialog.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone by")).to_be_visible()
    expect(page.get_by_text("The payment of $350.00 was undone")).to_be_visible()


def test_a_card_payment_is_given_back_from_its_page(page: Page, demo: Demo) -> None:
    log_in(page, demo)
    number, pay_url = open_new_invoice(page, demo)
    page.goto(pay_url)
    page.get_by_role("button", name=re.compile("^Pay")).click()
    page.get_by_role("button", name="Pay by card").click()
    expect(page.get_by_text(re.compile("Thank you", re.IGNORECASE)).first).to_be_visible()
    address = f"{demo.product}/api/v1/payments?q={number}"

    def paid() -> bool:
        return bool(page.request.get(address).json()["items"])

    demo.wait_until(paid, "the payment is in the books")
    [payment] = page.request.get(address).json()["items"]
    page.goto(f"{demo.product}/payments/{payment['id']}")
    page.get_by_role("button", name="Give money back").click()
    dialog = page.get_by_role("dialog", name="Give money back")
    dialog.get_by_label("Amount").fill("50.25")
    dialog.get_by_label("Reason").fill("Agreed on the telephone")
    dialog.get_by_role("button", name="Give back $50.25").click()
    expect(page.get_by_text("Given back", exact=True)).to_be_visible()
    expect(page.get_by_text("Partly refunded").first).to_be_visible(timeout=30_000)
