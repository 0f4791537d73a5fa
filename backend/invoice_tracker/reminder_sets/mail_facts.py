"""Loads what a reminder's text is filled from: invoice, client, firm, sender, pay link."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.deps import Adapters
from invoice_tracker.core.errors import NotFound
from invoice_tracker.domain.money import Money
from invoice_tracker.domain.reminder_text import TextFacts
from invoice_tracker.firms.links import make_link
from invoice_tracker.firms.models import Firm, LinkKind, Sender
from invoice_tracker.invoices.models import Client, Invoice, Matter
from invoice_tracker.payments.balances import effective_balances


@dataclass(frozen=True, slots=True)
class MailFacts:
    """Whom a mail comes from, and what its text is filled from."""

    from_name: str
    from_email: str
    reply_to: str | None
    text: TextFacts


async def load_mail_facts(
    session: AsyncSession,
    adapters: Adapters,
    *,
    firm_id: UUID,
    invoice_id: UUID,
    now: datetime,
    can_take_payments: bool,
) -> MailFacts:
    """For a mail about this invoice that leaves at ``now``. Raises ``NotFound``.

    Without a way to take payments the mail has no pay link.
    """
    row = (
        await session.execute(
            select(Invoice, Client, Matter, Firm, Sender)
            .join(Firm, Firm.id == Invoice.firm_id)
            .outerjoin(Client, Client.id == Invoice.client_id)
            .outerjoin(Matter, Matter.id == Invoice.matter_id)
            .outerjoin(Sender, Sender.firm_id == Invoice.firm_id)
            .where(Invoice.firm_id == firm_id, Invoice.id == invoice_id)
            .execution_options(populate_existing=True)
        )
    ).one_or_none()
    if row is None:
        raise NotFound("There is no such invoice.")
    invoice, client, matter, firm, sender = row
    balances = await effective_balances(session, firm_id=firm_id, invoice_ids=[invoice_id])
    pay_link = None
    if can_take_payments:
        pay_link = await _pay_link(session, adapters, firm_id, invoice_id, now)
    text = TextFacts(
        client_name=client.name if client else "",
        client_first_name=client.first_name if client else None,
        is_company=client.is_company if client else False,
        invoice_number=invoice.number,
        issued_on=invoice.issued_on,
        due_on=invoice.due_on,
        today=_local_day(firm, now),
        total=Money(invoice.total_minor, invoice.currency),
        paid=Money(invoice.total_minor - balances[invoice.id], invoice.currency),
        balance=Money(balances[invoice.id], invoice.currency),
        matter_number=matter.display_number if matter else None,
        pay_link=pay_link,
        **_of_firm(firm, sender),
    )
    return _from(adapters, firm, sender, text)


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
    today = _local_day(firm, now)
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
        **_of_firm(firm, sender),
    )
    return _from(adapters, firm, sender, text)


def on_day(facts: MailFacts, day: date) -> MailFacts:
    """The same for a mail that leaves on another of the firm's days."""
    return replace(facts, text=replace(facts.text, today=day))


def _local_day(firm: Firm, now: datetime) -> date:
    return now.astimezone(ZoneInfo(firm.time_zone)).date()


def _of_firm(firm: Firm, sender: Sender | None) -> dict[str, str]:
    return {
        "firm_name": firm.name,
        "firm_phone": firm.phone,
        "firm_address": firm.address,
        "sender_name": sender.from_name if sender else firm.name,
        "signature": sender.signature if sender else "",
    }


def _from(adapters: Adapters, firm: Firm, sender: Sender | None, text: TextFacts) -> MailFacts:
    # Without a sender nothing leaves; the mail can be written and shown all the same.
    return MailFacts(
        from_name=sender.from_name if sender else firm.name,
        from_email=sender.from_email if sender else adapters.settings.mail_from,
        reply_to=sender.reply_to if sender else None,
        text=text,
    )


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
