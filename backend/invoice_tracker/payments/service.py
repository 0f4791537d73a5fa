"""Payments, moved forward by what the payment provider reports.

A payment intent has a row for each invoice that it pays, so that whatever concerns an invoice
(its balance, its holds, its recording in Clio) looks at rows of that invoice and at nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.errors import NotFound
from invoice_tracker.domain.money import format_money
from invoice_tracker.domain.payment_allocation import Allocation, give_back
from invoice_tracker.invoices.service import lock_invoices
from invoice_tracker.payments.balances import amounts_due, effective_balances
from invoice_tracker.payments.checkout_rows import Line
from invoice_tracker.payments.clio_comparison import Comparison, compare_with_clio
from invoice_tracker.payments.models import GOING_BACK, HAS_MONEY, PaymentState
from invoice_tracker.payments.refund_rows import note_refunds
from invoice_tracker.payments.reports import PaymentReport, ReportedState
from invoice_tracker.payments.shares import (
    Share,
    assigned_invoices,
    refund_share,
    settle_share,
    split_payment,
)
from invoice_tracker.payments.telling import tell

__all__ = [
    "Comparison",
    "PaymentChange",
    "PaymentReport",
    "ReportedState",
    "apply_report",
    "compare_with_clio",
    "effective_balances",
]


@dataclass(frozen=True, slots=True)
class PaymentChange:
    """That a report has moved the payment of one invoice, and how."""

    payment_id: UUID
    invoice_id: UUID
    before: PaymentState | None
    after: PaymentState
    refunded_more_minor: int
    """Negative when a refund did not go through."""
    owed_again_minor: int
    """What of it was not merely overpaid."""


async def apply_report(
    session: AsyncSession,
    *,
    firm_id: UUID,
    lines: Sequence[Line],
    report: PaymentReport,
    now: datetime,
) -> list[PaymentChange]:
    """Move the intent's payments to what was reported, under the lock of all its invoices.

    ``lines`` are those of the intent's checkout. Answers nothing where nothing changes: a repeat,
    an older report, or a refused card, after which the client simply tries again. Money that has
    settled never becomes unsettled; it is only refunded or disputed. Raises ``NotFound`` for an
    invoice the firm does not have.
    """
    ids = {line.invoice_id for line in lines}
    if ids:
        ids.update(await assigned_invoices(session, firm_id=firm_id, intent_id=report.intent_id))
    locked = await lock_invoices(session, firm_id=firm_id, invoice_ids=ids)
    if not ids or len(locked) < len(ids):
        raise NotFound("There is no such invoice.")
    invoices = {invoice.id: invoice for invoice in locked}
    dues = await amounts_due(session, invoices=locked)
    shares = await split_payment(session, invoices=invoices, lines=lines, report=report, now=now)
    parts = [_settled(share, dues, report, now) for share in shares]
    back = give_back(report.refunded_minor, parts, meant=_meant(shares, report))
    for share, refunded in zip(shares, back, strict=True):
        _move(share, report, refunded)
    await session.flush()
    if shares:
        await note_refunds(session, firm_id=firm_id, report=report, now=now)
    moved = [share for share in shares if share.is_moved]
    for share in moved:
        await tell(session, share, failure=report.failure, whole=_whole(shares, report), now=now)
    return [_change(share) for share in moved]


def _meant(shares: Sequence[Share], report: PaymentReport) -> list[int]:
    """What was given back for each share in particular."""
    sums: dict[UUID | None, int] = {}
    for refund in report.refunds:
        if refund.state in GOING_BACK:
            of = refund.marked_payment_id
            sums[of] = sums.get(of, 0) + refund.amount_minor
    return [sums.get(share.payment.id, 0) for share in shares]


def _settled(
    share: Share, dues: dict[UUID, int], report: PaymentReport, now: datetime
) -> Allocation:
    """The share with the money there, if it is: from now on its amount stands."""
    newly = report.state is ReportedState.settled and share.before not in HAS_MONEY
    if newly:
        settle_share(share, due_minor=dues[share.invoice.id], now=now)
    return Allocation(share.payment.amount_minor, share.payment.excess_minor)


def _move(share: Share, report: PaymentReport, refunded_minor: int) -> None:
    payment = share.payment
    payment.state = _state_of(share, report, refunded_minor)
    payment.reported_at = report.asked_at
    payment.method = report.method or payment.method
    payment.stripe_session_id = payment.stripe_session_id or report.session_id
    refund_share(share, refunded_minor)


def _state_of(share: Share, report: PaymentReport, refunded_minor: int) -> PaymentState:
    amount_minor = share.payment.amount_minor
    if report.state is not ReportedState.settled:
        return PaymentState(report.state.value)
    if amount_minor == 0:
        # All of it was assigned to other invoices; or less has arrived than was under way, and of
        # that nothing for this invoice.
        return PaymentState.settled if share.before in HAS_MONEY else PaymentState.failed
    if report.disputed:
        return PaymentState.disputed
    if refunded_minor >= amount_minor:
        return PaymentState.refunded
    return PaymentState.partly_refunded if refunded_minor else PaymentState.settled


def _whole(shares: Sequence[Share], report: PaymentReport) -> str | None:
    """What the client has paid in one go, where that was for several invoices."""
    if len(shares) < 2:
        return None
    return f"Part of one payment of {format_money(report.amount)} for {len(shares)} invoices."


def _change(share: Share) -> PaymentChange:
    return PaymentChange(
        payment_id=share.payment.id,
        invoice_id=share.invoice.id,
        before=share.before,
        after=share.payment.state,
        refunded_more_minor=share.refunded_more_minor,
        owed_again_minor=share.owed_again_minor,
    )
