"""Promises to pay: kept, kept in part, broken; and disputes."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from scenarios.diary import Diary, steps
from sqlalchemy import select

from invoice_tracker.collections import controls
from invoice_tracker.collections.holds.disputes import open_dispute, resolve_dispute
from invoice_tracker.collections.holds.schemas import AfterDispute
from invoice_tracker.collections.models import (
    CollectionState,
    HoldRow,
    Promise,
    PromiseState,
    ReminderState,
)
from invoice_tracker.collections.promises.promised import promised_days
from invoice_tracker.collections.promises.service import make_promise, withdraw_promise
from invoice_tracker.core.errors import Conflict, Invalid
from invoice_tracker.invoices.models import ClioState, Invoice
from invoice_tracker.payments.service import ReportedState

DUE = date(2026, 3, 16)
FRIDAY = date(2026, 3, 20)


async def promise(diary: Diary, invoice: Invoice, day: date = FRIDAY, **fields: Any) -> UUID:
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        return await make_promise(
            session,
            firm_id=diary.firm.id,
            invoice_id=invoice.id,
            promised_on=day,
            amount_minor=fields.get("amount_minor"),
            note="By phone",
            jump_position=fields.get("jump_position"),
            actor="Dana Hale",
            now=diary.clock.now(),
        )


async def state_of(diary: Diary, promise_id: UUID) -> PromiseState:
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        row = await session.get_one(Promise, promise_id, populate_existing=True)
        return row.state


async def test_a_promise_that_is_kept(diary: Diary) -> None:
    invoice = await diary.invoice(DUE)
    [collection_id] = await diary.start("0 +2 +7", invoice)
    await diary.live_until(DUE)
    promise_id = await promise(diary, invoice)
    await diary.live_until(date(2026, 3, 19))
    await diary.pay(invoice)
    assert await state_of(diary, promise_id) is PromiseState.kept
    assert (await diary.collection(collection_id)).state is CollectionState.settled
    await diary.live_until(date(2026, 4, 1))
    assert diary.offsets(invoice) == [0]
    assert "promise_kept" in await diary.timeline(invoice)


async def test_the_promised_part_came_and_the_rest_is_reminded_of(diary: Diary) -> None:
    invoice = await diary.invoice(DUE)
    await diary.start("0 +3 +7", invoice)
    await diary.live_until(DUE)
    promise_id = await promise(diary, invoice, date(2026, 3, 27), amount_minor=50_000)
    await diary.live_until(date(2026, 3, 18))
    await diary.pay(invoice, 20_000, "pi_1")
    assert await state_of(diary, promise_id) is PromiseState.open
    await diary.pay(invoice, 30_000, "pi_2")
    assert await state_of(diary, promise_id) is PromiseState.kept, "the hold ends at once"
    await diary.live_until(date(2026, 3, 19))
    assert diary.offsets(invoice) == [0, 3]
    assert "$700.00" in diary.mails()[-1].text


async def test_a_broken_promise_resumes_where_it_was(diary: Diary) -> None:
    """Promised for Friday; Monday is the day of grace; on Tuesday reminders go on."""
    invoice = await diary.invoice(DUE)
    await diary.start("0 +2 +7 +30", invoice)
    await diary.live_until(DUE)
    promise_id = await promise(diary, invoice)
    await diary.live_until(date(2026, 3, 23))
    assert diary.offsets(invoice) == [0]
    assert await state_of(diary, promise_id) is PromiseState.open
    await diary.live_until(date(2026, 3, 25))
    assert await state_of(diary, promise_id) is PromiseState.broken
    assert diary.offsets(invoice) == [0, 8]
    assert "Step +7" in diary.mails()[-1].text
    [skipped] = await diary.reminders(ReminderState.skipped)
    assert skipped.reason == "A later reminder was due by then."
    assert "promise_broken" in await diary.timeline(invoice)


async def test_a_broken_promise_jumps(diary: Diary) -> None:
    """To the fourth step, weeks before its own day; softer ones never come."""
    invoice = await diary.invoice(DUE)
    await diary.start("0 +2 +7 +30 +45", invoice)
    await diary.live_until(DUE)
    await promise(diary, invoice, jump_position=4)
    await diary.live_until(date(2026, 3, 24))
    assert diary.offsets(invoice) == [0, 8]
    assert "Step +30" in diary.mails()[-1].text
    reasons = {row.reason for row in await diary.reminders(ReminderState.skipped)}
    assert reasons == {"The series went on with a later step after a broken promise."}
    await diary.live_until(date(2026, 5, 1))
    assert diary.offsets(invoice) == [0, 8, 45]


async def test_the_worker_was_down_when_the_promise_broke(diary: Diary) -> None:
    """Its first look ends the promise before it chooses a mail."""
    invoice = await diary.invoice(DUE)
    await diary.start("0 +2 +7 +30", invoice)
    await diary.live_until(DUE)
    await promise(diary, invoice, jump_position=4)
    diary.go_to(date(2026, 3, 26))
    await diary.tick()
    assert diary.offsets(invoice) == [0, 10]
    assert "Step +30" in diary.mails()[-1].text


async def test_a_debit_under_way_is_waited_for(diary: Diary) -> None:
    invoice = await diary.invoice(DUE)
    await diary.start("0 +7", invoice)
    await diary.live_until(DUE)
    promise_id = await promise(diary, invoice)
    await diary.stripe_reports(invoice, ReportedState.processing, method="us_bank_account")
    await diary.live_until(date(2026, 3, 25))
    assert await state_of(diary, promise_id) is PromiseState.open, "nobody can say it is broken"
    await diary.stripe_reports(
        invoice, ReportedState.failed, method="us_bank_account", failure="No funds"
    )
    assert await state_of(diary, promise_id) is PromiseState.broken


async def test_a_void_bill_ends_its_promise(diary: Diary) -> None:
    invoice = await diary.invoice(DUE)
    await diary.start("0 +7", invoice)
    promise_id = await promise(diary, invoice)
    await diary.change_in_clio(invoice, clio_state=ClioState.void)
    assert await state_of(diary, promise_id) is PromiseState.withdrawn


async def test_withdrawn_replaced_and_resumed(diary: Diary) -> None:
    invoice = await diary.invoice(DUE)
    [collection_id] = await diary.start("0 +30", invoice)
    first = await promise(diary, invoice)
    second = await promise(diary, invoice, date(2026, 3, 31))
    assert await state_of(diary, first) is PromiseState.withdrawn
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        days = await promised_days(session, firm_id=diary.firm.id, invoice_ids=[invoice.id])
        open_holds = await session.scalars(select(HoldRow).where(HoldRow.released_at.is_(None)))
        assert len(open_holds.all()) == 1
        assert days == {invoice.id: date(2026, 3, 31)}
        await withdraw_promise(
            session,
            firm_id=diary.firm.id,
            promise_id=second,
            actor="Dana Hale",
            now=diary.clock.now(),
        )
    third = await promise(diary, invoice)
    await diary.resume(collection_id)
    assert await state_of(diary, third) is PromiseState.withdrawn, "who resumes waits no longer"
    await diary.live_until(DUE)
    assert diary.offsets(invoice) == [0]


async def test_what_cannot_be_promised(diary: Diary) -> None:
    invoice = await diary.invoice(DUE)
    await diary.start("0 +30", invoice)
    with pytest.raises(Invalid):
        await promise(diary, invoice, date(2026, 3, 1))
    with pytest.raises(Invalid):
        await promise(diary, invoice, date(2027, 6, 1))
    with pytest.raises(Invalid):
        await promise(diary, invoice, amount_minor=120_001)
    with pytest.raises(Invalid):
        await promise(diary, invoice, jump_position=3)
    await diary.pay(invoice)
    with pytest.raises(Conflict):
        await promise(diary, invoice)


async def dispute(diary: Diary, invoice: Invoice) -> None:
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        await open_dispute(
            session,
            firm_id=diary.firm.id,
            invoice_id=invoice.id,
            reason="The hours of March 3",
            actor="Dana Hale",
            now=diary.clock.now(),
        )


async def resolve(diary: Diary, invoice: Invoice, then: AfterDispute) -> None:
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        await resolve_dispute(
            session,
            firm_id=diary.firm.id,
            invoice_id=invoice.id,
            then=then,
            note="",
            actor="Dana Hale",
            now=diary.clock.now(),
        )


async def test_a_disputed_invoice_is_in_no_mail_and_in_no_total(diary: Diary) -> None:
    """The client's other invoice is reminded of, alone."""
    client = await diary.client()
    disputed = await diary.invoice(DUE, client, number="D-1")
    other = await diary.invoice(DUE, client, number="O-2", total_minor=30_000)
    await diary.start("0 +7", disputed, other)
    await dispute(diary, disputed)
    await diary.live_until(DUE)
    [mail] = diary.mails()
    assert "O-2" in mail.subject
    assert "D-1" not in mail.subject + mail.text + mail.html
    assert "$300.00" in mail.text
    assert "1,500" not in mail.text + mail.html

    await resolve(diary, disputed, AfterDispute.resume)
    with pytest.raises(Conflict):
        await resolve(diary, disputed, AfterDispute.resume)
    await diary.live_until(date(2026, 3, 23))
    assert "D-1" in "".join(mail.html for mail in diary.mails()[1:])


