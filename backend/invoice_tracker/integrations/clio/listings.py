"""What a run asks Clio for.

Clio orders bills by id alone, so changes are found by ``updated_since``. A quiet quarter of an hour
costs one request. What matters less by the minute is asked for once an hour: a bill that was
approved is un-approved or voided before it can be deleted, which the one request shows, and an
address is read again with the bill just before a mail leaves.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from invoice_tracker.integrations.clio.client import Params
from invoice_tracker.integrations.clio.models import RunKind
from invoice_tracker.integrations.clio.schemas import BILL_FIELDS, CONTACT_FIELDS

PAID_SINCE = timedelta(days=90)
"""How far back the first import looks for bills that are paid already."""
SIDE_EVERY = timedelta(hours=1)
"""How often contacts and deleted bills are asked for."""
PAGE = 200
BILLS = "bills.json"
CONTACTS = "contacts.json"


@dataclass(frozen=True, slots=True)
class Listing:
    """One list of Clio's, to be read page by page."""

    path: str
    params: Params


def listings(
    kind: RunKind, *, watermark: datetime | None, side_since: datetime | None, since: datetime
) -> list[Listing]:
    """The lists of a run that began at ``since``; ``side_since`` only where their hour has come."""
    if kind is RunKind.reconciliation:
        return [_bills(state="awaiting_payment")]
    if watermark is None:
        paid_since = clio_instant(since - PAID_SINCE)
        return [_bills(state="awaiting_payment"), _bills(state="paid", updated_since=paid_since)]
    found = [_bills(updated_since=clio_instant(watermark))]
    if side_since is not None:
        # Whether an unfiltered list shows deleted bills is not documented.
        found.append(_bills(updated_since=clio_instant(side_since), state="deleted"))
        found.append(_changed_contacts(side_since))
    return found


def _bills(**filters: str) -> Listing:
    params: Params = {
        "fields": BILL_FIELDS,
        "type": "revenue",
        "order": "id(asc)",
        "limit": PAGE,
        **filters,
    }
    return Listing(BILLS, params)


def _changed_contacts(since: datetime) -> Listing:
    """A changed address does not change the bill, so clients are read on their own."""
    params: Params = {
        "fields": CONTACT_FIELDS,
        "client_only": "true",
        "updated_since": clio_instant(since),
        "order": "id(asc)",
        "limit": PAGE,
    }
    return Listing(CONTACTS, params)


def clio_instant(instant: datetime) -> str:
    """An instant as Clio takes it in a query."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
