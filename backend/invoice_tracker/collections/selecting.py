"""Which invoices a person means, and which of them can be reminded by a set."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.facts import FirmFacts, LoadedInvoice, as_steps, load_invoices
from invoice_tracker.collections.models import Collection, CollectionState
from invoice_tracker.collections.schemas import Matching, Selection
from invoice_tracker.collections.sending.recent_mail import load_recent_mail
from invoice_tracker.core.errors import Invalid
from invoice_tracker.domain.invoice_state import why_not_remindable
from invoice_tracker.domain.reminder_facts import (
    Anchor,
    Backlog,
    CollectionFacts,
    ReasonCode,
    Step,
    StepKind,
)
from invoice_tracker.domain.reminder_schedule import is_complete
from invoice_tracker.firms.service import get_firm
from invoice_tracker.invoices.filtering import due_day
from invoice_tracker.invoices.overview import set_now
from invoice_tracker.invoices.repository import InvoiceFilter, matching_ids
from invoice_tracker.reminder_sets.models import ReminderStep

MOST = 5000
"""Invoices that can be started at once."""
RUNNING = "Reminders are already active."
GONE = "This invoice is not there any more."
ALL_PAST = "All steps of this set lie in the past. Choose another start."


@dataclass(frozen=True, slots=True)
class Candidate:
    """An invoice that can be started, as the collection it would become."""

    invoice: LoadedInvoice
    facts: CollectionFacts
    last_mail_on: date | None


@dataclass(frozen=True, slots=True)
class Refused:
    """An invoice that cannot, and why."""

    invoice_id: UUID
    number: str
    client_name: str | None
    reason: str


async def find_invoices(
    session: AsyncSession, *, firm_id: UUID, selection: Selection, now: datetime
) -> list[UUID]:
    """Ids of the selected invoices. Raises ``Invalid`` where there are more than ``MOST``."""
    if selection.invoice_ids is not None:
        return sorted(set(selection.invoice_ids))
    wanted = selection.all_matching
    assert wanted is not None
    await set_now(session, now)
    firm = await get_firm(session, firm_id)
    today = now.astimezone(ZoneInfo(firm.time_zone)).date()
    found = await matching_ids(
        session, firm_id=firm_id, wanted=_filter(wanted, today), limit=MOST + 1
    )
    if len(found) > MOST:
        raise Invalid(f"More than {MOST:,} invoices match. Please narrow the filter.")
    return found


def _filter(wanted: Matching, today: date) -> InvoiceFilter:
    return InvoiceFilter(
        **wanted.model_dump(exclude={"overdue_from", "overdue_to", "at_least", "at_most"}),
        at_least=Decimal(wanted.at_least) if wanted.at_least else None,
        at_most=Decimal(wanted.at_most) if wanted.at_most else None,
        due_from=due_day(wanted.overdue_to, today),
        due_to=due_day(wanted.overdue_from, today),
    )


async def sort_out(
    session: AsyncSession,
    *,
    firm: FirmFacts,
    invoice_ids: Sequence[UUID],
    steps: Sequence[ReminderStep],
    backlog: Backlog,
    now: datetime,
) -> tuple[list[Candidate], list[Refused]]:
    """Those that can be started now, and the others with the reason. A few queries for all."""
    invoices = await load_invoices(session, firm=firm, invoice_ids=invoice_ids, now=now)
    running, former = await _collections_of(session, firm.firm_id, invoice_ids)
    recent = await load_recent_mail(
        session,
        firm_id=firm.firm_id,
        grouping=firm.grouping,
        recipients={i.facts.recipient for i in invoices.values() if i.facts.recipient},
    )
    pure_steps = as_steps(steps)
    candidates: list[Candidate] = []
    refused = [Refused(i, "", None, GONE) for i in invoice_ids if i not in invoices]
    for invoice_id, invoice in invoices.items():
        last = recent.last_to(
            invoice.facts.recipient, but_queued_by=invoice.group, queued_counts=True
        )
        candidate = Candidate(
            invoice=invoice,
            facts=CollectionFacts(
                id=_id_of(invoice_id, former.get(invoice_id, 0)),
                started_at=now,
                backlog=backlog,
                steps=pure_steps,
                together=invoice.together,
            ),
            last_mail_on=invoice.firm.calendar.local_day(last) if last else None,
        )
        reason = RUNNING if invoice_id in running else _why_not(candidate, now)
        if reason is None:
            candidates.append(candidate)
        else:
            refused.append(Refused(invoice_id, invoice.facts.number, invoice.client_name, reason))
    return candidates, sorted(refused, key=lambda r: (r.reason, r.number))


def _id_of(invoice_id: UUID, former: int) -> UUID:
    """Known beforehand, because the minute at which a collection's mails leave follows from it."""
    return uuid5(invoice_id, f"collection {former + 1}")


def _why_not(candidate: Candidate, now: datetime) -> str | None:
    invoice, steps = candidate.invoice.facts, candidate.facts.steps
    firm = candidate.invoice.firm
    today = firm.calendar.local_day(now)
    passing = {ReasonCode.payment_pending}
    if not _any(steps, kind=StepKind.email):
        passing.add(ReasonCode.no_address)
    if not _any(steps, anchor=Anchor.due):
        passing.add(ReasonCode.no_due_date)
    for reason in why_not_remindable(invoice, rules=firm.rules, today=today):
        if reason.code not in passing:
            return reason.sentence
    if invoice.issued_on is None and _any(steps, anchor=Anchor.issue):
        return "The invoice has no issue date."
    if is_complete(invoice, candidate.facts, (), calendar=firm.calendar):
        return ALL_PAST
    return None


def _any(
    steps: Sequence[Step], *, kind: StepKind | None = None, anchor: Anchor | None = None
) -> bool:
    return any(
        (kind is None or step.kind is kind) and (anchor is None or step.anchor is anchor)
        for step in steps
    )


async def _collections_of(
    session: AsyncSession, firm_id: UUID, invoice_ids: Sequence[UUID]
) -> tuple[set[UUID], dict[UUID, int]]:
    """Invoices with a running collection, and how many each has had."""
    rows = await session.execute(
        select(
            Collection.invoice_id,
            func.count(),
            func.bool_or(Collection.state == CollectionState.active),
        )
        .where(Collection.firm_id == firm_id, Collection.invoice_id.in_(invoice_ids))
        .group_by(Collection.invoice_id)
    )
    found = rows.all()
    return {i for i, _, active in found if active}, {i: count for i, count, _ in found}
