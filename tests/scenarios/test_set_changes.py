"""A set in use changes: what would differ is told first, and who moves keeps their place."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from scenarios.diary import Diary, steps

from invoice_tracker.collections.many import ManyAction, change_many
from invoice_tracker.collections.models import ReminderState
from invoice_tracker.collections.previewing import preview_day
from invoice_tracker.collections.schemas import Matching, Selection
from invoice_tracker.collections.set_changes import service as set_changes
from invoice_tracker.collections.set_changes.service import Difference
from invoice_tracker.collections.time_machine import count_days, load_running, look_ahead
from invoice_tracker.domain.reminder_schedule import Backlog
from invoice_tracker.invoices.models import Invoice
from invoice_tracker.reminder_sets.repository import list_latest_steps
from invoice_tracker.reminder_sets.schemas import StepIn
from invoice_tracker.reminder_sets.service import update_set

DUE = date(2026, 3, 16)


async def set_with_ids(diary: Diary, set_id: UUID) -> list[StepIn]:
    """The newest steps as an editor has them."""
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        rows = await list_latest_steps(session, firm_id=diary.firm.id, set_id=set_id)
        return [
            StepIn.model_validate(
                {name: getattr(row, name) for name in StepIn.model_fields if name != "cc"}
            )
            for row in rows
        ]


async def save(diary: Diary, set_id: UUID, changed: list[StepIn], version: int = 1) -> None:
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        await update_set(
            session,
            firm_id=diary.firm.id,
            set_id=set_id,
            name="Ours",
            description="",
            steps=changed,
            edited_version=version,
            user_id=None,
            now=diary.clock.now(),
        )


async def move(diary: Diary, set_id: UUID, only: list[UUID] | None = None) -> list[UUID]:
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        return await set_changes.move(
            session,
            firm_id=diary.firm.id,
            set_id=set_id,
            collection_ids=only,
            actor="Dana Hale",
            now=diary.clock.now(),
        )


async def differ(diary: Diary, set_id: UUID, changed: list[StepIn]) -> Difference:
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        return await set_changes.difference(
            session,
            firm_id=diary.firm.id,
            set_id=set_id,
            steps=changed,
            now=diary.clock.now(),
        )


async def begin(diary: Diary, text: str, *invoices: Invoice) -> tuple[UUID, list[UUID]]:
    set_id = await diary.set_of(text, name="Ours")
    return set_id, await diary.start_set(set_id, *invoices, backlog=Backlog.fitting_step)


def day(offset: int) -> date:
    return DUE + timedelta(days=offset)


async def test_editing_alone_moves_nobody(diary: Diary) -> None:
    invoice = await diary.invoice(DUE)
    set_id, _ = await begin(diary, "0 +7", invoice)
    await save(diary, set_id, steps("0 +2 +4"))
    await diary.live_until(day(10))
    assert diary.offsets(invoice) == [0, 7]


async def test_a_step_that_lives_on_is_not_sent_again(diary: Diary) -> None:
    """The first step was sent; it moves to another day, and a new one comes after it."""
    invoice = await diary.invoice(DUE)
    set_id, _ = await begin(diary, "0 +14", invoice)
    await diary.live_until(day(1))
    kept = await set_with_ids(diary, set_id)
    changed = [kept[0].model_copy(update={"offset_days": 3}), *steps("+9"), kept[1]]
    await save(diary, set_id, changed)
    assert len(await move(diary, set_id)) == 1
    await diary.live_until(day(20))
    assert diary.offsets(invoice) == [0, 9, 14]


async def test_moving_twice_moves_once(diary: Diary) -> None:
    invoice = await diary.invoice(DUE)
    set_id, [collection] = await begin(diary, "0", invoice)
    await save(diary, set_id, await set_with_ids(diary, set_id))
    assert await move(diary, set_id) == [collection]
    assert await move(diary, set_id) == []
    assert (await diary.timeline(invoice)).count("collection_moved") == 1


async def test_staff_choose_who_moves(diary: Diary) -> None:
    first = await diary.invoice(DUE, await diary.client(email="ada@example.org"))
    second = await diary.invoice(DUE, await diary.client(email="ben@example.org"))
    set_id, ids = await begin(diary, "0", first, second)
    [changed] = await set_with_ids(diary, set_id)
    await save(diary, set_id, [changed.model_copy(update={"offset_days": 2})])
    chosen = await diary.collection(ids[0])
    await move(diary, set_id, only=[chosen.id])
    await diary.live_until(day(5))
    mine, other = (first, second) if chosen.invoice_id == first.id else (second, first)
    assert diary.offsets(mine) == [2]
    assert diary.offsets(other) == [0]


async def test_a_mail_that_waits_is_taken_back_and_decided_anew(diary: Diary) -> None:
    await diary.set_rules(safe_mode=True)
    invoice = await diary.invoice(DUE)
    set_id, _ = await begin(diary, "0", invoice)
    await diary.live_until(DUE)
    [changed] = await set_with_ids(diary, set_id)
    body = "Written anew: {{ invoice.balance }}.\n\n{{ pay.link }}"
    await save(diary, set_id, [changed.model_copy(update={"body": body})])
    await move(diary, set_id)
    await diary.set_rules(safe_mode=False)
    await diary.live_until(day(1))
    [mail] = diary.mails()
    assert "Written anew" in mail.text
    assert len(await diary.reminders(ReminderState.sent)) == 1


async def test_the_difference_is_what_then_happens(diary: Diary) -> None:
    """Told before saving, for every day; then saved, moved and lived."""
    client = await diary.client()
    first, second = await diary.invoice(DUE, client), await diary.invoice(day(4), client)
    third = await diary.invoice(DUE)
    set_id, _ = await begin(diary, "0 +7 +21", first, second, third)
    await diary.live_until(day(1))
    kept = await set_with_ids(diary, set_id)
    changed = [kept[0], kept[1].model_copy(update={"offset_days": 10}), *steps("+30")]
    found = await differ(diary, set_id, changed)
    assert len(found.runners) == 3
    assert found.days
    before = len(diary.mails())
    await save(diary, set_id, changed)
    await move(diary, set_id)
    await diary.live_until(day(60))
    assert len(diary.mails()) - before == found.mails_after
    for change in found.days:
        assert diary.days().count(change.on) == change.after, change


@pytest.mark.parametrize("text", ["0 +7", "-3 0 +7 +15 +30 +45call"])
async def test_the_time_machine_is_right(diary: Diary, text: str) -> None:
    """What it says for each day of the next 90 is what the worker then does."""
    client = await diary.client()
    invoices = [
        await diary.invoice(day(offset), client if shared else None)
        for offset, shared in ((0, True), (1, True), (9, True), (2, False), (30, False))
    ]
    await begin(diary, text, *invoices)
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        loaded = await load_running(session, firm_id=diary.firm.id, now=diary.clock.now())
        days = count_days(look_ahead(loaded, now=diary.clock.now(), until=date(2026, 5, 31)))
    await diary.live_until(date(2026, 5, 31))
    assert {each.on: each.mails for each in days if each.mails} == {
        each: diary.days().count(each) for each in diary.days()
    }


async def test_the_command_line_previews_a_day(diary: Diary) -> None:
    client = await diary.client()
    first, second = await diary.invoice(DUE, client), await diary.invoice(DUE, client)
    await begin(diary, "0 +7call", first, second)
    lines = [line async for line in preview_day(diary.adapters, on=DUE)]
    assert any(first.number in line and second.number in line for line in lines)
    calls = [line async for line in preview_day(diary.adapters, on=day(7))]
    assert sum("call about" in line for line in calls) == 2
    quiet = [line async for line in preview_day(diary.adapters, on=day(1))]
    assert "  Nothing is planned." in quiet


async def test_those_of_a_selection_move_and_the_others_stay(diary: Diary) -> None:
    small = await diary.invoice(DUE, total_minor=4_000)
    other = await diary.client(email="other@example.org")
    large = await diary.invoice(DUE, other, total_minor=900_000)
    set_id, _ = await begin(diary, "0 +7", small, large)
    await save(diary, set_id, steps("0 +3 +9"))
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        done = await change_many(
            session,
            firm_id=diary.firm.id,
            action=ManyAction.move,
            selection=Selection(all_matching=Matching(at_least="1000.00")),
            until=None,
            reason="",
            actor="Dana Hale",
            now=diary.clock.now(),
        )
    assert [row.id for row in done.possible] == [large.id]
    await diary.live_until(day(11))
    assert diary.offsets(small) == [0, 7]
    assert diary.offsets(large) == [0, 3, 9]
