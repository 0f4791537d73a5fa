"""Several browsers and workers at once, on a database that really commits."""

import asyncio
from datetime import date
from uuid import UUID

import pytest
from payments.reports import lines, report
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from factories import make_client, make_firm, make_invoice
from invoice_tracker.core.deps import Adapters
from invoice_tracker.invoices.models import Invoice
from invoice_tracker.payments.checkout import open_checkout
from invoice_tracker.payments.checkout_rows import Line
from invoice_tracker.payments.models import Checkout, CheckoutState, Payment
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
