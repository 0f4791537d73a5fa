"""A payment only ever moves forward, whatever order the news comes in."""

from datetime import timedelta

import pytest
from payments.reports import lines, report
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from fakes import MovableClock
from invoice_tracker.core.errors import Conflict, NotFound
from invoice_tracker.invoices.models import ClioState, Invoice, TimelineEntry
from invoice_tracker.payments.models import Payment, PaymentState, RecordState
from invoice_tracker.payments.recording import tick_off
from invoice_tracker.payments.service import (
    PaymentChange,
    PaymentReport,
    apply_report,
    effective_balances,
)


async def apply(
    session: AsyncSession, invoice: Invoice, given: PaymentReport
) -> PaymentChange | None:
    changes = await apply_report(
        session,
        firm_id=invoice.firm_id,
        lines=lines(invoice),
        report=given,
        now=given.asked_at,
    )
    return changes[0] if changes else None


async def balance(session: AsyncSession, invoice: Invoice) -> int:
    found = await effective_balances(session, firm_id=invoice.firm_id, invoice_ids=[invoice.id])
    return found[invoice.id]


async def the_payment(session: AsyncSession) -> Payment:
    return (await session.scalars(select(Payment))).one()


async def told(session: AsyncSession, invoice: Invoice) -> list[str]:
    rows = await session.scalars(
        select(TimelineEntry.kind).where(TimelineEntry.invoice_id == invoice.id)
    )
    return sorted(row for row in rows if row.startswith("payment_"))


async def test_a_card_payment_settles_at_once(
    session: AsyncSession, invoice: Invoice, clock: MovableClock
) -> None:
    change = await apply(session, invoice, report("settled", at=clock.now()))
    assert change is not None
    assert (change.before, change.after) == (None, PaymentState.settled)
    payment = await the_payment(session)
    assert (payment.amount_minor, payment.overpaid_minor) == (120_000, 0)
    assert payment.record_state is RecordState.waiting
    assert payment.settled_at == clock.now()
    assert await balance(session, invoice) == 0
    assert await told(session, invoice) == ["payment_settled"]


@pytest.mark.parametrize(
    ("currency", "title"),
    [
        ("JPY", "¥1,200 was paid by Stripe"),
        ("KWD", "1.200 KWD was paid by Stripe"),
        ("EUR", "€12.00 was paid by Stripe"),
    ],
)
async def test_currencies_without_cents_and_with_three_decimals(
    session: AsyncSession, invoice: Invoice, clock: MovableClock, currency: str, title: str
) -> None:
    invoice.currency = currency
    await session.flush()
    given = report("settled", at=clock.now(), amount=1_200, currency=currency)
    await apply(session, invoice, given)
    assert await balance(session, invoice) == 118_800
    entry = await session.scalar(
        select(TimelineEntry.title).where(TimelineEntry.payment_id.is_not(None))
    )
    assert entry == title


async def test_the_amount_is_the_providers_not_ours(
    session: AsyncSession, invoice: Invoice, clock: MovableClock
) -> None:
    await apply(session, invoice, report("settled", at=clock.now(), amount=50_000))
    assert await balance(session, invoice) == 70_000


async def test_a_bank_debit_under_way_pays_nothing_yet(
    session: AsyncSession, invoice: Invoice, clock: MovableClock
) -> None:
    await apply(session, invoice, report("processing", at=clock.now()))
    assert (await the_payment(session)).state is PaymentState.processing
    assert await balance(session, invoice) == 120_000
    clock.move(days=4)
    await apply(session, invoice, report("settled", at=clock.now()))
    assert await balance(session, invoice) == 0
    assert await told(session, invoice) == ["payment_processing", "payment_settled"]


async def test_a_bank_debit_that_fails_leaves_the_balance(
    session: AsyncSession, invoice: Invoice, clock: MovableClock
) -> None:
    await apply(session, invoice, report("processing", at=clock.now()))
    clock.move(days=4)
    change = await apply(
        session, invoice, report("failed", at=clock.now(), failure="Insufficient funds.")
    )
    assert change is not None
    assert change.after is PaymentState.failed
    payment = await the_payment(session)
    assert payment.record_state is RecordState.not_needed
    assert await balance(session, invoice) == 120_000
    entry = await session.scalar(
        select(TimelineEntry).where(TimelineEntry.kind == "payment_failed")
    )
    assert entry is not None
    assert entry.detail == "Insufficient funds."


