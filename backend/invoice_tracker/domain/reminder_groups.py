"""Several invoices of one client in one mail.

Invoices that are due for a reminder at the same moment share a mail if their group is the same.
Each keeps its own place in its own series; the text is that of the oldest one.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class Grouping(StrEnum):
    """Which invoices that are due together go in one mail."""

    none = "none"
    client = "client"
    matter = "matter"


@dataclass(frozen=True, slots=True)
class GroupKey:
    """Invoices with an equal key may share a mail: one payer, one currency, one total."""

    client_id: UUID | None
    matter_id: UUID | None
    invoice_id: UUID | None
    currency: str


def group_key(
    grouping: Grouping,
    *,
    invoice_id: UUID,
    client_id: UUID | None,
    matter_id: UUID | None,
    currency: str,
) -> GroupKey:
    """The group of an invoice. One without a client, or by matter without a matter, is alone."""
    if grouping == Grouping.client and client_id is not None:
        return GroupKey(client_id, None, None, currency)
    if grouping == Grouping.matter and client_id is not None and matter_id is not None:
        return GroupKey(client_id, matter_id, None, currency)
    return GroupKey(client_id, matter_id, invoice_id, currency)


class Dated(Protocol):
    """An invoice, as far as its age goes."""

    @property
    def id(self) -> UUID: ...
    @property
    def number(self) -> str: ...
    @property
    def due_on(self) -> date | None: ...
    @property
    def issued_on(self) -> date | None: ...


def age_order(invoice: Dated) -> tuple[date, date, str, str]:
    """To sort invoices by: due first, then issued first; those without dates last.

    The first of a group gives the mail its text: it is the furthest in its series.
    """
    return (
        invoice.due_on or date.max,
        invoice.issued_on or date.max,
        invoice.number,
        str(invoice.id),
    )
