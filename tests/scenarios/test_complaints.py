"""What people complain of in other reminder products, each with the promise that answers it.

Where the promise is about dates, the schedule alone is asked; where several parts must work
together, a diary is. Complaints that cannot arise here, and why:

* late fees, interest and their lawfulness; a reminder that by law moves the due day: a reminder
  states what the bill says, it adds no fee, no interest and no new due day;
* "not paid before the payout": a payment counts once it is settled, and one under way holds;
* one's own preview counted as viewed, opens that are not accurate: nothing counts views or opens;
* a first import that takes a day without a word: the import's progress has its own tests;
* a discarded reply from a shared address: replies go to the firm's own mailbox;
* "I have paid", said from the mail itself: the client's answers have diaries of their own, in
  ``test_answers.py``.
"""

import asyncio
import re
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from domain.reminder_world import at, told_by_the_minute, world
from scenarios.diary import Diary, steps
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from factories import make_firm
from fakes import MovableClock
from invoice_tracker.collections.facts import load_firm
from invoice_tracker.collections.holds.disputes import open_dispute
from invoice_tracker.collections.models import CollectionState, ReminderState
from invoice_tracker.collections.planner import plan_due
from invoice_tracker.collections.promises.service import make_promise
from invoice_tracker.collections.service import reconsider
from invoice_tracker.core.deps import Adapters
from invoice_tracker.core.errors import Invalid
from invoice_tracker.domain.firm_calendar import DaysOff, FirmCalendar
from invoice_tracker.domain.invoice_aging import days_overdue
from invoice_tracker.domain.money import Money
from invoice_tracker.domain.reminder_groups import Grouping
from invoice_tracker.domain.reminder_schedule import (
    Backlog,
    ReasonCode,
    SendingRules,
    explain,
    is_complete,
)
from invoice_tracker.firms.public_holidays import public_holidays
from invoice_tracker.inbox.jobs import process_due
from invoice_tracker.inbox.process import Event
from invoice_tracker.inbox.service import record
from invoice_tracker.invoices.models import Client, Invoice
from invoice_tracker.outbox.models import MessageState, OutboxMessage
from invoice_tracker.payments.checkout_rows import Line
from invoice_tracker.payments.service import PaymentReport, ReportedState, apply_report
from invoice_tracker.ports import MailRefused, MailServerUnavailable, MailUncertain

DUE = date(2026, 3, 3)
"""Tuesday, the day after the diary begins."""
NEXT_DAY = DUE + timedelta(days=1)
QUARTER = timedelta(minutes=15)


def played(series: str, *events: str, until: str = "2026-07-31", **given: Any) -> list[str]:
    """The mails of a series due on Monday, March 2, 2026: ``2026-03-02 09:26 1``."""
    given = {"due": "2026-03-02", "started": "2026-02-16 10:00"} | given
    told = told_by_the_minute(world(series=series, **given), events, until=until)
    words = [line.split() for line in told if line.endswith("sent")]
    return [f"{day} {clock} {step}" for _, day, clock, _, step, _ in words]


def days(series: str, *events: str, **given: Any) -> list[str]:
    """The same without the time: ``03-02 1``."""
    return [f"{line[5:10]} {line[17:]}" for line in played(series, *events, **given)]


async def many_ticks(diary: Diary, *, every: timedelta, times: int) -> None:
    for _ in range(times):
        await diary.tick()
        diary.clock.move_to(diary.clock.now() + every)


async def waiting(diary: Diary) -> list[OutboxMessage]:
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        rows = await session.scalars(
            select(OutboxMessage).where(OutboxMessage.state == MessageState.waiting)
        )
        return list(rows)


async def several(diary: Diary, *totals: int, **fields: Any) -> tuple[Client, list[Invoice]]:
    client = await diary.client()
    return client, [
        await diary.invoice(DUE, client, total_minor=total, **fields) for total in totals
    ]


# --- too many -----------------------------------------------------------------------------------


async def test_reminder_sent_again_every_time_the_cron_runs(diary: Diary) -> None:
    """However often the worker runs, a reminder leaves once."""
    invoice = await diary.invoice(DUE)
    await diary.start("0", invoice)
    diary.go_to(DUE)
    await many_ticks(diary, every=timedelta(minutes=1), times=30)
    assert diary.offsets(invoice) == [0]


