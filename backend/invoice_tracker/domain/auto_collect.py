"""Rules that start collections by themselves: which rule an invoice fits, why, or why not."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

from invoice_tracker.domain.invoice_aging import days_overdue
from invoice_tracker.domain.money import Money, format_money
from invoice_tracker.domain.plain_dates import number_of_days


class Past(StrEnum):
    """Whether an invoice has had reminders."""

    none = "none"
    running = "running"
    ended = "ended"
    """Stopped by a person, done, or paid: only a person starts them again."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What a rule asks of an invoice. An empty set or a missing number asks for nothing.

    Amounts are minor units; with a ``currency`` only invoices in it fit. Names of attorneys and
    practice areas are compared whatever their case.
    """

    id: UUID
    name: str
    priority: int
    """Of several rules that fit, the lowest counts."""
    min_days_overdue: int | None = None
    """Negative: from so many days before the due day."""
    max_days_overdue: int | None = None
    min_balance_minor: int | None = None
    max_balance_minor: int | None = None
    currency: str | None = None
    client_ids: frozenset[UUID] = frozenset()
    matter_ids: frozenset[UUID] = frozenset()
    attorneys: frozenset[str] = frozenset()
    practice_areas: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class MatterFacts:
    """One of an invoice's matters."""

    id: UUID
    number: str
    attorney: str | None = None
    practice_area: str | None = None


@dataclass(frozen=True, slots=True)
class InvoiceForRules:
    """What rules look at. The balance is what is owed after payments Clio does not show yet."""

    id: UUID
    number: str
    due_on: date | None
    balance_minor: int
    currency: str
    client_id: UUID | None = None
    client_name: str | None = None
    matters: tuple[MatterFacts, ...] = ()
    past: Past = Past.none
    held: str | None = None
    """Why nothing is sent for it at present, without a full stop."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a rule fits an invoice, and a sentence: why it does, or the first reason why not."""

    fits: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Choice:
    """The rule that counts for an invoice; ``refusal`` says why it starts nothing by itself."""

    rule: Rule
    why: str
    refusal: str | None = None


RUNNING = "Reminders are already active."
ENDED = "Reminders have ended before: only a person starts them again."


@dataclass(slots=True)
class _Findings:
    """Parts of the sentence, and the first reason against."""

    told: list[str] = field(default_factory=list)
    against: str | None = None


def matches(rule: Rule, invoice: InvoiceForRules, today: date) -> Verdict:
    """Whether the rule fits the invoice on the firm's day ``today``."""
    findings = _Findings()
    for look in _LOOKS:
        look(rule, invoice, today, findings)
        if findings.against is not None:
            return Verdict(False, findings.against)
    told = ", ".join(findings.told)
    return Verdict(True, f"{told[0].upper()}{told[1:]}." if told else "The rule takes any invoice.")


def choose(
    rules: Iterable[Rule], invoice: InvoiceForRules, today: date, *, age_ceiling_days: int
) -> Choice | None:
    """The rule of the lowest priority that fits; nothing where none does.

    Only a choice without ``refusal`` may start anything. No rule starts what is running, what has
    ended, what is on hold, or what is more than ``age_ceiling_days`` overdue.
    """
    for rule in sorted(rules, key=lambda rule: (rule.priority, rule.id)):
        verdict = matches(rule, invoice, today)
        if verdict.fits:
            refusal = _left_to_a_person(invoice, today, age_ceiling_days)
            return Choice(rule, verdict.sentence, refusal)
    return None


def _left_to_a_person(invoice: InvoiceForRules, today: date, age_ceiling_days: int) -> str | None:
    if invoice.past is Past.running:
        return RUNNING
    if invoice.past is Past.ended:
        return ENDED
    if invoice.due_on is not None and days_overdue(invoice.due_on, today) > age_ceiling_days:
        ceiling = number_of_days(age_ceiling_days)
        return f"It is more than {ceiling} overdue: reminders never start that late."
    return f"On hold: {invoice.held}." if invoice.held else None


