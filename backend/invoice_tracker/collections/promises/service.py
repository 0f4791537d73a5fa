"""A client's word to pay: noted, withdrawn, and seen to when its time is over."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.controls import start_of
from invoice_tracker.collections.facts import load_firm
from invoice_tracker.collections.holds.service import add_hold, release_holds
from invoice_tracker.collections.models import (
    Collection,
    CollectionState,
    HoldRow,
    Promise,
    PromiseState,
)
from invoice_tracker.collections.promises.keeping import paid_of, withdraw_promises
from invoice_tracker.collections.service import reconsider
from invoice_tracker.core.deps import Adapters
from invoice_tracker.core.errors import Conflict, Invalid, NotFound
from invoice_tracker.domain.firm_calendar import FirmCalendar
from invoice_tracker.domain.holds import HoldKind
from invoice_tracker.domain.money import Money, format_money
from invoice_tracker.domain.plain_dates import in_words
from invoice_tracker.domain.promises import LONGEST, waits_until
from invoice_tracker.invoices.models import ClioState, Invoice
from invoice_tracker.invoices.service import lock_invoices
from invoice_tracker.payments.balances import effective_balances
from invoice_tracker.reminder_sets.models import ReminderStep

AT_ONCE = 200


async def make_promise(
    session: AsyncSession,
    *,
    firm_id: UUID,
    invoice_id: UUID,
    promised_on: date,
    amount_minor: int | None,
    note: str,
    jump_position: int | None,
    actor: str | None,
    now: datetime,
) -> UUID:
    """Note it, and hold the reminders until it should be kept. A new one replaces the one before.

    Without an amount the whole balance is promised. Raises ``NotFound``; ``Conflict`` where nothing
    is owed; ``Invalid`` for a day that has passed, too much money, or a step that is not there.
    """
    [invoice] = await _lock(session, firm_id, invoice_id)
    balances = await effective_balances(session, firm_id=firm_id, invoice_ids=[invoice_id])
    balance = balances[invoice_id]
    if invoice.clio_state is not ClioState.awaiting_payment or balance <= 0:
        raise Conflict("Nothing is owed on this invoice.")
    amount = balance if amount_minor is None else amount_minor
    if amount > balance:
        owed = format_money(Money(balance, invoice.currency))
        raise Invalid(f"Only {owed} is owed on this invoice.")
    calendar = (await load_firm(session, firm_id=firm_id)).calendar
    today = calendar.local_day(now)
    if not today <= promised_on <= today + LONGEST:
        raise Invalid("Please choose a day from today on, within a year.")
    if jump_position is not None:
        await _check_step(session, firm_id, invoice_id, jump_position)
    await _end_former(session, firm_id, invoice_id, actor, now, silent=True)
    hold_id = await add_hold(
        session,
        firm_id=firm_id,
        invoice_id=invoice_id,
        kind=HoldKind.promise,
        reason=_in_words(Money(amount, invoice.currency), promised_on),
        now=now,
        ends_at=_end(promised_on, calendar),
        author=actor,
    )
    promise = Promise(
        id=uuid4(),
        firm_id=firm_id,
        invoice_id=invoice_id,
        hold_id=hold_id,
        promised_on=promised_on,
        amount_minor=amount,
        paid_before_minor=paid_of(invoice, balance),
        currency=invoice.currency,
        note=note,
        jump_position=jump_position,
        author=actor,
        created_at=now,
    )
    session.add(promise)
    await session.flush()
    return promise.id


async def withdraw_promise(
    session: AsyncSession, *, firm_id: UUID, promise_id: UUID, actor: str, now: datetime
) -> None:
    """It no longer counts: reminders go on. Raises ``NotFound``, ``Conflict`` if it has ended."""
    promise = await _get(session, firm_id, promise_id)
    await _lock(session, firm_id, promise.invoice_id)
    promise = await _get(session, firm_id, promise_id)
    if promise.state is not PromiseState.open:
        raise Conflict("This promise has ended already.")
    await _end_former(session, firm_id, promise.invoice_id, actor, now, silent=False)


async def _end_former(
    session: AsyncSession,
    firm_id: UUID,
    invoice_id: UUID,
    actor: str | None,
    now: datetime,
    *,
    silent: bool,
) -> None:
    hold_ids = await session.scalars(
        select(Promise.hold_id).where(
            Promise.firm_id == firm_id,
            Promise.invoice_id == invoice_id,
            Promise.state == PromiseState.open,
        )
    )
    # By itself, because the hold of a promise that is waited for beyond its time is over.
    await withdraw_promises(session, firm_id=firm_id, hold_ids=hold_ids.all(), now=now)
    await release_holds(
        session,
        firm_id=firm_id,
        invoice_id=invoice_id,
        now=now,
        kinds=[HoldKind.promise],
        author=actor,
        silent=silent,
    )


async def see_to_promises(adapters: Adapters, firm_id: UUID) -> int:
    """End the promises whose time is over; how many were looked at.

    Before anything is decided for the day, so that a series jumps before its next mail is chosen.
    """
    now = adapters.clock.now()
    after, seen = UUID(int=0), 0
    while True:
        async with adapters.database.transaction(firm_id) as session:
            rows = await session.scalars(
                select(Promise.invoice_id)
                .join(HoldRow, HoldRow.id == Promise.hold_id)
                .where(
                    Promise.firm_id == firm_id,
                    Promise.state == PromiseState.open,
                    HoldRow.ends_at <= now,
                    Promise.invoice_id > after,
                )
                .order_by(Promise.invoice_id)
                .limit(AT_ONCE)
            )
            ids = rows.all()
            if not ids:
                return seen
            await reconsider(session, firm_id=firm_id, invoice_ids=ids, now=now)
        after, seen = ids[-1], seen + len(ids)


def _in_words(amount: Money, day: date) -> str:
    return f"{format_money(amount)} by {in_words(day)}"


def _end(promised_on: date, calendar: FirmCalendar) -> datetime:
    return start_of(calendar, waits_until(promised_on, calendar))


async def _lock(session: AsyncSession, firm_id: UUID, invoice_id: UUID) -> list[Invoice]:
    found = await lock_invoices(session, firm_id=firm_id, invoice_ids=[invoice_id])
    if not found:
        raise NotFound("There is no such invoice.")
    return list(found)


async def _get(session: AsyncSession, firm_id: UUID, promise_id: UUID) -> Promise:
    promise = await session.get(Promise, promise_id, populate_existing=True)
    if promise is None or promise.firm_id != firm_id:
        raise NotFound("There is no such promise.")
    return promise


async def _check_step(
    session: AsyncSession, firm_id: UUID, invoice_id: UUID, position: int
) -> None:
    found = await session.scalar(
        select(ReminderStep.id)
        .join(Collection, Collection.version_id == ReminderStep.version_id)
        .where(
            Collection.firm_id == firm_id,
            Collection.invoice_id == invoice_id,
            Collection.state == CollectionState.active,
            ReminderStep.position == position,
        )
    )
    if found is None:
        raise Invalid("The reminders of this invoice have no such step.")
