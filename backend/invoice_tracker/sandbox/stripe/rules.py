"""Checks of request parameters, with the words and codes Stripe uses when they fail."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from invoice_tracker.sandbox.stripe.errors import bad_request

Rule = Callable[[str, Any], Any]


def integer(*, at_least: int | None = None, at_most: int | None = None) -> Rule:
    """A whole number, as text on the wire."""

    def check(param: str, raw: Any) -> int:
        if not isinstance(raw, str) or not re.fullmatch(r"-?\d+", raw):
            raise bad_request(
                f"Invalid integer: {raw}", param=param, code="parameter_invalid_integer"
            )
        number = int(raw)
        if at_least is not None and number < at_least:
            raise bad_request(
                f"This value must be greater than or equal to {at_least}.",
                param=param,
                code="parameter_invalid_integer",
            )
        if at_most is not None and number > at_most:
            raise bad_request(
                f"This value must be less than or equal to {at_most}.",
                param=param,
                code="parameter_invalid_integer",
            )
        return number

    return check


def text(*, at_most: int = 5000) -> Rule:
    """Non-empty text of limited length."""

    def check(param: str, raw: Any) -> str:
        if not isinstance(raw, str):
            raise bad_request(f"Invalid string: {raw}", param=param)
        if raw == "":
            raise bad_request(
                f"You passed an empty string for '{param}'. We assume empty values are an attempt "
                f"to unset a parameter; however '{param}' cannot be unset.",
                param=param,
                code="parameter_invalid_empty",
            )
        if len(raw) > at_most:
            raise bad_request(
                f"Invalid string: {raw[:20]}...; must be at most {at_most} characters", param=param
            )
        return raw

    return check


def choice(*allowed: str) -> Rule:
    """One of a few words."""

    def check(param: str, raw: Any) -> str:
        if raw not in allowed:
            raise bad_request(f"Invalid {param}: must be one of {', '.join(allowed)}", param=param)
        return str(raw)

    return check


def url(param: str, raw: Any) -> str:
    """An absolute http or https address."""
    if not isinstance(raw, str) or not re.match(r"https?://[^/\s]+", raw):
        raise bad_request("Not a valid URL", param=param, code="url_invalid")
    return raw


def email(param: str, raw: Any) -> str:
    """An address with one @ and a dot behind it."""
    if not isinstance(raw, str) or not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", raw):
        raise bad_request(f"Invalid email address: {raw}", param=param, code="email_invalid")
    return raw


def boolean(param: str, raw: Any) -> bool:
    """`true` or `false`."""
    if raw not in ("true", "false"):
        raise bad_request(f"Invalid boolean: {raw}", param=param)
    return bool(raw == "true")


def anything(param: str, raw: Any) -> Any:  # noqa: ARG001 - has the shape of every rule
    """Known to Stripe, of no effect here."""
    return raw


def metadata(param: str, raw: Any) -> dict[str, str]:
    """Up to 50 keys of 40 characters with values of 500."""
    if raw == "":
        return {}
    if not isinstance(raw, dict):
        raise bad_request("Invalid object", param=param)
    if len(raw) > 50:
        raise bad_request("You can specify up to 50 metadata keys.", param=param)
    for key, value in raw.items():
        if len(key) > 40 or not isinstance(value, str) or len(value) > 500:
            raise bad_request(
                "Metadata keys can be up to 40 characters and values up to 500 characters.",
                param=f"{param}[{key}]",
            )
    return dict(raw)


def listing(rule: Rule, *, at_most: int = 100) -> Rule:
    """A list whose items all keep one rule."""

    def check(param: str, raw: Any) -> list[Any]:
        if not isinstance(raw, list):
            raise bad_request("Invalid array", param=param)
        if len(raw) > at_most:
            raise bad_request(f"Array must have at most {at_most} items", param=param)
        return [rule(f"{param}[{place}]", item) for place, item in enumerate(raw)]

    return check


def mapping(rules: Mapping[str, Rule], *, required: tuple[str, ...] = ()) -> Rule:
    """A dict with known keys only."""

    def check(param: str, raw: Any) -> dict[str, Any]:
        if not isinstance(raw, dict):
            raise bad_request("Invalid object", param=param or None)
        for key in raw:
            if key not in rules:
                name = _inside(param, key)
                raise bad_request(
                    f"Received unknown parameter: {name}", param=name, code="parameter_unknown"
                )
        for key in required:
            if key not in raw:
                name = _inside(param, key)
                raise bad_request(
                    f"Missing required param: {name}.", param=name, code="parameter_missing"
                )
        return {key: rules[key](_inside(param, key), value) for key, value in raw.items()}

    return check


def _inside(param: str, key: str) -> str:
    return f"{param}[{key}]" if param else key
