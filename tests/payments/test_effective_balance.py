"""The function and the view say the same, whatever the payments."""

from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from factories import make_firm, make_invoice
from fakes import MovableClock
from invoice_tracker.core.database import enter_firm
from invoice_tracker.invoices.models import Invoice
from invoice_tracker.payments.models import Payment, PaymentSource, PaymentState, RecordState
from invoice_tracker.payments.service import effective_balances


@pytest.mark.parametrize("state", list(PaymentState))
@pytest.mark.parametrize("record_state", [RecordState.queued, RecordState.confirmed])
@pytest.mark.parametrize("source", list(PaymentSource))
async def test_function_and_view_agree(
    session: AsyncSession,
    invoice: Invoice,
    clock: MovableClock,
    state: PaymentState,
    record_state: RecordState,
    source: PaymentSource,
) -> None:
    session.add(
        Payment(
            firm_id=invoice.firm_id,
            invoice_id=invoice.id,
            source=source,
            amount_minor=50_000,
            refunded_minor=10_000,
            currency="USD",
            state=state,
            record_state=record_state,
            created_at=clock.now(),
        )
    )
    await session.flush()
    found = await effective_balances(session, firm_id=invoice.firm_id, invoice_ids=[invoice.id])
    seen = await session.scalar(
        text("SELECT effective_balance_minor FROM invoice_overview WHERE id = :id"),
        {"id": invoice.id},
    )
    assert found == {invoice.id: seen}


async def test_another_firms_invoice_is_left_out(
    session: AsyncSession, invoice: Invoice, clock: MovableClock
) -> None:
    other = await make_firm(session, now=clock.now(), name="Other LLP")
    theirs = await make_invoice(
        session, firm=other, client=None, now=clock.now(), due_on=date(2026, 4, 1)
    )
    await enter_firm(session, invoice.firm_id)
    found = await effective_balances(
        session, firm_id=invoice.firm_id, invoice_ids=[invoice.id, theirs.id, uuid4()]
    )
    assert set(found) == {invoice.id}
