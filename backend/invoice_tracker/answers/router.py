"""Routes of clients' answers, for staff. Clients have ``page``."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Query

from invoice_tracker.accounts.deps import Holder, Principal, Reader
from invoice_tracker.answers import deciding, listing
from invoice_tracker.answers.schemas import AnswerDecision, AnswerOut
from invoice_tracker.core.deps import AdaptersDep, ClockDep, SessionDep
from invoice_tracker.core.errors import PROBLEMS
from invoice_tracker.core.pagination import DEFAULT_LIMIT, CursorParam, LimitParam
from invoice_tracker.core.schemas import Items, Page

router = APIRouter(tags=["answers"], responses=PROBLEMS)

ToDoParam = Annotated[
    bool,
    Query(
        description="Only those that nobody has decided about, of invoices that are still owed and"
        " that the answer holds"
    ),
]


@router.get("/answers", operation_id="answers_list")
async def list_answers(
    session: SessionDep,
    principal: Reader,
    clock: ClockDep,
    to_do: ToDoParam = False,
    limit: LimitParam = DEFAULT_LIMIT,
    cursor: CursorParam = None,
) -> Page[AnswerOut]:
    """What clients have answered without logging in, the latest first."""
    now, firm_id = clock.now(), principal.firm_id
    items, next_cursor = await listing.list_answers(
        session, firm_id=firm_id, to_do=to_do, now=now, limit=limit, cursor=cursor
    )
    total = await listing.count_answers(session, firm_id=firm_id, to_do=to_do, now=now)
    return Page(items=items, next_cursor=next_cursor, total=total)


@router.get("/invoices/{invoice_id}/answers", operation_id="invoices_list_answers")
async def list_of_invoice(
    session: SessionDep, principal: Reader, clock: ClockDep, invoice_id: UUID
) -> Items[AnswerOut]:
    """What was answered about an invoice, the latest first."""
    items = await listing.list_of_invoice(
        session, firm_id=principal.firm_id, invoice_id=invoice_id, now=clock.now()
    )
    return Items(items=items)


@router.post("/answers/{answer_id}/decide", operation_id="answers_decide")
async def decide(
    session: SessionDep,
    principal: Holder,
    adapters: AdaptersDep,
    clock: ClockDep,
    background: BackgroundTasks,
    answer_id: UUID,
    body: AnswerDecision,
) -> AnswerOut:
    """Accept an answer, so that reminders stay on hold, or decline it, so that they go on."""
    await deciding.decide(
        session,
        firm_id=principal.firm_id,
        answer_id=answer_id,
        verdict=body.verdict,
        until=body.until,
        note=body.note,
        actor=principal.name,
        now=clock.now(),
    )
    background.add_task(adapters.poke, "send_firm", principal.firm_id)
    return await _get(session, principal, clock, answer_id)


@router.post("/answers/{answer_id}/reopen", operation_id="answers_reopen")
async def reopen(
    session: SessionDep, principal: Holder, clock: ClockDep, answer_id: UUID
) -> AnswerOut:
    """Take a decision back: the answer holds as before, and is to be decided about."""
    await deciding.reopen(
        session,
        firm_id=principal.firm_id,
        answer_id=answer_id,
        actor=principal.name,
        now=clock.now(),
    )
    return await _get(session, principal, clock, answer_id)


@router.post("/answers/{answer_id}/end-links", operation_id="answers_end_links")
async def end_links(
    session: SessionDep, principal: Holder, clock: ClockDep, answer_id: UUID
) -> AnswerOut:
    """The links by which this person could answer stop working; the next mail has others."""
    await deciding.end_links(
        session,
        firm_id=principal.firm_id,
        answer_id=answer_id,
        actor=principal.name,
        now=clock.now(),
    )
    return await _get(session, principal, clock, answer_id)


async def _get(
    session: SessionDep, principal: Principal, clock: ClockDep, answer_id: UUID
) -> AnswerOut:
    return await listing.get_answer(
        session, firm_id=principal.firm_id, answer_id=answer_id, now=clock.now()
    )
