"""Several invoices of one client in one mail.

Invoices that are due for a reminder at the same moment share a mail if their group is the same.
Each keeps its own place in its own series; the text is that of the oldest one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from invoice_tracker.domain.reminder_facts import InvoiceFacts


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


def oldest(invoices: Iterable[InvoiceFacts]) -> InvoiceFacts:
    """The one whose step gives a group's mail its text: due first, then issued first."""
    return min(invoices, key=age_order)


def age_order(invoice: InvoiceFacts) -> tuple[date, date, str, str]:
    """To sort invoices by: the oldest first, those without dates last."""
    return (
        invoice.due_on or date.max,
        invoice.issued_on or date.max,
        invoice.number,
        str(invoice.id),
    )
