"""Everything the sandbox Clio remembers, kept in one JSON file.

Records are plain dictionaries: money in integer minor units, instants as ISO text in UTC,
days as ISO dates, other records by their ids.
"""

import asyncio
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Obj = dict[str, Any]
Table = dict[int, Obj]
MARK_PAID = ("allow", "422", "403", "allow_without_balance_change")
FIRST_ID = 21_000_101


@dataclass
class Book:
    """One firm's account: its records by table and id, oldest first."""

    key: str
    name: str
    tables: dict[str, Table] = field(default_factory=dict)

    def table(self, name: str) -> Table:
        """All records of one table."""
        return self.tables.setdefault(name, {})

    def find(self, name: str, record_id: int | None) -> Obj | None:
        """One record, or None."""
        return None if record_id is None else self.table(name).get(record_id)

    def rows(self, name: str) -> Iterator[Obj]:
        """The records of a table."""
        return iter(list(self.table(name).values()))


class Store:
    """The books of both firms, the access they gave, and how `PATCH state=paid` behaves."""

    def __init__(self, path: str | Path | None = None) -> None:
        self.path = Path(path) if path else None
        self.books: dict[str, Book] = {}
        self.grants: dict[str, Obj] = {}
        """By refresh token: `{account, tokens: {access token: {expires_at}}}`."""
        self.mark_paid = "allow"
        self.next_id = FIRST_ID
        self._dirty = False
        if self.path and self.path.exists():
            self._load(json.loads(self.path.read_text()))

    def new_id(self) -> int:
        """An id that no other record has, in either account."""
        self.next_id += 1
        return self.next_id - 1

    def clear(self) -> None:
        """Forget the books and switches; access that was given stays."""
        self.books.clear()
        self.mark_paid = "allow"
        self.next_id = FIRST_ID
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
            "books": [
                {
                    "key": book.key,
                    "name": book.name,
                    "tables": {name: list(table.values()) for name, table in book.tables.items()},
                }
                for book in self.books.values()
            ],
            "grants": self.grants,
            "mark_paid": self.mark_paid,
            "next_id": self.next_id,
        }

    def _load(self, kept: Obj) -> None:
        for one in kept["books"]:
            tables = {
                name: {record["id"]: record for record in records}
                for name, records in one["tables"].items()
            }
            self.books[one["key"]] = Book(one["key"], one["name"], tables)
        self.grants = kept["grants"]
        self.mark_paid = kept["mark_paid"]
        self.next_id = kept["next_id"]
