"""The variables a reminder's text may use, and their values for one invoice or several.

For several invoices in one mail a variable of the invoice tells about all of them: its number lists
them, its amounts are the sums. Its days are those of the oldest, and say so where the others
differ: “March 2, 2026 or later”, “up to 15 days”.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from invoice_tracker.domain.invoice_aging import days_overdue
from invoice_tracker.domain.money import Money, format_money, total
from invoice_tracker.domain.plain_dates import in_words, number_of_days


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable. A line that uses an empty optional one is left out of the mail."""

    name: str
    meaning: str
    example: str
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One invoice of a mail, for its table. Amounts of one mail have one currency."""

    number: str
    issued_on: date | None
    due_on: date | None
    total: Money
    paid: Money
    balance: Money


@dataclass(frozen=True, slots=True)
class TextFacts:
    """What a reminder's text is filled from; ``today`` is the firm's day on which it leaves.

    ``lines`` are the invoices of a mail about several, the oldest first; for one it may be empty.
    """

    client_name: str
    client_first_name: str | None
    is_company: bool
    invoice_number: str
    issued_on: date | None
    due_on: date | None
    today: date
    total: Money
    paid: Money
    balance: Money
    matter_number: str | None
    pay_link: str | None
    firm_name: str
    firm_phone: str
    firm_address: str
    sender_name: str
    signature: str
    lines: tuple[InvoiceLine, ...] = ()
    promised_on: date | None = None
    payment: Money | None = None
    paid_on: date | None = None
    """Of a mail of thanks: what came in, and when. The balance is what remains."""
    answer_link: str | None = None
    """Where the client can answer without logging in."""

    @property
    def invoices(self) -> tuple[InvoiceLine, ...]:
        """All invoices of the mail, the oldest first."""
        return self.lines or (
            InvoiceLine(
                self.invoice_number,
                self.issued_on,
                self.due_on,
                self.total,
                self.paid,
                self.balance,
            ),
        )


def about_all(facts: TextFacts, lines: tuple[InvoiceLine, ...]) -> TextFacts:
    """The facts of the oldest invoice made into those of a mail about all of them.

    Raises ``ValueError`` for amounts in several currencies, or none.
    """
    return replace(
        facts,
        lines=lines,
        invoice_number=listed([line.number for line in lines]),
        total=total(line.total for line in lines),
        paid=total(line.paid for line in lines),
        balance=total(line.balance for line in lines),
        matter_number=facts.matter_number if len(lines) == 1 else None,
    )


MOST_LISTED = 4
"""Names in a sentence; more are counted."""


def listed(names: Sequence[str]) -> str:
    """``1042, 1043 and 1051``; of many ``1042, 1043, 1051 and 9 more``."""
    if len(names) < 2:
        return "".join(names)
    shown, last = names[:-1], names[-1]
    if len(names) > MOST_LISTED:
        shown = names[: MOST_LISTED - 1]
        last = f"{len(names) - len(shown)} more"
    return f"{', '.join(shown)} and {last}"


_ALL = (
    Variable(
        "client.first_name",
        "The client's first name; the full name for a company or where there is none",
        "Maria",
    ),
    Variable("client.name", "The client's full name", "Maria Lopez"),
    Variable("invoice.number", "The invoice's number", "1042"),
    Variable("invoice.issued_on", "The day the invoice was issued", "January 31, 2026"),
    Variable("invoice.due_on", "The day the invoice is due", "March 2, 2026"),
    Variable("invoice.days_overdue", "How long it has been overdue, with the word", "15 days"),
    Variable("invoice.total", "The invoice's total", "$1,500.00"),
    Variable("invoice.paid", "What has been paid so far", "$265.50"),
    Variable("invoice.balance", "What is still to be paid", "$1,234.50"),
    Variable(
        "invoices.table",
        "A table of the invoices with their due days and balances; alone in its paragraph",
        "1042, due March 2, 2026: $1,234.50",
    ),
    Variable(
        "invoices.names",
        "“invoice 1042”, or “invoices 1042 and 1043” in a mail about several",
        "invoice 1042",
    ),
    Variable("invoices.total_balance", "What is still to be paid of all of them", "$1,234.50"),
    Variable("invoices.count", "How many invoices the mail is about, with the word", "1 invoice"),
    Variable("promise.date", "The day of the client's promise to pay", "March 6, 2026", True),
    Variable("payment.amount", "What the client has just paid", "$265.50", True),
    Variable("payment.date", "The day of that payment", "March 17, 2026", True),
    Variable(
        "payment.remaining",
        "What is still open after it; nothing if all is paid",
        "$1,234.50",
        True,
    ),
    Variable("matter.number", "The matter's number, never its description", "00012-Lopez", True),
    Variable(
        "pay.link",
        "The address of the payment page; alone in its paragraph it becomes a button",
        "https://pay.example.com/pay/3f9c",
        True,
    ),
    Variable(
        "answer.links",
        "The address where the client can answer: paid, will pay, disputes, needs a plan; alone in"
        " its paragraph it becomes a sentence with a link",
        "https://pay.example.com/answer/8d21",
        True,
    ),
    Variable("firm.name", "Your firm's name", "Example Law"),
    Variable("firm.phone", "Your firm's telephone number", "(212) 555-0100", True),
    Variable("firm.address", "Your firm's address", "1 Main Street, New York, NY 10001", True),
    Variable("sender.name", "The name your mail comes from", "Example Law Billing"),
    Variable("signature", "The signature set under Settings", "Example Law Billing"),
)

ONLY_IN_THANKS = frozenset({"payment.amount", "payment.date", "payment.remaining"})
"""Variables without a value in a reminder."""

VARIABLES: dict[str, Variable] = {variable.name: variable for variable in _ALL}


def text_values(facts: TextFacts, locale: str = "en_US") -> dict[str, str]:
    """A value for every variable, as it appears in the mail; empty where there is none."""
    return {
        "client.first_name": greeting_name(facts),
        "client.name": facts.client_name,
        "invoice.number": facts.invoice_number,
        "invoice.issued_on": _first([line.issued_on for line in facts.invoices]),
        "invoice.due_on": _first([line.due_on for line in facts.invoices]),
        "invoice.days_overdue": _late(facts),
        "invoice.total": format_money(facts.total, locale),
        "invoice.paid": format_money(facts.paid, locale),
        "invoice.balance": format_money(facts.balance, locale),
        "invoices.table": _as_lines(facts, locale),
        "invoices.names": f"{_noun(len(facts.invoices))} {facts.invoice_number}",
        "invoices.total_balance": format_money(facts.balance, locale),
        "invoices.count": _count(len(facts.invoices)),
        "promise.date": in_words(facts.promised_on) if facts.promised_on else "",
        "payment.amount": format_money(facts.payment, locale) if facts.payment else "",
        "payment.date": in_words(facts.paid_on) if facts.paid_on else "",
        "payment.remaining": _remaining(facts, locale),
        "matter.number": facts.matter_number or "",
        "pay.link": facts.pay_link or "",
        "answer.links": facts.answer_link or "",
        "firm.name": facts.firm_name,
        "firm.phone": facts.firm_phone,
        "firm.address": facts.firm_address,
        "sender.name": facts.sender_name or facts.firm_name,
        "signature": facts.signature.strip() or facts.sender_name or facts.firm_name,
    }


def _as_lines(facts: TextFacts, locale: str) -> str:
    lines = []
    for line in facts.invoices:
        due = f", due {in_words(line.due_on)}" if line.due_on else ""
        lines.append(f"{line.number}{due}: {format_money(line.balance, locale)}")
    if len(lines) > 1:
        lines.append(f"Total: {format_money(facts.balance, locale)}")
    return "\n".join(lines)


def _remaining(facts: TextFacts, locale: str) -> str:
    if facts.payment is None or facts.balance.amount_minor <= 0:
        return ""
    return format_money(facts.balance, locale)


def _first(days: Sequence[date | None]) -> str:
    known = sorted({day for day in days if day is not None})
    if not known:
        return ""
    is_only = len(known) == 1 and None not in days
    return in_words(known[0]) if is_only else f"{in_words(known[0])} or later"


def _late(facts: TextFacts) -> str:
    late = {
        max(0, days_overdue(line.due_on, facts.today)) if line.due_on else 0
        for line in facts.invoices
    }
    words = number_of_days(max(late))
    return words if len(late) == 1 else f"up to {words}"


def _count(number: int) -> str:
    return f"{number} {_noun(number)}"


def _noun(number: int) -> str:
    return "invoice" if number == 1 else "invoices"


def greeting_name(facts: TextFacts) -> str:
    """How to greet the client: by first name, or by the full name of a company."""
    if facts.is_company or not (facts.client_first_name or "").strip():
        return facts.client_name
    return (facts.client_first_name or "").strip()


def example_values() -> dict[str, str]:
    """The examples of all variables, for a preview without an invoice."""
    return {variable.name: variable.example for variable in _ALL}
