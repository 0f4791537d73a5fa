"""What a preview is filled from: a real invoice, all that its client owes, or made-up ones."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.deps import Adapters
from invoice_tracker.domain.money import Money
from invoice_tracker.domain.reminder_groups import Grouping, age_order
from invoice_tracker.domain.reminder_text import InvoiceLine, TextFacts, about_all
from invoice_tracker.firms.service import get_sending_rules
from invoice_tracker.invoices.models import ClioState, Invoice
from invoice_tracker.payments.balances import effective_balances
from invoice_tracker.reminder_sets.answer_links import EXAMPLE
from invoice_tracker.reminder_sets.mail_facts import (
    MailFacts,
    load_group_facts,
    load_made_up_facts,
)


async def load_preview_facts(
    session: AsyncSession,
    adapters: Adapters,
    *,
    firm_id: UUID,
    invoice_id: UUID | None,
    all_open: bool,
    now: datetime,
) -> MailFacts:
    """For a mail about one invoice, or with ``all_open`` about everything its client owes.

    Without an invoice they are made up. Raises ``NotFound``.
    """
    can_take_payments = await adapters.gateway.can_take_payments(firm_id)
    if invoice_id is None:
        made_up = await load_made_up_facts(
            session, adapters, firm_id=firm_id, now=now, can_take_payments=can_take_payments
        )
        return replace(made_up, text=_several(made_up.text)) if all_open else made_up
    ids: Sequence[UUID] = [invoice_id]
    if all_open:
        ids = await _owed_with(session, firm_id=firm_id, invoice_id=invoice_id) or ids
    facts = await load_group_facts(
        session,
        adapters,
        firm_id=firm_id,
        invoice_ids=ids,
        now=now,
        can_take_payments=can_take_payments,
    )
    # Whoever tries out the link in a preview must not answer in the client's name.
    example = f"{adapters.public_url}/answer/{EXAMPLE}" if facts.text.answer_link else None
    return replace(facts, text=replace(facts.text, answer_link=example))


async def _owed_with(session: AsyncSession, *, firm_id: UUID, invoice_id: UUID) -> Sequence[UUID]:
    """The open invoices that could share a mail with this one, and it, the oldest first.

    Whatever is held now is among them: a preview shows the text, not what would be sent.
    """
    chosen = await session.scalar(
        select(Invoice).where(Invoice.firm_id == firm_id, Invoice.id == invoice_id)
    )
    if chosen is None or chosen.client_id is None:
        return []
    same = [
        Invoice.firm_id == firm_id,
        Invoice.client_id == chosen.client_id,
        Invoice.currency == chosen.currency,
        Invoice.clio_state == ClioState.awaiting_payment,
    ]
    rules = await get_sending_rules(session, firm_id)
    if rules.grouping is Grouping.matter:
        same.append(Invoice.matter_id == chosen.matter_id)
    others = (await session.scalars(select(Invoice).where(*same))).all()
    balances = await effective_balances(
        session, firm_id=firm_id, invoice_ids=[each.id for each in others]
    )
    owed = {each for each in others if balances[each.id] > 0} | {chosen}
    return [each.id for each in sorted(owed, key=age_order)]


def _several(text: TextFacts) -> TextFacts:
    """The made-up invoice and two younger ones."""
    younger = [
        InvoiceLine(
            number=number,
            issued_on=text.today - timedelta(days=30 + days_late),
            due_on=text.today - timedelta(days=days_late),
            total=Money(amount, text.balance.currency),
            paid=Money(0, text.balance.currency),
            balance=Money(amount, text.balance.currency),
        )
        for number, days_late, amount in (("1043", 10, 48_000), ("1051", 3, 9_550))
    ]
    return about_all(text, (*text.invoices, *younger))