async def test_a_refused_card_leaves_no_trace(
    session: AsyncSession, invoice: Invoice, clock: MovableClock
) -> None:
    assert await apply(session, invoice, report("failed", at=clock.now())) is None
    assert await session.scalar(select(func.count()).select_from(Payment)) == 0


async def test_a_debit_whose_failure_is_heard_first_never_comes_to_life(
    session: AsyncSession, invoice: Invoice, clock: MovableClock
) -> None:
    early = clock.now()
    later = early + timedelta(seconds=5)
    await apply(session, invoice, report("failed", at=later, method="us_bank_account"))
    assert await apply(session, invoice, report("processing", at=early)) is None
    assert (await the_payment(session)).state is PaymentState.failed


async def test_the_same_report_twice_changes_nothing(
    session: AsyncSession, invoice: Invoice, clock: MovableClock
) -> None:
    first = await apply(session, invoice, report("settled", at=clock.now()))
    again = await apply(session, invoice, report("settled", at=clock.now()))
    assert first is not None
    assert again is None
    assert await told(session, invoice) == ["payment_settled"]


@pytest.mark.parametrize("late", ["processing", "failed"])
async def test_settled_money_never_becomes_unsettled(
    session: AsyncSession, invoice: Invoice, clock: MovableClock, late: str
) -> None:
    await apply(session, invoice, report("settled", at=clock.now()))
    later = clock.now() + timedelta(minutes=1)
    assert await apply(session, invoice, report(late, at=later)) is None
    assert (await the_payment(session)).state is PaymentState.settled


async def test_an_answer_to_an_earlier_question_is_ignored(
    session: AsyncSession, invoice: Invoice, clock: MovableClock
) -> None:
    early = clock.now()
    later = early + timedelta(seconds=5)
    await apply(session, invoice, report("settled", at=later, refunded_minor=20_000))
    assert await apply(session, invoice, report("settled", at=early)) is None
    assert (await the_payment(session)).refunded_minor == 20_000
    assert await balance(session, invoice) == 20_000


async def test_a_failed_debit_does_not_go_back_to_processing(
    session: AsyncSession, invoice: Invoice, clock: MovableClock
) -> None:
    await apply(session, invoice, report("processing", at=clock.now()))
    await apply(session, invoice, report("failed", at=clock.now()))
    assert await apply(session, invoice, report("processing", at=clock.now())) is None


async def test_what_exceeds_the_balance_is_flagged(
    session: AsyncSession, invoice: Invoice, clock: MovableClock
) -> None:
    await apply(session, invoice, report("settled", at=clock.now(), amount=130_000))
    payment = await the_payment(session)
    assert payment.overpaid_minor == 10_000
    assert payment.record_note is not None
    assert "$100.00 more" in payment.record_note


async def test_a_second_payment_of_the_same_balance_is_all_too_much(
    session: AsyncSession, invoice: Invoice, clock: MovableClock
) -> None:
    await apply(session, invoice, report("settled", at=clock.now()))
    await apply(session, invoice, report("settled", at=clock.now(), intent_id="pi_2"))
    second = await session.scalar(select(Payment).where(Payment.stripe_payment_intent_id == "pi_2"))
    assert second is not None
    assert second.overpaid_minor == 120_000
    assert second.record_state is RecordState.not_needed
    change = await apply(
        session,
        invoice,
        report("settled", at=clock.now(), intent_id="pi_2", refunded_minor=120_000),
    )
    assert change is not None
    assert change.owed_again_minor == 0, "giving back what was too much owes nothing again"
    assert second.overpaid_minor == 0
    assert await balance(session, invoice) == 0


