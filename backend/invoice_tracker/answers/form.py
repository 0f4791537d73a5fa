"""What a browser sends from the page to answer, read with care."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from invoice_tracker.domain.client_answers import (
    Answer,
    AnswerField,
    AnswerKind,
    PaidBy,
    problems,
    tidy,
)

NO_DAY = "Please write the day as in 2026-03-31."
NO_INVOICE = "Please tick at least one invoice."


@dataclass(frozen=True, slots=True)
class Typed:
    """The fields as they were typed, to be shown again if something is wrong."""

    note: str = ""
    paid_on: str = ""
    paid_by: str = ""
    reference: str = ""
    promised_on: str = ""
    invoices: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Read:
    """The answer, or what is wrong with it, by the name of the field."""

    answer: Answer
    problems: dict[str, str] = field(default_factory=dict)


def as_kind(text: str) -> AnswerKind | None:
    """The answer of this name, if there is one."""
    return AnswerKind(text) if text in set(AnswerKind) else None


def read_form(kind: AnswerKind, typed: Typed, *, today: date) -> Read:
    """Only what belongs to the kind is read. ``today`` is the firm's day."""
    found: dict[str, str] = {}
    paid_on = promised_on = None
    if kind is AnswerKind.paid:
        paid_on = _day(AnswerField.paid_on, typed.paid_on, found)
    if kind is AnswerKind.promise:
        promised_on = _day(AnswerField.promised_on, typed.promised_on, found)
    is_paid = kind is AnswerKind.paid
    answer = Answer(
        kind=kind,
        note=tidy(typed.note),
        paid_on=paid_on,
        paid_by=PaidBy(typed.paid_by) if is_paid and typed.paid_by in set(PaidBy) else None,
        reference=tidy(typed.reference).replace("\n", " ") if is_paid else "",
        promised_on=promised_on,
    )
    # What could not be read is told before what it would mean.
    found = {name.value: words for name, words in problems(answer, today=today).items()} | found
    if not typed.invoices:
        found["invoice"] = NO_INVOICE
    return Read(answer, found)


def ticked(sent: Iterable[str], known: Iterable[UUID]) -> frozenset[UUID]:
    """Of the invoices that the link is about those that were ticked; anything else is ignored."""
    wanted = set(sent)
    return frozenset(each for each in known if str(each) in wanted)


def _day(name: AnswerField, text: str, found: dict[str, str]) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        found[name] = NO_DAY
        return None
