"""How promises end: kept when the money is there, broken when their time is over.

Called under the locks of the invoices' rows by whoever changes a fact, and by the worker when the
time of one is over.
"""

from collections.abc import Collection as Group
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.holds.derived import clio_away_since
from invoice_tracker.collections.models import (
    Collection,
    CollectionState,
    HoldRow,
    Promise,
    PromiseState,
)
from invoice_tracker.domain.holds import HoldKind
from invoice_tracker.domain.local_days import local_day
from invoice_tracker.domain.promises import PromiseEnd, PromiseFacts, end_of_promise
from invoice_tracker.firms.models import Firm
from invoice_tracker.invoices import timeline
from invoice_tracker.invoices.models import ClioState, Invoice
from invoice_tracker.payments.balances import effective_balances
from invoice_tracker.payments.models import Payment, PaymentState
from invoice_tracker.reminder_sets.models import ReminderStep


async def with_open_promise(
    session: AsyncSession, *, firm_id: UUID, invoice_ids: Group[UUID]
) -> Sequence[UUID]:
    """Which of these invoices have a promise that has not ended."""
    rows = await session.scalars(
        select(Promise.invoice_id).where(
            Promise.firm_id == firm_id,
            Promise.invoice_id.in_(invoice_ids),
            Promise.state == PromiseState.open,
        )
    )
    return rows.all()


async def end_promises(
    session: AsyncSession, *, firm_id: UUID, invoices: Sequence[Invoice], now: datetime
) -> None:
    """End those of these invoices' open promises that are kept, broken or pointless.

    The caller holds the locks of the invoices' rows, and looks at their collections afterwards.
    While Clio is away, or a payment is on its way, no promise is broken: nobody knows.
    """
    by_id = {invoice.id: invoice for invoice in invoices}
    rows = await session.execute(
        select(Promise, HoldRow)
        .join(HoldRow, HoldRow.id == Promise.hold_id)
        .where(
            Promise.firm_id == firm_id,
            Promise.invoice_id.in_(by_id),
            Promise.state == PromiseState.open,
        )
        .execution_options(populate_existing=True)
    )
    found = rows.all()
    if not found:
        return
    balances = await effective_balances(session, firm_id=firm_id, invoice_ids=by_id)
    under_way = await _under_way(session, firm_id, by_id)
    is_away = await clio_away_since(session, firm_id=firm_id) is not None
    for promise, hold in found:
        invoice = by_id[promise.invoice_id]
        facts = PromiseFacts(
            amount_minor=promise.amount_minor,
            received_minor=paid_of(invoice, balances[invoice.id]) - promise.paid_before_minor,
            balance_minor=balances[invoice.id],
            is_collectable=invoice.clio_state in (ClioState.awaiting_payment, ClioState.paid),
            is_unsure=is_away or invoice.id in under_way or invoice.clio_pending_minor > 0,
            waits_until=hold.ends_at,
        )
        end = end_of_promise(facts, now=now)
        if end is not None:
            await _end(session, promise, hold, end, now)


def paid_of(invoice: Invoice, balance_minor: int) -> int:
    """What has been paid of it, payments that Clio does not show yet included; minor units."""
    return invoice.clio_paid_minor + invoice.clio_balance_minor - balance_minor


async def withdraw_promises(
    session: AsyncSession, *, firm_id: UUID, hold_ids: Group[UUID], now: datetime
) -> int:
    """The promises behind these holds no longer count; how many there were."""
    rows = await session.scalars(
        select(Promise)
        .where(
            Promise.firm_id == firm_id,
            Promise.hold_id.in_(hold_ids),
            Promise.state == PromiseState.open,
        )
        .execution_options(populate_existing=True)
    )
    withdrawn = rows.all()
    for promise in withdrawn:
        promise.state = PromiseState.withdrawn
        promise.ended_at = now
    await session.flush()
    return len(withdrawn)


async def _under_way(
    session: AsyncSession, firm_id: UUID, invoice_ids: Group[UUID]
) -> set[UUID | None]:
    rows = await session.scalars(
        select(Payment.invoice_id).where(
            Payment.firm_id == firm_id,
            Payment.invoice_id.in_(invoice_ids),
            Payment.state == PaymentState.processing,
        )
    )
    return set(rows)


_TITLES = {
    PromiseEnd.kept: ("promise_kept", "The promise was kept"),
    PromiseEnd.broken: ("promise_broken", "The promise was broken"),
    PromiseEnd.pointless: ("promise_withdrawn", "The promise ended with the bill"),
}
_STATES = {
    PromiseEnd.kept: PromiseState.kept,
    PromiseEnd.broken: PromiseState.broken,
    PromiseEnd.pointless: PromiseState.withdrawn,
}


async def _end(
    session: AsyncSession, promise: Promise, hold: HoldRow, end: PromiseEnd, now: datetime
) -> None:
    promise.state = _STATES[end]
    promise.ended_at = now
    hold.released_at = hold.released_at or now
    kind, title = _TITLES[end]
    detail = f"It was {hold.reason}." if hold.kind is HoldKind.promise and hold.reason else None
    if end is PromiseEnd.broken:
        goes_on = await _jump(session, promise, now)
        detail = f"{detail or ''} {goes_on}".strip()
    await session.flush()
    await timeline.add(
        session,
        firm_id=promise.firm_id,
        invoice_id=promise.invoice_id,
        at=now,
        kind=kind,
        title=title,
        detail=detail,
    )


async def _jump(session: AsyncSession, promise: Promise, now: datetime) -> str:
    """Have the running series go on with the step that was chosen; what happens, in words."""
    collection = await session.scalar(
        select(Collection)
        .where(
            Collection.firm_id == promise.firm_id,
            Collection.invoice_id == promise.invoice_id,
            Collection.state == CollectionState.active,
        )
        .execution_options(populate_existing=True)
    )
    if collection is None:
        return "No reminders are active."
    step = exists().where(
        ReminderStep.version_id == collection.version_id,
        ReminderStep.position == promise.jump_position,
    )
    if promise.jump_position is None or not await session.scalar(select(step)):
        return "Reminders go on where they were."
    firm = await session.get_one(Firm, promise.firm_id)
    collection.jump_position = promise.jump_position
    collection.jump_on = local_day(now, firm.time_zone)
    return f"Reminders go on with step {promise.jump_position}."
