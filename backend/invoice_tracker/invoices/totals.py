"""How many invoices stand in each section, and what they owe: one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.invoices.models import Client, ClioState, Invoice, Matter
from invoice_tracker.invoices.overview import overview
from invoice_tracker.invoices.repository import LISTED, InvoiceFilter, Section, matching


@dataclass(frozen=True, slots=True)
class SectionTotal:
    """One section in one currency: how many, and what they still owe (or owed, when paid)."""

    section: Section
    currency: str
    count: int
    amount_minor: int


# What Clio itself says of an invoice, without a look at payments and collections.
_facts = (
    select(
        Invoice.firm_id,
        Invoice.clio_state,
        Invoice.client_id,
        Invoice.number,
        Invoice.currency,
        Invoice.total_minor,
        Invoice.due_on,
        Invoice.matter_ids,
        Client.name.label("client_name"),
        Matter.display_number.label("matter_display_number"),
    )
    .outerjoin(Client, Client.id == Invoice.client_id)
    .outerjoin(Matter, Matter.id == Invoice.matter_id)
    .subquery("facts")
)


async def count_invoices(session: AsyncSession, *, firm_id: UUID, wanted: InvoiceFilter) -> int:
    """How many match."""
    if wanted.section is None and not _needs_balance(wanted):
        query = select(func.count()).select_from(_facts)
        query = query.where(*matching(_facts.c, firm_id, wanted), _facts.c.clio_state.in_(LISTED))
        return int(await session.scalar(query) or 0)
    totals = await total_sections(session, firm_id=firm_id, wanted=wanted)
    return sum(total.count for total in totals)


async def total_sections(
    session: AsyncSession, *, firm_id: UUID, wanted: InvoiceFilter
) -> list[SectionTotal]:
    """Count and sum of every section and currency, or of the one that is wanted.

    What Clio itself calls paid is counted from Clio's facts alone, so that the cost grows with
    what is open and not with the firm's history.
    """
    if wanted.needs_collections:
        parts = [_of_the_view(firm_id, wanted, LISTED)]
    else:
        parts = [_of_the_view(firm_id, wanted, (ClioState.awaiting_payment,))]
        if wanted.section in (None, Section.paid):
            parts.append(_paid_in_clio(firm_id, wanted))
    both = union_all(*parts).subquery()
    rows = await session.execute(
        select(both.c.section, both.c.currency, func.sum(both.c.count), func.sum(both.c.amount))
        .group_by(both.c.section, both.c.currency)
        .order_by(both.c.section, both.c.currency)
    )
    return [
        SectionTotal(Section(section), currency, int(count), int(amount))
        for section, currency, count, amount in rows
    ]


def _needs_balance(wanted: InvoiceFilter) -> bool:
    amounts = (wanted.at_least, wanted.at_most)
    return wanted.needs_collections or any(amount is not None for amount in amounts)


def _of_the_view(
    firm_id: UUID, wanted: InvoiceFilter, states: Sequence[ClioState]
) -> Select[str, str, int, int]:
    amount = case(
        (overview.c.section == Section.paid, overview.c.total_minor),
        else_=overview.c.effective_balance_minor,
    )
    query = _subtotal(overview.c.section, overview.c.currency, amount).where(
        *matching(overview.c, firm_id, wanted),
        overview.c.clio_state.in_(states),
    )
    if wanted.section is not None:
        query = query.where(overview.c.section == wanted.section)
    return query.group_by(overview.c.section, overview.c.currency)


def _paid_in_clio(firm_id: UUID, wanted: InvoiceFilter) -> Select[str, str, int, int]:
    section = literal(Section.paid.value)
    query = _subtotal(section, _facts.c.currency, _facts.c.total_minor).where(
        *matching(_facts.c, firm_id, wanted), _facts.c.clio_state == ClioState.paid
    )
    return query.group_by(_facts.c.currency)


def _subtotal(
    section: ColumnElement[str], currency: ColumnElement[str], amount: ColumnElement[int]
) -> Select[str, str, int, int]:
    return select(
        section.label("section"),
        currency.label("currency"),
        func.count().label("count"),
        func.sum(amount).label("amount"),
    )
