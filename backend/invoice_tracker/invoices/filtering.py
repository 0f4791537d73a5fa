"""Which invoices a request asks about: the same filters for list, sections and file."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Depends, Query

from invoice_tracker.accounts.deps import Reader
from invoice_tracker.core.deps import ClockDep
from invoice_tracker.domain.holds import HoldKind
from invoice_tracker.invoices.repository import InvoiceFilter, Section

MOST_DAYS = 36_500
"""A hundred years."""

SearchParam = Annotated[
    str | None,
    Query(
        max_length=200, description="Part of the number, the client's name or the matter's number"
    ),
]
DaysParam = Annotated[
    int | None,
    Query(
        ge=-MOST_DAYS,
        le=MOST_DAYS,
        description="Days past the due date, included; negative while it is ahead",
    ),
]
AmountParam = Annotated[
    Decimal | None,
    Query(
        ge=0,
        max_digits=15,
        decimal_places=3,
        description="What is owed (of a paid bill: its total), in units of its own currency,"
        " as 1234.50, included",
    ),
]


def wanted_invoices(
    principal: Reader,
    clock: ClockDep,
    section: Section | None = None,
    q: SearchParam = None,
    client_id: UUID | None = None,
    matter_id: UUID | None = None,
    attorney: Annotated[
        str | None, Query(max_length=200, description="Name of the responsible attorney")
    ] = None,
    currency: Annotated[str | None, Query(pattern="^[A-Za-z]{3}$", description="ISO 4217")] = None,
    overdue_from: DaysParam = None,
    overdue_to: DaysParam = None,
    at_least: AmountParam = None,
    at_most: AmountParam = None,
    reminder_set_id: Annotated[
        UUID | None, Query(description="The set that reminds of it, or did last")
    ] = None,
    hold: Annotated[HoldKind | None, Query(description="Why it is on hold")] = None,
) -> InvoiceFilter:
    """The filter that list, sections, file and *all that match* share."""
    today = clock.now().astimezone(ZoneInfo(principal.firm_time_zone)).date()
    return InvoiceFilter(
        section=section,
        q=asked_text(q),
        client_id=client_id,
        matter_id=matter_id,
        attorney=asked_text(attorney),
        currency=currency,
        due_from=due_day(overdue_to, today),
        due_to=due_day(overdue_from, today),
        at_least=at_least,
        at_most=at_most,
        reminder_set_id=reminder_set_id,
        hold=hold,
    )


def due_day(days_overdue: int | None, today: date) -> date | None:
    """The due date of what is that many days overdue today."""
    return None if days_overdue is None else today - timedelta(days=days_overdue)


def asked_text(given: str | None) -> str | None:
    """What is looked for, or nothing where only blanks were given."""
    # PostgreSQL has no text with a zero character in it.
    return (given or "").replace("\0", "").strip() or None


WantedParam = Annotated[InvoiceFilter, Depends(wanted_invoices)]
