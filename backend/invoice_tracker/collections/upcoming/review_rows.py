"""Rows of reminders that a person writes before the worker would."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.facts import Loaded, load, load_firm
from invoice_tracker.collections.looking import PLAN_DAYS
from invoice_tracker.collections.models import Collection, Reminder, ReminderState
from invoice_tracker.collections.sending.mails import Deciding
from invoice_tracker.collections.upcoming.plan import A_DAY, plan_until
from invoice_tracker.core.errors import Conflict, Invalid, NotFound
from invoice_tracker.domain.reminder_schedule import Planned, StepKind, reminder_key
from invoice_tracker.invoices.service import lock_invoices
from invoice_tracker.reminder_sets.models import ReminderStep

NOT_PLANNED = "This reminder is not planned any more. Please reload the list."


@dataclass(frozen=True, slots=True)
class Which:
    """One reminder of one collection, whether or not it has a row."""

    collection_id: UUID
    step_id: UUID
    occurrence: int


@dataclass(frozen=True, slots=True)
class Text:
    """What a person wrote for one mail, with variables."""

    subject: str
    body: str


async def lock_collection(
    session: AsyncSession, *, firm_id: UUID, collection_id: UUID
) -> Collection:
    """The collection, with its invoice's row locked. Raises ``NotFound``."""
    invoice_id = await session.scalar(
        select(Collection.invoice_id).where(
            Collection.firm_id == firm_id, Collection.id == collection_id
        )
    )
    if invoice_id is None:
        raise NotFound("There is no such collection.")
    await lock_invoices(session, firm_id=firm_id, invoice_ids=[invoice_id])
    return await session.get_one(Collection, collection_id, populate_existing=True)


async def find_step(session: AsyncSession, *, firm_id: UUID, which: Which) -> ReminderStep:
    """The step in the version that the collection runs on. Raises ``NotFound``."""
    step = await session.scalar(
        select(ReminderStep)
        .join(Collection, Collection.version_id == ReminderStep.version_id)
        .where(
            Collection.firm_id == firm_id,
            Collection.id == which.collection_id,
            ReminderStep.id == which.step_id,
        )
    )
    if step is None:
        raise NotFound("There is no such reminder.")
    return step


async def find_row(session: AsyncSession, *, firm_id: UUID, which: Which) -> Reminder | None:
    """Its row, if it has been decided, and not withdrawn since."""
    return await session.scalar(
        select(Reminder)
        .where(
            Reminder.firm_id == firm_id,
            Reminder.collection_id == which.collection_id,
            Reminder.step_id == which.step_id,
            Reminder.occurrence == which.occurrence,
            Reminder.state != ReminderState.cancelled,
        )
        .order_by(Reminder.created_at.desc(), Reminder.id)
        .limit(1)
        .execution_options(populate_existing=True)
    )


async def write_ahead(
    session: AsyncSession,
    this: Deciding,
    *,
    collection: Collection,
    which: Which,
    state: ReminderState,
    actor: str,
    reason: str | None = None,
    text: Text | None = None,
) -> tuple[UUID, Planned]:
    """Write the row of a planned reminder; its id and its plan. The caller holds the lock.

    Raises ``Conflict`` when it is not planned any more, ``Invalid`` where it cannot be agreed to.
    """
    loaded, planned = await _find_planned(session, this, collection, which)
    if state is ReminderState.approved:
        _refuse_what_cannot_go(planned)
    skipped = state is ReminderState.skipped
    values = {
        "step_id": which.step_id,
        "planned_on": planned.on,
        "state": state,
        "reason": reason,
        "balance_minor": loaded.invoice.balance_minor,
        "currency": loaded.invoice.currency,
        "created_at": this.now,
        "ended_at": this.now if skipped else None,
        "edited_subject": text.subject if text else None,
        "edited_body": text.body if text else None,
        "reviewed_by": actor,
        "reviewed_at": this.now,
    }
    key = reminder_key(collection.id, planned.step.identity, which.occurrence, planned.recipient)
    reminder_id = await session.scalar(
        insert(Reminder)
        .values(
            id=uuid4(),
            firm_id=collection.firm_id,
            collection_id=collection.id,
            invoice_id=collection.invoice_id,
            occurrence=which.occurrence,
            kind=planned.step.kind,
            recipient=planned.recipient,
            dedupe_key=key,
            **values,
        )
        .on_conflict_do_update(
            index_elements=["firm_id", "dedupe_key"],
            set_=values,
            where=Reminder.state == ReminderState.cancelled,
        )
        .returning(Reminder.id)
    )
    if reminder_id is None:
        raise Conflict(NOT_PLANNED)
    return reminder_id, planned


async def _find_planned(
    session: AsyncSession, this: Deciding, collection: Collection, which: Which
) -> tuple[Loaded, Planned]:
    firm = await load_firm(session, firm_id=collection.firm_id)
    found = await load(session, firm=firm, collection_ids=[collection.id], now=this.now)
    loaded = found[collection.id]
    until = firm.calendar.local_day(this.now) + PLAN_DAYS * A_DAY
    for planned in plan_until(loaded, now=this.now, until=until):
        if (planned.step.id, planned.occurrence) == (which.step_id, which.occurrence):
            return loaded, planned
    raise Conflict(NOT_PLANNED)


def _refuse_what_cannot_go(planned: Planned) -> None:
    if planned.step.kind is StepKind.call_task:
        raise Invalid("A call is made, not sent: there is nothing to approve or to edit.")
    if planned.recipient is None:
        raise Invalid("The client has no e-mail address.")
