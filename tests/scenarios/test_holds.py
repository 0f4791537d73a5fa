"""Paused and resumed, payments under way, money given back, Safe Mode."""

from datetime import date, timedelta
from uuid import uuid4

from scenarios.diary import Diary

from invoice_tracker.collections.holds.service import add_hold
from invoice_tracker.collections.models import CollectionState, ReminderState
from invoice_tracker.domain.holds import HoldKind
from invoice_tracker.invoices.repository import get_invoice
from invoice_tracker.payments.models import Checkout, CheckoutLine, CheckoutState
from invoice_tracker.payments.service import ReportedState
from invoice_tracker.ports import CheckoutStatus, MailRefused

DUE = date(2026, 3, 16)


async def test_paused_and_resumed(diary: Diary) -> None:
    """What fell into the pause is not caught up: the latest goes, the older are skipped."""
    invoice = await diary.invoice(DUE)
    [collection_id] = await diary.start("0 +7 +14 +30", invoice)
    await diary.live_until(date(2026, 3, 17))
    await diary.pause(collection_id)
    await diary.live_until(date(2026, 4, 2))
    assert diary.offsets(invoice) == [0]

    diary.go_to(date(2026, 4, 3), hour=9)
    await diary.resume(collection_id)
    await diary.live_until(date(2026, 4, 20))
    assert diary.offsets(invoice) == [0, 18, 30]
    [skipped] = await diary.reminders(ReminderState.skipped)
    assert skipped.reason == "A later reminder was due by then."


async def test_paused_until_a_day(diary: Diary) -> None:
    invoice = await diary.invoice(DUE)
    [collection_id] = await diary.start("0 +30", invoice)
    await diary.pause(collection_id, until=date(2026, 3, 20))
    collection = await diary.collection(collection_id)
    assert collection.next_action_at is not None
    await diary.live_until(date(2026, 3, 25))
    assert diary.days(invoice) == [date(2026, 3, 20)]


async def test_a_mail_that_is_ready_waits_while_paused(diary: Diary) -> None:
    """Decided in Safe Mode, paused before it could leave."""
    invoice = await diary.invoice(DUE)
    await diary.set_rules(safe_mode=True)
    [collection_id] = await diary.start("0 +30", invoice)
    await diary.live_until(DUE)
    await diary.pause(collection_id)
    await diary.set_rules(safe_mode=False)
    await diary.live_until(date(2026, 3, 18))
    assert diary.mails() == []
    assert [row.state for row in await diary.reminders()] == [ReminderState.queued]

    diary.go_to(date(2026, 3, 19), hour=9, minute=30)
    await diary.resume(collection_id)
    diary.go_to(date(2026, 3, 19), hour=10)
    await diary.tick()
    assert diary.offsets(invoice) == [3]


async def test_safe_mode_on_then_off(diary: Diary) -> None:
    """Everything is decided and nothing leaves; afterwards one mail goes, not the whole pile."""
    invoice = await diary.invoice(DUE)
    await diary.set_rules(safe_mode=True)
    await diary.start("-3 0 +7 +30", invoice)
    await diary.live_until(date(2026, 3, 24))
    assert diary.mails() == []
    assert [row.state for row in await diary.reminders()] == [ReminderState.queued]

    await diary.set_rules(safe_mode=False)
    await diary.live_until(date(2026, 4, 16))
    assert diary.offsets(invoice) == [9, 30]
    assert "is open" in diary.mails()[0].text
    assert "Step +7" in diary.mails()[0].text


async def test_bank_debit_processing_then_failed(diary: Diary) -> None:
    invoice = await diary.invoice(DUE)
    [collection_id] = await diary.start("0 +7 +14", invoice)
    await diary.live_until(date(2026, 3, 17))
    await diary.stripe_reports(invoice, ReportedState.processing, method="us_bank_account")
    await diary.live_until(date(2026, 3, 26))
    assert diary.offsets(invoice) == [0], "processing is not paid, and holds"
    assert (await diary.collection(collection_id)).state is CollectionState.active

    await diary.stripe_reports(
        invoice, ReportedState.failed, method="us_bank_account", failure="No funds"
    )
    await diary.live_until(date(2026, 4, 1))
    assert diary.offsets(invoice) == [0, 10, 14]


async def test_bank_debit_processing_then_settled(diary: Diary) -> None:
    invoice = await diary.invoice(DUE)
    [collection_id] = await diary.start("0 +7 +14", invoice)
    await diary.live_until(date(2026, 3, 17))
    await diary.stripe_reports(invoice, ReportedState.processing, method="us_bank_account")
    await diary.live_until(date(2026, 3, 25))
    await diary.stripe_reports(invoice, ReportedState.settled, method="us_bank_account")
    await diary.live_until(date(2026, 4, 3))
    assert diary.offsets(invoice) == [0]
    assert (await diary.collection(collection_id)).state is CollectionState.settled


