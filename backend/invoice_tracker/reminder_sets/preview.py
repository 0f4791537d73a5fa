"""A step as a mail: on the screen, or to oneself. Nothing reaches a client from here."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.deps import Adapters
from invoice_tracker.core.errors import Conflict, Invalid
from invoice_tracker.domain.reminder_schedule import StepKind
from invoice_tracker.firms.service import get_sender
from invoice_tracker.outbox.service import enqueue
from invoice_tracker.reminder_sets.linter import lint
from invoice_tracker.reminder_sets.mail import CannotWrite, write_mail
from invoice_tracker.reminder_sets.preview_facts import load_preview_facts
from invoice_tracker.reminder_sets.schemas import MailPreview, StepFields

TEST_MAIL = "test_mail"


async def preview_mail(
    session: AsyncSession,
    adapters: Adapters,
    *,
    firm_id: UUID,
    step: StepFields,
    invoice_id: UUID | None,
    all_open: bool,
    now: datetime,
) -> MailPreview:
    """The mail as it would leave now; empty with the problem named where it cannot be written.

    With ``all_open`` it is about everything that the invoice's client owes.
    Raises ``NotFound`` for an invoice that is not there, ``Invalid`` for a call task.
    """
    facts = await load_preview_facts(
        session, adapters, firm_id=firm_id, invoice_id=invoice_id, all_open=all_open, now=now
    )
    _refuse_calls(step)
    problems = [finding.message for finding in lint([step], today=facts.text.today)]
    number = facts.text.invoice_number if invoice_id is not None else None
    try:
        mail = write_mail(step, facts)
    except CannotWrite as error:
        problems.insert(0, str(error))
        return MailPreview(subject="", html="", text="", problems=problems, invoice_number=number)
    return MailPreview(
        from_name=mail.from_name,
        from_email=mail.from_email,
        subject=mail.subject,
        html=mail.html,
        text=mail.text,
        problems=problems,
        invoice_number=number,
    )


async def send_test_mail(
    session: AsyncSession,
    adapters: Adapters,
    *,
    firm_id: UUID,
    step: StepFields,
    invoice_id: UUID | None,
    all_open: bool,
    to: str,
    now: datetime,
) -> None:
    """Put the mail into the outbox for a member of staff, without its copies.

    Raises ``Conflict`` before the sender's address is verified, ``Invalid`` where the mail cannot
    be written, ``NotFound``.
    """
    sender = await get_sender(session, firm_id)
    if sender is None or sender.verified_at is None:
        raise Conflict("Please verify the sender's e-mail address first. Nothing leaves before.")
    _refuse_calls(step)
    facts = await load_preview_facts(
        session, adapters, firm_id=firm_id, invoice_id=invoice_id, all_open=all_open, now=now
    )
    try:
        mail = write_mail(step, facts)
    except CannotWrite as error:
        raise Invalid(str(error)) from error
    test_id = uuid4()
    await enqueue(
        session,
        firm_id=firm_id,
        kind=TEST_MAIL,
        dedupe_key=f"{TEST_MAIL}:{test_id}",
        subject_id=None,
        recipient=to,
        content=mail.model_copy(update={"subject": f"[Test] {mail.subject}", "cc": (), "bcc": ()}),
        now=now,
    )


def _refuse_calls(step: StepFields) -> None:
    if step.kind is StepKind.call_task:
        raise Invalid("A call task is no mail.")
