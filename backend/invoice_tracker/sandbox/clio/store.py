"""Everything the sandbox Clio remembers, kept in one JSON file.

Amounts are whole minor units here and become currency units only in an answer.
"""

import asyncio
import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import Any

from invoice_tracker.sandbox.clio.permissions import Level
from invoice_tracker.sandbox.clio.problems import NotFound

Row = dict[str, Any]
NOUNS = ("users", "contacts", "matters", "bills", "allocations", "tasks", "communications", "hooks")


class Account:
    """One firm in the sandbox: tables of rows by id, oldest first."""

    def __init__(self, row: Row) -> None:
        self.id: int = row["id"]
        self.name: str = row["name"]
        self.tables: dict[str, dict[int, Row]] = {
            noun: {int(key): value for key, value in row.get("tables", {}).get(noun, {}).items()}
            for noun in NOUNS
        }

    def table(self, noun: str) -> dict[int, Row]:
        """All rows of one kind."""
        return self.tables[noun]

    def get(self, noun: str, row_id: int) -> Row:
        """One row. Raises ``NotFound``."""
        found = self.tables[noun].get(row_id)
        if found is None:
            raise NotFound
        return found

    def as_row(self) -> Row:
        """For the file."""
        return {"id": self.id, "name": self.name, "tables": self.tables}


class Store:
    """Accounts, tokens and switches."""

    def __init__(self, path: str | Path | None = None) -> None:
        self.path = Path(path) if path else None
        self.accounts: dict[int, Account] = {}
        self.codes: dict[str, Row] = {}
        self.tokens: dict[str, Row] = {}
        self.refresh_tokens: dict[str, Row] = {}
        self.mark_paid = "allow"
        self.permissions: dict[str, Level] = {}
        self.next_id = 1
        self._dirty = False
        if self.path and self.path.exists():
            self._load(json.loads(self.path.read_text()))

    @property
    def is_empty(self) -> bool:
        """Whether nothing has been generated yet."""
        return not self.accounts

    def new_id(self) -> int:
        """A number that nothing else has."""
        self.next_id += 1
        return self.next_id

    def add(self, account: Account, noun: str, row: Row, now: datetime) -> Row:
        """Remember a new row, with its id, etag and times."""
        row = {"id": self.new_id(), "created_at": now.isoformat(), **row}
        account.table(noun)[row["id"]] = row
        self.touch(row, now)
        return row

    def touch(self, row: Row, now: datetime) -> None:
        """The row has changed: another etag, another ``updated_at``."""
        row["version"] = row.get("version", 0) + 1
        row["updated_at"] = now.isoformat()
        row["etag"] = _etag(row)
        self._dirty = True

    def forget(self) -> None:
        """All rows and switches go; ids begin anew, so that tokens find their accounts again."""
        self.accounts.clear()
        self.codes.clear()
        self.mark_paid = "allow"
        self.permissions.clear()
        self.next_id = 1
        self._dirty = True

    def changed(self) -> None:
        """Something that is not a row has changed."""
        self._dirty = True

    async def keep_saving(self, pause: float = 0.5) -> None:
        """Write the file whenever something has changed."""
        while True:
            await asyncio.sleep(pause)
            self.save()

    def save(self) -> None:
        """Write the file whole, then put it in place."""
        if not self._dirty or self.path is None:
            return
        self._dirty = False
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.path.with_suffix(".tmp")
        fresh.write_text(json.dumps(self._as_document()))
        fresh.replace(self.path)

    def _as_document(self) -> Row:
        return {
            "accounts": [account.as_row() for account in self.accounts.values()],
            "tokens": self.tokens,
            "refresh_tokens": self.refresh_tokens,
            "mark_paid": self.mark_paid,
            "permissions": self.permissions,
            "next_id": self.next_id,
        }

    def _load(self, document: Row) -> None:
        self.accounts = {row["id"]: Account(row) for row in document["accounts"]}
        self.tokens = document["tokens"]
        self.refresh_tokens = document["refresh_tokens"]
        self.mark_paid = document["mark_paid"]
        self.permissions = document.get("permissions", {})
        self.next_id = document["next_id"]


def _etag(row: Row) -> str:
    version = f"{row['id']} {row['version']} {row['updated_at']}"
    return f'"{hashlib.sha256(version.encode()).hexdigest()[:32]}"'
