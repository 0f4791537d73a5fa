"""One ear on the database for this process, and the open streams that want to know.

A trigger on each table that pages show notifies ``<firm> <noun>`` in the transaction of the change
itself, so that what is told has happened, and what was rolled back is not told.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from enum import StrEnum
from uuid import UUID

import structlog

from invoice_tracker.core.database import Database
from invoice_tracker.core.errors import ProductError

log = structlog.get_logger()

CHANNEL = "invoice_tracker_changes"
STREAMS_PER_SESSION = 4
"""A browser has six connections to one host over HTTP/1.1, and must keep some for requests."""


class Noun(StrEnum):
    """What may have changed, as in the API's addresses. The triggers of the migrations say so."""

    answers = "answers"
    auto_collect = "auto-collect"
    blast_guard = "blast-guard"
    calendar = "calendar"
    clients = "clients"
    clio = "clio"
    collections = "collections"
    editors = "editors"
    firm = "firm"
    holds = "holds"
    invoices = "invoices"
    pay_page_rules = "pay-page-rules"
    payment_proofs = "payment-proofs"
    payments = "payments"
    reminder_sets = "reminder-sets"
    reminders = "reminders"
    sessions = "sessions"
    stripe = "stripe"
    sync_runs = "sync-runs"
    thank_you = "thank-you"
    timeline = "timeline"


class TooManyStreams(ProductError):
    """One browser keeps too many streams open."""

    status = 429
    code = "too_many_streams"
    title = "Too many open windows"


class NoStream(ProductError):
    """The database cannot be listened to just now."""

    status = 503
    code = "no_stream"
    title = "No live changes at the moment"


class Subscription:
    """What one open stream has still to tell: a set, so that a slow reader costs no memory."""

    def __init__(self, firm_id: UUID) -> None:
        self.firm_id = firm_id
        self.is_over = False
        self._nouns: set[Noun] = set()
        self._woken = asyncio.Event()

    def tell(self, noun: Noun) -> None:
        """Something of this kind has changed."""
        self._nouns.add(noun)
        self._woken.set()

    def end(self) -> None:
        """Nothing more will be told."""
        self.is_over = True
        self._woken.set()

    async def wait(self, *, seconds: float) -> set[Noun]:
        """What has changed since the last call; empty after so many seconds of quiet."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        self._woken.clear()
        told, self._nouns = self._nouns, set()
        return told


class Hub:
    """The streams of this process. Listens from the first stream on, over one connection."""

    def __init__(self) -> None:
        self._of_session: defaultdict[str, set[Subscription]] = defaultdict(set)
        self._listening: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()
        self._is_closed = False

    @asynccontextmanager
    async def subscribe(
        self, database: Database, *, firm_id: UUID, session: str
    ) -> AsyncGenerator[Subscription]:
        """One stream of a log-in session. Raises ``TooManyStreams`` or ``NoStream``."""
        mine = self._of_session[session]
        if len(mine) >= STREAMS_PER_SESSION:
            raise TooManyStreams("This page is open in many windows; this one refreshes by itself.")
        subscription = Subscription(firm_id)
        mine.add(subscription)
        try:
            await self._listen(database)
            yield subscription
        finally:
            mine.discard(subscription)
            if not mine:
                self._of_session.pop(session, None)

    def end_all(self) -> None:
        """Ends every stream; browsers come again by themselves."""
        for subscriptions in list(self._of_session.values()):
            for subscription in subscriptions:
                subscription.end()

    def refuse(self) -> None:
        """The process is about to stop: it waits for open answers, and a stream has no end."""
        self._is_closed = True
        self.end_all()

    async def close(self) -> None:
        """Ends all streams and the listening."""
        self.refuse()
        if self._listening is not None:
            self._listening.cancel()
            with suppress(asyncio.CancelledError):
                await self._listening

    async def _listen(self, database: Database) -> None:
        if not self._is_closed and (self._listening is None or self._listening.done()):
            self._ready = asyncio.Event()
            self._listening = asyncio.create_task(self._hear(database, self._ready))
        await self._ready.wait()
        if self._is_closed or self._listening is None or self._listening.done():
            raise NoStream("Changes cannot be told just now. Please try again in a moment.")

    async def _hear(self, database: Database, ready: asyncio.Event) -> None:
        try:
            await database.listen(CHANNEL, self._on_notice, ready=ready)
            log.warning("events_connection_lost")
        except Exception as error:
            # Whatever it was: the streams end, and the next one to be opened tries again.
            log.warning("events_not_heard", error=str(error))
        finally:
            ready.set()
            self.end_all()

    def _on_notice(self, payload: str) -> None:
        firm, _, word = payload.partition(" ")
        try:
            firm_id, noun = UUID(firm), Noun(word)
        except ValueError:
            # A newer version of the schema than of this process.
            log.warning("events_unknown", payload=payload)
            return
        for subscriptions in self._of_session.values():
            for subscription in subscriptions:
                if subscription.firm_id == firm_id:
                    subscription.tell(noun)
