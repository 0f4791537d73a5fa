"""Lists: order, a page at a time, and the address of the next page."""

import base64
import json
from collections.abc import Callable, Sequence
from typing import Annotated, Any

from fastapi import Query, Request
from fastapi.responses import JSONResponse, Response

from invoice_tracker.sandbox.clio import fields
from invoice_tracker.sandbox.clio.access import Caller
from invoice_tracker.sandbox.clio.problems import bad_request
from invoice_tracker.sandbox.clio.store import Row

Limit = Annotated[int, Query()]
MOST = 200


def page(
    request: Request,
    response: Response,
    caller: Caller,
    noun: str,
    rows: Sequence[Row],
    *,
    sort: Callable[[Row], Any] = lambda row: row["id"],
    descending: bool = False,
) -> JSONResponse:
    """One page of rows, with ``meta.paging.next`` while there is more."""
    query = request.query_params
    limit = _limit(query.get("limit"))
    wanted = fields.parse(query.get("fields"), noun)
    ordered = sorted(rows, key=lambda row: row["id"])
    ordered = sorted(ordered, key=lambda row: _sortable(sort(row)), reverse=descending)
    start = _start(query.get("page_token"), ordered)
    chosen = ordered[start : start + limit]
    paging: dict[str, str] = {}
    if start + limit < len(ordered):
        paging["next"] = str(request.url.include_query_params(page_token=_token(chosen[-1])))
    body = {
        "data": [fields.show(caller.account, noun, row, wanted) for row in chosen],
        "meta": {"paging": paging, "records": len(ordered)},
    }
    return JSONResponse(body, headers=dict(response.headers))


def _sortable(value: Any) -> tuple[bool, Any]:
    return (value is not None, value if value is not None else 0)


def _limit(text: str | None) -> int:
    if text is None:
        return MOST
    if not text.isdigit() or not 1 <= int(text) <= MOST:
        raise bad_request(f"limit must be between 1 and {MOST}")
    return int(text)


def _token(row: Row) -> str:
    return base64.urlsafe_b64encode(json.dumps({"after": row["id"]}).encode()).decode()


def _start(token: str | None, ordered: Sequence[Row]) -> int:
    if not token:
        return 0
    try:
        after = json.loads(base64.urlsafe_b64decode(token))["after"]
    except (ValueError, KeyError, TypeError) as error:
        raise bad_request("page_token is not valid") from error
    for position, row in enumerate(ordered):
        if row["id"] == after:
            return position + 1
    # The row has left the list meanwhile: go on behind where it stood in order of id.
    return next((i for i, row in enumerate(ordered) if row["id"] > after), len(ordered))


def single(
    request: Request, response: Response, caller: Caller, noun: str, row: Row, status: int = 200
) -> Response:
    """One row with its ETag; 304 when the caller has it already."""
    headers = dict(response.headers) | {"ETag": row["etag"]}
    if request.method == "GET" and request.headers.get("if-none-match") == row["etag"]:
        return Response(status_code=304, headers=headers)
    wanted = fields.parse(request.query_params.get("fields"), noun)
    shown = fields.show(caller.account, noun, row, wanted)
    headers.pop("content-length", None)
    return JSONResponse({"data": shown}, status, headers=headers)
