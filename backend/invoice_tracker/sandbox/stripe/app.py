"""The sandbox Stripe as an ASGI application."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from invoice_tracker.sandbox.pages import add_style
from invoice_tracker.sandbox.stripe import (
    account_api,
    admin_api,
    admin_page,
    endpoints_api,
    lifecycle,
    pay_page,
    payments_api,
    sessions_api,
)
from invoice_tracker.sandbox.stripe.errors import StripeProblem
from invoice_tracker.sandbox.stripe.faults import Faults
from invoice_tracker.sandbox.stripe.store import Store
from invoice_tracker.sandbox.stripe.webhooks import WebhookSender
from invoice_tracker.sandbox.stripe.world import Clock, World

DAY = 86400


def create_app(
    store: Store,
    clock: Clock,
    *,
    public_url: str = "http://127.0.0.1:8420",
    settle_days: float | None = 4,
    sender: WebhookSender | None = None,
) -> FastAPI:
    """The whole service. `settle_days` None leaves bank debits to the admin page and API."""
    world = World(
        store, clock, sender or WebhookSender(store), Faults(), public_url.rstrip("/"), settle_days
    )
    app = FastAPI(title="Sandbox Stripe", lifespan=_life, openapi_url=None)
    app.state.world = world
    for part in (sessions_api, payments_api, account_api, endpoints_api):
        app.include_router(part.router)
    for page in (admin_api, pay_page, admin_page):
        app.include_router(page.router)
    add_style(app)
    app.add_exception_handler(404, _unknown_url)
    app.add_middleware(FaultyConnection, faults=world.faults)
    return app


@contextlib.asynccontextmanager
async def _life(app: FastAPI) -> AsyncIterator[None]:
    world: World = app.state.world
    world.sender.resume()
    tasks = [asyncio.create_task(world.store.keep_saving()), asyncio.create_task(_keep_time(world))]
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await world.sender.close()
    world.store.save()


async def _keep_time(world: World, pause: float = 0.5) -> None:
    while True:
        await asyncio.sleep(pause)
        pass_time(world)


def pass_time(world: World) -> None:
    """Do what the clock has made due: sessions expire, bank debits settle."""
    now = world.seconds()
    for book in world.store.books.values():
        for session in list(book.table("sessions").values()):
            if session["status"] == "open" and session["expires_at"] <= now:
                lifecycle.expire(world, book, session)
        if world.settle_days is None:
            continue
        for intent in list(book.table("intents").values()):
            charge = book.table("charges").get(intent["latest_charge"] or "")
            if intent["status"] != "processing" or charge is None:
                continue
            if charge["created"] + world.settle_days * DAY <= now:
                lifecycle.settle(world, book, intent)


async def _unknown_url(request: Request, _: Exception) -> JSONResponse:
    where = f"{request.method}: {request.url.path}"
    problem = StripeProblem(
        404,
        f"Unrecognized request URL ({where}). If you are trying to list objects, remove the "
        "trailing slash. If you are trying to retrieve an object, make sure you passed a valid "
        "(non-empty) identifier in your code.",
    )
    return JSONResponse(problem.body, 404)


class FaultyConnection:
    """Applies queued faults to API requests before anything else sees them."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self.app = app
        self.faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer an error, lose the connection, or pass the request on."""
        is_api = scope["type"] == "http" and scope["path"].startswith("/v1/")
        fault = self.faults.take(scope["path"]) if is_api else None
        if fault is None:
            await self.app(scope, receive, send)
        elif fault.kind == "status":
            await _refuse(fault.status)(scope, receive, send)
        else:
            if fault.kind == "drop_after":
                await self.app(scope, receive, _discard)
            await _hang_up(send)


def _refuse(status: int) -> JSONResponse:
    kind = "invalid_request_error" if status < 500 else "api_error"
    code = "rate_limit" if status == 429 else None
    problem = StripeProblem(status, f"The sandbox answers {status} as asked.", kind=kind, code=code)
    return JSONResponse(problem.body, status)


async def _discard(_: Message) -> None:
    return None


async def _hang_up(send: Send) -> None:
    """Promise a body and leave: the server closes the connection and the client gets no answer."""
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1")]}
    )
