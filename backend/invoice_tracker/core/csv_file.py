"""Lists as CSV files that a spreadsheet opens as they are meant."""

import csv
import io
from collections.abc import Sequence

# So that a spreadsheet takes the file for UTF-8.
BEGINNING = "\ufeff"
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A spreadsheet takes a cell that begins so for a formula."""


def guarded(text: str | None) -> str:
    """A text that no spreadsheet runs as a formula; empty for nothing."""
    return f"'{text}" if text and text.startswith(RISKY) else text or ""


def csv_line(cells: Sequence[str]) -> str:
    """One line of the file, quoted where it needs to be, with its end."""
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()
