"""What is still owed, when money that Clio does not show yet is counted too."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, Subquery, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.invoices.models import ClioState, Invoice
from invoice_tracker.payments.models import Payment, PaymentSource, PaymentState, RecordState

LOCAL_SOURCES = (PaymentSource.stripe, PaymentSource.manual)
MONEY_STATES = (PaymentState.settled, PaymentState.partly_refunded, PaymentState.disputed)
"""The firm has the money, or some of it; a disputed payment counts until the dispute is lost."""


def _is_unseen(firm_id: UUID) -> ColumnElement[bool]:
    """Whether a payment is the firm's, brought money, and is not in Clio's balance yet."""
    return and_(
        Payment.firm_id == firm_id,
        Payment.source.in_(LOCAL_SOURCES),
        Payment.state.in_(MONEY_STATES),
        Payment.record_state != RecordState.confirmed,
    )


async def effective_balances(
    session: AsyncSession, *, firm_id: UUID, invoice_ids: Collection[UUID]
) -> dict[UUID, int]:
    """Balance of each invoice in minor units: Clio's, less local payments Clio does not show yet.

    Below zero means overpaid. Says the same as ``effective_balance_minor`` of the view
    ``invoice_overview``. Ids of another firm are left out.
    """
    unseen = func.coalesce(func.sum(Payment.amount_minor - Payment.refunded_minor), 0)
    rows = await session.execute(
        select(Invoice.id, Invoice.clio_balance_minor - unseen)
        .outerjoin(
            Payment,
            and_(Payment.invoice_id == Invoice.id, _is_unseen(firm_id)),
        )
        .where(Invoice.firm_id == firm_id, Invoice.id.in_(invoice_ids))
        .group_by(Invoice.id)
    )
    return {invoice_id: int(balance) for invoice_id, balance in rows}


async def amounts_due(session: AsyncSession, *, invoices: Collection[Invoice]) -> dict[UUID, int]:
    """What a client may pay now for each of these invoices of one firm, in minor units.

    Zero where the bill is not awaiting payment.
    """
    if not invoices:
        return {}
    firm_id = next(iter(invoices)).firm_id
    ids = [invoice.id for invoice in invoices]
    balances = await effective_balances(session, firm_id=firm_id, invoice_ids=ids)
    return {
        invoice.id: max(0, balances[invoice.id])
        if invoice.clio_state is ClioState.awaiting_payment
        else 0
        for invoice in invoices
    }


def open_invoices(firm_id: UUID, *, client_id: UUID | None = None) -> Subquery:
    """Approved bills with something left to pay, as ``effective_balances`` counts it.

    Columns: ``id client_id currency due_on balance``. Held and disputed ones are owed too.
    """
    unseen = (
        select(
            Payment.invoice_id,
            func.sum(Payment.amount_minor - Payment.refunded_minor).label("paid"),
        )
        .where(_is_unseen(firm_id), Payment.invoice_id.is_not(None))
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
