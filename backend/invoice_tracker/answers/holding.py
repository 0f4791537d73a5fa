"""What an answer does to the reminders: it sets a typed hold, and takes it back."""

from collections.abc import Collection as Group
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.answers.models import AnsweredInvoice, ClientAnswer
from invoice_tracker.collections.controls import start_of
from invoice_tracker.collections.facts import load_firm
from invoice_tracker.collections.holds.disputes import open_dispute
from invoice_tracker.collections.holds.service import add_hold, release_holds
from invoice_tracker.collections.holds.wide import hold_client, release_client
from invoice_tracker.collections.models import Collection, CollectionState, Promise
from invoice_tracker.collections.promises.service import make_promise
from invoice_tracker.domain.client_answers import HOLDS, AnswerKind, hold_reason, waits_until
from invoice_tracker.invoices.models import Invoice
from invoice_tracker.invoices.service import lock_invoices


async def lock_for_answer(
    session: AsyncSession,
    *,
    firm_id: UUID,
    client_id: UUID,
    kinds: Group[AnswerKind],
    invoice_ids: Iterable[UUID],
) -> None:
    """Lock the invoices' rows; where the whole client is held, those of all that is reminded too.

    All at once and in order of id, as everybody does.
    """
    ids = set(invoice_ids)
    if AnswerKind.not_me in kinds:
        rows = await session.scalars(
            select(Collection.invoice_id)
            .join(Invoice, Invoice.id == Collection.invoice_id)
            .where(
                Collection.firm_id == firm_id,
                Collection.state == CollectionState.active,
                Invoice.client_id == client_id,
            )
        )
        ids |= set(rows)
    await lock_invoices(session, firm_id=firm_id, invoice_ids=ids)


async def hold(
    session: AsyncSession,
    *,
    row: ClientAnswer,
    invoice_ids: Group[UUID],
    author: str,
    now: datetime,
) -> dict[UUID, UUID]:
    """Set the hold of this answer on each of the invoices; its id by invoice.

    The caller holds the locks of ``lock_for_answer``. What is owed on each is checked by then.
    """
    calendar = (await load_firm(session, firm_id=row.firm_id)).calendar
    reason = hold_reason(row.answer, on=calendar.local_day(row.created_at))
    if row.kind is AnswerKind.not_me:
        hold_id = await hold_client(
            session,
            firm_id=row.firm_id,
            client_id=row.client_id,
            kind=HOLDS[row.kind],
            reason=reason,
            author=author,
            now=now,
        )
        return dict.fromkeys(invoice_ids, hold_id)
    until = waits_until(row.kind, today=calendar.local_day(row.created_at))
    found = {}
    for invoice_id in sorted(invoice_ids):
        match row.kind:
            case AnswerKind.promise:
                found[invoice_id] = await _promise(session, row, invoice_id, author, now)
            case AnswerKind.dispute:
                found[invoice_id] = await open_dispute(
                    session,
                    firm_id=row.firm_id,
                    invoice_id=invoice_id,
                    reason=reason,
                    actor=author,
                    now=now,
                )
            case _:
                found[invoice_id] = await add_hold(
                    session,
                    firm_id=row.firm_id,
                    invoice_id=invoice_id,
                    kind=HOLDS[row.kind],
                    reason=reason,
                    ends_at=start_of(calendar, until) if until else None,
                    author=author,
                    now=now,
                )
    return found


async def _promise(
    session: AsyncSession, row: ClientAnswer, invoice_id: UUID, author: str, now: datetime
) -> UUID:
    """Of the whole balance: a client names a day, never an amount."""
    assert row.promised_on is not None
    promise_id = await make_promise(
        session,
        firm_id=row.firm_id,
        invoice_id=invoice_id,
        promised_on=row.promised_on,
        amount_minor=None,
        note=row.note,
        jump_position=None,
        actor=author,
        now=now,
    )
    return (await session.get_one(Promise, promise_id)).hold_id


async def let_go(
    session: AsyncSession,
    *,
    row: ClientAnswer,
    lines: Iterable[AnsweredInvoice],
    actor: str,
    now: datetime,
    silent: bool,
) -> None:
    """End the holds that the answer has set on these invoices, and no others.

    ``silent`` writes nothing on the timelines: another answer takes its place.
    """
    if row.kind is AnswerKind.not_me:
        await release_client(
            session,
            firm_id=row.firm_id,
            client_id=row.client_id,
            kind=HOLDS[row.kind],
            actor=actor,
            now=now,
        )
        return
    for line in sorted(lines, key=lambda each: each.invoice_id):
        if line.hold_id is not None:
            await release_holds(
                session,
                firm_id=row.firm_id,
                invoice_id=line.invoice_id,
                hold_ids=[line.hold_id],
                author=actor,
                now=now,
                silent=silent,
            )