def test_second_reminder_many_times_in_one_day() -> None:
    """A worker that runs each quarter of an hour all day sends each step once."""
    firm = world(due="2026-03-02", started="2026-02-16 10:00", series="0 +7")
    sent = [d for n in range(96 * 9) for d in firm.tick(at("2026-03-02 00:00") + n * QUARTER)]
    assert [getattr(decision, "step", None) for decision in sent if hasattr(decision, "key")] == [
        *firm.collection.steps
    ]


def test_the_same_reminder_hour_after_hour() -> None:
    """After its last step a series is at its end, for ever."""
    firm = world(due="2026-03-02", started="2026-02-16 10:00", series="0")
    firm.tick(at("2026-03-02 12:00"))
    assert all(not firm.tick(at("2026-03-02 13:00") + n * timedelta(hours=1)) for n in range(500))
    assert is_complete(firm.invoice, firm.collection, firm.past, calendar=firm.calendar)


async def test_more_than_one_run_a_day_sends_twice(diary: Diary) -> None:
    """Two runs that both decide leave one reminder and one mail."""
    invoice = await diary.invoice(DUE)
    [collection_id] = await diary.start("0 +7", invoice)
    diary.go_to(DUE)
    for _ in range(3):
        await plan_due(diary.adapters, diary.firm.id)
    await diary.tick()
    await diary.tick()
    assert len(await diary.reminders()) == len(diary.mails()) == 1
    assert (await diary.collection(collection_id)).state is CollectionState.active


async def test_two_workers_each_run_the_same_job(
    committed_adapters: Adapters, clock: MovableClock
) -> None:
    """What leaves once is decided by the database, not by the queue."""
    async with committed_adapters.database.transaction() as session:
        firm = await make_firm(session, now=clock.now())
    diary = Diary.open(committed_adapters, firm, clock)
    await diary.start("0", await diary.invoice(DUE))
    diary.go_to(DUE)
    await asyncio.gather(*(diary.tick() for _ in range(3)))
    assert len(diary.mails()) == 1


async def test_the_same_mail_again_after_a_lost_answer(diary: Diary) -> None:
    """A mail that perhaps left is shown as such and never sent again by itself."""
    invoice = await diary.invoice(DUE)
    await diary.start("0", invoice)
    diary.mailer.fail_with = [MailUncertain("The connection broke after the data.")]
    diary.go_to(DUE)
    await many_ticks(diary, every=timedelta(hours=2), times=24)
    assert diary.mails() == []
    assert [row.state for row in await diary.reminders()] == [ReminderState.uncertain]


async def test_two_identical_mails_after_a_failed_payment(diary: Diary) -> None:
    """A payment that fails releases the hold, and what was due goes once."""
    invoice = await diary.invoice(DUE)
    await diary.start("0 +30", invoice)
    await diary.stripe_reports(invoice, ReportedState.processing)
    await diary.live_until(DUE)
    assert diary.mails() == []
    await diary.stripe_reports(invoice, ReportedState.failed)
    await diary.stripe_reports(invoice, ReportedState.failed)
    await diary.live_until(date(2026, 3, 10))
    assert diary.offsets(invoice) == [0]


async def test_a_notice_of_a_pending_payment_every_ten_minutes(diary: Diary) -> None:
    """What is told again and again is noted once: entries follow changes of state."""
    invoice = await diary.invoice(DUE)
    await diary.start("0", invoice)
    await diary.stripe_reports(invoice, ReportedState.processing)
    before = await diary.timeline(invoice)
    for _ in range(5):
        diary.clock.move(minutes=10)
        await diary.stripe_reports(invoice, ReportedState.processing)
    assert await diary.timeline(invoice) == before
    assert diary.mails() == []


def test_a_reminder_a_day_for_ever() -> None:
    """A repeating step ends: at its maximum, or after twelve."""
    assert len(played("+1/3")) == 12
    assert len(played("+1/3x4")) == 4


async def test_a_flooded_mailbox_one_mail_for_each_invoice(diary: Diary) -> None:
    """What is due together for one client is one mail."""
    _, invoices = await several(diary, *[10_000] * 5)
    await diary.start("0", *invoices)
    await diary.live_until(DUE)
    assert len(diary.mails()) == 1


def test_duplicates_of_schedule_and_hand() -> None:
    """A mail sent for another reason keeps its distance, and moves no step away."""
    assert days("0 +7", "2026-03-02 08:00 other") == ["03-05 1", "03-09 2"]


async def test_the_billing_system_reminds_too(diary: Diary) -> None:
    """Where Clio itself reminds a client, ours wait if the firm wants one sender."""
    client = await diary.client(clio_reminders_enabled=True)
    invoice = await diary.invoice(DUE, client)
    await diary.set_rules(holds_for_other_senders=True)
    await diary.start("0", invoice)
    await diary.live_until(NEXT_DAY)
    assert diary.mails() == []


