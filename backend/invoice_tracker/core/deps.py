"""What a route may ask for: a transaction, the clock, the adapters."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.crypto import Vault
from invoice_tracker.core.database import Database
from invoice_tracker.ports import (
    BillingSource,
    Clock,
    Mailer,
    PaymentGateway,
    Poke,
    Pulse,
    Throttle,
)
from invoice_tracker.settings import Settings


@dataclass(frozen=True, slots=True)
class Adapters:
    """The outside world as this process sees it. Built once, in ``wiring``."""

    settings: Settings
    database: Database
    clock: Clock
    vault: Vault
    mailer: Mailer
    billing: BillingSource
    gateway: PaymentGateway
    poke: Poke
    pulse: Pulse
    throttle: Throttle

    @property
    def public_url(self) -> str:
        """Where people reach the product, without a slash at the end."""
        return self.settings.public_url


def get_adapters(request: Request) -> Adapters:
    """The adapters of the running application."""
    adapters: Adapters = request.app.state.adapters
    return adapters


AdaptersDep = Annotated[Adapters, Depends(get_adapters)]


async def get_session(adapters: AdaptersDep) -> AsyncGenerator[AsyncSession]:
    """One transaction for the request."""
    async with adapters.database.transaction() as session:
        yield session


# Function scope commits before the answer leaves, so that a failed commit cannot answer 200.
SessionDep = Annotated[AsyncSession, Depends(get_session, scope="function")]


def get_clock(adapters: AdaptersDep) -> Clock:
    """The product's clock."""
    return adapters.clock


ClockDep = Annotated[Clock, Depends(get_clock)]
