"""Texts of reminders with ``{{ variables }}``: no code in them, no holes in the mail."""

import re
from collections.abc import Mapping
from enum import StrEnum

from invoice_tracker.domain.text_variables import (
    ONLY_IN_THANKS,
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
    "ONLY_IN_THANKS",
    "VARIABLES",
    "BodyFormat",
    "BrokenTemplate",
    "EmptyVariable",
    "InvoiceLine",
    "TextFacts",
    "UnknownVariable",
    "Variable",
    "about_all",
    "example_values",
    "fill_line",
    "greeting_name",
    "is_optional",
    "parse",
    "render",
    "render_subject",
    "text_values",
]

VARIABLE = re.compile(r"\{\{[ \t]*([A-Za-z_]\w*(?:\.\w+)*)[ \t]*\}\}")
_TAG = re.compile(r"<[^>]*>")
_DOUBLE_BRACE = re.compile(r"\{\{|\}\}|\{%|%\}")


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


def parse(text: str) -> frozenset[str]:
    """The names of the variables used, known or not. Raises ``BrokenTemplate``."""
    if _DOUBLE_BRACE.search(VARIABLE.sub("", text)):
        raise BrokenTemplate("Braces must come in pairs around a variable: {{ client.name }}")
    return frozenset(VARIABLE.findall(text))


def render(text: str, values: Mapping[str, str]) -> str:
    """The text with its variables filled in, once: a value is never read as a template.

    A line that uses an optional variable without a value is left out. Raises ``UnknownVariable``
    for a variable that ``values`` lacks, ``EmptyVariable`` for another one that is empty,
    ``BrokenTemplate`` for stray braces.
    """
    for name in sorted(parse(text)):
        if name not in values:
            raise UnknownVariable(f"{name} is not known")
        if not values[name].strip() and not is_optional(name):
            raise EmptyVariable(f"{name} is empty")
    lines = [
        fill_line(line, values)
        for line in text.splitlines()
        if all(values[name].strip() for name in VARIABLE.findall(line))
    ]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def fill_line(line: str, values: Mapping[str, str]) -> str:
    """A line with its variables filled in. “invoice 1042” gets its capital at a sentence's start.

    ``values`` has every variable that the line uses; a tag of HTML before one does not count.
    """

    def put(match: re.Match[str]) -> str:
        name, value = match.group(1), values[match.group(1)]
        before = _TAG.sub("", line[: match.start()]).rstrip()
        starts = name == "invoices.names" and (not before or before[-1] in ".!?")
        return value[:1].upper() + value[1:] if starts else value

    return VARIABLE.sub(put, line)


def render_subject(text: str, values: Mapping[str, str]) -> str:
    """Like ``render``, always one line. Raises ``EmptyVariable`` if nothing remains of it."""
    subject = " ".join(render(text, values).split())
    if not subject:
        raise EmptyVariable("the subject is empty")
    return subject


def is_optional(name: str) -> bool:
    """Whether a line that uses this variable is left out where it is empty."""
    return name in VARIABLES and VARIABLES[name].is_optional
