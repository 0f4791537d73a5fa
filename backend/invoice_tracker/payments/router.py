"""The payments of the firm, and the queue of those to write into Clio by hand."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from invoice_tracker.accounts.deps import Biller, Reader
from invoice_tracker.core.deps import ClockDep, SessionDep
from invoice_tracker.core.errors import PROBLEMS
from invoice_tracker.core.pagination import DEFAULT_LIMIT, CursorParam, LimitParam
from invoice_tracker.core.schemas import Page
from invoice_tracker.payments import recording, repository
from invoice_tracker.payments.models import PaymentState, RecordState
from invoice_tracker.payments.repository import PaymentFilter
from invoice_tracker.payments.schemas import PaymentOut

router = APIRouter(prefix="/payments", tags=["payments"], responses=PROBLEMS)

SearchParam = Annotated[
    str | None,
    Query(max_length=200, description="Part of an invoice number or client name, or a reference"),
]


@router.get("", operation_id="payments_list")
async def list_payments(
    session: SessionDep,
    principal: Reader,
    state: PaymentState | None = None,
    record_state: RecordState | None = None,
    q: SearchParam = None,
    limit: LimitParam = DEFAULT_LIMIT,
    cursor: CursorParam = None,
) -> Page[PaymentOut]:
    """Payments, newest first: by Stripe, and those seen in Clio. Amounts in minor units."""
    rows, next_cursor = await repository.list_payments(
        session,
        firm_id=principal.firm_id,
        wanted=PaymentFilter(state=state, record_state=record_state, text=q),
        limit=limit,
        cursor=cursor,
    )
    return Page(items=[PaymentOut.of(row) for row in rows], next_cursor=next_cursor)


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
async def get_payment(session: SessionDep, principal: Reader, payment_id: UUID) -> PaymentOut:
    """One payment."""
    row = await repository.get_payment(session, firm_id=principal.firm_id, payment_id=payment_id)
    return PaymentOut.of(row)


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
