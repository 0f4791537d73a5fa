"""Routes of tomorrow's list: look, approve, edit, veto, take back."""

from datetime import date

from fastapi import APIRouter, BackgroundTasks

from invoice_tracker.accounts.deps import Biller, Principal, Reader
from invoice_tracker.collections.sending.mails import Deciding
from invoice_tracker.collections.upcoming import reviews
from invoice_tracker.collections.upcoming.drafts import draft
from invoice_tracker.collections.upcoming.listing import list_upcoming
from invoice_tracker.collections.upcoming.review_rows import Text, Which
from invoice_tracker.collections.upcoming.schemas import (
    DraftInput,
    DraftOut,
    ReviewInput,
    UpcomingPage,
    WhichInput,
)
from invoice_tracker.core.deps import Adapters, AdaptersDep, SessionDep
from invoice_tracker.core.errors import PROBLEMS
from invoice_tracker.core.pagination import DEFAULT_LIMIT, CursorParam, LimitParam

router = APIRouter(prefix="/upcoming", tags=["upcoming"], responses=PROBLEMS)


@router.get("", operation_id="upcoming_list")
async def get_upcoming(
    session: SessionDep,
    principal: Reader,
    adapters: AdaptersDep,
    on: date | None = None,
    limit: LimitParam = DEFAULT_LIMIT,
    cursor: CursorParam = None,
) -> UpcomingPage:
    """Every mail and call planned for a day of the firm; by default its next sending day."""
    return await list_upcoming(
        session, adapters, firm_id=principal.firm_id, on=on, limit=limit, cursor=cursor
    )


@router.post("/draft", operation_id="upcoming_draft")
async def draft_upcoming(
    session: SessionDep, principal: Reader, adapters: AdaptersDep, body: DraftInput
) -> DraftOut:
    """One planned mail as it would read now. With subject and body: with that text instead."""
    text = None
    if body.subject is not None and body.body is not None:
        text = Text(body.subject, body.body)
    this = await _deciding(adapters, principal)
    return await draft(session, this, firm_id=principal.firm_id, which=_which(body), text=text)


@router.post("/review", operation_id="upcoming_review", status_code=204)
async def review_upcoming(
    session: SessionDep,
    principal: Biller,
    adapters: AdaptersDep,
    background: BackgroundTasks,
    body: ReviewInput,
) -> None:
    """Decide about one planned mail ahead of its day."""
    this = await _deciding(adapters, principal)
    firm_id, actor, which = principal.firm_id, principal.name, _which(body)
    if body.subject is not None and body.body is not None:
        text = Text(body.subject, body.body)
        await reviews.edit(session, this, firm_id=firm_id, which=which, text=text, actor=actor)
    elif body.decision == "veto":
        await reviews.veto(
            session, this, firm_id=firm_id, which=which, reason=body.reason, actor=actor
        )
    else:
        await reviews.approve(session, this, firm_id=firm_id, which=which, actor=actor)
    background.add_task(adapters.poke, "send_firm", firm_id)


@router.post("/undo", operation_id="upcoming_undo", status_code=204)
async def undo_review(
    session: SessionDep,
    principal: Biller,
    adapters: AdaptersDep,
    background: BackgroundTasks,
    body: WhichInput,
) -> None:
    """Take a decision back, as long as the worker has not taken it up."""
    this = await _deciding(adapters, principal)
    await reviews.undo(
        session, this, firm_id=principal.firm_id, which=_which(body), actor=principal.name
    )
    background.add_task(adapters.poke, "send_firm", principal.firm_id)


def _which(body: WhichInput) -> Which:
    return Which(body.collection_id, body.step_id, body.occurrence)


async def _deciding(adapters: Adapters, principal: Principal) -> Deciding:
    can_take_payments = await adapters.gateway.can_take_payments(principal.firm_id)
    return Deciding(adapters, adapters.clock.now(), can_take_payments)
