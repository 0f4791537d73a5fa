"""A sandbox Clio for tests: in-process, at a fixed hour, each answer checked against the document.

Where Clio's document is not at hand, answers go unchecked and the tests still run.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from fastapi import FastAPI

from clio_openapi import DOCUMENT, load_contract
from invoice_tracker.sandbox.clio.app import create_app
from invoice_tracker.sandbox.clio.store import Row, Store
from invoice_tracker.sandbox.clio.webhooks import WebhookSender

BACK = "http://product.test/callback"
CLIENT = {"client_id": "sandbox-client", "client_secret": "sandbox-secret"}
START = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.moment = START

    def now(self) -> datetime:
        return self.moment

    def move(self, **by: float) -> None:
        self.moment += timedelta(**by)


async def check(answer: httpx.Response) -> None:
    """The answer is one that Clio could give."""
    await answer.aread()
    path = answer.request.url.path
    if path.startswith("/api/v4") and not answer.is_server_error and DOCUMENT.exists():
        load_contract().check_response(answer)


class ClioSandbox:
    """The service, its store and clock, and a browser without a token."""

    def __init__(self, app: FastAPI, clock: Clock, url: str | None = None) -> None:
        self.app, self.clock = app, clock
        self.store: Store = app.state.world.store
        self.sender: WebhookSender = app.state.world.sender
        self.url = url or ""
        self.http = self._client(url)
        self._open = [self.http]

    def _client(self, url: str | None, **options: Any) -> httpx.AsyncClient:
        transport = None if url else httpx.ASGITransport(self.app)
        return httpx.AsyncClient(
            base_url=url or "http://clio.test", transport=transport, trust_env=False, **options
        )

    async def close(self) -> None:
        for client in self._open:
            await client.aclose()
        await self.sender.close()

    def account_id(self, which: int = 0) -> int:
        return list(self.store.accounts)[which]

    def rows(self, noun: str, which: int = 0) -> dict[int, Row]:
        """Rows of one of the two accounts, as they are stored."""
        return self.store.accounts[self.account_id(which)].table(noun)

    def find(self, noun: str = "bills", which: int = 0, **like: Any) -> Row:
        """The first row with these values."""
        rows = self.rows(noun, which).values()
        return next(row for row in rows if like.items() <= row.items())

    async def allow(self, which: int = 0) -> dict[str, Any]:
        """Through the consent page to tokens."""
        query = {"response_type": "code", "redirect_uri": BACK, "state": "s"}
        await self.http.get("/oauth/authorize", params=query | {"client_id": "sandbox-client"})
        form = {"client_id": "sandbox-client", "redirect_uri": BACK, "state": "s"}
        form |= {"account_id": str(self.account_id(which)), "decision": "allow"}
        sent_back = await self.http.post("/oauth/authorize", data=form)
        code = httpx.URL(sent_back.headers["location"]).params["code"]
        asked = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
        answer = await self.http.post("/oauth/token", data=CLIENT | asked)
        tokens: dict[str, Any] = answer.json()
        return tokens

    async def connect(self, which: int = 0, *, checked: bool = True) -> httpx.AsyncClient:
        """A client of the API with a token; paths are relative to ``/api/v4/``."""
        token = (await self.allow(which))["access_token"]
        client = self._client(
            self.url,
            headers={"Authorization": f"Bearer {token}"},
            event_hooks={"response": [check] if checked else []},
        )
        client.base_url = client.base_url.join("/api/v4/")
        self._open.append(client)
        return client

    async def do(self, path: str, /, **body: Any) -> Any:
        """Something that staff do in Clio, or a switch of the sandbox."""
        answer = await self.http.post(f"/sandbox/{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None


@asynccontextmanager
async def opened(store: Store | None = None, **options: Any) -> AsyncIterator[ClioSandbox]:
    """An in-process sandbox without a rate limit, unless ``options`` say so."""
    clock = Clock()
    store = store or Store()
    sender = WebhookSender(store, first_pause=0.01)
    app = create_app(store, clock, **{"rate_limit": 0, "sender": sender, **options})
    sandbox = ClioSandbox(app, clock)
    try:
        yield sandbox
    finally:
        await sandbox.close()
