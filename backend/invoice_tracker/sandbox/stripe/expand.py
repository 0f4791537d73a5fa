"""`expand[]`: ids replaced by the objects they name, on a copy."""

import copy
from typing import Any

from invoice_tracker.sandbox.stripe.errors import bad_request
from invoice_tracker.sandbox.stripe.store import Book, Obj


def expanded(book: Book, item: Obj, paths: list[str]) -> Obj:
    """The object as it goes out, each path such as `payment_intent.latest_charge` filled in."""
    answer = copy.deepcopy(item)
    for path in paths:
        _expand(book, answer, path.split("."), path)
    return answer


def _expand(book: Book, item: Any, path: list[str], whole: str) -> None:
    if not isinstance(item, dict):
        return
    name, rest = path[0], path[1:]
    if name == "data" and item.get("object") == "list":
        for entry in item["data"]:
            _expand(book, entry, rest, whole)
        return
    if name in ("line_items", "refunds") and name not in item:
        item[name] = _contents(book, item, name)
    elif name not in item:
        raise bad_request(f"This property cannot be expanded ({whole}).", param="expand")
    elif isinstance(item[name], str):
        item[name] = copy.deepcopy(_named(book, item[name], whole))
    if rest:
        _expand(book, item[name], rest, whole)


def _named(book: Book, object_id: str, whole: str) -> Obj | str:
    found = book.find(object_id)
    if found is None and object_id.split("_")[0] not in ("pm", "cus"):
        raise bad_request(f"This property cannot be expanded ({whole}).", param="expand")
    return object_id if found is None else found


def _contents(book: Book, item: Obj, name: str) -> Obj:
    if name == "line_items" and item.get("object") == "checkout.session":
        lines = book.table("line_items")[item["id"]]["lines"]
        return whole_list(lines, f"/v1/checkout/sessions/{item['id']}/line_items")
    if name == "refunds" and item.get("object") == "charge":
        made = [r for r in book.table("refunds").values() if r["charge"] == item["id"]]
        return whole_list(made[::-1], f"/v1/charges/{item['id']}/refunds")
    raise bad_request(f"This property cannot be expanded ({name}).", param="expand")


def whole_list(items: list[Obj], url: str) -> Obj:
    """A list object that holds all there is."""
    return {"object": "list", "data": copy.deepcopy(items), "has_more": False, "url": url}
