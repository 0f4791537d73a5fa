"""What follows from a payment as it was read from Stripe, in one transaction.

Called for a webhook, by the catch-up and after a sync alike; however often it is called, and in
whatever order, the same facts lead to the same rows.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.holds.service import add_hold, release_holds
from invoice_tracker.collections.service import reconsider
from invoice_tracker.domain.holds import HoldKind
from invoice_tracker.integrations.stripe.reading import Reading
from invoice_tracker.invoices.service import lock_invoices
from invoice_tracker.payments.checkout_rows import close_checkout, lines_of
from invoice_tracker.payments.models import CheckoutState, PaymentState
from invoice_tracker.payments.service import PaymentChange, apply_report
from invoice_tracker.payments.shares import assigned_invoices

NOT_OURS = "Not a payment of this product: nothing to do."
OTHER_FIRM = "Refused: it belongs to another firm."
NO_CHECKOUT = "Refused: this firm has opened no such checkout."
NOTHING_NEW = "Nothing new."
REASONS = {
    PaymentState.disputed: "The client's bank disputes a payment.",
    PaymentState.refunded: "A payment was given back.",
    PaymentState.partly_refunded: "A part of a payment was given back.",
}
LOST = "A dispute was lost: the client's bank has taken the money back."


async def fulfil(session: AsyncSession, *, firm_id: UUID, reading: Reading, now: datetime) -> str:
    """Bring the firm's books in line with what was read; says in words what that did."""
    checkout_id = reading.marked_id("checkout_id")
    marked_firm = reading.marked_id("firm_id")
    if checkout_id is None or marked_firm is None:
        return NOT_OURS
    if marked_firm != firm_id:
        return OTHER_FIRM
    lines = await lines_of(session, firm_id=firm_id, checkout_id=checkout_id)
    if not lines:
        return NO_CHECKOUT
    # Before the checkout's own row, as everybody does who locks both.
    paid = {line.invoice_id for line in lines}
    if reading.report is not None:
        intent_id = reading.report.intent_id
        paid.update(await assigned_invoices(session, firm_id=firm_id, intent_id=intent_id))
    await lock_invoices(session, firm_id=firm_id, invoice_ids=paid)
    changes: list[PaymentChange] = []
    if reading.report is not None:
        changes = await apply_report(
            session, firm_id=firm_id, lines=lines, report=reading.report, now=now
        )
    closed = await _close(session, firm_id, reading)
    if not changes:
        return "The checkout is closed." if closed else NOTHING_NEW
    for change in changes:
        await _hold(session, firm_id, change, now)
        await _let_go(session, firm_id, change, now)
    changed = [change.invoice_id for change in changes]
    await reconsider(session, firm_id=firm_id, invoice_ids=changed, now=now)
    states = dict.fromkeys(change.after.value.replace("_", " ") for change in changes)
    return f"Payment {', '.join(states)}."


async def _close(session: AsyncSession, firm_id: UUID, reading: Reading) -> bool:
    ended = reading.checkout in (CheckoutState.complete, CheckoutState.expired)
    if not ended or reading.session_id is None or reading.checkout is None:
        return False
    return await close_checkout(
        session, firm_id=firm_id, session_id=reading.session_id, state=reading.checkout
    )


async def _let_go(
    session: AsyncSession, firm_id: UUID, change: PaymentChange, now: datetime
) -> None:
    """A dispute that the firm has won leaves everything as it was before."""
    if change.before is not PaymentState.disputed or change.refunded_more_minor > 0:
        return
    if change.after is PaymentState.disputed:
        return
    await release_holds(
        session,
        firm_id=firm_id,
        invoice_id=change.invoice_id,
        now=now,
        kinds=[HoldKind.refund_or_chargeback],
        reason=REASONS[PaymentState.disputed],
    )


async def _hold(session: AsyncSession, firm_id: UUID, change: PaymentChange, now: datetime) -> None:
    """Money that leaves again stops the reminders until a person has decided."""
    newly_disputed = (
        change.after is PaymentState.disputed and change.before is not PaymentState.disputed
    )
    if not newly_disputed and change.owed_again_minor <= 0:
        return
    await add_hold(
        session,
        firm_id=firm_id,
        invoice_id=change.invoice_id,
        kind=HoldKind.refund_or_chargeback,
        reason=LOST if change.before is PaymentState.disputed else REASONS[change.after],
        now=now,
    )
