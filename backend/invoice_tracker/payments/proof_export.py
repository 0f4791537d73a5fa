"""A proof as a CSV file: the list that stands behind *all agree*."""

from collections.abc import AsyncIterator
from datetime import datetime
from zoneinfo import ZoneInfo

from invoice_tracker.core.csv_file import BEGINNING, csv_line, guarded
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


async def as_csv(lines: AsyncIterator[PaymentProofLine], *, time_zone: str) -> AsyncIterator[str]:
    """The lines of the file. Days are the firm's, amounts have exactly the currency's decimals."""
    zone = ZoneInfo(time_zone)
    yield BEGINNING + csv_line(HEADINGS)
    async for line in lines:
        yield csv_line(_cells(line, zone))


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
