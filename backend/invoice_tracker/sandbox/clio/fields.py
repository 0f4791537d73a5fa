"""The `fields` parameter: a comma list with one level of braces."""

import re

from invoice_tracker.sandbox.clio.errors import invalid_fields
from invoice_tracker.sandbox.clio.kinds import KINDS

Selection = dict[str, "Selection | None"]
"""Field → None for a plain one, or what is selected of an association."""

_TOKEN = re.compile(r"\s*([A-Za-z_][\w.]*|[{},])")


def default_fields(kind: str) -> Selection:
    """What is answered when nothing is asked for."""
    return {name: None for name in KINDS[kind].defaults}


def parse_fields(kind: str, text: str | None) -> Selection:
    """What `id,etag,client{id,name}` selects. Raises 400 `InvalidFields`."""
    if not text or not text.strip():
        return default_fields(kind)
    tokens = _tokens(text)
    found = _list(kind, tokens, depth=0)
    if tokens:
        raise invalid_fields(f"The fields parameter cannot be read near '{tokens[0]}'.")
    return found


def _tokens(text: str) -> list[str]:
    tokens, at = [], 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise invalid_fields(f"The fields parameter cannot be read at '{text[at : at + 10]}'.")
        tokens.append(match.group(1))
        at = match.end()
    return tokens


def _list(kind: str, tokens: list[str], *, depth: int) -> Selection:
    found: Selection = {}
    while True:
        name = tokens.pop(0) if tokens else ""
        found[name] = _one(kind, name, tokens, depth=depth)
        if not tokens or tokens[0] != ",":
            return found
        tokens.pop(0)


def _one(kind: str, name: str, tokens: list[str], *, depth: int) -> Selection | None:
    nested = bool(tokens) and tokens[0] == "{"
    leads_to = KINDS[kind].links.get(name)
    if leads_to is None:
        if name not in KINDS[kind].plain or nested:
            raise invalid_fields(f"{name} is not a valid field, or has no fields of its own.")
        return None
    if not nested:
        return {"id": None} if leads_to == "balance" else default_fields(leads_to)
    if depth > 0:
        raise invalid_fields(f"Fields of {name} can be nested only one level deep.")
    tokens.pop(0)
    inner = _list(leads_to, tokens, depth=depth + 1)
    if not tokens or tokens.pop(0) != "}":
        raise invalid_fields(f"The braces after {name} are not closed.")
    return inner
