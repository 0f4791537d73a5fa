"""What is round every answer: Clio's own time, the caller's rate, and faults asked for."""

import asyncio
from email.utils import format_datetime

from fastapi.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from invoice_tracker.sandbox.clio.faults import Fault
from invoice_tracker.sandbox.clio.problems import Problem, TokenRefused, rate_limited
from invoice_tracker.sandbox.clio.world import World

SPARED = ("/sandbox", "/do/")


class FaultyApi:
    """Passes requests on, or lets them go wrong. What runs the sandbox itself is spared."""

    def __init__(self, app: ASGIApp, world: World) -> None:
        self.app = app
        self.world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        dated = _dated(send, format_datetime(self.world.now(), usegmt=True), state)
        fault = None
        if not scope["path"].startswith(SPARED):
            fault = self.world.faults.take(f"{scope['path']}?{scope['query_string'].decode()}")
        if fault is None:
            await self.app(scope, receive, dated)
        else:
            await self._go_wrong(fault, scope, receive, dated, send)

    async def _go_wrong(
        self, fault: Fault, scope: Scope, receive: Receive, dated: Send, send: Send
    ) -> None:
        if fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
            await self.app(scope, receive, dated)
        elif fault.kind == "status":
            await _refuse(fault)(scope, receive, dated)
        elif fault.kind == "malformed":
            await Response("<html>oops", media_type="application/json")(scope, receive, dated)
        elif fault.kind == "truncate":
            await self.app(scope, receive, _half(dated))
        else:
            await _hang_up(send)


def _refuse(fault: Fault) -> JSONResponse:
    if fault.status == 401:
        return TokenRefused().answer()
    if fault.status == 429:
        return rate_limited(fault.retry_after).answer()
    return Problem(fault.status, "SandboxFault", f"{fault.status}, as asked for.").answer()


def _dated(send: Send, date: str, state: dict[str, dict[str, str]]) -> Send:
    async def with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            more = {"Date": date, **state.get("answer_headers", {})}
            added = [(name.lower().encode(), value.encode()) for name, value in more.items()]
            message["headers"] = [*message["headers"], *added]
        await send(message)

    return with_headers


def _half(send: Send) -> Send:
    """The first half of a body, as if it were all."""

    async def cut(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [h for h in message["headers"] if h[0] != b"content-length"]
        elif message["type"] == "http.response.body":
            body = message.get("body", b"")
            message = {**message, "body": body[: len(body) // 2]}
        await send(message)

    return cut


async def _hang_up(send: Send) -> None:
    """Promise a body and leave: the server closes the connection and the client has no answer."""
    headers = [(b"content-length", b"1")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
