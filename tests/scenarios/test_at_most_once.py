"""At most one message for each collection, step and recipient, whatever ticks and crashes do."""

import asyncio
from collections import Counter
from datetime import date, datetime, timedelta

import pytest
from scenarios.diary import Diary
from sqlalchemy import func, select, update

from factories import make_firm
from fakes import MovableClock
from invoice_tracker.collections import planner
from invoice_tracker.collections.models import Collection, Reminder, ReminderState
from invoice_tracker.collections.planner import plan_due, rederive_hints
from invoice_tracker.collections.reminders import actions as reminder_actions
from invoice_tracker.collections.sending.delivery import ReminderDelivery
from invoice_tracker.core.deps import Adapters
from invoice_tracker.invoices.models import Invoice
from invoice_tracker.outbox.jobs import deliver_due
from invoice_tracker.outbox.models import MessageState, OutboxMessage
from invoice_tracker.outbox.service import Resolution
from invoice_tracker.ports import MailDeferred, MailUncertain
from invoice_tracker.worker import send_firm

DUE = date(2026, 3, 16)


async def _force_due(diary: Diary) -> None:
    """As if every hint were wrong: the key alone must hold."""
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        await session.execute(
            update(Collection)
            .where(Collection.state == "active")
            .values(next_action_at=diary.clock.now() - timedelta(days=1))
        )


async def test_a_thousand_planner_runs_make_one_mail(diary: Diary) -> None:
    invoice = await diary.invoice(DUE)
    await diary.start("0 +7", invoice)
    diary.go_to(DUE)
    for run in range(1000):
        if run % 10 == 0:
            await _force_due(diary)
        await plan_due(diary.adapters, diary.firm.id)
        if run == 500:
            await diary.tick()
    await diary.tick()
    assert diary.offsets(invoice) == [0]
    assert len(await diary.reminders()) == 1


async def test_the_key_holds_where_the_facts_would_not(diary: Diary) -> None:
    """The same decision written again and again leaves one row and one mail."""
    invoice = await diary.invoice(DUE)
    await diary.start("0", invoice)
    diary.go_to(DUE)
    await plan_due(diary.adapters, diary.firm.id)
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        # A fault: the row says nothing of having been decided, apart from its key.
        await session.execute(update(Reminder).values(step_id=Reminder.step_id, occurrence=99))
    for _ in range(20):
        await _force_due(diary)
        await plan_due(diary.adapters, diary.firm.id)
    await diary.tick()
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        assert await session.scalar(select(func.count()).select_from(OutboxMessage)) == 1


async def test_one_fault_stops_no_other(diary: Diary, monkeypatch: pytest.MonkeyPatch) -> None:
    clients = [await diary.client(email=f"c{n}@example.org") for n in range(3)]
    invoices = [await diary.invoice(DUE, client) for client in clients]
    ids = await diary.start("0", *invoices)
    real = planner.plan_collection

    async def faulty(session, this, firm, *, collection_id):  # type: ignore[no-untyped-def]
        if collection_id == ids[1]:
            raise RuntimeError("a fault")
        await real(session, this, firm, collection_id=collection_id)

    monkeypatch.setattr(planner, "plan_collection", faulty)
    diary.go_to(DUE)
    await diary.tick()
    assert len(diary.mails()) == 2

    monkeypatch.setattr(planner, "plan_collection", real)
    diary.clock.move(minutes=16)
    await diary.tick()
    assert len(diary.mails()) == 3


async def test_the_night_finds_drifted_hints(diary: Diary) -> None:
    invoice = await diary.invoice(DUE)
    [collection_id] = await diary.start("0 +7", invoice)
    before = (await diary.collection(collection_id)).next_action_at
    assert await rederive_hints(diary.adapters, diary.firm.id) == 0
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        await session.execute(
            update(Collection).values(next_action_at=diary.clock.now() + timedelta(days=300))
        )
    assert await rederive_hints(diary.adapters, diary.firm.id) == 1
    assert (await diary.collection(collection_id)).next_action_at == before


async def test_an_uncertain_mail_is_never_sent_again_by_itself(diary: Diary) -> None:
    invoice = await diary.invoice(DUE)
    await diary.start("0 +7", invoice)
    diary.mailer.fail_with = [MailUncertain("The connection broke after the data.")]
    await diary.live_until(date(2026, 3, 20))
    assert diary.mails() == []
    [uncertain] = await diary.reminders()
    assert uncertain.state is ReminderState.uncertain

    await diary.live_until(date(2026, 3, 24))
    assert diary.offsets(invoice) == [7], "the series goes on: it counts as sent"

    async with diary.adapters.database.transaction(diary.firm.id) as session:
        await reminder_actions.resolve(
            session,
            firm_id=diary.firm.id,
            reminder_id=uncertain.id,
            outcome=Resolution.it_was_sent,
            actor="Dana Hale",
            now=diary.clock.now(),
        )
    await diary.live_until(date(2026, 3, 31))
    assert diary.offsets(invoice) == [7]
    assert (await diary.reminders())[0].state is ReminderState.sent


