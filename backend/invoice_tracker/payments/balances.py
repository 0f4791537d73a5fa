"""What is still owed, when money that Clio does not show yet is counted too."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.invoices.models import ClioState, Invoice
from invoice_tracker.payments.models import Payment, PaymentSource, PaymentState, RecordState

LOCAL_SOURCES = (PaymentSource.stripe, PaymentSource.manual)
MONEY_STATES = (PaymentState.settled, PaymentState.partly_refunded, PaymentState.disputed)
"""The firm has the money, or some of it; a disputed payment counts until the dispute is lost."""


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
            and_(
                Payment.firm_id == firm_id,
                Payment.invoice_id == Invoice.id,
                Payment.source.in_(LOCAL_SOURCES),
                Payment.state.in_(MONEY_STATES),
                Payment.record_state != RecordState.confirmed,
            ),
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
