"""A payment that failed or is disputed: staff hear of it, and the client of a failure, once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.accounts.models import Role, User
from invoice_tracker.collections.holds.derived import load_holds
from invoice_tracker.core.deps import Adapters
from invoice_tracker.domain.holds import HoldKind, active_holds
from invoice_tracker.domain.money import Money, format_money
from invoice_tracker.domain.thanks import AFTER_THIS_TOO_LATE, when_to_thank
from invoice_tracker.firms.service import get_firm, get_sender, may_send
from invoice_tracker.invoices import timeline
from invoice_tracker.invoices.models import Client, Invoice
from invoice_tracker.invoices.service import lock_invoices
from invoice_tracker.outbox.handlers import Cancel, Decision, Later, Send
from invoice_tracker.outbox.models import MessageState
from invoice_tracker.outbox.schemas import DueMessage, Outcome
from invoice_tracker.outbox.service import enqueue
from invoice_tracker.payments.balances import amounts_due
from invoice_tracker.payments.groups import make_group_link
from invoice_tracker.payments.models import Payment, PaymentState
from invoice_tracker.payments.trouble_mails import compose_for_client, compose_for_staff

TO_CLIENT = "payment_failed"
TO_STAFF = "payment_alert"
"""Kinds of the outbox messages."""
TROUBLE = (PaymentState.failed, PaymentState.disputed)
STILL_WRITTEN_TO = frozenset(
    [HoldKind.checkout_open, HoldKind.promise, HoldKind.other_sender, HoldKind.no_address]
)
"""Holds of reminders that do not keep the client from hearing that the own payment failed."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """One payment of a client that failed or is disputed, for one invoice or several."""

    payments: Sequence[Payment]
    invoices: Sequence[Invoice]
    client: Client | None

    @property
    def lead(self) -> Payment:
        """The row by whose id the mail is known."""
        return self.payments[0]

    @property
    def amount(self) -> str:
        """All of it, in words."""
        whole = sum(payment.amount_minor for payment in self.payments)
        return format_money(Money(whole, self.lead.currency))

    @property
    def numbers(self) -> list[str]:
        """Of the invoices that it was for."""
        return [invoice.number for invoice in self.invoices]


async def tell_of_troubles(adapters: Adapters, firm_id: UUID) -> int:
    """Write the mails about payments that nobody has been told of; about how many payments.

    In Safe Mode the client is not written to, and not later either.
    """
    now = adapters.clock.now()
    untold = (
        Payment.firm_id == firm_id,
        Payment.state.in_(TROUBLE),
        Payment.told_of.is_distinct_from(Payment.state),
    )
    async with adapters.database.transaction(firm_id) as session:
        # The invoices first, as everybody does who locks both.
        ids = await session.scalars(select(Payment.invoice_id).where(*untold))
        found = {invoice_id for invoice_id in ids if invoice_id is not None}
        await lock_invoices(session, firm_id=firm_id, invoice_ids=found)
        rows = await session.scalars(
            select(Payment)
            .where(*untold, or_(Payment.invoice_id.is_(None), Payment.invoice_id.in_(found)))
            .order_by(Payment.id)
            .with_for_update(skip_locked=True)
            .execution_options(populate_existing=True)
        )
        together: dict[str, list[Payment]] = {}
        for row in rows:
            together.setdefault(row.stripe_payment_intent_id or str(row.id), []).append(row)
        if not together:
            return 0
        kinds = await may_send(session, firm_id=firm_id)
        for payments in together.values():
            trouble = await _load(session, payments)
            await _tell_staff(session, adapters, trouble, now)
            if trouble.lead.state is PaymentState.failed and TO_CLIENT in kinds:
                await _tell_client(session, adapters, trouble, now)
            for payment in payments:
                payment.told_of = payment.state
    return len(together)


async def _load(session: AsyncSession, payments: Sequence[Payment]) -> Trouble:
    ids = [payment.invoice_id for payment in payments if payment.invoice_id]
    invoices = await session.scalars(
        select(Invoice).where(Invoice.id.in_(ids)).order_by(Invoice.due_on, Invoice.number)
    )
    client_id = payments[0].client_id
    client = await session.get(Client, client_id) if client_id else None
    return Trouble(payments, invoices.all(), client)


async def _tell_staff(
    session: AsyncSession, adapters: Adapters, trouble: Trouble, now: datetime
) -> None:
    firm = await get_firm(session, trouble.lead.firm_id)
    content = compose_for_staff(
        mail_from=adapters.settings.mail_from,
        firm_name=firm.name,
        state=trouble.lead.state,
        amount=trouble.amount,
        client_name=trouble.client.name if trouble.client else "Unknown client",
        numbers=trouble.numbers,
        link=f"{adapters.public_url}/payments/{trouble.lead.id}",
    )
    staff = await session.scalars(
        select(User)
        .where(User.firm_id == firm.id, User.role.in_([Role.owner, Role.billing]))
        .order_by(User.id)
    )
    for person in staff:
        await enqueue(
            session,
            firm_id=firm.id,
            kind=TO_STAFF,
            dedupe_key=f"{TO_STAFF}:{trouble.lead.state.value}:{_key(trouble)}:{person.id}",
            subject_id=None,
            recipient=person.email,
            content=content,
            now=now,
        )


async def _tell_client(
    session: AsyncSession, adapters: Adapters, trouble: Trouble, now: datetime
) -> None:
    lead, address = trouble.lead, _address_of(trouble)
    sender = await get_sender(session, lead.firm_id)
    heard_at = lead.reported_at or lead.created_at
    if address is None or sender is None or heard_at <= now - AFTER_THIS_TOO_LATE:
        return
    firm = await get_firm(session, lead.firm_id)
    link = None
    if await adapters.gateway.can_take_payments(firm.id) and trouble.invoices:
        token = await make_group_link(
            session,
            adapters.vault,
            firm_id=firm.id,
            invoice_ids=[invoice.id for invoice in trouble.invoices],
            now=now,
        )
        link = f"{adapters.public_url}/pay/{token}"
    await enqueue(
        session,
        firm_id=firm.id,
        kind=TO_CLIENT,
        dedupe_key=f"{TO_CLIENT}:{_key(trouble)}",
        subject_id=lead.id,
        recipient=address,
        content=compose_for_client(
            sender=sender,
            firm_name=firm.name,
            first_name=(trouble.client.first_name or "") if trouble.client else "",
            amount=trouble.amount,
            numbers=trouble.numbers,
            link=link,
        ),
        now=now,
        due_at=when_to_thank(now, ZoneInfo(firm.time_zone)),
    )


def _key(trouble: Trouble) -> str:
    return trouble.lead.stripe_payment_intent_id or str(trouble.lead.id)


def _address_of(trouble: Trouble) -> str | None:
    return (
        (trouble.client.effective_email or "").strip().lower() or None if trouble.client else None
    )


class FailureDelivery:
    """Handler of the kind ``payment_failed``: is it still so when the mail leaves?"""

    automatic = True

    def __init__(self, adapters: Adapters) -> None:
        self._adapters = adapters

    async def look_again(
        self,
        firm_id: UUID,  # noqa: ARG002
        messages: Sequence[DueMessage],  # noqa: ARG002
    ) -> Mapping[UUID, Later]:
        """Nothing is asked outside: a new payment is known here."""
        return {}

    async def confirm(self, session: AsyncSession, message: DueMessage) -> Decision:
        """Lock the invoices and look again: not wanted where they are paid, gone or held."""
        trouble = await _locked(session, message)
        if trouble is None or trouble.lead.state is not PaymentState.failed:
            return Cancel("The payment has not failed after all.")
        if _address_of(trouble) != message.recipient:
            return Cancel("The client's address has changed.")
        dues = await amounts_due(session, invoices=trouble.invoices)
        if not any(dues.values()):
            return Cancel("Nothing is owed any more.")
        now = self._adapters.clock.now()
        ids = [invoice.id for invoice in trouble.invoices]
        holds = await load_holds(session, firm_id=message.firm_id, invoice_ids=ids, now=now)
        for found in holds.values():
            if any(hold.kind not in STILL_WRITTEN_TO for hold in active_holds(found, now)):
                return Cancel("The invoice is on hold.")
        return Send()

    async def record(self, session: AsyncSession, message: DueMessage, outcome: Outcome) -> None:
        """Tell it in the timeline of each invoice."""
        trouble = await _locked(session, message)
        title = _TITLES[outcome.state].format(to=message.recipient)
        for payment in trouble.payments if trouble else ():
            if payment.invoice_id is None:
                continue
            await timeline.add(
                session,
                firm_id=message.firm_id,
                invoice_id=payment.invoice_id,
                at=outcome.at,
                kind=f"payment_failed_mail_{outcome.state.value}",
                title=title,
                detail=None if outcome.state is MessageState.sent else outcome.reason,
                payment_id=payment.id,
            )


_TITLES = {
    MessageState.sent: "The client was told by e-mail to {to} that the payment failed",
    MessageState.cancelled: "The e-mail about the failed payment was not sent",
    MessageState.failed: "The e-mail to {to} about the failed payment could not be delivered",
    MessageState.uncertain: "Perhaps the e-mail to {to} about the failed payment left, perhaps not",
}


async def _locked(session: AsyncSession, message: DueMessage) -> Trouble | None:
    """The payment as it stands now, under the lock that another payment takes too."""
    lead = await session.get(Payment, message.subject_id) if message.subject_id else None
    if lead is None:
        return None
    same = Payment.id == lead.id
    if lead.stripe_payment_intent_id is not None:
        same = Payment.stripe_payment_intent_id == lead.stripe_payment_intent_id
    statement = (
        select(Payment)
        .where(Payment.firm_id == message.firm_id, same)
        .order_by(Payment.id)
        .execution_options(populate_existing=True)
    )
    before = (await session.scalars(statement)).all()
    ids = [payment.invoice_id for payment in before if payment.invoice_id]
    await lock_invoices(session, firm_id=message.firm_id, invoice_ids=ids)
    return await _load(session, (await session.scalars(statement)).all())
