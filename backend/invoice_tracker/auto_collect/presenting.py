"""Rules as the API shows them, and what a rule can name."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from invoice_tracker.auto_collect.models import AutoCollectRule
from invoice_tracker.auto_collect.schemas import ChoicesOut, NamedRef, RuleOut, RuleSetRef
from invoice_tracker.collections.models import Collection, CollectionState
from invoice_tracker.invoices.models import Client, Invoice, Matter
from invoice_tracker.reminder_sets.models import ReminderSet

SHOWN = 20
"""Clients or matters offered at once."""
_SHOWN_AS_THEY_ARE = (
    "id",
    "name",
    "is_enabled",
    "backlog",
    "min_days_overdue",
    "max_days_overdue",
    "min_balance_minor",
    "max_balance_minor",
    "currency",
    "attorneys",
    "practice_areas",
    "last_run_at",
    "created_at",
    "updated_at",
)


async def present_rules(
    session: AsyncSession, *, firm_id: UUID, rows: Sequence[AutoCollectRule]
) -> list[RuleOut]:
    """The rules with the names of what they ask for, and what they have started."""
    sets = await _sets(session, firm_id, rows)
    clients = await _names(
        session, select(Client.id, Client.name), {i for row in rows for i in row.client_ids}
    )
    matters = await _names(
        session,
        select(Matter.id, Matter.display_number),
        {i for row in rows for i in row.matter_ids},
    )
    counts = await _counts(session, firm_id, [row.id for row in rows])
    return [
        RuleOut(
            **{name: getattr(row, name) for name in _SHOWN_AS_THEY_ARE},
            reminder_set=sets[row.reminder_set_id],
            clients=[clients[each] for each in row.client_ids if each in clients],
            matters=[matters[each] for each in row.matter_ids if each in matters],
            started=counts.get(row.id, (0, 0))[0],
            active=counts.get(row.id, (0, 0))[1],
        )
        for row in rows
    ]


async def list_choices(session: AsyncSession, *, firm_id: UUID, q: str | None) -> ChoicesOut:
    """Attorneys, practice areas and currencies that there are; clients and matters like ``q``."""
    return ChoicesOut(
        attorneys=await _distinct(session, firm_id, Matter.attorney_name),
        practice_areas=await _distinct(session, firm_id, Matter.practice_area),
        currencies=list(
            await session.scalars(
                select(Invoice.currency)
                .where(Invoice.firm_id == firm_id)
                .distinct()
                .order_by(Invoice.currency)
            )
        ),
        clients=await _like(session, firm_id, Client, Client.name, q),
        matters=await _like(session, firm_id, Matter, Matter.display_number, q),
    )


async def _sets(
    session: AsyncSession, firm_id: UUID, rows: Sequence[AutoCollectRule]
) -> dict[UUID, RuleSetRef]:
    found = await session.execute(
        select(ReminderSet.id, ReminderSet.name, ReminderSet.archived_at).where(
            ReminderSet.firm_id == firm_id,
            ReminderSet.id.in_({row.reminder_set_id for row in rows}),
        )
    )
    return {
        set_id: RuleSetRef(id=set_id, name=name, is_archived=archived_at is not None)
        for set_id, name, archived_at in found
    }


async def _names(
    session: AsyncSession, query: Select[UUID, str], ids: set[UUID]
) -> dict[UUID, NamedRef]:
    if not ids:
        return {}
    found = await session.execute(query.where(query.selected_columns[0].in_(ids)))
    return {each: NamedRef(id=each, name=name) for each, name in found}


async def _counts(
    session: AsyncSession, firm_id: UUID, rule_ids: Sequence[UUID]
) -> dict[UUID, tuple[int, int]]:
    rows = await session.execute(
        select(
            Collection.auto_collect_rule_id,
            func.count(),
            func.count().filter(Collection.state == CollectionState.active),
        )
        .where(Collection.firm_id == firm_id, Collection.auto_collect_rule_id.in_(rule_ids))
        .group_by(Collection.auto_collect_rule_id)
    )
    return {rule_id: (started, active) for rule_id, started, active in rows if rule_id}


async def _distinct(
    session: AsyncSession, firm_id: UUID, column: InstrumentedAttribute[str | None]
) -> list[str]:
    rows = await session.scalars(
        select(column)
        .where(Matter.firm_id == firm_id, column.is_not(None))
        .distinct()
        .order_by(column)
    )
    return [name for name in rows if name]


async def _like(
    session: AsyncSession,
    firm_id: UUID,
    table: type[Client] | type[Matter],
    name: InstrumentedAttribute[str],
    q: str | None,
) -> list[NamedRef]:
    query = select(table.id, name).where(table.firm_id == firm_id)
    if q:
        query = query.where(name.icontains(q, autoescape=True))
    rows = await session.execute(query.order_by(func.lower(name), table.id).limit(SHOWN))
    return [NamedRef(id=each, name=text) for each, text in rows]
