"""Several browsers and workers at once, on a database that really commits."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from payments.reports import lines, report
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from factories import make_client, make_firm, make_invoice
from invoice_tracker.collections import payment_troubles
from invoice_tracker.collections.payment_troubles import tell_of_troubles
from invoice_tracker.core.database import enter_firm
from invoice_tracker.core.deps import Adapters
from invoice_tracker.firms.models import Firm
from invoice_tracker.invoices.models import Client, Invoice
from invoice_tracker.payments import groups
from invoice_tracker.payments.checkout import open_checkout
from invoice_tracker.payments.checkout_rows import Line
from invoice_tracker.payments.models import Checkout, CheckoutState, Payment, PaymentState
from invoice_tracker.payments.service import apply_report


@pytest.fixture
async def invoice(committed_adapters: Adapters) -> Invoice:
    now = committed_adapters.clock.now()
    async with committed_adapters.database.transaction() as session:
        firm = await make_firm(session, now=now)
        client = await make_client(session, firm=firm)
        return await make_invoice(
            session, firm=firm, client=client, now=now, due_on=date(2026, 4, 1)
        )


async def settle(adapters: Adapters, invoice: Invoice, intent_id: str) -> None:
    now = adapters.clock.now()
    async with adapters.database.transaction(invoice.firm_id) as session:
        await apply_report(
            session,
            firm_id=invoice.firm_id,
            lines=lines(invoice),
            report=report("settled", at=now, intent_id=intent_id),
            now=now,
        )


async def test_two_browsers_end_on_one_page(committed_adapters: Adapters, invoice: Invoice) -> None:
    openings = await asyncio.gather(
        *(
            open_checkout(
                committed_adapters,
                firm_id=invoice.firm_id,
                invoice_ids=[invoice.id],
            )
            for _ in range(5)
        )
    )
    assert len({opening.url for opening in openings}) == 1
    assert openings[0].url is not None
    async with committed_adapters.database.transaction(invoice.firm_id) as session:
        assert await session.scalar(select(func.count()).select_from(Checkout)) == 1


async def test_one_event_handled_by_many_workers_is_one_payment(
    committed_adapters: Adapters, invoice: Invoice
) -> None:
    await asyncio.gather(*(settle(committed_adapters, invoice, "pi_1") for _ in range(5)))
    async with committed_adapters.database.transaction(invoice.firm_id) as session:
        payments = (await session.scalars(select(Payment))).all()
    assert [p.overpaid_minor for p in payments] == [0]


async def test_two_payments_at_once_flag_exactly_one_as_too_much(
    committed_adapters: Adapters, invoice: Invoice
) -> None:
    intents = ["pi_1", "pi_2"]
    await asyncio.gather(*(settle(committed_adapters, invoice, intent) for intent in intents))
    async with committed_adapters.database.transaction(invoice.firm_id) as session:
        payments = (await session.scalars(select(Payment))).all()
    assert sorted(p.overpaid_minor for p in payments) == [0, 120_000]


async def refuse_to_wait(adapters: Adapters, firm_id: UUID, invoice_id: UUID) -> None:
    """Record a payment, but give up at once where that would wait for a lock."""
    now = adapters.clock.now()
    async with adapters.database.transaction(firm_id) as session:
        await session.execute(text("SET LOCAL lock_timeout = '100ms'"))
        await apply_report(
            session,
            firm_id=firm_id,
            lines=[Line(invoice_id, 120_000)],
            report=report("settled", at=now),
            now=now,
        )


async def test_a_payment_waits_for_whoever_holds_the_invoice(
    committed_adapters: Adapters, invoice: Invoice
) -> None:
    # A weaker lock than FOR UPDATE: only a payment that really locks the row has to wait for it.
    weaker = text("SELECT 1 FROM invoices WHERE id = :id FOR NO KEY UPDATE")
    async with committed_adapters.database.transaction(invoice.firm_id) as holder:
        await holder.execute(weaker, {"id": invoice.id})
        with pytest.raises(DBAPIError, match="lock timeout"):
            await refuse_to_wait(committed_adapters, invoice.firm_id, invoice.id)
    await refuse_to_wait(committed_adapters, invoice.firm_id, invoice.id)


async def test_opening_a_page_waits_for_whoever_holds_the_invoice(
    committed_adapters: Adapters, invoice: Invoice
) -> None:
    """A payment that lands while the client presses the button is seen before a page is opened."""
    async with committed_adapters.database.transaction(invoice.firm_id) as holder:
        now = committed_adapters.clock.now()
        await apply_report(
            holder,
            firm_id=invoice.firm_id,
            lines=lines(invoice),
            report=report("settled", at=now),
            now=now,
        )
        pressing = asyncio.create_task(
            open_checkout(
                committed_adapters,
                firm_id=invoice.firm_id,
                invoice_ids=[invoice.id],
            )
        )
        await asyncio.sleep(0.2)
        assert not pressing.done()
    opening = await pressing
    assert opening.url is None
    async with committed_adapters.database.transaction(invoice.firm_id) as session:
        open_rows = await session.scalars(
            select(Checkout).where(Checkout.state != CheckoutState.expired)
        )
        assert open_rows.all() == []


@pytest.fixture
async def other_invoice(committed_adapters: Adapters, invoice: Invoice) -> Invoice:
    """A second one of the same client."""
    now = committed_adapters.clock.now()
    async with committed_adapters.database.transaction() as session:
        await enter_firm(session, invoice.firm_id)
        firm = await session.get_one(Firm, invoice.firm_id)
        client = await session.get_one(Client, invoice.client_id)
        return await make_invoice(
            session, firm=firm, client=client, now=now, due_on=date(2026, 5, 1)
        )


class Halfway:
    """Stops whoever calls a function until somebody else has got as far as possible."""

    def __init__(self, function: Callable[..., Awaitable[Any]]) -> None:
        self._function = function
        self.reached = asyncio.Event()
        self.go_on = asyncio.Event()

    async def __call__(self, *args: Any, **more: Any) -> Any:
        if not self.reached.is_set():
            self.reached.set()
            await self.go_on.wait()
        return await self._function(*args, **more)

    async def meet(self, first: Awaitable[Any], second: Awaitable[Any]) -> list[Any]:
        """The first to the halfway point, then the second as far as it comes, then both."""
        running = [asyncio.ensure_future(first)]
        await self.reached.wait()
        running.append(asyncio.ensure_future(second))
        await asyncio.sleep(0.3)
        self.go_on.set()
        return await asyncio.gather(*running)


async def test_a_groups_first_link_and_a_page_of_one_of_its_invoices_do_not_block_one_another(
    committed_adapters: Adapters,
    invoice: Invoice,
    other_invoice: Invoice,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Both make the link of the one invoice for the first time."""
    halfway = Halfway(groups._group_of)
    monkeypatch.setattr(groups, "_group_of", halfway)

    async def make_link() -> str:
        async with committed_adapters.database.transaction(invoice.firm_id) as session:
            return await groups.make_group_link(
                session,
                committed_adapters.vault,
                firm_id=invoice.firm_id,
                invoice_ids=[other_invoice.id, invoice.id],
                now=committed_adapters.clock.now(),
            )

    page = open_checkout(
        committed_adapters, firm_id=invoice.firm_id, invoice_ids=[other_invoice.id]
    )
    token, opening = await halfway.meet(make_link(), page)
    assert token
    assert opening.url is not None


async def test_telling_of_a_failed_payment_does_not_block_news_of_it(
    committed_adapters: Adapters,
    invoice: Invoice,
    other_invoice: Invoice,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One writes the mail with a first link to both; one hears that the debit came after all."""
    now = committed_adapters.clock.now()
    both = lines(invoice, other_invoice)

    async def hear(state: str) -> None:
        async with committed_adapters.database.transaction(invoice.firm_id) as session:
            said = report(state, at=now, amount=240_000, method="us_bank_account")
            await apply_report(session, firm_id=invoice.firm_id, lines=both, report=said, now=now)

    await hear("failed")
    halfway = Halfway(payment_troubles._load)
    monkeypatch.setattr(payment_troubles, "_load", halfway)
    await halfway.meet(tell_of_troubles(committed_adapters, invoice.firm_id), hear("settled"))
    async with committed_adapters.database.transaction(invoice.firm_id) as session:
        payments = (await session.scalars(select(Payment))).all()
    assert {payment.state for payment in payments} == {PaymentState.settled}