async def test_a_refund_raises_the_balance_and_warns_of_clio(
    session: AsyncSession, invoice: Invoice, clock: MovableClock
) -> None:
    await apply(session, invoice, report("settled", at=clock.now()))
    clock.move(hours=1)
    part = await apply(session, invoice, report("settled", at=clock.now(), refunded_minor=20_000))
    assert part is not None
    assert (part.after, part.owed_again_minor) == (PaymentState.partly_refunded, 20_000)
    assert await balance(session, invoice) == 20_000
    whole = await apply(session, invoice, report("settled", at=clock.now(), refunded_minor=120_000))
    assert whole is not None
    assert whole.after is PaymentState.refunded
    payment = await the_payment(session)
    assert payment.record_state is RecordState.not_needed
    assert await balance(session, invoice) == 120_000


async def test_a_refund_that_fails_is_taken_back(
    session: AsyncSession, invoice: Invoice, clock: MovableClock
) -> None:
    await apply(session, invoice, report("settled", at=clock.now(), refunded_minor=20_000))
    change = await apply(session, invoice, report("settled", at=clock.now()))
    assert change is not None
    assert change.refunded_more_minor == -20_000
    assert await balance(session, invoice) == 0


async def test_a_dispute_counts_as_paid_until_it_is_lost(
    session: AsyncSession, invoice: Invoice, clock: MovableClock
) -> None:
    await apply(session, invoice, report("settled", at=clock.now()))
    opened = await apply(session, invoice, report("settled", at=clock.now(), disputed=True))
    assert opened is not None
    assert opened.after is PaymentState.disputed
    assert await balance(session, invoice) == 0
    lost = await apply(session, invoice, report("settled", at=clock.now(), refunded_minor=120_000))
    assert lost is not None
    assert (lost.after, lost.owed_again_minor) == (PaymentState.refunded, 120_000)
    assert await balance(session, invoice) == 120_000


async def test_a_dispute_that_is_won_changes_nothing_in_the_end(
    session: AsyncSession, invoice: Invoice, clock: MovableClock
) -> None:
    await apply(session, invoice, report("settled", at=clock.now(), disputed=True))
    won = await apply(session, invoice, report("settled", at=clock.now()))
    assert won is not None
    assert (won.before, won.after) == (PaymentState.disputed, PaymentState.settled)
    assert await balance(session, invoice) == 0


async def test_money_in_another_currency_waits_for_a_person(
    session: AsyncSession, invoice: Invoice, clock: MovableClock
) -> None:
    await apply(session, invoice, report("settled", at=clock.now(), currency="EUR"))
    payment = await the_payment(session)
    assert payment.invoice_id is None
    assert payment.record_state is RecordState.queued
    assert await balance(session, invoice) == 120_000


async def test_a_payment_for_a_voided_bill_is_to_be_refunded(
    session: AsyncSession, invoice: Invoice, clock: MovableClock
) -> None:
    invoice.clio_state = ClioState.void
    await session.flush()
    await apply(session, invoice, report("settled", at=clock.now()))
    payment = await the_payment(session)
    assert payment.record_state is RecordState.queued
    assert payment.overpaid_minor == 120_000
    assert "refund" in (payment.record_note or "")


async def test_ticking_off_is_done_once(
    session: AsyncSession, invoice: Invoice, clock: MovableClock
) -> None:
    await apply(session, invoice, report("settled", at=clock.now()))
    payment = await the_payment(session)

    async def tick() -> Payment:
        return await tick_off(
            session,
            firm_id=invoice.firm_id,
            payment_id=payment.id,
            by="Dana Hale",
            now=clock.now(),
        )

    first_at = clock.now()
    assert (await tick()).record_state is RecordState.recorded
    clock.move(hours=1)
    assert (await tick()).recorded_at == first_at
    entries = await session.scalars(
        select(TimelineEntry).where(TimelineEntry.kind == "recorded_in_clio")
    )
    assert [entry.actor for entry in entries] == ["Dana Hale"]


async def test_what_has_not_settled_cannot_be_ticked_off(
    session: AsyncSession, invoice: Invoice, clock: MovableClock
) -> None:
    await apply(session, invoice, report("processing", at=clock.now()))
    payment = await the_payment(session)
    with pytest.raises(Conflict):
        await tick_off(
            session, firm_id=invoice.firm_id, payment_id=payment.id, by="Dana", now=clock.now()
        )
    with pytest.raises(NotFound):
        await tick_off(
            session, firm_id=invoice.firm_id, payment_id=invoice.id, by="Dana", now=clock.now()
        )
