"""A planned mail to look at, before it is approved or while another text is written for it."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections.facts import load_firm
from invoice_tracker.collections.models import Collection, Reminder
from invoice_tracker.collections.sending.mails import Deciding, write
from invoice_tracker.collections.upcoming.review_rows import Text, Which, find_row, find_step
from invoice_tracker.collections.upcoming.reviewed import as_reviewed
from invoice_tracker.collections.upcoming.reviews import fields_of
from invoice_tracker.collections.upcoming.schemas import DraftOut
from invoice_tracker.core.errors import Invalid
from invoice_tracker.domain.reminder_schedule import StepKind
from invoice_tracker.reminder_sets.linter import lint
from invoice_tracker.reminder_sets.mail import CannotWrite


async def draft(
    session: AsyncSession, this: Deciding, *, firm_id: UUID, which: Which, text: Text | None
) -> DraftOut:
    """The mail as it would read now, with its own text or with ``text``. Writes nothing.

    Raises ``NotFound``, or ``Invalid`` for a call.
    """
    step = await find_step(session, firm_id=firm_id, which=which)
    if step.kind is StepKind.call_task:
        raise Invalid("A call task is no mail.")
    collection = await session.get_one(Collection, which.collection_id)
    row = await find_row(session, firm_id=firm_id, which=which)
    # Never added to the session: it only carries the text.
    reminder = Reminder(
        id=row.id if row else None,
        firm_id=firm_id,
        collection_id=collection.id,
        invoice_id=collection.invoice_id,
        step_id=which.step_id,
        edited_subject=text.subject if text else (row.edited_subject if row else None),
        edited_body=text.body if text else (row.edited_body if row else None),
    )
    written = as_reviewed(step, reminder)
    today = (await load_firm(session, firm_id=firm_id)).calendar.local_day(this.now)
    problems = [finding.message for finding in lint([fields_of(written)], today=today)]
    shown = {"subject": written.subject, "body": written.body, "body_format": written.body_format}
    try:
        mail = (await write(session, this, reminders=[reminder])).content
    except CannotWrite as error:
        return DraftOut(
            **shown, rendered_subject="", html="", text="", problems=[str(error), *problems]
        )
    return DraftOut(
        **shown, rendered_subject=mail.subject, html=mail.html, text=mail.text, problems=problems
    )
