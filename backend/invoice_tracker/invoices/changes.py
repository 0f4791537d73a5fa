"""What changed about an invoice in Clio, as sentences for its timeline."""

from datetime import date

from invoice_tracker.domain.money import Money, format_money
from invoice_tracker.domain.plain_dates import in_words
from invoice_tracker.invoices.models import Client, ClioState, Invoice
from invoice_tracker.invoices.records import BillRecord

STATE_SENTENCES = {
    ClioState.draft: "The bill is a draft again in Clio",
    ClioState.awaiting_approval: "The bill awaits approval again in Clio",
    ClioState.awaiting_payment: "The bill awaits payment in Clio",
    ClioState.paid: "The bill is paid in Clio",
    ClioState.void: "The bill was voided in Clio",
    ClioState.deleted: "The bill was deleted in Clio",
}
_TRUST = "The bill is a request for trust money in Clio now: it is no longer collected here"


def describe_changes(old: Invoice, new: BillRecord) -> list[str]:
    """One sentence for each change that matters to people; nothing for what does not."""
    sentences = []
    if old.clio_state != new.state:
        sentences.append(_TRUST if new.is_trust else STATE_SENTENCES[new.state])
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


def describe_new_client(old: Client | None, new: Client) -> tuple[str, str]:
    """Sentence and detail for a bill that is another client's now: two contacts were merged, say.

    What staff set here for the old client is not carried over in silence.
    """
    goes_to = (
        f"Reminders go to {new.effective_email} now."
        if new.effective_email
        else f"There is no e-mail address for {new.name}, so reminders wait."
    )
    if old is None:
        return f"The bill's client in Clio is {new.name}", goes_to
    if old.email_override:
        goes_to += (
            f" The address {old.email_override}, set here for {old.name}, is not used for"
            f" {new.name}. If it is right for both, set it on the client's page."
        )
    return f"The bill's client in Clio changed from {old.name} to {new.name}", goes_to


def _day(day: date | None) -> str:
    return in_words(day) if day else "none"
