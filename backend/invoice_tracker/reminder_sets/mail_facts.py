"""Loads what a reminder's text is filled from: invoice, client, firm, sender, links."""

from collections.abc import Collection as Group
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.deps import Adapters
from invoice_tracker.core.errors import NotFound
from invoice_tracker.domain.local_days import local_day
from invoice_tracker.domain.money import Money
from invoice_tracker.domain.reminder_text import TextFacts, about_all
from invoice_tracker.firms.links import make_link
from invoice_tracker.firms.models import Firm, LinkKind, Sender
from invoice_tracker.invoices.models import Client, Invoice, Matter
from invoice_tracker.payments.balances import effective_balances
from invoice_tracker.payments.groups import make_group_link
from invoice_tracker.reminder_sets.answer_links import EXAMPLE, make_answer_link


@dataclass(frozen=True, slots=True)
class MailFacts:
    """Whom a mail comes from, and what its text is filled from."""

    from_name: str
    from_email: str
    reply_to: str | None
    text: TextFacts
    recipient: str | None = None
    """The client's address, in one spelling."""
    has_logo: bool = False


async def load_group_facts(
    session: AsyncSession,
    adapters: Adapters,
    *,
    firm_id: UUID,
    invoice_ids: Sequence[UUID],
    now: datetime,
    can_take_payments: bool,
) -> MailFacts:
    """For one mail about several invoices of a client, the oldest first. Raises ``NotFound``.

    Amounts are the sums of all, days are those of the oldest, the pay link pays all together, and
    with the link to answer the client answers about all.
    """
    found = await load_many(
        session,
        adapters,
        firm_id=firm_id,
        invoice_ids=invoice_ids,
        now=now,
        can_take_payments=can_take_payments and len(invoice_ids) == 1,
    )
    if set(found) != set(invoice_ids):
        raise NotFound("There is no such invoice.")
    texts = [found[invoice_id].text for invoice_id in invoice_ids]
    oldest = found[invoice_ids[0]]
    oldest = await _with_way_to_answer(session, adapters, firm_id, oldest, invoice_ids, now)
    if len(texts) == 1:
        return oldest
    link = None
    if can_take_payments:
        token = await make_group_link(
            session, adapters.vault, firm_id=firm_id, invoice_ids=invoice_ids, now=now
        )
        link = f"{adapters.public_url}/pay/{token}"
    lines = tuple(line for text in texts for line in text.invoices)
    return replace(oldest, text=replace(about_all(oldest.text, lines), pay_link=link))


async def load_many(
    session: AsyncSession,
    adapters: Adapters,
    *,
    firm_id: UUID,
    invoice_ids: Group[UUID],
    now: datetime,
    can_take_payments: bool,
) -> dict[UUID, MailFacts]:
    """The same for several invoices at once; those that are not there are left out."""
    rows = await session.execute(
        select(Invoice, Client, Matter, Firm, Sender)
        .join(Firm, Firm.id == Invoice.firm_id)
        .outerjoin(Client, Client.id == Invoice.client_id)
        .outerjoin(Matter, Matter.id == Invoice.matter_id)
        .outerjoin(Sender, Sender.firm_id == Invoice.firm_id)
        .where(Invoice.firm_id == firm_id, Invoice.id.in_(invoice_ids))
        # The order in which everybody makes the links of several.
        .order_by(Invoice.id)
        .execution_options(populate_existing=True)
    )
    balances = await effective_balances(session, firm_id=firm_id, invoice_ids=invoice_ids)
    found = {}
    for invoice, client, matter, firm, sender in rows:
        link = None
        if can_take_payments:
            link = await _pay_link(session, adapters, firm_id, invoice.id, now)
        text = TextFacts(
            **_of_bill(invoice, client, matter, balances[invoice.id]),
            today=local_day(now, firm.time_zone),
            pay_link=link,
            **_of_firm(firm, sender),
        )
        found[invoice.id] = _from(adapters, firm, sender, text, client)
    return found


