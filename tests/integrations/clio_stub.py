"""A very small Clio on a real port, whose every answer a test can spoil.

The faithful stand-in is the sandbox's. This one exists for answers that no faithful one gives.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

Answer = Callable[[Request], Response]
EXPIRED = {"error": "invalid_token", "error_description": "The access token is expired"}
MISSING = {"error": {"type": "UnauthorizedError", "message": "User is not authorized"}}


def a_bill(clio_id: int, **fields: Any) -> dict[str, Any]:
    """An approved bill of 1,200.00 as Clio writes it."""
    return {
        "id": clio_id,
        "etag": f'"{clio_id}-1"',
        "number": str(clio_id),
        "state": "awaiting_payment",
        "kind": "revenue_kind",
        "subject": None,
        "issued_at": "2026-02-01",
        "due_at": "2026-03-01",
        "updated_at": "2026-03-01T12:00:00Z",
        "total": 1200.0,
        "balance": 1200.0,
        "paid": 0.0,
        "pending": 0.0,
        "available_state_transitions": ["awaiting_approval", "paid", "void"],
        "client": {
            "id": 7,
            "name": "Ada Okafor",
            "first_name": "Ada",
            "type": "Person",
            "primary_email_address": "ada@example.org",
        },
        "matters": [{"id": 9, "display_number": "00009-Okafor", "description": "Lease"}],
        "currency": {"id": 1, "code": "USD"},
        **fields,
    }


def broken(status: int, body: object = None, **headers: str) -> Answer:
    """An error answer."""
    return lambda _: JSONResponse(body, status_code=status, headers=headers)


def raw(text: str) -> Answer:
    """A good status with this for a body."""
    return lambda _: Response(text, media_type="application/json")


def half(_: Request) -> Response:
    """The connection breaks in the middle of the body."""

    async def body() -> AsyncIterator[bytes]:
        yield b'{"data":[{"id":1,'

    return StreamingResponse(body(), headers={"Content-Length": "5000"})


class ClioStub:
    """State of the small Clio; tests write to it and read what was asked."""

    def __init__(self) -> None:
        self.url = ""
        self.bills: dict[int, dict[str, Any]] = {}
        self.contacts: list[dict[str, Any]] = []
        self.matters: list[dict[str, Any]] = []
        self.users: list[dict[str, Any]] = []
        self.previews: dict[int, str] = {}
        self.account_id = 77
        self.account_name = "Hale & Moreno"
        self.tokens = {"access-1"}
        self.token_answers: list[Answer] = []
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.headers: list[dict[str, str]] = []
        self.forms: list[dict[str, str]] = []
        self.faults: dict[int, Answer] = {}
        """Number of the API request (from 0, counted from now) → the answer it gets instead."""
        self.before: Callable[[Request], Any] | None = None
        self.page_size = 200
        self.now: datetime | None = None
        self.pay = "allow"
        self.hidden: set[int] = set()
        """Bills that exist but that lists leave out."""

    @property
    def listings(self) -> list[dict[str, str]]:
        """Parameters of the lists of bills that were asked for."""
        return [params for _, path, params in self.asked if path.endswith("/bills.json")]

    def fail(self, answer: Answer, *, after: int = 0, times: int = 1) -> None:
        """Spoil the API requests that come after the next ``after`` ones."""
        done = len([path for _, path, _ in self.asked if path.startswith("/api/")])
        self.faults.update({done + after + turn: answer for turn in range(times)})

    async def _api(self, request: Request) -> Response:
        turn = len([path for _, path, _ in self.asked if path.startswith("/api/")])
        self.asked.append((request.method, request.url.path, dict(request.query_params)))
        self.headers.append(dict(request.headers))
        if self.before is not None:
            await self.before(request)
        if turn in self.faults:
            return self.faults[turn](request)
        if request.headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            return JSONResponse(EXPIRED, status_code=401)
        return await self._route(request)

    async def _route(self, request: Request) -> Response:
        path = request.url.path.removeprefix("/api/v4/")
        if path == "bills.json":
            return self._list(request, self._matching(request))
        if path in {"contacts.json", "matters.json", "users.json"}:
            ids = {int(value) for value in request.query_params.getlist("ids[]")}
            rows: list[dict[str, Any]] = getattr(self, path.removesuffix(".json"))
            return self._list(request, [row for row in rows if not ids or row["id"] in ids])
        if path == "outstanding_client_balances.json":
            return self._list(request, [])
        if path == "users/who_am_i.json":
            account = {"id": self.account_id, "name": self.account_name}
            return self._json({"data": {"id": 5, "name": "Dana Hale", "account": account}})
        if path.endswith("/preview.json"):
            return HTMLResponse(self.previews[int(path.split("/")[1])])
        bill = self.bills.get(int(path.removeprefix("bills/").removesuffix(".json")))
        if bill is None:
            return JSONResponse({"error": {"type": "NotFound", "message": "no"}}, status_code=404)
        if request.method == "PATCH":
            return await self._patch(request, bill)
        return self._json({"data": bill})

    def _matching(self, request: Request) -> list[dict[str, Any]]:
        params = request.query_params
        ids = {int(value) for value in params.getlist("ids[]")}
        since = params.get("updated_since", "")
        return [
            bill
            for _, bill in sorted(self.bills.items())
            if (not ids or bill["id"] in ids)
            and bill["id"] not in self.hidden
            and params.get("state", bill["state"]) == bill["state"]
            and (bill["updated_at"] or "9") >= since
        ]

    def _list(self, request: Request, items: list[dict[str, Any]]) -> Response:
        start = int(request.query_params.get("page_token", 0))
        page, paging = items[start : start + self.page_size], {}
        if start + self.page_size < len(items):
            following = request.url.include_query_params(page_token=start + self.page_size)
            paging["next"] = str(following)
        return self._json({"data": page, "meta": {"paging": paging, "records": len(items)}})

    async def _patch(self, request: Request, bill: dict[str, Any]) -> Response:
        if request.headers["if-match"] != bill["etag"]:
            return JSONResponse({"error": {"type": "x", "message": "changed"}}, status_code=412)
        if self.pay in {"403", "422"}:
            body = {"error": {"type": "x", "message": "Not possible"}}
            return JSONResponse(body, status_code=int(self.pay))
        bill.update(json.loads(await request.body())["data"])
        bill["etag"] += "+"
        if self.pay == "allow":
            bill.update(paid=bill["total"], balance=0.0)
        return self._json({"data": bill})

    async def _token(self, request: Request) -> Response:
        form = {key: str(value) for key, value in (await request.form()).items()}
        self.asked.append(("POST", request.url.path, {}))
        self.forms.append(form)
        if self.token_answers:
            return self.token_answers.pop(0)(request)
        token = f"access-{len(self.forms) + 1}"
        self.tokens = {token}
        answer = {"token_type": "bearer", "access_token": token, "expires_in": 2592000}
        if form["grant_type"] == "authorization_code":
            answer["refresh_token"] = "refresh-1"
        return JSONResponse(answer)

    async def _deauthorize(self, request: Request) -> Response:
        form = {key: str(value) for key, value in (await request.form()).items()}
        self.asked.append(("POST", request.url.path, form))
        self.tokens.clear()
        return JSONResponse({})

    def _json(self, body: object) -> Response:
        date = format_datetime(self.now or datetime.now(UTC), usegmt=True)
        # Escaped, as half a character could not be sent otherwise.
        return Response(json.dumps(body), media_type="application/json", headers={"Date": date})

    def app(self) -> Starlette:
        """The routes."""
        return Starlette(
            routes=[
                Route("/oauth/token", self._token, methods=["POST"]),
                Route("/oauth/deauthorize", self._deauthorize, methods=["POST"]),
                Route("/api/v4/{path:path}", self._api, methods=["GET", "PATCH"]),
            ]
        )


@asynccontextmanager
async def running_stub() -> AsyncIterator[ClioStub]:
    """The small Clio, listening on a free port until the end."""
    stub = ClioStub()
    config = uvicorn.Config(
        stub.app(), host="127.0.0.1", port=0, log_config=None, date_header=False, lifespan="off"
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn sets no event
        await asyncio.sleep(0.01)
    stub.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield stub
    finally:
        server.should_exit = True
        await task
