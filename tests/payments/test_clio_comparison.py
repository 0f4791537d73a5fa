"""What Clio shows later is told apart: our own payment, or one made in Clio."""

from typing import Any

from payments.reports import lines, report
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from factories import make_collection
from fakes import MovableClock
from invoice_tracker.collections.models import HoldRow
from invoice_tracker.domain.holds import HoldKind
from invoice_tracker.firms.models import Firm
from invoice_tracker.integrations.clio.storing import follow_up
from invoice_tracker.invoices.models import ClioState, Invoice, TimelineEntry
from invoice_tracker.payments.models import Payment, PaymentSource, PaymentState, RecordState
from invoice_tracker.payments.service import (
    Comparison,
    apply_report,
    compare_with_clio,
    effective_balances,
)


class Books:
    """One invoice, what Stripe reports of it, and what Clio says."""

    def __init__(self, session: AsyncSession, invoice: Invoice, clock: MovableClock) -> None:
        self.session, self.invoice, self.clock = session, invoice, clock

    async def clio_says(self, *, paid: int, state: ClioState | None = None) -> Comparison:
        """A read of the bill: ``paid`` in minor units."""
        self.clock.move(minutes=15)
        self.invoice.clio_paid_minor = paid
        self.invoice.clio_balance_minor = self.invoice.total_minor - paid
        settled = ClioState.paid if self.invoice.clio_balance_minor <= 0 else None
        self.invoice.clio_state = state or settled or ClioState.awaiting_payment
        await self.session.flush()
        return await compare_with_clio(
            self.session,
            firm_id=self.invoice.firm_id,
            invoice_ids=[self.invoice.id],
            now=self.clock.now(),
        )

    async def stripe_says(self, state: str = "settled", **more: Any) -> None:
        self.clock.move(minutes=1)
        given = report(state, at=self.clock.now(), **more)
        await apply_report(
            self.session,
            firm_id=self.invoice.firm_id,
            lines=lines(self.invoice),
            report=given,
            now=self.clock.now(),
        )

    async def payments(self) -> list[Payment]:
        rows = await self.session.scalars(select(Payment).order_by(Payment.created_at, Payment.id))
        return list(rows)

    async def balance(self) -> int:
        found = await effective_balances(
            self.session, firm_id=self.invoice.firm_id, invoice_ids=[self.invoice.id]
        )
        return found[self.invoice.id]


def books(session: AsyncSession, invoice: Invoice, clock: MovableClock) -> Books:
    return Books(session, invoice, clock)


async def test_a_first_read_only_notes_where_the_bill_stands(
    session: AsyncSession, invoice: Invoice, clock: MovableClock
) -> None:
    kept = books(session, invoice, clock)
    result = await kept.clio_says(paid=30_000)
    assert (result.confirmed, result.found, result.taken_back) == ([], [], [])
    assert await kept.payments() == []


async def test_a_payment_made_in_clio_appears_once(
    session: AsyncSession, invoice: Invoice, clock: MovableClock
) -> None:
    kept = books(session, invoice, clock)
    await kept.clio_says(paid=0)
    result = await kept.clio_says(paid=40_000)
    assert len(result.found) == 1
    again = await kept.clio_says(paid=40_000)
    assert again.found == []
    (payment,) = await kept.payments()
    assert (payment.source, payment.amount_minor) == (PaymentSource.clio, 40_000)
    assert payment.record_state is RecordState.not_needed
    assert await kept.balance() == 80_000
    titles = await session.scalars(select(TimelineEntry.title))
    assert titles.all() == ["$400.00 was paid in Clio"]


async def test_our_payment_is_confirmed_and_not_counted_twice(
    session: AsyncSession, invoice: Invoice, clock: MovableClock
) -> None:
    kept = books(session, invoice, clock)
    await kept.clio_says(paid=0)
    await kept.stripe_says()
    assert await kept.balance() == 0
    result = await kept.clio_says(paid=120_000)
    assert len(result.confirmed) == 1
    (payment,) = await kept.payments()
    assert payment.record_state is RecordState.confirmed
    assert payment.confirmed_at == clock.now()
    assert payment.recorded_at is not None
    assert await kept.balance() == 0
    assert (await kept.clio_says(paid=120_000)).confirmed == []


async def test_a_sync_never_opens_what_was_paid_here(
    session: AsyncSession, invoice: Invoice, clock: MovableClock
) -> None:
    kept = books(session, invoice, clock)
    await kept.stripe_says()
    for _ in range(3):
        result = await kept.clio_says(paid=0)
        assert result.confirmed == []
        assert await kept.balance() == 0