async def test_a_dispute_that_ends_the_reminders(diary: Diary) -> None:
    invoice = await diary.invoice(DUE)
    [collection_id] = await diary.start("0 +7", invoice)
    await dispute(diary, invoice)
    await dispute(diary, invoice)
    await resolve(diary, invoice, AfterDispute.stop)
    collection = await diary.collection(collection_id)
    assert collection.state is CollectionState.stopped
    assert collection.end_reason == "Stopped after a dispute."
    assert (await diary.timeline(invoice)).count("dispute_resolved") == 1


async def test_only_a_wide_pause_is_left_to_resume(diary: Diary) -> None:
    """Resume names what it cannot end, and where that ends."""
    invoice = await diary.invoice(DUE)
    [collection_id] = await diary.start("0 +7", invoice)
    await diary.pause(collection_id)
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        session.add(
            HoldRow(
                firm_id=diary.firm.id, kind="paused", starts_at=diary.clock.now(), reason="Move"
            )
        )
    await diary.resume(collection_id)
    with pytest.raises(Conflict, match=r"All reminders are paused: Move\. Please resume all"):
        await diary.resume(collection_id)
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        with pytest.raises(Conflict, match="All reminders are paused"):
            await controls.resume(
                session,
                firm_id=diary.firm.id,
                collection_id=collection_id,
                actor="Dana Hale",
                now=diary.clock.now(),
            )


async def test_a_mail_may_name_the_day_that_was_promised(diary: Diary) -> None:
    invoice = await diary.invoice(DUE)
    [step] = steps("+7", body="You named {{ promise.date }}.\n\n{{ invoice.balance }}")
    await diary.start([step], invoice)
    await diary.live_until(DUE)
    await promise(diary, invoice, DUE + timedelta(days=2))
    await diary.live_until(DUE + timedelta(days=10))
    [mail] = diary.mails()
    assert "You named March 18, 2026." in mail.text
