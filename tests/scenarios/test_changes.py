"""Facts that change while a series runs: due date, balance, address, void, the worker itself."""

from datetime import date

from scenarios.diary import Diary
from sqlalchemy import update

from invoice_tracker.collections.models import CollectionState, ReminderState
from invoice_tracker.invoices.clients import set_email_override
from invoice_tracker.invoices.models import Invoice

DUE = date(2026, 3, 16)


async def test_due_date_moved_later_in_clio(diary: Diary) -> None:
    """Steps not yet sent move with it; what was sent is not sent again."""
    invoice = await diary.invoice(DUE)
    await diary.start("-3 0 +7", invoice)
    await diary.live_until(date(2026, 3, 13))
    await diary.change_in_clio(invoice, due_on=date(2026, 3, 30))
    await diary.live_until(date(2026, 4, 10))
    assert diary.days(invoice) == [date(2026, 3, 13), date(2026, 3, 30), date(2026, 4, 6)]


async def test_due_date_moved_seconds_before(diary: Diary) -> None:
    """The truth check reads the new due date: the mail is withdrawn and goes at its new day."""
    invoice = await diary.invoice(DUE)
    await diary.start("0", invoice)
    diary.clio.changes[invoice.id] = {"due_on": date(2026, 3, 24)}
    await diary.live_until(date(2026, 3, 27))
    assert diary.days(invoice) == [date(2026, 3, 24)]
    assert "$1,200.00" in diary.mails()[0].text


async def test_partial_payment_changes_the_amount_not_the_series(diary: Diary) -> None:
    invoice = await diary.invoice(DUE)
    await diary.start("0 +7", invoice)
    await diary.live_until(date(2026, 3, 17))
    await diary.pay(invoice, 20_000)
    await diary.live_until(date(2026, 3, 24))
    assert diary.offsets(invoice) == [0, 7]
    assert "$1,200.00" in diary.mails()[0].text
    assert "$1,000.00" in diary.mails()[1].text
    balances = [row.balance_minor for row in await diary.reminders()]
    assert balances == [120_000, 100_000]


async def test_partial_payment_between_decision_and_send(diary: Diary) -> None:
    """The amount in the mail is the one owed as it leaves, and the row says the same."""
    invoice = await diary.invoice(DUE)
    await diary.start("0", invoice)
    diary.clio.changes[invoice.id] = {"clio_balance_minor": 70_000, "clio_paid_minor": 50_000}
    await diary.live_until(date(2026, 3, 17))
    [mail] = diary.mails()
    assert "$700.00" in mail.text
    assert "$1,200.00" not in mail.text
    assert [row.balance_minor for row in await diary.reminders()] == [70_000]


async def test_void_in_clio(diary: Diary) -> None:
    invoice = await diary.invoice(DUE)
    [collection_id] = await diary.start("-3 0 +7", invoice)
    await diary.live_until(date(2026, 3, 13))
    await diary.change_in_clio(invoice, clio_state="void")
    await diary.live_until(date(2026, 3, 26))
    assert diary.offsets(invoice) == [-3]
    collection = await diary.collection(collection_id)
    assert collection.state is CollectionState.stopped
    assert collection.end_reason == "The bill was voided in Clio."


async def test_worker_down_for_three_days(diary: Diary) -> None:
    """The latest missed step goes, the older one is skipped with the reason."""
    invoice = await diary.invoice(DUE)
    await diary.start("0 +3 +10", invoice)
    await diary.live_until(date(2026, 3, 13))
    diary.go_to(date(2026, 3, 19))
    await diary.live_until(date(2026, 3, 27))
    assert diary.offsets(invoice) == [3, 10]
    assert "Step +3" in diary.mails()[0].text
    [skipped] = await diary.reminders(ReminderState.skipped)
    assert skipped.planned_on == DUE
    assert skipped.reason == "A later reminder was due by then."
    assert "reminder_skipped" in await diary.timeline(invoice)


async def test_week_of_the_clock_change(diary: Diary) -> None:
    """8 March 2026, 2 a.m.: the wall clock decides, before and after."""
    invoice = await diary.invoice(date(2026, 3, 6))
    await diary.start("0 +3", invoice)
    for day in (date(2026, 3, 6), date(2026, 3, 9)):
        diary.go_to(day, hour=8, minute=59)
        await diary.tick()
        before = len(diary.mails())
        diary.go_to(day, hour=10)
        await diary.tick()
        assert len(diary.mails()) == before + 1
    assert diary.offsets(invoice) == [0, 3]
    hours = [at.hour for at, _ in diary.mailer.arrivals]
    assert hours == [15, 14], "ten in New York is another hour in UTC"


async def test_a_new_address_seconds_before(diary: Diary) -> None:
    """Nothing goes to the old address, and the new one gets it once."""
    client = await diary.client(email="old@example.org")
    invoice = await diary.invoice(DUE, client)
    await diary.set_rules(safe_mode=True)
    await diary.start("0", invoice)
    await diary.live_until(DUE)
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        await set_email_override(
            session,
            firm_id=diary.firm.id,
            client_id=client.id,
            email="new@example.org",
            actor="Dana Hale",
            now=diary.clock.now(),
        )
    await diary.set_rules(safe_mode=False)
    await diary.live_until(date(2026, 3, 18))
    assert [mail.to for mail in diary.mails()] == ["new@example.org"]


async def test_an_address_that_was_missing(diary: Diary) -> None:
    """Nobody tells the planner of it: it finds out by itself."""
    client = await diary.client()
    invoice = await diary.invoice(DUE, client)
    await diary.start("0", invoice)
    await diary.live_until(date(2026, 3, 10))
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        await session.execute(
            update(type(client)).where(type(client).id == client.id).values(email=None)
        )
    await diary.live_until(date(2026, 3, 17))
    assert diary.mails() == []
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        await set_email_override(
            session,
            firm_id=diary.firm.id,
            client_id=client.id,
            email="found@example.org",
            actor="Dana Hale",
            now=diary.clock.now(),
        )
    await diary.live_until(date(2026, 3, 18))
    assert [mail.to for mail in diary.mails()] == ["found@example.org"]


async def test_approval_comes_late_and_the_next_step_is_due(diary: Diary) -> None:
    invoice = await diary.invoice(DUE)
    await diary.start("0? +7 +30", invoice)
    await diary.live_until(date(2026, 3, 24))
    assert diary.offsets(invoice) == [7], "nobody approved the first, the second went"
    [skipped] = await diary.reminders(ReminderState.skipped)
    assert skipped.planned_on == DUE


async def test_stopped_and_started_again(diary: Diary) -> None:
    invoice = await diary.invoice(DUE)
    [collection_id] = await diary.start("-3 0 +7", invoice)
    await diary.live_until(date(2026, 3, 13))
    await diary.stop(collection_id)
    await diary.live_until(date(2026, 3, 17))
    assert diary.offsets(invoice) == [-3]
    [again] = await diary.start("+7 +14", invoice)
    assert again != collection_id
    await diary.live_until(date(2026, 3, 31))
    assert diary.offsets(invoice) == [-3, 7, 14]


async def test_a_minimum_balance(diary: Diary) -> None:
    invoice: Invoice = await diary.invoice(DUE)
    await diary.start("0 +7", invoice)
    await diary.live_until(date(2026, 3, 17))
    await diary.pay(invoice, 119_900)
    await diary.live_until(date(2026, 3, 25))
    assert diary.offsets(invoice) == [0], "nobody is reminded of one dollar"
