"""The application: API, public pages and the built web page, in one process."""

import asyncio
import signal
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from types import FrameType

from fastapi import FastAPI, Request, Response
from fastapi.middleware.gzip import GZipMiddleware
from sqlalchemy import text

from invoice_tracker.api import include_routers
from invoice_tracker.core.deps import Adapters, AdaptersDep
from invoice_tracker.core.errors import install_error_handlers
from invoice_tracker.core.logging import configure_logging
from invoice_tracker.core.schemas import Output
from invoice_tracker.core.web import serve_single_page_app
from invoice_tracker.events.hub import Hub
from invoice_tracker.settings import Environment, Settings, get_settings
from invoice_tracker.wiring import build_adapters

DESCRIPTION = """
Reads a law firm's approved bills from Clio, reminds its clients by e-mail, takes payment through
Stripe, and shows the bill as paid in both places.

Errors are RFC 9457 problem documents with a stable `code`. Money is whole minor units and an
ISO 4217 code. Instants are UTC; calendar days are dates in the firm's time zone. Lists are keyset
pages.
"""

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
}


async def _add_security_headers(
    request: Request, call_next: Callable[[Request], Awaitable[Response]]
) -> Response:
    response = await call_next(request)
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    return response


@asynccontextmanager
async def _connected(settings: Settings, adapters: Adapters | None) -> AsyncGenerator[Adapters]:
    if adapters is not None:
        yield adapters
        return
    configure_logging(
        level=settings.log_level, as_json=settings.environment is Environment.production
    )
    async with build_adapters(settings) as built:
        yield built


@contextmanager
def _when_told_to_stop(do: Callable[[], None]) -> Generator[None]:
    """Calls ``do`` at the signal to stop. The server then waits for open answers before it ends
    the lifespan, and a stream of events would keep it waiting for ever."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    former = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def stop(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(do)
        handler = former[signal.Signals(number)]
        if callable(handler):
            handler(number, frame)

    for number in former:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def create_app(adapters: Adapters | None = None, settings: Settings | None = None) -> FastAPI:
    """The whole application. Without ``adapters`` they are built from the settings at start."""
    settings = settings or get_settings()
    hub = Hub()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        async with _connected(settings, adapters) as app.state.adapters:
            try:
                with _when_told_to_stop(hub.refuse):
                    yield
            finally:
                await hub.close()

    app = FastAPI(
        title="Invoice Tracker",
        version="1",
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url="/api/docs",
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )
    app.state.hub = hub
    app.middleware("http")(_add_security_headers)
    app.add_middleware(GZipMiddleware, minimum_size=1024)
    install_error_handlers(app)
    include_routers(app)
    _add_health(app)
    if settings.web_dist is not None:
        serve_single_page_app(app, settings.web_dist)
    return app


class Readiness(Output):
    """The process is ready. The instant is the product's clock, in UTC."""

    status: str = "ok"
    worker_seen_at: datetime | None


def _add_health(app: FastAPI) -> None:
    @app.get("/healthz", operation_id="health_get", tags=["health"])
    async def healthz() -> dict[str, str]:
        """The process answers."""
        return {"status": "ok"}

    @app.get("/readyz", operation_id="readiness_get", tags=["health"])
    async def readyz(adapters: AdaptersDep) -> Readiness:
        """The process and its database answer; and when the worker was last seen at work."""
        async with adapters.database.transaction() as session:
            await session.execute(text("SELECT 1"))
        return Readiness(worker_seen_at=await adapters.pulse.last())
