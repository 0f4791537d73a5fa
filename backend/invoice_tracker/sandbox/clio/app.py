"""The sandbox Clio as an ASGI application."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response

from invoice_tracker.sandbox.clio import (
    admin_api,
    admin_bills_api,
    admin_people_api,
    bills_api,
    bills_page,
    contacts_api,
    hooks_api,
    matters_api,
    money_api,
    oauth,
    office_api,
    trouble_page,
)
from invoice_tracker.sandbox.clio.faulty import FaultyApi
from invoice_tracker.sandbox.clio.problems import NotFound, Problem, bad_request
from invoice_tracker.sandbox.clio.rates import Rates
from invoice_tracker.sandbox.clio.sample_data import fill
from invoice_tracker.sandbox.clio.store import Store
from invoice_tracker.sandbox.clio.webhooks import WebhookSender
from invoice_tracker.sandbox.clio.world import Clock, World
from invoice_tracker.sandbox.pages import add_style

API = (oauth, bills_api, contacts_api, matters_api, money_api, office_api, hooks_api)
OURS = (admin_bills_api, admin_people_api, admin_api, bills_page, trouble_page)


def create_app(
    store: Store,
    clock: Clock,
    *,
    client_id: str = "sandbox-client",
    client_secret: str = "sandbox-secret",  # noqa: S107 - known to everybody
    redirect_uris: Sequence[str] = (),
    rate_limit: int = 50,
    sender: WebhookSender | None = None,
) -> FastAPI:
    """The whole service. An empty store is filled with the sample data.

    ``rate_limit`` is requests a minute for each token, 0 for no limit. Without ``redirect_uris``
    any address may be sent back to.
    """
    world = World(
        store,
        clock,
        client_id,
        client_secret,
        tuple(redirect_uris),
        Rates(rate_limit),
        sender or WebhookSender(store),
    )
    if store.is_empty:
        fill(store, clock.now())
    app = FastAPI(title="Sandbox Clio", lifespan=_life, openapi_url=None)
    app.state.world = world
    for part in (*API, *OURS):
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
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    if first["loc"][0] == "path":
        return NotFound().answer()
    where = ".".join(str(part) for part in first["loc"])
    return bad_request(f"{where}: {first['msg']}").answer()


async def _on_unknown(_: Request, __: Exception) -> Response:
    return NotFound().answer()
