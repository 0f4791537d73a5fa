"""A Clio with as many bills as wanted, made up page by page: it remembers nothing.

Run as a process of its own, so that its memory is not counted as the product's.
"""

import json
import sys
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

PAGE = 200
BILLS_A_CLIENT = 5


def a_client(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "name": f"Client {number}",
        "type": "Company",
        "primary_email_address": f"client{number}@example.org",
    }


def a_bill(number: int) -> dict[str, Any]:
    client = number // BILLS_A_CLIENT + 1
    return {
        "id": number,
        "etag": f'"{number}"',
        "number": str(number),
        "state": "awaiting_payment",
        "kind": "revenue_kind",
        "issued_at": "2026-01-05",
        "due_at": "2026-02-04",
        "updated_at": "2026-01-05T10:00:00Z",
        "total": 1200.5,
        "paid": 0.0,
        "balance": 1200.5,
        "pending": 0.0,
        "client": a_client(client),
        "matters": [{"id": client, "display_number": f"{client:05}", "description": "Advice"}],
        "currency": {"id": 1, "code": "USD"},
        "user": {"id": 5},
    }


def make_app(bills: int) -> Starlette:
    def listed(request: Request) -> Response:
        path = request.path_params["noun"]
        ids = [int(value) for value in request.query_params.getlist("ids[]")]
        if path == "contacts" and ids:
            return _json([a_client(number) for number in ids], None, len(ids))
        # Nothing has changed, and nothing is paid: only the open bills are there.
        if path != "bills" or request.query_params.get("state") != "awaiting_payment":
            return _json([], None, 0)
        after = int(request.query_params.get("page_token", 0))
        last = min(bills, after + PAGE)
        following = request.url.include_query_params(page_token=last) if last < bills else None
        return _json([a_bill(n) for n in range(after + 1, last + 1)], following, bills)

    return Starlette(routes=[Route("/api/v4/{noun}.json", listed)])


def _json(data: list[Any], following: object, records: int) -> Response:
    paging = {"next": str(following)} if following else {}
    body = {"data": data, "meta": {"paging": paging, "records": records}}
    return Response(json.dumps(body), media_type="application/json")


if __name__ == "__main__":
    uvicorn.run(make_app(int(sys.argv[2])), port=int(sys.argv[1]), log_level="warning")
