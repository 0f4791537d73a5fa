"""One payment for several invoices: a share for each, to the cent, in whatever order news comes."""

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from payments.reports import report
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from fakes import MovableClock
from invoice_tracker.core.errors import NotFound
from invoice_tracker.invoices.models import ClioState, Invoice, TimelineEntry
from invoice_tracker.payments.checkout_rows import Line
from invoice_tracker.payments.models import Payment, PaymentState, RecordState
from invoice_tracker.payments.service import PaymentChange, apply_report, effective_balances

WHOLE = 190_000


class Books:
    """Two invoices, 1,200.00 and 700.00, and one checkout for both."""

    def __init__(self, session: AsyncSession, *invoices: Invoice) -> None:
        self.session, self.invoices = session, invoices
        self.lines = [
            Line(invoice.id, amount)
            for invoice, amount in zip(invoices, (120_000, 70_000), strict=True)
        ]

    async def hear(
        self, state: str, *, at: Any, amount: int = WHOLE, **more: Any
    ) -> list[PaymentChange]:
        return await apply_report(
            self.session,
            firm_id=self.invoices[0].firm_id,
            lines=self.lines,
            report=report(state, at=at, amount=amount, **more),
            now=at,
        )

    async def payments(self) -> list[Payment]:
        found = {
            row.invoice_id: row
            for row in await self.session.scalars(
                select(Payment).where(Payment.stripe_payment_intent_id == "pi_1")
            )
        }
        return [found[invoice.id] for invoice in self.invoices]

    async def owed(self) -> list[int]:
        found = await effective_balances(
            self.session,
            firm_id=self.invoices[0].firm_id,
            invoice_ids=[invoice.id for invoice in self.invoices],
        )
        return [found[invoice.id] for invoice in self.invoices]


@pytest.fixture
def books(session: AsyncSession, invoice: Invoice, second: Invoice) -> Books:
    return Books(session, invoice, second)


async def test_each_invoice_has_its_share_and_its_own_way_into_clio(
    books: Books, clock: MovableClock
) -> None:
    changes = await books.hear("settled", at=clock.now())
    assert {change.invoice_id for change in changes} == {i.id for i in books.invoices}
    payments = await books.payments()
    assert [p.amount_minor for p in payments] == [120_000, 70_000]
    assert [p.record_state for p in payments] == [RecordState.waiting] * 2
    assert await books.owed() == [0, 0]
    told = (await books.session.scalars(select(TimelineEntry))).all()
    assert {(entry.invoice_id, entry.title) for entry in told} == {
        (books.invoices[0].id, "$1,200.00 was paid by Stripe"),
        (books.invoices[1].id, "$700.00 was paid by Stripe"),
    }
    assert {entry.detail for entry in told} == {"Part of one payment of $1,900.00 for 2 invoices."}


async def test_a_bank_debit_holds_all_and_then_pays_or_leaves_all(
    books: Books, clock: MovableClock
) -> None:
    await books.hear("processing", at=clock.now())
    assert {p.state for p in await books.payments()} == {PaymentState.processing}
    assert await books.owed() == [120_000, 70_000]
    clock.move(days=3)
    await books.hear("failed", at=clock.now(), failure="No funds")
    assert {p.state for p in await books.payments()} == {PaymentState.failed}
    clock.move(days=1)
    await books.hear("settled", at=clock.now())
    assert await books.owed() == [0, 0]


async def test_a_part_refund_opens_the_latest_invoice_first(
    books: Books, clock: MovableClock
) -> None:
    await books.hear("settled", at=clock.now())
    (change,) = await books.hear("settled", at=clock.now(), refunded_minor=20_001)
    assert change.invoice_id == books.invoices[1].id
    assert (change.after, change.owed_again_minor) == (PaymentState.partly_refunded, 20_001)
    assert await books.owed() == [0, 20_001]
    await books.hear("settled", at=clock.now(), refunded_minor=100_000)
    first, second = await books.payments()
    assert (first.state, first.refunded_minor) == (PaymentState.partly_refunded, 30_000)
    assert (second.state, second.refunded_minor) == (PaymentState.refunded, 70_000)
    assert second.record_state is RecordState.not_needed
    assert await books.owed() == [30_000, 70_000]


