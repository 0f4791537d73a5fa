"""The ``fields`` parameter: a comma list, one level of braces, anything unknown is an error."""

import re
from typing import Any

from invoice_tracker.sandbox.clio.problems import bad_request
from invoice_tracker.sandbox.clio.shapes import DEFAULTS, NESTED, NESTED_SHAPES, SHAPES, Field
from invoice_tracker.sandbox.clio.store import Account, Row

Wanted = dict[str, list[str] | None]
ENTRY = re.compile(r"(\w+)(?:\{([^{}]*)\})?(?:,|$)")
DEFAULT = ("id", "etag")


def parse(text: str | None, noun: str) -> Wanted:
    """Names asked for, each with the names in its braces. Raises 400 ``InvalidFields``."""
    if not text:
        return dict.fromkeys(DEFAULTS.get(noun, DEFAULT))
    wanted: Wanted = {}
    position = 0
    while position < len(text):
        found = ENTRY.match(text, position)
        if found is None or found.group(1) not in SHAPES[noun]:
            raise _invalid(text[position:])
        position = found.end()
        inner = found.group(2)
        wanted[found.group(1)] = inner.split(",") if inner is not None else None
    for name, names in wanted.items():
        _check_inner(name, names)
    return wanted


def _check_inner(name: str, names: list[str] | None) -> None:
    shape = _shape_of(name)
    for inner in names or ():
        if shape is None or inner not in shape:
            raise _invalid(f"{name}{{{inner}}}")


def _shape_of(name: str) -> dict[str, Field] | None:
    return SHAPES[NESTED[name]] if name in NESTED else NESTED_SHAPES.get(name)


def _invalid(what: str) -> Exception:
    return bad_request(f"Invalid fields: {what}", "InvalidFields")


def show(account: Account, noun: str, row: Row, wanted: Wanted) -> Row:
    """One row with the fields asked for."""
    shape = SHAPES[noun]
    return {
        name: _inner(account, name, shape[name](account, row), names)
        for name, names in wanted.items()
    }


def _inner(account: Account, name: str, value: Any, names: list[str] | None) -> Any:
    shape = _shape_of(name)
    if shape is None or value is None:
        return value
    chosen = names if names is not None else DEFAULTS.get(NESTED.get(name, ""), DEFAULT)
    if isinstance(value, list):
        return [{key: shape[key](account, item) for key in chosen} for item in value]
    return {key: shape[key](account, value) for key in chosen}
