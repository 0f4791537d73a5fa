"""The world outside the product: the sandbox's Clio, Stripe and mail server, each on a port.

They run in this process and read the same standing clock; what the sandboxes do by themselves every
half second (sessions expire, debits settle) happens here only when the year says so.
"""

import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from proof.listening import HeardAnswers, NotingHandler, NotingSender, PatientClioSender
from proof.serving import serving
from proof.witness import Witness

from fakes import MovableClock
from integrations.sandbox_serving import until
from invoice_tracker.sandbox.clio.app import create_app as create_clio
from invoice_tracker.sandbox.clio.store import Store as ClioStore
from invoice_tracker.sandbox.clio.world import World as ClioWorld
from invoice_tracker.sandbox.mailbox.faults import Faults as MailFaults
from invoice_tracker.sandbox.mailbox.smtp import start_smtp
from invoice_tracker.sandbox.stripe.app import create_app as create_stripe
from invoice_tracker.sandbox.stripe.app import pass_time
from invoice_tracker.sandbox.stripe.store import Store as StripeStore
from invoice_tracker.sandbox.stripe.world import World as StripeWorld


@dataclass
class Outside:
    """The three services, by their insides and their addresses."""

    clio: ClioWorld
    clio_sender: PatientClioSender
    clio_url: str
    stripe: StripeWorld
    stripe_url: str
    mail_faults: MailFaults
    smtp_port: int
    stripe_app: FastAPI

    async def pass_time(self) -> None:
        """What the clock has made due at Stripe."""
        pass_time(self.stripe)

    async def delivered(self) -> None:
        """Wait until no webhook is under way."""
        deliveries = self.stripe.store.deliveries
        await until(lambda: all(d["state"] != "pending" for d in deliveries.values()), seconds=120)

    async def release_webhooks(self, *, backwards: bool) -> int:
        """Let the events that Clio and Stripe kept back go now; how many of Stripe's."""
        await self.clio_sender.release()
        released = self.stripe.sender.release(backwards=backwards)
        await self.delivered()
        return released


@asynccontextmanager
async def open_outside(
    clock: MovableClock, witness: Witness, clio_store: ClioStore, chance: random.Random
) -> AsyncIterator[Outside]:
    """Start the three; ``clio_store`` has the firms already."""
    stripe_store = StripeStore(None)
    sender = NotingSender(stripe_store, witness)
    clio_sender = PatientClioSender(clio_store, chance)
    clio = create_clio(clio_store, clock, rate_limit=0, sender=clio_sender)
    stripe = create_stripe(stripe_store, clock, settle_days=None, sender=sender)
    faults = MailFaults()
    async with AsyncExitStack() as stack:
        heard: Any = HeardAnswers(clio, witness, clock)
        clio_url = await stack.enter_async_context(serving(heard))
        stripe_url = await stack.enter_async_context(serving(stripe))
        handler = NotingHandler(witness, clock, faults)
        smtp = await start_smtp(handler, host="127.0.0.1", port=0)
        stripe.state.world.public_url = stripe_url
        stripe_store.switches.hold = True
        yield Outside(
            clio=clio.state.world,
            clio_sender=clio_sender,
            clio_url=clio_url,
            stripe=stripe.state.world,
            stripe_url=stripe_url,
            mail_faults=faults,
            smtp_port=smtp.sockets[0].getsockname()[1],
            stripe_app=stripe,
        )
        smtp.close()
        handler.store.close()
        await sender.close()
        await clio_sender.close()
