"""The page after paying: opened before the webhook, twice at once, or by a stranger."""

import asyncio
from collections.abc import AsyncIterator
from html import unescape

import pytest

from factories import make_client, make_invoice
from integrations.stripe_world import StripeWorld, stripe_world
from invoice_tracker.core.deps import Adapters
from invoice_tracker.firms.links import make_link
from invoice_tracker.firms.models import LinkKind
from invoice_tracker.invoices.models import TimelineEntry
from invoice_tracker.payments.models import PaymentState

# The SDK hands httpx its body in the old way.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")


@pytest.fixture
async def world(committed_adapters: Adapters) -> AsyncIterator[StripeWorld]:
    """Stripe's events wait until they are let go."""
    async with stripe_world(committed_adapters) as world:
        await world.connect()
        await world.do("switches", hold=True)
        yield world


async def look(world: StripeWorld, session_id: str, path: str | None = None) -> str:
    answer = await world.browser.get(
        f"{path or world.pay_path}/receipt", params={"session_id": session_id}
    )
    assert answer.status_code == 200
    return unescape(answer.text)


async def told(world: StripeWorld) -> list[str]:
    """Kinds of what the timeline says of payments."""
    rows = await world.rows(TimelineEntry)
    return [row.kind for row in rows if row.kind.startswith("payment_")]


async def let_events_come(world: StripeWorld) -> None:
    await world.do("webhooks/release")
    await world.work()


async def test_the_client_is_back_before_the_webhook_and_looks_twice_at_once(
    world: StripeWorld,
) -> None:
    session_id = await world.press()
    await world.do(f"sessions/{session_id}/pay")
    pages = await asyncio.gather(*(look(world, session_id) for _ in range(4)))
    assert all("Thank you. Your payment has come through." in page for page in pages)
    assert await world.events() == [], "the books are right without a single event"
    payment = await world.payment()
    assert (payment.state, payment.amount_minor) == (PaymentState.settled, 120_000)
    assert await world.balance() == 0
    await let_events_come(world)
    assert len(await world.payments()) == 1
    assert await told(world) == ["payment_settled"]


async def test_the_receipt_says_what_was_paid_when_how_and_by_which_payment(
    world: StripeWorld,
) -> None:
    session_id = await world.press()
    intent = await world.do(f"sessions/{session_id}/pay")
    page = await look(world, session_id)
    for words in ("$1,200.00", "March 2, 2026", "Card", world.firm.name, world.invoice.number):
        assert words in page
    assert intent["id"] in page
    await world.do(f"payment_intents/{intent['id']}/refund", amount=20_000)
    await let_events_come(world)
    page = await look(world, session_id)
    assert "Given back since" in page
    assert "$200.00" in page


async def test_a_bank_debit_is_under_way_then_the_same_address_is_its_receipt(
    world: StripeWorld,
) -> None:
    session_id = await world.press()
    intent = await world.do(f"sessions/{session_id}/bank_debit")
    for _ in range(2):
        page = await look(world, session_id)
        assert "Your payment is under way" in page
        assert "come through" not in page
        assert (await world.payment()).state is PaymentState.processing
    assert await world.balance() == 120_000, "under way is not paid"
    world.adapters.clock.move(days=4)  # type: ignore[attr-defined]
    await world.do(f"payment_intents/{intent['id']}/settle")
    assert "Your payment has come through" in await look(world, session_id)
    assert (await world.payment()).state is PaymentState.settled
    await let_events_come(world)
    assert await told(world) == ["payment_processing", "payment_settled"]


async def test_a_bank_debit_that_failed_says_so_there_too(world: StripeWorld) -> None:
    session_id = await world.press()
    intent = await world.do(f"sessions/{session_id}/bank_debit")
    await look(world, session_id)
    await world.do(f"payment_intents/{intent['id']}/fail")
    page = await look(world, session_id)
    assert "The payment did not go through" in page
    assert "$1,200.00 is still to be paid" in page
    assert (await world.payment()).state is PaymentState.failed
    await let_events_come(world)
    assert await told(world) == ["payment_processing", "payment_failed"]


async def test_a_refused_card_is_no_receipt(world: StripeWorld) -> None:
    session_id = await world.press()
    await world.do(f"sessions/{session_id}/decline")
    assert "Your payment has not come through yet" in await look(world, session_id)
    assert await world.payments() == []


async def test_stripe_is_away_when_the_client_comes_back(world: StripeWorld) -> None:
    session_id = await world.press()
    await world.do(f"sessions/{session_id}/pay")
    await world.do("faults", kind="status", status=500, count=3, path="/v1/checkout/sessions")
    page = await look(world, session_id)
    assert "Your payment is being checked" in page
    assert "Please do not pay twice" in page
    assert await world.payments() == []
    assert "come through" in await look(world, session_id), "a moment later Stripe answers"


async def test_the_address_of_somebody_elses_payment_shows_nothing_of_it(
    world: StripeWorld,
) -> None:
    session_id = await world.press()
    intent = await world.do(f"sessions/{session_id}/pay")
    now = world.adapters.clock.now()
    async with world.transaction() as session:
        client = await make_client(session, firm=world.firm, name="Someone Else")
        other = await make_invoice(
            session, firm=world.firm, client=client, now=now, due_on=now.date()
        )
        token = await make_link(
            session,
            world.adapters.vault,
            firm_id=world.firm.id,
            kind=LinkKind.pay,
            subject_id=other.id,
            now=now,
        )
    page = await look(world, session_id, f"/pay/{token}")
    assert intent["id"] not in page
    assert "Your payment has not come through yet" in page
    assert await world.payments() == [], "a stranger's look enters nothing"