# --- too early, too late, on the wrong day ------------------------------------------------------


def test_a_past_due_mail_the_day_after_a_mail_by_hand() -> None:
    """Days count from the due day; a mail by hand brings no step forward."""
    assert days("+1 +7", "2026-02-20 12:00 other") == ["03-03 1", "03-09 2"]


def test_a_missed_day_is_never_sent() -> None:
    """What could not go on its day goes afterwards."""
    worker = ("2026-03-02 00:00 worker stops", "2026-03-03 00:00 worker starts")
    assert days("0 +7", *worker) == ["03-03 1", "03-09 2"]


def test_only_on_the_exact_day_and_no_repeats() -> None:
    """A repeating step comes at its interval up to its maximum."""
    assert days("+7/7x3") == ["03-09 1.1", "03-16 1.2", "03-23 1.3"]


def test_sixty_days_before_instead_of_after() -> None:
    """Before is before and after is after, counted from the due day."""
    assert days("+60") == ["05-01 1"]
    assert days("-7", due="2026-05-08") == ["05-01 1"]


@pytest.mark.parametrize("zone", ["Pacific/Honolulu", "UTC", "Pacific/Kiritimati"])
def test_the_due_day_is_off_by_one(zone: str) -> None:
    """A due day is a day, wherever the firm is."""
    assert days("0", calendar=FirmCalendar(zone)) == ["03-02 1"]


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Auckland"])
def test_skipped_where_the_hour_makes_it_another_day_in_utc(zone: str) -> None:
    """Days are the firm's, at any hour of its window."""
    for hour in (0, 8, 16, 22):
        calendar = FirmCalendar(zone, time(hour), time(hour, 59))
        assert days("0 +7", calendar=calendar) == ["03-02 1", "03-09 2"]


def test_ten_became_eleven_when_the_clocks_changed() -> None:
    """The window stays at the same hour of the wall clock."""
    times = {line[11:16] for line in played("-7 +7 +14")}
    assert len(times) == 1


async def test_the_clients_time_zone_is_ignored(diary: Diary) -> None:
    """A client with a zone of its own hears from us by its own clock."""
    client = await diary.client(time_zone="Pacific/Honolulu")
    await diary.start("0", await diary.invoice(DUE, client))
    diary.go_to(DUE, hour=10)
    await diary.tick()
    assert diary.mails() == []
    diary.go_to(DUE, hour=17)
    await diary.tick()
    [(arrived, _)] = diary.mailer.arrivals
    assert arrived.astimezone(ZoneInfo("Pacific/Honolulu")).hour == 12


def test_mails_at_weekends_and_holidays() -> None:
    """Off days move a mail forward and never double it."""
    closed = FirmCalendar("America/New_York", days_off=DaysOff({date(2026, 5, 25): "Memorial"}))
    assert days("0 +1 +2", due="2026-05-23", calendar=closed) == ["05-26 1", "05-29 2", "06-01 3"]


def test_only_national_holidays() -> None:
    """A region's own holidays are days off, too."""
    assert date(2026, 4, 20) in public_holidays("US", "MA")
    assert date(2026, 4, 20) not in public_holidays("US", "NY")


def test_dunning_on_the_due_day_itself() -> None:
    """On its due day an invoice is not overdue; a step after it comes after it."""
    assert days_overdue(date(2026, 3, 2), date(2026, 3, 2)) == 0
    assert days("+1") == ["03-03 1"]


def test_at_four_in_the_morning() -> None:
    """Mails leave in the window of the firm's own zone."""
    for zone in ("America/Los_Angeles", "Europe/London", "Asia/Tokyo"):
        [line] = played("0", calendar=FirmCalendar(zone))
        assert "09:00" <= line[11:16] < "10:00"


def test_only_three_reminders() -> None:
    """A series may have as many steps as a firm wants."""
    assert len(played(" ".join(f"+{7 * n}" for n in range(1, 21)))) == 20


def test_an_endless_reminder_that_never_comes_and_nobody_knows_why() -> None:
    """A repeating step tells its next day, or why it has none."""
    firm = world(due="2026-03-02", started="2026-02-16 10:00", series="+7/30")
    facts = (firm.invoice, firm.collection, firm.past)
    now, given = at("2026-03-05 12:00"), firm.facts()
    answer = explain(*facts, on=date(2026, 3, 5), now=now, **given)  # type: ignore[arg-type]
    assert answer.next is not None
    assert answer.next.on == date(2026, 3, 9)
    firm.happen("due 2025-01-01", now)
    facts = (firm.invoice, firm.collection, firm.past)
    answer = explain(*facts, on=date(2026, 3, 5), now=now, **given)  # type: ignore[arg-type]
    assert ReasonCode.age_ceiling in {reason.code for reason in answer.reasons}


