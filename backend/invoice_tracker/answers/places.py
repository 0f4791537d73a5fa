"""What a link to answer stands for: one person, one client, the invoices of a mail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.errors import NotFound
from invoice_tracker.firms.links import OpenedLink, open_link
from invoice_tracker.firms.models import Firm, LinkKind
from invoice_tracker.firms.service import get_firm
from invoice_tracker.invoices.models import Client, Invoice
from invoice_tracker.payments.groups import group_members


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody answers. ``invoices`` are the oldest first."""

    firm: Firm
    client: Client
    recipient: str
    invoices: tuple[Invoice, ...]


async def open_place(session: AsyncSession, *, token: str, now: datetime) -> Place:
    """What the link is for; enters its firm. Raises ``NotFound`` for an unknown or old one."""
    link, invoice_ids = await _open(session, token, now)
    found = await session.scalars(
        select(Invoice)
        .where(
            Invoice.firm_id == link.firm_id,
            Invoice.id.in_(invoice_ids),
            Invoice.client_id.is_not(None),
        )
        .order_by(Invoice.due_on, Invoice.number, Invoice.id)
        .execution_options(populate_existing=True)
    )
    invoices = found.all()
    if not invoices:
        raise NotFound("There is no such invoice.")
    client_id = invoices[0].client_id
    firm = await get_firm(session, link.firm_id)
    await session.refresh(firm, ["logo"])
    return Place(
        firm=firm,
        client=await session.get_one(Client, client_id),
        recipient=link.note,
        # A bill may have been given to another client in Clio since the mail.
        invoices=tuple(each for each in invoices if each.client_id == client_id),
    )


async def _open(
    session: AsyncSession, token: str, now: datetime
) -> tuple[OpenedLink, Sequence[UUID]]:
    try:
        link = await open_link(session, token=token, kind=LinkKind.answer, now=now)
        return link, [link.subject_id]
    except NotFound:
        link = await open_link(session, token=token, kind=LinkKind.answer_group, now=now)
        members = await group_members(session, firm_id=link.firm_id, pay_group_id=link.subject_id)
        return link, members
