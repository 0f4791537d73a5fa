"""Routes of reminder sets."""

from uuid import UUID

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.accounts.deps import Biller, Reader
from invoice_tracker.core.deps import AdaptersDep, ClockDep, SessionDep
from invoice_tracker.core.errors import PROBLEMS
from invoice_tracker.core.pagination import DEFAULT_LIMIT, CursorParam, LimitParam
from invoice_tracker.core.schemas import Items, Page
from invoice_tracker.domain.local_days import local_day
from invoice_tracker.reminder_sets import editing, linter, preview, repository, service, writing
from invoice_tracker.reminder_sets.presenting import present_detail, present_set
from invoice_tracker.reminder_sets.schemas import (
    ApprovalInput,
    EditorOut,
    FindingOut,
    LintInput,
    MailPreview,
    MailRequest,
    ReadyMadeSetOut,
    ReminderSetCreate,
    ReminderSetDetail,
    ReminderSetOut,
    ReminderSetUpdate,
    TestMailSent,
    VariableOut,
)

router = APIRouter(prefix="/reminder-sets", tags=["reminder_sets"], responses=PROBLEMS)


@router.get("", operation_id="reminder_sets_list")
async def list_sets(
    session: SessionDep,
    principal: Reader,
    archived: bool = False,
    limit: LimitParam = DEFAULT_LIMIT,
    cursor: CursorParam = None,
) -> Page[ReminderSetOut]:
    """The firm's sets by name; with ``archived`` also those no longer in use."""
    rows, next_cursor = await repository.list_sets(
        session, firm_id=principal.firm_id, archived=archived, limit=limit, cursor=cursor
    )
    total = await repository.count_sets(session, firm_id=principal.firm_id, archived=archived)
    steps = await repository.list_steps_of_sets(
        session, firm_id=principal.firm_id, set_ids=[row[0].id for row in rows]
    )
    return Page(
        items=[present_set(row, steps.get(row[0].id, [])) for row in rows],
        next_cursor=next_cursor,
        total=total,
    )


@router.get("/ready-made", operation_id="reminder_sets_list_ready_made")
async def list_ready_made(_: Reader) -> Items[ReadyMadeSetOut]:
    """Sets that come with the product, to start from."""
    return Items(items=list(writing.ready_made()))


@router.get("/variables", operation_id="reminder_sets_list_variables")
async def list_variables(_: Reader) -> Items[VariableOut]:
    """What may stand between double braces in a subject or body."""
    return Items(items=writing.variables())


@router.post("", operation_id="reminder_sets_create", status_code=201)
async def create_set(
    session: SessionDep, principal: Biller, clock: ClockDep, body: ReminderSetCreate
) -> ReminderSetDetail:
    """Save a new set as its first version. 422 names what the linter finds wrong."""
    set_id = await service.create_set(
        session,
        firm_id=principal.firm_id,
        name=body.name,
        description=body.description,
        steps=body.steps,
        user_id=principal.user_id,
        now=clock.now(),
    )
    return await _detail(session, principal.firm_id, set_id)


@router.post("/lint", operation_id="reminder_sets_lint")
async def lint_steps(principal: Reader, clock: ClockDep, body: LintInput) -> Items[FindingOut]:
    """Errors, which keep the set from being saved, and warnings."""
    today = local_day(clock.now(), principal.firm_time_zone)
    return Items(items=linter.lint(body.steps, today=today))


@router.post("/mail-preview", operation_id="reminder_sets_preview_mail")
async def preview_mail(
    session: SessionDep,
    principal: Reader,
    adapters: AdaptersDep,
    clock: ClockDep,
    body: MailRequest,
) -> MailPreview:
    """The step as a mail about a real invoice, or about a made-up one. Sends nothing."""
    return await preview.preview_mail(
        session,
        adapters,
        firm_id=principal.firm_id,
        step=body.step,
        invoice_id=body.invoice_id,
        all_open=body.all_open,
        now=clock.now(),
    )


@router.post("/test-mail", operation_id="reminder_sets_send_test_mail", status_code=202)
async def send_test_mail(
    session: SessionDep,
    principal: Biller,
    adapters: AdaptersDep,
    clock: ClockDep,
    body: MailRequest,
) -> TestMailSent:
    """Mail the step to the logged-in person. 409 before the sender's address is verified."""
    await preview.send_test_mail(
        session,
        adapters,
        firm_id=principal.firm_id,
        step=body.step,
        invoice_id=body.invoice_id,
        all_open=body.all_open,
        to=principal.email,
        now=clock.now(),
    )
    return TestMailSent(sent_to=principal.email)


@router.get("/{set_id}", operation_id="reminder_sets_get")
async def get_set(session: SessionDep, principal: Reader, set_id: UUID) -> ReminderSetDetail:
    """One set with the steps of its newest version."""
    return await _detail(session, principal.firm_id, set_id)


@router.put("/{set_id}", operation_id="reminder_sets_update")
async def update_set(
    session: SessionDep,
    principal: Biller,
    clock: ClockDep,
    set_id: UUID,
    body: ReminderSetUpdate,
) -> ReminderSetDetail:
    """Save as a new version. 409 ``reminder_set_changed`` when somebody else saved meanwhile."""
    await service.update_set(
        session,
        firm_id=principal.firm_id,
        set_id=set_id,
        name=body.name,
        description=body.description,
        steps=body.steps,
        edited_version=body.version,
        user_id=principal.user_id,
        now=clock.now(),
    )
    return await _detail(session, principal.firm_id, set_id)


@router.put("/{set_id}/approval", operation_id="reminder_sets_set_approval")
async def set_approval(
    session: SessionDep, principal: Biller, set_id: UUID, body: ApprovalInput
) -> ReminderSetDetail:
    """Whether a person must agree to every mail of the set; also where it runs already."""
    await service.set_approval(
        session, firm_id=principal.firm_id, set_id=set_id, needs_approval=body.needs_approval
    )
    return await _detail(session, principal.firm_id, set_id)


@router.put("/{set_id}/editing", operation_id="reminder_sets_keep_editing")
async def keep_editing(
    session: SessionDep, principal: Biller, clock: ClockDep, set_id: UUID
) -> Items[EditorOut]:
    """Say that one has the set open, every half minute; answers who else has."""
    others = await editing.keep_editing(
        session,
        firm_id=principal.firm_id,
        set_id=set_id,
        user_id=principal.user_id,
        now=clock.now(),
    )
    return Items(items=others)


@router.delete("/{set_id}/editing", operation_id="reminder_sets_stop_editing", status_code=204)
async def stop_editing(session: SessionDep, principal: Biller, set_id: UUID) -> None:
    """Say that one has closed it."""
    await editing.stop_editing(
        session, firm_id=principal.firm_id, set_id=set_id, user_id=principal.user_id
    )


@router.delete("/{set_id}", operation_id="reminder_sets_delete", status_code=204)
async def delete_set(session: SessionDep, principal: Biller, clock: ClockDep, set_id: UUID) -> None:
    """Archive the set: no new collection takes it, and its running ones send nothing more."""
    await service.archive_set(session, firm_id=principal.firm_id, set_id=set_id, now=clock.now())


async def _detail(session: AsyncSession, firm_id: UUID, set_id: UUID) -> ReminderSetDetail:
    row = await repository.get_with_counts(session, firm_id=firm_id, set_id=set_id)
    steps = await repository.list_latest_steps(session, firm_id=firm_id, set_id=set_id)
    return present_detail(row, steps)
