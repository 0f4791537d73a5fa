"""Building blocks of the API's answers: what one field of one row holds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from invoice_tracker.sandbox.clio.store import Account, Row

Field = Callable[[Account, Row], Any]
ZERO_DECIMAL = {"JPY"}


@dataclass(frozen=True)
class Nested:
    """A field that holds rows of another noun; ``find`` gives a row, a list of them or None.

    ``noun`` is None where the sandbox keeps nothing of the kind: then any inner name will do.
    """

    noun: str | None
    find: Field


Shape = Mapping[str, Field | Nested]


def units(amount_minor: int, currency: str) -> float:
    """Whole minor units as the JSON number of currency units that Clio writes."""
    return float(amount_minor) if currency in ZERO_DECIMAL else amount_minor / 100


def minor(amount: Decimal, currency: str) -> int:
    """Currency units as whole minor units."""
    return round(amount if currency in ZERO_DECIMAL else amount * 100)


def instant(text: str | None) -> str | None:
    """An instant as Clio writes it, to the second."""
    if text is None:
        return None
    moment = datetime.fromisoformat(text).astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S+00:00")


def plain(names: str) -> dict[str, Field]:
    """Fields that are stored as they are shown."""
    return {name: _stored(name) for name in names.split()}


def _stored(name: str) -> Field:
    return lambda _, row: row.get(name)


def instants(names: str) -> dict[str, Field]:
    """Fields that hold an instant."""
    return {name: _instant(name) for name in names.split()}


def _instant(name: str) -> Field:
    return lambda _, row: instant(row.get(name))


def always(value: Any, names: str) -> dict[str, Field]:
    """Fields that Clio documents and that say the same here for every row."""
    return dict.fromkeys(names.split(), lambda *_: value)


def never(names: str) -> dict[str, Nested]:
    """Associations that Clio documents and that no row has here."""
    return dict.fromkeys(names.split(), Nested(None, lambda *_: None))


def none_of(names: str) -> dict[str, Nested]:
    """Lists of associations that are empty here for every row."""
    return dict.fromkeys(names.split(), Nested(None, lambda *_: []))


def one(noun: str, key: str) -> Nested:
    """The row that ``key`` holds the id of."""
    return Nested(noun, lambda account, row: account.table(noun).get(row.get(key) or 0))


def many(noun: str, key: str) -> Nested:
    """The rows that ``key`` holds the ids of."""
    return Nested(noun, lambda account, row: [account.table(noun)[item] for item in row[key]])


ROW = plain("id etag") | instants("created_at updated_at")
