"""A mail as it is stored, and as handlers see it."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict

from invoice_tracker.outbox.models import MessageState

_BREAKING = {"Cc", "Zl", "Zp"}
"""Unicode categories of characters that could end a header's line."""


def one_line(text: str) -> str:
    """The text without line breaks and control characters, fit for a subject or a name."""
    clean = "".join(" " if unicodedata.category(char) in _BREAKING else char for char in text)
    return " ".join(clean.split())


def _refuse_breaks(value: str) -> str:
    if any(unicodedata.category(char) in _BREAKING for char in value):
        raise ValueError("must be one line, without control characters")
    return value


HeaderText = Annotated[str, AfterValidator(_refuse_breaks)]
"""A text that goes into a header: a line break in it could smuggle in another header."""


class AttachmentReference(BaseModel):
    """A file that is made just before the mail leaves: an invoice's bill, or the firm's logo."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["bill", "logo"] = "bill"
    invoice_id: UUID | None = None
    """Of a bill."""


class MailContent(BaseModel):
    """All of a mail but its recipient, Message-ID and Date. Stored as it leaves."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    from_name: HeaderText
    from_email: HeaderText
    subject: HeaderText
    text: str
    html: str
    reply_to: HeaderText | None = None
    cc: tuple[HeaderText, ...] = ()
    bcc: tuple[HeaderText, ...] = ()
    in_reply_to: HeaderText | None = None
    """Message-ID of the mail before in the same conversation, in angle brackets."""
    references: tuple[HeaderText, ...] = ()
    """Message-IDs of the conversation, the oldest first."""
    attachments: tuple[AttachmentReference, ...] = ()
    """What goes with it, if it can be had in time: never the files themselves."""


@dataclass(frozen=True, slots=True)
class DueMessage:
    """A claimed message, as a handler sees it."""

    id: UUID
    firm_id: UUID
    kind: str
    dedupe_key: str
    subject_id: UUID | None
    recipient: str
    message_id: str
    content: MailContent
    attempts: int
    """How often it was handed to the mail server before."""
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a message ended. ``state`` is one of sent, cancelled, failed, uncertain."""

    state: MessageState
    at: datetime
    reason: str | None = None
    """In words, for all but ``sent``; there, what had to be left out of the mail."""
    smtp_response: str | None = None
