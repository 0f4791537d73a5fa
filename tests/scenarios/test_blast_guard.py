"""Far more mails than expected: nothing leaves, the owner hears of it once and decides."""

from datetime import date, timedelta

from scenarios.diary import Diary
from sqlalchemy import select

from invoice_tracker.accounts.models import User
from invoice_tracker.collections.blast_guard import forecast
from invoice_tracker.collections.blast_guard import service as blast_guard
from invoice_tracker.collections.facts import load_firm
from invoice_tracker.collections.models import ReminderState
from invoice_tracker.firms.models import SendingRules
from invoice_tracker.invoices.models import Invoice
from invoice_tracker.outbox.models import MessageState, OutboxMessage

MONDAY = date(2026, 3, 2)
TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
NEXT_MONTH = date(2026, 4, 1)


async def invoices(diary: Diary, count: int, due_on: date) -> list[Invoice]:
    """Each of a client of its own."""
    return [
        await diary.invoice(due_on, await diary.client(email=f"client-{due_on}-{i}@example.org"))
        for i in range(count)
    ]


async def rules(diary: Diary) -> SendingRules:
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        return await session.get_one(SendingRules, diary.firm.id, populate_existing=True)


async def reasons(diary: Diary) -> set[str | None]:
    """What the mails that wait say of themselves."""
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        rows = await session.scalars(
            select(OutboxMessage.reason).where(OutboxMessage.state == MessageState.waiting)
        )
        return set(rows)


async def release(diary: Diary) -> None:
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        await blast_guard.release(session, firm_id=diary.firm.id, now=diary.clock.now())


async def test_a_mass_change_of_due_dates_in_clio(diary: Diary, owner: User) -> None:
    expected = await invoices(diary, 2, TUESDAY)
    changed = await invoices(diary, 15, NEXT_MONTH)
    await diary.start("0", *expected, *changed)
    diary.go_to(TUESDAY, hour=8)
    await diary.tick()
    for invoice in changed:
        await diary.change_in_clio(invoice, due_on=TUESDAY)
    diary.go_to(TUESDAY)
    await diary.tick()
    words = (
        "The blast guard has stopped everything: "
        "17 mails were about to leave where 2 were expected."
    )
    assert diary.mails() == [], "not even those that were expected"
    assert await reasons(diary) >= {words}
    await diary.tick()
    await diary.tick()
    assert [mail.to for mail in diary.mails()] == [owner.email], "one mail to the owner"
    assert words in " ".join(diary.mails()[0].text.split())

    diary.go_to(WEDNESDAY)
    await diary.tick()
    assert len(diary.mails()) == 1, "it stays stopped until somebody decides"
    await release(diary)
    await diary.tick()
    assert len(diary.mails()) == 18
    assert {row.state for row in await diary.reminders()} == {ReminderState.sent}
    assert (await rules(diary)).guard_tripped_at is None


async def test_what_was_expected_leaves(diary: Diary, owner: User) -> None:
    await diary.start("0", *await invoices(diary, 15, TUESDAY))
    await diary.live_until(TUESDAY)
    assert len(diary.days()) == 15


async def test_a_few_more_than_expected_leave(diary: Diary, owner: User) -> None:
    changed = await invoices(diary, 10, NEXT_MONTH)
    await diary.start("0", *changed)
    diary.go_to(TUESDAY, hour=8)
    await diary.tick()
    for invoice in changed:
        await diary.change_in_clio(invoice, due_on=TUESDAY)
    await diary.live_until(TUESDAY)
    assert len(diary.days()) == 10


async def test_the_firms_own_limit(diary: Diary, owner: User) -> None:
    await diary.set_rules(guard_cap=3)
    await diary.start("0", *await invoices(diary, 4, TUESDAY))
    await diary.live_until(TUESDAY)
    await diary.tick()
    [alert] = diary.mails()
    assert "4 mails were about to leave where at most 3 may leave a day" in " ".join(
        alert.text.split()
    )


async def test_what_a_person_lets_go_is_expected(diary: Diary, owner: User) -> None:
    diary.go_to(TUESDAY, hour=8)
    await diary.tick()
    started = await diary.start("0", *await invoices(diary, 15, TUESDAY))
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        await forecast.expect_more(
            session, firm_id=diary.firm.id, collection_ids=started, now=diary.clock.now()
        )
    await diary.live_until(TUESDAY)
    assert len(diary.days()) == 15


async def test_safe_mode_switched_off_is_expected(diary: Diary, owner: User) -> None:
    await diary.set_rules(safe_mode=True)
    changed = await invoices(diary, 15, NEXT_MONTH)
    await diary.start("0", *changed)
    diary.go_to(TUESDAY, hour=8)
    await diary.tick()
    for invoice in changed:
        await diary.change_in_clio(invoice, due_on=TUESDAY)
    diary.go_to(TUESDAY)
    await diary.tick()
    assert (await rules(diary)).guard_tripped_at is None, "nothing can leave, so nothing trips"
    await diary.set_rules(safe_mode=False, hints_stale_since=diary.clock.now())
    await diary.tick()
    assert len(diary.days()) == 15


async def test_a_group_is_one_mail_of_the_forecast(diary: Diary) -> None:
    client = await diary.client()
    together = [await diary.invoice(TUESDAY, client) for _ in range(3)]
    await diary.start("0", *together)
    diary.go_to(TUESDAY, hour=8)
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        firm = await load_firm(session, firm_id=diary.firm.id)
        assert await forecast.expected_today(session, firm=firm, now=diary.clock.now()) == 1