async def test_a_refund_that_fails_leads_back(books: Books, clock: MovableClock) -> None:
    await books.hear("settled", at=clock.now())
    await books.hear("settled", at=clock.now(), refunded_minor=100_000)
    changes = await books.hear("settled", at=clock.now())
    assert sorted(c.refunded_more_minor for c in changes) == [-70_000, -30_000]
    payments = await books.payments()
    assert {p.state for p in payments} == {PaymentState.settled}
    assert {p.record_state for p in payments} == {RecordState.waiting}, "to be recorded after all"
    assert await books.owed() == [0, 0]


async def test_a_cheque_meanwhile_makes_that_share_too_much(
    books: Books, clock: MovableClock
) -> None:
    first = books.invoices[0]
    first.clio_state, first.clio_balance_minor, first.clio_paid_minor = ClioState.paid, 0, 120_000
    await books.session.flush()
    await books.hear("settled", at=clock.now())
    of_first, of_second = await books.payments()
    assert (of_first.overpaid_minor, of_second.overpaid_minor) == (120_000, 0)
    assert of_first.record_state is RecordState.not_needed
    assert "refund" in (of_first.record_note or "")
    assert (await books.owed())[1] == 0
    changes = await books.hear("settled", at=clock.now(), refunded_minor=120_000)
    assert [(c.invoice_id, c.owed_again_minor) for c in changes] == [(first.id, 0)]
    assert (of_first.overpaid_minor, of_second.refunded_minor) == (0, 0)
    await books.hear("settled", at=clock.now())
    assert of_first.overpaid_minor == 120_000, "that refund failed: it is still too much"


async def test_a_dispute_concerns_all_of_it(books: Books, clock: MovableClock) -> None:
    await books.hear("settled", at=clock.now())
    changes = await books.hear("settled", at=clock.now(), disputed=True)
    assert {change.after for change in changes} == {PaymentState.disputed}
    assert len(changes) == 2
    assert await books.owed() == [0, 0]
    await books.hear("settled", at=clock.now(), refunded_minor=WHOLE)
    assert {p.state for p in await books.payments()} == {PaymentState.refunded}
    assert await books.owed() == [120_000, 70_000]


async def test_money_in_another_currency_is_one_row_for_a_person(
    books: Books, clock: MovableClock
) -> None:
    for _ in range(2):
        await books.hear("settled", at=clock.now(), currency="EUR")
    (payment,) = (await books.session.scalars(select(Payment))).all()
    assert (payment.invoice_id, payment.amount_minor) == (None, WHOLE)
    assert payment.record_state is RecordState.queued
    assert await books.owed() == [120_000, 70_000]


async def test_less_than_was_asked_for_is_missing_at_the_last(
    books: Books, clock: MovableClock
) -> None:
    await books.hear("processing", at=clock.now())
    await books.hear("settled", at=clock.now(), amount=100_000)
    assert [p.state for p in await books.payments()] == [PaymentState.settled, PaymentState.failed]
    assert await books.owed() == [20_000, 70_000]


NEWS = (
    ("processing", {}),
    ("settled", {}),
    ("settled", {"refunded_minor": 80_000}),
    ("settled", {"refunded_minor": 80_000, "disputed": True}),
)


@pytest.mark.parametrize("order", list(permutations(range(len(NEWS)))))
async def test_whatever_the_order_the_latest_answer_counts(
    books: Books, clock: MovableClock, order: tuple[int, ...]
) -> None:
    start = clock.now()
    for place in (*order, *order):
        state, more = NEWS[place]
        await books.hear(state, at=start + timedelta(minutes=place), **more)
    payments = await books.payments()
    assert [p.refunded_minor for p in payments] == [10_000, 70_000]
    assert [p.amount_minor for p in payments] == [120_000, 70_000]
    assert {p.state for p in payments} == {PaymentState.disputed}
    kinds = [entry.kind for entry in await books.session.scalars(select(TimelineEntry))]
    assert kinds.count("payment_settled") == 2, "one for each invoice, told once"


async def test_an_invoice_the_firm_does_not_have_is_refused(
    books: Books, clock: MovableClock
) -> None:
    books.lines.append(Line(books.invoices[0].firm_id, 1))
    with pytest.raises(NotFound):
        await books.hear("settled", at=clock.now())
