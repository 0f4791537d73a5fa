"""Stripe's form encoding: `a[b][0][c]=x` and back into nested dicts and lists."""

import re
from typing import Any
from urllib.parse import parse_qsl

from invoice_tracker.sandbox.stripe.errors import bad_request

NAME = re.compile(r"^([^\[\]]+)((?:\[[^\[\]]*\])*)$")
PART = re.compile(r"\[([^\[\]]*)\]")
FREE_KEYS = "metadata"


def parse_form(encoded: str) -> dict[str, Any]:
    """Decode a query string or form body; every leaf stays text. Raises a 400 on a broken name."""
    root: dict[str, Any] = {}
    for name, value in parse_qsl(encoded, keep_blank_values=True):
        found = NAME.match(name)
        if found is None:
            raise bad_request(f"Invalid parameter name: {name}", param=name)
        _put(root, [found[1], *PART.findall(found[2])], value, name)
    return {key: _lists(key, value) for key, value in root.items()}


def _put(root: dict[str, Any], path: list[str], value: str, name: str) -> None:
    here = root
    for part in path[:-1]:
        here = here.setdefault(_key(here, part), {})
        if not isinstance(here, dict):
            raise bad_request(f"Invalid parameter: {name}", param=name)
    if isinstance(here.get(path[-1]), dict):
        raise bad_request(f"Invalid parameter: {name}", param=name)
    here[_key(here, path[-1])] = value


def _key(here: dict[str, Any], part: str) -> str:
    return part or str(len(here))


def _lists(name: str, value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if name != FREE_KEYS and value and all(key.isdigit() for key in value):
        return [_lists("", value[key]) for key in sorted(value, key=int)]
    return {key: _lists(key, item) for key, item in value.items()}
