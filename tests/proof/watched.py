"""The product's own adapters, that stop at the turnstile wherever they touch the world outside."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import stripe
from proof.turnstile import (
    ANSWER,
    ASK,
    BEGIN,
    COMMIT,
    IN_TRANSACTION,
    OFFER,
    REREAD,
    TAKEN,
    die_here,
    step,
)
from proof.witness import WORKER_HEADER, Witness
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from fakes import FakePulse, FreeThrottle, MovableClock, RecordingPoke
from invoice_tracker.core.crypto import Vault
from invoice_tracker.core.database import APP_ROLE, Database
from invoice_tracker.core.deps import Adapters
from invoice_tracker.integrations.clio.reader import ClioBillingSource
from invoice_tracker.integrations.mail.smtp import SmtpMailer
from invoice_tracker.integrations.stripe.gateway import StripeGateway
from invoice_tracker.ports import OutgoingMail, Reread
from invoice_tracker.settings import Settings


class WatchedDatabase(Database):
    """A transaction is a step; the worker may die as it begins or instead of its commit."""

    @asynccontextmanager
    async def transaction(self, firm_id: UUID | None = None) -> AsyncGenerator[AsyncSession]:
        await step(BEGIN)
        token = IN_TRANSACTION.set(True)
        try:
            async with super().transaction(firm_id) as session:
                yield session
                die_here(COMMIT)
        finally:
            IN_TRANSACTION.reset(token)


class WatchedMailer(SmtpMailer):
    """Tells the witness what is about to be handed over."""

    def __init__(self, settings: Settings, witness: Witness, worker: str) -> None:
        super().__init__(settings)
        self._witness = witness
        self._worker = worker

    async def send(self, mail: OutgoingMail, *, at: datetime) -> str:
        await self._witness.note_offer(mail.message_id, at=at, worker=self._worker)
        await step(OFFER)
        try:
            answer = await super().send(mail, at=at)
        finally:
            # Whether a kept connection is still used depends on real seconds.
            await self.close()
        await step(TAKEN)
        return answer


class WatchedBilling(ClioBillingSource):
    """Its questions to Clio carry the worker's name, so that the answers are known apart."""

    def __init__(self, worker: str, **parts: Any) -> None:
        super().__init__(**parts)
        self._http.headers[WORKER_HEADER] = worker

    async def reread(self, firm_id: UUID, invoice_ids: Collection[UUID]) -> Reread:
        await step(REREAD)
        return await super().reread(firm_id, invoice_ids)


class WatchedGateway(StripeGateway):
    """A step before each question to Stripe and after each answer."""

    async def ask(
        self, firm_id: UUID, question: Callable[[stripe.StripeClient], Awaitable[Any]]
    ) -> Any:
        await step(ASK)
        answer = await super().ask(firm_id, question)
        await step(ANSWER)
        return answer


@dataclass
class Process:
    """One process of the product: its adapters, and what must be closed with it."""

    name: str
    adapters: Adapters
    engine: AsyncEngine

    async def close(self) -> None:
        """Its connections are gone."""
        await self.adapters.mailer.close()  # type: ignore[attr-defined]
        await self.adapters.gateway.close()  # type: ignore[attr-defined]
        await self.adapters.billing.close()  # type: ignore[attr-defined]
        await self.engine.dispose()


def start_process(
    name: str, *, url: str, settings: Settings, clock: MovableClock, witness: Witness
) -> Process:
    """A process with connections of its own."""
    # As the product's own, but without a question to PostgreSQL before each transaction.
    engine = create_async_engine(
        url, connect_args={"server_settings": {"role": APP_ROLE, "timezone": "UTC"}}
    )
    database = WatchedDatabase(engine)
    vault = Vault([key.get_secret_value() for key in settings.secret_keys])
    throttle = FreeThrottle()
    adapters = Adapters(
        settings=settings,
        database=database,
        clock=clock,
        vault=vault,
        mailer=WatchedMailer(settings, witness, name),
        billing=WatchedBilling(
            name, settings=settings, database=database, clock=clock, vault=vault, throttle=throttle
        ),
        gateway=WatchedGateway(settings=settings, database=database, vault=vault),
        poke=RecordingPoke(),
        pulse=FakePulse(),
        throttle=throttle,
    )
    return Process(name, adapters, engine)