def _age(rule: Rule, invoice: InvoiceForRules, today: date, findings: _Findings) -> None:
    least, most = rule.min_days_overdue, rule.max_days_overdue
    if least is None and most is None:
        return
    if invoice.due_on is None:
        findings.against = "It has no due date, and the rule goes by the days overdue."
        return
    late = days_overdue(invoice.due_on, today)
    if least is not None and late < least:
        findings.against = f"It {_lateness(late)}; the rule begins {_from(least)}."
    elif most is not None and late > most:
        findings.against = f"It {_lateness(late)}; the rule ends {_from(most)}."
    findings.told.append(_lateness(late).removeprefix("is "))


def _lateness(late: int) -> str:
    if late > 0:
        return f"is {number_of_days(late)} overdue"
    return "is due today" if late == 0 else f"is due in {number_of_days(-late)}"


def _from(late: int) -> str:
    if late > 0:
        return f"{number_of_days(late)} after the due day"
    return "on the due day" if late == 0 else f"{number_of_days(-late)} before the due day"


def _amount(rule: Rule, invoice: InvoiceForRules, _: date, findings: _Findings) -> None:
    least, most = rule.min_balance_minor, rule.max_balance_minor
    if rule.currency is not None and invoice.currency != rule.currency:
        findings.against = f"It is in {invoice.currency}, and the rule is for {rule.currency}."
        return
    owed = _money(invoice.balance_minor, invoice)
    if least is not None and invoice.balance_minor < least:
        findings.against = f"{owed} is owed, less than {_money(least, invoice)}."
    elif most is not None and invoice.balance_minor > most:
        findings.against = f"{owed} is owed, more than {_money(most, invoice)}."
    if least is not None or most is not None:
        findings.told.append(f"{owed} owed")
    elif rule.currency is not None:
        findings.told.append(f"in {invoice.currency}")


def _money(amount_minor: int, invoice: InvoiceForRules) -> str:
    return format_money(Money(amount_minor, invoice.currency))


def _client(rule: Rule, invoice: InvoiceForRules, _: date, findings: _Findings) -> None:
    if not rule.client_ids:
        return
    if invoice.client_id not in rule.client_ids:
        findings.against = f"{invoice.client_name or 'Its client'} is not among the rule's clients."
    findings.told.append(f"client {invoice.client_name or 'chosen'}")


def _matter(rule: Rule, invoice: InvoiceForRules, _: date, findings: _Findings) -> None:
    if not rule.matter_ids:
        return
    found = [matter.number for matter in invoice.matters if matter.id in rule.matter_ids]
    if found:
        findings.told.append(f"matter {found[0]}")
    else:
        findings.against = "None of its matters is among the rule's matters."


def _attorney(rule: Rule, invoice: InvoiceForRules, _: date, findings: _Findings) -> None:
    names = [matter.attorney for matter in invoice.matters if matter.attorney]
    _named(rule.attorneys, names, "attorney", "no responsible attorney", findings)


def _area(rule: Rule, invoice: InvoiceForRules, _: date, findings: _Findings) -> None:
    names = [matter.practice_area for matter in invoice.matters if matter.practice_area]
    _named(rule.practice_areas, names, "practice area", "no practice area", findings)


def _named(
    wanted: frozenset[str], names: list[str], word: str, nothing: str, findings: _Findings
) -> None:
    if not wanted:
        return
    folded = {name.lower() for name in wanted}
    found = next((name for name in names if name.lower() in folded), None)
    if found is not None:
        findings.told.append(f"{word} {found}")
    elif names:
        findings.against = f"The {word} is {names[0]}, which the rule does not name."
    else:
        findings.against = f"It has {nothing}."


_LOOKS: tuple[Callable[[Rule, InvoiceForRules, date, _Findings], None], ...] = (
    _age,
    _amount,
    _client,
    _matter,
    _attorney,
    _area,
)
