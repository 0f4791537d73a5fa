"""Delivery to webhook subscriptions: handshake, signature, retries, suspension, expiry."""

import asyncio
import hashlib
import hmac
import json
import secrets
from collections import deque
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any

import httpx

from invoice_tracker.sandbox.clio import fields
from invoice_tracker.sandbox.clio.store import Account, Row, Store

NOUN_OF = {
    "bill": "bills",
    "contact": "contacts",
    "matter": "matters",
    "task": "tasks",
    "communication": "communications",
}
DEFAULT_LIFE = timedelta(days=3)
LONGEST_LIFE = timedelta(days=31)
TRIES = 5
KEPT = 100


def sign(secret: str, body: bytes) -> str:
    """``X-Hook-Signature``: hexadecimal HMAC-SHA256 of the raw body."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


class WebhookSender:
    """Delivers in the background, with pauses that double between tries.

    Clio's first pause is two minutes; here it is short, because people are watching.
    """

    def __init__(self, store: Store, *, first_pause: float = 0.5) -> None:
        self.log: deque[Row] = deque(maxlen=KEPT)
        self._store = store
        self._first_pause = first_pause
        self._tasks: set[asyncio.Task[None]] = set()
        self._http = httpx.AsyncClient(
            timeout=10,
            verify=False,  # noqa: S501 - a listener on this machine signs for itself
            trust_env=False,
        )

    async def close(self) -> None:
        """End what is under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._http.aclose()

    def shake_hands(self, hook: Row) -> None:
        """Offer a new secret; the hook is enabled when the listener echoes it."""
        hook["shared_secret"] = secrets.token_hex(24)
        hook["status"] = "pending"
        self._begin(self._handshake(hook))

    def tell(self, account: Account, noun: str, row: Row, event: str, now: datetime) -> None:
        """Deliver a change to every hook that wants it."""
        for hook in account.table("hooks").values():
            if NOUN_OF.get(hook["model"]) != noun or event not in hook["events"]:
                continue
            if hook["status"] != "enabled" or hook["expires_at"] <= now.isoformat():
                continue
            shown = fields.show(account, noun, row, fields.parse(hook["fields"], noun))
            if _is_news(hook, row, shown) or event != "updated":
                body = {"data": shown, "meta": {"event": event, "webhook_id": hook["id"]}}
                self._begin(self._deliver(account, hook, json.dumps(body).encode()))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _post(self, hook: Row, body: bytes, header: tuple[str, str]) -> httpx.Response | None:
        headers = {header[0]: header[1], "Content-Type": "application/json"}
        try:
            answer = await self._http.post(hook["url"], content=body, headers=headers)
        except httpx.HTTPError:
            answer = None
        status = answer.status_code if answer is not None else None
        self.log.append(
            {"webhook_id": hook["id"], "kind": header[0], "status": status, "body": body.decode()}
        )
        return answer

    async def _handshake(self, hook: Row) -> None:
        secret = hook["shared_secret"]
        body = json.dumps({"data": {"webhook_id": hook["id"]}}).encode()
        answer = await self._post(hook, body, ("X-Hook-Secret", secret))
        echoed = answer is not None and answer.headers.get("X-Hook-Secret")
        if answer is not None and answer.status_code == 200 and echoed == secret:
            hook["status"] = "enabled"
            self._store.changed()

    async def _deliver(self, account: Account, hook: Row, body: bytes) -> None:
        signature = sign(hook["shared_secret"], body)
        for attempt in range(TRIES):
            if attempt:
                await asyncio.sleep(self._first_pause * 2 ** (attempt - 1))
            if hook["id"] not in account.table("hooks") or hook["status"] != "enabled":
                return
            answer = await self._post(hook, body, ("X-Hook-Signature", signature))
            if answer is not None and answer.status_code < 400:
                return
            if answer is not None and answer.status_code == 410:
                break
        hook["status"] = "suspended"
        self._store.changed()


def _is_news(hook: Row, row: Row, shown: Row) -> bool:
    """Whether a watched field has changed, or nothing was ever told of this row."""
    watched = {name: value for name, value in shown.items() if name not in {"id", "etag"}}
    digest = hashlib.sha256(json.dumps(watched, sort_keys=True).encode()).hexdigest()[:16]
    seen: dict[str, str] = hook.setdefault("seen", {})
    before = seen.get(str(row["id"]))
    seen[str(row["id"])] = digest
    return before != digest
