"""A real SMTP server in the test's own loop, with a fault for each step of the dialogue."""

import asyncio
import ssl
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as default_policy
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session, syntax


@dataclass
class Accepted:
    """A mail the server has answered 250 to."""

    mail_from: str
    rcpt_to: list[str]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        parsed = message_from_bytes(self.raw, policy=default_policy)
        assert isinstance(parsed, EmailMessage)
        return parsed


@dataclass
class MailServer:
    """What the server does with the next mails, and what it has accepted."""

    port: int = 0
    answers: dict[str, str] = field(default_factory=dict)
    """Answer in place of the good one, by step: MAIL, RCPT, DATA, DOT or an address."""
    hang_up: set[str] = field(default_factory=set)
    """Steps at which the connection is cut without an answer: MAIL, RCPT, DATA, DOT, AFTER."""
    silent: set[str] = field(default_factory=set)
    """Steps at which no answer ever comes."""
    accepted: list[Accepted] = field(default_factory=list)
    connections: int = 0


class _Protocol(SMTP):
    def __init__(self, server: MailServer, **options: Any) -> None:
        super().__init__(_Handler(server), hostname="mail.test", **options)
        self._server = server

    def connection_made(self, transport: Any) -> None:
        self._server.connections += 1
        super().connection_made(transport)

    @syntax("DATA")
    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        if await _misbehave(self._server, self, "DATA"):
            return
        if answer := self._server.answers.get("DATA"):
            await self.push(answer)
            return
        await super().smtp_DATA(arg)


class _Handler:
    def __init__(self, server: MailServer) -> None:
        self._server = server

    async def handle_MAIL(  # noqa: N802
        self, smtp: SMTP, _: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        await _misbehave(self._server, smtp, "MAIL")
        if answer := self._server.answers.get("MAIL"):
            return answer
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, smtp: SMTP, _: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        await _misbehave(self._server, smtp, "RCPT")
        answers = self._server.answers
        if answer := answers.get(address, answers.get("RCPT")):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, smtp: SMTP, _: Session, envelope: Envelope) -> str:  # noqa: N802
        if await _misbehave(self._server, smtp, "DOT"):
            return "421 4.4.2 Nobody hears this"
        if answer := self._server.answers.get("DOT"):
            return answer
        assert isinstance(envelope.content, bytes)
        self._server.accepted.append(
            Accepted(envelope.mail_from or "", list(envelope.rcpt_tos), envelope.content)
        )
        await _misbehave(self._server, smtp, "AFTER")
        return f"250 2.0.0 Queued as {len(self._server.accepted)}"


async def _misbehave(server: MailServer, smtp: SMTP, step: str) -> bool:
    if step in server.silent:
        await asyncio.sleep(3600)
    if step in server.hang_up:
        assert smtp.transport is not None
        smtp.transport.abort()
        return True
    return False


@asynccontextmanager
async def running_mail_server(
    *,
    password: str | None = None,
    starttls: ssl.SSLContext | None = None,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[MailServer]:
    """Start the server on a free port; with ``password`` it asks for a log-in."""
    server = MailServer()
    options: dict[str, Any] = {"tls_context": starttls, "require_starttls": starttls is not None}
    if password is not None:

        def authenticate(_: Any, __: Any, ___: Any, ____: str, data: Any) -> AuthResult:
            right = data.password == password.encode()
            return AuthResult(success=right, handled=right)

        options |= {
            "authenticator": authenticate,
            "auth_required": True,
            "auth_require_tls": False,
        }
    protocols: list[_Protocol] = []

    def make() -> _Protocol:
        with warnings.catch_warnings():
            # A log-in without TLS is what is wanted here.
            warnings.simplefilter("ignore", UserWarning)
            protocols.append(_Protocol(server, **options))
        return protocols[-1]

    listening = await asyncio.get_running_loop().create_server(make, "127.0.0.1", 0, ssl=tls)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        for protocol in protocols:
            if protocol.transport is not None:
                protocol.transport.abort()
            if protocol._handler_coroutine is not None:
                protocol._handler_coroutine.cancel()
        await asyncio.sleep(0)
