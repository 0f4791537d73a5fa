"""The page of a link for several invoices: what each stands at now, and a button for each.

Every invoice is paid on its own, so that no amount has to be divided afterwards.
"""

from dataclasses import dataclass
from uuid import UUID

from fastapi.responses import HTMLResponse
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.deps import Adapters
from invoice_tracker.core.errors import NotFound
from invoice_tracker.domain.reminder_groups import age_order
from invoice_tracker.firms.links import open_link
from invoice_tracker.firms.models import Firm, LinkKind
from invoice_tracker.firms.service import get_firm
from invoice_tracker.invoices.models import Invoice
from invoice_tracker.payments import pages
from invoice_tracker.payments.groups import group_members
from invoice_tracker.payments.payability import Standing, standing_of


@dataclass(frozen=True, slots=True)
class _Group:
    firm: Firm
    invoices: list[Invoice]
    standings: dict[UUID, Standing]


async def show_group(adapters: Adapters, token: str) -> HTMLResponse:
    """The group's page, or the one for a link that opens nothing. Changes nothing."""
    try:
        group = await _load(adapters, token)
    except NotFound:
        return pages.unknown_link_page(adapters.settings)
    lines = [
        pages.GroupLine(
            number=invoice.number,
            due_on=invoice.due_on,
            standing=group.standings[invoice.id],
            token=adapters.vault.derive_token(LinkKind.pay, str(invoice.id)),
        )
        for invoice in group.invoices
    ]
    return pages.group_page(adapters.settings, firm=group.firm, lines=lines)


async def _load(adapters: Adapters, token: str) -> _Group:
    async with adapters.database.transaction() as session:
        link = await open_link(
            session, token=token, kind=LinkKind.pay_group, now=adapters.clock.now()
        )
        firm = await get_firm(session, link.firm_id)
        await session.refresh(firm, ["logo"])
        invoices = await _invoices(session, link.firm_id, link.subject_id)
    takes_payments = await adapters.gateway.can_take_payments(firm.id)
    async with adapters.database.transaction(firm.id) as session:
        standings = {
            invoice.id: await standing_of(session, invoice=invoice, takes_payments=takes_payments)
            for invoice in await _invoices(session, link.firm_id, link.subject_id)
        }
    return _Group(firm, invoices, standings)


async def _invoices(session: AsyncSession, firm_id: UUID, pay_group_id: UUID) -> list[Invoice]:
    ids = await group_members(session, firm_id=firm_id, pay_group_id=pay_group_id)
    rows = await session.scalars(
        select(Invoice).where(Invoice.firm_id == firm_id, Invoice.id.in_(ids))
    )
    return sorted(rows, key=age_order)
