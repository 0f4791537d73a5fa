"""A payment that Clio does not let us record: *To record in Clio*, until a person has done it."""

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from e2e.demo import Demo
from e2e.steps import log_in, new_quick_bill, open_invoices, resync, search

pytestmark = pytest.mark.browser


@pytest.fixture
def clio_refuses(demo: Demo) -> Iterator[None]:
    """Clio answers 422 when a bill is set to paid."""
    switches = f"{demo.clio}/sandbox/switches"
    httpx.post(switches, json={"mark_paid": "422"}).raise_for_status()
    yield
    httpx.post(switches, json={"mark_paid": "allow"}).raise_for_status()


@pytest.mark.usefixtures("clio_refuses")
def test_a_refused_recording_waits_for_a_person(page: Page, demo: Demo) -> None:
    bill = new_quick_bill(demo, due_in_days=-5)
    log_in(page, demo)
    open_invoices(page, demo, "No reminders")
    resync(page)
    search(page, bill["number"])
    page.get_by_role("link", name=bill["number"], exact=True).first.click()
    expect(page.get_by_role("heading", name=f"Invoice {bill['number']}")).to_be_visible()
    invoice_id = page.url.rsplit("/", 1)[1].split("?")[0]
    invoice = page.request.get(f"{demo.product}/api/v1/invoices/{invoice_id}").json()

    page.goto(invoice["pay_url"])
    page.get_by_role("button", name=re.compile("^Pay")).click()
    page.get_by_role("button", name="Pay by card").click()
    expect(page.get_by_text(re.compile("Thank you", re.IGNORECASE)).first).to_be_visible()

    def to_record() -> bool:
        queue = page.request.get(f"{demo.product}/api/v1/payments/to-record").json()["items"]
        return any(item["invoice"]["number"] == bill["number"] for item in queue)

    demo.wait_until(to_record, "the payment waits to be recorded")
    page.goto(f"{demo.product}/payments")
    page.get_by_role("tab", name=re.compile("To record in Clio")).click()
    row = page.get_by_role("listitem").filter(has_text=f"invoice {bill['number']}")
    expect(row).to_contain_text("$850.00")
    row.get_by_role("button", name="Recorded in Clio").click()
    demo.wait_until(lambda: not to_record(), "the payment is ticked off")
    expect(row).to_be_hidden()
