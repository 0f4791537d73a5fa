"""One checkout for two invoices, from the page to the books, against the sandbox on a real port."""

import json
from collections.abc import AsyncIterator
from datetime import date

import pytest

from factories import make_collection, make_invoice
from integrations.stripe_world import FIRST, StripeWorld, stripe_world
from invoice_tracker.collections.holds.derived import load_holds
from invoice_tracker.collections.models import Collection, CollectionState, HoldRow
from invoice_tracker.collections.sending.truth_check import ask_again
from invoice_tracker.core.deps import Adapters
from invoice_tracker.domain.holds import HoldKind
from invoice_tracker.integrations.stripe.jobs import look_at_open_checkouts
from invoice_tracker.invoices.models import Client, ClioState, Invoice
from invoice_tracker.payments.balances import effective_balances
from invoice_tracker.payments.groups import make_group_link
from invoice_tracker.payments.models import Checkout, CheckoutState, PaymentState

# The SDK hands httpx its body in the old way.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")


class Together:
    """The world's invoice of 1,200.00 and one of 700.00, with one page for both."""

    def __init__(self, world: StripeWorld, second: Invoice, path: str) -> None:
        self.world, self.second, self.path = world, second, path
        self.ids = [world.invoice.id, second.id]

    async def press(self) -> str:
        answer = await self.world.browser.post(
            self.path, data={"invoice": [str(invoice_id) for invoice_id in self.ids]}
        )
        assert answer.status_code == 303, answer.text
        return answer.headers["location"].rpartition("/")[2]

    async def owed(self) -> list[int]:
        async with self.world.transaction() as session:
            found = await effective_balances(
                session, firm_id=self.world.firm.id, invoice_ids=self.ids
            )
        return [found[invoice_id] for invoice_id in self.ids]

    async def holds(self) -> list[set[HoldKind]]:
        async with self.world.transaction() as session:
            found = await load_holds(
                session,
                firm_id=self.world.firm.id,
                invoice_ids=self.ids,
                now=self.world.adapters.clock.now(),
            )
        return [{hold.kind for hold in found.get(invoice_id, [])} for invoice_id in self.ids]


@pytest.fixture
async def both(committed_adapters: Adapters) -> AsyncIterator[Together]:
    async with stripe_world(committed_adapters) as world:
        await world.connect()
        now = world.adapters.clock.now()
        async with world.transaction() as session:
            client = await session.get_one(Client, world.invoice.client_id)
            second = await make_invoice(
                session,
                firm=world.firm,
                client=client,
                now=now,
                due_on=date(2026, 5, 1),
                total_minor=70_000,
                subject="Divorce of Ada Okafor",
            )
            await make_collection(session, firm=world.firm, invoice=second, now=now)
            token = await make_group_link(
                session,
                world.adapters.vault,
                firm_id=world.firm.id,
                invoice_ids=[world.invoice.id, second.id],
                now=now,
            )
        yield Together(world, second, f"/pay/{token}")


async def test_a_card_pays_both_and_both_series_end(both: Together) -> None:
    world = both.world
    session_id = await both.press()
    assert await both.holds() == [{HoldKind.checkout_open}] * 2
    intent = await world.do(f"sessions/{session_id}/pay")
    truth = await ask_again(world.adapters, firm_id=world.firm.id, invoice_ids=both.ids)
    assert {doubt.reason for doubt in truth.doubts.values()} == {"A payment is on its way."}
    assert set(truth.doubts) == set(both.ids)
    await world.work()
    assert await both.owed() == [0, 0]
    payments = await world.payments()
    assert {p.stripe_payment_intent_id for p in payments} == {intent["id"]}
    assert sorted(p.amount_minor for p in payments) == [70_000, 120_000]
    assert {c.state for c in await world.rows(Collection)} == {CollectionState.settled}
    assert [row.state for row in await world.rows(Checkout)] == [CheckoutState.complete]
    assert "nothing left to pay" in (await world.browser.get(both.path)).text


