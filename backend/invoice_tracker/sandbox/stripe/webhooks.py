"""Signed webhook deliveries: at least once, with retries, and able to misbehave on request."""

import asyncio
import hashlib
import hmac
import json
import time
from collections import defaultdict
from collections.abc import Sequence

import httpx

from invoice_tracker.sandbox.stripe.store import Book, Obj, Store, new_id

BACK_OFF = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0)
REORDER_PAUSE = 1.0


def signature(payload: bytes, secret: str, *, at: int) -> str:
    """The `Stripe-Signature` header; `at` is real Unix time, because receivers check it so."""
    signed = hmac.new(secret.encode(), f"{at}.".encode() + payload, hashlib.sha256).hexdigest()
    return f"t={at},v1={signed}"


def wants(endpoint: Obj, kind: str) -> bool:
    """Whether an endpoint listens to an event type."""
    events = endpoint["enabled_events"]
    return endpoint["status"] == "enabled" and ("*" in events or kind in events)


class WebhookSender:
    """Sends events to endpoints. Deliveries to one endpoint go one after another."""

    def __init__(
        self,
        store: Store,
        *,
        back_off: Sequence[float] = BACK_OFF,
        reorder_pause: float = REORDER_PAUSE,
        timeout: float = 20.0,
    ) -> None:
        self.store = store
        self.back_off = tuple(back_off)
        self.reorder_pause = reorder_pause
        self._client = httpx.AsyncClient(timeout=timeout, trust_env=False)
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._tasks: set[asyncio.Task[None]] = set()
        self._shuffled: list[Obj] = []

    def publish(self, book: Book, event: Obj) -> None:
        """Plan the deliveries of an event as the switches say."""
        switches = self.store.switches
        endpoints = [e for e in book.table("endpoints").values() if wants(e, event["type"])]
        event["pending_webhooks"] = len(endpoints)
        for endpoint in endpoints:
            for _ in range(2 if switches.duplicate else 1):
                state = "dropped" if switches.drop else "held" if switches.hold else "pending"
                delivery = self._plan(book, event, endpoint, state=state)
                if state == "pending" and switches.out_of_order:
                    self._shuffle(delivery)
                elif state == "pending":
                    self._start(delivery)

    def resend(self, book: Book, event: Obj) -> int:
        """Send an event once more to every endpoint that listens; how many there are."""
        endpoints = [e for e in book.table("endpoints").values() if wants(e, event["type"])]
        for endpoint in endpoints:
            self._start(self._plan(book, event, endpoint, state="pending"))
        return len(endpoints)

    def release(self, *, backwards: bool = False) -> int:
        """Let held deliveries go, oldest first or newest first; how many there were."""
        held = [d for d in self.store.deliveries.values() if d["state"] == "held"]
        for delivery in reversed(held) if backwards else held:
            self._mark(delivery, "pending")
            self._start(delivery)
        return len(held)

    def resume(self) -> None:
        """After a restart: take up what was under way."""
        for delivery in list(self.store.deliveries.values()):
            if delivery["state"] == "pending":
                self._start(delivery)

    async def close(self) -> None:
        """Stop sending; what is pending stays pending in the store."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._client.aclose()

    def _plan(self, book: Book, event: Obj, endpoint: Obj, *, state: str) -> Obj:
        delivery = {
            "id": new_id("whd_"),
            "account": book.account_id,
            "event": event["id"],
            "type": event["type"],
            "endpoint": endpoint["id"],
            "url": endpoint["url"],
            "created": event["created"],
            "state": state,
            "attempts": [],
        }
        self.store.add_delivery(delivery)
        self.store.changed()
        return delivery

    def _shuffle(self, delivery: Obj) -> None:
        self._shuffled.append(delivery)
        if len(self._shuffled) == 1:
            self._keep(asyncio.create_task(self._send_backwards()))

    async def _send_backwards(self) -> None:
        await asyncio.sleep(self.reorder_pause)
        waiting, self._shuffled = self._shuffled, []
        for delivery in reversed(waiting):
            self._start(delivery)

    def _start(self, delivery: Obj) -> None:
        self._keep(asyncio.create_task(self._deliver(delivery)))

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, delivery: Obj) -> None:
        while delivery["state"] == "pending":
            async with self._turns[delivery["endpoint"]]:
                await self._attempt(delivery)
            tried = len(delivery["attempts"])
            if delivery["state"] != "pending":
                return
            if tried > len(self.back_off):
                self._mark(delivery, "failed")
                return
            await asyncio.sleep(self.back_off[tried - 1])

    async def _attempt(self, delivery: Obj) -> None:
        book = self.store.book(delivery["account"])
        endpoint = book.table("endpoints").get(delivery["endpoint"])
        event = book.table("events").get(delivery["event"])
        if endpoint is None or event is None or endpoint["status"] != "enabled":
            self._mark(delivery, "canceled")
            return
        started = time.monotonic()
        status, error = await self._post(endpoint, event)
        took = round((time.monotonic() - started) * 1000)
        delivery["attempts"].append(
            {"at": int(time.time()), "status": status, "error": error, "milliseconds": took}
        )
        if status is not None and 200 <= status < 300:
            event["pending_webhooks"] = max(event["pending_webhooks"] - 1, 0)
            self._mark(delivery, "delivered")
        self.store.changed()

    async def _post(self, endpoint: Obj, event: Obj) -> tuple[int | None, str | None]:
        version = endpoint["api_version"] or event["api_version"]
        payload = json.dumps({**event, "api_version": version}, indent=2).encode()
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature(payload, endpoint["secret"], at=int(time.time())),
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        }
        try:
            answer = await self._client.post(endpoint["url"], content=payload, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as problem:
            return None, f"{type(problem).__name__}: {problem}"
        return answer.status_code, None if answer.is_success else answer.text[:200]

    def _mark(self, delivery: Obj, state: str) -> None:
        delivery["state"] = state
        self.store.changed()
