"""Routes of reminder sets as files."""

import re
from typing import Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Response

from invoice_tracker.accounts.deps import Biller, Reader
from invoice_tracker.core.deps import ClockDep, SessionDep
from invoice_tracker.core.errors import PROBLEMS
from invoice_tracker.reminder_sets import files, repository
from invoice_tracker.reminder_sets.files_schema import FileDifference, FileImport, FileInput
from invoice_tracker.reminder_sets.presenting import present_detail
from invoice_tracker.reminder_sets.schemas import ReminderSetDetail

router = APIRouter(prefix="/reminder-sets", tags=["reminder_sets"], responses=PROBLEMS)

_YAML: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The set as YAML",
        "content": {"text/yaml": {"schema": {"type": "string"}}},
    }
}


@router.get(
    "/{set_id}/file",
    operation_id="reminder_sets_get_file",
    response_class=Response,
    responses=_YAML,
)
async def get_file(session: SessionDep, principal: Reader, set_id: UUID) -> Response:
    """The newest version as a YAML file, to keep, compare or import elsewhere."""
    name, text = await files.export_set(session, firm_id=principal.firm_id, set_id=set_id)
    return Response(
        text,
        media_type="text/yaml",
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(_file_name(name))}"},
    )


@router.post("/import", operation_id="reminder_sets_import", status_code=201)
async def import_file(
    session: SessionDep, principal: Biller, clock: ClockDep, body: FileImport
) -> ReminderSetDetail:
    """Save a file as a new set, or as the next version of one. 422 names the lines at fault.

    Steps are known again by their ``id``, else by kind and day: what was sent is not sent again to
    collections that move to the new version.
    """
    set_id = await files.import_set(
        session,
        firm_id=principal.firm_id,
        text=body.text,
        set_id=body.reminder_set_id,
        version=body.version,
        user_id=principal.user_id,
        now=clock.now(),
    )
    row = await repository.get_with_counts(session, firm_id=principal.firm_id, set_id=set_id)
    steps = await repository.list_latest_steps(session, firm_id=principal.firm_id, set_id=set_id)
    return present_detail(row, steps)


@router.post("/file-difference", operation_id="reminder_sets_check_file")
async def check_file(
    session: SessionDep, principal: Reader, clock: ClockDep, body: FileInput
) -> FileDifference:
    """A file as the new set that it would be, and what the linter says. Saves nothing."""
    return await files.compare_file(
        session, firm_id=principal.firm_id, set_id=None, text=body.text, now=clock.now()
    )


@router.post("/{set_id}/file-difference", operation_id="reminder_sets_compare_file")
async def compare_file(
    session: SessionDep, principal: Reader, clock: ClockDep, set_id: UUID, body: FileInput
) -> FileDifference:
    """What importing the file as the next version would change. Saves nothing."""
    return await files.compare_file(
        session, firm_id=principal.firm_id, set_id=set_id, text=body.text, now=clock.now()
    )


def _file_name(name: str) -> str:
    words = re.findall(r"\w+", name.lower())
    return f"{'-'.join(words) or 'reminder-set'}.yaml"
