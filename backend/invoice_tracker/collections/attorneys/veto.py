"""An attorney holds a client by a link in a mail, without logging in."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.attorneys.preview import attorneys_of, planned_mails
from invoice_tracker.collections.facts import load_firm
from invoice_tracker.collections.holds.wide import Whom, pause_widely
from invoice_tracker.collections.models import Collection, CollectionState, HoldRow
from invoice_tracker.core.errors import NotFound
from invoice_tracker.domain.holds import HoldKind
from invoice_tracker.domain.money import Money
from invoice_tracker.firms.links import open_link
from invoice_tracker.firms.models import Firm, LinkKind
from invoice_tracker.firms.service import get_firm
from invoice_tracker.invoices.models import Client, Invoice

DEFAULT_REASON = "Held by the responsible attorney."


@dataclass(frozen=True, slots=True)
class Veto:
    """What a link stands for: one attorney, one client, one of the firm's days."""

    firm: Firm
    client: Client
    attorney_email: str
    attorney_name: str
    day: date

    @property
    def author(self) -> str:
        """How colleagues know the attorney."""
        return self.attorney_name or self.attorney_email


async def open_veto(session: AsyncSession, *, token: str, now: datetime) -> Veto:
    """What the link is for; enters its firm. Raises ``NotFound`` for an unknown or old one."""
    link = await open_link(session, token=token, kind=LinkKind.veto, now=now)
    client = await session.get(Client, link.subject_id)
    if client is None or client.firm_id != link.firm_id:
        raise NotFound("There is no such client.")
    note = json.loads(link.note)
    return Veto(
        firm=await get_firm(session, link.firm_id),
        client=client,
        attorney_email=note["email"],
        attorney_name=note["name"],
        day=date.fromisoformat(note["day"]),
    )


async def find_pause(session: AsyncSession, *, veto: Veto, now: datetime) -> HoldRow | None:
    """The pause of the whole client that covers the day, if there is one."""
    return await session.scalar(
        select(HoldRow)
        .where(
            HoldRow.firm_id == veto.firm.id,
            HoldRow.client_id == veto.client.id,
            HoldRow.kind == HoldKind.paused,
            HoldRow.released_at.is_(None),
            HoldRow.starts_at <= now,
            # One that ends before the day is no answer to what is planned for it.
            or_(HoldRow.ends_at.is_(None), HoldRow.ends_at > await _end_of(session, veto)),
        )
        .order_by(HoldRow.starts_at)
        .limit(1)
    )


async def hold_client(
    session: AsyncSession, *, veto: Veto, reason: str, now: datetime
) -> HoldRow | None:
    """From now on no reminder goes to this client; doing it twice holds once."""
    if await find_pause(session, veto=veto, now=now) is None:
        await pause_widely(
            session,
            firm_id=veto.firm.id,
            whom=Whom(client_id=veto.client.id),
            until=None,
            reason=reason.strip() or DEFAULT_REASON,
            actor=veto.author,
            now=now,
        )
    return await find_pause(session, veto=veto, now=now)


async def list_planned(
    session: AsyncSession, *, veto: Veto, now: datetime
) -> list[tuple[str, Money]]:
    """What is still planned for that client and day on the attorney's matters."""
    firm = await load_firm(session, firm_id=veto.firm.id)
    found = {
        each.loaded.invoice.id: each.loaded.invoice
        for each in await planned_mails(
            session,
            firm=firm,
            day=veto.day,
            now=now,
            collection_ids=await _running(session, veto),
        )
    }
    own = await attorneys_of(session, firm_id=veto.firm.id, invoice_ids=list(found))
    ids = {invoice_id for invoice_id, who in own if who.email == veto.attorney_email}
    return sorted(
        (found[each].number, Money(found[each].balance_minor, found[each].currency)) for each in ids
    )


async def _end_of(session: AsyncSession, veto: Veto) -> datetime:
    return (await load_firm(session, firm_id=veto.firm.id)).calendar.closes_at(veto.day)


async def _running(session: AsyncSession, veto: Veto) -> list[UUID]:
    rows = await session.scalars(
        select(Collection.id)
        .join(Invoice, Invoice.id == Collection.invoice_id)
        .where(
            Collection.firm_id == veto.firm.id,
            Collection.state == CollectionState.active,
            Invoice.client_id == veto.client.id,
        )
    )
    return list(rows)
