"""One page for one balance: used again, replaced when the balance changes, safe after a crash."""

from typing import Any
from uuid import uuid4

import pytest
from payments.reports import lines, report
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from factories import make_firm
from fakes import FakeGateway, MovableClock, RecordingPoke
from invoice_tracker.core.deps import Adapters
from invoice_tracker.core.errors import NotFound
from invoice_tracker.invoices.models import Client, ClioState, Invoice
from invoice_tracker.payments.checkout import Opening, open_checkout
from invoice_tracker.payments.models import Checkout, CheckoutState
from invoice_tracker.payments.payability import Payability
from invoice_tracker.payments.service import apply_report
from invoice_tracker.ports import CheckoutStatus, GatewayProblem, GatewayRefusal


@pytest.fixture
def gateway(adapters: Adapters) -> FakeGateway:
    assert isinstance(adapters.gateway, FakeGateway)
    return adapters.gateway


@pytest.fixture
async def press(adapters: Adapters, invoice: Invoice) -> Any:
    async def press() -> Opening:
        return await open_checkout(adapters, firm_id=invoice.firm_id, invoice_ids=[invoice.id])

    return press


async def states(session: AsyncSession) -> list[CheckoutState]:
    rows = await session.scalars(
        select(Checkout)
        .order_by(Checkout.created_at, Checkout.state)
        .execution_options(populate_existing=True)
    )
    return [row.state for row in rows]


async def test_a_page_is_opened_for_what_is_owed(press: Any, gateway: FakeGateway) -> None:
    opening = await press()
    (request,) = gateway.opened.values()
    assert (request.items[0].amount.amount_minor, request.items[0].amount.currency) == (
        120_000,
        "USD",
    )
    assert request.customer_email == "ada@example.org"
    assert opening.url.endswith(next(iter(gateway.opened)))


async def test_the_open_page_is_used_again(
    press: Any, gateway: FakeGateway, clock: MovableClock
) -> None:
    first = await press()
    clock.move(hours=22, minutes=29)
    assert (await press()).url == first.url
    assert len(gateway.opened) == 1


async def test_a_page_with_less_than_half_an_hour_is_replaced(
    press: Any, gateway: FakeGateway, clock: MovableClock, session: AsyncSession
) -> None:
    first = await press()
    clock.move(hours=22, minutes=30)
    second = await press()
    assert second.url != first.url
    assert list(gateway.statuses.values()) == [CheckoutStatus.expired, CheckoutStatus.open]
    assert await states(session) == [CheckoutState.expired, CheckoutState.open]


async def test_a_changed_balance_gets_another_page(
    press: Any, gateway: FakeGateway, invoice: Invoice, session: AsyncSession
) -> None:
    first = await press()
    invoice.clio_balance_minor = 100_000
    await session.flush()
    second = await press()
    assert second.url != first.url
    assert [r.items[0].amount.amount_minor for r in gateway.opened.values()] == [120_000, 100_000]
    assert list(gateway.statuses.values()) == [CheckoutStatus.expired, CheckoutStatus.open]


async def test_a_page_that_was_paid_meanwhile_is_not_replaced(
    press: Any, gateway: FakeGateway, adapters: Adapters, invoice: Invoice, session: AsyncSession
) -> None:
    await press()
    gateway.statuses = dict.fromkeys(gateway.statuses, CheckoutStatus.paid)
    opening = await press()
    assert (opening.url, opening.standing.state) == (None, Payability.processing)
    assert len(gateway.opened) == 1
    assert isinstance(adapters.poke, RecordingPoke)
    assert adapters.poke.pokes == [("look_at_checkouts", invoice.firm_id)]
    assert await states(session) == [CheckoutState.open], "the worker has still to look at it"


async def test_a_page_that_was_canceled_elsewhere_is_replaced(
    press: Any, gateway: FakeGateway
) -> None:
    first = await press()
    gateway.statuses = dict.fromkeys(gateway.statuses, CheckoutStatus.expired)
    assert (await press()).url != first.url


async def test_a_crash_before_the_answer_ends_on_the_same_page(
    press: Any, gateway: FakeGateway, session: AsyncSession
) -> None:
    gateway.problem = "Stripe does not answer at the moment."
    with pytest.raises(GatewayProblem):
        await press()
    assert await states(session) == [CheckoutState.pending]
    pending = await session.scalar(select(Checkout.id))
    gateway.problem = None
    await press()
    assert [request.checkout_id for request in gateway.opened.values()] == [pending]


