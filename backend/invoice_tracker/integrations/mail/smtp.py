"""The mail server, spoken to over SMTP, and what each of its failures proves.

Nothing was accepted until the server has answered 2xx to the final dot. Until the first byte after
its 354 has been written, every failure is therefore certain; after that, only an answer is.
"""

import ipaddress
import re
from datetime import datetime
from urllib.parse import urlsplit

from aiosmtplib import (
    SMTP,
    SMTPException,
    SMTPResponse,
    SMTPResponseException,
    SMTPServerDisconnected,
)

from invoice_tracker.integrations.mail.connections import Connections
from invoice_tracker.integrations.mail.mime import Unmailable, build_mime, envelope_address
from invoice_tracker.ports import (
    MailDeferred,
    MailRefused,
    MailServerUnavailable,
    MailUncertain,
    OutgoingMail,
)
from invoice_tracker.settings import Settings, SmtpSecurity

_LEADING_DOT = re.compile(rb"(?m)^\.")
# Not about this mail but about the whole service: closing, log-in needed or refused.
_WHOLE_SERVER = {421, 454, 530, 534, 535, 538}


class SmtpMailer:
    """``ports.Mailer`` over SMTP with kept connections."""

    def __init__(
        self,
        settings: Settings,
        *,
        connect_timeout: float = 20.0,
        command_timeout: float = 30.0,
        answer_timeout: float = 120.0,
        max_connections: int = 8,
    ) -> None:
        self._answer_timeout = answer_timeout
        self._server = f"{settings.smtp_host}:{settings.smtp_port}"

        def make() -> SMTP:
            security = settings.smtp_security
            return SMTP(
                hostname=settings.smtp_host,
                port=settings.smtp_port,
                username=settings.smtp_username or None,
                password=settings.smtp_password.get_secret_value() or None,
                local_hostname=_own_name(settings.public_url),
                timeout=command_timeout,
                use_tls=security is SmtpSecurity.tls,
                start_tls=security is SmtpSecurity.starttls,
            )

        self._connections = Connections(make, connect_timeout, max_connections)

    async def send(self, mail: OutgoingMail, *, at: datetime) -> str:
        """See ``ports.Mailer.send``."""
        try:
            data = build_mime(mail, at=at)
            sender = envelope_address(mail.from_email)
            to = envelope_address(mail.to)
            copies = [envelope_address(address) for address in (*mail.cc, *mail.bcc)]
        except Unmailable as error:
            raise MailRefused(str(error)) from error
        try:
            async with self._connections.take() as smtp:
                refused = await _open_envelope(smtp, sender, to, copies)
                answer = await self._hand_over(smtp, data)
        except SMTPResponseException as error:
            raise _verdict(error) from error
        except (SMTPException, OSError, TimeoutError) as error:
            # Also a failed TLS handshake; ``_hand_over`` has turned all that is uncertain into
            # MailUncertain, so that what arrives here proves that nothing was accepted.
            raise MailServerUnavailable(
                f"The mail server {self._server} cannot be used: {_words(error)}"
            ) from error
        return " ".join([answer, *refused])

    async def close(self) -> None:
        """Say goodbye on every kept connection."""
        await self._connections.close()

    async def _hand_over(self, smtp: SMTP, data: bytes) -> str:
        """DATA and the mail itself. An answer is a verdict; no answer is ``MailUncertain``."""
        go_ahead = await smtp.execute_command(b"DATA")
        if go_ahead.code != 354:
            raise SMTPResponseException(go_ahead.code, go_ahead.message)
        if smtp.protocol is None:
            raise SMTPServerDisconnected("Connection lost")
        try:
            # aiosmtplib's own data() does not tell a loss before 354 from one after it.
            smtp.protocol.write(_LEADING_DOT.sub(b"..", data) + b".\r\n")
            response = await smtp.protocol.read_response(timeout=self._answer_timeout)
        except (SMTPException, OSError, TimeoutError) as error:
            raise MailUncertain(
                f"The mail server did not say whether it took the mail: {_words(error)}"
            ) from error
        if 200 <= response.code < 300:
            return _one_line(response)
        if 400 <= response.code < 600:
            raise SMTPResponseException(response.code, response.message)
        raise MailUncertain(f"The mail server's answer makes no sense: {_one_line(response)}")


async def _open_envelope(smtp: SMTP, sender: str, to: str, copies: list[str]) -> list[str]:
    """MAIL and RCPT. A copy that is refused does not keep the mail from its recipient."""
    try:
        await smtp.mail(sender)
        await smtp.rcpt(to)
    except ValueError as error:
        raise MailRefused(f"Not an e-mail address: {_words(error)}") from error
    refused: list[str] = []
    for address in copies:
        try:
            await smtp.rcpt(address)
        except ValueError as error:
            refused.append(f"(not to {address}: {_words(error)})")
        except SMTPResponseException as error:
            if error.code == 421:
                raise
            refused.append(f"(not to {address}: {error.code} {error.message})")
    return refused


def _verdict(error: SMTPResponseException) -> Exception:
    words = _one_line(SMTPResponse(error.code, error.message))
    if error.code in _WHOLE_SERVER:
        return MailServerUnavailable(f"The mail server takes no mail now: {words}")
    if 500 <= error.code < 600:
        return MailRefused(f"The mail server refused it: {words}")
    return MailDeferred(f"The mail server asks to try later: {words}")


def _words(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _one_line(response: SMTPResponse) -> str:
    message = response.message.encode(errors="replace").decode()
    return f"{response.code} {' '.join(message.split())}".strip()[:500]


def _own_name(public_url: str) -> str:
    """How this installation greets the server, so that nothing is asked of DNS."""
    host = urlsplit(public_url).hostname or "localhost"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    return f"[IPv6:{address}]" if address.version == 6 else f"[{address}]"
