"""Texts of reminders with ``{{ variables }}``: no code in them, no holes in the mail."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from invoice_tracker.domain.plain_dates import MONTHS, in_words
from invoice_tracker.domain.reminder_facts import StepKind
from invoice_tracker.domain.text_variables import (
    VARIABLES,
    InvoiceLine,
    TextFacts,
    Variable,
    about_all,
    example_values,
    greeting_name,
    text_values,
)

__all__ = [
    "VARIABLES",
    "BodyFormat",
    "BrokenTemplate",
    "EmptyVariable",
    "InvoiceLine",
    "Level",
    "Problem",
    "TextFacts",
    "UnknownVariable",
    "Variable",
    "about_all",
    "example_values",
    "greeting_name",
    "lint",
    "parse",
    "render",
    "render_subject",
    "text_values",
]

_VARIABLE = re.compile(r"\{\{[ \t]*([A-Za-z_]\w*(?:\.\w+)*)[ \t]*\}\}")
_DOUBLE_BRACE = re.compile(r"\{\{|\}\}|\{%|%\}")
_SINGLE_BRACE = re.compile(r"(?<!\{)\{[ \t]*([a-z]\w*\.\w+)[ \t]*\}(?!\})")
_MAX_SUBJECT = 200
_MAX_BODY = 20_000


class BrokenTemplate(ValueError):
    """The braces of a text do not make variables."""


class UnknownVariable(ValueError):
    """A text uses a variable that has no value here."""


class EmptyVariable(ValueError):
    """A text uses a variable that must not be empty, and it is."""


class BodyFormat(StrEnum):
    """How a text is written: as plain paragraphs, or as simple HTML."""

    plain = "plain"
    rich = "rich"


class Level(StrEnum):
    """An error keeps a set from being saved; a warning does not."""

    error = "error"
    warning = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a text, in a sentence for the person who writes it."""

    level: Level
    message: str


def parse(text: str) -> frozenset[str]:
    """The names of the variables used, known or not. Raises ``BrokenTemplate``."""
    if _DOUBLE_BRACE.search(_VARIABLE.sub("", text)):
        raise BrokenTemplate("Braces must come in pairs around a variable: {{ client.name }}")
    return frozenset(_VARIABLE.findall(text))


def render(text: str, values: Mapping[str, str]) -> str:
    """The text with its variables filled in, once: a value is never read as a template.

    A line that uses an optional variable without a value is left out. Raises ``UnknownVariable``
    for a variable that ``values`` lacks, ``EmptyVariable`` for another one that is empty,
    ``BrokenTemplate`` for stray braces.
    """
    for name in sorted(parse(text)):
        if name not in values:
            raise UnknownVariable(f"{name} is not known")
        if not values[name].strip() and not _is_optional(name):
            raise EmptyVariable(f"{name} is empty")
    lines = [
        _VARIABLE.sub(lambda match: values[match.group(1)], line)
        for line in text.splitlines()
        if all(values[name].strip() for name in _VARIABLE.findall(line))
    ]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def render_subject(text: str, values: Mapping[str, str]) -> str:
    """Like ``render``, always one line. Raises ``EmptyVariable`` if nothing remains of it."""
    subject = " ".join(render(text, values).split())
    if not subject:
        raise EmptyVariable("the subject is empty")
    return subject


def lint(
    subject: str, body: str, *, kind: StepKind = StepKind.email, today: date | None = None
) -> list[Problem]:
    """What is wrong with a step's text, errors first; empty if nothing is.

    ``today`` (the firm's day) lets it find dates written out that have passed.
    """
    problems = _lint_syntax("subject", subject) + _lint_syntax("text", body)
    problems += _lint_shape(subject, body, kind)
    if not any(problem.level == Level.error for problem in problems):
        problems += _lint_content(subject, body, kind)
    if today is not None:
        problems += [
            _warning(f"The date {in_words(day)} has passed.")
            for day in _dates_in(f"{subject}\n{body}")
            if day < today
        ]
    return sorted(problems, key=lambda problem: problem.level == Level.warning)


def _is_optional(name: str) -> bool:
    return name in VARIABLES and VARIABLES[name].is_optional


def _error(message: str) -> Problem:
    return Problem(Level.error, message)


def _warning(message: str) -> Problem:
    return Problem(Level.warning, message)


def _lint_syntax(where: str, text: str) -> list[Problem]:
    try:
        names = parse(text)
    except BrokenTemplate:
        return [
            _error(
                f"The {where} has braces that do not fit together. Write a variable as"
                " {{ client.name }}."
            )
        ]
    problems = [
        _error(f"The {where} uses {{{{ {name} }}}}, which does not exist.")
        for name in sorted(names - VARIABLES.keys())
    ]
    problems += [
        _warning(f"{{{name}}} in the {where} needs two braces on each side to be a variable.")
        for name in _SINGLE_BRACE.findall(text)
    ]
    return problems


def _lint_shape(subject: str, body: str, kind: StepKind) -> list[Problem]:
    problems = []
    if kind == StepKind.email and not subject.strip():
        problems.append(_error("The subject is empty."))
    if not body.strip():
        problems.append(_error("The text is empty."))
    if "\n" in subject.strip() or "\r" in subject.strip():
        problems.append(_error("The subject must be a single line."))
    if len(subject) > _MAX_SUBJECT:
        problems.append(_error(f"The subject is longer than {_MAX_SUBJECT} characters."))
    if len(body) > _MAX_BODY:
        problems.append(_error(f"The text is longer than {_MAX_BODY:,} characters."))
    return problems


def _lint_content(subject: str, body: str, kind: StepKind) -> list[Problem]:
    in_subject, in_body = parse(subject), parse(body)
    problems = [
        _warning(
            f"{{{{ {name} }}}} in the subject can be read by anyone who sees the client's screen."
        )
        for name in sorted(in_subject)
        if name.startswith("matter.")
    ]
    if kind == StepKind.email:
        problems += _lint_mail(in_subject | in_body, in_body)
        if (
            all(_is_optional(name) for name in in_subject)
            and not _VARIABLE.sub("", subject).strip()
        ):
            problems.append(_error("The subject may come out empty."))
    if re.search(r"invoice\.days_overdue[ \t]*\}\}[ \t]+days?\b", f"{subject}\n{body}"):
        problems.append(
            _warning("{{ invoice.days_overdue }} already says “15 days”: leave out the word.")
        )
    return problems


_OF_ALL = frozenset({"invoices.table", "invoices.total_balance"})


def _lint_mail(everywhere: frozenset[str], in_body: frozenset[str]) -> list[Problem]:
    problems = []
    if "pay.link" not in in_body:
        problems.append(
            _warning("There is no {{ pay.link }}: the client cannot pay from the mail.")
        )
    if not in_body & {"invoice.balance", "invoice.total", *_OF_ALL}:
        problems.append(_warning("The text does not say the amount: {{ invoice.balance }}."))
    if not everywhere & {"invoice.number", "invoices.table"}:
        problems.append(_warning("The mail does not say which invoice: {{ invoice.number }}."))
    return problems


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
