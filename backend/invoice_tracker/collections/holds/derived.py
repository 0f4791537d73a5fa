"""All holds of invoices: those that were set, of whatever reach, and those that follow from facts.

The latter need no release: a bank debit that fails, a checkout that grows old, end them by
themselves. What the invoice itself says (no address, a payment pending in Clio) the pure functions
see.
"""

from collections.abc import Collection as Group
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import DateTime, String, Uuid, column, func, select, table
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.holds.rows import load_wide_holds
from invoice_tracker.collections.models import Collection, CollectionState, HoldRow
from invoice_tracker.domain.holds import Hold, HoldKind
from invoice_tracker.firms.models import SendingRules
from invoice_tracker.invoices.models import Client, Invoice
from invoice_tracker.payments.models import (
    OPEN_STATES,
    Checkout,
    CheckoutLine,
    Payment,
    PaymentState,
)
from invoice_tracker.reminder_sets.models import ReminderSetVersion

CHECKOUT_GRACE = timedelta(minutes=30)
"""How long after the client opened the payment page a reminder waits for what comes of it."""

# By its name alone, as the view of the invoices does: imports point leftwards.
_clio = table(
    "clio_connections",
    column("firm_id", Uuid),
    column("state", String),
    column("last_read_at", DateTime(timezone=True)),
    column("connected_at", DateTime(timezone=True)),
)
_BY_PAYMENT = {
    PaymentState.processing: HoldKind.payment_processing,
    PaymentState.disputed: HoldKind.refund_or_chargeback,
}


async def load_holds(
    session: AsyncSession, *, firm_id: UUID, invoice_ids: Group[UUID], now: datetime
) -> dict[UUID, list[Hold]]:
    """All holds of these invoices that are not over at ``now``."""
    found: dict[UUID, list[Hold]] = {}
    for load in (
        _set_by_hand,
        _set_widely,
        _from_payments,
        _from_checkouts,
        _while_clio_is_away,
        _while_clio_reminds,
    ):
        for invoice_id, hold in await load(session, firm_id, invoice_ids):
            if hold.ends_at is None or hold.ends_at > now:
                found.setdefault(invoice_id, []).append(hold)
    return found


async def _set_by_hand(
    session: AsyncSession, firm_id: UUID, invoice_ids: Group[UUID]
) -> list[tuple[UUID, Hold]]:
    rows = await session.execute(
        select(
            HoldRow.invoice_id,
            HoldRow.kind,
            HoldRow.reason,
            HoldRow.starts_at,
            HoldRow.ends_at,
            HoldRow.author,
            HoldRow.id,
        )
        .where(
            HoldRow.firm_id == firm_id,
            HoldRow.invoice_id.in_(invoice_ids),
            HoldRow.released_at.is_(None),
        )
        .order_by(HoldRow.starts_at, HoldRow.id)
    )
    return [
        (invoice_id, Hold(kind, reason, starts_at, ends_at, author, id=hold_id))
        for invoice_id, kind, reason, starts_at, ends_at, author, hold_id in rows
        if invoice_id is not None
    ]


async def _set_widely(
    session: AsyncSession, firm_id: UUID, invoice_ids: Group[UUID]
) -> list[tuple[UUID, Hold]]:
    """Of the client, of the set that the invoice is reminded by, or of everything."""
    wide = await load_wide_holds(session, firm_id=firm_id)
    if not wide:
        return []
    rows = await session.execute(
        select(Invoice.id, Invoice.client_id, ReminderSetVersion.reminder_set_id)
        .outerjoin(
            Collection,
            (Collection.invoice_id == Invoice.id) & (Collection.state == CollectionState.active),
        )
        .outerjoin(ReminderSetVersion, ReminderSetVersion.id == Collection.version_id)
        .where(Invoice.firm_id == firm_id, Invoice.id.in_(invoice_ids))
    )
    return [
        (invoice_id, hold)
        for invoice_id, own_client, own_set in rows
        for hold, client_id, set_id in wide
        if client_id in (None, own_client) and set_id in (None, own_set)
    ]


async def _from_payments(
    session: AsyncSession, firm_id: UUID, invoice_ids: Group[UUID]
) -> list[tuple[UUID, Hold]]:
    rows = await session.execute(
        select(Payment.invoice_id, Payment.state, Payment.created_at).where(
            Payment.firm_id == firm_id,
            Payment.invoice_id.in_(invoice_ids),
            Payment.state.in_(_BY_PAYMENT),
        )
    )
    return [
        (invoice_id, Hold(_BY_PAYMENT[state], "", starts_at=created_at))
        for invoice_id, state, created_at in rows
        if invoice_id is not None
    ]


async def _from_checkouts(
    session: AsyncSession, firm_id: UUID, invoice_ids: Group[UUID]
) -> list[tuple[UUID, Hold]]:
    rows = await session.execute(
        select(CheckoutLine.invoice_id, Checkout.created_at)
        .join(Checkout, Checkout.id == CheckoutLine.checkout_id)
        .where(
            CheckoutLine.firm_id == firm_id,
            CheckoutLine.invoice_id.in_(invoice_ids),
            CheckoutLine.state.in_(OPEN_STATES),
        )
    )
    return [
        (
            invoice_id,
            Hold(HoldKind.checkout_open, "", starts_at=at, ends_at=at + CHECKOUT_GRACE),
        )
        for invoice_id, at in rows
    ]


async def _while_clio_is_away(
    session: AsyncSession, firm_id: UUID, invoice_ids: Group[UUID]
) -> list[tuple[UUID, Hold]]:
    """Every invoice of a firm whose access to Clio has ended: nobody knows what is still owed."""
    since = await clio_away_since(session, firm_id=firm_id)
    if since is None:
        return []
    hold = Hold(HoldKind.clio_disconnected, "", starts_at=since)
    return [(invoice_id, hold) for invoice_id in invoice_ids]


async def _while_clio_reminds(
    session: AsyncSession, firm_id: UUID, invoice_ids: Group[UUID]
) -> list[tuple[UUID, Hold]]:
    """Clients whom Clio itself reminds, where the firm wants them to hear from one sender only."""
    rows = await session.execute(
        select(Invoice.id, Invoice.created_at)
        .join(Client, Client.id == Invoice.client_id)
        .join(SendingRules, SendingRules.firm_id == Invoice.firm_id)
        .where(
            Invoice.firm_id == firm_id,
            Invoice.id.in_(invoice_ids),
            Client.clio_reminders_enabled,
            SendingRules.holds_for_other_senders,
        )
    )
    return [
        (invoice_id, Hold(HoldKind.other_sender, "", starts_at=created_at))
        for invoice_id, created_at in rows
    ]


async def clio_away_since(session: AsyncSession, *, firm_id: UUID) -> datetime | None:
    """The last good reading of a Clio that is disconnected; nothing while it is connected."""
    found: datetime | None = await session.scalar(
        select(func.coalesce(_clio.c.last_read_at, _clio.c.connected_at)).where(
            _clio.c.firm_id == firm_id, _clio.c.state != "connected"
        )
    )
    return found
