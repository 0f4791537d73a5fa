"""What is owed now: the open invoices, and what each still owes."""

from uuid import UUID

from sqlalchemy import Subquery, func, select

from invoice_tracker.invoices.models import ClioState, Invoice
from invoice_tracker.payments.balances import LOCAL_SOURCES, MONEY_STATES
from invoice_tracker.payments.models import Payment, RecordState


def open_invoices(firm_id: UUID, *, client_id: UUID | None = None) -> Subquery:
    """Approved bills with something left to pay, as ``effective_balances`` counts it.

    Columns: ``id client_id currency due_on balance``. Held and disputed ones are owed too.
    """
    unseen = (
        select(
            Payment.invoice_id,
            func.sum(Payment.amount_minor - Payment.refunded_minor).label("paid"),
        )
        .where(
            Payment.firm_id == firm_id,
            Payment.invoice_id.is_not(None),
            Payment.source.in_(LOCAL_SOURCES),
            Payment.state.in_(MONEY_STATES),
            Payment.record_state != RecordState.confirmed,
        )
        .group_by(Payment.invoice_id)
        .subquery()
    )
    balance = Invoice.clio_balance_minor - func.coalesce(unseen.c.paid, 0)
    query = (
        select(
            Invoice.id,
            Invoice.client_id,
            Invoice.currency,
            Invoice.due_on,
            balance.label("balance"),
        )
        .outerjoin(unseen, unseen.c.invoice_id == Invoice.id)
        .where(
            Invoice.firm_id == firm_id,
            Invoice.clio_state == ClioState.awaiting_payment,
            balance > 0,
        )
    )
    if client_id is not None:
        query = query.where(Invoice.client_id == client_id)
    return query.subquery("open_invoices")
