"""Comparing our payments with what Clio says was paid on a bill, after it was read again."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.domain.money import Money, format_money
from invoice_tracker.domain.payment_allocation import LocalPayment, newly_confirmed
from invoice_tracker.invoices import timeline
from invoice_tracker.invoices.models import ClioState, Invoice
from invoice_tracker.invoices.service import lock_invoices
from invoice_tracker.payments.balances import LOCAL_SOURCES, MONEY_STATES
from invoice_tracker.payments.models import Payment, PaymentSource, PaymentState, RecordState

TO_BE_SEEN = (RecordState.waiting, RecordState.queued, RecordState.recorded)


@dataclass(slots=True)
class Comparison:
    """What comparing has found, by the ids of payments and invoices."""

    confirmed: list[UUID] = field(default_factory=list)
    """Local payments that Clio shows now."""
    found: list[UUID] = field(default_factory=list)
    """New payments that were made in Clio."""
    taken_back: list[UUID] = field(default_factory=list)
    """Invoices on which Clio shows less paid than before: a person has to look."""


async def compare_with_clio(
    session: AsyncSession, *, firm_id: UUID, invoice_ids: Collection[UUID], now: datetime
) -> Comparison:
    """Settle our payments against Clio's columns of these invoices, which were just updated.

    Confirms local payments that a rise of ``paid`` explains, or that a settled bill covers; writes
    down as payments what was paid in Clio itself; never opens again what was paid here. The first
    comparison of a bill only notes where it stands.
    """
    result = Comparison()
    invoices = await lock_invoices(session, firm_id=firm_id, invoice_ids=invoice_ids)
    payments = await _payments_of(session, firm_id=firm_id, invoice_ids=invoice_ids)
    for invoice in invoices:
        await _compare_one(session, invoice, payments.get(invoice.id, []), result, now)
    await session.flush()
    return result


async def _payments_of(
    session: AsyncSession, *, firm_id: UUID, invoice_ids: Collection[UUID]
) -> dict[UUID, list[Payment]]:
    rows = await session.scalars(
        select(Payment)
        .where(
            Payment.firm_id == firm_id,
            Payment.invoice_id.in_(invoice_ids),
            Payment.state.in_(MONEY_STATES),
        )
        .order_by(Payment.settled_at, Payment.created_at, Payment.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found: dict[UUID, list[Payment]] = {}
    for row in rows:
        if row.invoice_id is not None:
            found.setdefault(row.invoice_id, []).append(row)
    return found


async def _compare_one(
    session: AsyncSession,
    invoice: Invoice,
    payments: Sequence[Payment],
    result: Comparison,
    now: datetime,
) -> None:
    known = invoice.clio_paid_known_minor
    if known is None:
        known = _paid_before_ours(invoice, payments)
    rise = invoice.clio_paid_minor - known
    if rise < 0:
        await _take_back(session, invoice, payments, -rise, now)
        result.taken_back.append(invoice.id)
        known = invoice.clio_paid_minor
        rise = 0
    confirmed = _now_shown(invoice, payments, now)
    for payment in confirmed:
        await _confirm(session, invoice, payment, now)
        result.confirmed.append(payment.id)
    left = max(0, rise - sum(_net(payment) for payment in confirmed))
    # A smaller rise may be a part of a payment of ours: the next one will tell.
    perhaps_ours = min(left, sum(_net(p) for p in payments if _is_to_be_seen(p)))
    if left > perhaps_ours:
        found = await _add_from_clio(session, invoice, left - perhaps_ours, known, now)
        result.found.append(found.id)
    invoice.clio_paid_known_minor = known + rise - perhaps_ours


def _now_shown(invoice: Invoice, payments: Sequence[Payment], now: datetime) -> list[Payment]:
    ours = [p for p in payments if p.source in LOCAL_SOURCES and _net(p) > 0]
    settled = invoice.clio_state is ClioState.paid and invoice.clio_balance_minor <= 0
    shown = newly_confirmed(
        [_facts(p) for p in ours if _is_to_be_seen(p) or p.confirmed_at is not None],
        clio_paid_minor=invoice.clio_paid_minor,
        clio_bill_is_paid=settled,
        read_at=now,
    )
    return [p for p in ours if p.id in shown]


def _paid_before_ours(invoice: Invoice, payments: Sequence[Payment]) -> int:
    before = [p.clio_paid_before_minor for p in payments if p.source in LOCAL_SOURCES]
    return min([invoice.clio_paid_minor, *before])


def _is_to_be_seen(payment: Payment) -> bool:
    local = payment.source in LOCAL_SOURCES and payment.record_state in TO_BE_SEEN
    return local and _net(payment) > 0


def _net(payment: Payment) -> int:
    return payment.amount_minor - payment.refunded_minor - payment.overpaid_minor


def _facts(payment: Payment) -> LocalPayment:
    """What Clio can show of it: never what was more than owed."""
    return LocalPayment(
        id=payment.id,
        amount_minor=payment.amount_minor - payment.overpaid_minor,
        refunded_minor=payment.refunded_minor,
        is_settled=True,
        clio_paid_before_minor=payment.clio_paid_before_minor,
        received_at=payment.settled_at or payment.created_at,
        confirmed_at=payment.confirmed_at,
    )


async def _confirm(
    session: AsyncSession, invoice: Invoice, payment: Payment, now: datetime
) -> None:
    payment.record_state = RecordState.confirmed
    payment.record_note = None
    payment.recorded_at = payment.recorded_at or now
    payment.confirmed_at = now
    amount = format_money(Money(payment.amount_minor, payment.currency))
    await timeline.add(
        session,
        firm_id=invoice.firm_id,
        invoice_id=invoice.id,
        at=now,
        kind="confirmed_in_clio",
        title=f"Clio shows the payment of {amount}",
        payment_id=payment.id,
    )


async def _add_from_clio(
    session: AsyncSession, invoice: Invoice, amount_minor: int, before_minor: int, now: datetime
) -> Payment:
    payment = Payment(
        id=uuid4(),
        firm_id=invoice.firm_id,
        invoice_id=invoice.id,
        source=PaymentSource.clio,
        amount_minor=amount_minor,
        currency=invoice.currency,
        state=PaymentState.settled,
        record_state=RecordState.not_needed,
        clio_paid_before_minor=before_minor,
        created_at=now,
        settled_at=now,
    )
    session.add(payment)
    await session.flush()
    await timeline.add(
        session,
        firm_id=invoice.firm_id,
        invoice_id=invoice.id,
        at=now,
        kind="payment_settled",
        title=f"{format_money(Money(amount_minor, invoice.currency))} was paid in Clio",
        payment_id=payment.id,
    )
    return payment


async def _take_back(
    session: AsyncSession, invoice: Invoice, payments: Sequence[Payment], fall: int, now: datetime
) -> None:
    """Clio shows less than before: undo what was seen there, but keep the money we know of."""
    left = fall
    for payment in reversed(payments):
        if payment.source is PaymentSource.clio and left > 0:
            back = min(left, payment.amount_minor - payment.refunded_minor)
            payment.refunded_minor += back
            whole = payment.refunded_minor >= payment.amount_minor
            payment.state = PaymentState.refunded if whole else PaymentState.partly_refunded
            left -= back
    for payment in reversed(payments):
        confirmed = payment.record_state is RecordState.confirmed
        if confirmed and payment.source in LOCAL_SOURCES and 0 < _net(payment) <= left:
            payment.record_state = RecordState.queued
            payment.record_note = "Clio showed this payment before, and no longer does."
            payment.recorded_at = payment.confirmed_at = None
            payment.clio_paid_before_minor = invoice.clio_paid_minor
            left -= _net(payment)
        elif _is_to_be_seen(payment):
            before = payment.clio_paid_before_minor
            payment.clio_paid_before_minor = max(0, before - fall)
    await timeline.add(
        session,
        firm_id=invoice.firm_id,
        invoice_id=invoice.id,
        at=now,
        kind="changed_in_clio",
        title=f"Clio shows {format_money(Money(fall, invoice.currency))} less paid than before",
        detail="A payment was deleted or reversed in Clio. Please check the bill there.",
    )
