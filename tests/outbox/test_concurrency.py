"""Several workers at once, over real connections that really commit."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import pytest
from outbox.outbox_helpers import KIND, RULES, Notes, put, put_many, rows
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from factories import make_client, make_firm, make_invoice
from fakes import FakeMailer, MovableClock
from invoice_tracker.core.deps import Adapters
from invoice_tracker.firms.models import Firm
from invoice_tracker.invoices.models import Invoice
from invoice_tracker.outbox.attachments import bills_of
from invoice_tracker.outbox.claim import Rules
from invoice_tracker.outbox.deliver import deliver_due
from invoice_tracker.outbox.handlers import Cancel, Decision, Send
from invoice_tracker.outbox.models import MessageState
from invoice_tracker.outbox.pace import Pace
from invoice_tracker.outbox.schemas import DueMessage
from invoice_tracker.outbox.service import cancel_unsent


@pytest.fixture
async def firm(committed_adapters: Adapters) -> Firm:
    async with committed_adapters.database.transaction() as session:
        return await make_firm(session, now=committed_adapters.clock.now())


async def worker(
    adapters: Adapters, firm: Firm, mailer: FakeMailer, notes: Notes, rules: Rules = RULES
) -> Counter[MessageState]:
    return await deliver_due(
        database=adapters.database,
        firm_id=firm.id,
        handlers={KIND: notes},
        rules=rules,
        mailer=mailer,
        attach=bills_of(adapters.billing),
        clock=adapters.clock,
        batch_size=7,
        lanes=3,
    )


async def test_four_workers_send_each_mail_once(committed_adapters: Adapters, firm: Firm) -> None:
    adapters = committed_adapters
    await put_many(adapters.database, firm.id, 60, now=adapters.clock.now())
    mailer, notes = FakeMailer(), Notes()
    while True:
        tallies = await asyncio.gather(*(worker(adapters, firm, mailer, notes) for _ in range(4)))
        if not any(tallies):
            break
    found = await rows(adapters.database, firm.id)
    assert {r.state for r in found} == {MessageState.sent}
    assert len(mailer.sent) == 60
    assert {mail.message_id for mail in mailer.sent} == {r.message_id for r in found}
    assert Counter(key for key, _ in notes.ends) == {str(number): 1 for number in range(60)}


async def test_two_planners_write_one_message(committed_adapters: Adapters, firm: Firm) -> None:
    adapters = committed_adapters
    now = adapters.clock.now()

    async def plan() -> UUID | None:
        async with adapters.database.transaction(firm.id) as session:
            return await put(session, firm.id, now=now, key="collection:step:1:ada")

    made = await asyncio.gather(*(plan() for _ in range(8)))
    assert sum(one is not None for one in made) == 1
    assert len(await rows(adapters.database, firm.id)) == 1


async def test_workers_together_keep_the_pace(
    committed_adapters: Adapters, firm: Firm, clock: MovableClock
) -> None:
    adapters = committed_adapters
    await put_many(adapters.database, firm.id, 30, now=clock.now())
    since = clock.now() - timedelta(days=30)
    pace = Pace(per_minute=10, per_day=500, first_day_cap=50, sending_since=since)
    rules = Rules(at_once=[], paced=[KIND], pace=pace)
    mailer, notes = FakeMailer(), Notes()
    for minute in range(1, 4):
        for _ in range(3):
            await asyncio.gather(*(worker(adapters, firm, mailer, notes, rules) for _ in range(4)))
        assert len(mailer.sent) == 10 * minute
        clock.move(minutes=1)


class UnlessPaid(Notes):
    """Locks the invoice as a payment does, and cancels when nothing is owed."""

    def __init__(self, invoice_id: UUID) -> None:
        super().__init__()
        self._invoice_id = invoice_id
        self.locked = asyncio.Event()

    async def confirm(self, session: AsyncSession, message: DueMessage) -> Decision:
        invoice = await session.scalar(
            select(Invoice).where(Invoice.id == self._invoice_id).with_for_update()
        )
        self.locked.set()
        await asyncio.sleep(0.1)
        assert invoice is not None
        return Cancel("Paid.") if invoice.clio_balance_minor == 0 else Send()


@dataclass
class Payment:
    """Locks the invoice, settles it, and takes the mail out of the outbox."""

    adapters: Adapters
    firm: Firm
    invoice_id: UUID
    message_id: UUID
    locked: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self) -> bool:
        """Whether it cancelled the mail."""
        async with self.adapters.database.transaction(self.firm.id) as session:
            invoice = await session.scalar(
                select(Invoice).where(Invoice.id == self.invoice_id).with_for_update()
            )
            self.locked.set()
            await asyncio.sleep(0.1)
            assert invoice is not None
            invoice.clio_balance_minor = 0
            cancelled = await cancel_unsent(
                session, firm_id=self.firm.id, message_ids=[self.message_id], reason="Paid."
            )
        return bool(cancelled)


async def a_mail_about_an_invoice(adapters: Adapters, firm: Firm) -> tuple[UUID, UUID]:
    now = adapters.clock.now()
    async with adapters.database.transaction(firm.id) as session:
        client = await make_client(session, firm=firm)
        invoice = await make_invoice(session, firm=firm, client=client, now=now, due_on=now.date())
        message_id = await put(session, firm.id, now=now)
        assert message_id is not None
    return invoice.id, message_id


async def test_a_payment_that_comes_first_stops_the_claimed_mail(
    committed_adapters: Adapters, firm: Firm
) -> None:
    adapters = committed_adapters
    invoice_id, message_id = await a_mail_about_an_invoice(adapters, firm)
    payment = Payment(adapters, firm, invoice_id, message_id)
    mailer, handler = FakeMailer(), UnlessPaid(invoice_id)

    async def send() -> None:
        await payment.locked.wait()
        await worker(adapters, firm, mailer, handler)

    cancelled, _ = await asyncio.gather(payment(), send())
    assert cancelled
    assert handler.locked.is_set()
    assert mailer.sent == []
    [message] = await rows(adapters.database, firm.id)
    assert (message.state, message.reason) == (MessageState.cancelled, "Paid.")


async def test_a_payment_that_comes_second_waits_and_finds_the_mail_gone(
    committed_adapters: Adapters, firm: Firm
) -> None:
    adapters = committed_adapters
    invoice_id, message_id = await a_mail_about_an_invoice(adapters, firm)
    payment = Payment(adapters, firm, invoice_id, message_id)
    mailer, handler = FakeMailer(), UnlessPaid(invoice_id)

    async def pay() -> bool:
        await handler.locked.wait()
        return await payment()

    cancelled, _ = await asyncio.gather(pay(), worker(adapters, firm, mailer, handler))
    assert not cancelled
    assert len(mailer.sent) == 1
    [message] = await rows(adapters.database, firm.id)
    assert message.state is MessageState.sent
