"""A member of staff decides about an answer, or takes that back."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.answers.holding import hold, let_go, lock_for_answer
from invoice_tracker.answers.models import AnsweredInvoice, AnswerState, ClientAnswer
from invoice_tracker.answers.schemas import Verdict
from invoice_tracker.collections.blast_guard.forecast import expect_more
from invoice_tracker.collections.controls import end_of_pause, start_of
from invoice_tracker.collections.facts import load_firm
from invoice_tracker.collections.models import Collection, CollectionState, HoldRow
from invoice_tracker.collections.service import reconsider
from invoice_tracker.core.errors import Conflict, Invalid, NotFound
from invoice_tracker.domain.client_answers import (
    CLIO_SHOWS_PAYMENT,
    AnswerKind,
    as_said,
    waits_until,
)
from invoice_tracker.domain.firm_calendar import FirmCalendar
from invoice_tracker.firms.links import end_links_of_person
from invoice_tracker.firms.models import LinkKind
from invoice_tracker.invoices import timeline
from invoice_tracker.invoices.models import Client, Invoice
from invoice_tracker.payments.balances import amounts_due
from invoice_tracker.payments.groups import groups_of

_WITH_A_DAY = (AnswerKind.paid, AnswerKind.plan)
_TITLES = {
    (AnswerKind.paid, Verdict.accept): "The client's payment was found",
    (AnswerKind.paid, Verdict.decline): "The client's payment was not found: reminders go on",
    (AnswerKind.promise, Verdict.accept): "The client's promise was agreed to",
    (
        AnswerKind.promise,
        Verdict.decline,
    ): "The client's promise was not agreed to: reminders go on",
    (AnswerKind.dispute, Verdict.accept): "The client's dispute is being looked into",
    (AnswerKind.dispute, Verdict.decline): "The client's dispute is settled: reminders go on",
    (AnswerKind.plan, Verdict.accept): "A plan to pay was agreed with the client",
    (AnswerKind.plan, Verdict.decline): "No plan to pay was agreed: reminders go on",
    (AnswerKind.not_me, Verdict.accept): "The address is not the client's: reminders stay on hold",
    (AnswerKind.not_me, Verdict.decline): "The address was checked: reminders go on",
}


async def decide(
    session: AsyncSession,
    *,
    firm_id: UUID,
    answer_id: UUID,
    verdict: Verdict,
    until: date | None,
    note: str,
    actor: str,
    now: datetime,
) -> None:
    """Accepted, its holds stay, with another end where that makes sense; declined, they end.

    Raises ``NotFound``, ``Conflict`` where it was decided already, ``Invalid`` for a day that does
    not fit.
    """
    row, lines = await _lock(session, firm_id, answer_id)
    if row.state is not AnswerState.open:
        raise Conflict("This answer has been dealt with already.")
    if until is not None and (row.kind not in _WITH_A_DAY or verdict is Verdict.decline):
        raise Invalid("A day goes with a payment that was found, or with a plan.")
    row.state = AnswerState.accepted if verdict is Verdict.accept else AnswerState.declined
    row.ended_at, row.ended_by, row.end_note = now, actor, note
    await session.flush()
    await _tell(session, row, lines, _TITLES[row.kind, verdict], note or None, actor, now)
    if verdict is Verdict.decline:
        await let_go(session, row=row, lines=lines, actor=actor, now=now, silent=True)
        await _expect(session, firm_id, lines, now)
    elif row.kind in _WITH_A_DAY:
        calendar = (await load_firm(session, firm_id=firm_id)).calendar
        ends_at = _end_when_accepted(row.kind, calendar, until, now)
        await _hold_until(session, firm_id, lines, ends_at, now)


async def reopen(
    session: AsyncSession, *, firm_id: UUID, answer_id: UUID, actor: str, now: datetime
) -> None:
    """Take the decision back: the answer is to be decided, and holds as before.

    Raises ``NotFound``, ``Conflict`` where nothing was decided or nothing is owed any more, and
    for a promise whose day has passed.
    """
    row, lines = await _lock(session, firm_id, answer_id)
    if row.state not in (AnswerState.accepted, AnswerState.declined):
        raise Conflict("Nothing was decided about this answer, or the client has changed it.")
    invoices = await session.scalars(
        select(Invoice).where(Invoice.id.in_([line.invoice_id for line in lines]))
    )
    due = await amounts_due(session, invoices=invoices.all())
    owed = [line for line in lines if due[line.invoice_id] > 0]
    if not owed:
        raise Conflict("Nothing is owed any more.")
    calendar = (await load_firm(session, firm_id=firm_id)).calendar
    if row.promised_on and row.promised_on < calendar.local_day(now):
        raise Conflict("The promised day has passed.")
    if row.state is AnswerState.declined:
        client = await session.get_one(Client, row.client_id)
        author = row.recipient if row.kind is AnswerKind.not_me else client.name
        ids = [line.invoice_id for line in owed]
        holds = await hold(session, row=row, invoice_ids=ids, author=author, now=now)
        for line in owed:
            line.hold_id = holds.get(line.invoice_id)
    elif row.kind in _WITH_A_DAY:
        day = waits_until(row.kind, today=calendar.local_day(row.created_at))
        await _hold_until(session, firm_id, owed, start_of(calendar, day) if day else None, now)
    row.state = AnswerState.open
    row.ended_at, row.ended_by, row.end_note = None, None, ""
    await session.flush()
    await _tell(
        session, row, lines, "The client's answer is open again", as_said(row.answer), actor, now
    )


async def end_links(
    session: AsyncSession, *, firm_id: UUID, answer_id: UUID, actor: str, now: datetime
) -> None:
    """Links by which this answer's person could answer stop working; the next mail has others.

    Raises ``NotFound``.
    """
    row, lines = await _lock(session, firm_id, answer_id)
    ids = [line.invoice_id for line in lines]
    subjects = [(LinkKind.answer, each) for each in ids]
    groups = await groups_of(session, firm_id=firm_id, invoice_ids=ids)
    subjects += [(LinkKind.answer_group, each) for each in groups]
    for kind, subject_id in subjects:
        await end_links_of_person(
            session,
            firm_id=firm_id,
            kind=kind,
            subject_id=subject_id,
            person=row.recipient,
            now=now,
        )
    title = f"The links to answer that {row.recipient} has do not work any more"
    await _tell(session, row, lines, title, None, actor, now)


def _end_when_accepted(
    kind: AnswerKind, calendar: FirmCalendar, until: date | None, now: datetime
) -> datetime | None:
    if until is not None:
        return end_of_pause(calendar, until=until, now=now)
    if kind is AnswerKind.paid:
        return start_of(calendar, calendar.local_day(now) + CLIO_SHOWS_PAYMENT)
    return None


async def _hold_until(
    session: AsyncSession,
    firm_id: UUID,
    lines: Sequence[AnsweredInvoice],
    ends_at: datetime | None,
    now: datetime,
) -> None:
    """Give the holds another end; what was resumed in the meantime stays so."""
    await session.execute(
        update(HoldRow)
        .where(
            HoldRow.firm_id == firm_id,
            HoldRow.id.in_([line.hold_id for line in lines if line.hold_id]),
            HoldRow.released_at.is_(None),
        )
        .values(ends_at=ends_at)
        .execution_options(synchronize_session=False)
    )
    ids = [line.invoice_id for line in lines]
    await reconsider(session, firm_id=firm_id, invoice_ids=ids, now=now)


async def _lock(
    session: AsyncSession, firm_id: UUID, answer_id: UUID
) -> tuple[ClientAnswer, Sequence[AnsweredInvoice]]:
    """The answer with its invoices that were not answered anew, all locked."""
    seen = await session.get(ClientAnswer, answer_id)
    if seen is None or seen.firm_id != firm_id:
        raise NotFound("There is no such answer.")
    ids = await session.scalars(
        select(AnsweredInvoice.invoice_id).where(AnsweredInvoice.answer_id == answer_id)
    )
    await lock_for_answer(
        session,
        firm_id=firm_id,
        client_id=seen.client_id,
        kinds={seen.kind},
        invoice_ids=ids.all(),
    )
    lines = await session.scalars(
        select(AnsweredInvoice)
        .where(AnsweredInvoice.answer_id == answer_id, AnsweredInvoice.replaced_at.is_(None))
        .order_by(AnsweredInvoice.invoice_id)
        .execution_options(populate_existing=True)
    )
    row = await session.get_one(ClientAnswer, answer_id, populate_existing=True)
    return row, lines.all()


async def _expect(
    session: AsyncSession, firm_id: UUID, lines: Sequence[AnsweredInvoice], now: datetime
) -> None:
    ids = await session.scalars(
        select(Collection.id).where(
            Collection.firm_id == firm_id,
            Collection.invoice_id.in_([line.invoice_id for line in lines]),
            Collection.state == CollectionState.active,
        )
    )
    await expect_more(session, firm_id=firm_id, collection_ids=ids.all(), now=now)


async def _tell(
    session: AsyncSession,
    row: ClientAnswer,
    lines: Sequence[AnsweredInvoice],
    title: str,
    detail: str | None,
    actor: str,
    now: datetime,
) -> None:
    for line in lines:
        await timeline.add(
            session,
            firm_id=row.firm_id,
            invoice_id=line.invoice_id,
            at=now,
            kind="answer_decided",
            title=title,
            detail=detail,
            actor=actor,
        )
