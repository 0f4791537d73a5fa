"""Calls to Stripe, held against the SDK's own types: no key it does not know, no value of another
type, and nothing that it requires left out.
"""

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints
from unittest.mock import patch

import stripe
from stripe._stripe_service import StripeService
from typing_extensions import is_typeddict

import invoice_tracker.integrations.stripe as package

# Names that the SDK's modules import only for type checkers.
UNRESOLVED = {"StripeContext": str, "Mapping": Mapping}
OPTIONS = stripe.RequestOptions
NAMED = re.compile(r"\bv1\.((?:\w+\.)+\w+_async)\b")
"""Where the product's source names a method of the SDK."""
RAW: dict[str, Any] = {}
"""What the SDK has no asynchronous method for, by path."""


def misfits(value: Any, hint: Any, where: str = "") -> list[str]:
    """What is wrong with a value, in words; nothing where it is as the type says."""
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        found = [misfits(value, option, where) for option in get_args(hint)]
        return [] if [] in found else min(found, key=len)
    if is_typeddict(hint):
        return _misfits_of_dict(value, hint, where)
    if origin is list:
        if not isinstance(value, list):
            return [f"{where}: {value!r} is no list"]
        [kind] = get_args(hint)
        return [one for item in value for one in misfits(item, kind, f"{where}[]")]
    if origin is Literal:
        return [] if value in get_args(hint) else [f"{where}: {value!r} is none of its values"]
    if origin is not None:
        # Metadata and the like: whatever keys, and values of one kind.
        kind = get_args(hint)[-1]
        return [one for key, item in value.items() for one in misfits(item, kind, f"{where}.{key}")]
    fits = type(value) is hint or (hint is float and type(value) is int) or hint is Any
    return [] if fits else [f"{where}: {value!r} is no {hint}"]


def _misfits_of_dict(value: Any, kind: Any, where: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{where}: {value!r} is no {kind.__name__}"]
    hints = hints_of(kind)
    unknown = [f"{where}.{key} is not known" for key in value if key not in hints]
    missing = [f"{where}.{key} is missing" for key in kind.__required_keys__ - set(value)]
    inner = [
        found
        for key, item in value.items()
        if key in hints
        for found in misfits(item, hints[key], f"{where}.{key}")
    ]
    return unknown + missing + inner


@cache
def hints_of(kind: Any) -> dict[str, Any]:
    """The keys of a TypedDict with their types."""
    module = vars(sys.modules[kind.__module__])
    return get_type_hints(kind, module | UNRESOLVED)


def params_type(method: Callable[..., Any]) -> Any:
    """The TypedDict that a method of a service takes its parameters by."""
    module = sys.modules[method.__module__]
    name = str(method.__annotations__["params"])
    named = re.search(r"(\w+Params)\b", name)
    assert named, f"{method.__qualname__} takes no parameters by name"
    folder = module.__name__.rpartition(".")[0].replace("stripe", "stripe.params", 1)
    return getattr(sys.modules[folder], named[1])


@contextmanager
def held_against_the_sdk() -> Iterator[set[str]]:
    """Check each call while this lasts; the methods that were called, as ``Service.method``.

    Raises at the end too, in case the product has swallowed what was wrong with a call.
    """
    seen: set[str] = set()
    wrong: list[str] = []
    whole, raw = StripeService._request_async, stripe.StripeClient.raw_request_async

    def hold(name: str, params: Any, options: Any, kind: Any) -> None:
        seen.add(name)
        # In the SDK's older way these would stand among the parameters, and be sent.
        stray = [f".{key} is an option" for key in set(params or {}) & set(hints_of(OPTIONS))]
        found = stray + misfits(dict(params or {}), kind) + misfits(dict(options or {}), OPTIONS)
        wrong.extend(f"{name}: {one}" for one in found)
        assert not found, f"{name}: {found}"

    def request(self: StripeService, *args: Any, **more: Any) -> Any:
        name = sys._getframe(1).f_code.co_name
        method = getattr(type(self), name)
        hold(method.__qualname__, more["params"], more["options"], params_type(method))
        return whole(self, *args, **more)

    def raw_request(self: stripe.StripeClient, verb: str, url: str, **more: Any) -> Any:
        assert url in RAW, f"{url} is asked for without a type to hold it against"
        params = {key: value for key, value in more.items() if key != "base"}
        hold(f"{verb} {url}", params, None, RAW[url])
        return raw(self, verb, url, **more)

    with (
        patch.object(StripeService, "_request_async", request),
        patch.object(stripe.StripeClient, "raw_request_async", raw_request),
    ):
        yield seen
    assert not wrong, wrong


def named_in_the_product() -> set[str]:
    """Every method of the SDK that the product's source names, as ``Service.method``."""
    v1 = stripe.StripeClient("rk_test_none").v1
    return {_method_of(v1, path).__qualname__ for path in NAMED.findall(source())}


def source() -> str:
    """All that the product has written about Stripe."""
    return "\n".join(file.read_text() for file in Path(package.__path__[0]).rglob("*.py"))


def _method_of(v1: Any, path: str) -> Callable[..., Any]:
    *services, method = path.split(".")
    for service in services:
        v1 = getattr(v1, service)
    found: Callable[..., Any] = getattr(type(v1), method)
    return found
