"""The sandbox Clio as an ASGI application."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from email.utils import format_datetime

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from invoice_tracker.sandbox.clio import (
    admin_api,
    bills_api,
    bills_page,
    hooks_api,
    oauth,
    people_api,
)
from invoice_tracker.sandbox.clio.problems import NotFound, Problem, bad_request
from invoice_tracker.sandbox.clio.rates import Rates
from invoice_tracker.sandbox.clio.sample_data import fill
from invoice_tracker.sandbox.clio.store import Store
from invoice_tracker.sandbox.clio.webhooks import WebhookSender
from invoice_tracker.sandbox.clio.world import Clock, World
from invoice_tracker.sandbox.pages import add_style

PARTS = (oauth, bills_api, people_api, hooks_api, admin_api, bills_page)


def create_app(
    store: Store,
    clock: Clock,
    *,
    client_id: str = "sandbox-client",
    client_secret: str = "sandbox-secret",  # noqa: S107 - known to everybody
    rate_limit: int = 50,
) -> FastAPI:
    """The whole service. An empty store is filled with the sample data."""
    world = World(store, clock, client_id, client_secret, Rates(rate_limit), WebhookSender(store))
    if store.is_empty:
        fill(store, clock.now())
    app = FastAPI(title="Sandbox Clio", lifespan=_life, openapi_url=None)
    app.state.world = world
    for part in PARTS:
        app.include_router(part.router)
    add_style(app)
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(404, _on_unknown)
    app.add_middleware(FaultyApi, world=world)
    return app


@contextlib.asynccontextmanager
async def _life(app: FastAPI) -> AsyncIterator[None]:
    world: World = app.state.world
    saving = asyncio.create_task(world.store.keep_saving())
    yield
    saving.cancel()
    await asyncio.gather(saving, return_exceptions=True)
    await world.sender.close()
    world.store.save()


async def _on_problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return error.answer()


async def _on_invalid(_: Request, error: Exception) -> Response:
    return bad_request(str(error)[:200]).answer()


async def _on_unknown(_: Request, __: Exception) -> Response:
    return NotFound().answer()


class FaultyApi:
    """Puts Clio's own time into every answer, and applies the faults that were asked for."""

    def __init__(self, app: ASGIApp, world: World) -> None:
        self.app = app
        self.world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or let it go wrong."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        dated = _dated(send, format_datetime(self.world.now(), usegmt=True))
        fault = None
        if not scope["path"].startswith("/sandbox"):
            fault = self.world.faults.take(scope["path"])
        if fault is None:
            await self.app(scope, receive, dated)
        elif fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
            await self.app(scope, receive, dated)
        elif fault.kind == "status":
            await _refuse(fault.status)(scope, receive, dated)
        elif fault.kind == "malformed":
            await Response("<html>oops", media_type="application/json")(scope, receive, dated)
        elif fault.kind == "truncate":
            await self.app(scope, receive, _half(dated))
        else:
            await _hang_up(send)


def _refuse(status: int) -> JSONResponse:
    headers = {"Retry-After": "1"} if status == 429 else None
    problem = Problem(status, "SandboxFault", f"The sandbox answers {status} as asked.", headers)
    return problem.answer()


def _dated(send: Send, date: str) -> Send:
    async def with_date(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], (b"date", date.encode())]
        await send(message)

    return with_date


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
