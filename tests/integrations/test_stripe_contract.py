"""The fake gateway of the tests and the real one against the sandbox keep the same promises."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from fakes import FakeGateway, MovableClock
from integrations.stripe_world import StripeWorld, stripe_world
from invoice_tracker.core.deps import Adapters
from invoice_tracker.domain.money import Money
from invoice_tracker.integrations.stripe import listing
from invoice_tracker.ports import (
    CheckoutItem,
    CheckoutRequest,
    CheckoutStatus,
    GatewayPayment,
    GatewayRefusal,
    IntentState,
    PaymentGateway,
    RefundAnswer,
    RefundRequest,
)

# The SDK hands httpx its body in the old way.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")


@dataclass
class Case:
    """A gateway, and a way to pay at it."""

    gateway: PaymentGateway
    firm_id: UUID
    clock: MovableClock
    world: StripeWorld | None = None

    async def pay(self, session_id: str) -> None:
        if self.world is not None:
            await self.world.do(f"sessions/{session_id}/pay")
        else:
            assert isinstance(self.gateway, FakeGateway)
            self.gateway.statuses[session_id] = CheckoutStatus.paid
            [item] = self.gateway.opened[session_id].items
            self.gateway.payments[f"pi_{session_id}"] = GatewayPayment(
                f"pi_{session_id}", IntentState.settled, item.amount, 0, False, True,
                self.clock.now(),
            )  # fmt: skip

    async def refund(self, intent_id: str, amount: int) -> None:
        if self.world is not None:
            await self.world.do(f"payment_intents/{intent_id}/refund", amount=amount)
        else:
            assert isinstance(self.gateway, FakeGateway)
            paid = self.gateway.payments[intent_id]
            self.gateway.payments[intent_id] = replace(paid, refunded_minor=amount)
            self.gateway.moved[intent_id] = self.clock.now()

    async def paid(self) -> str:
        """A payment that has settled; its intent's id."""
        opened = await self.gateway.open_checkout(self.firm_id, self.request())
        before = {one.intent_id for one in await self.all_payments()}
        await self.pay(opened.session_id)
        [new] = {one.intent_id for one in await self.all_payments()} - before
        return new

    async def all_payments(self) -> list[GatewayPayment]:
        """Every page since the beginning."""
        found: list[GatewayPayment] = []
        cursor: str | None = None
        while True:
            page = await self.gateway.list_payments(
                self.firm_id, since=datetime(2026, 1, 1, tzinfo=UTC), cursor=cursor
            )
            found.extend(page.payments)
            cursor = page.next_cursor
            if cursor is None:
                return found

    def intent_of(self, session_id: str) -> str:
        if self.world is None:
            return session_id
        [found] = [each for each in self.world.objects("sessions") if each["id"] == session_id]
        return str(found["payment_intent"])

    def request(self, **changes: Any) -> CheckoutRequest:
        fields: dict[str, Any] = {
            "checkout_id": uuid4(),
            "items": (CheckoutItem(uuid4(), "1042", Money(12_345, "USD")),),
            "firm_name": "Hale & Moreno LLP",
            "customer_email": None,
            "success_url": "http://testserver/paid",
            "cancel_url": "http://testserver/back",
            "expires_at": self.clock.now() + timedelta(hours=23),
        }
        return CheckoutRequest(**(fields | changes))


@pytest.fixture(params=["fake", "stripe"])
async def case(
    request: pytest.FixtureRequest, committed_adapters: Adapters, clock: MovableClock
) -> AsyncIterator[Case]:
    if request.param == "fake":
        yield Case(FakeGateway(), uuid4(), clock)
        return
    async with stripe_world(committed_adapters) as world:
        await world.connect()
        yield Case(world.gateway, world.firm.id, clock, world)


async def test_asking_twice_for_one_checkout_opens_one_page(case: Case) -> None:
    request = case.request()
    first = await case.gateway.open_checkout(case.firm_id, request)
    again = await case.gateway.open_checkout(case.firm_id, request)
    other = await case.gateway.open_checkout(case.firm_id, case.request())
    assert first == again
    assert other.session_id != first.session_id
    assert first.url.startswith("http")


