"""Lists: newest first, paged by id, filtered by time and by a few fields."""

from collections.abc import Callable
from typing import Any

from invoice_tracker.sandbox.stripe.errors import bad_request
from invoice_tracker.sandbox.stripe.rules import Rule, anything, integer, mapping, text
from invoice_tracker.sandbox.stripe.store import Book, Obj

Test = Callable[[Obj], bool]
BOUNDS: dict[str, Callable[[int, int], bool]] = {
    "gt": lambda value, limit: value > limit,
    "gte": lambda value, limit: value >= limit,
    "lt": lambda value, limit: value < limit,
    "lte": lambda value, limit: value <= limit,
}
PAGING: dict[str, Rule] = {
    "limit": integer(at_least=1, at_most=100),
    "starting_after": text(),
    "ending_before": text(),
    "created": anything,
    "expand": anything,
}


def listed(
    book: Book,
    table: str,
    params: Obj,
    *,
    url: str,
    filters: tuple[str, ...] = (),
    created: bool = True,
) -> Obj:
    """One page of a table. `filters` are fields that a query may ask to equal a value."""
    rules = PAGING | {name: text() for name in filters}
    if not created:
        rules = {name: rule for name, rule in rules.items() if name != "created"}
    checked = mapping(rules)("", params)
    tests = _tests(checked, filters)
    items = [i for i in reversed(book.table(table).values()) if all(test(i) for test in tests)]
    return page(items, checked, url=url)


def page(items: list[Obj], checked: Obj, *, url: str) -> Obj:
    """Cut one page out of items that are already filtered and newest first."""
    limit = checked.get("limit", 10)
    if "ending_before" in checked:
        end = _place(items, checked["ending_before"], "ending_before")
        start = max(end - limit, 0)
        return _list(items[start:end], more=start > 0, url=url)
    start = 0
    if "starting_after" in checked:
        start = _place(items, checked["starting_after"], "starting_after") + 1
    return _list(items[start : start + limit], more=len(items) > start + limit, url=url)


def created_test(raw: Any) -> Test:
    """`created=…` or `created[gte]=…`, in Unix seconds."""
    if isinstance(raw, str):
        wanted = integer()("created", raw)
        return lambda item: bool(item["created"] == wanted)
    bounds = mapping(dict.fromkeys(BOUNDS, integer()))("created", raw)
    return lambda item: all(BOUNDS[name](item["created"], limit) for name, limit in bounds.items())


def _tests(checked: Obj, filters: tuple[str, ...]) -> list[Test]:
    tests: list[Test] = [
        lambda item, name=name: item.get(name) == checked[name]  # type: ignore[misc]
        for name in filters
        if name in checked
    ]
    if "created" in checked:
        tests.append(created_test(checked["created"]))
    return tests


def _place(items: list[Obj], object_id: str, param: str) -> int:
    for place, item in enumerate(items):
        if item["id"] == object_id:
            return place
    raise bad_request(f"No such object: '{object_id}'", param=param, code="resource_missing")


def _list(items: list[Obj], *, more: bool, url: str) -> Obj:
    return {"object": "list", "data": items, "has_more": more, "url": url}