async def _open_checkout(diary: Diary, invoice_id: object, session_id: str) -> None:
    now = diary.clock.now()
    checkout_id = uuid4()
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        session.add(
            Checkout(
                id=checkout_id,
                firm_id=diary.firm.id,
                amount_minor=120_000,
                currency="USD",
                state=CheckoutState.open,
                stripe_session_id=session_id,
                url="https://checkout.example/1",
                created_at=now,
                expires_at=now + timedelta(days=1),
            )
        )
        await session.flush()
        session.add(
            CheckoutLine(
                checkout_id=checkout_id,
                invoice_id=invoice_id,
                firm_id=diary.firm.id,
                position=0,
                amount_minor=120_000,
                state=CheckoutState.open,
            )
        )


async def test_a_checkout_opened_minutes_ago_holds(diary: Diary) -> None:
    invoice = await diary.invoice(DUE)
    await diary.start("0", invoice)
    diary.go_to(DUE, hour=9, minute=59)
    await _open_checkout(diary, invoice.id, "cs_1")
    diary.gateway.statuses["cs_1"] = CheckoutStatus.open
    diary.go_to(DUE, hour=10)
    await diary.tick()
    assert diary.mails() == []

    diary.go_to(DUE, hour=10, minute=31)
    await diary.tick()
    assert diary.offsets(invoice) == [0], "it was left open"


async def test_stripe_knows_of_a_payment_that_no_webhook_told(diary: Diary) -> None:
    invoice = await diary.invoice(DUE)
    diary.go_to(date(2026, 3, 13))
    await diary.start("0 +1", invoice)
    await _open_checkout(diary, invoice.id, "cs_1")
    diary.gateway.statuses["cs_1"] = CheckoutStatus.paid
    await diary.live_until(DUE)
    assert diary.mails() == []

    diary.gateway.statuses["cs_1"] = CheckoutStatus.expired
    diary.go_to(DUE, hour=11)
    await diary.tick()
    assert diary.offsets(invoice) == [0]


async def test_no_answer_from_clio_or_stripe_is_no_mail(diary: Diary) -> None:
    invoice = await diary.invoice(DUE)
    await diary.start("0", invoice)
    diary.clio.problem = "Clio did not answer."
    await diary.live_until(DUE)
    assert diary.mails() == []

    diary.clio.problem = None
    await _open_checkout(diary, invoice.id, "cs_1")
    diary.gateway.problem = "Stripe did not answer."
    diary.go_to(DUE, hour=11)
    await diary.tick()
    assert diary.mails() == []

    diary.gateway.problem = None
    diary.gateway.statuses["cs_1"] = CheckoutStatus.open
    diary.go_to(DUE, hour=12)
    await diary.tick()
    assert diary.offsets(invoice) == [0]


async def test_money_given_back_waits_for_a_person(diary: Diary) -> None:
    invoice = await diary.invoice(DUE)
    [collection_id] = await diary.start("0 +7 +14", invoice)
    await diary.pay(invoice, 50_000)
    await diary.live_until(date(2026, 3, 17))
    assert diary.offsets(invoice) == [0]
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        for _ in range(2):  # the webhook comes twice
            await add_hold(
                session,
                firm_id=diary.firm.id,
                invoice_id=invoice.id,
                kind=HoldKind.refund_or_chargeback,
                reason="A payment was given back.",
                now=diary.clock.now(),
            )
    await diary.live_until(date(2026, 3, 27))
    assert diary.offsets(invoice) == [0]
    assert (await diary.timeline(invoice)).count("hold_set") == 1

    await diary.resume(collection_id)
    await diary.live_until(date(2026, 3, 31))
    assert diary.offsets(invoice) == [0, 11, 14]


async def test_an_address_that_does_not_exist_holds(diary: Diary) -> None:
    invoice = await diary.invoice(DUE)
    [collection_id] = await diary.start("0 +7", invoice)
    diary.mailer.fail_with = [MailRefused("550 5.1.1 No such user")]
    await diary.live_until(date(2026, 3, 24))
    assert diary.mails() == []
    assert [row.state for row in await diary.reminders()] == [ReminderState.failed]
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        row = await get_invoice(session, firm_id=diary.firm.id, invoice_id=invoice.id)
    assert row.hold_kind == "bounced"

    await diary.resume(collection_id)
    await diary.live_until(date(2026, 3, 26))
    assert diary.offsets(invoice) == [8]
