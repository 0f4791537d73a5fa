"""Rows of the view as the API shows them."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row

from invoice_tracker.core.schemas import MoneyOut
from invoice_tracker.domain.invoice_aging import days_overdue
from invoice_tracker.invoices.matters import Special
from invoice_tracker.invoices.schemas import (
    ClientRef,
    CollectionRef,
    InvoiceDetail,
    InvoiceRow,
    MatterRef,
)
from invoice_tracker.invoices.status import refusal, status_note


def present_row(
    row: Row[Any],
    *,
    matters: Sequence[MatterRef],
    rule: str | None,
    today: date,
    time_zone: str,
) -> InvoiceRow:
    """A row of the list. ``rule`` started its reminders; ``today`` is the firm's calendar day."""
    return InvoiceRow(**_row_fields(row, matters, rule, today=today, time_zone=time_zone))


def present_detail(
    row: Row[Any],
    *,
    matters: Sequence[MatterRef],
    special: Special,
    rule: str | None,
    today: date,
    time_zone: str,
    pay_url: str | None,
) -> InvoiceDetail:
    """An invoice on its own page."""
    is_open = row.clio_state == "awaiting_payment" and row.section != "paid"
    return InvoiceDetail(
        **_row_fields(row, matters, rule, today=today, time_zone=time_zone),
        is_split=special.is_split,
        clio_reminders_enabled=special.clio_reminders_enabled and is_open,
        clio_state=row.clio_state,
        clio_url=row.clio_url,
        recipient=row.recipient,
        paid=_money(row, row.clio_paid_minor + row.local_paid_minor),
        clio_balance=_money(row, row.clio_balance_minor),
        pending=_money(row, row.clio_pending_minor),
        pay_url=pay_url,
        last_read_at=row.last_read_at,
        subject=row.subject,
    )


def _row_fields(
    row: Row[Any], matters: Sequence[MatterRef], rule: str | None, *, today: date, time_zone: str
) -> dict[str, Any]:
    return {
        "id": row.id,
        "number": row.number,
        "client": ClientRef(id=row.client_id, name=row.client_name) if row.client_id else None,
        "matter": matters[0] if matters else None,
        "matters": matters,
        "issued_on": row.issued_on,
        "due_on": row.due_on,
        "days_overdue": days_overdue(row.due_on, today) if row.due_on else 0,
        "total": _money(row, row.total_minor),
        "balance": _money(row, row.effective_balance_minor),
        "section": row.section,
        "status_note": status_note(row, time_zone),
        "remindable": refusal(row) is None,
        "collection": _collection(row, rule),
    }


def _collection(row: Row[Any], rule: str | None) -> CollectionRef | None:
    if row.collection_id is None:
        return None
    return CollectionRef(
        id=row.collection_id,
        reminder_set_name=row.reminder_set_name,
        started_by_rule=rule,
        next_reminder_at=row.next_action_at,
        last_reminder_at=row.last_reminder_at,
    )


def _money(row: Row[Any], amount_minor: int) -> MoneyOut:
    return MoneyOut(amount_minor=amount_minor, currency=row.currency)