def test_a_statement_that_stops_after_a_date_was_edited() -> None:
    """The next day is worked out from the facts, never stored by a form."""
    moved = ("2026-03-10 12:00 due 2026-03-20", "2026-03-11 12:00 due 2026-03-02")
    assert days("month0x3", *moved) == ["03-02 1.1", "04-01 1.2", "05-01 1.3"]


# --- to whom it should not go -------------------------------------------------------------------


async def test_a_reminder_although_it_is_paid(diary: Diary) -> None:
    """The bill is read again right before a mail leaves."""
    invoice = await diary.invoice(DUE)
    [collection_id] = await diary.start("0", invoice)
    diary.clio.changes[invoice.id] = {
        "clio_state": "paid",
        "clio_balance_minor": 0,
        "clio_paid_minor": 120_000,
    }
    await diary.live_until(NEXT_DAY)
    assert diary.mails() == []
    assert (await diary.collection(collection_id)).state is CollectionState.settled


async def test_the_payment_came_while_the_mail_was_leaving(diary: Diary) -> None:
    """A payment seen during the last look stops the mail."""
    invoice = await diary.invoice(DUE)
    await diary.start("0", invoice)
    diary.clio.while_reading = lambda: diary.pay(invoice)
    await diary.live_until(DUE)
    assert diary.mails() == []


async def test_reconcile_before_the_hour_of_sending(diary: Diary) -> None:
    """A bill that cannot be read is not reminded of; the mail waits and says why."""
    invoice = await diary.invoice(DUE)
    await diary.start("0", invoice)
    diary.clio.problem = "Clio did not answer."
    await diary.live_until(DUE)
    assert diary.mails() == []
    [message] = await waiting(diary)
    assert message.reason
    diary.clio.problem = None
    await diary.live_until(NEXT_DAY)
    assert diary.offsets(invoice) == [1]


async def test_a_payment_that_is_not_yet_entered(diary: Diary) -> None:
    """Money that Clio shows as pending holds the mail."""
    invoice = await diary.invoice(DUE)
    await diary.start("0", invoice)
    await diary.change_in_clio(invoice, clio_pending_minor=120_000)
    await diary.live_until(NEXT_DAY)
    assert diary.mails() == []


def test_a_client_in_credit_is_reminded() -> None:
    """What is owed is net of credits; nothing owed is nothing sent."""
    assert days("0 +7", "2026-03-01 12:00 balance -500") == []


def test_auto_pay_clients_are_reminded() -> None:
    """A payment that is under way holds until it has come or failed."""
    assert days("0 +30", "2026-03-01 12:00 hold payment_processing") == []
    failed = ("2026-03-01 12:00 hold payment_processing", "2026-03-05 12:00 release")
    assert days("0 +30", *failed) == ["03-05 1", "04-01 2"]


async def test_a_bank_debit_counts_as_paid_while_it_is_pending(diary: Diary) -> None:
    """Under way is neither paid nor reminded of."""
    invoice = await diary.invoice(DUE)
    [collection_id] = await diary.start("0", invoice)
    await diary.stripe_reports(invoice, ReportedState.processing, method="us_bank_account")
    await diary.live_until(NEXT_DAY)
    assert diary.mails() == []
    assert (await diary.collection(collection_id)).state is CollectionState.active


async def test_a_bank_debit_is_pending_although_it_succeeded(diary: Diary) -> None:
    """The later word counts, and an older one that comes after it changes nothing."""
    invoice = await diary.invoice(DUE)
    [collection_id] = await diary.start("0", invoice)
    await diary.stripe_reports(invoice, ReportedState.processing)
    await diary.stripe_reports(invoice, ReportedState.settled)
    await diary.stripe_reports(invoice, ReportedState.processing)
    assert (await diary.collection(collection_id)).state is CollectionState.settled


