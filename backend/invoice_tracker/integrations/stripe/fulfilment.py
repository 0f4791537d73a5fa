"""What follows from a payment as it was read from Stripe, in one transaction.

Called for a webhook, by the catch-up and after a sync alike; however often it is called, and in
whatever order, the same facts lead to the same rows.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.holds import add_hold
from invoice_tracker.collections.service import reconsider
from invoice_tracker.core.errors import NotFound
from invoice_tracker.domain.holds import HoldKind
from invoice_tracker.integrations.stripe.reading import Reading
from invoice_tracker.payments.checkout import close_checkout
from invoice_tracker.payments.models import CheckoutState, PaymentState
from invoice_tracker.payments.service import PaymentChange, apply_report, lock_invoice

NOT_OURS = "Not a payment of this product: nothing to do."
OTHER_FIRM = "Refused: it belongs to another firm."
NO_INVOICE = "Refused: this firm has no such invoice."
NOTHING_NEW = "Nothing new."
REASONS = {
    PaymentState.disputed: "The client's bank disputes a payment.",
    PaymentState.refunded: "A payment was given back.",
    PaymentState.partly_refunded: "A part of a payment was given back.",
}


async def fulfil(session: AsyncSession, *, firm_id: UUID, reading: Reading, now: datetime) -> str:
    """Bring the firm's books in line with what was read; says in words what that did."""
    invoice_id = reading.marked_id("invoice_id")
    marked_firm = reading.marked_id("firm_id")
    if invoice_id is None or marked_firm is None:
        return NOT_OURS
    if marked_firm != firm_id:
        return OTHER_FIRM
    try:
        await lock_invoice(session, firm_id=firm_id, invoice_id=invoice_id)
    except NotFound:
        return NO_INVOICE
    change = None
    if reading.report is not None:
        change = await apply_report(
            session, firm_id=firm_id, invoice_id=invoice_id, report=reading.report, now=now
        )
    closed = await _close(session, firm_id, reading)
    if change is None:
        return "The checkout is closed." if closed else NOTHING_NEW
    await _hold(session, firm_id, invoice_id, change, now)
    await reconsider(session, firm_id=firm_id, invoice_ids=[invoice_id], now=now)
    return f"Payment {change.after.value.replace('_', ' ')}."


async def _close(session: AsyncSession, firm_id: UUID, reading: Reading) -> bool:
    ended = reading.checkout in (CheckoutState.complete, CheckoutState.expired)
    if not ended or reading.session_id is None or reading.checkout is None:
        return False
    return await close_checkout(
        session, firm_id=firm_id, session_id=reading.session_id, state=reading.checkout
    )


async def _hold(
    session: AsyncSession, firm_id: UUID, invoice_id: UUID, change: PaymentChange, now: datetime
) -> None:
    """Money that leaves again stops the reminders until a person has decided."""
    newly_disputed = (
        change.after is PaymentState.disputed and change.before is not PaymentState.disputed
    )
    if not newly_disputed and change.owed_again_minor <= 0:
        return
    await add_hold(
        session,
        firm_id=firm_id,
        invoice_id=invoice_id,
        kind=HoldKind.refund_or_chargeback,
        reason=REASONS[change.after],
        now=now,
    )
