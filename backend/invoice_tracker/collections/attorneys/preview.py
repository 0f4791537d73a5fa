"""Once a day attorneys are told what is planned on their own matters, in time to hold a client."""

import json
from collections import defaultdict
from collections.abc import Collection as Group
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.attorneys.mail import ClientsMails, compose_preview
from invoice_tracker.collections.facts import FirmFacts, load_firm
from invoice_tracker.collections.upcoming.plan import Upcoming, load_upcoming, next_sending_day
from invoice_tracker.core.deps import Adapters
from invoice_tracker.domain.money import Money
from invoice_tracker.domain.reminder_schedule import StepKind
from invoice_tracker.firms.links import make_one_more_link
from invoice_tracker.firms.models import LinkKind, SendingRules
from invoice_tracker.firms.service import get_firm, get_sending_rules
from invoice_tracker.invoices.models import Invoice, Matter
from invoice_tracker.outbox.service import enqueue

PREVIEW = "attorney_preview"
"""Kind of the mails to attorneys."""
TELL_AT = time(15)
"""Firm time, on the last sending day before the one that the mail is about."""


@dataclass(frozen=True, slots=True)
class Attorney:
    """A responsible attorney, as Clio has them."""

    email: str
    name: str


async def tell_attorneys(adapters: Adapters, firm_id: UUID) -> int:
    """Write to each attorney with planned mails on the next sending day; how many were told.

    Nobody is told twice of one day, however often this runs, and nobody in Safe Mode.
    """
    now = adapters.clock.now()
    async with adapters.database.transaction(firm_id) as session:
        rules = await get_sending_rules(session, firm_id)
        if not rules.attorney_preview or rules.safe_mode:
            return 0
        firm = await load_firm(session, firm_id=firm_id)
        local = firm.calendar.local_time(now)
        if local.time() < TELL_AT or not firm.calendar.is_sending_day(local.date()):
            return 0
        day = next_sending_day(firm.calendar, now)
        if not await _first_to_tell(session, firm_id, day):
            return 0
        planned = await planned_mails(session, firm=firm, day=day, now=now)
        by_attorney = await _by_attorney(session, firm_id, planned)
        for attorney, mails in sorted(by_attorney.items(), key=lambda pair: pair[0].email):
            await _tell(session, adapters, firm, attorney, mails, day, now)
        return len(by_attorney)


async def planned_mails(
    session: AsyncSession,
    *,
    firm: FirmFacts,
    day: date,
    now: datetime,
    collection_ids: Group[UUID] | None = None,
) -> list[Upcoming]:
    """The mails that would go to clients on a day, those that still need approval included."""
    found = await load_upcoming(
        session, firm=firm, day=day, now=now, with_held=False, collection_ids=collection_ids
    )
    return [each for each in found if each.item.step.kind is StepKind.email]


async def attorneys_of(
    session: AsyncSession, *, firm_id: UUID, invoice_ids: Sequence[UUID]
) -> list[tuple[UUID, Attorney]]:
    """Each invoice with the responsible attorneys of its matters who have an address."""
    rows = await session.execute(
        select(Invoice.id, Matter.attorney_email, Matter.attorney_name)
        .join(
            Matter,
            or_(Matter.id == Invoice.matter_id, Matter.id == func.any(Invoice.matter_ids)),
        )
        .where(
            Invoice.firm_id == firm_id,
            Invoice.id.in_(invoice_ids),
            Matter.attorney_email.is_not(None),
        )
        .distinct()
    )
    return [
        (invoice_id, Attorney((email or "").strip().lower(), name or ""))
        for invoice_id, email, name in rows
    ]


async def _first_to_tell(session: AsyncSession, firm_id: UUID, day: date) -> bool:
    told = SendingRules.attorneys_told_for
    found = await session.scalar(
        update(SendingRules)
        .where(SendingRules.firm_id == firm_id, or_(told.is_(None), told < day))
        .values(attorneys_told_for=day)
        .returning(SendingRules.firm_id)
        .execution_options(synchronize_session=False)
    )
    return found is not None


async def _by_attorney(
    session: AsyncSession, firm_id: UUID, planned: Sequence[Upcoming]
) -> dict[Attorney, list[Upcoming]]:
    by_invoice = {each.loaded.invoice.id: each for each in planned}
    found: dict[str, tuple[Attorney, list[Upcoming]]] = {}
    for invoice_id, attorney in await attorneys_of(
        session, firm_id=firm_id, invoice_ids=list(by_invoice)
    ):
        _, mails = found.setdefault(attorney.email, (attorney, []))
        if by_invoice[invoice_id] not in mails:
            mails.append(by_invoice[invoice_id])
    return dict(found.values())


async def _tell(
    session: AsyncSession,
    adapters: Adapters,
    firm: FirmFacts,
    attorney: Attorney,
    mails: Sequence[Upcoming],
    day: date,
    now: datetime,
) -> None:
    clients: dict[UUID, list[Upcoming]] = defaultdict(list)
    for each in mails:
        if each.loaded.group.client_id is not None:
            clients[each.loaded.group.client_id].append(each)
    own = [
        await _of_client(session, adapters, firm, attorney, client_id, found, day, now)
        for client_id, found in clients.items()
    ]
    name = (await get_firm(session, firm.firm_id)).name
    await enqueue(
        session,
        firm_id=firm.firm_id,
        kind=PREVIEW,
        dedupe_key=f"{PREVIEW}:{attorney.email}:{day}",
        subject_id=None,
        recipient=attorney.email,
        content=compose_preview(
            mail_from=adapters.settings.mail_from,
            firm_name=name,
            attorney_name=attorney.name,
            day=day,
            clients=sorted(own, key=lambda client: client.name),
        ),
        now=now,
    )


async def _of_client(
    session: AsyncSession,
    adapters: Adapters,
    firm: FirmFacts,
    attorney: Attorney,
    client_id: UUID,
    found: Sequence[Upcoming],
    day: date,
    now: datetime,
) -> ClientsMails:
    note = {"email": attorney.email, "name": attorney.name, "day": day.isoformat()}
    token = await make_one_more_link(
        session,
        firm_id=firm.firm_id,
        kind=LinkKind.veto,
        subject_id=client_id,
        now=now,
        expires_at=firm.calendar.closes_at(day),
        note=json.dumps(note),
    )
    return ClientsMails(
        name=found[0].loaded.client_name or "Unknown client",
        invoices=[
            (
                each.loaded.invoice.number,
                Money(each.loaded.invoice.balance_minor, each.loaded.invoice.currency),
            )
            for each in sorted(found, key=lambda each: each.loaded.invoice.number)
        ],
        link=f"{adapters.public_url}/veto/{token}",
    )
