"""In which section of the Invoices screen an invoice stands, and why it cannot be reminded."""

from datetime import date
from enum import StrEnum

from invoice_tracker.domain.reminder_facts import (
    InvoiceFacts,
    InvoiceStatus,
    Reason,
    ReasonCode,
    SendingRules,
    StepKind,
)
from invoice_tracker.domain.reminder_obstacles import final_obstacle, standing_obstacles


class Section(StrEnum):
    """The sections of the Invoices screen."""

    no_reminders = "no_reminders"
    active_reminders = "active_reminders"
    on_hold = "on_hold"
    completed = "completed"
    paid = "paid"


def section_of(
    invoice: InvoiceFacts,
    *,
    is_settled: bool,
    has_active_collection: bool,
    is_held: bool,
    has_completed_collection: bool,
) -> Section | None:
    """The section; nothing for a bill that is void, deleted or no longer approved.

    ``is_settled``: something was paid and nothing is owed any more.
    """
    if invoice.status not in (InvoiceStatus.open, InvoiceStatus.paid):
        return None
    if invoice.status == InvoiceStatus.paid or is_settled:
        return Section.paid
    if has_active_collection:
        return Section.on_hold if is_held else Section.active_reminders
    return Section.completed if has_completed_collection else Section.no_reminders


def why_not_remindable(invoice: InvoiceFacts, *, rules: SendingRules, today: date) -> list[Reason]:
    """Why no reminder of this invoice can go today, most telling first."""
    final = final_obstacle(invoice)
    if final is not None:
        return [Reason(final.code, final.sentence)]
    reasons = [
        Reason(obstacle.code, obstacle.sentence)
        for obstacle in standing_obstacles(invoice, StepKind.email, rules=rules, on=today)
    ]
    if invoice.due_on is None:
        reasons.append(Reason(ReasonCode.no_due_date, "The invoice has no due date."))
    return sorted(reasons, key=lambda reason: _ORDER.index(reason.code))


_ORDER = [
    ReasonCode.no_address,
    ReasonCode.no_due_date,
    ReasonCode.below_minimum_balance,
    ReasonCode.age_ceiling,
    ReasonCode.payment_pending,
]
