"""The currencies of the sandbox."""

from invoice_tracker.sandbox.clio.shape import Nested, Shape, plain
from invoice_tracker.sandbox.clio.store import Account, Row

SIGNS = {"USD": "$", "CAD": "$", "GBP": "£", "EUR": "€", "JPY": "¥"}
IDS = {code: number for number, code in enumerate(SIGNS, start=1)}
BEGINNING = "2020-01-01T00:00:00+00:00"

SHAPE: Shape = plain("id etag code sign created_at updated_at")


def row_of(code: str) -> Row:
    """One currency."""
    return {
        "id": IDS[code],
        "etag": f'"currency-{code}"',
        "code": code,
        "sign": SIGNS[code],
        "created_at": BEGINNING,
        "updated_at": BEGINNING,
    }


def _of(_: Account, row: Row) -> Row:
    return row_of(row.get("currency", "USD"))


CURRENCY = Nested("currencies", _of)
