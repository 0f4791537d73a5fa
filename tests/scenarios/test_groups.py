"""Several invoices of one client: one mail, one total, one link; each keeps its own place."""

from collections import Counter
from datetime import date
from uuid import UUID

import pytest
from scenarios.diary import Diary, steps

from invoice_tracker.collections.models import ReminderState
from invoice_tracker.collections.reminders import actions as reminder_actions
from invoice_tracker.domain.reminder_groups import Grouping
from invoice_tracker.invoices.models import Client, Invoice
from invoice_tracker.outbox.service import Resolution
from invoice_tracker.ports import MailServerUnavailable, MailUncertain
from invoice_tracker.reminder_sets.schemas import StepIn

DUE = date(2026, 3, 16)
NEXT_MAIL_DAY = date(2026, 3, 19)


async def sent(diary: Diary) -> Counter[UUID]:
    """How many reminders of each invoice were sent."""
    rows = await diary.reminders(ReminderState.sent)
    return Counter(row.invoice_id for row in rows)


async def two_invoices(diary: Diary, **fields: object) -> tuple[Client, Invoice, Invoice]:
    client = await diary.client()
    first = await diary.invoice(DUE, client, **fields)
    return client, first, await diary.invoice(DUE, client, **fields)


async def test_what_is_due_together_is_one_mail(diary: Diary) -> None:
    _, first, second = await two_invoices(diary)
    await diary.start("0 +20", first, second)
    await diary.live_until(date(2026, 3, 25))
    [mail] = diary.mails()
    assert diary.days() == [DUE]
    assert first.number in mail.subject
    assert second.number in mail.subject
    assert "$2,400.00" in mail.text
    assert await sent(diary) == {first.id: 1, second.id: 1}
    for reminder in await diary.reminders(ReminderState.sent):
        assert reminder.balance_minor == 120_000, "each keeps the amount the mail stated of it"


async def test_every_invoice_keeps_its_own_place(diary: Diary) -> None:
    """The older one is a step further; the mail speaks with its step's text."""
    client = await diary.client()
    old = await diary.invoice(date(2026, 3, 2), client)
    young = await diary.invoice(DUE, client)
    await diary.start("0 +14", old, young)
    await diary.live_until(DUE)
    assert diary.days() == [date(2026, 3, 2), DUE]
    together = diary.mails()[1]
    assert "Step +14" in together.text
    assert "Step 0" not in together.text
    places = {
        (row.invoice_id, str(row.planned_on)) for row in await diary.reminders(ReminderState.sent)
    }
    assert places == {(old.id, "2026-03-02"), (old.id, "2026-03-16"), (young.id, "2026-03-16")}


async def test_by_matter_each_matter_has_its_own_mail_and_the_gap_between_them(
    diary: Diary,
) -> None:
    await diary.set_rules(grouping=Grouping.matter)
    _, first, second = await two_invoices(diary)
    await diary.start("0", first, second)
    await diary.live_until(date(2026, 3, 25))
    assert diary.days() == [DUE, NEXT_MAIL_DAY]


async def test_without_groups_mails_to_one_person_keep_the_gap(diary: Diary) -> None:
    await diary.set_rules(grouping=Grouping.none)
    _, first, second = await two_invoices(diary)
    await diary.start("0 +20", first, second)
    await diary.live_until(date(2026, 3, 25))
    assert diary.days() == [DUE, NEXT_MAIL_DAY]
    assert await sent(diary) == {first.id: 1, second.id: 1}


async def test_currencies_are_never_added_up(diary: Diary) -> None:
    client = await diary.client()
    dollars = await diary.invoice(DUE, client)
    pounds = await diary.invoice(DUE, client, currency="GBP")
    await diary.start("0", dollars, pounds)
    await diary.live_until(date(2026, 3, 25))
    assert diary.days() == [DUE, NEXT_MAIL_DAY]
    assert ["$1,200.00" in mail.text for mail in diary.mails()].count(True) == 1


async def test_a_paid_one_leaves_the_waiting_mail_and_its_total(diary: Diary) -> None:
    await diary.set_rules(safe_mode=True)
    _, first, second = await two_invoices(diary)
    await diary.start("0", first, second)
    await diary.live_until(DUE)
    assert len(await diary.reminders(ReminderState.queued)) == 2
    await diary.pay(first)
    await diary.set_rules(safe_mode=False)
    await diary.live_until(date(2026, 3, 17))
    [mail] = diary.mails()
    assert first.number not in mail.subject
    assert "$1,200.00" in mail.text
    assert await sent(diary) == {second.id: 1}