async def test_a_crash_and_another_address_still_ask_for_the_very_same(
    press: Any, gateway: FakeGateway, session: AsyncSession
) -> None:
    gateway.problem = "Stripe does not answer at the moment."
    with pytest.raises(GatewayProblem):
        await press()
    client = (await session.scalars(select(Client))).one()
    client.email_override = "new@example.org"
    await session.flush()
    gateway.problem = None
    await press()
    (request,) = gateway.opened.values()
    assert request.customer_email == "ada@example.org"


async def test_a_crash_and_another_balance_never_hand_out_the_old_amount(
    press: Any, gateway: FakeGateway, invoice: Invoice, session: AsyncSession
) -> None:
    gateway.problem = "Stripe does not answer at the moment."
    with pytest.raises(GatewayProblem):
        await press()
    invoice.clio_balance_minor = 100_000
    await session.flush()
    gateway.problem = None
    opening = await press()
    wanted = [r for key, r in gateway.opened.items() if opening.url.endswith(key)]
    assert [request.items[0].amount.amount_minor for request in wanted] == [100_000]
    assert list(gateway.statuses.values()) == [CheckoutStatus.expired, CheckoutStatus.open]


async def test_a_refusal_leaves_nothing_open(
    press: Any, gateway: FakeGateway, session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object) -> None:
        raise GatewayRefusal("Stripe refused: the amount is too small.")

    monkeypatch.setattr(gateway, "open_checkout", refuse)
    with pytest.raises(GatewayRefusal):
        await press()
    assert await states(session) == [CheckoutState.expired]


async def test_a_row_whose_time_is_over_is_closed_unasked(
    press: Any, gateway: FakeGateway, clock: MovableClock, session: AsyncSession
) -> None:
    await press()
    clock.move(days=2)
    gateway.statuses.clear()
    assert (await press()).url is not None
    assert await states(session) == [CheckoutState.expired, CheckoutState.open]


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({"clio_state": ClioState.void}, Payability.withdrawn),
        ({"clio_state": ClioState.draft}, Payability.in_revision),
        ({"clio_state": ClioState.deleted, "is_trust": True}, Payability.trust),
        ({"clio_balance_minor": 5_124, "currency": "KWD"}, Payability.not_exact),
        ({"clio_balance_minor": 550, "currency": "UGX"}, Payability.not_exact),
        ({"clio_balance_minor": 500, "currency": "UGX"}, Payability.payable),
        ({"clio_state": ClioState.paid}, Payability.paid),
        ({"clio_balance_minor": 0}, Payability.paid),
        ({"clio_balance_minor": 49}, Payability.too_small),
        ({"clio_balance_minor": 100_000_000}, Payability.too_large),
        ({"clio_pending_minor": 120_000}, Payability.processing),
        ({"clio_balance_minor": 50}, Payability.payable),
        ({"clio_balance_minor": 30, "currency": "GBP"}, Payability.payable),
        ({"clio_balance_minor": 49, "currency": "JPY"}, Payability.too_small),
        ({"clio_balance_minor": 50, "currency": "JPY"}, Payability.payable),
    ],
)
async def test_what_cannot_be_paid_opens_no_page(
    press: Any,
    gateway: FakeGateway,
    invoice: Invoice,
    session: AsyncSession,
    change: dict[str, Any],
    state: Payability,
) -> None:
    for name, value in change.items():
        setattr(invoice, name, value)
    await session.flush()
    opening = await press()
    assert opening.standing.state is state
    assert bool(opening.url) is bool(gateway.opened) is (state is Payability.payable)


async def test_without_a_connection_there_is_no_page(press: Any, gateway: FakeGateway) -> None:
    gateway.connected = False
    opening = await press()
    assert (opening.url, opening.standing.state) == (None, Payability.no_online_payment)


async def test_a_bank_debit_under_way_closes_the_door(
    press: Any, invoice: Invoice, session: AsyncSession, clock: MovableClock
) -> None:
    await apply_report(
        session,
        firm_id=invoice.firm_id,
        lines=lines(invoice),
        report=report("processing", at=clock.now()),
        now=clock.now(),
    )
    opening = await press()
    assert (opening.url, opening.standing.state) == (None, Payability.processing)


async def test_another_firms_invoice_cannot_be_paid(
    adapters: Adapters, invoice: Invoice, clock: MovableClock
) -> None:
    async with adapters.database.transaction() as other:
        stranger = await make_firm(other, now=clock.now(), name="Other LLP")
    for firm_id, invoice_id in ((stranger.id, invoice.id), (invoice.firm_id, uuid4())):
        with pytest.raises(NotFound):
            await open_checkout(adapters, firm_id=firm_id, invoice_ids=[invoice_id])
