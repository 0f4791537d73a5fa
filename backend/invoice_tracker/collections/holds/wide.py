"""Pausing more than one invoice: a client's, all of a reminder set, or everything."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Select, String, func, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.blast_guard.forecast import expect_more
from invoice_tracker.collections.controls import end_of_pause
from invoice_tracker.collections.facts import load_firm
from invoice_tracker.collections.holds.rows import load_wide_holds
from invoice_tracker.collections.holds.schemas import PauseOut, SetName
from invoice_tracker.collections.models import Collection, CollectionState, HoldRow
from invoice_tracker.collections.sending.firm_lock import stop_sending
from invoice_tracker.collections.service import reconsider
from invoice_tracker.core.errors import NotFound
from invoice_tracker.domain.holds import (
    Hold,
    HoldKind,
    HoldReach,
    active_holds,
    describe,
    describe_hold,
)
from invoice_tracker.firms.models import SendingRules
from invoice_tracker.invoices.models import Client, Invoice, TimelineEntry
from invoice_tracker.invoices.schemas import ClientRef
from invoice_tracker.invoices.service import lock_invoices
from invoice_tracker.reminder_sets.models import ReminderSet, ReminderSetVersion


@dataclass(frozen=True, slots=True)
class Whom:
    """A client, or a reminder set, or with neither of them everything."""

    client_id: UUID | None = None
    reminder_set_id: UUID | None = None

    @property
    def reach(self) -> HoldReach:
        if self.client_id is not None:
            return HoldReach.client
        return HoldReach.firm if self.reminder_set_id is None else HoldReach.reminder_set


EVERYTHING = Whom()


async def pause_widely(
    session: AsyncSession,
    *,
    firm_id: UUID,
    whom: Whom,
    until: date | None,
    reason: str,
    actor: str,
    now: datetime,
) -> None:
    """Send nothing to them until the firm's day ``until`` begins, or until somebody resumes.

    It counts at once, for every mail that has not begun to leave. A pause of the same reach is
    replaced. Raises ``NotFound``, or ``Invalid`` for a day that has come.
    """
    set_name = await _find(session, firm_id=firm_id, whom=whom)
    calendar = (await load_firm(session, firm_id=firm_id)).calendar
    row = HoldRow(
        id=uuid4(),
        firm_id=firm_id,
        client_id=whom.client_id,
        reminder_set_id=whom.reminder_set_id,
        kind=HoldKind.paused,
        reason=reason,
        starts_at=now,
        ends_at=None if until is None else end_of_pause(calendar, until=until, now=now),
        author=actor,
    )
    hold = Hold(row.kind, "", now, row.ends_at, reach=whom.reach, set_name=set_name)
    entry = _Entry("hold_set", describe_hold(hold, calendar.time_zone), reason or None, actor)
    await _replace(session, firm_id=firm_id, whom=whom, row=row, entry=entry, now=now)


async def hold_client(
    session: AsyncSession,
    *,
    firm_id: UUID,
    client_id: UUID,
    kind: HoldKind,
    reason: str,
    author: str,
    now: datetime,
) -> UUID:
    """Send this client nothing for a reason other than a pause, beside which it stands; its id.

    One of the same kind is replaced. Raises ``NotFound``.
    """
    whom = Whom(client_id=client_id)
    await _find(session, firm_id=firm_id, whom=whom)
    row = HoldRow(
        id=uuid4(),
        firm_id=firm_id,
        client_id=client_id,
        kind=kind,
        reason=reason,
        starts_at=now,
        author=author,
    )
    entry = _Entry("hold_set", f"Reminders wait. {describe(kind)}", reason, author)
    await _replace(session, firm_id=firm_id, whom=whom, row=row, entry=entry, now=now, kind=kind)
    return row.id


async def release_client(
    session: AsyncSession,
    *,
    firm_id: UUID,
    client_id: UUID,
    kind: HoldKind,
    actor: str,
    now: datetime,
) -> None:
    """End the client's hold of this kind; what is due by then goes at its time."""
    whom = Whom(client_id=client_id)
    if await _is_held(session, firm_id, whom, kind, now):
        entry = _Entry("hold_released", "A hold of this client has ended", describe(kind), actor)
        await _replace(
            session, firm_id=firm_id, whom=whom, row=None, entry=entry, now=now, kind=kind
        )


async def resume_widely(
    session: AsyncSession, *, firm_id: UUID, whom: Whom, actor: str, now: datetime
) -> bool:
    """End the pause; what is due by then goes at its time. Whether there was one.

    Holds of single invoices stay. Raises ``NotFound``.
    """
    await _find(session, firm_id=firm_id, whom=whom)
    if not await _is_held(session, firm_id, whom, HoldKind.paused, now):
        return False
    entry = _Entry("hold_released", _GO_ON[whom.reach], None, actor)
    await _replace(session, firm_id=firm_id, whom=whom, row=None, entry=entry, now=now)
    if whom.client_id is not None:
        ids = await session.scalars(_affected(firm_id, whom, Collection.id))
        await expect_more(session, firm_id=firm_id, collection_ids=ids.all(), now=now)
    return True


@dataclass(frozen=True, slots=True)
class _Entry:
    """What the timelines of the invoices say."""

    kind: str
    title: str
    detail: str | None
    actor: str


