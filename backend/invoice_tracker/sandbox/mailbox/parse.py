"""What a raw message says: headers, text, HTML, attachments, inline pictures."""

import email
import email.policy
import re
from dataclasses import dataclass
from email.message import EmailMessage, MIMEPart

MESSAGE_ID = re.compile(r"<[^<>\s]+>")
REPLY = re.compile(r"^\s*(?:(?:re|fwd?|aw|wg)\s*:\s*)+", re.IGNORECASE)
SPACE = re.compile(r"\s+")


@dataclass(frozen=True)
class Attachment:
    """A file that came along; `place` counts from 0."""

    place: int
    name: str
    content_type: str
    content_id: str
    content: bytes


@dataclass(frozen=True)
class Parsed:
    """One message, decoded; `text` and `html` are empty where the message has no such part."""

    headers: list[tuple[str, str]]
    text: str
    html: str
    attachments: list[Attachment]

    def header(self, name: str) -> str:
        """The first header of that name, or empty text."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), "")

    @property
    def message_id(self) -> str:
        """The Message-ID with its angle brackets, or empty text."""
        return next(iter(MESSAGE_ID.findall(self.header("message-id"))), "")

    @property
    def references(self) -> list[str]:
        """All messages this one says it follows, oldest first, each once."""
        named = self.header("references") + " " + self.header("in-reply-to")
        return list(dict.fromkeys(MESSAGE_ID.findall(named)))

    @property
    def snippet(self) -> str:
        """The first words, for the list."""
        return SPACE.sub(" ", self.text or re.sub(r"<[^>]+>", " ", self.html)).strip()[:140]


def parse(raw: bytes) -> Parsed:
    """Decode a message as far as it can be; never raises on a broken one."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    return Parsed(
        headers=[(name, _one_line(value)) for name, value in _headers(message)],
        text=_body(message, "plain"),
        html=_body(message, "html"),
        attachments=_attachments(message),
    )


def same_subject(subject: str) -> str:
    """A subject without its Re: and Fwd:, for comparing."""
    return SPACE.sub(" ", REPLY.sub("", subject)).strip().lower()


def is_reply(subject: str) -> bool:
    """Whether a subject begins with Re: or Fwd:."""
    return REPLY.match(subject) is not None


def _headers(message: EmailMessage) -> list[tuple[str, str]]:
    try:
        return [(name, str(value)) for name, value in message.items()]
    except (ValueError, IndexError, AttributeError):
        return [(name, str(value)) for name, value in message.raw_items()]


def _one_line(value: str) -> str:
    return SPACE.sub(" ", value).strip()


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return "" if part is None else _text(part)


def _text(part: MIMEPart) -> str:
    try:
        return str(part.get_content())
    except (LookupError, ValueError):
        payload = part.get_payload(decode=True)
        return payload.decode("latin-1") if isinstance(payload, bytes) else ""


def _attachments(message: EmailMessage) -> list[Attachment]:
    bodies = {id(message.get_body(preferencelist=(kind,))) for kind in ("plain", "html")}
    found: list[Attachment] = []
    for part in message.walk():
        if part.is_multipart() or id(part) in bodies:
            continue
        payload = part.get_payload(decode=True)
        found.append(
            Attachment(
                place=len(found),
                name=part.get_filename() or f"part-{len(found) + 1}",
                content_type=part.get_content_type(),
                content_id=str(part.get("content-id", "")).strip().strip("<>"),
                content=payload if isinstance(payload, bytes) else b"",
            )
        )
    return found