async def test_a_page_is_open_until_it_is_paid(case: Case) -> None:
    opened = await case.gateway.open_checkout(case.firm_id, case.request())
    for status in (CheckoutStatus.open, CheckoutStatus.paid):
        look = await case.gateway.look_at_checkouts(case.firm_id, [opened.session_id])
        assert look.statuses == {opened.session_id: status}
        assert look.problem is None
        if status is CheckoutStatus.open:
            await case.pay(opened.session_id)


async def test_closing_says_what_became_of_the_page(case: Case) -> None:
    left = await case.gateway.open_checkout(case.firm_id, case.request())
    paid = await case.gateway.open_checkout(case.firm_id, case.request())
    await case.pay(paid.session_id)

    async def close(session_id: str) -> CheckoutStatus:
        return await case.gateway.expire_checkout(case.firm_id, session_id)

    assert await close(left.session_id) is CheckoutStatus.expired
    assert await close(left.session_id) is CheckoutStatus.expired
    assert await close(paid.session_id) is CheckoutStatus.paid


async def test_one_wish_gives_money_back_once(case: Case) -> None:
    opened = await case.gateway.open_checkout(case.firm_id, case.request())
    await case.pay(opened.session_id)
    request = RefundRequest(uuid4(), None, case.intent_of(opened.session_id), Money(2_345, "USD"))
    first = await case.gateway.give_refund(case.firm_id, request)
    assert first.answer is RefundAnswer.succeeded
    again = await case.gateway.give_refund(case.firm_id, request)
    assert again == first
    # Stripe forgets the key after a day; the mark on the refund stays.
    case.clock.move(days=2)
    much_later = replace(request, asked_before=True)
    assert await case.gateway.give_refund(case.firm_id, much_later) == first
    other = await case.gateway.give_refund(case.firm_id, replace(request, refund_id=uuid4()))
    assert other.reference != first.reference


async def test_more_than_was_paid_is_refused(case: Case) -> None:
    opened = await case.gateway.open_checkout(case.firm_id, case.request())
    await case.pay(opened.session_id)
    intent_id = case.intent_of(opened.session_id)
    with pytest.raises(GatewayRefusal):
        await case.gateway.give_refund(
            case.firm_id, RefundRequest(uuid4(), None, intent_id, Money(12_346, "USD"))
        )


async def test_nothing_asked_nothing_answered(case: Case) -> None:
    look = await case.gateway.look_at_checkouts(case.firm_id, [])
    assert (look.statuses, look.problem) == ({}, None)
    assert await case.gateway.can_take_payments(case.firm_id)


async def test_a_payment_is_listed_with_what_became_of_it(case: Case) -> None:
    left = await case.gateway.open_checkout(case.firm_id, case.request())
    intent_id = await case.paid()
    [paid] = await case.all_payments()
    assert left.session_id, "a page that nobody paid on is no payment"
    assert paid == GatewayPayment(
        intent_id, IntentState.settled, Money(12_345, "USD"), 0, False, True, paid.at
    )
    assert await case.gateway.list_moved(case.firm_id, since=paid.at) == frozenset()
    await case.refund(intent_id, 345)
    [refunded] = await case.gateway.get_payments(case.firm_id, [intent_id, "pi_unknown"])
    assert refunded == replace(paid, refunded_minor=345)
    moved = await case.gateway.list_moved(case.firm_id, since=case.clock.now() - timedelta(days=1))
    assert moved == {intent_id}
    later = case.clock.now() + timedelta(days=1)
    assert (await case.gateway.list_payments(case.firm_id, since=later)).payments == ()
    assert await case.gateway.connected_since(case.firm_id) <= case.clock.now()


async def test_every_page_is_listed(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "PAGE", 2)
    if isinstance(case.gateway, FakeGateway):
        case.gateway.page_size = 2
    wanted = {await case.paid() for _ in range(5)}
    found = [one.intent_id for one in await case.all_payments()]
    assert len(found) == 5
    assert set(found) == wanted
