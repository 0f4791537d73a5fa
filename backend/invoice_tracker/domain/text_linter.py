"""What is wrong with a step's text, found before it is saved, and how to mend it."""

import re
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from enum import StrEnum

from invoice_tracker.domain.plain_dates import MONTHS, in_words
from invoice_tracker.domain.reminder_facts import StepKind
from invoice_tracker.domain.reminder_text import (
    ONLY_IN_THANKS,
    VARIABLE,
    VARIABLES,
    BrokenTemplate,
    is_optional,
    parse,
)

_SINGLE_BRACE = re.compile(r"(?<!\{)\{[ \t]*([a-z]\w*\.\w+)[ \t]*\}(?!\})")
_PARAGRAPHS = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_ONLY_TABLE = re.compile(r"\s*\{\{[ \t]*invoices\.table[ \t]*\}\}\s*")
_DAYS_TWICE = re.compile(r"invoice\.days_overdue[ \t]*\}\}[ \t]+days?\b")
_THREAT = re.compile(
    r"\b(legal action|lawsuits?|credit bureaus?|collections? agency|take you to court)\b", re.I
)
_ADDRESSES = ("pay.link", "answer.links")
_OF_ALL = frozenset({"invoices.table", "invoices.total_balance"})
_MAX_SUBJECT = 200
_MAX_BODY = 20_000
_EARLY_DAYS = 30
_SHOUTED_LETTERS = 6
"""A word of fewer capital letters is an abbreviation."""


class Level(StrEnum):
    """An error keeps a set from being saved; a warning does not."""

    error = "error"
    warning = "warning"


