"""Payments → Proof: a payment of a moment ago stands on all three sides after *Check now*."""

import re

import httpx
import pytest
from playwright.sync_api import Page, expect

from e2e.demo import Demo
from e2e.steps import log_in, new_quick_bill, open_invoices, resync

pytestmark = pytest.mark.browser


def test_a_payment_in_clio_is_proved_and_exported(page: Page, demo: Demo) -> None:
    bill = new_quick_bill(demo, due_in_days=-3)
    log_in(page, demo)
    open_invoices(page, demo, "No reminders")
    resync(page)
    httpx.post(
        f"{demo.clio}/sandbox/bills/{bill['id']}/payments", json={"amount": "850.00"}, timeout=30
    ).raise_for_status()
    resync(page)

    page.goto(f"{demo.product}/payments")
    page.get_by_role("tab", name="Proof").click()
    page.get_by_role("button", name="Check now").click()

    def is_in_it() -> bool:
        proofs = page.request.get(f"{demo.product}/api/v1/payment-proofs").json()["items"]
        latest = next((one for one in proofs if one["state"] == "finished"), None)
        if latest is None:
            return False
        address = f"{demo.product}/api/v1/payment-proofs/{latest['id']}/lines"
        found = page.request.get(address, params={"q": bill["number"]}).json()["items"]
        return [line["standing"] for line in found] == ["agrees"]

    demo.wait_until(is_in_it, "the payment is in the proof and agrees")
    expect(page.get_by_role("heading", name=re.compile("payments? (agree|need)"))).to_be_visible()
    expect(page.get_by_text(re.compile("Checked .* by "))).to_be_visible()
    page.get_by_label("Search by invoice, client or reference").fill(bill["number"])
    row = page.get_by_role("row").filter(has_text=bill["number"])
    expect(row.get_by_text("Agrees", exact=True).last).to_be_visible()
    expect(row.get_by_text("$850.00")).to_have_count(2)
    expect(row.get_by_text("Not by Stripe")).to_be_visible()
    expect(row.get_by_role("link", name=re.compile("in Clio"))).to_have_attribute(
        "href", re.compile(r"/bills/\d+$")
    )
    with page.expect_download() as download:
        page.get_by_role("link", name="Export").click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    assert text.startswith("Standing,Paid on,Client,Invoices,Currency")
    assert re.search(rf"agrees,.*,{bill['number']},USD,,850\.00,850\.00", text)
