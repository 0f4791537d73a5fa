"""The short note beside an invoice: why it is where it is, in words."""

from typing import Any, Final

from sqlalchemy import Row

from invoice_tracker.domain.holds import Hold, HoldKind, HoldReach, describe_hold

_CLIO_STATES: Final = {
    "draft": "A draft again in Clio",
    "awaiting_approval": "Awaiting approval again in Clio",
    "void": "Voided in Clio",
    "deleted": "Deleted in Clio",
}
_TRUST: Final = "A request for trust money in Clio now"
_RECORDING: Final = {
    "waiting": "Paid by Stripe, being recorded in Clio",
    "queued": "Paid by Stripe, to be recorded in Clio by hand",
    "recorded": "Paid by Stripe and recorded, waiting for Clio to show it",
}
_PAYMENTS: Final = {
    "disputed": "Payment disputed by the client's bank",
    "refunded": "Payment refunded: a person decides",
    "partly_refunded": "Payment partly refunded: a person decides",
    "processing": "Payment under way",
}


def refusal(row: Row[Any]) -> str | None:
    """Why this invoice cannot be reminded, or nothing."""
    if row.clio_state not in ("awaiting_payment", "paid"):
        return _TRUST if row.is_trust else _CLIO_STATES[row.clio_state]
    if row.section == "paid":
        return "Paid"
    if row.effective_balance_minor <= 0:
        return "Nothing to pay"
    if row.recipient is None:
        return "No e-mail address"
    if row.due_on is None:
        return "No due date"
    return None


def status_note(row: Row[Any], time_zone: str) -> str | None:
    """Plain words for the list, or nothing where the section says it all."""
    if row.section == "paid":
        return _paid_note(row)
    if row.section == "on_hold":
        return _hold_note(row, time_zone)
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


def _hold_note(row: Row[Any], time_zone: str) -> str:
    kind = HoldKind(row.hold_kind)
    if kind is HoldKind.refund_or_chargeback and row.payment_state in _PAYMENTS:
        return _PAYMENTS[row.payment_state]
    hold = Hold(
        kind=kind,
        reason=row.hold_reason or "",
        starts_at=row.created_at,
        ends_at=row.hold_until,
        reach=HoldReach(row.hold_reach),
        set_name=row.reminder_set_name or "",
    )
    return describe_hold(hold, time_zone)
