"""A client answers: one transaction, under the locks of the invoices it is about."""

from collections.abc import Collection as Group
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.answers.holding import hold, let_go, lock_for_answer
from invoice_tracker.answers.models import AnsweredInvoice, AnswerState, ClientAnswer
from invoice_tracker.answers.notices import tell_staff
from invoice_tracker.answers.places import Place
from invoice_tracker.core.deps import Adapters
from invoice_tracker.domain.client_answers import (
    COUNTED,
    LOOK_FOR_PAYMENT,
    MOST_ANSWERS,
    Answer,
    AnswerKind,
    as_told,
)
from invoice_tracker.firms.calendars import firm_day
from invoice_tracker.invoices import timeline
from invoice_tracker.invoices.models import Invoice
from invoice_tracker.payments.balances import amounts_due


class Given(StrEnum):
    """What has become of an answer."""

    taken = "taken"
    """Also where it had been given before: a form that is sent twice counts once."""
    nothing_owed = "nothing_owed"
    too_many = "too_many"


async def give_answer(
    session: AsyncSession,
    adapters: Adapters,
    *,
    place: Place,
    invoice_ids: Group[UUID],
    answer: Answer,
    now: datetime,
) -> Given:
    """Hold the reminders of these invoices, tell staff, and forget what was answered before.

    ``invoice_ids`` are of the place, and the answer has no problems. What is not owed any more is
    left out.
    """
    firm_id = place.firm.id
    own = [each.id for each in place.invoices]
    former = await _standing(session, place, own)
    await lock_for_answer(
        session,
        firm_id=firm_id,
        client_id=place.client.id,
        kinds={answer.kind, *(row.kind for row, _ in former)},
        invoice_ids=own,
    )
    invoices = await session.scalars(select(Invoice).where(Invoice.id.in_(own)))
    due = await amounts_due(session, invoices=invoices.all())
    chosen = {each for each in invoice_ids if due.get(each, 0) > 0}
    if not chosen:
        return Given.nothing_owed
    # Read again under the locks: the same form may have been sent twice.
    former = await _standing(session, place, own)
    if any(_is_same(row, lines, answer, chosen, now) for row, lines in former):
        return Given.taken
    if await _lately(session, place, now) >= MOST_ANSWERS:
        return Given.too_many
    author = place.recipient if answer.kind is AnswerKind.not_me else place.client.name
    await _replace(session, former, answer, chosen, author, now)
    await _write(session, adapters, place, answer, chosen, author, now)
    return Given.taken


Former = Sequence[tuple[ClientAnswer, list[AnsweredInvoice]]]


async def _standing(session: AsyncSession, place: Place, invoice_ids: Group[UUID]) -> Former:
    """This person's answers about these invoices that nobody has decided about."""
    rows = await session.execute(
        select(ClientAnswer, AnsweredInvoice)
        .join(AnsweredInvoice, AnsweredInvoice.answer_id == ClientAnswer.id)
        .where(
            ClientAnswer.firm_id == place.firm.id,
            ClientAnswer.client_id == place.client.id,
            ClientAnswer.recipient == place.recipient,
            ClientAnswer.state == AnswerState.open,
            AnsweredInvoice.invoice_id.in_(invoice_ids),
            AnsweredInvoice.replaced_at.is_(None),
        )
        .order_by(ClientAnswer.created_at, ClientAnswer.id)
        .execution_options(populate_existing=True)
    )
    found: dict[UUID, tuple[ClientAnswer, list[AnsweredInvoice]]] = {}
    for row, line in rows:
        found.setdefault(row.id, (row, []))[1].append(line)
    return list(found.values())


def _is_same(
    row: ClientAnswer,
    lines: Sequence[AnsweredInvoice],
    answer: Answer,
    chosen: Group[UUID],
    now: datetime,
) -> bool:
    """Whether it was said before; "I have paid" only as long as reminders wait for the payment."""
    is_over = answer.kind is AnswerKind.paid and row.created_at <= now - LOOK_FOR_PAYMENT
    covered = {line.invoice_id for line in lines}
    return row.answer == answer and set(chosen) <= covered and not is_over


async def _lately(session: AsyncSession, place: Place, now: datetime) -> int:
    """How many answers this person has given in the time that counts."""
    return (
        await session.scalar(
            select(func.count()).where(
                ClientAnswer.firm_id == place.firm.id,
                ClientAnswer.client_id == place.client.id,
                ClientAnswer.recipient == place.recipient,
                ClientAnswer.created_at > now - COUNTED,
            )
        )
    ) or 0


async def _replace(
    session: AsyncSession,
    former: Former,
    answer: Answer,
    chosen: Group[UUID],
    author: str,
    now: datetime,
) -> None:
    """What was answered before about these invoices no longer stands."""
    for row, lines in former:
        # Whoever said to be somebody else said so of everything.
        every = AnswerKind.not_me in (row.kind, answer.kind)
        over = [line for line in lines if every or line.invoice_id in chosen]
        if not over:
            continue
        await let_go(session, row=row, lines=over, actor=author, now=now, silent=True)
        for line in over:
            line.replaced_at = now
        await session.flush()
        left = await session.scalar(
            select(func.count()).where(
                AnsweredInvoice.answer_id == row.id, AnsweredInvoice.replaced_at.is_(None)
            )
        )
        if not left:
            row.state = AnswerState.replaced
            row.ended_at = now
    await session.flush()


async def _write(
    session: AsyncSession,
    adapters: Adapters,
    place: Place,
    answer: Answer,
    chosen: Group[UUID],
    author: str,
    now: datetime,
) -> None:
    firm_id = place.firm.id
    row = ClientAnswer(
        id=uuid4(),
        firm_id=firm_id,
        client_id=place.client.id,
        recipient=place.recipient,
        created_at=now,
        **asdict(answer),
    )
    session.add(row)
    await session.flush()
    told = as_told(answer, on=await firm_day(session, firm_id=firm_id, now=now))
    for invoice_id in sorted(chosen):
        await timeline.add(
            session,
            firm_id=firm_id,
            invoice_id=invoice_id,
            at=now,
            kind="client_answered",
            title=told,
            detail=answer.note or None,
            actor=author,
        )
    holds = await hold(session, row=row, invoice_ids=chosen, author=author, now=now)
    session.add_all(
        AnsweredInvoice(
            answer_id=row.id, invoice_id=invoice_id, firm_id=firm_id, hold_id=holds.get(invoice_id)
        )
        for invoice_id in sorted(chosen)
    )
    await session.flush()
    await tell_staff(session, adapters, place=place, row=row, invoice_ids=chosen, now=now)
