"""Which collections are held by something that is easily seen, for queries over many of them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select

from invoice_tracker.collections.models import Collection, HoldRow
from invoice_tracker.firms.models import SendingRules
from invoice_tracker.invoices.models import Client, Invoice
from invoice_tracker.reminder_sets.models import ReminderSetVersion


def visibly_held(firm_id: UUID, now: datetime) -> ColumnElement[bool]:
    """For a query over collections, their invoices and clients: whether a hold is open.

    Of the invoice, its client, its set or everything, or because Clio itself reminds the client.
    """
    open_ = and_(
        HoldRow.firm_id == firm_id,
        HoldRow.released_at.is_(None),
        or_(HoldRow.ends_at.is_(None), HoldRow.ends_at > now),
    )
    own_set = (
        select(ReminderSetVersion.reminder_set_id)
        .where(ReminderSetVersion.id == Collection.version_id)
        .correlate(Collection)
        .scalar_subquery()
    )
    one_sender = (
        select(SendingRules.holds_for_other_senders)
        .where(SendingRules.firm_id == firm_id)
        .scalar_subquery()
    )
    return or_(
        exists().where(open_, HoldRow.invoice_id == Collection.invoice_id),
        exists().where(
            open_,
            HoldRow.invoice_id.is_(None),
            or_(HoldRow.client_id.is_(None), HoldRow.client_id == Invoice.client_id),
            or_(HoldRow.reminder_set_id.is_(None), HoldRow.reminder_set_id == own_set),
        ),
        and_(Client.clio_reminders_enabled, one_sender),
    )
