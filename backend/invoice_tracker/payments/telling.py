"""What happened to a payment, in words, for the timeline of its invoice."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.invoices import timeline
from invoice_tracker.payments.models import HAS_MONEY, Payment, PaymentState, RecordState
from invoice_tracker.payments.shares import Share
from invoice_tracker.payments.words import words


async def tell(
    session: AsyncSession, share: Share, *, failure: str | None, whole: str | None, now: datetime
) -> None:
    """Write to the timeline of the invoice what happened; one report may tell several things.

    ``whole`` says in a sentence of which payment for several invoices this is a part.
    """
    payment, before, refunded_more = share.payment, share.before, share.refunded_more_minor
    told: list[tuple[str, str, str | None]] = []
    if payment.state in HAS_MONEY and before not in HAS_MONEY:
        told.append(_on_settled(payment, whole))
    if payment.state is PaymentState.processing:
        told.append(_on_processing(payment, whole))
    if payment.state is PaymentState.failed:
        told.append(_on_failed(payment, failure))
    if refunded_more:
        told.append(_on_refund(payment, refunded_more))
    if payment.state is PaymentState.disputed and before is not PaymentState.disputed:
        told.append(_on_dispute(payment))
    if before is PaymentState.disputed and payment.state is not PaymentState.disputed:
        told.append(_on_dispute_closed(refunded_more))
    for kind, title, detail in told:
        await timeline.add(
            session,
            firm_id=payment.firm_id,
            invoice_id=share.invoice.id,
            at=now,
            kind=kind,
            title=title,
            detail=detail,
            payment_id=payment.id,
        )


def _on_settled(payment: Payment, whole: str | None) -> tuple[str, str, str | None]:
    detail = " ".join(part for part in (whole, payment.record_note) if part) or None
    return "payment_settled", f"{words(payment.amount_minor, payment)} was paid by Stripe", detail


def _on_processing(payment: Payment, whole: str | None) -> tuple[str, str, str | None]:
    title = f"A bank debit of {words(payment.amount_minor, payment)} is under way"
    waits = "Reminders wait until the bank has answered."
    return "payment_processing", title, f"{whole} {waits}" if whole else waits


def _on_failed(payment: Payment, failure: str | None) -> tuple[str, str, str | None]:
    title = f"The bank debit of {words(payment.amount_minor, payment)} failed"
    return "payment_failed", title, failure


def _on_refund(payment: Payment, more: int) -> tuple[str, str, str | None]:
    if more < 0:
        title = f"A refund of {words(-more, payment)} did not go through"
        return "payment_refunded", title, "The money stays with the firm."
    title = f"{words(more, payment)} was given back to the client"
    is_in_clio = payment.record_state in (RecordState.recorded, RecordState.confirmed)
    return "payment_refunded", title, "Clio has to be corrected by hand." if is_in_clio else None


def _on_dispute(payment: Payment) -> tuple[str, str, str | None]:
    title = f"The client's bank disputes the payment of {words(payment.amount_minor, payment)}"
    return "payment_disputed", title, "Please answer in the Stripe dashboard."


def _on_dispute_closed(refunded_more: int) -> tuple[str, str, str | None]:
    result = "lost" if refunded_more > 0 else "closed; the money stays with the firm"
    return "payment_disputed", f"The dispute was {result}", None
