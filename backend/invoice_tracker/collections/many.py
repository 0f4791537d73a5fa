"""Pause, resume, stop or move the reminders of many invoices, all at once or nothing."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.controls import STOPPED_BY_HAND, end_of_pause
from invoice_tracker.collections.endings import end_collection
from invoice_tracker.collections.facts import load_firm
from invoice_tracker.collections.holds.rows import open_holds, set_hold
from invoice_tracker.collections.models import Collection, CollectionState
from invoice_tracker.collections.schemas import Selection
from invoice_tracker.collections.selecting import GONE, Refused, find_invoices
from invoice_tracker.collections.service import reconsider
from invoice_tracker.collections.set_changes.service import move
from invoice_tracker.domain.holds import HoldKind
from invoice_tracker.invoices import timeline
from invoice_tracker.invoices.overview import overview, set_now
from invoice_tracker.invoices.service import lock_invoices
from invoice_tracker.reminder_sets.models import ReminderSetVersion

NOT_RUNNING = "No reminders are active."
PAUSED = "It is paused already."
NOT_PAUSED = "It is not paused by itself."
NEWEST = "It runs on the newest version already."
_COLUMNS = [
    overview.c[name]
    for name in (
        "id",
        "number",
        "client_name",
        "collection_id",
        "collection_state",
        "collection_version_id",
        "section",
    )
]


class ManyAction(StrEnum):
    """What is done to each: move is to the newest version of the set it runs on."""

    pause = "pause"
    resume = "resume"
    stop = "stop"
    move = "move"


@dataclass(frozen=True, slots=True)
class Sorted:
    """Invoices for which it can be done, and the others with the reason."""

    possible: list[Row[Any]]
    refused: list[Refused]


async def sort_out_many(
    session: AsyncSession, *, firm_id: UUID, action: ManyAction, selection: Selection, now: datetime
) -> Sorted:
    """What an action could be done to now. Changes nothing."""
    ids = await find_invoices(session, firm_id=firm_id, selection=selection, now=now)
    await set_now(session, now)
    query = select(*_COLUMNS).where(overview.c.firm_id == firm_id, overview.c.id.in_(ids))
    rows = (await session.execute(query)).all()
    held = await open_holds(session, firm_id=firm_id, invoice_ids=ids, now=now)
    paused = {row.invoice_id for row in held if row.kind is HoldKind.paused}
    behind = await _behind(session, firm_id, rows) if action is ManyAction.move else set()
    found = {row.id for row in rows}
    refused = [Refused(each, "", None, GONE) for each in ids if each not in found]
    possible = []
    for row in rows:
        reason = _why_not(row, action, is_paused=row.id in paused, is_behind=row.id in behind)
        if reason is None:
            possible.append(row)
        else:
            refused.append(Refused(row.id, row.number, row.client_name, reason))
    return Sorted(possible, sorted(refused, key=lambda each: (each.reason, each.number)))


def _why_not(row: Row[Any], action: ManyAction, *, is_paused: bool, is_behind: bool) -> str | None:
    if row.collection_state != CollectionState.active or row.section == "paid":
        return NOT_RUNNING
    if action is ManyAction.pause and is_paused:
        return PAUSED
    if action is ManyAction.resume and not is_paused:
        return NOT_PAUSED
    if action is ManyAction.move and not is_behind:
        return NEWEST
    return None


async def _behind(session: AsyncSession, firm_id: UUID, rows: Sequence[Row[Any]]) -> set[UUID]:
    """Invoices whose set has a newer version than the one they run on."""
    used = {row.collection_version_id for row in rows if row.collection_version_id}
    mine = select(ReminderSetVersion.reminder_set_id).where(ReminderSetVersion.id.in_(used))
    newest: dict[UUID, tuple[int, UUID]] = {}
    versions = await session.scalars(
        select(ReminderSetVersion).where(
            ReminderSetVersion.firm_id == firm_id, ReminderSetVersion.reminder_set_id.in_(mine)
        )
    )
    for each in versions:
        now_known = newest.get(each.reminder_set_id, (0, each.id))
        newest[each.reminder_set_id] = max(now_known, (each.version, each.id))
    latest = {version_id for _, version_id in newest.values()}
    return {row.id for row in rows if row.collection_version_id not in latest}


async def change_many(
    session: AsyncSession,
    *,
    firm_id: UUID,
    action: ManyAction,
    selection: Selection,
    until: date | None,
    reason: str,
    actor: str,
    now: datetime,
) -> Sorted:
    """Do it to all for which it can be done. A second time finds nothing left to do.

    Resuming ends pauses only: a dispute or a promise stays until somebody looks at that invoice.
    Raises ``Invalid`` for a day that has come, or for too many invoices.
    """
    first = await sort_out_many(
        session, firm_id=firm_id, action=action, selection=selection, now=now
    )
    ids = [row.id for row in first.possible]
    if not ids:
        return first
    await lock_invoices(session, firm_id=firm_id, invoice_ids=ids)
    # Read again under the locks: one may have been paid meanwhile.
    sure = await sort_out_many(
        session,
        firm_id=firm_id,
        action=action,
        selection=Selection.model_construct(invoice_ids=ids, all_matching=None),
        now=now,
    )
    ids = [row.id for row in sure.possible]
    if action is ManyAction.pause:
        await _pause(session, firm_id, ids, until=until, reason=reason, actor=actor, now=now)
    elif action is ManyAction.resume:
        await _resume(session, firm_id, ids, actor=actor, now=now)
    elif action is ManyAction.stop:
        await _stop(session, sure.possible, reason=reason, actor=actor, now=now)
    else:
        await _move(session, firm_id, sure.possible, actor=actor, now=now)
    return Sorted(sure.possible, [*first.refused, *sure.refused])


async def _pause(
    session: AsyncSession,
    firm_id: UUID,
    ids: Sequence[UUID],
    *,
    until: date | None,
    reason: str,
    actor: str,
    now: datetime,
) -> None:
    ends_at = None
    if until is not None:
        calendar = (await load_firm(session, firm_id=firm_id)).calendar
        ends_at = end_of_pause(calendar, until=until, now=now)
    for invoice_id in ids:
        await set_hold(
            session,
            firm_id=firm_id,
            invoice_id=invoice_id,
            kind=HoldKind.paused,
            reason=reason,
            now=now,
            ends_at=ends_at,
            author=actor,
        )
    await reconsider(session, firm_id=firm_id, invoice_ids=ids, now=now)


async def _resume(
    session: AsyncSession, firm_id: UUID, ids: Sequence[UUID], *, actor: str, now: datetime
) -> None:
    held = await open_holds(session, firm_id=firm_id, invoice_ids=ids, now=now)
    others = {row.invoice_id for row in held if row.kind is not HoldKind.paused}
    for row in held:
        if row.kind is HoldKind.paused:
            row.released_at = now
    for invoice_id in ids:
        await timeline.add(
            session,
            firm_id=firm_id,
            invoice_id=invoice_id,
            at=now,
            kind="hold_released",
            title="A hold has ended, another goes on"
            if invoice_id in others
            else "Reminders go on",
            detail="Ended: Paused",
            actor=actor,
        )
    await session.flush()
    await reconsider(session, firm_id=firm_id, invoice_ids=ids, now=now)


async def _stop(
    session: AsyncSession, rows: Sequence[Row[Any]], *, reason: str, actor: str, now: datetime
) -> None:
    collections = await session.scalars(
        select(Collection)
        .where(Collection.id.in_([row.collection_id for row in rows]))
        .order_by(Collection.id)
        .execution_options(populate_existing=True)
    )
    for collection in collections.all():
        await end_collection(
            session,
            collection=collection,
            state=CollectionState.stopped,
            reason=reason or STOPPED_BY_HAND,
            now=now,
            actor=actor,
        )


async def _move(
    session: AsyncSession, firm_id: UUID, rows: Sequence[Row[Any]], *, actor: str, now: datetime
) -> None:
    sets = await session.execute(
        select(ReminderSetVersion.id, ReminderSetVersion.reminder_set_id).where(
            ReminderSetVersion.id.in_({row.collection_version_id for row in rows})
        )
    )
    set_of = {row.id: row.reminder_set_id for row in sets}
    by_set: defaultdict[UUID, list[UUID]] = defaultdict(list)
    for row in rows:
        by_set[set_of[row.collection_version_id]].append(row.collection_id)
    for set_id, collection_ids in sorted(by_set.items()):
        await move(
            session,
            firm_id=firm_id,
            set_id=set_id,
            collection_ids=collection_ids,
            actor=actor,
            now=now,
        )
