"""Webhook subscriptions: handshake, signature, retries, suspension, expiry."""

import asyncio
import hashlib
import hmac
import json
import secrets
from datetime import datetime, timedelta
from typing import Any

import httpx

from invoice_tracker.sandbox.clio import fields
from invoice_tracker.sandbox.clio.store import Account, Row, Store

MODELS = {"bills": "bill", "contacts": "contact", "matters": "matter", "tasks": "task"}
DEFAULT_LIFE = timedelta(days=3)
LONGEST_LIFE = timedelta(days=31)
TRIES = 5


def sign(secret: str, body: bytes) -> str:
    """``X-Hook-Signature``: hexadecimal HMAC-SHA256 of the raw body."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


class WebhookSender:
    """Delivers in the background, with growing pauses between tries."""

    def __init__(self, store: Store, *, first_pause: float = 0.5) -> None:
        self._store = store
        self._first_pause = first_pause
        self._tasks: set[asyncio.Task[None]] = set()
        self._http = httpx.AsyncClient(timeout=10, verify=False)  # noqa: S501 - local listeners

    async def close(self) -> None:
        """End what is under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._http.aclose()

    def shake_hands(self, hook: Row) -> None:
        """Offer the secret; the hook is enabled when the listener echoes it."""
        hook["shared_secret"] = secrets.token_hex(24)
        hook["status"] = "pending"
        self._begin(self._handshake(hook))

    def tell(self, account: Account, noun: str, row: Row, event: str, now: datetime) -> None:
        """Deliver a change to every hook that wants it."""
        model = MODELS.get(noun)
        for hook in list(account.table("hooks").values()):
            if hook["model"] != model or event not in hook["events"]:
                continue
            if hook["status"] != "enabled" or hook["expires_at"] <= now.isoformat():
                continue
            body = self._body(account, noun, row, hook, event)
            self._begin(self._deliver(hook, body))

    def _body(self, account: Account, noun: str, row: Row, hook: Row, event: str) -> bytes:
        shown = fields.show(account, noun, row, fields.parse(hook["fields"], noun))
        return json.dumps(
            {"data": shown, "meta": {"event": event, "webhook_id": hook["id"]}}
        ).encode()

    def _begin(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _handshake(self, hook: Row) -> None:
        body = json.dumps({"data": {"webhook_id": hook["id"]}})
        headers = {"X-Hook-Secret": hook["shared_secret"], "Content-Type": "application/json"}
        try:
            answer = await self._http.post(hook["url"], content=body, headers=headers)
        except httpx.HTTPError:
            return
        if (
            answer.status_code == 200
            and answer.headers.get("X-Hook-Secret") == hook["shared_secret"]
        ):
            hook["status"] = "enabled"
            self._store.changed()

    async def _deliver(self, hook: Row, body: bytes) -> None:
        headers = {
            "X-Hook-Signature": sign(hook["shared_secret"], body),
            "Content-Type": "application/json",
        }
        for attempt in range(TRIES):
            try:
                answer = await self._http.post(hook["url"], content=body, headers=headers)
            except httpx.HTTPError:
                answer = None
            if answer is not None and answer.status_code == 410:
                break
            if answer is not None and answer.status_code < 400:
                return
            await asyncio.sleep(self._first_pause * 2**attempt)
        hook["status"] = "suspended"
        self._store.changed()
