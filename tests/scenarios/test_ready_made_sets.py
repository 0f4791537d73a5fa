"""One diary for each ready-made set: exactly these days, and silence between."""

from datetime import date

from scenarios.diary import Diary

from invoice_tracker.collections import reminder_actions
from invoice_tracker.collections.models import CollectionState, ReminderState

DUE = date(2026, 3, 16)  # a Monday


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
    subjects = {mail.subject.removeprefix("Re: ") for mail in diary.mails()}
    assert len(subjects) == 1, "one conversation"


async def test_gentle(diary: Diary) -> None:
    invoice = await diary.invoice(DUE)
    [collection_id] = await diary.start("gentle", invoice)
    await diary.live_until(date(2026, 5, 8))

    assert diary.offsets(invoice) == [7, 21, 45]
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


async def test_monthly_statement(diary: Diary) -> None:
    invoice = await diary.invoice(DUE)
    await diary.start("monthly_statement", invoice)
    await diary.live_until(date(2026, 6, 5))

    assert diary.days(invoice) == [
        date(2026, 3, 2),
        date(2026, 4, 1),
        date(2026, 5, 1),
        date(2026, 6, 1),
    ]


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
