"""Query parameters and bodies: each as the type Clio documents, else 400."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from fastapi import Request

from invoice_tracker.sandbox.clio.problems import bad_request
from invoice_tracker.sandbox.clio.store import Row

Test = Callable[[Row], bool]
Filter = Callable[[str], Test]
ALWAYS = {"fields", "limit", "page_token", "order", "ids[]"}


def day(text: str) -> date:
    """A calendar day."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise bad_request(f"{text} is not a date") from error


def moment(text: str) -> datetime:
    """An instant; a ``+`` that arrived as a space is forgiven."""
    try:
        found = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError as error:
        raise bad_request(f"{text} is not a date and time") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def number(text: str) -> int:
    """A whole number."""
    if not text.isascii() or not text.isdigit():
        raise bad_request(f"{text} is not a number")
    return int(text)


def truth(text: str) -> bool:
    """``true`` or ``false``."""
    if text not in {"true", "false"}:
        raise bad_request(f"{text} is neither true nor false")
    return text == "true"


def choice(text: str, allowed: Iterable[str]) -> str:
    """One of a list of words."""
    if text not in allowed:
        raise bad_request(f"{text} is not one of the values allowed")
    return text


def on_or_after(name: str) -> Filter:
    """Rows whose day ``name`` is that day or later."""

    def build(text: str) -> Test:
        first = day(text)
        return lambda row: bool(row.get(name)) and day(row[name]) >= first

    return build


def on_or_before(name: str) -> Filter:
    """Rows whose day ``name`` is that day or earlier."""

    def build(text: str) -> Test:
        last = day(text)
        return lambda row: bool(row.get(name)) and day(row[name]) <= last

    return build


def on(name: str) -> Filter:
    """Rows whose day ``name`` is that day."""

    def build(text: str) -> Test:
        wanted = day(text)
        return lambda row: bool(row.get(name)) and day(row[name]) == wanted

    return build


def since(name: str) -> Filter:
    """Rows whose instant ``name`` is that instant or later."""

    def build(text: str) -> Test:
        first = moment(text)
        return lambda row: datetime.fromisoformat(row[name]) >= first

    return build


def id_is(name: str) -> Filter:
    """Rows that point at this id."""

    def build(text: str) -> Test:
        wanted = number(text)
        return lambda row: row.get(name) == wanted

    return build


def word_is(name: str, allowed: Iterable[str]) -> Filter:
    """Rows that say this word, whatever its case."""
    words = set(allowed)

    def build(text: str) -> Test:
        wanted = choice(text, words).lower()
        return lambda row: str(row.get(name)).lower() == wanted

    return build


def contains(*names: str) -> Filter:
    """Rows with this text in one of their fields."""

    def build(text: str) -> Test:
        wanted = text.lower()
        return lambda row: any(wanted in str(row.get(name) or "").lower() for name in names)

    return build


def no_effect(text: str) -> Test:
    """A parameter that Clio documents and the sandbox has nothing to apply it to."""
    del text
    return lambda _: True


def ignored(names: str) -> dict[str, Filter]:
    """Several such parameters."""
    return dict.fromkeys(names.split(), no_effect)


COMMON: dict[str, Filter] = {
    "created_since": since("created_at"),
    "updated_since": since("updated_at"),
}


def choose(request: Request, rows: Iterable[Row], filters: Mapping[str, Filter]) -> list[Row]:
    """The rows that pass every parameter. Raises 400 on one that is unknown or wrong."""
    tests: list[Test] = []
    for name, value in request.query_params.multi_items():
        known = filters.get(name.partition("[")[0] + "[]" if "[" in name else name)
        if known is not None:
            tests.append(known(value))
        elif name not in ALWAYS:
            raise bad_request(f"{name} is not a valid parameter")
    ids = {number(text) for text in request.query_params.getlist("ids[]")}
    if ids:
        tests.append(lambda row: row["id"] in ids)
    return [row for row in rows if all(test(row) for test in tests)]


async def read_data(request: Request) -> dict[str, Any]:
    """The ``data`` of a JSON body. Raises 400."""
    try:
        body = json.loads(await request.body())
    except ValueError as error:
        raise bad_request("The body is not JSON") from error
    data = body.get("data") if isinstance(body, dict) else None
    if not isinstance(data, dict):
        raise bad_request("data is missing")
    return data
