"""What changed about an invoice in Clio, as sentences for its timeline."""

from datetime import date

from invoice_tracker.domain.money import Money, format_money
from invoice_tracker.domain.plain_dates import in_words
from invoice_tracker.invoices.models import ClioState, Invoice
from invoice_tracker.invoices.records import BillRecord

_STATE_SENTENCES = {
    ClioState.draft: "The bill is a draft again in Clio",
    ClioState.awaiting_approval: "The bill awaits approval again in Clio",
    ClioState.awaiting_payment: "The bill awaits payment in Clio",
    ClioState.paid: "The bill is paid in Clio",
    ClioState.void: "The bill was voided in Clio",
    ClioState.deleted: "The bill was deleted in Clio",
}


def describe_changes(old: Invoice, new: BillRecord) -> list[str]:
    """One sentence for each change that matters to people; nothing for what does not."""
    sentences = []
    if old.clio_state != new.state:
        sentences.append(_STATE_SENTENCES[new.state])
    if old.due_on != new.due_on:
        sentences.append(f"The due date changed from {_day(old.due_on)} to {_day(new.due_on)}")
    sentences.extend(_describe_amounts(old, new))
    if old.number != new.number:
        sentences.append(f"The number changed from {old.number} to {new.number}")
    return sentences


def _describe_amounts(old: Invoice, new: BillRecord) -> list[str]:
    amounts = (
        ("total", old.total_minor, new.total_minor),
        ("amount paid", old.clio_paid_minor, new.paid_minor),
        ("balance", old.clio_balance_minor, new.balance_minor),
    )
    return [
        f"The {name} in Clio changed from {format_money(Money(before, old.currency))} "
        f"to {format_money(Money(after, new.currency))}"
        for name, before, after in amounts
        if before != after or old.currency != new.currency
    ]


def describe_address_change(old: str | None, new: str | None) -> str:
    """The sentence for a changed e-mail address."""
    if new is None:
        return f"The client's e-mail address {old} was removed"
    if old is None:
        return f"The client's e-mail address is now {new}"
    return f"The client's e-mail address changed from {old} to {new}"


def _day(day: date | None) -> str:
    return in_words(day) if day else "none"