async def test_stripe_is_shown_a_line_for_each_and_no_matter(both: Together) -> None:
    session_id = await both.press()
    held = json.dumps(both.world.books[FIRST].tables)
    assert "Divorce" not in held
    lines = both.world.books[FIRST].table("line_items")[session_id]["lines"]
    assert [line["description"] for line in lines] == [
        f"Invoice {both.world.invoice.number}",
        f"Invoice {both.second.number}",
    ]
    (session,) = both.world.objects("sessions")
    assert session["amount_total"] == 190_000
    assert set(session["metadata"]) == {"firm_id", "checkout_id"}


async def test_a_bank_debit_holds_both_until_the_bank_has_answered(both: Together) -> None:
    world = both.world
    intent = await world.do(f"sessions/{await both.press()}/bank_debit")
    await world.work()
    assert await both.holds() == [{HoldKind.payment_processing}] * 2
    assert "under way" in (await world.browser.get(both.path)).text
    await world.do(f"payment_intents/{intent['id']}/fail")
    await world.work()
    assert await both.holds() == [set(), set()]
    assert await both.owed() == [120_000, 70_000]
    assert {c.state for c in await world.rows(Collection)} == {CollectionState.active}


async def test_a_whole_life_backwards_and_twice(both: Together) -> None:
    world = both.world
    await world.do("switches", hold=True, duplicate=True)
    intent = await world.do(f"sessions/{await both.press()}/bank_debit")
    await world.do(f"payment_intents/{intent['id']}/settle")
    await world.do(f"payment_intents/{intent['id']}/refund", amount=20_001)
    await world.do("webhooks/release", backwards=True)
    await world.work()
    assert await both.owed() == [0, 20_001]
    assert {p.state for p in await world.payments()} == {
        PaymentState.settled,
        PaymentState.partly_refunded,
    }
    assert {hold.invoice_id for hold in await world.rows(HoldRow)} <= {both.second.id}


async def test_a_refund_after_the_payment_holds_the_invoice_that_is_owed_again(
    both: Together,
) -> None:
    world = both.world
    intent = await world.do(f"sessions/{await both.press()}/pay")
    await world.work()
    await world.do(f"payment_intents/{intent['id']}/refund", amount=20_001)
    await world.work()
    (hold,) = await world.rows(HoldRow)
    assert (hold.invoice_id, hold.kind) == (both.second.id, HoldKind.refund_or_chargeback)
    await world.do(f"payment_intents/{intent['id']}/dispute")
    await world.work()
    assert {p.state for p in await world.payments()} == {PaymentState.disputed}
    assert {h.invoice_id for h in await world.rows(HoldRow)} == set(both.ids)


async def test_a_cheque_in_clio_closes_the_open_page_of_the_group(both: Together) -> None:
    world = both.world
    session_id = await both.press()
    await world.set_invoice(
        clio_state=ClioState.paid, clio_paid_minor=120_000, clio_balance_minor=0
    )
    assert await look_at_open_checkouts(world.adapters, world.firm.id) == 1
    assert [s["status"] for s in world.objects("sessions")] == ["expired"]
    again = await both.press()
    assert again != session_id
    assert world.objects("sessions")[-1]["amount_total"] == 70_000
    await world.do(f"sessions/{again}/pay")
    await world.work()
    assert await both.owed() == [0, 0]
    assert (await world.payment()).overpaid_minor == 0


async def test_a_cheque_while_the_client_is_paying_is_flagged_and_no_cent_is_lost(
    both: Together,
) -> None:
    world = both.world
    session_id = await both.press()
    await world.set_invoice(
        clio_state=ClioState.paid, clio_paid_minor=120_000, clio_balance_minor=0
    )
    intent = await world.do(f"sessions/{session_id}/pay")
    await world.work()
    payments = {p.invoice_id: p for p in await world.payments()}
    assert payments[world.invoice.id].overpaid_minor == 120_000
    assert sum(p.amount_minor for p in payments.values()) == 190_000
    await world.do(f"payment_intents/{intent['id']}/refund", amount=120_000)
    await world.work()
    assert await both.owed() == [0, 0]
    assert await world.rows(HoldRow) == [], "what was too much is given back: nothing to decide"
