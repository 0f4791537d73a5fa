"""What every route of the sandbox Clio works on."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Protocol

from fastapi import Depends, Request

from invoice_tracker.sandbox.clio.faults import Faults
from invoice_tracker.sandbox.clio.rates import Rates
from invoice_tracker.sandbox.clio.store import Account, Row, Store
from invoice_tracker.sandbox.clio.webhooks import WebhookSender


class Clock(Protocol):
    """The sandbox's clock."""

    def now(self) -> datetime:
        """The present, UTC."""
        ...


@dataclass
class World:
    """The store, the clock, and how the service misbehaves."""

    store: Store
    clock: Clock
    client_id: str
    client_secret: str
    redirect_uris: tuple[str, ...]
    rates: Rates
    sender: WebhookSender
    faults: Faults = field(default_factory=Faults)

    def now(self) -> datetime:
        """The present of the sandbox."""
        return self.clock.now()

    def today(self) -> date:
        """Its calendar day."""
        return self.now().date()

    def touch(self, account: Account, noun: str, row: Row, event: str = "updated") -> None:
        """A row has changed: note it, and tell the webhooks."""
        self.store.touch(row, self.now())
        self.sender.tell(account, noun, row, event, self.now())

    def add(self, account: Account, noun: str, row: Row) -> Row:
        """A new row, and the webhooks told."""
        row = self.store.add(account, noun, row, self.now())
        self.sender.tell(account, noun, row, "created", self.now())
        return row


def get_world(request: Request) -> World:
    """The running service's world."""
    world: World = request.app.state.world
    return world


WorldDep = Annotated[World, Depends(get_world)]
