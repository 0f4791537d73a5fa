"""What a person does on the page, in the page's own words."""

import re
from typing import Any

import httpx
from playwright.sync_api import Page, expect

from e2e.demo import Demo


def log_in(page: Page, demo: Demo) -> None:
    """From any address to wherever the page leads after logging in."""
    page.goto(demo.product)
    page.get_by_role("textbox", name="E-mail address").fill(demo.email)
    password = page.locator("input[type=password]")
    password.fill(demo.password)
    page.get_by_role("button", name="Log in").click()
    expect(password).to_be_hidden()


def open_invoices(page: Page, demo: Demo, section: str) -> None:
    """Invoices, in this section."""
    page.goto(f"{demo.product}/invoices")
    choose_section(page, section)


def choose_section(page: Page, section: str) -> None:
    """One of the five sections of the Invoices screen."""
    page.get_by_role("tab", name=re.compile(f"^{section}")).click()


def count_of(page: Page, section: str) -> int:
    """The number that stands beside a section's name."""
    tab = page.get_by_role("tab", name=re.compile(f"^{section}"))
    expect(tab).to_contain_text(re.compile(r"\d"))
    found = re.search(r"(\d[\d,]*)", tab.inner_text().removeprefix(section))
    assert found
    return int(found.group(1).replace(",", ""))


def resync(page: Page) -> int:
    """The link on the right, and the number it gives when it is done."""
    page.get_by_role("button", name="Resync").click()
    line = page.get_by_text(re.compile(r"\d+ invoices? updated"))
    expect(line).to_be_visible(timeout=60_000)
    return int(re.findall(r"(\d+) invoice", line.inner_text())[0])


def reload_this_page(page: Page) -> None:
    """The link beneath it."""
    with page.expect_navigation():
        page.get_by_role("button", name="Reload this page").click()
    expect(page.get_by_role("tab", selected=True)).to_contain_text(re.compile(r"\d"))


def search(page: Page, number: str) -> None:
    """Search until the table shows this invoice."""
    page.get_by_role("searchbox").or_(page.get_by_placeholder(re.compile("Search"))).first.fill(
        number
    )
    expect(page.get_by_role("link", name=number, exact=True).first).to_be_visible()


def new_quick_bill(
    demo: Demo,
    *,
    due_in_days: int,
    client_email: str | None = None,
    client_id: int | None = None,
    amount: str = "850.00",
) -> Any:
    """Approve a new quick bill in the sandbox's Clio; its id and number.

    With ``client_email`` the client's address is set to it, so that their mail can be told apart.
    """
    answer = httpx.post(
        f"{demo.clio}/sandbox/bills",
        json={
            "amount": amount,
            "due_in_days": due_in_days,
            "approved": True,
            "client_id": client_id,
        },
        timeout=30,
    )
    answer.raise_for_status()
    bill = answer.json()
    if client_email:
        client = bill["client"]["id"]
        httpx.patch(
            f"{demo.clio}/sandbox/contacts/{client}", json={"email": client_email}, timeout=30
        ).raise_for_status()
    return bill
