"""What Clio shows as paid, for the proof: payments that came or changed, and their bills.

A request brings 200 of either. Nothing is stored: the proof compares what stands there with what
stands here, and what differs is read again by the usual way.
"""

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from invoice_tracker.integrations.clio.access import ClioAccess
from invoice_tracker.integrations.clio.client import ClioClient, Params
from invoice_tracker.integrations.clio.listings import BILLS, PAGE, clio_instant
from invoice_tracker.integrations.clio.models import WebhookModel
from invoice_tracker.integrations.clio.problems import ClioForbidden, ClioMalformed
from invoice_tracker.integrations.clio.regions import REGIONS, RegionKey, bill_url
from invoice_tracker.integrations.clio.rereads import mark
from invoice_tracker.integrations.clio.schemas import (
    Amount,
    ClioBill,
    ClioId,
    ClioRef,
    FromClio,
    parse_bills,
    to_minor,
)
from invoice_tracker.invoices.models import ClioState
from invoice_tracker.ports import BillAllocation, BillPayments, BillStanding

ALLOCATION_FIELDS = "id,amount,date,voided_at,bill{id}"
PAID_FIELDS = "id,number,state,kind,total,balance,paid,currency{id,code}"
ALLOCATIONS = "allocations.json"


class ClioAllocation(FromClio):
    """One payment as far as it went to one bill. The amount is in currency units."""

    id: ClioId
    amount: Amount
    date: date
    voided_at: datetime | None = None
    bill: ClioRef | None = None


_allocations = TypeAdapter(list[ClioAllocation])


async def look_at_payments(
    client: ClioClient, *, since: datetime, bill_ids: Collection[int]
) -> BillPayments:
    """See the port. Raises ``ClioProblem``."""
    listed = await _list_allocations(client, since)
    of_bills = [(one, one.bill.id) for one in listed if one.bill and one.bill.id]
    bills = await _list_bills(client, {*bill_ids, *(bill_id for _, bill_id in of_bills)})
    standings = {bill.id: _standing(client, bill) for bill in bills}
    return BillPayments(
        bills=tuple(standings.values()),
        allocations=tuple(
            BillAllocation(
                id=one.id,
                clio_bill_id=bill_id,
                amount_minor=to_minor(one.amount, standings[bill_id].currency),
                on=one.date,
                is_voided=one.voided_at is not None,
            )
            for one, bill_id in of_bills
            if bill_id in standings
        ),
    )


async def _list_allocations(client: ClioClient, since: datetime) -> list[ClioAllocation]:
    """Where the connected person may not read them, the bills alone have to do."""
    params: Params = {
        "fields": ALLOCATION_FIELDS,
        "updated_since": clio_instant(since),
        "order": "id(asc)",
        "limit": PAGE,
    }
    found: list[ClioAllocation] = []
    try:
        async for page in client.pages(ALLOCATIONS, params):
            found.extend(_parse(page.data))
    except ClioForbidden:
        return []
    return found


def _parse(items: Any) -> list[ClioAllocation]:
    try:
        return _allocations.validate_python(items)
    except ValidationError as error:
        raise ClioMalformed("The payments in Clio could not be read.") from error


async def _list_bills(client: ClioClient, clio_ids: Collection[int]) -> list[ClioBill]:
    in_order = sorted(clio_ids)
    found: list[ClioBill] = []
    for start in range(0, len(in_order), PAGE):
        ids = in_order[start : start + PAGE]
        params: Params = {"ids[]": ids, "fields": PAID_FIELDS, "limit": PAGE}
        async for page in client.pages(BILLS, params):
            bills, problems = parse_bills(page.data)
            if problems:
                raise ClioMalformed(" ".join(problems.values()))
            found.extend(bill for bill in bills if bill.id in ids)
    return found


def _standing(client: ClioClient, bill: ClioBill) -> BillStanding:
    home = REGIONS[RegionKey(client.region)].currency
    currency = (bill.currency.code if bill.currency else None) or home
    return BillStanding(
        clio_id=bill.id,
        number=bill.number or str(bill.id),
        currency=currency,
        paid_minor=max(0, to_minor(bill.paid or Decimal(), currency)),
        total_minor=max(0, to_minor(bill.total, currency)),
        is_settled=bill.state is ClioState.paid and bill.balance <= 0,
        is_trust=bill.is_trust,
        url=bill_url(client.base_url, bill.id),
    )


async def mark_bills(access: ClioAccess, firm_id: UUID, bill_ids: Collection[int]) -> None:
    """These bills are to be read again."""
    now = access.clock.now()
    async with access.database.transaction(firm_id) as session:
        for bill_id in sorted(set(bill_ids)):
            await mark(session, firm_id=firm_id, model=WebhookModel.bill, clio_id=bill_id, now=now)
