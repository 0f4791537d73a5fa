"""A client, a set or everything is paused: nothing is lost, and nothing leaves."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import date

import pytest
from scenarios.diary import Diary

from factories import make_firm
from fakes import MovableClock
from invoice_tracker.collections.holds.wide import (
    EVERYTHING,
    Whom,
    list_pauses,
    pause_widely,
    resume_widely,
)
from invoice_tracker.collections.models import Collection, ReminderState
from invoice_tracker.collections.planner import plan_due
from invoice_tracker.collections.sending import delivery
from invoice_tracker.collections.sending.delivery import ReminderDelivery
from invoice_tracker.core.deps import Adapters
from invoice_tracker.core.errors import Invalid
from invoice_tracker.firms.service import update_sending_rules
from invoice_tracker.invoices.overview import set_now
from invoice_tracker.invoices.repository import get_invoice
from invoice_tracker.outbox.jobs import deliver_due
from invoice_tracker.reminder_sets.models import ReminderSetVersion

DUE = date(2026, 3, 16)


async def pause(diary: Diary, whom: Whom = EVERYTHING, until: date | None = None) -> None:
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        await pause_widely(
            session,
            firm_id=diary.firm.id,
            whom=whom,
            until=until,
            reason="",
            actor="Dana Hale",
            now=diary.clock.now(),
        )


async def resume(diary: Diary, whom: Whom = EVERYTHING) -> bool:
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        return await resume_widely(
            session,
            firm_id=diary.firm.id,
            whom=whom,
            actor="Dana Hale",
            now=diary.clock.now(),
        )


async def row_of(diary: Diary, invoice_id: object) -> object:
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        await set_now(session, diary.clock.now())
        return await get_invoice(session, firm_id=diary.firm.id, invoice_id=invoice_id)


async def set_behind(diary: Diary, collection_id: object) -> Whom:
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        collection = await session.get_one(Collection, collection_id)
        version = await session.get_one(ReminderSetVersion, collection.version_id)
        return Whom(reminder_set_id=version.reminder_set_id)


async def test_a_client_is_paused_for_two_weeks(diary: Diary) -> None:
    """The latest step goes; the older ones are skipped, and say why."""
    paused = await diary.client(email="paused@example.org")
    invoice = await diary.invoice(DUE, paused)
    other = await diary.invoice(DUE, await diary.client(email="other@example.org"))
    await diary.start("0 +3 +7 +12 +30", invoice, other)
    await diary.live_until(date(2026, 3, 17))
    await pause(diary, Whom(client_id=paused.id))
    await diary.live_until(date(2026, 3, 30))
    assert diary.offsets(invoice) == [0]
    assert diary.offsets(other) == [0, 3, 7, 14], "the set's own days, moved to sending days"

    diary.go_to(date(2026, 3, 31), hour=9)
    assert await resume(diary, Whom(client_id=paused.id))
    await diary.live_until(date(2026, 4, 16))
    assert diary.offsets(invoice) == [0, 15, 30]
    skipped = await diary.reminders(ReminderState.skipped)
    assert [row.reason for row in skipped] == ["A later reminder was due by then."] * 2
    assert {row.invoice_id for row in skipped} == {invoice.id}
    assert {"hold_set", "hold_released"} <= set(await diary.timeline(invoice))
    assert "hold_set" not in await diary.timeline(other)


async def test_a_client_is_paused_until_a_day(diary: Diary) -> None:
    client = await diary.client()
    invoice = await diary.invoice(DUE, client)
    [collection_id] = await diary.start("0 +30", invoice)
    await pause(diary, Whom(client_id=client.id), until=date(2026, 3, 20))
    collection = await diary.collection(collection_id)
    assert collection.next_action_at is not None
    assert collection.next_action_at.date() == date(2026, 3, 20)
    await diary.live_until(date(2026, 3, 25))
    assert diary.days(invoice) == [date(2026, 3, 20)]


async def test_everything_is_paused(diary: Diary) -> None:
    """Started during the pause too; and mails that are ready leave when it ends."""
    invoice = await diary.invoice(DUE, await diary.client(email="a@example.org"))
    await diary.set_rules(safe_mode=True)
    [collection_id] = await diary.start("0 +30", invoice)
    await diary.live_until(DUE)
    assert len(await diary.reminders(ReminderState.queued)) == 1
    await pause(diary)
    await diary.set_rules(safe_mode=False)
    late = await diary.invoice(DUE, await diary.client(email="b@example.org"))
    await diary.start("0 +30", late)
    await diary.live_until(date(2026, 3, 19))
    assert diary.mails() == []
    row = await row_of(diary, invoice.id)
    assert (row.section, row.hold_reach, row.next_action_at) == ("on_hold", "firm", None)
    assert (await diary.collection(collection_id)).next_action_at is None

    diary.go_to(date(2026, 3, 20), hour=9, minute=30)
    await resume(diary)
    diary.go_to(date(2026, 3, 20), hour=10)
    await diary.tick()
    assert diary.offsets(invoice) == [4]
    assert diary.offsets(late) == [4]
    assert (await row_of(diary, invoice.id)).section == "active_reminders"


async def test_a_set_is_paused_and_no_other(diary: Diary) -> None:
    first = await diary.invoice(DUE, await diary.client(email="a@example.org"))
    second = await diary.invoice(DUE, await diary.client(email="b@example.org"))
    [paused] = await diary.start("0 +7", first)
    await diary.start("0 +7", second)
    await pause(diary, await set_behind(diary, paused))
    await diary.live_until(date(2026, 3, 20))
    assert (diary.offsets(first), diary.offsets(second)) == ([], [0])
    assert (await row_of(diary, first.id)).hold_reach == "reminder_set"
    await resume(diary, await set_behind(diary, paused))
    await diary.live_until(date(2026, 3, 23))
    assert diary.offsets(first) == [4, 7]


async def test_many_that_were_paused_may_all_leave_on_the_same_day(diary: Diary) -> None:
    """Whoever ends a pause means what follows: the blast guard does not stop it."""
    invoices = [
        await diary.invoice(DUE, await diary.client(email=f"c{number}@example.org"))
        for number in range(15)
    ]
    await diary.start("0", *invoices)
    await pause(diary)
    await diary.live_until(date(2026, 3, 18))
    diary.go_to(date(2026, 3, 19), hour=10)
    await diary.tick()
    assert diary.mails() == []
    await resume(diary)
    for _ in range(3):
        await diary.tick()
        diary.clock.move(minutes=1)
    assert len(diary.mails()) == 15


async def test_a_pause_replaces_the_one_before(diary: Diary) -> None:
    await pause(diary)
    await pause(diary, until=date(2026, 3, 20))
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        [found] = await list_pauses(session, firm_id=diary.firm.id, now=diary.clock.now())
    assert found.sentence == "All reminders are paused until March 20, 2026."
    diary.go_to(date(2026, 3, 20))
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        assert await list_pauses(session, firm_id=diary.firm.id, now=diary.clock.now()) == []
    assert not await resume(diary), "it has ended by itself"
    with pytest.raises(Invalid):
        await pause(diary, until=date(2026, 3, 20))


async def test_clio_reminds_the_client_itself(diary: Diary) -> None:
    """Where the firm wants one sender only, Clio's reminders take the place of ours."""
    client = await diary.client(email="a@example.org", clio_reminders_enabled=True)
    invoice = await diary.invoice(DUE, client)
    other = await diary.invoice(DUE, await diary.client(email="b@example.org"))
    await diary.set_rules(holds_for_other_senders=True)
    await diary.start("0 +7 +9call", invoice, other)
    await diary.live_until(date(2026, 3, 26))
    assert (diary.offsets(invoice), diary.offsets(other)) == ([], [0, 7])
    assert len(await diary.reminders(ReminderState.to_call)) == 2, "calls are not mail"
    row = await row_of(diary, invoice.id)
    assert (row.section, row.hold_kind) == ("on_hold", "other_sender")

    async with diary.adapters.database.transaction(diary.firm.id) as session:
        await update_sending_rules(
            session,
            firm_id=diary.firm.id,
            changes={"holds_for_other_senders": False},
            now=diary.clock.now(),
        )
    await diary.live_until(date(2026, 3, 27))
    assert diary.offsets(invoice) == [10]


