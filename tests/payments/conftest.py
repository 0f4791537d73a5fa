"""An invoice of 1,200.00 that waits to be paid, and two more of the same client."""

from datetime import date

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from factories import make_client, make_invoice
from invoice_tracker.core.deps import Adapters
from invoice_tracker.firms.models import Firm
from invoice_tracker.invoices.models import Client, Invoice
from invoice_tracker.payments.groups import make_group_link


@pytest.fixture
async def invoice(adapters: Adapters, firm: Firm, session: AsyncSession) -> Invoice:
    """Approved, due in a month, nothing paid yet."""
    now = adapters.clock.now()
    client = await make_client(session, firm=firm)
    return await make_invoice(session, firm=firm, client=client, now=now, due_on=date(2026, 4, 1))


async def _another(
    session: AsyncSession,
    adapters: Adapters,
    firm: Firm,
    invoice: Invoice,
    *,
    due_on: date,
    total: int,
) -> Invoice:
    client = await session.get_one(Client, invoice.client_id)
    return await make_invoice(
        session,
        firm=firm,
        client=client,
        now=adapters.clock.now(),
        due_on=due_on,
        total_minor=total,
    )


@pytest.fixture
async def second(
    session: AsyncSession, adapters: Adapters, firm: Firm, invoice: Invoice
) -> Invoice:
    """Of the same client: 700.00, due later."""
    return await _another(session, adapters, firm, invoice, due_on=date(2026, 5, 1), total=70_000)


@pytest.fixture
async def third(session: AsyncSession, adapters: Adapters, firm: Firm, invoice: Invoice) -> Invoice:
    """Of the same client: 50.01, due last."""
    return await _another(session, adapters, firm, invoice, due_on=date(2026, 6, 1), total=5_001)


@pytest.fixture
async def group_path(
    adapters: Adapters, session: AsyncSession, invoice: Invoice, second: Invoice, third: Invoice
) -> str:
    """The page of all three."""
    token = await make_group_link(
        session,
        adapters.vault,
        firm_id=invoice.firm_id,
        invoice_ids=[invoice.id, second.id, third.id],
        now=adapters.clock.now(),
    )
    return f"/pay/{token}"
