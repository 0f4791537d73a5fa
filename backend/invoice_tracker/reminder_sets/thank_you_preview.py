"""The mail of thanks on the screen, or to oneself. Nothing reaches a client from here."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.deps import Adapters
from invoice_tracker.core.errors import Conflict, Invalid
from invoice_tracker.firms.service import get_firm, get_sender
from invoice_tracker.invoices.models import Invoice
from invoice_tracker.outbox.schemas import MailContent
from invoice_tracker.outbox.service import enqueue
from invoice_tracker.reminder_sets.linter import lint_text
from invoice_tracker.reminder_sets.mail import CannotWrite, write_mail
from invoice_tracker.reminder_sets.mail_facts import load_made_up_facts
from invoice_tracker.reminder_sets.preview import TEST_MAIL
from invoice_tracker.reminder_sets.schemas import FindingOut, MailPreview, ThanksPreview
from invoice_tracker.reminder_sets.thank_you import ThanksText
from invoice_tracker.reminder_sets.thanked import find_latest, write_thanks


async def preview_thanks(
    session: AsyncSession, adapters: Adapters, *, firm_id: UUID, text: ThanksText, now: datetime
) -> ThanksPreview:
    """The mail for the firm's latest payment, or for a made-up one, and what is wrong with it."""
    findings = _findings(text)
    try:
        mail, number = await _write(session, adapters, firm_id, text, now)
    except CannotWrite as error:
        shown = MailPreview(
            subject="", html="", text="", problems=[str(error)], invoice_number=None
        )
        return ThanksPreview(mail=shown, findings=findings)
    shown = MailPreview(
        from_name=mail.from_name,
        from_email=mail.from_email,
        subject=mail.subject,
        html=mail.html,
        text=mail.text,
        problems=[],
        invoice_number=number,
    )
    return ThanksPreview(mail=shown, findings=findings)


async def send_test(
    session: AsyncSession,
    adapters: Adapters,
    *,
    firm_id: UUID,
    text: ThanksText,
    to: str,
    now: datetime,
) -> None:
    """Put the mail into the outbox for a member of staff.

    Raises ``Conflict`` before the sender's address is verified, ``Invalid`` where the mail cannot
    be written.
    """
    sender = await get_sender(session, firm_id)
    if sender is None or sender.verified_at is None:
        raise Conflict("Please verify the sender's e-mail address first. Nothing leaves before.")
    try:
        mail, _ = await _write(session, adapters, firm_id, text, now)
    except CannotWrite as error:
        raise Invalid(str(error)) from error
    await enqueue(
        session,
        firm_id=firm_id,
        kind=TEST_MAIL,
        dedupe_key=f"{TEST_MAIL}:{uuid4()}",
        subject_id=None,
        recipient=to,
        content=mail.model_copy(update={"subject": f"[Test] {mail.subject}"}),
        now=now,
    )


def _findings(text: ThanksText) -> list[FindingOut]:
    return [
        FindingOut(
            step_index=0,
            level=problem.level.value,
            field=problem.field.value,
            message=problem.message,
        )
        for problem in lint_text(text.subject, text.body, text.body_format, asks_to_pay=False)
    ]


async def _write(
    session: AsyncSession, adapters: Adapters, firm_id: UUID, text: ThanksText, now: datetime
) -> tuple[MailContent, str | None]:
    paid = await find_latest(session, firm_id=firm_id)
    if paid is None:
        facts = await load_made_up_facts(
            session, adapters, firm_id=firm_id, now=now, can_take_payments=False
        )
        about = replace(facts.text, payment=facts.text.paid, paid_on=facts.text.today)
        return write_mail(text, replace(facts, text=about)), None
    firm = await get_firm(session, firm_id)
    invoice = await session.get_one(Invoice, paid.invoice_ids[0])
    mail = await write_thanks(session, adapters, firm=firm, text=text, paid=paid, now=now)
    return mail, invoice.number
