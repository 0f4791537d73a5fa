"""The main story: mails go at their days, and end the moment it is paid."""

from datetime import date

from scenarios.diary import Diary

from invoice_tracker.collections.models import CollectionState, ReminderState

DUE = date(2026, 3, 16)


async def test_three_days_before_to_fifteen_after_then_paid_then_silence(diary: Diary) -> None:
    invoice = await diary.invoice(DUE)
    [collection_id] = await diary.start("-3 0 +7 +15 +30", invoice)
    await diary.live_until(date(2026, 3, 31), hour=13)
    await diary.pay(invoice)
    await diary.live_until(date(2026, 5, 15))

    assert diary.offsets(invoice) == [-3, 0, 7, 15]
    collection = await diary.collection(collection_id)
    assert collection.state is CollectionState.settled
    assert collection.next_action_at is None
    assert {row.state for row in await diary.reminders()} == {ReminderState.sent}
    kinds = await diary.timeline(invoice)
    assert kinds.count("reminder_sent") == 4
    assert {"payment_settled", "collection_ended"} <= set(kinds)


async def test_what_a_mail_says(diary: Diary) -> None:
    invoice = await diary.invoice(DUE)
    await diary.start("-3 0", invoice)
    await diary.live_until(date(2026, 3, 17))

    first, second = diary.mails()
    assert first.to == "ada@example.org"
    assert first.subject == f"Invoice {invoice.number} from Hale & Moreno LLP"
    assert "$1,200.00" in first.text
    assert "http://testserver/pay/" in first.html
    assert second.subject == f"Re: {first.subject}"
    assert second.in_reply_to == first.message_id
    assert list(second.references) == [first.message_id]
    assert first.message_id.endswith("@example.com>")


async def test_all_steps_done_is_completed(diary: Diary) -> None:
    invoice = await diary.invoice(DUE)
    [collection_id] = await diary.start("-3 +7", invoice)
    await diary.live_until(date(2026, 4, 1))

    assert diary.offsets(invoice) == [-3, 7]
    assert (await diary.collection(collection_id)).state is CollectionState.completed


async def test_paid_between_claim_and_send(diary: Diary) -> None:
    """The truth check reads the bill; while it does, the client pays."""
    invoice = await diary.invoice(DUE)
    [collection_id] = await diary.start("0 +7", invoice)

    async def pay() -> None:
        await diary.pay(invoice)

    diary.clio.while_reading = pay
    await diary.live_until(date(2026, 4, 10))

    assert diary.mails() == []
    assert (await diary.collection(collection_id)).state is CollectionState.settled
    assert [row.state for row in await diary.reminders()] == [ReminderState.cancelled]


async def test_paid_in_clio_seconds_before(diary: Diary) -> None:
    """Nobody has synced since: only the truth check can know."""
    invoice = await diary.invoice(DUE)
    [collection_id] = await diary.start("0 +7", invoice)
    diary.clio.changes[invoice.id] = {
        "clio_state": "paid",
        "clio_balance_minor": 0,
        "clio_paid_minor": 120_000,
    }
    await diary.live_until(date(2026, 4, 10))

    assert diary.mails() == []
    assert (await diary.collection(collection_id)).state is CollectionState.settled
