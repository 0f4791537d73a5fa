"""A part of what is owed: where the firm allows it, within limits, the oldest invoice first."""

import re

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from fakes import FakeGateway
from invoice_tracker.core.deps import Adapters
from invoice_tracker.firms.links import make_link
from invoice_tracker.firms.models import LinkKind
from invoice_tracker.invoices.models import Invoice
from invoice_tracker.payments.checkout_rows import is_still_owed
from invoice_tracker.payments.models import Checkout, PayPageRules

RULES = "/api/v1/pay-page-rules"
FIELD = 'name="part"'


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


@pytest.fixture
async def allowed(session: AsyncSession, invoice: Invoice) -> PayPageRules:
    rules = PayPageRules(
        firm_id=invoice.firm_id,
        accepts_parts=True,
        smallest_part_minor=10_000,
        offers_document=True,
    )
    session.add(rules)
    await session.flush()
    return rules


def shown_on(page: str) -> str:
    found = re.search(r'name="shown" value="([^"]+)"', page)
    assert found is not None, page
    return found[1]


async def confirm(anonymous: httpx.AsyncClient, path: str, part: str) -> httpx.Response:
    """Continue, and press the button of the page that says what it is for."""
    page = await anonymous.post(path, data={"part": part})
    assert page.status_code == 200, page.text
    return await anonymous.post(path, data={"part": part, "shown": shown_on(page.text)})


async def test_it_is_off_until_the_firm_allows_it(
    anonymous: httpx.AsyncClient, path: str, gateway: FakeGateway
) -> None:
    assert FIELD not in (await anonymous.get(path)).text
    answer = await anonymous.post(path, data={"part": "300"})
    assert answer.status_code == 422
    assert "takes only the whole amount" in answer.text
    assert gateway.opened == {}


async def test_the_owner_allows_it(client: httpx.AsyncClient) -> None:
    before = (await client.get(RULES)).json()
    assert before == {"accepts_parts": False, "smallest_part_minor": 0, "offers_document": True}
    answer = await client.patch(RULES, json={"accepts_parts": True, "smallest_part_minor": 5_000})
    assert answer.json() == before | {"accepts_parts": True, "smallest_part_minor": 5_000}
    assert (await client.patch(RULES, json={"smallest_part_minor": -1})).status_code == 422
    assert (await client.get(RULES)).json() == answer.json()


@pytest.mark.usefixtures("allowed")
async def test_what_remains_is_said_before_anything_is_opened(
    anonymous: httpx.AsyncClient, path: str, gateway: FakeGateway, session: AsyncSession
) -> None:
    assert FIELD in (await anonymous.get(path)).text
    page = (await anonymous.post(path, data={"part": "$300"})).text
    assert "Pay $300.00" in page
    assert "<strong>$900.00</strong> remains" in page
    assert gateway.opened == {}
    assert (await confirm(anonymous, path, "300")).status_code == 303
    (request,) = gateway.opened.values()
    assert [item.amount.amount_minor for item in request.items] == [30_000]
    assert await session.scalar(select(Checkout.is_part)) is True


@pytest.mark.usefixtures("allowed")
@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("99.99", "at least $100.00"),
        ("1,200.01", "no more than what is owed: $1,200.00"),
        ("1199.80", "at most $1,199.50"),
        ("-5", "Please write an amount"),
        ("many", "Please write an amount"),
        ("100,50", "Please write an amount"),
        ("12.345", "Please write an amount"),
    ],
)
async def test_what_is_wrong_is_said_beside_the_field(
    anonymous: httpx.AsyncClient, path: str, gateway: FakeGateway, typed: str, words: str
) -> None:
    answer = await anonymous.post(path, data={"part": typed})
    assert answer.status_code == 422
    assert words in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert f'value="{typed}"' in answer.text
    assert gateway.opened == {}


@pytest.mark.usefixtures("allowed")
async def test_of_a_group_the_oldest_is_paid_first(
    anonymous: httpx.AsyncClient,
    group_path: str,
    gateway: FakeGateway,
    invoice: Invoice,
    second: Invoice,
) -> None:
    page = (await anonymous.post(group_path, data={"part": "1,500.01"})).text
    amounts = re.findall(r'<td class="sum">([^<]+)</td>', page)
    assert amounts == ["$1,200.00", "$0.00", "$300.01", "$399.99", "$0.00", "$50.01"]
    assert "<strong>$450.00</strong> remains" in page
    await confirm(anonymous, group_path, "1,500.01")
    (request,) = gateway.opened.values()
    assert [(item.invoice_id, item.amount.amount_minor) for item in request.items] == [
        (invoice.id, 120_000),
        (second.id, 30_001),
    ]


