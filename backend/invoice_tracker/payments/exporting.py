"""The list of payments as a CSV file, for a spreadsheet."""

from collections.abc import AsyncIterator
from datetime import datetime
from zoneinfo import ZoneInfo

from invoice_tracker.core.csv_file import BEGINNING, csv_line, guarded
from invoice_tracker.domain.money import Money, to_decimal
from invoice_tracker.payments.repository import PaymentRow

HEADINGS = (
    "Paid on",
    "Client",
    "Invoice",
    "Currency",
    "Amount",
    "Refunded",
    "Net",
    "State",
    "In Clio",
    "Source",
    "Method",
    "Reference",
    "Stripe reference",
    "Settled on",
    "Recorded on",
    "Confirmed on",
    "Noted by",
    "Note",
)


async def as_csv(rows: AsyncIterator[PaymentRow], *, time_zone: str) -> AsyncIterator[str]:
    """The lines of the file. Days are the firm's, amounts have exactly the currency's decimals."""
    zone = ZoneInfo(time_zone)
    yield BEGINNING + csv_line(HEADINGS)
    async for row in rows:
        yield csv_line(_cells(row, zone))


def _cells(row: PaymentRow, zone: ZoneInfo) -> list[str]:
    payment = row.payment

    def money(amount_minor: int) -> str:
        return str(to_decimal(Money(amount_minor, payment.currency)))

    def day(at: datetime | None) -> str:
        return at.astimezone(zone).date().isoformat() if at else ""

    return [
        day(payment.created_at),
        guarded(row.client_name),
        guarded(row.invoice_number),
        payment.currency,
        money(payment.amount_minor),
        money(payment.refunded_minor),
        money(payment.amount_minor - payment.refunded_minor),
        payment.state.value,
        payment.record_state.value,
        payment.source.value,
        guarded(payment.method),
        guarded(payment.reference),
        guarded(payment.stripe_payment_intent_id),
        day(payment.settled_at),
        day(payment.recorded_at),
        day(payment.confirmed_at),
        guarded(payment.noted_by),
        guarded(payment.record_note),
    ]
