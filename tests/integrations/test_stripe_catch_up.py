"""What Stripe never posted is fetched, and the watermark moves only after the last page."""

from collections.abc import AsyncIterator
from datetime import datetime

import pytest

from integrations.stripe_world import StripeWorld, stripe_world
from invoice_tracker.core.deps import Adapters
from invoice_tracker.integrations.stripe import catch_up
from invoice_tracker.integrations.stripe.catch_up import fetch_missed_events
from invoice_tracker.integrations.stripe.client import PermissionProblem
from invoice_tracker.integrations.stripe.models import StripeConnection
from invoice_tracker.ports import GatewayProblem

# The SDK hands httpx its body in the old way.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")


@pytest.fixture
async def world(committed_adapters: Adapters) -> AsyncIterator[StripeWorld]:
    async with stripe_world(committed_adapters) as world:
        await world.connect()
        await world.do("switches", drop=True)
        yield world


async def watermark(world: StripeWorld) -> datetime:
    (row,) = await world.rows(StripeConnection)
    found: datetime = row.caught_up_at
    return found


def move(world: StripeWorld, **by: int) -> None:
    world.adapters.clock.move(**by)  # type: ignore[attr-defined]


async def test_all_pages_are_fetched(world: StripeWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catch_up, "PAGE", 1)
    intent_id = await world.pay()
    await world.do(f"payment_intents/{intent_id}/refund", amount=20_000)
    move(world, minutes=20)
    recorded = await fetch_missed_events(world.adapters, world.firm.id)
    assert recorded > 2
    await world.work()
    assert (await world.payment()).refunded_minor == 20_000
    assert await watermark(world) == world.adapters.clock.now()


async def test_an_end_in_the_middle_leaves_the_watermark_and_loses_nothing(
    world: StripeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catch_up, "PAGE", 1)
    await world.pay()
    before = await watermark(world)
    move(world, minutes=20)
    real, pages = catch_up._events, 0

    async def fails_later(*args: object, **more: object) -> object:
        nonlocal pages
        pages += 1
        if pages == 2:
            raise GatewayProblem("Stripe does not answer at the moment.")
        return await real(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(catch_up, "_events", fails_later)
    assert await fetch_missed_events(world.adapters, world.firm.id) == 1
    assert await watermark(world) == before
    monkeypatch.setattr(catch_up, "_events", real)
    assert await fetch_missed_events(world.adapters, world.firm.id) > 0
    await world.work()
    assert await world.balance() == 0


async def test_after_more_than_thirty_days_the_objects_are_read(world: StripeWorld) -> None:
    intent_id = await world.pay()
    await world.do(f"payment_intents/{intent_id}/refund", amount=20_000)
    move(world, days=40)
    assert await fetch_missed_events(world.adapters, world.firm.id) == 0
    assert (await world.payment()).refunded_minor == 20_000
    assert await watermark(world) == world.adapters.clock.now()


async def test_a_key_that_may_not_read_events_reads_the_objects(
    world: StripeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def denied(*_: object, **__: object) -> object:
        raise PermissionProblem("The Stripe key lacks a permission.")

    monkeypatch.setattr(catch_up, "_events", denied)
    intent_id = await world.pay()
    await world.do(f"payment_intents/{intent_id}/refund", amount=20_000)
    move(world, minutes=20)
    await fetch_missed_events(world.adapters, world.firm.id)
    assert (await world.payment()).refunded_minor == 20_000
