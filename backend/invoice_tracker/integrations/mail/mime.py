"""A mail as the bytes that go over the wire."""

import binascii
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from email.encoders import encode_base64
from email.generator import BytesGenerator
from email.header import Header
from email.message import Message
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.policy import compat32
from email.utils import format_datetime, formataddr
from io import BytesIO

import idna

from invoice_tracker.ports import Attachment, OutgoingMail

MAX_REFERENCES = 20
_BREAKING = {"Cc", "Zl", "Zp"}


class Unmailable(ValueError):
    """The mail cannot be written as a valid one; the message says why, for people."""


def build_mime(mail: OutgoingMail, *, at: datetime) -> bytes:
    """The whole mail, lines ending in CRLF. Bcc is in the envelope only.

    Raises ``Unmailable`` when a header's value has a line break or a control character in it: it
    could smuggle in another header.
    """
    text = MIMEMultipart("alternative")
    text.attach(_part("plain", mail.text))
    text.attach(_with("related", _part("html", mail.html), _pictures(mail)))
    message = _with("mixed", text, _files(mail))
    for name, value in _headers(mail, at).items():
        message[name] = value
    return _as_bytes(message)


def envelope_address(address: str) -> str:
    """The address as the SMTP dialogue needs it: an international domain in its ASCII form.

    Raises ``Unmailable``, also for letters outside ASCII before the @: hardly a server takes them.
    """
    _check("address", address)
    local, at, domain = address.strip().rpartition("@")
    if not (local and at and domain) or any(char.isspace() or char in "<>" for char in address):
        raise Unmailable(f"{address!r} is not an e-mail address.")
    if not local.isascii():
        raise Unmailable(f"{address!r} has letters before the @ that mail servers do not take.")
    if domain.isascii():
        return f"{local}@{domain}"
    try:
        return f"{local}@{idna.encode(domain, uts46=True).decode()}"
    except idna.IDNAError as error:
        raise Unmailable(f"{address!r} is not an e-mail address.") from error


def _headers(mail: OutgoingMail, at: datetime) -> dict[str, str]:
    headers: dict[str, str] = {
        "From": _address("From", mail.from_name, mail.from_email),
        "To": envelope_address(mail.to),
        "Subject": _text("Subject", mail.subject),
        "Date": format_datetime(at),
        "Message-ID": _check("Message-ID", mail.message_id),
        # RFC 3834 and Exchange: no out-of-office answers to a reminder.
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "OOF, AutoReply",
    }
    if mail.reply_to:
        headers["Reply-To"] = envelope_address(mail.reply_to)
    if mail.cc:
        headers["Cc"] = ", ".join(envelope_address(address) for address in mail.cc)
    if mail.in_reply_to:
        headers["In-Reply-To"] = _check("In-Reply-To", mail.in_reply_to)
    if mail.references:
        headers["References"] = _references(mail)
    return headers


def _references(mail: OutgoingMail) -> str:
    """The root of the conversation, and of the rest the youngest."""
    ids = [_check("References", one) for one in mail.references]
    if len(ids) > MAX_REFERENCES:
        ids = [ids[0], *ids[-(MAX_REFERENCES - 1) :]]
    return " ".join(ids)


def _address(header: str, name: str, address: str) -> str:
    _check(header, name)
    plain = envelope_address(address)
    if not name:
        return plain
    if name.isascii():
        return formataddr((name, plain))
    value = Header(header_name=header)
    value.append(name, "utf-8")
    value.append(f"<{plain}>", "us-ascii")
    return value.encode()


def _text(header: str, value: str) -> str:
    _check(header, value)
    return value if value.isascii() else Header(value, "utf-8", header_name=header).encode()


def _check(header: str, value: str) -> str:
    if any(unicodedata.category(char) in _BREAKING for char in value):
        raise Unmailable(f"A line break or control character in {header} is refused.")
    return value


def _part(subtype: str, text: str) -> Message:
    part = MIMENonMultipart("text", subtype, charset="utf-8")
    part["Content-Transfer-Encoding"] = "quoted-printable"
    # One kind of line ending, or the encoder takes over the first one it sees.
    lines = "\n".join(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    part.set_payload(binascii.b2a_qp(lines.encode(), istext=True).decode("ascii"))
    return part


def _with(subtype: str, part: Message, others: Sequence[Message]) -> Message:
    """The part and what belongs to it; alone it stays as it is."""
    if not others:
        return part
    whole = MIMEMultipart(subtype)
    for each in (part, *others):
        whole.attach(each)
    return whole


def _files(mail: OutgoingMail) -> list[Message]:
    return [_file(each, "attachment") for each in mail.attachments if each.content_id is None]


def _pictures(mail: OutgoingMail) -> list[Message]:
    """What the HTML shows by its id."""
    pictures = []
    for each in mail.attachments:
        if each.content_id is not None:
            picture = _file(each, "inline")
            picture["Content-ID"] = f"<{_check('Content-ID', each.content_id)}>"
            pictures.append(picture)
    return pictures


def _file(attachment: Attachment, disposition: str) -> Message:
    main, _, sub = _check("Content-Type", attachment.content_type).partition("/")
    name = _check("file name", attachment.name)
    part = MIMEBase(main, sub)
    part.set_payload(attachment.content)
    encode_base64(part)
    # RFC 2231, which is what mail programs agree on for letters outside ASCII.
    filename = name if name.isascii() else ("utf-8", "", name)
    part.add_header("Content-Disposition", disposition, filename=filename)
    return part


def _as_bytes(message: Message) -> bytes:
    # compat32 is several times quicker than EmailMessage's policies, and never turns a long
    # Message-ID into an encoded word.
    buffer = BytesIO()
    policy = compat32.clone(linesep="\r\n")
    BytesGenerator(buffer, mangle_from_=False, policy=policy).flatten(message)
    return buffer.getvalue()
