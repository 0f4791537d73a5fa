"""One link for several invoices: what each stands at, and a button that leads to its own page."""

import re
from datetime import date

import httpx
import pytest
from payments.reports import report
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from factories import make_client, make_invoice
from invoice_tracker.core.deps import Adapters
from invoice_tracker.firms.models import Firm, LinkToken
from invoice_tracker.invoices.models import Client, ClioState, Invoice
from invoice_tracker.payments.groups import make_group_link
from invoice_tracker.payments.service import apply_report


@pytest.fixture
async def second(
    session: AsyncSession, adapters: Adapters, firm: Firm, invoice: Invoice
) -> Invoice:
    """Another one of the same client, 700.00, due later."""
    client = await session.get_one(Client, invoice.client_id)
    return await make_invoice(
        session,
        firm=firm,
        client=client,
        now=adapters.clock.now(),
        due_on=date(2026, 5, 1),
        total_minor=70_000,
    )


@pytest.fixture
async def path(adapters: Adapters, session: AsyncSession, invoice: Invoice, second: Invoice) -> str:
    token = await make_group_link(
        session,
        adapters.vault,
        firm_id=invoice.firm_id,
        invoice_ids=[invoice.id, second.id],
        now=adapters.clock.now(),
    )
    return f"/pay/{token}"


async def test_each_has_its_amount_and_its_button_the_oldest_first(
    anonymous: httpx.AsyncClient, path: str, invoice: Invoice, second: Invoice
) -> None:
    answer = await anonymous.get(path)
    assert answer.status_code == 200
    assert "$1,900.00" in answer.text
    assert answer.text.count("<button") == 2
    first, later = answer.text.index("Pay $1,200.00"), answer.text.index("Pay $700.00")
    assert first < later
    assert "<script" not in answer.text


async def test_a_button_opens_the_payment_of_that_invoice(
    anonymous: httpx.AsyncClient, path: str
) -> None:
    page = (await anonymous.get(path)).text
    target = re.findall(r'action="(/pay/[^"]+)"', page)[1]
    answer = await anonymous.post(target)
    assert answer.status_code == 303
    assert "$700.00" in (await anonymous.get(target)).text


async def test_what_is_paid_meanwhile_leaves_the_total(
    anonymous: httpx.AsyncClient,
    path: str,
    session: AsyncSession,
    adapters: Adapters,
    invoice: Invoice,
) -> None:
    await apply_report(
        session,
        firm_id=invoice.firm_id,
        invoice_id=invoice.id,
        report=report("settled", at=adapters.clock.now()),
        now=adapters.clock.now(),
    )
    page = (await anonymous.get(path)).text
    assert "Paid. Thank you." in page
    assert page.count("<button") == 1
    assert '<p class="amount">$700.00</p>' in page


async def test_nothing_left_to_pay_is_said_kindly(
    anonymous: httpx.AsyncClient,
    path: str,
    invoice: Invoice,
    second: Invoice,
    session: AsyncSession,
) -> None:
    invoice.clio_state = ClioState.void
    second.clio_state = ClioState.paid
    second.clio_balance_minor = 0
    await session.flush()
    page = (await anonymous.get(path)).text
    assert "There is nothing left to pay here" in page
    assert "Withdrawn or changed by the firm." in page
    assert "<button" not in page


async def test_looking_makes_no_link(
    anonymous: httpx.AsyncClient, path: str, session: AsyncSession
) -> None:
    before = await session.scalar(select(func.count()).select_from(LinkToken))
    await anonymous.get(path)
    assert await session.scalar(select(func.count()).select_from(LinkToken)) == before


async def test_a_link_of_several_takes_no_payment_itself(
    anonymous: httpx.AsyncClient, path: str
) -> None:
    assert (await anonymous.post(path)).status_code == 404


async def test_another_clients_invoice_is_no_member(
    session: AsyncSession, adapters: Adapters, firm: Firm, invoice: Invoice
) -> None:
    stranger = await make_client(session, firm=firm)
    other = await make_invoice(
        session, firm=firm, client=stranger, now=adapters.clock.now(), due_on=date(2026, 4, 1)
    )
    with pytest.raises(Exception, match="one client"):
        await make_group_link(
            session,
            adapters.vault,
            firm_id=firm.id,
            invoice_ids=[invoice.id, other.id],
            now=adapters.clock.now(),
        )
