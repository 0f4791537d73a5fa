"""One diary for each ready-made set: exactly these days, and silence between."""

from datetime import date

from scenarios.diary import Diary

from invoice_tracker.collections.models import CollectionState, ReminderState
from invoice_tracker.collections.reminders import actions as reminder_actions

DUE = date(2026, 3, 16)  # a Monday


def assert_one_conversation(diary: Diary) -> None:
    """Each mail answers the one before it, under one subject, as mail programs want it."""
    mails = diary.mails()
    assert len(mails) > 2
    for index, mail in enumerate(mails):
        before = [each.message_id for each in mails[:index]]
        assert mail.subject == (f"Re: {mails[0].subject}" if before else mails[0].subject)
        assert mail.in_reply_to == (before[-1] if before else None)
        assert list(mail.references) == before


async def test_standard(diary: Diary) -> None:
    invoice = await diary.invoice(DUE)
    [collection_id] = await diary.start("standard", invoice)
    await diary.live_until(date(2026, 5, 16))

    # Friday before, the Monday itself, then Monday, Tuesday, Wednesday.
    assert diary.offsets(invoice) == [-3, 0, 7, 15, 30]
    [call] = await diary.reminders(ReminderState.to_call)
    assert call.planned_on == date(2026, 4, 30)
    [final] = await diary.reminders(ReminderState.awaiting_approval)
    assert final.planned_on == date(2026, 5, 15)

    diary.go_to(date(2026, 5, 18))
    await diary.approve(final.id)
    await diary.tick()
    assert diary.offsets(invoice) == [-3, 0, 7, 15, 30, 63]
    assert "final reminder" in diary.mails()[-1].text
    assert (await diary.collection(collection_id)).state is CollectionState.active

    async with diary.adapters.database.transaction(diary.firm.id) as session:
        await reminder_actions.mark_called(
            session,
            firm_id=diary.firm.id,
            reminder_id=call.id,
            note="Will pay on Friday",
            actor="Dana Hale",
            now=diary.clock.now(),
        )
    assert (await diary.collection(collection_id)).state is CollectionState.completed
    assert_one_conversation(diary)


async def test_gentle(diary: Diary) -> None:
    invoice = await diary.invoice(DUE)
    [collection_id] = await diary.start("gentle", invoice)
    await diary.live_until(date(2026, 5, 8))

    assert diary.offsets(invoice) == [7, 21, 45]
    assert_one_conversation(diary)
    assert (await diary.collection(collection_id)).state is CollectionState.completed


async def test_firm(diary: Diary) -> None:
    invoice = await diary.invoice(DUE)
    await diary.start("firm", invoice)
    await diary.live_until(date(2026, 4, 20))

    # +5 is a Saturday and waits for Monday; +20 is a Sunday and does the same.
    assert diary.days(invoice) == [
        date(2026, 3, 16),
        date(2026, 3, 23),
        date(2026, 3, 30),
        date(2026, 4, 6),
    ]
    [final] = await diary.reminders(ReminderState.awaiting_approval)
    assert final.planned_on == date(2026, 4, 15)
    await diary.approve(final.id)
    await diary.live_until(date(2026, 4, 22))
    assert "final reminder" in diary.mails()[-1].text
    assert_one_conversation(diary)


async def test_monthly_statement(diary: Diary) -> None:
    invoice = await diary.invoice(DUE)
    await diary.start("monthly_statement", invoice)
    await diary.live_until(date(2026, 6, 5))

    assert diary.days() == [
        date(2026, 3, 2),
        date(2026, 4, 1),
        date(2026, 5, 1),
        date(2026, 6, 1),
    ]
    assert_one_conversation(diary)


async def test_a_statement_tells_of_all_that_is_open_then(diary: Diary) -> None:
    client = await diary.client()
    first = await diary.invoice(DUE, client, number="1042")
    await diary.start("monthly_statement", first)
    await diary.live_until(date(2026, 3, 31))
    second = await diary.invoice(date(2026, 4, 20), client, number="1051")
    await diary.live_until(date(2026, 4, 30))
    await diary.pay(second)
    await diary.live_until(date(2026, 5, 5))

    assert ["1051" in mail.text for mail in diary.mails()] == [False, True, False]
    assert ["$2,400.00" in mail.text for mail in diary.mails()] == [False, True, False]
    assert_one_conversation(diary)


async def test_a_statement_comes_twelve_times_at_most(diary: Diary) -> None:
    await diary.set_rules(age_ceiling_days=1000)
    invoice = await diary.invoice(DUE)
    [collection_id] = await diary.start("monthly_statement", invoice)
    await diary.live_until(date(2027, 4, 2))
    assert len(diary.days()) == 12
    assert diary.days()[-1] == date(2027, 2, 1)
    assert (await diary.collection(collection_id)).state is CollectionState.completed


async def test_of_all_ready_made_mails_none_has_a_hole(diary: Diary) -> None:
    for key in ("standard", "gentle", "firm", "monthly_statement"):
        client = await diary.client(email=f"{key}@example.org")
        invoice = await diary.invoice(date(2026, 2, 20), client)
        await diary.start(key, invoice)
    await diary.live_until(date(2026, 3, 20))

    assert len({mail.to for mail in diary.mails()}) == 4
    for mail in diary.mails():
        assert "{{" not in mail.subject + mail.text + mail.html
        assert "None" not in mail.text
