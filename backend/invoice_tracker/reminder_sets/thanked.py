"""Payments to thank for. What one checkout paid, for one invoice or several, is one payment."""

from collections.abc import Collection as Group
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.deps import Adapters
from invoice_tracker.domain.local_days import local_day
from invoice_tracker.domain.money import Money
from invoice_tracker.domain.thanks import AFTER_THIS_TOO_LATE
from invoice_tracker.firms.models import Firm
from invoice_tracker.invoices.models import Client, Invoice
from invoice_tracker.outbox.models import OutboxMessage
from invoice_tracker.outbox.schemas import MailContent
from invoice_tracker.payments.models import Payment, PaymentSource, PaymentState
from invoice_tracker.reminder_sets.mail import write_mail
from invoice_tracker.reminder_sets.mail_facts import load_group_facts
from invoice_tracker.reminder_sets.models import MailText
from invoice_tracker.reminder_sets.thank_you import ThanksText

THANK_YOU = "thank_you"
"""Kind of the outbox messages."""


@dataclass(frozen=True, slots=True)
class Paid:
    """What a client has paid at once. ``payments`` have one currency; ids in order."""

    payments: Sequence[Payment]

    @property
    def lead(self) -> Payment:
        """The row by whose id the mail is known."""
        return self.payments[0]

    @property
    def invoice_ids(self) -> list[UUID]:
        """What was paid."""
        return [payment.invoice_id for payment in self.payments if payment.invoice_id is not None]

    @property
    def is_thankworthy(self) -> bool:
        """Nothing of it was given back, or is disputed."""
        return all(
            payment.state is PaymentState.settled and not payment.refunded_minor
            for payment in self.payments
        )


async def find_new(
    session: AsyncSession, *, firm_id: UUID, text: MailText, now: datetime
) -> list[Paid]:
    """What came in lately, and since the text holds, and was not thanked for yet."""
    if text.enabled_since is None:
        return []
    sources = [PaymentSource.stripe, PaymentSource.manual]
    if text.includes_clio:
        sources.append(PaymentSource.clio)
    new = await session.scalars(
        select(Payment.id).where(
            Payment.firm_id == firm_id,
            Payment.invoice_id.is_not(None),
            # The client was thanked for it when it came in.
            Payment.assigned_from_id.is_(None),
            Payment.state == PaymentState.settled,
            Payment.source.in_(sources),
            Payment.settled_at >= text.enabled_since,
            Payment.settled_at > now - AFTER_THIS_TOO_LATE,
        )
    )
    found = await _group(session, firm_id, new.all())
    ids = [payment.id for paid in found for payment in paid.payments]
    done = set(
        await session.scalars(
            select(OutboxMessage.subject_id).where(
                OutboxMessage.firm_id == firm_id,
                OutboxMessage.kind == THANK_YOU,
                OutboxMessage.subject_id.in_(ids),
            )
        )
    )
    return [
        paid
        for paid in found
        if paid.is_thankworthy and not done & {payment.id for payment in paid.payments}
    ]


async def find_one(session: AsyncSession, *, firm_id: UUID, payment_id: UUID) -> Paid | None:
    """What was paid together with this payment."""
    found = await _group(session, firm_id, [payment_id])
    return found[0] if found else None


async def find_latest(session: AsyncSession, *, firm_id: UUID) -> Paid | None:
    """The newest payment, to show a mail with."""
    newest = await session.scalar(
        select(Payment.id)
        .where(
            Payment.firm_id == firm_id,
            Payment.invoice_id.is_not(None),
            Payment.state == PaymentState.settled,
            Payment.settled_at.is_not(None),
        )
        .order_by(Payment.settled_at.desc(), Payment.id)
        .limit(1)
    )
    return await find_one(session, firm_id=firm_id, payment_id=newest) if newest else None


async def address_of(session: AsyncSession, *, firm_id: UUID, paid: Paid) -> str | None:
    """Where the client's mail goes; nothing where there is no address."""
    client = await session.scalar(
        select(Client)
        .join(Invoice, Invoice.client_id == Client.id)
        .where(Invoice.firm_id == firm_id, Invoice.id.in_(paid.invoice_ids))
        .limit(1)
    )
    return (client.effective_email or "").strip().lower() or None if client else None


async def write_thanks(
    session: AsyncSession,
    adapters: Adapters,
    *,
    firm: Firm,
    text: ThanksText,
    paid: Paid,
    now: datetime,
) -> MailContent:
    """The mail with what is open now. Raises ``CannotWrite``, ``NotFound``."""
    facts = await load_group_facts(
        session,
        adapters,
        firm_id=firm.id,
        invoice_ids=await _oldest_first(session, paid),
        now=now,
        can_take_payments=False,
    )
    settled_at = paid.lead.settled_at or now
    about = replace(
        facts.text,
        payment=Money(sum(each.amount_minor for each in paid.payments), paid.lead.currency),
        paid_on=local_day(settled_at, firm.time_zone),
    )
    return write_mail(text, replace(facts, text=about))


async def _group(session: AsyncSession, firm_id: UUID, ids: Group[UUID]) -> list[Paid]:
    """These payments, each with all that was paid together with it."""
    if not ids:
        return []
    intents = select(Payment.stripe_payment_intent_id).where(
        Payment.firm_id == firm_id,
        Payment.id.in_(ids),
        Payment.stripe_payment_intent_id.is_not(None),
    )
    rows = await session.scalars(
        select(Payment)
        .where(
            Payment.firm_id == firm_id,
            Payment.invoice_id.is_not(None),
            or_(Payment.state != PaymentState.voided, Payment.id.in_(ids)),
            or_(Payment.id.in_(ids), Payment.stripe_payment_intent_id.in_(intents)),
        )
        .order_by(Payment.id)
        .execution_options(populate_existing=True)
    )
    together: dict[str, list[Payment]] = {}
    for payment in rows:
        together.setdefault(payment.stripe_payment_intent_id or str(payment.id), []).append(payment)
    return [Paid(payments) for payments in together.values()]


async def _oldest_first(session: AsyncSession, paid: Paid) -> list[UUID]:
    rows = await session.scalars(
        select(Invoice.id)
        .where(Invoice.id.in_(paid.invoice_ids))
        .order_by(Invoice.due_on, Invoice.issued_on, Invoice.number, Invoice.id)
    )
    return list(rows)
