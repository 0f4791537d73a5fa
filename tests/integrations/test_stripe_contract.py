"""The fake gateway of the tests and the real one against the sandbox keep the same promises."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from fakes import FakeGateway, MovableClock
from integrations.stripe_world import StripeWorld, stripe_world
from invoice_tracker.core.deps import Adapters
from invoice_tracker.domain.money import Money
from invoice_tracker.ports import CheckoutItem, CheckoutRequest, CheckoutStatus, PaymentGateway

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


async def test_nothing_asked_nothing_answered(case: Case) -> None:
    look = await case.gateway.look_at_checkouts(case.firm_id, [])
    assert (look.statuses, look.problem) == ({}, None)
    assert await case.gateway.can_take_payments(case.firm_id)
