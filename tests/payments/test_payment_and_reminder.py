"""A payment and a reminder at the same moment, a thousand times, over two connections."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import pytest
from outbox.outbox_helpers import KIND, RULES, Notes, a_content
from payments.reports import report
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from factories import make_client, make_firm
from fakes import FakeMailer
from invoice_tracker.core.database import APP_ROLE, Database
from invoice_tracker.core.deps import Adapters
from invoice_tracker.invoices.models import ClioState, Invoice
from invoice_tracker.invoices.service import lock_invoices
from invoice_tracker.outbox.attachments import bills_of
from invoice_tracker.outbox.deliver import deliver_due
from invoice_tracker.outbox.handlers import Cancel, Decision, Later, Send
from invoice_tracker.outbox.models import MessageState, OutboxMessage
from invoice_tracker.outbox.schemas import DueMessage
from invoice_tracker.payments.balances import amounts_due
from invoice_tracker.payments.checkout_rows import Line
from invoice_tracker.payments.service import apply_report

TIMES = 1_000
BATCH = 50
AT_ONCE = 5
"""Invoices of one payment."""
OWED = 1_000


class Reminders(Notes):
    """Asks for the balance under the invoice's lock, as the delivery of reminders does."""

    def __init__(self, claimed: "asyncio.Queue[list[UUID] | None]") -> None:
        super().__init__()
        self._claimed = claimed
        self.asked: dict[UUID, float] = {}

    async def look_again(
        self, firm_id: UUID, messages: Sequence[DueMessage]
    ) -> Mapping[UUID, Later]:
        # From here on the client pays what is about to be reminded of.
        self._claimed.put_nowait([m.subject_id for m in messages if m.subject_id])
        return {}

    async def confirm(self, session: AsyncSession, message: DueMessage) -> Decision:
        assert message.subject_id is not None
        self.asked[message.subject_id] = time.monotonic()
        locked = await lock_invoices(
            session, firm_id=message.firm_id, invoice_ids=[message.subject_id]
        )
        dues = await amounts_due(session, invoices=locked)
        return Send() if dues[message.subject_id] else Cancel("Paid.")


@pytest.fixture
async def adapters(committed_adapters: Adapters, database_url: str) -> AsyncIterator[Adapters]:
    """Two connections that stay open: one reminds, one pays."""
    engine = create_async_engine(
        database_url,
        pool_size=2,
        max_overflow=0,
        connect_args={"server_settings": {"role": APP_ROLE, "timezone": "UTC"}},
    )
    yield replace(committed_adapters, database=Database(engine))
    await engine.dispose()


@pytest.fixture
async def firm_id(adapters: Adapters) -> UUID:
    """A firm with a thousand open invoices, each with a reminder that is due."""
    now = adapters.clock.now()
    async with adapters.database.transaction() as session:
        firm = await make_firm(session, now=now)
        client = await make_client(session, firm=firm)
        ids = [uuid4() for _ in range(TIMES)]
        invoice = {
            "firm_id": firm.id, "clio_state": ClioState.awaiting_payment, "client_id": client.id,
            "due_on": date(2026, 2, 1), "currency": "USD", "total_minor": OWED,
            "clio_paid_minor": 0, "clio_balance_minor": OWED, "etag": '"1"',
            "clio_updated_at": now, "last_read_at": now, "created_at": now,
        }  # fmt: skip
        message = {
            "firm_id": firm.id, "kind": KIND, "recipient": "ada@example.org",
            "content": a_content().model_dump(mode="json"), "state": MessageState.waiting,
            "attempts": 0, "next_attempt_at": now, "created_at": now,
        }  # fmt: skip
        await session.execute(
            insert(Invoice),
            [
                invoice | {"id": each, "clio_id": n, "number": str(n)}
                for n, each in enumerate(ids, start=1)
            ],
        )
        await session.execute(
            insert(OutboxMessage),
            [
                message
                | {
                    "id": uuid4(),
                    "subject_id": each,
                    "dedupe_key": str(each),
                    "message_id": f"<{each}@example.com>",
                }
                for each in ids
            ],
        )
    return firm.id


async def test_no_mail_leaves_after_the_payment_is_known(adapters: Adapters, firm_id: UUID) -> None:
    claimed: asyncio.Queue[list[UUID] | None] = asyncio.Queue()
    handler, mailer = Reminders(claimed), FakeMailer()
    known: dict[UUID, float] = {}
    chance = random.Random(7)  # not a secret: the same order each time

    async def remind() -> None:
        while any(
            (
                await deliver_due(
                    database=adapters.database,
                    firm_id=firm_id,
                    handlers={KIND: handler},
                    rules=RULES,
                    mailer=mailer,
                    attach=bills_of(adapters.billing),
                    clock=adapters.clock,
                    batch_size=BATCH,
                    lanes=1,
                )
            ).values()
        ):
            pass
        claimed.put_nowait(None)

    async def pay() -> None:
        while (batch := await claimed.get()) is not None:
            chance.shuffle(batch)
            for start in range(0, len(batch), AT_ONCE):
                await pay_at_once(batch[start : start + AT_ONCE])

    async def pay_at_once(ids: list[UUID]) -> None:
        now = adapters.clock.now()
        async with adapters.database.transaction(firm_id) as session:
            await apply_report(
                session,
                firm_id=firm_id,
                lines=[Line(each, OWED) for each in ids],
                report=report(
                    "settled", at=now, amount=OWED * len(ids), intent_id=f"pi_{uuid4().hex}"
                ),
                now=now,
            )
        known.update(dict.fromkeys(ids, time.monotonic()))

    await asyncio.gather(remind(), pay())
    async with adapters.database.transaction(firm_id) as session:
        rows = await session.execute(select(OutboxMessage.subject_id, OutboxMessage.state))
        ends = {invoice_id: state for invoice_id, state in rows if invoice_id is not None}
    assert len(ends) == len(known) == TIMES
    sent = {each for each, state in ends.items() if state is MessageState.sent}
    stopped = {each for each, state in ends.items() if state is MessageState.cancelled}
    assert sent | stopped == set(ends)
    assert len(mailer.sent) == len(sent)
    late = [each for each in sent if known[each] < handler.asked[each]]
    assert late == [], "a mail was asked about when its payment was known, and left"
    # Both happen, so that the one or the other is no accident.
    assert min(len(sent), len(stopped)) > TIMES // 20
