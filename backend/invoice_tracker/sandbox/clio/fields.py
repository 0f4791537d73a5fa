"""The ``fields`` parameter: a comma list, one level of braces, anything unknown is an error."""

import re
from collections.abc import Iterable
from typing import Any

from invoice_tracker.sandbox.clio.problems import bad_request
from invoice_tracker.sandbox.clio.shape import Nested
from invoice_tracker.sandbox.clio.shapes import DEFAULTS, SHAPES
from invoice_tracker.sandbox.clio.store import Account, Row

Wanted = dict[str, tuple[str, ...] | None]
NAMES = r"\w+(?:,\w+)*"
ENTRY = re.compile(rf"(\w+)(?:\{{({NAMES})\}})?")
LIST = re.compile(rf"{ENTRY.pattern}(?:,{ENTRY.pattern})*")
DEFAULT = ("id", "etag")


def parse(text: str | None, noun: str) -> Wanted:
    """Names asked for, each with the names in its braces. Raises 400 ``InvalidFields``."""
    if not text:
        return dict.fromkeys(DEFAULTS.get(noun, DEFAULT))
    if not LIST.fullmatch(text):
        raise _invalid(text)
    wanted: Wanted = {}
    for name, inner in ENTRY.findall(text):
        wanted[name] = tuple(inner.split(",")) if inner else None
        _check(noun, name, wanted[name] or ())
    return wanted


def _check(noun: str, name: str, inner: Iterable[str]) -> None:
    field = SHAPES[noun].get(name)
    if field is None:
        raise _invalid(name)
    for each in inner:
        if not isinstance(field, Nested):
            raise _invalid(f"{name}{{{each}}}")
        if field.noun is not None and each not in SHAPES[field.noun]:
            raise _invalid(f"{name}{{{each}}}")


def _invalid(what: str) -> Exception:
    return bad_request(f"Invalid fields: {what}", "InvalidFields")


def show(account: Account, noun: str, row: Row, wanted: Wanted) -> Row:
    """One row with the fields asked for; what is nested deeper shows its defaults."""
    return {name: _value(account, noun, row, name, inner) for name, inner in wanted.items()}


def _value(account: Account, noun: str, row: Row, name: str, inner: tuple[str, ...] | None) -> Any:
    field = SHAPES[noun][name]
    if not isinstance(field, Nested):
        return field(account, row)
    value = field.find(account, row)
    if field.noun is None or value is None:
        return value
    wanted = dict.fromkeys(inner or DEFAULTS.get(field.noun, DEFAULT))
    if isinstance(value, list):
        return [show(account, field.noun, item, wanted) for item in value]
    return show(account, field.noun, value, wanted)
