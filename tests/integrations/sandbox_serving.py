"""Serve an ASGI application on a real, free port inside the test's own event loop."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import uvicorn
from starlette.types import ASGIApp


@asynccontextmanager
async def serving(app: ASGIApp) -> AsyncIterator[str]:
    """Yield the address, such as `http://127.0.0.1:43121`, of the running application."""
    # The sandboxes date their answers themselves, by their own clock.
    config = uvicorn.Config(
        app, host="127.0.0.1", port=0, log_config=None, lifespan="on", date_header=False
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        assert not task.done(), "the server did not start"
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task


async def until(true: Callable[[], object], *, seconds: float = 30) -> None:
    """Wait for a condition; fail the test when it stays false."""
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - what is awaited sets no event
            await asyncio.sleep(0.01)
