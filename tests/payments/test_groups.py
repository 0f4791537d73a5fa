"""One link for several invoices: the same one each time."""

from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from factories import make_client, make_firm, make_invoice
from invoice_tracker.core.database import enter_firm
from invoice_tracker.core.deps import Adapters
from invoice_tracker.core.errors import Invalid, NotFound
from invoice_tracker.firms.links import make_link, open_link
from invoice_tracker.firms.models import Firm, LinkKind
from invoice_tracker.invoices.models import Invoice
from invoice_tracker.payments.groups import group_members, make_group_link
from invoice_tracker.payments.models import PayGroup


async def test_the_same_invoices_have_the_same_link(
    session: AsyncSession, adapters: Adapters, invoice: Invoice, second: Invoice
) -> None:
    tokens = {
        await make_group_link(
            session,
            adapters.vault,
            firm_id=invoice.firm_id,
            invoice_ids=ids,
            now=adapters.clock.now(),
        )
        for ids in ([invoice.id, second.id], [second.id, invoice.id, invoice.id])
    }
    assert len(tokens) == 1
    assert await session.scalar(select(func.count()).select_from(PayGroup)) == 1
    link = await open_link(
        session, token=tokens.pop(), kind=LinkKind.pay_group, now=adapters.clock.now()
    )
    members = await group_members(session, firm_id=link.firm_id, pay_group_id=link.subject_id)
    assert members == sorted([invoice.id, second.id])


async def test_one_invoice_has_its_ordinary_link(
    session: AsyncSession, adapters: Adapters, invoice: Invoice
) -> None:
    now = adapters.clock.now()
    ordinary = await make_link(
        session,
        adapters.vault,
        firm_id=invoice.firm_id,
        kind=LinkKind.pay,
        subject_id=invoice.id,
        now=now,
    )
    alone = await make_group_link(
        session, adapters.vault, firm_id=invoice.firm_id, invoice_ids=[invoice.id], now=now
    )
    assert alone == ordinary


async def test_only_invoices_of_one_client_of_the_firm(
    session: AsyncSession, adapters: Adapters, firm: Firm, invoice: Invoice
) -> None:
    now = adapters.clock.now()
    somebody = await make_client(session, firm=firm)
    theirs = await make_invoice(
        session, firm=firm, client=somebody, now=now, due_on=date(2026, 4, 1)
    )
    with pytest.raises(Invalid):
        await make_group_link(
            session,
            adapters.vault,
            firm_id=firm.id,
            invoice_ids=[invoice.id, theirs.id],
            now=now,
        )
    other = await make_firm(session, now=now, name="Other LLP")
    foreign = await make_invoice(session, firm=other, client=None, now=now, due_on=date(2026, 4, 1))
    await enter_firm(session, firm.id)
    for ids in ([invoice.id, foreign.id], [invoice.id, uuid4()], []):
        with pytest.raises((NotFound, Invalid)):
            await make_group_link(
                session, adapters.vault, firm_id=firm.id, invoice_ids=ids, now=now
            )
