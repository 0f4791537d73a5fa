"""The SMTP server: takes everything without asking who sends it, unless a fault says otherwise."""

import asyncio
from datetime import UTC, datetime
from typing import Any, Protocol

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from invoice_tracker.sandbox.mailbox.faults import Faults
from invoice_tracker.sandbox.mailbox.store import MailStore

LARGEST = 40 * 1024 * 1024
NAME = "mail.sandbox.test"


class Clock(Protocol):
    """The sandbox's movable clock."""

    def now(self) -> datetime:
        """The present moment, an aware UTC datetime."""
        ...


class SandboxSmtp(SMTP):
    """aiosmtpd's server, that can also refuse a connection."""

    def __init__(self, handler: "Handler", **options: Any) -> None:
        super().__init__(
            handler,
            hostname=NAME,
            ident="Sandbox mail",
            data_size_limit=LARGEST,
            enable_SMTPUTF8=True,
            auth_require_tls=False,
            authenticator=lambda *_: AuthResult(success=True),
            **options,
        )
        self._faults = handler.faults

    async def _handle_client(self) -> None:
        fault = self._faults.take("refuse", "busy")
        if fault is None:
            await super()._handle_client()
            return
        if fault.kind == "busy":
            await self.push(f"421 {NAME} Service not available, try again later")
        _hang_up(self)


class Handler:
    """Keeps what comes in, and applies the faults of recipients and messages."""

    def __init__(self, store: MailStore, clock: Clock, faults: Faults) -> None:
        self.store = store
        self.clock = clock
        self.faults = faults

    async def handle_RCPT(  # noqa: N802 - the name aiosmtpd looks for
        self, _: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Accept a recipient, or answer 451 or 550 as asked."""
        fault = self.faults.take("rcpt_4xx", "rcpt_5xx", recipients=(address,))
        if fault is not None and fault.kind == "rcpt_4xx":
            return "451 4.2.1 Mailbox temporarily unavailable"
        if fault is not None:
            return "550 5.1.1 No such user here"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802 - the name aiosmtpd looks for
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Keep a message, or refuse, delay or lose the answer as asked."""
        fault = self.faults.take(
            "data_4xx", "data_5xx", "drop", "delay", recipients=tuple(envelope.rcpt_tos)
        )
        if fault is not None and fault.kind == "data_4xx":
            return "451 4.3.0 Try again later"
        if fault is not None and fault.kind == "data_5xx":
            return "554 5.7.1 Message refused"
        if fault is None or fault.kind == "delay" or fault.keep:
            self._keep(envelope)
        if fault is not None and fault.kind == "drop":
            _hang_up(server)
            await asyncio.Event().wait()  # ended by the lost connection
        if fault is not None and fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
        return "250 2.0.0 OK, kept"

    def _keep(self, envelope: Envelope) -> None:
        self.store.add(
            envelope.original_content or b"",
            mail_from=envelope.mail_from or "",
            rcpt_to=envelope.rcpt_tos,
            received_at=self.clock.now(),
            received_real_at=datetime.now(UTC),
        )


def _hang_up(server: SMTP) -> None:
    if server.transport is not None:
        server.transport.close()


async def start_smtp(handler: Handler, *, host: str, port: int) -> asyncio.Server:
    """Listen on `port` (0 takes a free one) in the running loop."""
    loop = asyncio.get_running_loop()
    return await loop.create_server(lambda: SandboxSmtp(handler, loop=loop), host, port)