async def test_a_person_lets_an_uncertain_mail_go_again(diary: Diary) -> None:
    invoice = await diary.invoice(DUE)
    await diary.start("0 +20", invoice)
    diary.mailer.fail_with = [MailUncertain("The connection broke after the data.")]
    await diary.live_until(date(2026, 3, 17))
    [uncertain] = await diary.reminders()
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        await reminder_actions.resolve(
            session,
            firm_id=diary.firm.id,
            reminder_id=uncertain.id,
            outcome=Resolution.send_again,
            actor="Dana Hale",
            now=diary.clock.now(),
        )
    await diary.live_until(date(2026, 3, 19))
    assert diary.offsets(invoice) == [1]


async def test_a_mail_server_that_is_away(diary: Diary) -> None:
    invoice = await diary.invoice(DUE)
    await diary.start("0 +30", invoice)
    diary.mailer.fail_with = [MailDeferred("421 Try later")] * 2
    diary.go_to(DUE)
    for _ in range(20):
        await diary.tick()
        diary.clock.move(minutes=1)
    assert diary.offsets(invoice) == [0]


async def _busy_firm(adapters: Adapters, clock: MovableClock, count: int) -> Diary:
    async with adapters.database.transaction() as session:
        firm = await make_firm(session, now=clock.now(), per_minute=500)
    diary = Diary.open(adapters, firm, clock)
    invoices = []
    for number in range(count):
        client = await diary.client(email=f"client{number}@example.org")
        invoices.append(await diary.invoice(DUE, client))
    await diary.start("0 +7", *invoices)
    return diary


async def test_two_planners_at_once(committed_adapters: Adapters, clock: MovableClock) -> None:
    diary = await _busy_firm(committed_adapters, clock, 12)
    diary.go_to(DUE)
    await asyncio.gather(*(plan_due(diary.adapters, diary.firm.id) for _ in range(4)))
    rows = await diary.reminders()
    assert len(rows) == 12
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        assert await session.scalar(select(func.count()).select_from(OutboxMessage)) == 12


async def test_whole_workers_at_once(committed_adapters: Adapters, clock: MovableClock) -> None:
    diary = await _busy_firm(committed_adapters, clock, 12)
    diary.go_to(DUE)
    for _ in range(3):
        await asyncio.gather(*(send_firm(diary.adapters, diary.firm.id) for _ in range(3)))
    per_person = Counter(mail.to for mail in diary.mails())
    assert len(per_person) == 12
    assert set(per_person.values()) == {1}
    assert len({mail.message_id for mail in diary.mails()}) == 12


async def test_two_invoices_of_one_person_sent_by_two_lanes(
    committed_adapters: Adapters, clock: MovableClock
) -> None:
    """Both are ready, from before: only the last check can see the other one."""
    async with committed_adapters.database.transaction() as session:
        firm = await make_firm(session, now=clock.now(), min_gap_days=3)
    diary = Diary.open(committed_adapters, firm, clock)
    client = await diary.client()
    first, second = await diary.invoice(DUE, client), await diary.invoice(DUE, client)
    await diary.set_rules(min_gap_days=0)
    await diary.start("0 +20", first, second)
    diary.go_to(DUE)
    await plan_due(diary.adapters, firm.id)
    assert len(await diary.reminders(ReminderState.queued)) == 2
    await diary.set_rules(min_gap_days=3)
    await deliver_due(
        diary.adapters,
        firm.id,
        handlers={"reminder": ReminderDelivery(diary.adapters)},
        kinds={"reminder"},
        lanes=2,
    )
    assert len(diary.mails()) == 1


async def test_payment_and_sending_at_the_same_moment(
    committed_adapters: Adapters, clock: MovableClock
) -> None:
    """Either the mail left before the payment was known, or it does not leave at all."""
    diary = await _busy_firm(committed_adapters, clock, 6)
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        invoices = (await session.scalars(select(Invoice))).all()
    diary.go_to(DUE)
    await plan_due(diary.adapters, diary.firm.id)
    await asyncio.gather(
        send_firm(diary.adapters, diary.firm.id),
        *(diary.pay(invoice, intent=f"pi_{invoice.number}") for invoice in invoices),
    )
    await send_firm(diary.adapters, diary.firm.id)
    states = Counter(row.state for row in await diary.reminders())
    assert states[ReminderState.queued] == 0
    assert states[ReminderState.sent] == len(diary.mails())
    assert states[ReminderState.sent] + states[ReminderState.cancelled] == 6
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        active = await session.scalar(
            select(func.count()).select_from(Collection).where(Collection.state == "active")
        )
        waiting = await session.scalar(
            select(func.count())
            .select_from(OutboxMessage)
            .where(OutboxMessage.state == MessageState.waiting)
        )
    assert (active, waiting) == (0, 0)
    before = len(diary.mails())
    clock.move_to(datetime(2026, 4, 1, 15, 0, tzinfo=clock.now().tzinfo))
    await send_firm(diary.adapters, diary.firm.id)
    assert len(diary.mails()) == before
