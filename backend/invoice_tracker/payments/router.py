"""The payments of the firm, and the queue of those to write into Clio by hand."""

from collections.abc import AsyncIterator
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from invoice_tracker.accounts.deps import Biller, Reader
from invoice_tracker.core.deps import AdaptersDep, ClockDep, SessionDep
from invoice_tracker.core.errors import PROBLEMS
from invoice_tracker.core.pagination import DEFAULT_LIMIT, CursorParam, LimitParam
from invoice_tracker.core.schemas import Items, Page
from invoice_tracker.payments import recording, repository
from invoice_tracker.payments.exporting import as_csv
from invoice_tracker.payments.filtering import WantedParam
from invoice_tracker.payments.models import RecordState
from invoice_tracker.payments.repository import PaymentFilter
from invoice_tracker.payments.schemas import PaymentDetail, PaymentOut, PaymentTotal
from invoice_tracker.payments.story import tell_story

router = APIRouter(prefix="/payments", tags=["payments"], responses=PROBLEMS)


@router.get("", operation_id="payments_list")
async def list_payments(
    session: SessionDep,
    principal: Reader,
    wanted: WantedParam,
    limit: LimitParam = DEFAULT_LIMIT,
    cursor: CursorParam = None,
) -> Page[PaymentOut]:
    """Payments, newest first: by Stripe, by hand, and those seen in Clio. Amounts in minor units.

    The total is given where only unmatched money is asked for.
    """
    firm_id = principal.firm_id
    rows, next_cursor = await repository.list_payments(
        session, firm_id=firm_id, wanted=wanted, limit=limit, cursor=cursor
    )
    total = None
    if wanted.unmatched:
        total = await repository.count_payments(session, firm_id=firm_id, wanted=wanted)
    return Page(items=[PaymentOut.of(row) for row in rows], next_cursor=next_cursor, total=total)


@router.get("/totals", operation_id="payments_list_totals")
async def list_totals(
    session: SessionDep, principal: Reader, wanted: WantedParam
) -> Items[PaymentTotal]:
    """Sums of all payments that the filters match, one for each currency."""
    found = await repository.sum_payments(session, firm_id=principal.firm_id, wanted=wanted)
    return Items(items=[PaymentTotal.of(total) for total in found])


@router.get(
    "/export",
    operation_id="payments_export",
    response_class=StreamingResponse,
    responses={200: {"description": "A CSV file", "content": {"text/csv": {}}}},
)
async def export_payments(
    adapters: AdaptersDep, principal: Reader, wanted: WantedParam
) -> StreamingResponse:
    """All payments that the filters match, as a CSV file with exact amounts."""
    firm_id, time_zone = principal.firm_id, principal.firm_time_zone

    async def lines() -> AsyncIterator[str]:
        # A transaction of its own: the request's has ended when the file is on its way.
        async with adapters.database.transaction(firm_id) as session:
            rows = repository.stream_payments(session, firm_id=firm_id, wanted=wanted)
            async for line in as_csv(rows, time_zone=time_zone):
                yield line

    return StreamingResponse(
        lines(),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="payments.csv"'},
    )


@router.get("/to-record", operation_id="payments_list_to_record")
async def list_to_record(
    session: SessionDep,
    principal: Reader,
    limit: LimitParam = DEFAULT_LIMIT,
    cursor: CursorParam = None,
) -> Page[PaymentOut]:
    """*To record in Clio*: payments that need a person, the oldest first, and why."""
    wanted = PaymentFilter(record_state=RecordState.queued)
    rows, next_cursor = await repository.list_payments(
        session,
        firm_id=principal.firm_id,
        wanted=wanted,
        limit=limit,
        cursor=cursor,
        oldest_first=True,
    )
    total = await repository.count_payments(session, firm_id=principal.firm_id, wanted=wanted)
    return Page(items=[PaymentOut.of(row) for row in rows], next_cursor=next_cursor, total=total)


@router.get("/{payment_id}", operation_id="payments_get")
async def get_payment(session: SessionDep, principal: Reader, payment_id: UUID) -> PaymentDetail:
    """One payment with its story: what happened when, and who did it."""
    return await tell_story(session, firm_id=principal.firm_id, payment_id=payment_id)


@router.post("/{payment_id}/record", operation_id="payments_record")
async def record_payment(
    session: SessionDep, principal: Biller, clock: ClockDep, payment_id: UUID
) -> PaymentOut:
    """Tick off: somebody has written this payment into Clio by hand. Ticking twice is harmless."""
    await recording.tick_off(
        session,
        firm_id=principal.firm_id,
        payment_id=payment_id,
        by=principal.name,
        now=clock.now(),
    )
    row = await repository.get_payment(session, firm_id=principal.firm_id, payment_id=payment_id)
    return PaymentOut.of(row)
