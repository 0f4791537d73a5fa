"""A proof as a CSV file: the list that stands behind *all agree*."""

import csv
import io
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from invoice_tracker.domain.money import Money, to_decimal
from invoice_tracker.payments.proof_models import PaymentProofLine

HEADINGS = (
    "Standing",
    "Paid on",
    "Client",
    "Invoices",
    "Currency",
    "In Stripe",
    "Here",
    "In Clio",
    "State in Stripe",
    "State here",
    "State in Clio",
    "What was found",
    "What to do",
    "So since",
    "Normal until",
    "Stripe reference",
)
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A spreadsheet takes a text that begins so for a formula."""
# So that a spreadsheet takes the file for UTF-8.
MARK = "\ufeff"


async def as_csv(lines: AsyncIterator[PaymentProofLine], *, time_zone: str) -> AsyncIterator[str]:
    """The lines of the file. Days are the firm's, amounts have exactly the currency's decimals."""
    zone = ZoneInfo(time_zone)
    yield MARK + _row(HEADINGS)
    async for line in lines:
        yield _row(_cells(line, zone))


def guarded(text: str | None) -> str:
    """A text that no spreadsheet runs as a formula."""
    return f"'{text}" if text and text.startswith(RISKY) else text or ""


def _cells(line: PaymentProofLine, zone: ZoneInfo) -> list[str]:
    def money(minor: int | None) -> str:
        return "" if minor is None else str(to_decimal(Money(minor, line.currency)))

    def day(at: datetime | None) -> str:
        return at.astimezone(zone).date().isoformat() if at else ""

    return [
        line.standing.value.replace("_", " "),
        day(line.at),
        guarded(line.client_name),
        guarded(line.invoice_numbers),
        line.currency,
        money(line.stripe_minor),
        money(line.here_minor),
        money(line.clio_minor),
        line.stripe_words,
        line.here_words,
        line.clio_words,
        guarded(line.sentence),
        guarded(line.advice),
        day(line.since),
        day(line.normal_until),
        guarded(line.stripe_reference),
    ]


def _row(cells: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()
