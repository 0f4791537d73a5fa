"""Which payments a request asks about: the same filters for list, totals and file."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query

from invoice_tracker.accounts.deps import Reader
from invoice_tracker.domain.local_days import start_of_day
from invoice_tracker.payments.models import PaymentSource, PaymentState, RecordState
from invoice_tracker.payments.repository import PaymentFilter

SearchParam = Annotated[
    str | None,
    Query(max_length=200, description="Part of an invoice number or client name, or a reference"),
]
FIRST, LAST = date(1970, 1, 1), date(9000, 1, 1)
DayParam = Annotated[
    date | None, Query(ge=FIRST, le=LAST, description="A day in the firm's time zone, included")
]
AmountParam = Annotated[
    Decimal | None,
    Query(
        ge=0,
        max_digits=15,
        decimal_places=3,
        description="In units of each payment's own currency, as 1234.50, included",
    ),
]


def wanted_payments(
    principal: Reader,
    state: PaymentState | None = None,
    record_state: RecordState | None = None,
    source: PaymentSource | None = None,
    method: Annotated[str | None, Query(max_length=60)] = None,
    client_id: UUID | None = None,
    from_day: DayParam = None,
    to_day: DayParam = None,
    at_least: AmountParam = None,
    at_most: AmountParam = None,
    unmatched: Annotated[bool, Query(description="Only what matches no open balance")] = False,
    q: SearchParam = None,
) -> PaymentFilter:
    """What the query string asks for."""
    zone = principal.firm_time_zone
    return PaymentFilter(
        state=state,
        record_state=record_state,
        source=source,
        method=method,
        client_id=client_id,
        since=start_of_day(from_day, zone) if from_day else None,
        before=start_of_day(to_day + timedelta(days=1), zone) if to_day else None,
        at_least=at_least,
        at_most=at_most,
        unmatched=unmatched,
        text=q,
    )


WantedParam = Annotated[PaymentFilter, Depends(wanted_payments)]