class Stumbling:
    """Handles Stripe's word of a payment; its first try breaks off when all is written."""

    def __init__(self, diary: Diary, invoice: Invoice) -> None:
        self._diary, self._invoice = diary, invoice
        self._breaks = True

    async def prepare(self, event: Event) -> None:
        """Nothing to read."""

    async def apply(self, session: AsyncSession, event: Event, prepared: None) -> str:
        now = self._diary.clock.now()
        report = settled(self._invoice, now)
        given = {"firm_id": event.firm_id, "now": now}
        lines = [Line(self._invoice.id, report.amount.amount_minor)]
        await apply_report(session, lines=lines, report=report, **given)
        await reconsider(session, invoice_ids=[self._invoice.id], **given)
        if self._breaks:
            self._breaks = False
            raise RuntimeError("a fault")
        return "Done."


def settled(invoice: Invoice, now: datetime) -> PaymentReport:
    return PaymentReport(
        intent_id="pi_1",
        session_id=None,
        state=ReportedState.settled,
        amount=Money(120_000, invoice.currency),
        refunded_minor=0,
        disputed=False,
        method="card",
        asked_at=now,
    )


async def test_a_payment_is_lost_because_its_webhook_crashed(diary: Diary) -> None:
    """What Stripe says is stored first, and tried again until it counts: once."""
    invoice = await diary.invoice(DUE)
    [collection_id] = await diary.start("0", invoice)
    for _ in range(2):
        async with diary.adapters.database.transaction(diary.firm.id) as session:
            await record(
                session,
                firm_id=diary.firm.id,
                source="stripe",
                external_id="evt_1",
                kind="checkout.session.completed",
                body=b"{}",
                now=diary.clock.now(),
            )
    handlers = {"stripe": Stumbling(diary, invoice)}
    await process_due(diary.adapters, diary.firm.id, handlers=handlers)
    assert (await diary.collection(collection_id)).state is CollectionState.active
    diary.go_to(DUE, hour=7)
    await process_due(diary.adapters, diary.firm.id, handlers=handlers)
    assert (await diary.collection(collection_id)).state is CollectionState.settled
    assert (await diary.timeline(invoice)).count("payment_settled") == 1


async def test_no_way_to_leave_out_one_client(diary: Diary) -> None:
    """One client's invoice is paused; the others' go."""
    one = await diary.invoice(DUE, await diary.client(email="one@example.org"))
    other = await diary.invoice(DUE, await diary.client(email="other@example.org"))
    ids = await diary.start("0", one, other)
    rows = {(await diary.collection(each)).invoice_id: each for each in ids}
    await diary.pause(rows[one.id])
    await diary.live_until(DUE)
    assert [mail.to for mail in diary.mails()] == ["other@example.org"]


def test_no_way_to_pause_one_invoice() -> None:
    """A pause until a day ends by itself, and the series goes on where it was."""
    pause = "2026-03-03 12:00 hold paused until 2026-03-12"
    assert days("0 +7 +15", pause) == ["03-02 1", "03-12 2", "03-17 3"]


async def test_a_promise_to_pay_does_not_pause(diary: Diary) -> None:
    """A promise holds the reminders by itself; if it is broken they go on."""
    invoice = await diary.invoice(DUE)
    await diary.start("0 +30", invoice)
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        await make_promise(
            session,
            firm_id=diary.firm.id,
            invoice_id=invoice.id,
            promised_on=date(2026, 3, 5),
            amount_minor=None,
            note="",
            jump_position=None,
            actor="Dana Hale",
            now=diary.clock.now(),
        )
    await diary.live_until(date(2026, 3, 12))
    assert diary.days() == [date(2026, 3, 9)], "Thursday, and Friday for a late booking"


async def test_the_disputed_invoice_is_in_the_group_mail(diary: Diary) -> None:
    """What is disputed is in no mail and in no total."""
    _, (one, two, disputed) = await several(diary, 10_000, 20_000, 40_000)
    await diary.start("0", one, two, disputed)
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        await open_dispute(
            session,
            firm_id=diary.firm.id,
            invoice_id=disputed.id,
            reason="Wrong hours",
            actor="Dana Hale",
            now=diary.clock.now(),
        )
    await diary.live_until(DUE)
    [mail] = diary.mails()
    assert "$300.00" in mail.text
    assert disputed.number not in mail.subject + mail.text


# --- where to begin -----------------------------------------------------------------------------


def test_switching_on_reminds_of_every_step_that_was_missed() -> None:
    """An old invoice gets one mail, the one that fits its age."""
    assert days("0 +7 +15 +30", due="2026-01-31") == ["02-16 3", "03-02 4"]
    assert days("0 +7 +15 +30", due="2026-01-31", backlog=Backlog.skip_past) == ["03-02 4"]