async def test_a_paused_one_leaves_it_and_goes_later_without_losing_its_place(
    diary: Diary,
) -> None:
    await diary.set_rules(safe_mode=True)
    _, first, second = await two_invoices(diary)
    [held, _] = await diary.start("0", first, second)
    collection = await diary.collection(held)
    paused = first if collection.invoice_id == first.id else second
    await diary.live_until(DUE)
    await diary.pause(held)
    await diary.set_rules(safe_mode=False)
    await diary.live_until(date(2026, 3, 20))
    [mail] = diary.mails()
    assert paused.number not in mail.subject
    assert "$1,200.00" in mail.text
    await diary.resume(held)
    await diary.live_until(date(2026, 3, 25))
    assert await sent(diary) == {first.id: 1, second.id: 1}


async def test_a_third_one_joins_the_mail_that_waits(diary: Diary) -> None:
    await diary.set_rules(safe_mode=True)
    client, first, second = await two_invoices(diary)
    third = await diary.invoice(date(2026, 3, 18), client)
    await diary.start("0", first, second, third)
    await diary.live_until(date(2026, 3, 18))
    await diary.set_rules(safe_mode=False)
    await diary.live_until(date(2026, 3, 20))
    [mail] = diary.mails()
    assert "$3,600.00" in mail.text
    assert await sent(diary) == {first.id: 1, second.id: 1, third.id: 1}


async def test_a_mail_server_that_is_away_sends_it_once_later(diary: Diary) -> None:
    _, first, second = await two_invoices(diary)
    await diary.start("0", first, second)
    diary.mailer.fail_with = [MailServerUnavailable("The mail server is away.")]
    await diary.live_until(DUE, hour=11)
    assert not diary.mails()
    diary.go_to(DUE, 11)
    await diary.tick()
    [mail] = diary.mails()
    assert "$2,400.00" in mail.text
    assert await sent(diary) == {first.id: 1, second.id: 1}


@pytest.mark.parametrize("outcome", list(Resolution))
async def test_an_uncertain_mail_is_decided_for_all_of_it(
    diary: Diary, outcome: Resolution
) -> None:
    _, first, second = await two_invoices(diary)
    await diary.start("0", first, second)
    diary.mailer.fail_with = [MailUncertain("The connection broke after the last line.")]
    await diary.live_until(DUE)
    uncertain = await diary.reminders(ReminderState.uncertain)
    assert len(uncertain) == 2
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        await reminder_actions.resolve(
            session,
            firm_id=diary.firm.id,
            reminder_id=uncertain[0].id,
            outcome=outcome,
            actor="Dana Hale",
            now=diary.clock.now(),
        )
    await diary.live_until(date(2026, 3, 17))
    assert await sent(diary) == {first.id: 1, second.id: 1}
    assert len(diary.mails()) == (1 if outcome is Resolution.send_again else 0)


async def test_one_that_is_skipped_by_hand_leaves_the_others(diary: Diary) -> None:
    await diary.set_rules(safe_mode=True)
    _, first, second = await two_invoices(diary)
    await diary.start("0", first, second)
    await diary.live_until(DUE)
    queued = await diary.reminders(ReminderState.queued)
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        await reminder_actions.skip(
            session,
            firm_id=diary.firm.id,
            reminder_id=queued[0].id,
            reason="",
            actor="Dana Hale",
            now=diary.clock.now(),
        )
    await diary.set_rules(safe_mode=False)
    await diary.live_until(date(2026, 3, 17))
    [mail] = diary.mails()
    assert "$1,200.00" in mail.text
    assert await sent(diary) == {queued[1].invoice_id: 1}


def statement() -> list[StepIn]:
    [step] = steps("0", body="All of it: {{ invoice.balance }}.\n\n{{ pay.link }}")
    return [step.model_copy(update={"is_statement": True})]


async def test_a_statement_tells_of_everything_that_is_owed(diary: Diary) -> None:
    client, first, _ = await two_invoices(diary)
    await diary.invoice(date(2026, 6, 1), client)
    await diary.start(statement(), first)
    await diary.live_until(DUE)
    [mail] = diary.mails()
    assert "$3,600.00" in mail.text
    assert await sent(diary) == {first.id: 1}, "only what is on the set is counted as reminded"


async def test_a_statement_leaves_out_what_is_held(diary: Diary) -> None:
    client, first, second = await two_invoices(diary)
    third = await diary.invoice(date(2026, 6, 1), client)
    [collection] = await diary.start("+60", second)
    await diary.pause(collection)
    await diary.start(statement(), first)
    await diary.live_until(DUE)
    [mail] = diary.mails()
    assert second.number not in mail.subject
    assert third.number in mail.subject
    assert "$2,400.00" in mail.text
