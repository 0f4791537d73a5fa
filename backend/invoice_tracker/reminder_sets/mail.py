"""From a step and the facts to a mail: strict text, the product's layout, one conversation."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from invoice_tracker.domain.reminder_text import (
    BodyFormat,
    BrokenTemplate,
    EmptyVariable,
    UnknownVariable,
    render_subject,
    text_values,
)
from invoice_tracker.outbox.layout import MailLayout, render_html, render_text
from invoice_tracker.outbox.schemas import AttachmentReference, MailContent, one_line
from invoice_tracker.reminder_sets.mail_body import write_body
from invoice_tracker.reminder_sets.mail_facts import MailFacts

MAX_REFERENCES = 20


class CannotWrite(Exception):
    """The text cannot be filled in; the message says why, for people."""


class MailStep(Protocol):
    """What a mail is written from: a stored step, or one that is being edited."""

    @property
    def subject(self) -> str: ...
    @property
    def body(self) -> str: ...
    @property
    def body_format(self) -> BodyFormat: ...
    @property
    def cc(self) -> Sequence[str]: ...
    @property
    def bcc(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class SentMail:
    """An earlier mail of the same conversation. ``message_id`` has its angle brackets."""

    message_id: str
    subject: str


def write_mail(step: MailStep, facts: MailFacts, *, thread: Sequence[SentMail] = ()) -> MailContent:
    """The mail of a step. ``thread``: the conversation so far, oldest first.

    With the same subject as before it is a reply in that conversation. Raises ``CannotWrite``.
    """
    values = text_values(facts.text)
    try:
        subject = one_line(render_subject(step.subject, values))
        blocks, signature = write_body(step.body, step.body_format, values, facts.text)
    except (BrokenTemplate, EmptyVariable, UnknownVariable) as error:
        raise CannotWrite(f"The mail cannot be written: {error}.") from error
    layout = MailLayout(
        heading=facts.text.firm_name,
        blocks=blocks,
        signature=signature,
        footer=_footer(facts),
        title=subject,
        has_logo=facts.has_logo,
    )
    if thread and _plain(thread[0].subject) == _plain(subject):
        subject = f"Re: {_plain(subject)}"
    return MailContent(
        from_name=one_line(facts.from_name),
        from_email=facts.from_email,
        reply_to=facts.reply_to,
        subject=subject,
        text=render_text(layout),
        html=render_html(layout),
        cc=tuple(step.cc),
        bcc=tuple(step.bcc),
        in_reply_to=thread[-1].message_id if thread else None,
        references=tuple(_references(thread)),
        attachments=(AttachmentReference(kind="logo"),) if facts.has_logo else (),
    )


def _footer(facts: MailFacts) -> list[str]:
    address = [line.strip() for line in facts.text.firm_address.splitlines() if line.strip()]
    phone = [facts.text.firm_phone] if facts.text.firm_phone.strip() else []
    return [facts.text.firm_name, *address, *phone]


def _plain(subject: str) -> str:
    """The subject without the marks of a reply."""
    return re.sub(r"^(?:re:\s*)+", "", subject, flags=re.IGNORECASE)


def _references(thread: Sequence[SentMail]) -> list[str]:
    ids = [mail.message_id for mail in thread]
    if len(ids) <= MAX_REFERENCES:
        return ids
    # The root keeps the conversation together, whatever is dropped in between.
    return [ids[0], *ids[-(MAX_REFERENCES - 1) :]]
