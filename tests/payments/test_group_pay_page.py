"""One page for several invoices: what is in the total, ticking, and one payment for the ticked."""

import re
from typing import Any

import httpx
import pytest
from payments.reports import lines, report
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from factories import make_hold
from fakes import FakeGateway, RecordingPoke
from invoice_tracker.core.deps import Adapters
from invoice_tracker.domain.holds import HoldKind
from invoice_tracker.firms.models import Firm, LinkToken
from invoice_tracker.invoices.models import ClioState, Invoice
from invoice_tracker.payments.models import Checkout
from invoice_tracker.payments.service import apply_report
from invoice_tracker.ports import CheckoutStatus


@pytest.fixture
def gateway(adapters: Adapters) -> FakeGateway:
    assert isinstance(adapters.gateway, FakeGateway)
    return adapters.gateway


def ticks(*invoices: Invoice) -> dict[str, Any]:
    """What the browser sends for these check boxes."""
    return {"invoice": [str(invoice.id) for invoice in invoices]}


def total_on(page: str) -> str:
    found = re.search(r'<p class="amount">([^<]+)</p>', page)
    return found[1] if found else ""


async def test_each_invoice_stands_there_with_the_total_and_one_button(
    anonymous: httpx.AsyncClient, group_path: str, invoice: Invoice, second: Invoice
) -> None:
    answer = await anonymous.get(group_path)
    assert answer.status_code == 200
    assert total_on(answer.text) == "$1,950.01"
    assert answer.text.count("Pay the ticked invoices</button>") == 1
    assert answer.text.count("checked") == 3
    assert answer.text.index(invoice.number) < answer.text.index(second.number)
    assert "Due May 1, 2026" in answer.text
    assert "<script" not in answer.text


async def test_the_button_asks_for_each_invoice_by_itself(
    anonymous: httpx.AsyncClient,
    group_path: str,
    gateway: FakeGateway,
    invoice: Invoice,
    second: Invoice,
    third: Invoice,
) -> None:
    answer = await anonymous.post(group_path, data=ticks(third, second, invoice))
    assert answer.status_code == 303
    ((session_id, request),) = gateway.opened.items()
    assert answer.headers["location"].endswith(session_id)
    assert [(i.invoice_number, i.amount.amount_minor) for i in request.items] == [
        (invoice.number, 120_000),
        (second.number, 70_000),
        (third.number, 5_001),
    ]
    assert request.cancel_url == f"http://testserver{group_path}"


async def test_what_is_not_ticked_is_not_paid(
    anonymous: httpx.AsyncClient,
    group_path: str,
    gateway: FakeGateway,
    invoice: Invoice,
    third: Invoice,
    session: AsyncSession,
) -> None:
    await anonymous.post(group_path, data=ticks(invoice, third))
    (request,) = gateway.opened.values()
    assert {item.invoice_id for item in request.items} == {invoice.id, third.id}
    assert await session.scalar(select(Checkout.amount_minor)) == 125_001


async def test_nothing_ticked_or_somebody_elses_invoice_opens_nothing(
    anonymous: httpx.AsyncClient, group_path: str, gateway: FakeGateway, firm: Firm
) -> None:
    for data in ({}, {"invoice": [str(firm.id)]}, {"invoice": ["nonsense"]}):
        answer = await anonymous.post(group_path, data=data)
        assert answer.status_code == 200
        assert "tick at least one" in answer.text
    assert gateway.opened == {}


@pytest.mark.parametrize(
    ("change", "words", "total"),
    [
        ({"clio_state": ClioState.void}, "Cancelled by the firm", "$1,250.01"),
        ({"clio_state": ClioState.paid, "clio_balance_minor": 0}, "Paid", "$1,250.01"),
        ({"clio_pending_minor": 100}, "A payment is under way", "$1,250.01"),
        ({"currency": "EUR"}, "To be paid on its own", "$1,250.01"),
        ({"clio_balance_minor": 1}, "Due May 1", "$1,250.02"),
    ],
)
async def test_only_what_can_be_paid_now_is_in_the_total(
    anonymous: httpx.AsyncClient,
    group_path: str,
    gateway: FakeGateway,
    session: AsyncSession,
    invoice: Invoice,
    second: Invoice,
    third: Invoice,
    change: dict[str, Any],
    words: str,
    total: str,
) -> None:
    for name, value in change.items():
        setattr(second, name, value)
    await session.flush()
    page = (await anonymous.get(group_path)).text
    assert words in page
    assert total_on(page) == total
    await anonymous.post(group_path, data=ticks(invoice, second, third))
    (request,) = gateway.opened.values()
    asked = sum(item.amount.amount_minor for item in request.items)
    assert f"${asked / 100:,.2f}" == total


