"""What stands in the way of a reminder at a moment, apart from its date."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from invoice_tracker.domain.holds import Hold, HoldKind, active_holds, describe_hold, stops_calls
from invoice_tracker.domain.invoice_aging import days_overdue
from invoice_tracker.domain.money import Money, format_money, from_hundredths
from invoice_tracker.domain.plain_dates import number_of_days
from invoice_tracker.domain.reminder_facts import (
    Anchor,
    InvoiceFacts,
    InvoiceStatus,
    ReasonCode,
    SendingRules,
    StepKind,
)


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What stops a reminder, in a sentence; ``until`` (UTC) where its end is known.

    An ``is_final`` obstacle ends the series: nothing is planned behind it.
    """

    code: ReasonCode
    sentence: str
    hold: HoldKind | None = None
    until: datetime | None = None
    is_final: bool = False


_ENDED = {
    InvoiceStatus.paid: (ReasonCode.paid, "The invoice is paid."),
    InvoiceStatus.void: (ReasonCode.void, "The invoice is void in Clio."),
    InvoiceStatus.deleted: (ReasonCode.deleted, "The invoice is deleted in Clio."),
    InvoiceStatus.unapproved: (
        ReasonCode.not_approved,
        "The invoice is no longer approved in Clio.",
    ),
}


def final_obstacle(invoice: InvoiceFacts) -> Obstacle | None:
    """Why no reminder of this invoice goes any more, if so."""
    if invoice.is_trust:
        sentence = "This is a request for trust money, which is never collected here."
        return Obstacle(ReasonCode.trust_money, sentence, is_final=True)
    if invoice.status in _ENDED:
        code, sentence = _ENDED[invoice.status]
        return Obstacle(code, sentence, is_final=True)
    if invoice.balance_minor <= 0:
        sentence = "Nothing is owed on the invoice."
        return Obstacle(ReasonCode.zero_balance, sentence, is_final=True)
    return None


def undated_obstacle(anchor: Anchor) -> Obstacle:
    """Why the reminders have no dates: the invoice lacks the day they count from."""
    if anchor == Anchor.issue:
        return Obstacle(ReasonCode.no_issue_date, "The invoice has no issue date.")
    return Obstacle(ReasonCode.no_due_date, "The invoice has no due date.", HoldKind.no_due_date)


def standing_obstacles(
    invoice: InvoiceFacts, kind: StepKind, *, rules: SendingRules, on: date
) -> list[Obstacle]:
    """What the invoice itself says against a reminder on this day; none has a known end."""
    candidates = [
        _pending_payment(invoice),
        _too_small(invoice, rules),
        _too_old(invoice, rules, on),
    ]
    if kind == StepKind.email and not invoice.recipient:
        sentence = "There is no e-mail address to send to."
        candidates.append(Obstacle(ReasonCode.no_address, sentence, HoldKind.no_address))
    return [obstacle for obstacle in candidates if obstacle is not None]


def holds_against(
    holds: Iterable[Hold], kind: StepKind, *, at: datetime, time_zone: str
) -> list[Obstacle]:
    """The holds in force at an instant that stop a step of this kind, the longest first."""
    return [
        Obstacle(
            ReasonCode.held, f"{describe_hold(hold, time_zone)}.", hold.kind, until=hold.ends_at
        )
        for hold in active_holds(holds, at)
        if kind == StepKind.email or stops_calls(hold.kind)
    ]


def _pending_payment(invoice: InvoiceFacts) -> Obstacle | None:
    if invoice.pending_minor <= 0:
        return None
    amount = format_money(Money(invoice.pending_minor, invoice.currency))
    return Obstacle(
        ReasonCode.payment_pending,
        f"A payment of {amount} is pending in Clio.",
        HoldKind.clio_payment_pending,
    )


def _too_small(invoice: InvoiceFacts, rules: SendingRules) -> Obstacle | None:
    least_minor = from_hundredths(rules.minimum_balance_minor, invoice.currency)
    if invoice.balance_minor >= least_minor:
        return None
    owed = format_money(Money(invoice.balance_minor, invoice.currency))
    least = format_money(Money(least_minor, invoice.currency))
    return Obstacle(
        ReasonCode.below_minimum_balance,
        f"The balance of {owed} is below the minimum of {least} for reminders.",
    )


def _too_old(invoice: InvoiceFacts, rules: SendingRules, on: date) -> Obstacle | None:
    if invoice.due_on is None or days_overdue(invoice.due_on, on) <= rules.age_ceiling_days:
        return None
    ceiling = number_of_days(rules.age_ceiling_days)
    return Obstacle(
        ReasonCode.age_ceiling,
        f"The invoice is more than {ceiling} overdue, the age at which reminders end.",
    )