def test_someone_who_enters_late_gets_all_steps_one_after_another() -> None:
    """Entering 17 days late: the fitting step, then those to come."""
    assert days("0 +5 +10 +15 +30", due="2026-01-30") == ["02-16 4", "03-02 5"]


def test_bills_of_several_years_ago_are_reminded_of() -> None:
    """Beyond the age ceiling nothing goes, whatever the backlog choice."""
    for choice in Backlog:
        assert days("0 +30", due="2022-03-01", backlog=choice) == []


def test_only_invoices_made_after_switching_on() -> None:
    """An invoice that was there before can be started like any other."""
    assert days("+30 +60", due="2026-01-20")[0] == "02-19 1"


async def test_switching_on_for_a_client_takes_all_its_bills(diary: Diary) -> None:
    """What was not chosen is not reminded of."""
    _, (chosen, _) = await several(diary, 10_000, 20_000)
    await diary.start("0", chosen)
    await diary.live_until(DUE)
    assert [row.invoice_id for row in await diary.reminders()] == [chosen.id]
    assert "$100.00" in diary.mails()[0].text


async def test_one_schedule_for_all_counted_from_the_oldest_bill(diary: Diary) -> None:
    """Each invoice counts from its own due day, on a set of its own."""
    one = await diary.invoice(DUE, await diary.client(email="one@example.org"))
    other = await diary.invoice(NEXT_DAY, await diary.client(email="other@example.org"))
    await diary.start("0", one)
    await diary.start("+1", other)
    await diary.live_until(date(2026, 3, 6))
    assert (diary.offsets(one), diary.offsets(other)) == ([0], [1])


async def test_every_client_is_treated_alike(diary: Diary) -> None:
    """Clients may have sets, and so words, of their own."""
    kind = await diary.invoice(DUE, await diary.client(email="kind@example.org"))
    firm = await diary.invoice(DUE, await diary.client(email="firm@example.org"))
    await diary.start(steps("0", body="Kindly: {{ invoice.balance }}\n\n{{ pay.link }}"), kind)
    await diary.start(steps("0", body="Now: {{ invoice.balance }}\n\n{{ pay.link }}"), firm)
    await diary.live_until(DUE)
    texts = {mail.to: mail.text for mail in diary.mails()}
    assert "Kindly" in texts["kind@example.org"]
    assert "Kindly" not in texts["firm@example.org"]


async def test_an_older_invoice_that_is_imported_restarts_the_series(diary: Diary) -> None:
    """Each invoice keeps its own place; what has gone does not come again."""
    client, [first] = await several(diary, 10_000)
    await diary.start("0 +7", first)
    await diary.live_until(DUE)
    older = await diary.invoice(date(2026, 2, 2), client)
    await diary.start("0 +7", older)
    await diary.live_until(date(2026, 3, 12))
    rows = [row for row in await diary.reminders(ReminderState.sent) if row.invoice_id == first.id]
    assert [str(row.planned_on) for row in rows] == ["2026-03-03", "2026-03-10"]


def test_changing_a_date_repeats_what_has_gone() -> None:
    """A due day that moves takes along only what has not gone yet."""
    assert days("0 +7", "2026-03-03 12:00 due 2026-03-30") == ["03-02 1", "04-06 2"]


def test_paying_a_part_skips_a_stage() -> None:
    """A partial payment changes the amount and never the place in the series."""
    assert days("0 +7 +15", "2026-03-05 12:00 balance 40000") == days("0 +7 +15")


def test_a_call_that_nobody_makes_stops_everything() -> None:
    """A call that is not made keeps no mail waiting."""
    assert days("0 +7call +15") == ["03-02 1", "03-17 3"]


async def test_changed_settings_do_not_reach_what_runs(diary: Diary) -> None:
    """Sending rules count at once, also for what was started before."""
    invoice = await diary.invoice(DUE)
    await diary.start("0", invoice)
    await diary.set_rules(minimum_balance_minor=500_000)
    await diary.live_until(NEXT_DAY)
    assert diary.mails() == []
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        firm = await load_firm(session, firm_id=diary.firm.id)
    assert firm.rules == SendingRules(minimum_balance_minor=500_000)


# --- what became of it --------------------------------------------------------------------------


async def test_one_error_stops_all_that_come_after(diary: Diary) -> None:
    """A mail that is refused stops no other."""
    invoices = [
        await diary.invoice(DUE, await diary.client(email=f"c{n}@example.org")) for n in range(3)
    ]
    await diary.start("0", *invoices)
    diary.mailer.fail_with = [MailRefused("550 no such user")]
    await diary.live_until(DUE)
    assert len(diary.mails()) == 2


