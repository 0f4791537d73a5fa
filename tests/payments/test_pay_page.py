"""What the client sees, and that looking changes nothing."""

import re
from typing import Any

import httpx
import pytest
from payments.reports import lines, report
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from factories import make_firm
from fakes import FakeGateway, MovableClock, RecordingPoke
from invoice_tracker.core.deps import Adapters
from invoice_tracker.firms.links import make_link
from invoice_tracker.firms.models import Firm, LinkKind
from invoice_tracker.invoices.models import ClioState, Invoice
from invoice_tracker.models import metadata
from invoice_tracker.payments.service import apply_report
from invoice_tracker.ports import CheckoutStatus

PAY_BUTTON = '<button type="submit">Pay'


@pytest.fixture
def gateway(adapters: Adapters) -> FakeGateway:
    assert isinstance(adapters.gateway, FakeGateway)
    return adapters.gateway


@pytest.fixture
async def path(adapters: Adapters, session: AsyncSession, invoice: Invoice) -> str:
    token = await make_link(
        session,
        adapters.vault,
        firm_id=invoice.firm_id,
        kind=LinkKind.pay,
        subject_id=invoice.id,
        now=adapters.clock.now(),
    )
    return f"/pay/{token}"


async def contents(session: AsyncSession) -> dict[str, Any]:
    """Every row of every table, as PostgreSQL tells them apart."""
    found = {}
    for table in metadata.sorted_tables:
        rows = await session.execute(text(f'SELECT t::text FROM "{table.name}" t ORDER BY 1'))
        found[table.name] = rows.scalars().all()
    return found


async def test_firm_invoice_amount_and_one_button(
    anonymous: httpx.AsyncClient, path: str, invoice: Invoice, firm: Firm
) -> None:
    answer = await anonymous.get(path)
    assert answer.status_code == 200
    assert "Hale &amp; Moreno LLP" in answer.text
    assert f"Invoice {invoice.number}" in answer.text
    assert answer.text.count(PAY_BUTTON) == 1
    assert "Pay $1,200.00" in answer.text
    assert "<script" not in answer.text


async def test_nothing_is_kept_indexed_or_told_to_others(
    anonymous: httpx.AsyncClient, path: str
) -> None:
    for answer in (await anonymous.get(path), await anonymous.post(path)):
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert "noindex" in answer.headers["x-robots-tag"]
        assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_the_policy_allows_the_pages_own_style(
    anonymous: httpx.AsyncClient, path: str
) -> None:
    import base64
    import hashlib

    answer = await anonymous.get(path)
    style = re.search(r"<style>(.*?)</style>", answer.text, re.S)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"'sha256-{digest}'" in answer.headers["content-security-policy"]


async def test_looking_changes_nothing(
    anonymous: httpx.AsyncClient, path: str, session: AsyncSession, gateway: FakeGateway
) -> None:
    await session.execute(text("SET LOCAL ROLE NONE"))  # The owner sees the rows of all firms.
    before = await contents(session)
    assert before["invoices"]
    assert before["link_tokens"]
    for address in (path, f"{path}/receipt", f"{path}/receipt?session_id=cs_unknown"):
        assert (await anonymous.get(address)).status_code == 200
        assert (await anonymous.head(address)).status_code == 200
    assert await contents(session) == before
    assert gateway.opened == {}


async def test_pressing_leads_to_stripe(
    anonymous: httpx.AsyncClient, path: str, gateway: FakeGateway
) -> None:
    answer = await anonymous.post(path)
    assert answer.status_code == 303
    ((session_id, request),) = gateway.opened.items()
    assert answer.headers["location"] == f"https://checkout.example/{session_id}"
    assert request.cancel_url == f"http://testserver{path}"
    assert request.success_url == (
        f"http://testserver{path}/receipt?session_id={{CHECKOUT_SESSION_ID}}"
    )


async def test_the_amount_is_the_present_one(
    anonymous: httpx.AsyncClient, path: str, invoice: Invoice, session: AsyncSession
) -> None:
    assert "Pay $1,200.00" in (await anonymous.get(path)).text
    invoice.clio_balance_minor = 45_050
    await session.flush()
    assert "Pay $450.50" in (await anonymous.get(path)).text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"clio_state": ClioState.paid, "clio_balance_minor": 0}, "is paid"),
        ({"clio_state": ClioState.void}, "cannot be paid here"),
        ({"clio_state": ClioState.deleted}, "cannot be paid here"),
        ({"clio_pending_minor": 100}, "being processed"),
        ({"clio_balance_minor": 20}, "too small to be paid online"),
        ({"clio_balance_minor": 100_000_000}, "too large to be paid online"),
    ],
)
async def test_why_there_is_nothing_to_press(
    anonymous: httpx.AsyncClient,
    path: str,
    invoice: Invoice,
    session: AsyncSession,
    change: dict[str, Any],
    words: str,
) -> None:
    for name, value in change.items():
        setattr(invoice, name, value)
    await session.flush()
    for answer in (await anonymous.get(path), await anonymous.post(path)):
        assert answer.status_code == 200
        assert words in answer.text
        assert PAY_BUTTON not in answer.text


