"""Everything the sandbox Stripe remembers, kept in one JSON file."""

import asyncio
import json
import os
import secrets
import string
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from invoice_tracker.sandbox.stripe.errors import missing

Obj = dict[str, Any]
Table = dict[str, Obj]
KINDS = {
    "cs_": ("sessions", "checkout.session"),
    "pi_": ("intents", "payment_intent"),
    "ch_": ("charges", "charge"),
    "py_": ("charges", "charge"),
    "re_": ("refunds", "refund"),
    "du_": ("disputes", "dispute"),
    "we_": ("endpoints", "webhook endpoint"),
    "evt_": ("events", "event"),
    "txn_": ("balance_transactions", "balance transaction"),
}
TABLES = sorted({table for table, _ in KINDS.values()} | {"line_items"})
KEPT = {"events": 5000, "deliveries": 2000}
LETTERS = string.ascii_letters + string.digits


def new_id(prefix: str, length: int = 24) -> str:
    """A fresh id such as `pi_3Qd…`."""
    return prefix + "".join(secrets.choice(LETTERS) for _ in range(length))


@dataclass
class Switches:
    """How webhooks misbehave: sent twice, in reverse, not at all, or kept until released."""

    duplicate: bool = False
    out_of_order: bool = False
    drop: bool = False
    hold: bool = False


@dataclass
class Book:
    """One account's objects, by table and id, oldest first."""

    account_id: str
    tables: dict[str, Table] = field(default_factory=dict)

    def table(self, name: str) -> Table:
        """All objects of one kind."""
        return self.tables.setdefault(name, {})

    def add(self, name: str, item: Obj) -> Obj:
        """Remember a new object, forgetting the oldest where a table has a limit."""
        table = self.table(name)
        table[item["id"]] = item
        while len(table) > KEPT.get(name, len(table)):
            del table[next(iter(table))]
        return item

    def get(self, object_id: str, *, prefix: str, param: str = "id") -> Obj:
        """One object. Raises Stripe's 404 for an id that is not this account's."""
        table, noun = KINDS[prefix]
        found = self.table(table).get(object_id)
        if found is None:
            raise missing(noun, object_id, param)
        return found

    def find(self, object_id: str) -> Obj | None:
        """Any object by its id, whatever its kind."""
        prefix = object_id.split("_")[0] + "_"
        return self.table(KINDS[prefix][0]).get(object_id) if prefix in KINDS else None


class Store:
    """The books of all accounts, and what the API remembers beside them."""

    def __init__(self, path: str | Path | None = None) -> None:
        self.path = Path(path) if path else None
        self.books: dict[str, Book] = {}
        self.idempotency: dict[str, Obj] = {}
        self.deliveries: Table = {}
        self.switches = Switches()
        self._dirty = False
        if self.path and self.path.exists():
            self._load(json.loads(self.path.read_text()))

    def book(self, account_id: str) -> Book:
        """The objects of one account."""
        return self.books.setdefault(account_id, Book(account_id))

    def add_delivery(self, delivery: Obj) -> None:
        """Remember a webhook delivery, forgetting the oldest."""
        self.deliveries[delivery["id"]] = delivery
        while len(self.deliveries) > KEPT["deliveries"]:
            del self.deliveries[next(iter(self.deliveries))]

    def clear(self) -> None:
        """Forget all objects, keys and switches."""
        self.books.clear()
        self.idempotency.clear()
        self.deliveries.clear()
        self.switches = Switches()
        self.changed()

    def changed(self) -> None:
        """Ask for the file to be written soon."""
        self._dirty = True

    async def keep_saving(self, pause: float = 0.3) -> None:
        """Write the file whenever something changed, at most once per pause, until cancelled."""
        while True:
            await asyncio.sleep(pause)
            self.save()

    def save(self) -> None:
        """Write the file now if something changed; readers see the old or the new one, whole."""
        if not self._dirty or self.path is None:
            return
        self._dirty = False
        self.path.parent.mkdir(parents=True, exist_ok=True)
        written = self.path.with_suffix(f".{os.getpid()}.tmp")
        written.write_text(json.dumps(self._dump()))
        written.replace(self.path)

    def _dump(self) -> Obj:
        return {
            "accounts": {name: book.tables for name, book in self.books.items()},
            "idempotency": self.idempotency,
            "deliveries": self.deliveries,
            "switches": vars(self.switches),
        }

    def _load(self, kept: Obj) -> None:
        self.books = {name: Book(name, tables) for name, tables in kept["accounts"].items()}
        self.idempotency = kept["idempotency"]
        self.deliveries = kept["deliveries"]
        self.switches = Switches(**kept["switches"])
