"""Queries of single reminders, and the counts for the menu's badges."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, case, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.models import Reminder, ReminderState
from invoice_tracker.collections.rendering import render_subjects
from invoice_tracker.collections.schemas import (
    ActivityOut,
    InvoiceRef,
    ReminderDetail,
    ReminderOut,
    ShownState,
)
from invoice_tracker.core.deps import Adapters
from invoice_tracker.core.errors import Invalid, NotFound
from invoice_tracker.core.pagination import decode_cursor, encode_cursor
from invoice_tracker.domain.reminder_schedule import StepKind
from invoice_tracker.firms.service import get_sending_rules
from invoice_tracker.invoices.models import Client, Invoice
from invoice_tracker.outbox.models import MessageState, OutboxMessage
from invoice_tracker.payments.models import Payment, RecordState
from invoice_tracker.payments.proof_lines import count_alerts
from invoice_tracker.reminder_sets.models import ReminderStep

_LEAVING = and_(Reminder.state == ReminderState.queued, OutboxMessage.state == MessageState.sending)
_STATE = case((_LEAVING, "sending"), else_=Reminder.state)
_SUBJECT = OutboxMessage.content["subject"].astext
_AT = func.coalesce(Reminder.ended_at, Reminder.created_at)


async def list_reminders(
    session: AsyncSession,
    adapters: Adapters,
    *,
    firm_id: UUID,
    state: ShownState | None,
    invoice_id: UUID | None,
    limit: int,
    cursor: str | None,
) -> tuple[list[ReminderOut], str | None]:
    """Newest decision first. Raises ``Invalid`` for a cursor that this list did not make."""
    query = _query(firm_id)
    if state is not None:
        query = query.where(*_in_state(state))
    if invoice_id is not None:
        query = query.where(Reminder.invoice_id == invoice_id)
    if cursor is not None:
        query = query.where(_after(cursor))
    order = (Reminder.created_at.desc(), Reminder.id.desc())
    rows = (await session.execute(query.order_by(*order).limit(limit + 1))).all()
    page = rows[:limit]
    next_cursor = None
    if len(rows) > limit:
        next_cursor = encode_cursor(page[-1].created_at, page[-1].id)
    subjects = await _subjects_to_come(session, adapters, firm_id=firm_id, rows=page)
    items = [
        ReminderOut(**_fields(row) | {"subject": subjects.get(row.id, row.subject or None)})
        for row in page
    ]
    return items, next_cursor


async def _subjects_to_come(
    session: AsyncSession,
    adapters: Adapters,
    *,
    firm_id: UUID,
    rows: Sequence[Row[*tuple[Any, ...]]],
) -> dict[UUID, str]:
    """Subjects of mails that are not written yet, as they would read now, by reminder."""
    unwritten = [row for row in rows if row.kind == StepKind.email and row.written is None]
    if not unwritten:
        return {}
    steps = await session.scalars(
        select(ReminderStep).where(ReminderStep.id.in_({row.step_id for row in unwritten}))
    )
    rendered = await render_subjects(
        session,
        adapters,
        firm_id=firm_id,
        wanted=[(row.invoice_id, row.step_id) for row in unwritten],
        steps=steps.all(),
        now=adapters.clock.now(),
    )
    return {row.id: rendered[row.invoice_id, row.step_id] for row in unwritten}


async def count_reminders(
    session: AsyncSession, *, firm_id: UUID, state: ShownState | None, invoice_id: UUID | None
) -> int:
    """How many the list has in all."""
    query = (
        select(func.count())
        .select_from(Reminder)
        .outerjoin(OutboxMessage, OutboxMessage.id == Reminder.outbox_message_id)
        .where(Reminder.firm_id == firm_id)
    )
    if state is not None:
        query = query.where(*_in_state(state))
    if invoice_id is not None:
        query = query.where(Reminder.invoice_id == invoice_id)
    return int(await session.scalar(query) or 0)


async def get_reminder(
    session: AsyncSession, *, firm_id: UUID, reminder_id: UUID
) -> ReminderDetail:
    """One reminder with its mail as it left, or as it stands in the outbox. Raises ``NotFound``."""
    query = _query(firm_id).add_columns(
        OutboxMessage.content,
        OutboxMessage.message_id,
        OutboxMessage.smtp_response,
        ReminderStep.body,
    )
    row = (await session.execute(query.where(Reminder.id == reminder_id))).one_or_none()
    if row is None:
        raise NotFound("There is no such reminder.")
    content = row.content or {}
    to_say = row.body if row.kind == "call_task" else None
    return ReminderDetail(
        **_fields(row),
        html=content.get("html"),
        text=content.get("text", to_say),
        message_id=row.message_id,
        smtp_response=row.smtp_response,
    )


async def count_activity(session: AsyncSession, *, firm_id: UUID) -> ActivityOut:
    """Counts for the badges, in a few queries over small indexes."""
    waiting = [ReminderState.awaiting_approval, ReminderState.uncertain, ReminderState.to_call]
    rows = await session.execute(
        select(Reminder.state, func.count())
        .where(Reminder.firm_id == firm_id, Reminder.state.in_([*waiting, ReminderState.queued]))
        .group_by(Reminder.state)
    )
    counts = dict(rows.all())
    to_record = await session.scalar(
        select(func.count()).where(
            Payment.firm_id == firm_id, Payment.record_state == RecordState.queued
        )
    )
    rules = await get_sending_rules(session, firm_id)
    return ActivityOut(
        awaiting_approval=counts.get(ReminderState.awaiting_approval, 0),
        uncertain=counts.get(ReminderState.uncertain, 0),
        to_call=counts.get(ReminderState.to_call, 0),
        to_record=int(to_record or 0),
        payments_differ=await count_alerts(session, firm_id=firm_id),
        safe_mode=rules.safe_mode,
        queued_today=counts.get(ReminderState.queued, 0),
    )


def _query(firm_id: UUID) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Reminder.id,
            Reminder.invoice_id,
            Invoice.number,
            Client.name.label("client_name"),
            Reminder.collection_id,
            ReminderStep.position,
            Reminder.occurrence,
            Reminder.kind,
            Reminder.recipient,
            Reminder.step_id,
            _SUBJECT.label("written"),
            func.coalesce(_SUBJECT, ReminderStep.subject).label("subject"),
            _STATE.label("shown_state"),
            func.coalesce(Reminder.reason, OutboxMessage.reason).label("reason"),
            Reminder.planned_on,
            Reminder.created_at,
            _AT.label("at"),
        )
        .join(Invoice, Invoice.id == Reminder.invoice_id)
        .outerjoin(Client, Client.id == Invoice.client_id)
        .join(ReminderStep, ReminderStep.id == Reminder.step_id)
        .outerjoin(OutboxMessage, OutboxMessage.id == Reminder.outbox_message_id)
        .where(Reminder.firm_id == firm_id)
    )


def _in_state(state: ShownState) -> Sequence[Any]:
    if state == "sending":
        return [_LEAVING]
    conditions = [Reminder.state == ReminderState(state)]
    if state == "queued":
        conditions.append(OutboxMessage.state.is_distinct_from(MessageState.sending))
    return conditions


def _after(cursor: str) -> Any:
    at, last_id = decode_cursor(cursor, 2)
    try:
        key = (datetime.fromisoformat(at), UUID(last_id))
    except (TypeError, ValueError) as error:
        raise Invalid("That page no longer exists. Please start from the first one.") from error
    return tuple_(Reminder.created_at, Reminder.id) < key


def _fields(row: Row[*tuple[Any, ...]]) -> dict[str, Any]:
    return {
        "id": row.id,
        "invoice": InvoiceRef(id=row.invoice_id, number=row.number),
        "client_name": row.client_name,
        "collection_id": row.collection_id,
        "step_position": row.position,
        "occurrence": row.occurrence,
        "kind": row.kind,
        "recipient": row.recipient,
        "subject": row.subject or None,
        "state": row.shown_state,
        "reason": row.reason,
        "planned_on": row.planned_on,
        "at": row.at,
    }
