"""Kept SMTP connections: a log-in and a TLS handshake cost more than a mail."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiosmtplib import SMTP, SMTPException, SMTPResponseException

from invoice_tracker.ports import MailServerUnavailable

KEEP_SECONDS = 20.0
"""Servers hang up on a silent client; a connection idle for longer is not used again."""
MAX_MAILS = 100
"""Some servers close a connection after a number of mails."""


@dataclass(slots=True)
class _Kept:
    smtp: SMTP
    mails: int
    idle_since: float


class Connections:
    """A few connections to one mail server. One that has seen any failure is closed."""

    def __init__(
        self, make: Callable[[], SMTP], connect_timeout: float, max_connections: int
    ) -> None:
        self._make = make
        self._connect_timeout = connect_timeout
        self._slots = asyncio.Semaphore(max_connections)
        self._idle: list[_Kept] = []

    @asynccontextmanager
    async def take(self) -> AsyncGenerator[SMTP]:
        """A connection that is greeted and logged in, for one mail.

        Raises aiosmtplib's errors, and ``MailServerUnavailable`` where the server answers, but not
        with a yes: no mail is concerned then, whatever the code.
        """
        async with self._slots:
            kept = await self._reuse() or _Kept(await self._connect(), 0, 0.0)
            try:
                yield kept.smtp
            except BaseException:
                kept.smtp.close()
                raise
            kept.mails += 1
            kept.idle_since = asyncio.get_running_loop().time()
            if kept.mails < MAX_MAILS:
                self._idle.append(kept)
            else:
                await _quit(kept.smtp)

    async def close(self) -> None:
        """Close all that are kept."""
        while self._idle:
            await _quit(self._idle.pop().smtp)

    async def _reuse(self) -> _Kept | None:
        """The youngest kept connection that still answers."""
        while self._idle:
            kept = self._idle.pop()
            idle = asyncio.get_running_loop().time() - kept.idle_since
            if idle < KEEP_SECONDS and await _answers(kept.smtp):
                return kept
            kept.smtp.close()
        return None

    async def _connect(self) -> SMTP:
        smtp = self._make()
        try:
            async with asyncio.timeout(self._connect_timeout):
                await smtp.connect()
                # Not every server offers what is asked for in connect(): EHLO now, not later.
                if smtp.is_ehlo_or_helo_needed:
                    await _greet(smtp)
        except SMTPResponseException as error:
            smtp.close()
            raise MailServerUnavailable(
                f"The mail server does not let us in: {error.code} {error.message}"
            ) from error
        except BaseException:
            smtp.close()
            raise
        return smtp


async def _greet(smtp: SMTP) -> None:
    try:
        await smtp.ehlo()
    except SMTPResponseException:
        await smtp.helo()


async def _answers(smtp: SMTP) -> bool:
    try:
        await smtp.rset()
    except (SMTPException, OSError, TimeoutError):
        return False
    return True


async def _quit(smtp: SMTP) -> None:
    with contextlib.suppress(SMTPException, OSError, TimeoutError):
        await smtp.quit()
    smtp.close()
