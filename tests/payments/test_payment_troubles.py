"""A payment that fails: staff are told, the client too, once, and not when it is over."""

from datetime import timedelta

import pytest
from payments.reports import lines, report
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from factories import make_hold, make_user
from fakes import FakeMailer, MovableClock
from invoice_tracker.accounts.models import Role, User
from invoice_tracker.collections.payment_troubles import FailureDelivery, tell_of_troubles
from invoice_tracker.core.deps import Adapters
from invoice_tracker.firms.models import Firm, SendingRules
from invoice_tracker.firms.service import may_send
from invoice_tracker.invoices.models import Invoice, TimelineEntry
from invoice_tracker.outbox import jobs as outbox
from invoice_tracker.outbox.handlers import AlwaysWanted
from invoice_tracker.outbox.models import OutboxMessage
from invoice_tracker.payments.service import apply_report

CLIENT = "ada@example.org"


@pytest.fixture
async def failed(session: AsyncSession, invoice: Invoice, clock: MovableClock) -> Invoice:
    """A bank debit for the invoice that the bank has sent back."""
    await hear(session, invoice, clock, "processing")
    clock.move(days=1)
    await hear(session, invoice, clock, "failed", failure="Insufficient funds.")
    return invoice


async def hear(
    session: AsyncSession, invoice: Invoice, clock: MovableClock, state: str, **more: object
) -> None:
    await apply_report(
        session,
        firm_id=invoice.firm_id,
        lines=lines(invoice),
        report=report(state, at=clock.now(), **more),  # type: ignore[arg-type]
        now=clock.now(),
    )


async def work(adapters: Adapters, firm: Firm) -> list[tuple[str, str]]:
    """Write and deliver; recipients and subjects of all that has left until now."""
    await tell_of_troubles(adapters, firm.id)
    async with adapters.database.transaction(firm.id) as session:
        kinds = await may_send(session, firm_id=firm.id)
    handlers = {"payment_failed": FailureDelivery(adapters), "payment_alert": AlwaysWanted()}
    await outbox.deliver_due(adapters, firm.id, handlers=handlers, kinds=kinds)
    assert isinstance(adapters.mailer, FakeMailer)
    return sorted((mail.to, mail.subject) for mail in adapters.mailer.sent)


async def test_staff_and_client_are_told_once(
    adapters: Adapters, session: AsyncSession, firm: Firm, owner: User, failed: Invoice
) -> None:
    await make_user(session, firm=firm, now=adapters.clock.now(), role=Role.viewer)
    for _ in range(2):
        sent = await work(adapters, firm)
        assert sent == sorted(
            [
                (CLIENT, "Your payment of $1,200.00 did not go through"),
                (owner.email, "Hale & Moreno LLP: a payment of $1,200.00 has failed"),
            ]
        )
    assert isinstance(adapters.mailer, FakeMailer)
    [mail] = [mail for mail in adapters.mailer.sent if mail.to == CLIENT]
    assert f"invoice {failed.number}" in mail.text
    assert "/pay/" in mail.text
    assert "Insufficient" not in mail.text, "the client's own affair"
    kinds = await session.scalars(select(TimelineEntry.kind))
    assert "payment_failed_mail_sent" in kinds.all()


async def test_who_has_paid_meanwhile_hears_nothing(
    adapters: Adapters, session: AsyncSession, firm: Firm, failed: Invoice, clock: MovableClock
) -> None:
    await tell_of_troubles(adapters, firm.id)
    await hear(session, failed, clock, "settled", intent_id="pi_2")
    assert [to for to, _ in await work(adapters, firm) if to == CLIENT] == []


async def test_an_invoice_on_hold_is_in_no_mail(
    adapters: Adapters, session: AsyncSession, firm: Firm, failed: Invoice, clock: MovableClock
) -> None:
    await make_hold(session, firm=firm, invoice=failed, now=clock.now())
    assert [to for to, _ in await work(adapters, firm) if to == CLIENT] == []


async def test_in_safe_mode_only_staff_are_told_and_the_client_not_later_either(
    adapters: Adapters, session: AsyncSession, firm: Firm, owner: User, failed: Invoice
) -> None:
    rules = await session.get_one(SendingRules, firm.id)
    rules.safe_mode = True
    await session.flush()
    assert [to for to, _ in await work(adapters, firm)] == [owner.email]
    rules.safe_mode = False
    await session.flush()
    assert [to for to, _ in await work(adapters, firm)] == [owner.email]


async def test_a_dispute_is_told_to_staff_alone(
    adapters: Adapters,
    session: AsyncSession,
    firm: Firm,
    owner: User,
    invoice: Invoice,
    clock: MovableClock,
) -> None:
    await hear(session, invoice, clock, "settled")
    clock.move(days=2)
    await hear(session, invoice, clock, "settled", disputed=True)
    assert await work(adapters, firm) == [
        (owner.email, "Hale & Moreno LLP: a client's bank disputes a payment of $1,200.00")
    ]


async def test_at_night_the_client_is_left_in_peace(
    adapters: Adapters, session: AsyncSession, firm: Firm, failed: Invoice, clock: MovableClock
) -> None:
    clock.move_to(clock.now().replace(hour=4) + timedelta(days=1))
    await tell_of_troubles(adapters, firm.id)
    due = await session.scalar(
        select(OutboxMessage.next_attempt_at).where(OutboxMessage.kind == "payment_failed")
    )
    assert due is not None
    assert due.hour == 14, "nine in New York"
