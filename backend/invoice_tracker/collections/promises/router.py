"""Routes of promises to pay."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Query

from invoice_tracker.accounts.deps import Holder, Reader
from invoice_tracker.collections.holds.schemas import PromiseInput, PromiseOut
from invoice_tracker.collections.models import PromiseState
from invoice_tracker.collections.promises import listing as promise_list
from invoice_tracker.collections.promises import service as promises
from invoice_tracker.core.deps import AdaptersDep, ClockDep, SessionDep
from invoice_tracker.core.errors import PROBLEMS
from invoice_tracker.core.pagination import DEFAULT_LIMIT, CursorParam, LimitParam
from invoice_tracker.core.schemas import Items, Page

router = APIRouter(tags=["promises"], responses=PROBLEMS)

ToDoParam = Annotated[
    bool,
    Query(
        description="Only those due today or earlier, and those broken in the last 30 days, of"
        " invoices that are still open and have no newer promise"
    ),
]


@router.get("/promises", operation_id="promises_list")
async def list_promises(
    session: SessionDep,
    principal: Reader,
    clock: ClockDep,
    state: PromiseState | None = None,
    to_do: ToDoParam = False,
    limit: LimitParam = DEFAULT_LIMIT,
    cursor: CursorParam = None,
) -> Page[PromiseOut]:
    """Promises by their day, the earliest first."""
    now, firm_id = clock.now(), principal.firm_id
    items, next_cursor = await promise_list.list_promises(
        session, firm_id=firm_id, state=state, to_do=to_do, now=now, limit=limit, cursor=cursor
    )
    total = await promise_list.count_promises(
        session, firm_id=firm_id, state=state, to_do=to_do, now=now
    )
    return Page(items=items, next_cursor=next_cursor, total=total)


@router.get("/invoices/{invoice_id}/promises", operation_id="invoices_list_promises")
async def list_of_invoice(
    session: SessionDep, principal: Reader, invoice_id: UUID
) -> Items[PromiseOut]:
    """What was promised for an invoice, the latest first."""
    items = await promise_list.list_of_invoice(
        session, firm_id=principal.firm_id, invoice_id=invoice_id
    )
    return Items(items=items)


@router.post(
    "/invoices/{invoice_id}/promises", operation_id="invoices_create_promise", status_code=201
)
async def make_promise(
    session: SessionDep,
    principal: Holder,
    clock: ClockDep,
    invoice_id: UUID,
    body: PromiseInput,
) -> PromiseOut:
    """Note a promise to pay. Reminders wait for its day and one business day more.

    A new promise replaces the one before.
    """
    promise_id = await promises.make_promise(
        session,
        firm_id=principal.firm_id,
        invoice_id=invoice_id,
        promised_on=body.promised_on,
        amount_minor=body.amount_minor,
        note=body.note,
        jump_position=body.jump_position,
        actor=principal.name,
        now=clock.now(),
    )
    return await promise_list.get_promise(session, firm_id=principal.firm_id, promise_id=promise_id)


@router.post("/promises/{promise_id}/withdraw", operation_id="promises_withdraw")
async def withdraw_promise(
    session: SessionDep,
    principal: Holder,
    adapters: AdaptersDep,
    clock: ClockDep,
    background: BackgroundTasks,
    promise_id: UUID,
) -> PromiseOut:
    """It no longer counts: reminders go on."""
    await promises.withdraw_promise(
        session,
        firm_id=principal.firm_id,
        promise_id=promise_id,
        actor=principal.name,
        now=clock.now(),
    )
    background.add_task(adapters.poke, "send_firm", principal.firm_id)
    return await promise_list.get_promise(session, firm_id=principal.firm_id, promise_id=promise_id)
