"""Lists: order, a page at a time, and the addresses of the pages beside it."""

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse

from invoice_tracker.sandbox.clio import fields
from invoice_tracker.sandbox.clio.access import Caller
from invoice_tracker.sandbox.clio.problems import JSON_TYPE, bad_request
from invoice_tracker.sandbox.clio.store import Account, Row

Key = Callable[[Account, Row], Any]
MOST = 200
BY_ID: dict[str, Key] = {"id": lambda _, row: row["id"]}


def page(
    request: Request,
    caller: Caller,
    noun: str,
    rows: Sequence[Row],
    *,
    orders: Mapping[str, Key] = BY_ID,
) -> JSONResponse:
    """One page of rows, with ``meta.paging`` while there is more on either side."""
    query = request.query_params
    limit = _limit(query.get("limit"))
    wanted = fields.parse(query.get("fields"), noun)
    ordered = _sort(caller.account, rows, query.get("order", "id(asc)"), orders)
    start = _start(query.get("page_token"), ordered)
    chosen = ordered[start : start + limit]
    body = {
        "data": [fields.show(caller.account, noun, row, wanted) for row in chosen],
        "meta": {"paging": _beside(request, ordered, start, limit), "records": len(ordered)},
    }
    return JSONResponse(body, media_type=JSON_TYPE)


def _sort(
    account: Account, rows: Sequence[Row], order: str, orders: Mapping[str, Key]
) -> list[Row]:
    name, _, way = order.removesuffix(")").partition("(")
    if name not in orders or way not in {"", "asc", "desc"}:
        raise bad_request(f"order {order} is not valid")
    key = orders[name]
    by_id = sorted(rows, key=lambda row: row["id"])
    return sorted(by_id, key=lambda row: _sortable(key(account, row)), reverse=way == "desc")


def _sortable(value: Any) -> tuple[bool, Any]:
    return (value is not None, value if value is not None else 0)


def _limit(text: str | None) -> int:
    if text is None:
        return MOST
    if not text.isdigit() or not 1 <= int(text) <= MOST:
        raise bad_request(f"limit must be between 1 and {MOST}")
    return int(text)


def _beside(request: Request, ordered: Sequence[Row], start: int, limit: int) -> dict[str, str]:
    beside = {}
    if start > 0:
        before = max(0, start - limit)
        after = ordered[before - 1]["id"] if before else 0
        beside["previous"] = _address(request, after)
    if start + limit < len(ordered):
        beside["next"] = _address(request, ordered[start + limit - 1]["id"])
    return beside


def _address(request: Request, after: int) -> str:
    token = base64.urlsafe_b64encode(json.dumps({"after": after}).encode()).decode()
    return str(request.url.include_query_params(page_token=token))


def _start(token: str | None, ordered: Sequence[Row]) -> int:
    """Behind the row that the token names, wherever it stands now."""
    if not token:
        return 0
    try:
        after = json.loads(base64.urlsafe_b64decode(token))["after"] + 0
    except (ValueError, KeyError, TypeError, binascii.Error) as error:
        raise bad_request("page_token is not valid") from error
    for position, row in enumerate(ordered):
        if row["id"] == after:
            return position + 1
    # The row has left the list meanwhile: go on behind where it stood in order of id.
    return next((i for i, row in enumerate(ordered) if row["id"] > after), len(ordered))
