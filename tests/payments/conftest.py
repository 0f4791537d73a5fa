"""An invoice of 1,200.00 that waits to be paid."""

from datetime import date

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from factories import make_client, make_invoice
from invoice_tracker.core.deps import Adapters
from invoice_tracker.firms.models import Firm
from invoice_tracker.invoices.models import Invoice


@pytest.fixture
async def invoice(adapters: Adapters, firm: Firm, session: AsyncSession) -> Invoice:
    """Approved, due in a month, nothing paid yet."""
    now = adapters.clock.now()
    client = await make_client(session, firm=firm)
    return await make_invoice(session, firm=firm, client=client, now=now, due_on=date(2026, 4, 1))
