"""The list of payments as a CSV file, for a spreadsheet."""

import csv
import io
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

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
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A spreadsheet takes a cell that begins so for a formula."""
# So that a spreadsheet takes the file for UTF-8.
MARK = "\ufeff"


async def as_csv(rows: AsyncIterator[PaymentRow], *, time_zone: str) -> AsyncIterator[str]:
    """The lines of the file. Days are the firm's, amounts have exactly the currency's decimals."""
    zone = ZoneInfo(time_zone)
    yield MARK + _line(HEADINGS)
    async for row in rows:
        yield _line(_cells(row, zone))


def guarded(text: str) -> str:
    """A text that no spreadsheet runs as a formula."""
    return f"'{text}" if text.startswith(RISKY) else text


def _cells(row: PaymentRow, zone: ZoneInfo) -> list[str]:
    payment = row.payment

    def money(amount_minor: int) -> str:
        return str(to_decimal(Money(amount_minor, payment.currency)))

    def day(at: datetime | None) -> str:
        return at.astimezone(zone).date().isoformat() if at else ""

    texts = (
        payment.method,
        payment.reference,
        payment.stripe_payment_intent_id,
    )
    method, reference, intent = (guarded(text or "") for text in texts)
    return [
        day(payment.created_at),
        guarded(row.client_name or ""),
        guarded(row.invoice_number or ""),
        payment.currency,
        money(payment.amount_minor),
        money(payment.refunded_minor),
        money(payment.amount_minor - payment.refunded_minor),
        payment.state.value,
        payment.record_state.value,
        payment.source.value,
        method,
        reference,
        intent,
        day(payment.settled_at),
        day(payment.recorded_at),
        day(payment.confirmed_at),
        guarded(payment.noted_by or ""),
        guarded(payment.record_note or ""),
    ]


def _line(cells: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()
