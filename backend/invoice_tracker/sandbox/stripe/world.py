"""What every part of the sandbox Stripe works with: its store, its clock, its outgoing events."""

import copy
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from invoice_tracker.sandbox.stripe import objects
from invoice_tracker.sandbox.stripe.faults import Faults
from invoice_tracker.sandbox.stripe.store import Book, Obj, Store
from invoice_tracker.sandbox.stripe.webhooks import WebhookSender

REQUEST: ContextVar[Obj | None] = ContextVar("REQUEST", default=None)


class Clock(Protocol):
    """The sandbox's movable clock."""

    def now(self) -> datetime:
        """The present moment, an aware UTC datetime."""
        ...


@dataclass
class World:
    """One running sandbox Stripe. `settle_days`: how long a bank debit takes; None is for ever."""

    store: Store
    clock: Clock
    sender: WebhookSender
    faults: Faults
    public_url: str
    settle_days: float | None

    def seconds(self) -> int:
        """Now, in Unix seconds of the sandbox's clock."""
        return int(self.clock.now().timestamp())

    def emit(self, book: Book, kind: str, item: Obj, *, previous: Obj | None = None) -> Obj:
        """Record an event with a snapshot of the object and send it to the account's endpoints."""
        event = objects.new_event(
            kind,
            copy.deepcopy(item),
            now=self.seconds(),
            request=REQUEST.get() or {"id": None, "idempotency_key": None},
            previous=previous,
        )
        book.add("events", event)
        self.sender.publish(book, event)
        self.store.changed()
        return event
