"""Diaries of decisions ahead: agreed to on Monday, leaves on Tuesday; vetoed; written anew."""

from datetime import date
from uuid import UUID

from scenarios.diary import Diary
from sqlalchemy import select

from invoice_tracker.collections.models import Collection, ReminderState
from invoice_tracker.collections.sending.mails import Deciding
from invoice_tracker.collections.upcoming import reviews
from invoice_tracker.collections.upcoming.review_rows import Text, Which
from invoice_tracker.invoices.clients import set_email_override
from invoice_tracker.reminder_sets.models import ReminderSet, ReminderStep

TUESDAY = date(2026, 3, 3)
OWN = Text("A word about {{ invoice.number }}", "{{ invoice.balance }} is open.\n\n{{ pay.link }}")


async def first_step(diary: Diary, collection_id: UUID) -> Which:
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        step_id = await session.scalar(
            select(ReminderStep.id)
            .join(Collection, Collection.version_id == ReminderStep.version_id)
            .where(Collection.id == collection_id)
            .order_by(ReminderStep.position)
            .limit(1)
        )
    assert step_id is not None
    return Which(collection_id, step_id, 1)


def this(diary: Diary) -> Deciding:
    return Deciding(diary.adapters, diary.clock.now(), can_take_payments=True)


async def approve(diary: Diary, which: Which) -> None:
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        await reviews.approve(
            session, this(diary), firm_id=diary.firm.id, which=which, actor="Dana Hale"
        )


async def edit(diary: Diary, which: Which, text: Text = OWN) -> None:
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        await reviews.edit(
            session, this(diary), firm_id=diary.firm.id, which=which, text=text, actor="Dana Hale"
        )


async def veto(diary: Diary, which: Which) -> None:
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        await reviews.veto(
            session, this(diary), firm_id=diary.firm.id, which=which, reason="", actor="Dana Hale"
        )


async def test_approved_on_monday_goes_on_tuesday(diary: Diary) -> None:
    invoice = await diary.invoice(TUESDAY)
    [collection_id] = await diary.start("0? +14?", invoice)
    await approve(diary, await first_step(diary, collection_id))
    await diary.live_until(date(2026, 3, 20))
    assert diary.days() == [TUESDAY], "the second was never agreed to"
    assert [row.state for row in await diary.reminders()] == [
        ReminderState.sent,
        ReminderState.awaiting_approval,
    ]


async def test_a_vetoed_step_is_skipped_and_the_next_comes_on_its_day(diary: Diary) -> None:
    invoice = await diary.invoice(TUESDAY)
    [collection_id] = await diary.start("0 +7", invoice)
    await veto(diary, await first_step(diary, collection_id))
    await diary.live_until(date(2026, 3, 20))
    assert diary.offsets(invoice) == [7]
    [vetoed] = await diary.reminders(ReminderState.skipped)
    assert vetoed.reason == "Vetoed by Dana Hale."
    assert "reminder_skipped" in await diary.timeline(invoice)


async def test_the_edited_mail_is_the_one_that_leaves(diary: Diary) -> None:
    """Only that one; and it states what is owed on its day."""
    invoice = await diary.invoice(TUESDAY)
    [collection_id] = await diary.start("0? +7", invoice)
    await edit(diary, await first_step(diary, collection_id))
    await diary.pay(invoice, amount_minor=20_000)
    await diary.live_until(date(2026, 3, 20))
    first, second = diary.mails()
    assert first.subject == f"A word about {invoice.number}"
    assert "$1,000.00 is open." in first.text
    assert second.subject.startswith("Invoice ")


async def test_what_was_agreed_to_holds_for_a_new_address(diary: Diary) -> None:
    client = await diary.client(email="old@example.org")
    invoice = await diary.invoice(TUESDAY, client)
    [collection_id] = await diary.start("0?", invoice)
    await edit(diary, await first_step(diary, collection_id))
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        await set_email_override(
            session,
            firm_id=diary.firm.id,
            client_id=client.id,
            email="new@example.org",
            actor="Dana Hale",
            now=diary.clock.now(),
        )
    await diary.live_until(TUESDAY)
    [mail] = diary.mails()
    assert (mail.to, mail.subject) == ("new@example.org", f"A word about {invoice.number}")
    assert {row.state for row in await diary.reminders()} == {
        ReminderState.sent,
        ReminderState.cancelled,
    }


async def test_an_agreed_mail_goes_nowhere_once_it_is_paid(diary: Diary) -> None:
    invoice = await diary.invoice(TUESDAY)
    [collection_id] = await diary.start("0?", invoice)
    await approve(diary, await first_step(diary, collection_id))
    await diary.pay(invoice)
    await diary.live_until(TUESDAY)
    assert diary.mails() == []
    assert [row.state for row in await diary.reminders()] == [ReminderState.cancelled]


async def test_an_agreed_mail_moves_with_its_due_day(diary: Diary) -> None:
    invoice = await diary.invoice(TUESDAY)
    [collection_id] = await diary.start("0?", invoice)
    await approve(diary, await first_step(diary, collection_id))
    await diary.change_in_clio(invoice, due_on=date(2026, 3, 10))
    await diary.live_until(date(2026, 3, 12))
    assert diary.days() == [date(2026, 3, 10)]


async def test_a_set_that_asks_about_every_mail(diary: Diary) -> None:
    invoice = await diary.invoice(TUESDAY)
    await diary.start("0 +7", invoice)
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        for reminder_set in await session.scalars(select(ReminderSet)):
            reminder_set.needs_approval = True
    await diary.live_until(TUESDAY)
    [row] = await diary.reminders()
    assert row.state is ReminderState.awaiting_approval
    await diary.approve(row.id)
    await diary.tick()
    assert diary.days() == [TUESDAY]
