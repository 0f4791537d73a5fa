"""One resource: its version in the headers, 304 for whoever has it, 412 for who is late."""

from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from invoice_tracker.sandbox.clio import fields
from invoice_tracker.sandbox.clio.access import Caller
from invoice_tracker.sandbox.clio.problems import JSON_TYPE, changed_meanwhile
from invoice_tracker.sandbox.clio.store import Row


def single(request: Request, caller: Caller, noun: str, row: Row, status: int = 200) -> Response:
    """The row with ``ETag`` and ``Last-Modified``; 304 when the caller has it already."""
    wanted = fields.parse(request.query_params.get("fields"), noun)
    changed = datetime.fromisoformat(row["updated_at"]).astimezone(UTC).replace(microsecond=0)
    headers = {"ETag": row["etag"], "Last-Modified": format_datetime(changed, usegmt=True)}
    if request.method == "GET" and _is_known(request, row, changed):
        return Response(status_code=304, headers=headers)
    shown = fields.show(caller.account, noun, row, wanted)
    return JSONResponse({"data": shown}, status, headers=headers, media_type=JSON_TYPE)


def _is_known(request: Request, row: Row, changed: datetime) -> bool:
    etags = request.headers.get("if-none-match")
    if etags is not None:
        return _names(etags, row)
    since = request.headers.get("if-modified-since")
    try:
        return since is not None and changed <= parsedate_to_datetime(since)
    except (ValueError, TypeError):
        return False


def _names(etags: str, row: Row) -> bool:
    named = {etag.strip().removeprefix("W/") for etag in etags.split(",")}
    return "*" in named or row["etag"] in named


def require_latest(request: Request, row: Row) -> None:
    """Raises 412 when ``If-Match`` names another version."""
    etags = request.headers.get("if-match")
    if etags is not None and not _names(etags, row):
        raise changed_meanwhile()