async def test_none_sent_is_reported_although_mails_went_out(diary: Diary) -> None:
    """What is counted as sent is what left."""
    invoices = [
        await diary.invoice(DUE, await diary.client(email=f"c{n}@example.org")) for n in range(3)
    ]
    await diary.start("0", *invoices)
    await diary.live_until(DUE)
    assert len(await diary.reminders(ReminderState.sent)) == len(diary.mails()) == 3


async def test_bounces_are_impossible_to_find(diary: Diary) -> None:
    """An address that does not exist puts the invoice on hold, with the server's words."""
    invoice = await diary.invoice(DUE)
    await diary.start("0 +1", invoice)
    diary.mailer.fail_with = [MailRefused("550 5.1.1 No such user")]
    await diary.live_until(date(2026, 3, 6))
    assert diary.mails() == []
    [row] = await diary.reminders(ReminderState.failed)
    assert "No such user" in (row.reason or "")


async def test_a_mail_server_that_is_away_and_nobody_notices(diary: Diary) -> None:
    """The mail waits with the reason, is tried again, and leaves once."""
    invoice = await diary.invoice(DUE)
    await diary.start("0", invoice)
    diary.mailer.fail_with = [MailServerUnavailable("The mail server is away.")]
    diary.go_to(DUE, hour=10)
    await diary.tick()
    [message] = await waiting(diary)
    assert "away" in (message.reason or "")
    diary.go_to(DUE, hour=12)
    await diary.tick()
    assert diary.offsets(invoice) == [0]


async def test_marked_as_sent_though_the_mail_server_failed(diary: Diary) -> None:
    """Sent is what the server has taken, nothing else."""
    await diary.start("0", await diary.invoice(DUE))
    diary.mailer.fail_with = [MailServerUnavailable("The mail server is away.")]
    diary.go_to(DUE, hour=10)
    await diary.tick()
    assert await diary.reminders(ReminderState.sent) == []


async def test_a_blocked_address_is_queued_for_ever(diary: Diary) -> None:
    """Every mail comes to an end; a refused one does not wait on."""
    await diary.start("0", await diary.invoice(DUE))
    diary.mailer.fail_with = [MailRefused("550 blocked")]
    await diary.live_until(DUE)
    assert await waiting(diary) == []
    assert [row.state for row in await diary.reminders()] == [ReminderState.failed]


async def test_no_address_fails_in_silence(client: httpx.AsyncClient, diary: Diary) -> None:
    """Start Collection refuses, and says who lacks an address."""
    nobody = await diary.invoice(DUE, await diary.client(email=None))
    set_id = await diary.set_of("0")
    request = {
        "selection": {"invoice_ids": [str(nobody.id)]},
        "reminder_set_id": str(set_id),
        "backlog": "fitting_step",
    }
    answer = (await client.post("/api/v1/collections", json=request)).json()
    assert answer["started"] == 0
    assert "address" in answer["refused"][0]["reason"]


async def test_the_history_does_not_say_who_got_it(diary: Diary) -> None:
    """Each reminder keeps the address it went to."""
    invoice = await diary.invoice(DUE, await diary.client(email="first@example.org"))
    await diary.start("0", invoice)
    await diary.live_until(DUE)
    [row] = await diary.reminders(ReminderState.sent)
    assert row.recipient == "first@example.org"


async def test_blind_copies_of_everything(diary: Diary) -> None:
    """Copies belong to a step, not to all mails."""
    [first, second] = steps("0 +3")
    copied = first.model_copy(update={"bcc": ["books@example.org"]})
    await diary.start([copied, second], await diary.invoice(DUE))
    await diary.live_until(date(2026, 3, 6))
    assert [list(mail.bcc) for mail in diary.mails()] == [["books@example.org"], []]


# --- what it says -------------------------------------------------------------------------------


async def test_a_statement_of_all_that_is_owed_is_wanted_for_years(diary: Diary) -> None:
    """A statement step tells of everything the client owes."""
    _, (chosen, _) = await several(diary, 10_000, 20_000)
    [step] = steps("0", body="All of it: {{ invoice.balance }}\n\n{{ pay.link }}")
    await diary.start([step.model_copy(update={"is_statement": True})], chosen)
    await diary.live_until(DUE)
    assert "$300.00" in diary.mails()[0].text


