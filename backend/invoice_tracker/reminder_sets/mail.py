"""From a step and the facts to a mail: strict text, the product's layout, one conversation."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from invoice_tracker.domain.money import format_money
from invoice_tracker.domain.plain_dates import in_words
from invoice_tracker.domain.reminder_text import (
    BrokenTemplate,
    EmptyVariable,
    UnknownVariable,
    parse,
    render,
    render_subject,
    text_values,
)
from invoice_tracker.outbox.layout import (
    Block,
    Button,
    MailLayout,
    Table,
    render_html,
    render_text,
)
from invoice_tracker.outbox.schemas import MailContent, one_line
from invoice_tracker.reminder_sets.mail_facts import MailFacts

_ONLY_PAY_LINK = re.compile(r"\{\{\s*pay\.link\s*\}\}")
_TABLE = "{{ invoices.table }}"
_ONLY_TABLE = re.compile(r"\{\{\s*invoices\.table\s*\}\}")
_ONLY_SIGNATURE = re.compile(r"\{\{\s*signature\s*\}\}")
_PARAGRAPHS = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
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
        blocks, signature = _blocks(step.body, values, facts)
    except (BrokenTemplate, EmptyVariable, UnknownVariable) as error:
        raise CannotWrite(f"The mail cannot be written: {error}.") from error
    layout = MailLayout(
        heading=facts.text.firm_name,
        blocks=blocks,
        signature=signature,
        footer=_footer(facts),
        title=subject,
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
    )


def _blocks(body: str, values: dict[str, str], facts: MailFacts) -> tuple[list[Block], str]:
    """Paragraphs and buttons in their order, and the signature where it ends the mail."""
    # Rendered whole first, so that a variable without a value is found wherever it stands.
    render(body, values)
    paragraphs = _with_table(
        [part for part in _PARAGRAPHS.split(body.strip()) if part.strip()], facts
    )
    signature = ""
    if paragraphs and _ONLY_SIGNATURE.fullmatch(paragraphs[-1].strip()):
        signature = values["signature"]
        paragraphs.pop()
    blocks: list[Block] = []
    for paragraph in paragraphs:
        if _ONLY_TABLE.fullmatch(paragraph.strip()):
            blocks.append(_table(facts))
            continue
        if _ONLY_PAY_LINK.fullmatch(paragraph.strip()):
            if facts.text.pay_link:
                blocks.append(Button(_button_label(facts), facts.text.pay_link))
            continue
        text = render(paragraph, values)
        if text:
            blocks.append(text)
    return blocks, signature


def _with_table(paragraphs: list[str], facts: MailFacts) -> list[str]:
    """A mail about several invoices always lists them: before the way to pay, or at the end."""
    if len(facts.text.invoices) == 1 or any("invoices.table" in parse(p) for p in paragraphs):
        return paragraphs
    closing = (_ONLY_PAY_LINK, _ONLY_SIGNATURE)
    place = next(
        (
            index
            for index, paragraph in enumerate(paragraphs)
            if any(pattern.fullmatch(paragraph.strip()) for pattern in closing)
        ),
        len(paragraphs),
    )
    return [*paragraphs[:place], _TABLE, *paragraphs[place:]]


def _table(facts: MailFacts) -> Table:
    rows = [
        (line.number, in_words(line.due_on) if line.due_on else "", format_money(line.balance))
        for line in facts.text.invoices
    ]
    last = ("Total", "", format_money(facts.text.balance)) if len(rows) > 1 else None
    return Table(("Invoice", "Due", "Balance"), rows, last)


def _button_label(facts: MailFacts) -> str:
    return f"Pay {format_money(facts.text.balance)}"


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