async def test_a_firm_without_stripe_says_how_else(
    anonymous: httpx.AsyncClient, path: str, gateway: FakeGateway
) -> None:
    gateway.connected = False
    answer = await anonymous.get(path)
    assert "Online payment is not available" in answer.text
    assert PAY_BUTTON not in answer.text


async def test_an_amount_without_cents(
    anonymous: httpx.AsyncClient,
    path: str,
    invoice: Invoice,
    session: AsyncSession,
    gateway: FakeGateway,
) -> None:
    invoice.currency, invoice.clio_balance_minor = "JPY", 5_000
    await session.flush()
    assert "Pay ¥5,000" in (await anonymous.get(path)).text
    await anonymous.post(path)
    (request,) = gateway.opened.values()
    assert (request.items[0].amount.amount_minor, request.items[0].amount.currency) == (
        5_000,
        "JPY",
    )


async def test_a_link_that_opens_nothing(
    anonymous: httpx.AsyncClient, session: AsyncSession, adapters: Adapters, firm: Firm
) -> None:
    wrong_kind = await make_link(
        session,
        adapters.vault,
        firm_id=firm.id,
        kind=LinkKind.stripe_webhook,
        subject_id=firm.id,
        now=adapters.clock.now(),
    )
    for token in ("nonsense", wrong_kind):
        for answer in (
            await anonymous.get(f"/pay/{token}"),
            await anonymous.post(f"/pay/{token}"),
            await anonymous.get(f"/pay/{token}/receipt"),
        ):
            assert answer.status_code == 404
            assert "This link does not work" in answer.text
            assert "Hale" not in answer.text


async def test_names_are_text_and_not_markup(
    anonymous: httpx.AsyncClient, path: str, firm: Firm, session: AsyncSession
) -> None:
    firm.name = "<script>alert(1)</script>"
    await session.flush()
    await session.merge(firm)
    await session.flush()
    answer = await anonymous.get(path)
    assert "<script>" not in answer.text
    assert "&lt;script&gt;" in answer.text


async def test_trouble_at_stripe_charges_nothing_and_says_so(
    anonymous: httpx.AsyncClient, path: str, gateway: FakeGateway
) -> None:
    gateway.problem = "The Stripe key lacks a permission."
    answer = await anonymous.post(path)
    assert answer.status_code == 502
    assert "Nothing has been charged" in answer.text
    assert "permission" not in answer.text, "that is the firm's business"


async def opened_session(anonymous: httpx.AsyncClient, path: str, gateway: FakeGateway) -> str:
    await anonymous.post(path)
    (session_id,) = gateway.opened
    return session_id


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (CheckoutStatus.paid, "has come through"),
        (CheckoutStatus.processing, "being processed"),
        (CheckoutStatus.open, "has not come through yet"),
        (CheckoutStatus.expired, "has not come through yet"),
    ],
)
async def test_the_receipt_knows_what_stripe_knows(
    anonymous: httpx.AsyncClient,
    path: str,
    gateway: FakeGateway,
    adapters: Adapters,
    status: CheckoutStatus,
    words: str,
) -> None:
    session_id = await opened_session(anonymous, path, gateway)
    gateway.statuses[session_id] = status
    answer = await anonymous.get(f"{path}/receipt", params={"session_id": session_id})
    assert words in answer.text
    assert isinstance(adapters.poke, RecordingPoke)
    fetched = status in (CheckoutStatus.paid, CheckoutStatus.processing)
    assert bool(adapters.poke.pokes) is fetched


async def test_the_receipt_of_another_invoice_proves_nothing(
    anonymous: httpx.AsyncClient, path: str, gateway: FakeGateway
) -> None:
    gateway.statuses["cs_of_somebody_else"] = CheckoutStatus.paid
    answer = await anonymous.get(f"{path}/receipt", params={"session_id": "cs_of_somebody_else"})
    assert "has not come through yet" in answer.text


async def test_the_receipt_once_the_books_know(
    anonymous: httpx.AsyncClient,
    path: str,
    invoice: Invoice,
    session: AsyncSession,
    clock: MovableClock,
) -> None:
    await apply_report(
        session,
        firm_id=invoice.firm_id,
        lines=lines(invoice),
        report=report("settled", at=clock.now()),
        now=clock.now(),
    )
    assert "is paid" in (await anonymous.get(f"{path}/receipt")).text


async def test_another_firms_name_never_shows(
    anonymous: httpx.AsyncClient, path: str, clock: MovableClock, adapters: Adapters
) -> None:
    async with adapters.database.transaction() as other:
        await make_firm(other, now=clock.now(), name="Other LLP")
    assert "Other LLP" not in (await anonymous.get(path)).text
