"""The short note beside an invoice: why it is where it is, in words."""

from datetime import date, tzinfo
from typing import Any, Final

from sqlalchemy import Row

from invoice_tracker.invoices.wording import format_day

_CLIO_STATES: Final = {
    "draft": "A draft again in Clio",
    "awaiting_approval": "Awaiting approval again in Clio",
    "void": "Voided in Clio",
    "deleted": "Deleted in Clio",
}
_RECORDING: Final = {
    "waiting": "Paid, being recorded in Clio",
    "queued": "Paid, to be recorded in Clio by hand",
    "recorded": "Paid and recorded, waiting for Clio to show it",
}
_PAYMENTS: Final = {
    "disputed": "Payment disputed by the client's bank",
    "refunded": "Payment refunded: a person decides",
    "partly_refunded": "Payment partly refunded: a person decides",
    "processing": "Payment under way",
}
_HOLDS: Final = {
    "paused": "Paused",
    "promise": "Promised to pay",
    "dispute": "Disputed by the client",
    "payment_processing": "Payment under way",
    "refund_or_chargeback": "Payment refunded or disputed: a person decides",
    "no_address": "No e-mail address",
}


def days_overdue(due_on: date | None, today: date) -> int:
    """Calendar days past the due date; negative while it is ahead, 0 without one."""
    return (today - due_on).days if due_on else 0


def refusal(row: Row[Any]) -> str | None:
    """Why this invoice cannot be reminded, or nothing."""
    if row.clio_state not in ("awaiting_payment", "paid"):
        return _CLIO_STATES[row.clio_state]
    if row.section == "paid":
        return "Paid"
    if row.effective_balance_minor <= 0:
        return "Nothing to pay"
    if row.recipient is None:
        return "No e-mail address"
    if row.due_on is None:
        return "No due date"
    return None


def status_note(row: Row[Any], zone: tzinfo) -> str | None:
    """Plain words for the list, or nothing where the section says it all."""
    if row.section == "paid":
        return _paid_note(row)
    if row.section == "on_hold":
        return _hold_note(row, zone)
    if row.section == "no_reminders" and row.payment_state in _PAYMENTS:
        return _PAYMENTS[row.payment_state]
    reason = refusal(row)
    if reason is None and row.section == "no_reminders" and row.collection_state == "stopped":
        return f"Stopped: {row.collection_end_reason}" if row.collection_end_reason else "Stopped"
    return reason


def _paid_note(row: Row[Any]) -> str | None:
    if row.payment_state in ("disputed", "refunded", "partly_refunded"):
        return _PAYMENTS[row.payment_state]
    if row.local_paid_minor > 0:
        return _RECORDING.get(row.record_state)
    return None


def _hold_note(row: Row[Any], zone: tzinfo) -> str:
    note = _HOLDS.get(row.hold_kind, str(row.hold_kind).replace("_", " ").capitalize())
    if row.hold_kind == "refund_or_chargeback":
        note = _PAYMENTS.get(row.payment_state, note)
    if row.hold_until is not None:
        note += f" until {format_day(row.hold_until.astimezone(zone).date())}"
    if row.hold_reason:
        note += f": {row.hold_reason}"
    return note
