"""The blocks of a mail from a text: paragraphs, the way to pay, the table, the signature."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from invoice_tracker.domain.money import format_money
from invoice_tracker.domain.plain_dates import in_words
from invoice_tracker.domain.reminder_text import BodyFormat, TextFacts, parse, render
from invoice_tracker.outbox.layout import Block, Button, Rich, Table
from invoice_tracker.reminder_sets import rich_text

_PARAGRAPHS = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_ALONE = re.compile(r"\{\{[ \t]*([\w.]+)[ \t]*\}\}")
_TABLE = "{{ invoices.table }}"
_QUESTION = "Have you already paid, do you need more time, or is something not right?"
_TELL_US = "Tell us here"


@dataclass(frozen=True, slots=True)
class _Part:
    """A paragraph of a text, or a block of a rich one; ``says`` is what it says without tags."""

    says: str
    html: str | None = None

    @property
    def alone(self) -> str | None:
        """The variable that the paragraph consists of."""
        only = _ALONE.fullmatch(self.says.strip())
        return only.group(1) if only else None


def write_body(
    body: str, body_format: BodyFormat, values: Mapping[str, str], facts: TextFacts
) -> tuple[list[Block], str]:
    """The blocks of a mail in their order, and the signature where it ends the text.

    A payment link alone in its paragraph is a button, ``answer.links`` alone a sentence with a
    link, ``invoices.table`` alone a table. A mail about several invoices always has the table.
    Raises as ``render`` does.
    """
    body = rich_text.clean(body) if body_format is BodyFormat.rich else body
    # Rendered whole first, so that a variable without a value is found wherever it stands.
    render(body, values)
    parts = _with_table(_parts(body, body_format), facts)
    signature = ""
    if parts and parts[-1].alone == "signature":
        signature = values["signature"]
        parts.pop()
    written = [_written(part, values, facts) for part in parts]
    return [block for block in written if block], signature


def _parts(body: str, body_format: BodyFormat) -> list[_Part]:
    if body_format is BodyFormat.rich:
        return [_Part(block.text, block.html) for block in rich_text.split(body)]
    return [_Part(part) for part in _PARAGRAPHS.split(body.strip()) if part.strip()]


def _with_table(parts: Sequence[_Part], facts: TextFacts) -> list[_Part]:
    """A mail about several invoices always lists them: before the way to pay, or at the end.

    A mail of thanks does so only where its text asks for it: little is left to pay.
    """
    is_short = len(facts.invoices) == 1 or facts.payment is not None
    if is_short or any("invoices.table" in parse(part.says) for part in parts):
        return list(parts)
    closing = ("pay.link", "answer.links", "signature")
    places = (index for index, part in enumerate(parts) if part.alone in closing)
    place = next(places, len(parts))
    return [*parts[:place], _Part(_TABLE), *parts[place:]]


def _written(part: _Part, values: Mapping[str, str], facts: TextFacts) -> Block | None:
    if part.alone == "invoices.table":
        return _table(facts)
    if part.alone == "pay.link":
        verb = "Pay" if len(facts.invoices) == 1 else "View and pay"
        label = f"{verb} {format_money(facts.balance)}"
        return Button(label, facts.pay_link) if facts.pay_link else None
    if part.alone == "answer.links":
        return _way_to_answer(facts.answer_link) if facts.answer_link else None
    if part.html is None:
        return render(part.says, values) or None
    html = rich_text.fill(part.html, values)
    return Rich(html, rich_text.as_text(html)) if html else None


def _way_to_answer(link: str) -> Rich:
    """One quiet sentence with one link: five links in a row read like an advertisement."""
    html = f'<p>{_QUESTION} <a href="{escape(link)}" rel="noopener">{_TELL_US}</a>.</p>'
    return Rich(html, f"{_QUESTION} {_TELL_US}:\n{link}")


def _table(facts: TextFacts) -> Table:
    rows = [
        (line.number, in_words(line.due_on) if line.due_on else "", format_money(line.balance))
        for line in facts.invoices
    ]
    last = ("Total", "", format_money(facts.balance)) if len(rows) > 1 else None
    return Table(("Invoice", "Due", "Balance"), rows, last)