class Field(StrEnum):
    """Where a problem is."""

    subject = "subject"
    body = "body"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a text, and how to mend it, for the person who writes it."""

    level: Level
    message: str
    field: Field


def lint(
    subject: str,
    body: str,
    *,
    kind: StepKind = StepKind.email,
    today: date | None = None,
    days_overdue: int | None = None,
    asks_to_pay: bool = True,
) -> list[Problem]:
    """What is wrong with a step's text, errors first; empty if nothing is.

    ``body`` is what its reader sees: of a rich text without its tags. ``today`` (the firm's day)
    lets it find dates written out that have passed. ``days_overdue`` is how late the invoice is
    when the step comes, where that can be said: a threat is out of place early. A text that does
    not ``asks_to_pay`` needs neither link nor amount.
    """
    problems = _lint_syntax(Field.subject, subject) + _lint_syntax(Field.body, body)
    problems += _lint_shape(subject, body, kind)
    if asks_to_pay:
        problems += _lint_payment(Field.subject, subject) + _lint_payment(Field.body, body)
    if not any(problem.level == Level.error for problem in problems):
        problems += _lint_content(subject, body, kind, asks_to_pay=asks_to_pay)
    is_early = kind == StepKind.email and days_overdue is not None and days_overdue < _EARLY_DAYS
    for field, text in ((Field.subject, subject), (Field.body, body)):
        problems += _lint_words(field, text, is_early=is_early)
        problems += _lint_dates(field, text, today)
    return sorted(problems, key=lambda problem: problem.level == Level.warning)


def _error(field: Field, message: str) -> Problem:
    return Problem(Level.error, message, field)


def _warning(field: Field, message: str) -> Problem:
    return Problem(Level.warning, message, field)


def _name(field: Field) -> str:
    return "subject" if field == Field.subject else "text"


def _lint_syntax(field: Field, text: str) -> list[Problem]:
    try:
        names = parse(text)
    except BrokenTemplate:
        message = (
            f"The {_name(field)} has braces that do not fit together. Write a variable as"
            " {{ client.name }}."
        )
        return [_error(field, message)]
    problems = [
        _error(
            field,
            f"The {_name(field)} uses {{{{ {name} }}}}, which does not exist. {_instead(name)}",
        )
        for name in sorted(names - VARIABLES.keys())
    ]
    problems += [
        _warning(
            field,
            f"{{{name}}} in the {_name(field)} needs two braces on each side: {{{{ {name} }}}}.",
        )
        for name in dict.fromkeys(_SINGLE_BRACE.findall(text))
    ]
    return problems


def _lint_payment(field: Field, text: str) -> list[Problem]:
    """In a reminder nothing has been paid just now."""
    return [
        _error(field, f"{{{{ {name} }}}} is only known in the thank-you mail. Take it out.")
        for name in sorted(ONLY_IN_THANKS & set(VARIABLE.findall(text)))
    ]


def _instead(name: str) -> str:
    near = get_close_matches(name, VARIABLES, n=1, cutoff=0.75)
    if near:
        return f"Did you mean {{{{ {near[0]} }}}}?"
    return "Choose one from “Insert a variable”."


def _lint_shape(subject: str, body: str, kind: StepKind) -> list[Problem]:
    problems = []
    if kind == StepKind.email and not subject.strip():
        problems.append(_error(Field.subject, "The subject is empty. Say what the mail is about."))
    if not body.strip():
        problems.append(_error(Field.body, "The text is empty. Write what the client should read."))
    if "\n" in subject.strip() or "\r" in subject.strip():
        problems.append(_error(Field.subject, "The subject must be a single line."))
    if len(subject) > _MAX_SUBJECT:
        message = f"The subject is longer than {_MAX_SUBJECT} characters. Please shorten it."
        problems.append(_error(Field.subject, message))
    if len(body) > _MAX_BODY:
        message = f"The text is longer than {_MAX_BODY:,} characters. Please shorten it."
        problems.append(_error(Field.body, message))
    return problems


def _lint_content(subject: str, body: str, kind: StepKind, *, asks_to_pay: bool) -> list[Problem]:
    in_subject, in_body = parse(subject), parse(body)
    problems = [
        _warning(
            Field.subject,
            f"{{{{ {name} }}}} in the subject can be read by anyone who sees the client's screen."
            " Better leave it to the text.",
        )
        for name in sorted(in_subject)
        if name.startswith("matter.")
    ]
    problems += [
        _warning(
            Field.subject,
            f"{{{{ {name} }}}} is a long address, and no link in a subject. Put it into the text.",
        )
        for name in _ADDRESSES
        if name in in_subject
    ]
    if kind == StepKind.email:
        problems += _lint_mail(subject, in_subject | in_body, in_body, asks_to_pay)
        problems += _lint_table(in_subject, body)
    problems += [
        _warning(field, "{{ invoice.days_overdue }} already says “15 days”: leave out the word.")
        for field, text in ((Field.subject, subject), (Field.body, body))
        if _DAYS_TWICE.search(text)
    ]
    return problems


def _lint_mail(
    subject: str, everywhere: frozenset[str], in_body: frozenset[str], asks_to_pay: bool
) -> list[Problem]:
    problems = []
    if all(is_optional(name) for name in parse(subject)) and not VARIABLE.sub("", subject).strip():
        message = "The subject may come out empty. Add a word to it, or {{ invoice.number }}."
        problems.append(_error(Field.subject, message))
    if not asks_to_pay:
        return problems
    if "pay.link" not in in_body:
        message = "The client cannot pay from the mail. Put {{ pay.link }} on a line of its own."
        problems.append(_warning(Field.body, message))
    if not in_body & {"invoice.balance", "invoice.total", *_OF_ALL}:
        message = "The text does not say the amount. Add {{ invoice.balance }}."
        problems.append(_warning(Field.body, message))
    if not everywhere & {"invoice.number", "invoices.names", "invoices.table"}:
        message = "The mail does not say which invoice it is about. Add {{ invoice.number }}."
        problems.append(_warning(Field.body, message))
    return problems


def _lint_table(in_subject: frozenset[str], body: str) -> list[Problem]:
    problems = []
    if "invoices.table" in in_subject:
        message = "A table does not fit into a subject. Use {{ invoice.number }} there."
        problems.append(_warning(Field.subject, message))
    for paragraph in _PARAGRAPHS.split(body):
        if "invoices.table" in parse(paragraph) and not _ONLY_TABLE.fullmatch(paragraph):
            message = (
                "{{ invoices.table }} inside a sentence is no table. Put it into a paragraph of"
                " its own."
            )
            return [*problems, _warning(Field.body, message)]
    return problems


def _lint_words(field: Field, text: str, *, is_early: bool) -> list[Problem]:
    problems = []
    letters = [character for character in VARIABLE.sub("", text) if character.isalpha()]
    if (
        field == Field.subject
        and len(letters) >= _SHOUTED_LETTERS
        and all(letter.isupper() for letter in letters)
    ):
        message = "A subject in capitals only looks like spam. Write it in normal letters."
        problems.append(_warning(field, message))
    if is_early:
        threats = dict.fromkeys(found.lower() for found in _THREAT.findall(text))
        problems += [
            _warning(
                field,
                f"“{threat}” is a threat, and this mail comes early. Keep it for one that goes 30"
                " days after the due date or later.",
            )
            for threat in threats
        ]
    return problems


def _lint_dates(field: Field, text: str, today: date | None) -> list[Problem]:
    if today is None:
        return []
    mend = "Use a variable such as {{ invoice.due_on }}."
    return [
        _warning(field, f"The date {in_words(day)} has passed. {mend}")
        for day in _dates_in(text)
        if day < today
    ]


_MONTH = "|".join(f"{name[:3]}(?:{name[3:]})?" for name in MONTHS)
_DATES = (
    re.compile(r"\b(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})\b"),
    re.compile(r"\b(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4})\b"),
    re.compile(rf"\b(?P<m>{_MONTH})\.? (?P<d>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<y>\d{{4}})\b", re.I),
    re.compile(rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)? (?P<m>{_MONTH})\.? (?P<y>\d{{4}})\b", re.I),
)
_SHORT_MONTHS = [name[:3].lower() for name in MONTHS]


def _dates_in(text: str) -> list[date]:
    """Dates written out in a text, in the usual ways; impossible ones are ignored."""
    found = []
    for pattern in _DATES:
        for match in pattern.finditer(text):
            month = match["m"]
            number = int(month) if month.isdecimal() else _SHORT_MONTHS.index(month[:3].lower()) + 1
            try:
                found.append(date(int(match["y"]), number, int(match["d"])))
            except ValueError:
                continue
    return found
