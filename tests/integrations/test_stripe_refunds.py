"""Refunds from here, against the sandbox on a real port: given, lost, refused, sent back."""

from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import uuid4

import pytest

from integrations.stripe_world import StripeWorld, stripe_world
from invoice_tracker.core.deps import Adapters
from invoice_tracker.integrations.stripe.refund_jobs import see_to_refunds
from invoice_tracker.payments.models import Payment, PaymentState, Refund, RefundState
from invoice_tracker.payments.refunds import Wish, refund_payment
from invoice_tracker.ports import GatewayProblem, GivenRefund, RefundRequest

# The SDK hands httpx its body in the old way.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")


@pytest.fixture
async def world(committed_adapters: Adapters) -> AsyncIterator[StripeWorld]:
    async with stripe_world(committed_adapters) as world:
        await world.connect()
        yield world


class Deaf:
    """A gateway whose answer is lost after Stripe has acted, once."""

    def __init__(self, world: StripeWorld) -> None:
        self._world = world

    async def give_refund(self, firm_id: object, request: RefundRequest) -> GivenRefund:
        await self._world.gateway.give_refund(self._world.firm.id, request)
        raise GatewayProblem("Stripe does not answer at the moment.")


def wish(payment: Payment, amount: int | None = None) -> Wish:
    return Wish(payment.id, amount, False, "Agreed", "Dana Hale", uuid4().hex)


async def refund(world: StripeWorld) -> Refund:
    (row,) = await world.rows(Refund)
    assert isinstance(row, Refund)
    return row


async def test_a_refund_goes_out_and_comes_back_as_an_event(world: StripeWorld) -> None:
    await world.pay()
    await world.work()
    await refund_payment(
        world.adapters, firm_id=world.firm.id, wish=wish(await world.payment(), 20_000)
    )
    assert (await refund(world)).state is RefundState.succeeded
    await world.work()
    payment = await world.payment()
    assert (payment.state, payment.refunded_minor) == (PaymentState.partly_refunded, 20_000)
    assert (await refund(world)).is_counted
    assert len(world.objects("refunds")) == 1


async def test_a_lost_answer_gives_back_once(world: StripeWorld) -> None:
    await world.do("switches", hold=True)
    await world.pay()
    await world.do("webhooks/release")
    await world.work()
    await world.do("switches", hold=True)
    deaf = replace(world.adapters, gateway=Deaf(world))  # type: ignore[arg-type]
    await refund_payment(deaf, firm_id=world.firm.id, wish=wish(await world.payment(), 20_000))
    assert (await refund(world)).state is RefundState.asked
    world.adapters.clock.move(days=2)  # type: ignore[attr-defined]
    assert await see_to_refunds(world.adapters, world.firm.id) == 1
    assert (await world.payment()).refunded_minor == 20_000
    assert (await refund(world)).is_counted
    assert len(world.objects("refunds")) == 1


async def test_a_refund_to_a_bank_account_may_come_back(world: StripeWorld) -> None:
    session_id = await world.press()
    intent = await world.do(f"sessions/{session_id}/bank_debit")
    await world.do(f"payment_intents/{intent['id']}/settle")
    await world.work()
    await refund_payment(world.adapters, firm_id=world.firm.id, wish=wish(await world.payment()))
    await world.work()
    assert (await refund(world)).state is RefundState.under_way
    assert (await world.payment()).state is PaymentState.refunded
    world.adapters.clock.move(days=3)  # type: ignore[attr-defined]
    [given] = world.objects("refunds")
    await world.do(f"refunds/{given['id']}/fail")
    await world.work()
    payment = await world.payment()
    assert (payment.state, payment.refunded_minor) == (PaymentState.settled, 0)
    row = await refund(world)
    assert row.state is RefundState.failed
    assert "did not take the money back" in (row.problem or "")
    assert await world.balance() == 0


async def test_a_refund_in_stripe_itself_has_a_row_too(world: StripeWorld) -> None:
    intent_id = await world.pay()
    await world.do(f"payment_intents/{intent_id}/refund", amount=5_000)
    await world.work()
    row = await refund(world)
    assert (row.amount_minor, row.asked_by, row.is_counted) == (5_000, None, True)


async def test_a_disputed_payment_is_refused_by_stripe_and_said_so(world: StripeWorld) -> None:
    intent_id = await world.pay()
    await world.work()
    payment = await world.payment()
    await world.do(f"payment_intents/{intent_id}/dispute")
    # The dispute's event has not come yet.
    await refund_payment(world.adapters, firm_id=world.firm.id, wish=wish(payment, 100))
    row = await refund(world)
    assert row.state is RefundState.refused
    assert "charged back" in (row.problem or "")
