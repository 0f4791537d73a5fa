"""The mailbox as one ASGI application, with its SMTP server in the same loop."""

import contextlib
from collections.abc import AsyncIterator

from fastapi import FastAPI

from invoice_tracker.sandbox.mailbox import api, page
from invoice_tracker.sandbox.mailbox.faults import Faults
from invoice_tracker.sandbox.mailbox.smtp import Clock, Handler, start_smtp
from invoice_tracker.sandbox.mailbox.store import MailStore
from invoice_tracker.sandbox.pages import add_style


def create_app(
    store: MailStore, clock: Clock, *, smtp_host: str = "127.0.0.1", smtp_port: int = 8431
) -> FastAPI:
    """Web page, JSON and SMTP. With `smtp_port` 0 the port is in `app.state.smtp_port`."""

    @contextlib.asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        handler = Handler(store, clock, app.state.faults)
        server = await start_smtp(handler, host=smtp_host, port=smtp_port)
        app.state.smtp_port = server.sockets[0].getsockname()[1]
        yield
        server.close()
        store.close()

    app = FastAPI(title="Sandbox mailbox", lifespan=life, openapi_url=None)
    app.state.store = store
    app.state.faults = Faults()
    app.include_router(api.router)
    app.include_router(page.router)
    add_style(app)
    return app
