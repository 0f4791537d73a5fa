"""Several invoices of one client in one mail."""

from enum import StrEnum


class Grouping(StrEnum):
    """Which invoices that are due together go in one mail."""

    none = "none"
    client = "client"
    matter = "matter"
