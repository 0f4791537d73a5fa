"""The books' side of the proof: which payments are in it, in the words of the comparison."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, ColumnElement, String, Uuid, any_, cast, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.domain.payment_findings import Standing
from invoice_tracker.domain.payment_proof import ClioBill, Here, Progress, Recording
from invoice_tracker.invoices.models import Client, ClioState, Invoice
from invoice_tracker.payments.models import (
    HAS_MONEY,
    Payment,
    PaymentSource,
    PaymentState,
    RecordState,
)
from invoice_tracker.payments.proof_models import PaymentProof, PaymentProofLine, ProofState
from invoice_tracker.ports import BillStanding

UNFINISHED = (RecordState.waiting, RecordState.queued, RecordState.recorded)
UNSETTLED = (PaymentState.processing, PaymentState.disputed)
AGREED = (Standing.agrees, Standing.outside)


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice of ours, as far as the proof needs it."""

    invoice: Invoice
    client_name: str | None


@dataclass(frozen=True, slots=True)
class Books:
    """Payments in the proof, with the invoices they are for."""

    payments: dict[UUID, Payment]
    bills: dict[UUID, Bill]

    @property
    def intent_ids(self) -> set[str]:
        """Of all payments by Stripe."""
        found = (payment.stripe_payment_intent_id for payment in self.payments.values())
        return {intent_id for intent_id in found if intent_id is not None}

    @property
    def clio_ids(self) -> set[int]:
        """Of the bills that Clio may have."""
        return {
            bill.invoice.clio_id
            for bill in self.bills.values()
            if bill.invoice.clio_state is not ClioState.deleted
        }

    def rows(self) -> list[Here]:
        """Everything, as the comparison takes it."""
        return [_here(payment) for payment in self.payments.values()]

    def clio_bills(self, standings: Iterable[BillStanding], *, read_at: datetime) -> list[ClioBill]:
        """Clio's bills, with what was paid on each before the product knew it."""
        by_clio_id = {bill.invoice.clio_id: bill.invoice for bill in self.bills.values()}
        before: dict[UUID, list[int]] = defaultdict(list)
        for payment in self.payments.values():
            if payment.invoice_id is not None:
                before[payment.invoice_id].append(payment.clio_paid_before_minor)
        found = []
        for standing in standings:
            invoice = by_clio_id.get(standing.clio_id)
            found.append(
                ClioBill(
                    clio_id=standing.clio_id,
                    invoice_id=invoice.id if invoice else None,
                    currency=standing.currency,
                    paid_minor=standing.paid_minor,
                    total_minor=standing.total_minor,
                    is_settled=standing.is_settled,
                    before_minor=_before(invoice, before.get(invoice.id, [])) if invoice else 0,
                    read_at=read_at,
                )
            )
        return found


async def read_books(
    session: AsyncSession,
    *,
    firm_id: UUID,
    since: datetime,
    intent_ids: Collection[str],
    clio_ids: Collection[int] = (),
) -> Books:
    """Payments since then, unfinished ones, those that did not agree last time, these intents and
    the payments of these bills; and with each payment all of its bill and of its intent.
    """
    invoice_ids = set(
        await session.scalars(
            select(Invoice.id).where(
                Invoice.firm_id == firm_id, Invoice.clio_id == _any(clio_ids, BigInteger)
            )
        )
    )
    wanted: ColumnElement[bool] = or_(
        Payment.created_at >= since,
        Payment.record_state.in_(UNFINISHED),
        Payment.state.in_(UNSETTLED),
        Payment.id.in_(_did_not_agree(firm_id)),
    )
    intents, payments = set(intent_ids), dict[UUID, Payment]()
    while True:
        reached = or_(
            wanted,
            Payment.invoice_id == _any(invoice_ids, Uuid),
            Payment.stripe_payment_intent_id == _any(intents, String),
        )
        rows = await session.scalars(
            select(Payment)
            .where(Payment.firm_id == firm_id, reached)
            .execution_options(populate_existing=True)
        )
        found = {row.id: row for row in rows}
        if len(found) == len(payments):
            break
        payments = found
        invoice_ids |= {row.invoice_id for row in found.values() if row.invoice_id is not None}
        intents |= {i for row in found.values() if (i := row.stripe_payment_intent_id)}
    return Books(payments, await _bills(session, firm_id, invoice_ids))


def _did_not_agree(firm_id: UUID) -> Any:
    last = (
        select(PaymentProof.id)
        .where(PaymentProof.firm_id == firm_id, PaymentProof.state == ProofState.finished)
        .order_by(PaymentProof.started_at.desc(), PaymentProof.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return select(PaymentProofLine.payment_id).where(
        PaymentProofLine.firm_id == firm_id,
        PaymentProofLine.proof_id == last,
        PaymentProofLine.standing.not_in(AGREED),
        PaymentProofLine.payment_id.is_not(None),
    )


async def _bills(
    session: AsyncSession, firm_id: UUID, invoice_ids: Collection[UUID]
) -> dict[UUID, Bill]:
    rows = await session.execute(
        select(Invoice, Client.name)
        .outerjoin(Client, Client.id == Invoice.client_id)
        .where(Invoice.firm_id == firm_id, Invoice.id == _any(invoice_ids, Uuid))
        .execution_options(populate_existing=True)
    )
    return {invoice.id: Bill(invoice, name) for invoice, name in rows}


def _any(values: Collection[Any], kind: Any) -> Any:
    """One array: a parameter for each value would be too many for PostgreSQL."""
    return any_(cast(list(values), ARRAY(kind)))


def _here(payment: Payment) -> Here:
    return Here(
        id=payment.id,
        invoice_id=payment.invoice_id,
        intent_id=payment.stripe_payment_intent_id,
        state=_progress(payment.state),
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        at=payment.settled_at or payment.created_at,
        refunded_minor=payment.refunded_minor,
        overpaid_minor=payment.overpaid_minor,
        disputed=payment.state is PaymentState.disputed,
        is_from_clio=payment.source is PaymentSource.clio,
        recording=Recording(payment.record_state.value),
        recorded_at=payment.recorded_at,
    )


def _progress(state: PaymentState) -> Progress:
    if state in HAS_MONEY:
        return Progress.settled
    return Progress.processing if state is PaymentState.processing else Progress.failed


def _before(invoice: Invoice, before_ours: Collection[int]) -> int:
    """Paid in Clio when the first payment of ours came; without one, all that is accounted for."""
    if before_ours:
        return max(0, min(before_ours))
    known = invoice.clio_paid_known_minor
    return invoice.clio_paid_minor if known is None else known
