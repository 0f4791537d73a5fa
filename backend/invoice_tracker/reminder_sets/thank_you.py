"""The firm's own text of the mail that thanks for a payment; off until somebody switches it on."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.errors import FieldError, Invalid
from invoice_tracker.domain.ready_made_sets import THANK_YOU_BODY, THANK_YOU_SUBJECT
from invoice_tracker.domain.reminder_text import BodyFormat
from invoice_tracker.domain.text_linter import Level
from invoice_tracker.reminder_sets.linter import lint_text
from invoice_tracker.reminder_sets.models import MailText, MailTextKind


@dataclass(frozen=True, slots=True)
class ThanksText:
    """What a mail of thanks is written from. It has no copies."""

    subject: str
    body: str
    body_format: BodyFormat
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()


async def load_text(session: AsyncSession, *, firm_id: UUID) -> MailText:
    """The firm's text; the ready-made one, switched off, before it has one of its own."""
    found = await session.get(MailText, (firm_id, MailTextKind.thank_you), populate_existing=True)
    return found or MailText(
        firm_id=firm_id,
        kind=MailTextKind.thank_you,
        is_enabled=False,
        subject=THANK_YOU_SUBJECT,
        body=THANK_YOU_BODY,
        body_format=BodyFormat.plain,
        enabled_since=None,
        includes_clio=False,
    )


async def save_text(
    session: AsyncSession,
    *,
    firm_id: UUID,
    text: ThanksText,
    is_enabled: bool,
    includes_clio: bool,
    now: datetime,
) -> MailText:
    """Keep text and switches. Payments before it is switched on are not thanked for.

    Raises ``Invalid`` for a text with errors.
    """
    _refuse_errors(text)
    row = await load_text(session, firm_id=firm_id)
    is_new_to_clio = includes_clio and not row.includes_clio
    if is_enabled and (not row.is_enabled or is_new_to_clio):
        row.enabled_since = now
    row.is_enabled = is_enabled
    row.includes_clio = includes_clio
    row.subject, row.body, row.body_format = text.subject, text.body, text.body_format
    row.updated_at = now
    session.add(row)
    await session.flush()
    return row


def text_of(row: MailText) -> ThanksText:
    """What its mails are written from."""
    return ThanksText(row.subject, row.body, row.body_format)


def _refuse_errors(text: ThanksText) -> None:
    problems = lint_text(text.subject, text.body, text.body_format, asks_to_pay=False)
    errors = [problem for problem in problems if problem.level is Level.error]
    if errors:
        raise Invalid(
            errors[0].message,
            errors=[FieldError(field=each.field.value, message=each.message) for each in errors],
        )