async def test_a_part_of_our_payment_does_not_confirm_it(
    session: AsyncSession, invoice: Invoice, clock: MovableClock
) -> None:
    kept = books(session, invoice, clock)
    await kept.clio_says(paid=0)
    await kept.stripe_says(amount=100_000)
    result = await kept.clio_says(paid=60_000)
    assert (result.confirmed, result.found) == ([], [])
    result = await kept.clio_says(paid=100_000)
    assert len(result.confirmed) == 1
    assert result.found == []


async def test_a_check_beside_our_payment_is_told_apart(
    session: AsyncSession, invoice: Invoice, clock: MovableClock
) -> None:
    kept = books(session, invoice, clock)
    await kept.clio_says(paid=0)
    await kept.stripe_says(amount=70_000)
    result = await kept.clio_says(paid=120_000)
    assert (len(result.confirmed), len(result.found)) == (1, 1)
    found = [p for p in await kept.payments() if p.source is PaymentSource.clio]
    assert [p.amount_minor for p in found] == [50_000]
    assert await kept.balance() == 0


async def test_two_of_our_payments_need_two_rises(
    session: AsyncSession, invoice: Invoice, clock: MovableClock
) -> None:
    kept = books(session, invoice, clock)
    await kept.clio_says(paid=0)
    await kept.stripe_says(amount=40_000)
    await kept.stripe_says(amount=40_000, intent_id="pi_2")
    assert len((await kept.clio_says(paid=40_000)).confirmed) == 1
    assert await kept.balance() == 40_000
    assert len((await kept.clio_says(paid=80_000)).confirmed) == 1
    assert await kept.balance() == 40_000


async def test_a_bill_marked_paid_confirms_what_was_overpaid_too(
    session: AsyncSession, invoice: Invoice, clock: MovableClock
) -> None:
    kept = books(session, invoice, clock)
    await kept.clio_says(paid=0)
    await kept.stripe_says(amount=130_000)
    result = await kept.clio_says(paid=120_000)
    assert (len(result.confirmed), result.found) == (1, [])
    (payment,) = await kept.payments()
    assert payment.overpaid_minor == 10_000


async def test_a_bill_called_paid_whose_balance_stayed_confirms_nothing(
    session: AsyncSession, invoice: Invoice, clock: MovableClock
) -> None:
    kept = books(session, invoice, clock)
    await kept.stripe_says()
    result = await kept.clio_says(paid=0, state=ClioState.paid)
    assert result.confirmed == []


async def test_a_payment_deleted_in_clio_is_taken_back(
    session: AsyncSession, invoice: Invoice, clock: MovableClock
) -> None:
    kept = books(session, invoice, clock)
    await kept.clio_says(paid=0)
    await kept.clio_says(paid=40_000)
    result = await kept.clio_says(paid=0)
    assert result.taken_back == [invoice.id]
    (payment,) = await kept.payments()
    assert payment.state is PaymentState.refunded
    kinds = (await session.scalars(select(TimelineEntry.kind))).all()
    assert "changed_in_clio" in kinds


async def test_our_confirmed_payment_that_clio_loses_goes_to_the_queue_and_stays_paid(
    session: AsyncSession, invoice: Invoice, clock: MovableClock
) -> None:
    kept = books(session, invoice, clock)
    await kept.clio_says(paid=0)
    await kept.stripe_says()
    await kept.clio_says(paid=120_000)
    result = await kept.clio_says(paid=0)
    assert result.taken_back == [invoice.id]
    (payment,) = await kept.payments()
    assert payment.record_state is RecordState.queued
    assert payment.confirmed_at is None
    assert await kept.balance() == 0, "the money is there, whatever Clio shows"
    assert len((await kept.clio_says(paid=120_000)).confirmed) == 1


async def test_reminders_wait_for_a_person_after_a_payment_was_taken_back(
    session: AsyncSession, invoice: Invoice, firm: Firm, clock: MovableClock
) -> None:
    await make_collection(session, firm=firm, invoice=invoice, now=clock.now())
    kept = books(session, invoice, clock)
    await kept.clio_says(paid=0)
    await kept.clio_says(paid=40_000)
    invoice.clio_paid_minor, invoice.clio_balance_minor = 0, 120_000
    await session.flush()
    await follow_up(session, firm_id=firm.id, invoice_ids=[invoice.id], now=clock.now())
    (hold,) = (await session.scalars(select(HoldRow))).all()
    assert hold.kind is HoldKind.refund_or_chargeback
    assert hold.ends_at is None