async def _replace(
    session: AsyncSession,
    *,
    firm_id: UUID,
    whom: Whom,
    row: HoldRow | None,
    entry: _Entry,
    now: datetime,
    kind: HoldKind = HoldKind.paused,
) -> None:
    """End the pause, or the hold of another kind, of this reach; begin another if one is given.

    A client's invoices are looked at anew at once. For a set or everything, which can be many
    thousands, the worker derives the dates anew in batches.
    """
    few = whom.client_id is not None
    ids = await _active_invoices(session, firm_id, whom) if few else []
    await lock_invoices(session, firm_id=firm_id, invoice_ids=ids)
    await _tell(session, firm_id=firm_id, whom=whom, entry=entry, now=now)
    if not few:
        await _date_anew(session, firm_id, now)
    await stop_sending(session, firm_id=firm_id)
    await _release(session, firm_id, whom, kind, now)
    if row is not None:
        session.add(row)
    await session.flush()
    await reconsider(session, firm_id=firm_id, invoice_ids=ids, now=now)


_GO_ON = {
    HoldReach.client: "Reminders to this client are no longer paused",
    HoldReach.reminder_set: "The set is no longer paused",
    HoldReach.firm: "Reminders are no longer paused for everybody",
}


async def list_pauses(session: AsyncSession, *, firm_id: UUID, now: datetime) -> list[PauseOut]:
    """Every client, set, or everything that is paused at ``now``."""
    wide = await load_wide_holds(session, firm_id=firm_id)
    wide = [
        entry
        for entry in wide
        if entry[0].kind is HoldKind.paused and active_holds([entry[0]], now)
    ]
    if not wide:
        return []
    time_zone = (await load_firm(session, firm_id=firm_id)).calendar.time_zone
    names = await _names(session, [client_id for _, client_id, _ in wide if client_id])
    return [
        PauseOut(
            reach=hold.reach,
            client=ClientRef(id=client_id, name=names[client_id]) if client_id else None,
            reminder_set=SetName(id=set_id, name=hold.set_name) if set_id else None,
            sentence=f"{describe_hold(hold, time_zone)}.",
            reason=hold.reason,
            starts_at=hold.starts_at,
            ends_at=hold.ends_at,
            author=hold.author,
        )
        for hold, client_id, set_id in wide
    ]


async def _names(session: AsyncSession, client_ids: Sequence[UUID]) -> dict[UUID, str]:
    rows = await session.execute(select(Client.id, Client.name).where(Client.id.in_(client_ids)))
    return dict(rows.all())


async def _find(session: AsyncSession, *, firm_id: UUID, whom: Whom) -> str:
    """The set's name, if it is a set. Raises ``NotFound`` for what the firm does not have."""
    if whom.client_id is not None:
        client = await session.get(Client, whom.client_id)
        if client is None or client.firm_id != firm_id:
            raise NotFound("There is no such client.")
    if whom.reminder_set_id is None:
        return ""
    reminder_set = await session.get(ReminderSet, whom.reminder_set_id)
    if reminder_set is None or reminder_set.firm_id != firm_id:
        raise NotFound("There is no such reminder set.")
    return reminder_set.name


def _of(firm_id: UUID, whom: Whom, kind: HoldKind) -> list[ColumnElement[bool]]:
    return [
        HoldRow.firm_id == firm_id,
        HoldRow.kind == kind,
        HoldRow.invoice_id.is_(None),
        HoldRow.client_id.is_not_distinct_from(whom.client_id),
        HoldRow.reminder_set_id.is_not_distinct_from(whom.reminder_set_id),
        HoldRow.released_at.is_(None),
    ]


async def _is_held(
    session: AsyncSession, firm_id: UUID, whom: Whom, kind: HoldKind, now: datetime
) -> bool:
    ends = await session.scalars(select(HoldRow.ends_at).where(*_of(firm_id, whom, kind)))
    return any(ends_at is None or ends_at > now for ends_at in ends)


async def _release(
    session: AsyncSession, firm_id: UUID, whom: Whom, kind: HoldKind, now: datetime
) -> None:
    await session.execute(
        update(HoldRow)
        .where(*_of(firm_id, whom, kind))
        .values(released_at=now)
        .execution_options(synchronize_session=False)
    )


async def _date_anew(session: AsyncSession, firm_id: UUID, now: datetime) -> None:
    """Have the worker derive the hints of all collections, in batches, and wake waiting mails."""
    await session.execute(
        update(SendingRules)
        .where(SendingRules.firm_id == firm_id)
        .values(hints_stale_since=now)
        .execution_options(synchronize_session=False)
    )


async def _active_invoices(session: AsyncSession, firm_id: UUID, whom: Whom) -> Sequence[UUID]:
    rows = await session.scalars(_affected(firm_id, whom, Collection.invoice_id))
    return rows.all()


async def _tell(
    session: AsyncSession, *, firm_id: UUID, whom: Whom, entry: _Entry, now: datetime
) -> None:
    """One entry on the timeline of every invoice that is being reminded: one statement."""
    values = {
        "id": func.gen_random_uuid(),
        "firm_id": Collection.firm_id,
        "invoice_id": Collection.invoice_id,
        "at": literal(now),
        "kind": literal(entry.kind),
        "title": literal(entry.title),
        "detail": literal(entry.detail, String()),
        "actor": literal(entry.actor),
    }
    affected = _affected(firm_id, whom, *values.values())
    await session.execute(insert(TimelineEntry).from_select(list(values), affected))


def _affected(firm_id: UUID, whom: Whom, *columns: Any) -> Select[Any]:
    """Of the running collections, in the order in which everybody locks their invoices."""
    query = (
        select(*columns)
        .select_from(Collection)
        .join(Invoice, Invoice.id == Collection.invoice_id)
        .join(ReminderSetVersion, ReminderSetVersion.id == Collection.version_id)
        .where(Collection.firm_id == firm_id, Collection.state == CollectionState.active)
        .order_by(Collection.invoice_id)
    )
    if whom.client_id is not None:
        query = query.where(Invoice.client_id == whom.client_id)
    if whom.reminder_set_id is not None:
        query = query.where(ReminderSetVersion.reminder_set_id == whom.reminder_set_id)
    return query