async def test_what_cannot_be_paid_with_the_others_has_a_page_of_its_own(
    anonymous: httpx.AsyncClient, group_path: str, session: AsyncSession, second: Invoice
) -> None:
    second.currency = "EUR"
    await session.flush()
    page = (await anonymous.get(group_path)).text
    own = re.search(r'href="(/pay/[^"]+)"', page)
    assert own is not None
    assert "Pay €700.00" in (await anonymous.get(own[1])).text


async def test_a_disputed_invoice_is_in_no_total(
    anonymous: httpx.AsyncClient,
    group_path: str,
    adapters: Adapters,
    session: AsyncSession,
    firm: Firm,
    second: Invoice,
) -> None:
    await make_hold(
        session, firm=firm, invoice=second, now=adapters.clock.now(), kind=HoldKind.dispute
    )
    page = (await anonymous.get(group_path)).text
    assert "In dispute" in page
    assert total_on(page) == "$1,250.01"


async def test_all_paid_is_said_kindly(
    anonymous: httpx.AsyncClient,
    group_path: str,
    session: AsyncSession,
    invoice: Invoice,
    second: Invoice,
    third: Invoice,
) -> None:
    for each in (invoice, second, third):
        each.clio_state, each.clio_balance_minor = ClioState.paid, 0
    await session.flush()
    for answer in (
        await anonymous.get(group_path),
        await anonymous.post(group_path, data=ticks(invoice, second)),
    ):
        assert answer.status_code == 200
        assert "nothing left to pay" in answer.text
        assert "<button" not in answer.text


async def test_too_much_for_one_payment_can_be_unticked(
    anonymous: httpx.AsyncClient,
    group_path: str,
    gateway: FakeGateway,
    session: AsyncSession,
    invoice: Invoice,
    second: Invoice,
) -> None:
    invoice.clio_balance_minor = second.clio_balance_minor = 60_000_000
    await session.flush()
    assert (await anonymous.get(group_path)).text.count('type="checkbox"') == 3
    both = await anonymous.post(group_path, data=ticks(invoice, second))
    assert "too large" in both.text
    assert gateway.opened == {}
    assert (await anonymous.post(group_path, data=ticks(invoice))).status_code == 303


async def test_without_stripe_there_is_no_button(
    anonymous: httpx.AsyncClient, group_path: str, gateway: FakeGateway
) -> None:
    gateway.connected = False
    page = (await anonymous.get(group_path)).text
    assert "Online payment is not available" in page
    assert "<button" not in page


async def test_looking_makes_no_link(
    anonymous: httpx.AsyncClient, group_path: str, session: AsyncSession
) -> None:
    before = await session.scalar(select(func.count()).select_from(LinkToken))
    await anonymous.get(group_path)
    assert await session.scalar(select(func.count()).select_from(LinkToken)) == before


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (CheckoutStatus.paid, "has come through"),
        (CheckoutStatus.processing, "being processed"),
        (CheckoutStatus.open, "has not come through yet"),
    ],
)
async def test_the_receipt_of_a_part_of_the_group(
    anonymous: httpx.AsyncClient,
    group_path: str,
    gateway: FakeGateway,
    adapters: Adapters,
    invoice: Invoice,
    status: CheckoutStatus,
    words: str,
) -> None:
    await anonymous.post(group_path, data=ticks(invoice))
    (session_id,) = gateway.opened
    gateway.statuses[session_id] = status
    answer = await anonymous.get(f"{group_path}/receipt", params={"session_id": session_id})
    assert words in answer.text
    assert f'href="{group_path}' in answer.text
    assert isinstance(adapters.poke, RecordingPoke)
    assert bool(adapters.poke.pokes) is (status is not CheckoutStatus.open)


async def test_a_payment_on_another_page_leaves_the_total(
    anonymous: httpx.AsyncClient,
    group_path: str,
    adapters: Adapters,
    session: AsyncSession,
    invoice: Invoice,
) -> None:
    await apply_report(
        session,
        firm_id=invoice.firm_id,
        lines=lines(invoice),
        report=report("settled", at=adapters.clock.now()),
        now=adapters.clock.now(),
    )
    assert total_on((await anonymous.get(group_path)).text) == "$750.01"
