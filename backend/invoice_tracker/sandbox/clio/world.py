"""What every part of the sandbox Clio works with: its store, its clock, its outgoing webhooks."""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Protocol

from invoice_tracker.sandbox.clio.faults import Faults
from invoice_tracker.sandbox.clio.limits import Limits
from invoice_tracker.sandbox.clio.store import Book, Obj, Store
from invoice_tracker.sandbox.clio.webhooks import WebhookSender


class Clock(Protocol):
    """The sandbox's movable clock."""

    def now(self) -> datetime:
        """The present moment, an aware UTC datetime."""
        ...


@dataclass
class World:
    """One running sandbox Clio."""

    store: Store
    clock: Clock
    sender: WebhookSender
    faults: Faults
    limits: Limits
    client_id: str
    client_secret: str
    codes: dict[str, Obj] = field(default_factory=dict)

    def today(self) -> date:
        """The calendar day in UTC."""
        return self.clock.now().date()

    def add(self, book: Book, table: str, record: Obj) -> Obj:
        """Keep a new record: gives it an id and its instants, and tells webhooks."""
        now = iso(self.clock.now())
        record = {"id": self.store.new_id(), "revision": 1} | record
        record |= {"created_at": now, "updated_at": now}
        book.table(table)[record["id"]] = record
        self._tell(book, table, record, "created")
        return record

    def touch(self, book: Book, table: str, record: Obj, *, event: str = "updated") -> None:
        """A record has changed: `etag` and `updated_at` move, and webhooks are told."""
        record["revision"] += 1
        record["updated_at"] = iso(self.clock.now())
        self._tell(book, table, record, event)

    def _tell(self, book: Book, table: str, record: Obj, event: str) -> None:
        self.store.changed()
        self.sender.publish(book, table, record, event, now=self.clock.now())


def iso(instant: datetime) -> str:
    """An instant as Clio writes it: `2026-11-23T07:47:12Z`."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def etag_of(table: str, record: Obj) -> str:
    """The record's ETag with its quotes; another one after every change."""
    seed = f"{table}:{record['id']}:{record.get('revision', 1)}:{record.get('updated_at')}"
    return f'"{hashlib.sha256(seed.encode()).hexdigest()[:32]}"'
