"""The application: API, public pages and the built web page, in one process."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from fastapi import FastAPI, Request, Response
from fastapi.middleware.gzip import GZipMiddleware
from sqlalchemy import text

from invoice_tracker.api import include_routers
from invoice_tracker.core.deps import Adapters, AdaptersDep
from invoice_tracker.core.errors import install_error_handlers
from invoice_tracker.core.logging import configure_logging
from invoice_tracker.core.schemas import Output
from invoice_tracker.core.web import serve_single_page_app
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


def create_app(adapters: Adapters | None = None, settings: Settings | None = None) -> FastAPI:
    """The whole application. Without ``adapters`` they are built from the settings at start."""
    settings = settings or get_settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        if adapters is not None:
            app.state.adapters = adapters
            yield
            return
        configure_logging(
            level=settings.log_level, as_json=settings.environment is Environment.production
        )
        async with build_adapters(settings) as built:
            app.state.adapters = built
            yield

    app = FastAPI(
        title="Invoice Tracker",
        version="1",
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url="/api/docs",
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )
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
