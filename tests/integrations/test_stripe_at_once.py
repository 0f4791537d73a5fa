"""Two people pay the same invoice at the same time, each in a browser of their own."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest

from integrations.stripe_world import StripeWorld, stripe_world
from invoice_tracker.core.deps import Adapters
from invoice_tracker.integrations.stripe.jobs import look_at_open_checkouts
from invoice_tracker.invoices.models import TimelineEntry
from invoice_tracker.payments.models import Checkout, CheckoutState, PaymentState, PayPageRules

# The SDK hands httpx its body in the old way.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")

Client = Callable[[httpx.AsyncClient], Awaitable[str]]


@pytest.fixture
async def world(committed_adapters: Adapters) -> AsyncIterator[StripeWorld]:
    async with stripe_world(committed_adapters) as world:
        await world.connect()
        await world.do("switches", duplicate=True, out_of_order=True)
        async with world.transaction() as session:
            session.add(
                PayPageRules(
                    firm_id=world.firm.id,
                    accepts_parts=True,
                    smallest_part_minor=100,
                    offers_document=False,
                )
            )
        yield world


async def both(world: StripeWorld, first: Client, second: Client) -> list[str]:
    """What each of two saw in the end; all news has come."""
    address = world.adapters.public_url
    async with (
        httpx.AsyncClient(base_url=address, follow_redirects=True) as one,
        httpx.AsyncClient(base_url=address, follow_redirects=True) as other,
    ):
        seen = await asyncio.gather(first(one), second(other))
    await asyncio.gather(world.work(), world.work())
    return seen


def payer(world: StripeWorld, *, part: str | None = None, action: str = "pay") -> Client:
    """Opens the page, presses, pays at Stripe, and comes back, as a browser does it."""

    async def walk(browser: httpx.AsyncClient) -> str:
        await browser.get(world.pay_path)
        wanted = {} if part is None else {"part": part}
        page = await browser.post(world.pay_path, data=wanted)
        shown = re.search(r'name="shown" value="([^"]+)"', page.text)
        if shown is not None:
            page = await browser.post(world.pay_path, data=wanted | {"shown": shown[1]})
        if "Choose how to pay" not in page.text:
            return page.text
        return (await browser.post(page.url, data={"action": action})).text

    return walk


def taken(world: StripeWorld) -> int:
    """What Stripe holds, in minor units."""
    return sum(intent["amount_received"] for intent in world.objects("intents"))


async def check_books(world: StripeWorld) -> None:
    """Nothing is lost, nothing counts twice, and what is too much is flagged."""
    payments = await world.payments()
    settled = [p for p in payments if p.state is PaymentState.settled]
    assert sum(p.amount_minor for p in settled) == taken(world)
    too_much = sum(p.overpaid_minor for p in settled)
    assert await world.balance() == 120_000 - (taken(world) - too_much)
    rows = await world.rows(TimelineEntry)
    assert len([r for r in rows if r.kind == "payment_settled"]) == len(settled)
    open_rows = [r for r in await world.rows(Checkout) if r.state is CheckoutState.open]
    assert len(open_rows) <= 1


async def test_both_pay_everything_and_one_payment_is_made(world: StripeWorld) -> None:
    seen = await both(world, payer(world), payer(world))
    assert any("Thank you. Your payment has come through." in page for page in seen)
    assert taken(world) == 120_000
    assert (await world.payment()).overpaid_minor == 0
    assert await world.balance() == 0
    await check_books(world)


async def test_one_pays_everything_and_one_a_part(world: StripeWorld) -> None:
    await both(world, payer(world), payer(world, part="400.00"))
    await look_at_open_checkouts(world.adapters, world.firm.id)
    assert taken(world) in (40_000, 120_000), "never more than is owed"
    await check_books(world)


async def test_two_parts_that_are_too_much_together_are_never_both_taken(
    world: StripeWorld,
) -> None:
    await both(world, payer(world, part="700.00"), payer(world, part="800.00"))
    assert taken(world) in (70_000, 80_000)
    await check_books(world)


async def test_a_card_and_a_bank_debit(world: StripeWorld) -> None:
    await both(world, payer(world), payer(world, action="bank_debit"))
    payment = await world.payment()
    if payment.state is PaymentState.processing:
        assert await world.balance() == 120_000
        await world.do(f"payment_intents/{payment.stripe_payment_intent_id}/settle")
        await world.work()
    assert taken(world) == 120_000
    await check_books(world)
