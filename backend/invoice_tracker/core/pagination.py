"""Keyset pages: a cursor is the sort value and id of the last row, so that no row is skipped."""

import base64
import binascii
from typing import Annotated, Any

import orjson
from fastapi import Query

from invoice_tracker.core.errors import Invalid

LimitParam = Annotated[int, Query(ge=1, le=200, description="Rows a page")]
CursorParam = Annotated[str | None, Query(description="`next_cursor` of the page before")]
DEFAULT_LIMIT = 50


def encode_cursor(*values: Any) -> str:
    """Values of the last row's sort columns, ending in its id, as an opaque text."""
    return base64.urlsafe_b64encode(orjson.dumps(values, default=str)).decode()


def decode_cursor(cursor: str, size: int) -> list[Any]:
    """The values again. Raises ``Invalid`` for a text this API did not make."""
    try:
        values = orjson.loads(base64.urlsafe_b64decode(cursor.encode()))
    except (binascii.Error, ValueError) as error:
        raise Invalid("That page no longer exists. Please start from the first one.") from error
    if not isinstance(values, list) or len(values) != size:
        raise Invalid("That page no longer exists. Please start from the first one.")
    return values
