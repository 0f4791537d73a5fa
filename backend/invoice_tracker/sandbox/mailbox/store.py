"""Everything that arrived, in one SQLite file; conversations are found as a message comes in."""

# ruff: noqa: S608 - only fixed words are joined into statements, values are always bound

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from invoice_tracker.sandbox.mailbox.parse import Parsed, is_reply, parse, same_subject

SCHEMA = """
CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation INTEGER NOT NULL,
    received_at TEXT NOT NULL,
    received_real_at TEXT NOT NULL,
    mail_from TEXT NOT NULL,
    rcpt_to TEXT NOT NULL,
    message_id TEXT NOT NULL,
    subject_key TEXT NOT NULL,
    searched TEXT NOT NULL,
    raw BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS messages_by_message_id ON messages (message_id);
CREATE INDEX IF NOT EXISTS messages_by_conversation ON messages (conversation);
CREATE INDEX IF NOT EXISTS messages_by_subject ON messages (subject_key);
CREATE TABLE IF NOT EXISTS recipients (
    message INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    address TEXT NOT NULL,
    PRIMARY KEY (address, message)
);
"""
COLUMNS = "id, conversation, received_at, received_real_at, mail_from, rcpt_to, raw"


@dataclass(frozen=True)
class Message:
    """One message as it arrived; `received_at` is by the sandbox's clock."""

    id: int
    conversation: int
    received_at: datetime
    received_real_at: datetime
    mail_from: str
    rcpt_to: list[str]
    raw: bytes
    parsed: Parsed


@dataclass(frozen=True)
class Conversation:
    """A conversation in the list: its newest message and how many it has."""

    id: int
    size: int
    newest: Message


class MailStore:
    """Reads and writes the file; used from one thread."""

    def __init__(self, folder: str | Path | None = None) -> None:
        if folder is not None:
            Path(folder).mkdir(parents=True, exist_ok=True)
        place = ":memory:" if folder is None else str(Path(folder) / "mail.sqlite")
        self._db = sqlite3.connect(place, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute("PRAGMA foreign_keys = ON")
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def add(
        self,
        raw: bytes,
        *,
        mail_from: str,
        rcpt_to: Sequence[str],
        received_at: datetime,
        received_real_at: datetime,
    ) -> int:
        """Keep a message and answer its id."""
        parsed = parse(raw)
        subject_key = same_subject(parsed.header("subject"))
        addresses = sorted({address.lower() for address in rcpt_to})
        conversation = self._conversation_of(parsed, subject_key, addresses)
        searched = " ".join(
            [parsed.header("from"), parsed.header("subject"), parsed.text, *rcpt_to]
        )
        with self._db:
            cursor = self._db.execute(
                "INSERT INTO messages (conversation, received_at, received_real_at, mail_from,"
                " rcpt_to, message_id, subject_key, searched, raw)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    conversation or 0,
                    received_at.isoformat(),
                    received_real_at.isoformat(),
                    mail_from,
                    json.dumps(list(rcpt_to)),
                    parsed.message_id,
                    subject_key,
                    searched.lower(),
                    raw,
                ),
            )
            added = int(cursor.lastrowid or 0)
            if conversation is None:
                self._db.execute("UPDATE messages SET conversation = id WHERE id = ?", (added,))
            rows = [(added, address) for address in addresses]
            self._db.executemany("INSERT INTO recipients (message, address) VALUES (?, ?)", rows)
        return added

    def get(self, message_id: int) -> Message | None:
        """One message by its number."""
        row = self._db.execute(
            f"SELECT {COLUMNS} FROM messages WHERE id = ?",
            (message_id,),
        ).fetchone()
        return _message(row) if row else None

    def messages(
        self, *, to: str = "", search: str = "", after: int = 0, limit: int = 1000
    ) -> list[Message]:
        """Messages to one address (or all), newest first; `after` leaves out older numbers."""
        where, values = _where(to, search)
        rows = self._db.execute(
            f"SELECT {COLUMNS} FROM messages WHERE {where} AND id > ? ORDER BY id DESC LIMIT ?",
            (*values, after, limit),
        )
        return [_message(row) for row in rows]

    def conversations(
        self, *, to: str = "", search: str = "", limit: int = 200
    ) -> list[Conversation]:
        """Conversations, the one with the newest message first."""
        where, values = _where(to, search)
        rows = self._db.execute(
            "SELECT conversation, count(*), max(id) FROM messages"
            f" WHERE {where} GROUP BY conversation ORDER BY max(id) DESC LIMIT ?",
            (*values, limit),
        ).fetchall()
        found = [(row, self.get(row[2])) for row in rows]
        return [Conversation(row[0], row[1], newest) for row, newest in found if newest]

    def in_conversation(self, conversation: int, *, to: str = "") -> list[Message]:
        """The messages of one conversation that an address got, oldest first."""
        where, values = _where(to, "")
        rows = self._db.execute(
            f"SELECT {COLUMNS} FROM messages WHERE {where} AND conversation = ? ORDER BY id",
            (*values, conversation),
        )
        return [_message(row) for row in rows]

    def recipients(self) -> list[tuple[str, int]]:
        """Every address that ever got mail, with how many."""
        rows = self._db.execute(
            "SELECT address, count(*) FROM recipients GROUP BY address ORDER BY address"
        )
        return [(str(address), int(count)) for address, count in rows]

    def newest_id(self) -> int:
        """The number of the newest message; 0 where there is none."""
        return int(self._db.execute("SELECT coalesce(max(id), 0) FROM messages").fetchone()[0])

    def clear(self, *, to: str = "") -> int:
        """Forget the messages to one address, or all; how many they were."""
        where, values = _where(to, "")
        with self._db:
            return self._db.execute(f"DELETE FROM messages WHERE {where}", values).rowcount

    def _conversation_of(
        self, parsed: Parsed, subject_key: str, addresses: Sequence[str]
    ) -> int | None:
        """As mail clients do: the subject must agree, and references or the people must too."""
        for reference in reversed(parsed.references):
            row = self._db.execute(
                "SELECT conversation FROM messages WHERE message_id = ? AND subject_key = ?"
                " ORDER BY id DESC LIMIT 1",
                (reference, subject_key),
            ).fetchone()
            if row:
                return int(row[0])
        if not is_reply(parsed.header("subject")):
            return None
        marks = ", ".join("?" for _ in addresses)
        row = self._db.execute(
            "SELECT conversation FROM messages JOIN recipients ON message = id"
            f" WHERE subject_key = ? AND address IN ({marks}) ORDER BY id DESC LIMIT 1",
            (subject_key, *addresses),
        ).fetchone()
        return int(row[0]) if row else None


def _where(to: str, search: str) -> tuple[str, tuple[str, ...]]:
    clauses, values = ["1 = 1"], []
    if to:
        clauses.append("id IN (SELECT message FROM recipients WHERE address = ?)")
        values.append(to.strip().lower())
    for word in search.lower().split():
        clauses.append("instr(searched, ?) > 0")
        values.append(word)
    return " AND ".join(clauses), tuple(values)


def _message(row: tuple[int, int, str, str, str, str, bytes]) -> Message:
    return Message(
        id=row[0],
        conversation=row[1],
        received_at=datetime.fromisoformat(row[2]),
        received_real_at=datetime.fromisoformat(row[3]),
        mail_from=row[4],
        rcpt_to=json.loads(row[5]),
        raw=row[6],
        parsed=parse(row[6]),
    )
