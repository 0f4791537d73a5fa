"""The three services' ways out, through which the witness hears what was said and taken."""

import random
from collections.abc import Coroutine
from typing import Any

from aiosmtpd.smtp import Envelope
from proof.witness import WORKER_HEADER, Bill, Witness
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fakes import MovableClock
from invoice_tracker.sandbox.clio.store import Store as ClioStore
from invoice_tracker.sandbox.clio.webhooks import WebhookSender as ClioSender
from invoice_tracker.sandbox.mailbox.faults import Faults as MailFaults
from invoice_tracker.sandbox.mailbox.smtp import Handler
from invoice_tracker.sandbox.mailbox.store import MailStore
from invoice_tracker.sandbox.stripe.lifecycle import session_of
from invoice_tracker.sandbox.stripe.store import Book, Obj
from invoice_tracker.sandbox.stripe.store import Store as StripeStore
from invoice_tracker.sandbox.stripe.webhooks import WebhookSender

NEVER = 0.15
"""How many of Clio's events get lost."""


class HeardAnswers:
    """Notes the answers to truth checks as they leave Clio, faults and all."""

    def __init__(self, app: ASGIApp, witness: Witness, clock: MovableClock) -> None:
        self.app, self.witness, self.clock = app, witness, clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope.get("headers", []))
        worker = headers.get(WORKER_HEADER.encode())
        if worker is None:
            await self.app(scope, receive, send)
            return
        status, body = 0, bytearray()

        async def heard(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            body.extend(message.get("body", b""))
            await send(message)

        await self.app(scope, receive, heard)
        if status == 200:
            self.witness.note_answer(bytes(body), worker=worker.decode(), at=self.clock.now())


class PatientClioSender(ClioSender):
    """Clio's events go when the year says so, one after the other; some never do."""

    def __init__(self, store: ClioStore, chance: random.Random) -> None:
        super().__init__(store, first_pause=0.0)
        self._chance = chance
        self._kept: list[Coroutine[Any, Any, None]] = []

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        self._kept.append(work)

    async def release(self) -> int:
        """Let what was kept go now; how many events and handshakes there were."""
        kept, self._kept = self._kept, []
        for work in kept:
            if self._chance.random() < NEVER:
                work.close()
            else:
                await work
        return len(kept)

    async def close(self) -> None:
        for work in self._kept:
            work.close()
        await super().close()


class NotingSender(WebhookSender):
    """Tells the witness what Stripe holds, whenever it has changed."""

    def __init__(self, store: StripeStore, witness: Witness) -> None:
        super().__init__(store, back_off=(0.01,) * 5)
        self._witness = witness

    def publish(self, book: Book, event: Obj) -> None:
        intent = _intent_of(book, event["data"]["object"])
        if intent is not None:
            settled, processing = held_of(book, intent)
            bills = bills_of(book, intent)
            self._witness.note_money(intent["id"], bills, settled=settled, processing=processing)
        super().publish(book, event)


def _intent_of(book: Book, item: Obj) -> Obj | None:
    intent_id = item["id"] if item["object"] == "payment_intent" else item.get("payment_intent")
    return book.table("intents").get(intent_id or "")


def bills_of(book: Book, intent: Obj) -> list[Bill]:
    """The invoices a payment is for, as its page names them line by line."""
    lines = book.table("line_items")[session_of(book, intent)["id"]]["lines"]
    firm_id = intent["metadata"]["firm_id"]
    return [(firm_id, line["description"].removeprefix("Invoice ")) for line in lines]


def held_of(book: Book, intent: Obj) -> tuple[int, int]:
    """Minor units Stripe has of a payment, and those on their way. Lost disputes are gone."""
    if intent["status"] == "processing":
        return 0, intent["amount"]
    if intent["status"] != "succeeded":
        return 0, 0
    lost = sum(
        d["amount"]
        for d in book.table("disputes").values()
        if d["status"] == "lost" and d["payment_intent"] == intent["id"]
    )
    charge = book.table("charges")[intent["latest_charge"]]
    return intent["amount_received"] - charge["amount_refunded"] - lost, 0


class NotingHandler(Handler):
    """Tells the witness what was taken."""

    def __init__(self, witness: Witness, clock: MovableClock, faults: MailFaults) -> None:
        super().__init__(MailStore(None), clock, faults)
        self._witness = witness

    def _keep(self, envelope: Envelope) -> None:
        self._witness.note_arrival(
            envelope.original_content or b"",
            sender=envelope.mail_from or "",
            to=list(envelope.rcpt_tos),
            at=self.clock.now(),
        )
