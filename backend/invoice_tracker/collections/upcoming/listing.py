"""Tomorrow's list as the API shows it: one page of a day, with what may be done about each."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.facts import load_firm
from invoice_tracker.collections.models import Collection, ReminderState
from invoice_tracker.collections.rendering import render_subjects
from invoice_tracker.collections.schemas import InvoiceRef
from invoice_tracker.collections.upcoming.entries import Entry, load_entries
from invoice_tracker.collections.upcoming.plan import next_sending_day
from invoice_tracker.collections.upcoming.reviewed import as_reviewed
from invoice_tracker.collections.upcoming.reviews import may_undo
from invoice_tracker.collections.upcoming.schemas import (
    Reviewed,
    ReviewOut,
    UpcomingCounts,
    UpcomingHour,
    UpcomingOut,
    UpcomingPage,
)
from invoice_tracker.core.deps import Adapters
from invoice_tracker.core.errors import Invalid
from invoice_tracker.core.pagination import decode_cursor, encode_cursor
from invoice_tracker.core.schemas import MoneyOut
from invoice_tracker.domain.firm_calendar import FirmCalendar
from invoice_tracker.domain.reminder_schedule import StepKind
from invoice_tracker.invoices.models import Client, Invoice
from invoice_tracker.invoices.schemas import ClientRef
from invoice_tracker.outbox.models import MessageState
from invoice_tracker.payments.balances import effective_balances
from invoice_tracker.reminder_sets.models import ReminderSet, ReminderSetVersion, ReminderStep

FURTHEST = timedelta(days=31)
_EDITABLE = (None, ReminderState.awaiting_approval, ReminderState.approved)


async def list_upcoming(
    session: AsyncSession,
    adapters: Adapters,
    *,
    firm_id: UUID,
    on: date | None,
    limit: int,
    cursor: str | None,
) -> UpcomingPage:
    """One page of the firm's day ``on``, by default the next sending day.

    Raises ``Invalid`` for a day that is over or too far ahead, or a cursor of another list.
    """
    now = adapters.clock.now()
    firm = await load_firm(session, firm_id=firm_id)
    today = firm.calendar.local_day(now)
    next_day = next_sending_day(firm.calendar, now)
    day = on or next_day
    if not today <= day <= today + FURTHEST:
        raise Invalid("Please choose today or one of the next 31 days.")
    entries = await load_entries(session, firm=firm, day=day, now=now)
    after = decode_cursor(cursor, 4) if cursor is not None else None
    rest = [entry for entry in entries if after is None or list(entry.place) > after]
    page = rest[:limit]
    return UpcomingPage(
        items=await _present(session, adapters, firm_id, page, entries, today),
        next_cursor=encode_cursor(*page[-1].place) if len(rest) > limit else None,
        total=len(entries),
        on=day,
        today=today,
        next_day=next_day,
        is_sending_day=firm.calendar.is_sending_day(day),
        counts=UpcomingCounts(**Counter[str](entry.state for entry in entries)),
        hours=_hours(entries, firm.calendar),
    )


def _hours(entries: Sequence[Entry], calendar: FirmCalendar) -> list[UpcomingHour]:
    """Mails that leave, by the hour. What shares a mail counts once."""
    mails = {
        (calendar.local_time(entry.at).hour, entry.mail)
        for entry in entries
        if entry.mail is not None and entry.state in ("will_go", "safe_mode")
    }
    counted = Counter(hour for hour, _ in mails)
    return [UpcomingHour(hour=hour, mails=counted[hour]) for hour in sorted(counted)]


async def _present(
    session: AsyncSession,
    adapters: Adapters,
    firm_id: UUID,
    page: Sequence[Entry],
    entries: Sequence[Entry],
    today: date,
) -> list[UpcomingOut]:
    facts = await _facts(session, firm_id, {entry.collection_id for entry in page})
    invoice_ids = {entry.invoice_id for entry in page}
    balances = await effective_balances(session, firm_id=firm_id, invoice_ids=invoice_ids)
    subjects = await _subjects(session, adapters, firm_id, page)
    in_mail = defaultdict[Hashable, set[str]](set)
    for entry in entries:
        in_mail[entry.mail].add(entry.number)
    return [
        UpcomingOut(
            collection_id=entry.collection_id,
            step_id=entry.step_id,
            occurrence=entry.occurrence,
            reminder_id=entry.row.id if entry.row else None,
            kind=entry.kind,
            step_position=entry.step_position,
            reminder_set_name=facts[entry.collection_id].set_name,
            invoice=InvoiceRef(id=entry.invoice_id, number=entry.number),
            client=_client(facts[entry.collection_id]),
            recipient=entry.recipient,
            subject=subjects[entry.place],
            balance=MoneyOut(
                amount_minor=balances[entry.invoice_id],
                currency=facts[entry.collection_id].currency,
            ),
            on=entry.on,
            at=entry.at,
            shares_mail_with=sorted(in_mail[entry.mail] - {entry.number}) if entry.mail else [],
            state=entry.state,
            note=entry.note,
            review=_review(entry),
            **_may(entry, today),
        )
        for entry in page
    ]


def _may(entry: Entry, today: date) -> dict[str, bool]:
    """What a person may still do about it."""
    state = entry.row.state if entry.row else None
    waits = state is ReminderState.queued and entry.message_state is MessageState.waiting
    is_mail = entry.kind is StepKind.email and entry.recipient is not None
    undecided = state in (None, ReminderState.awaiting_approval)
    return {
        "can_approve": is_mail and undecided and entry.needs_approval,
        "can_edit": is_mail and (state in _EDITABLE or waits),
        "can_veto": state in _EDITABLE or waits,
        "can_undo": entry.row is not None and may_undo(entry.row, today=today),
    }


def _review(entry: Entry) -> ReviewOut | None:
    row = entry.row
    if row is None or row.reviewed_at is None:
        return None
    decision: Reviewed = "edited" if row.edited_body is not None else "approved"
    if row.state is ReminderState.skipped:
        decision = "vetoed"
    return ReviewOut(decision=decision, by=row.reviewed_by or "", at=row.reviewed_at)


def _client(facts: Row[*tuple[Any, ...]]) -> ClientRef | None:
    if facts.client_id is None:
        return None
    return ClientRef(id=facts.client_id, name=facts.client_name)


async def _facts(
    session: AsyncSession, firm_id: UUID, collection_ids: set[UUID]
) -> dict[UUID, Row[*tuple[Any, ...]]]:
    rows = await session.execute(
        select(
            Collection.id,
            Invoice.currency,
            Client.id.label("client_id"),
            Client.name.label("client_name"),
            ReminderSet.name.label("set_name"),
        )
        .join(Invoice, Invoice.id == Collection.invoice_id)
        .outerjoin(Client, Client.id == Invoice.client_id)
        .join(ReminderSetVersion, ReminderSetVersion.id == Collection.version_id)
        .join(ReminderSet, ReminderSet.id == ReminderSetVersion.reminder_set_id)
        .where(Collection.firm_id == firm_id, Collection.id.in_(collection_ids))
    )
    return {row.id: row for row in rows}


async def _subjects(
    session: AsyncSession, adapters: Adapters, firm_id: UUID, page: Sequence[Entry]
) -> dict[tuple[str, str, int, int], str]:
    """Subjects as they would read now, with the text a person wrote where one did."""
    rows = await session.scalars(
        select(ReminderStep).where(
            ReminderStep.firm_id == firm_id,
            ReminderStep.id.in_({entry.step_id for entry in page}),
        )
    )
    steps = {step.id: step for step in rows}
    texts: dict[UUID, ReminderStep] = dict(steps)
    wanted: dict[tuple[str, str, int, int], tuple[UUID, UUID]] = {}
    for entry in page:
        text_id = entry.step_id
        if entry.row is not None and entry.row.edited_subject is not None:
            own = as_reviewed(steps[entry.step_id], entry.row)
            text_id = own.id = entry.row.id
            texts[text_id] = own
        wanted[entry.place] = (entry.invoice_id, text_id)
    rendered = await render_subjects(
        session,
        adapters,
        firm_id=firm_id,
        wanted=list(wanted.values()),
        steps=list(texts.values()),
        now=adapters.clock.now(),
    )
    return {place: rendered[each] for place, each in wanted.items()}