async def test_the_last_invoices_amount_stands_everywhere(diary: Diary) -> None:
    """Each amount is its own, and the total is their sum, to the cent."""
    _, invoices = await several(diary, 10_001, 20_002, 40_004)
    body = "{{ invoices.table }}\n\n{{ invoices.total_balance }}\n\n{{ pay.link }}"
    await diary.start(steps("0", body=body), *invoices)
    await diary.live_until(DUE)
    [mail] = diary.mails()
    for amount in ("$100.01", "$200.02", "$400.04", "$700.07"):
        assert amount in mail.text
    assert sum(row.balance_minor or 0 for row in await diary.reminders()) == 70_007


async def test_the_amount_owed_must_be_typed_by_hand(diary: Diary) -> None:
    """After a partial payment the next mail states the rest."""
    invoice = await diary.invoice(DUE)
    await diary.start("0 +3", invoice)
    await diary.live_until(DUE)
    await diary.pay(invoice, 50_000)
    await diary.live_until(date(2026, 3, 6))
    assert ["$1,200.00" in m.text for m in diary.mails()] == [True, False]
    assert "$700.00" in diary.mails()[1].text


async def test_reminding_of_one_invoice_hides_the_others(diary: Diary) -> None:
    """In one mail each invoice has a reminder of its own."""
    _, invoices = await several(diary, 10_000, 20_000)
    await diary.start("0", *invoices)
    await diary.live_until(DUE)
    rows = await diary.reminders(ReminderState.sent)
    assert {row.invoice_id for row in rows} == {invoice.id for invoice in invoices}


async def test_clients_dislike_matters_lumped_together(diary: Diary) -> None:
    """A firm may keep what belongs to different matters apart."""
    await diary.set_rules(grouping=Grouping.none)
    _, invoices = await several(diary, 10_000, 20_000)
    await diary.start("0", *invoices)
    await diary.live_until(date(2026, 3, 6))
    assert len(diary.mails()) == 2
    assert not any("$300.00" in mail.text for mail in diary.mails())


async def test_the_address_of_the_invoices_contact_is_ignored(diary: Diary) -> None:
    """An address that staff have entered comes before that of the billing system."""
    client = await diary.client(email="old@example.org", email_override="right@example.org")
    await diary.start("0", await diary.invoice(DUE, client))
    await diary.live_until(DUE)
    assert [mail.to for mail in diary.mails()] == ["right@example.org"]


async def test_placeholders_reach_the_client(diary: Diary) -> None:
    """An unknown variable cannot be saved, in a subject as in a text."""
    for fields in ({"body": "{{ invoice.nonsense }}"}, {"subject": "{{ nonsense }}"}):
        with pytest.raises(Invalid):
            await diary.set_of(steps("0", **fields))


def pay_link(mail_html: str) -> str:
    found = re.search(r"http://testserver(/pay/[\w-]+)", mail_html)
    assert found
    return found[1]


async def test_mail_scanners_open_the_link(anonymous: httpx.AsyncClient, diary: Diary) -> None:
    """Opening a link changes nothing, however often."""
    invoice = await diary.invoice(DUE)
    [collection_id] = await diary.start("0 +1", invoice)
    await diary.live_until(DUE)
    before = await diary.timeline(invoice)
    for _ in range(5):
        assert (await anonymous.get(pay_link(diary.mails()[0].html))).status_code == 200
    assert await diary.timeline(invoice) == before
    assert diary.gateway.opened == {}
    assert (await diary.collection(collection_id)).next_action_at is not None


async def test_the_link_in_the_mail_is_dead_after_a_while(
    anonymous: httpx.AsyncClient, diary: Diary
) -> None:
    """A link in an old mail still leads to the present balance."""
    invoice = await diary.invoice(DUE)
    await diary.start("0", invoice)
    await diary.live_until(DUE)
    await diary.pay(invoice, 50_000)
    diary.go_to(date(2026, 10, 1))
    answer = await anonymous.get(pay_link(diary.mails()[0].html))
    assert answer.status_code == 200
    assert "$700.00" in answer.text


async def test_replies_go_to_whoever_switched_it_on(diary: Diary) -> None:
    """Mails come from the firm's own sender, and replies go where the firm says."""
    await diary.start("0", await diary.invoice(DUE))
    await diary.live_until(DUE)
    [mail] = diary.mails()
    assert mail.from_name == diary.firm.name
    assert (mail.reply_to or mail.from_email).endswith("@example.com")


async def test_a_hidden_picture_watches_who_opens(diary: Diary) -> None:
    """No mail carries a picture that reports its opening."""
    await diary.start("0", await diary.invoice(DUE))
    await diary.live_until(DUE)
    assert "<img" not in diary.mails()[0].html