async def load_made_up_facts(
    session: AsyncSession,
    adapters: Adapters,
    *,
    firm_id: UUID,
    now: datetime,
    can_take_payments: bool,
) -> MailFacts:
    """For a mail about an invoice that does not exist, 15 days overdue; the firm is real."""
    row = (
        await session.execute(
            select(Firm, Sender)
            .outerjoin(Sender, Sender.firm_id == Firm.id)
            .where(Firm.id == firm_id)
        )
    ).one()
    firm, sender = row
    today = local_day(now, firm.time_zone)
    text = TextFacts(
        client_name="Maria Lopez",
        client_first_name="Maria",
        is_company=False,
        invoice_number="1042",
        issued_on=today - timedelta(days=45),
        due_on=today - timedelta(days=15),
        today=today,
        total=Money(150_000, "USD"),
        paid=Money(26_550, "USD"),
        balance=Money(123_450, "USD"),
        matter_number="00012-Lopez",
        pay_link=f"{adapters.public_url}/pay/example" if can_take_payments else None,
        answer_link=f"{adapters.public_url}/answer/{EXAMPLE}",
        **_of_firm(firm, sender),
    )
    return _from(adapters, firm, sender, text)


def _of_bill(
    invoice: Invoice, client: Client | None, matter: Matter | None, balance_minor: int
) -> dict[str, Any]:
    return {
        "client_name": client.name if client else "",
        "client_first_name": client.first_name if client else None,
        "is_company": client.is_company if client else False,
        "invoice_number": invoice.number,
        "issued_on": invoice.issued_on,
        "due_on": invoice.due_on,
        "total": Money(invoice.total_minor, invoice.currency),
        "paid": Money(invoice.total_minor - balance_minor, invoice.currency),
        "balance": Money(balance_minor, invoice.currency),
        "matter_number": matter.display_number if matter else None,
    }


def _of_firm(firm: Firm, sender: Sender | None) -> dict[str, Any]:
    return {
        "firm_name": firm.name,
        "firm_phone": firm.phone,
        "firm_address": firm.address,
        "sender_name": sender.from_name if sender else firm.name,
        "signature": sender.signature if sender else "",
    }


def _from(
    adapters: Adapters,
    firm: Firm,
    sender: Sender | None,
    text: TextFacts,
    client: Client | None = None,
) -> MailFacts:
    # Without a sender nothing leaves; the mail can be written and shown all the same.
    return MailFacts(
        from_name=sender.from_name if sender else firm.name,
        from_email=sender.from_email if sender else adapters.settings.mail_from,
        reply_to=sender.reply_to if sender else None,
        text=text,
        recipient=((client.effective_email if client else None) or "").strip().lower() or None,
        has_logo=firm.logo_type is not None,
    )


async def _with_way_to_answer(
    session: AsyncSession,
    adapters: Adapters,
    firm_id: UUID,
    facts: MailFacts,
    invoice_ids: Sequence[UUID],
    now: datetime,
) -> MailFacts:
    """Whoever has no address gets no mail, and needs no link in it."""
    if facts.recipient is None:
        return facts
    token = await make_answer_link(
        session,
        adapters.vault,
        firm_id=firm_id,
        invoice_ids=invoice_ids,
        recipient=facts.recipient,
        now=now,
    )
    link = f"{adapters.public_url}/answer/{token}"
    return replace(facts, text=replace(facts.text, answer_link=link))


async def _pay_link(
    session: AsyncSession, adapters: Adapters, firm_id: UUID, invoice_id: UUID, now: datetime
) -> str:
    token = await make_link(
        session,
        adapters.vault,
        firm_id=firm_id,
        kind=LinkKind.pay,
        subject_id=invoice_id,
        now=now,
    )
    return f"{adapters.public_url}/pay/{token}"