async def _two_ready(adapters: Adapters, clock: MovableClock) -> Diary:
    async with adapters.database.transaction() as session:
        firm = await make_firm(session, now=clock.now(), per_minute=500)
    diary = Diary.open(adapters, firm, clock)
    for number in range(2):
        client = await diary.client(email=f"client{number}@example.org")
        await diary.start("0 +7", await diary.invoice(DUE, client))
    diary.go_to(DUE)
    await plan_due(diary.adapters, firm.id)
    assert len(await diary.reminders(ReminderState.queued)) == 2
    return diary


async def _deliver(diary: Diary) -> None:
    await deliver_due(
        diary.adapters,
        diary.firm.id,
        handlers={"reminder": ReminderDelivery(diary.adapters)},
        kinds={"reminder"},
    )


async def test_a_pause_comes_while_a_mail_is_let_go(
    committed_adapters: Adapters, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mail has read the holds and not yet begun to leave: the pause waits for it, and counts
    for every other. It is in force only once that mail is on its way, so none leaves under it."""
    diary = await _two_ready(committed_adapters, clock)
    real: Callable[..., Awaitable[object]] = delivery.load
    pausing: list[asyncio.Task[None]] = []
    waited: list[bool] = []

    async def load_and_be_slow(*args: object, **fields: object) -> object:
        answer = await real(*args, **fields)
        if not pausing:
            pausing.append(asyncio.create_task(pause(diary)))
            done, _ = await asyncio.wait(pausing, timeout=0.5)
            waited.append(not done)
        return answer

    monkeypatch.setattr(delivery, "load", load_and_be_slow)
    await _deliver(diary)
    await asyncio.gather(*pausing)
    assert waited == [True]
    states = Counter(row.state for row in await diary.reminders())
    assert states == {ReminderState.sent: 1, ReminderState.queued: 1}
    assert len(diary.mails()) == 1


async def test_a_mail_is_let_go_while_a_pause_is_being_set(
    committed_adapters: Adapters, clock: MovableClock
) -> None:
    """The pause is written and not yet committed: the mail waits for it, and then sees it."""
    diary = await _two_ready(committed_adapters, clock)
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        await pause_widely(
            session,
            firm_id=diary.firm.id,
            whom=EVERYTHING,
            until=None,
            reason="",
            actor="Dana Hale",
            now=diary.clock.now(),
        )
        delivering = asyncio.create_task(_deliver(diary))
        done, _ = await asyncio.wait([delivering], timeout=0.5)
        assert not done
    await delivering
    assert diary.mails() == []
    assert {row.state for row in await diary.reminders()} == {ReminderState.queued}

    await resume(diary)
    await plan_due(diary.adapters, diary.firm.id)
    await _deliver(diary)
    assert len(diary.mails()) == 2, "what waits is looked at again at once"