@pytest.mark.usefixtures("allowed")
async def test_another_spread_than_was_shown_is_shown_again(
    anonymous: httpx.AsyncClient,
    group_path: str,
    gateway: FakeGateway,
    session: AsyncSession,
    invoice: Invoice,
) -> None:
    shown = shown_on((await anonymous.post(group_path, data={"part": "500"})).text)
    invoice.clio_balance_minor = 40_000
    await session.flush()
    answer = await anonymous.post(group_path, data={"part": "500", "shown": shown})
    assert answer.status_code == 200
    assert "$100.00" in answer.text
    assert gateway.opened == {}


@pytest.mark.usefixtures("allowed")
async def test_all_of_it_is_no_part(
    anonymous: httpx.AsyncClient, path: str, gateway: FakeGateway, session: AsyncSession
) -> None:
    await anonymous.post(path)
    await confirm(anonymous, path, "1200")
    assert len(gateway.opened) == 1, "the page for all of it was used again"
    assert await session.scalar(select(Checkout.is_part)) is False


@pytest.mark.usefixtures("allowed")
async def test_a_part_and_the_whole_are_never_open_together(
    anonymous: httpx.AsyncClient, path: str, gateway: FakeGateway
) -> None:
    for part in ("300", "400", None, "300"):
        await (confirm(anonymous, path, part) if part else anonymous.post(path))
        assert sum(status == "open" for status in gateway.statuses.values()) == 1
    assert len(gateway.opened) == 4


@pytest.mark.usefixtures("allowed")
@pytest.mark.parametrize(("balance", "owed"), [(120_000, True), (30_000, True), (29_999, False)])
async def test_a_part_stays_open_while_that_much_is_owed(
    anonymous: httpx.AsyncClient,
    path: str,
    session: AsyncSession,
    invoice: Invoice,
    balance: int,
    owed: bool,
) -> None:
    await confirm(anonymous, path, "300")
    checkout = (await session.scalars(select(Checkout))).one()
    invoice.clio_balance_minor = balance
    await session.flush()
    assert await is_still_owed(session, checkout=checkout) is owed


async def test_yen_have_no_cents(
    anonymous: httpx.AsyncClient,
    path: str,
    allowed: PayPageRules,
    invoice: Invoice,
    session: AsyncSession,
    gateway: FakeGateway,
) -> None:
    allowed.smallest_part_minor = 0
    invoice.currency, invoice.clio_balance_minor = "JPY", 5_000
    await session.flush()
    assert (await anonymous.post(path, data={"part": "100.5"})).status_code == 422
    await confirm(anonymous, path, "1,000")
    (request,) = gateway.opened.values()
    assert request.items[0].amount.amount_minor == 1_000


async def test_the_bill_is_a_button_away(
    anonymous: httpx.AsyncClient, path: str, allowed: PayPageRules, session: AsyncSession
) -> None:
    answer = await anonymous.post(f"{path}/document")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.content.startswith(b"%PDF")
    assert (await anonymous.get(f"{path}/document")).status_code == 405
    assert (await anonymous.post("/pay/nonsense/document")).status_code == 404
    allowed.offers_document = False
    await session.flush()
    assert (await anonymous.post(f"{path}/document")).status_code == 404
    assert "Download" not in (await anonymous.get(path)).text


async def test_the_smallest_part_is_as_much_of_any_currency(
    anonymous: httpx.AsyncClient,
    session: AsyncSession,
    invoice: Invoice,
    path: str,
    allowed: PayPageRules,
) -> None:
    """The firm has said 100: of yen too, and of dinars."""
    for currency, limits in (
        ("JPY", "From ¥100 to ¥119,950"),
        ("KWD", "From 100.000 KWD to 119.990 KWD"),
    ):
        invoice.currency = currency
        await session.flush()
        assert limits in (await anonymous.get(path)).text
