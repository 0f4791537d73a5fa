"""The list of invoices as a CSV file, for a spreadsheet."""

from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from invoice_tracker.core.csv_file import BEGINNING, csv_line, guarded
from invoice_tracker.domain.invoice_aging import days_overdue
from invoice_tracker.domain.money import Money, to_decimal
from invoice_tracker.invoices.status import status_note

HEADINGS = (
    "Invoice",
    "Client",
    "E-mail",
    "Matter",
    "Issued on",
    "Due on",
    "Days overdue",
    "Currency",
    "Total",
    "Balance",
    "Section",
    "Reminder set",
    "Next reminder",
    "Last reminder",
    "Note",
)
_SECTIONS = {
    "no_reminders": "No reminders",
    "active_reminders": "Active Reminders",
    "on_hold": "On hold",
    "completed": "Completed",
    "paid": "Paid",
}


async def as_csv(
    rows: AsyncIterator[Row[Any]], *, now: datetime, time_zone: str
) -> AsyncIterator[str]:
    """The lines of the file. Days are the firm's, amounts have exactly the currency's decimals."""
    zone = ZoneInfo(time_zone)
    yield BEGINNING + csv_line(HEADINGS)
    async for row in rows:
        yield csv_line(_cells(row, zone, now.astimezone(zone).date()))


def _cells(row: Row[Any], zone: ZoneInfo, today: date) -> list[str]:
    def money(amount_minor: int) -> str:
        return str(to_decimal(Money(amount_minor, row.currency)))

    def day(at: datetime | None) -> str:
        return at.astimezone(zone).date().isoformat() if at else ""

    is_paid = row.section == "paid"
    return [
        guarded(row.number),
        guarded(row.client_name),
        guarded(row.recipient),
        guarded(row.matter_display_number),
        row.issued_on.isoformat() if row.issued_on else "",
        row.due_on.isoformat() if row.due_on else "",
        str(days_overdue(row.due_on, today)) if row.due_on and not is_paid else "",
        row.currency,
        money(row.total_minor),
        money(row.effective_balance_minor),
        _SECTIONS[row.section],
        guarded(row.reminder_set_name),
        day(row.next_action_at),
        day(row.last_reminder_at),
        guarded(status_note(row, zone.key)),
    ]
