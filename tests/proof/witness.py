"""Notes what the outside world saw, in the order it saw it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from proof.photographs import latest
from proof.spoken import Spoken
from sqlalchemy.ext.asyncio import AsyncEngine

from invoice_tracker.sandbox.mailbox.parse import parse

WORKER_HEADER = "x-proof-worker"


@dataclass(frozen=True)
class Answer:
    """A bill as Clio showed it to one worker's truth check."""

    turn: int
    at: datetime
    worker: str
    bill_id: int
    state: str
    balance: str


@dataclass(frozen=True)
class Offer:
    """A worker is about to hand a mail over."""

    turn: int
    at: datetime
    worker: str
    message_id: str
    photo: dict[str, Any]


@dataclass(frozen=True)
class Arrival:
    """The mail server has taken a mail."""

    turn: int
    at: datetime
    message_id: str
    recipients: tuple[str, ...]
    sender: str
    subject: str
    text: str


@dataclass(frozen=True)
class Money:
    """What Stripe holds of one payment from this turn on, in minor units; and what is under way."""

    turn: int
    settled_minor: int
    processing_minor: int


Bill = tuple[str, str]
"""A firm's id and the number of its invoice, as a payment page names it."""


@dataclass
class Witness:
    """Everything noted so far. ``turn`` counts on with each note; time may be set back."""

    owner: AsyncEngine
    turn: int = 0
    answers: list[Answer] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)
    arrivals: list[Arrival] = field(default_factory=list)
    money: dict[str, list[Money]] = field(default_factory=dict)
    """By payment intent."""
    paid_by: dict[Bill, set[str]] = field(default_factory=dict)
    """The payment intents that are for an invoice; one may be for several."""
    spoken: Spoken = field(default_factory=Spoken)

    def next_turn(self) -> int:
        """The next place in the order of things."""
        self.turn += 1
        return self.turn

    async def note_offer(self, message_id: str, *, at: datetime, worker: str) -> None:
        """Keep the photograph of the claim that led here."""
        photo = await latest(self.owner, message_id)
        self.offers.append(Offer(self.next_turn(), at, worker, message_id, photo))

    def note_arrival(self, raw: bytes, *, sender: str, to: list[str], at: datetime) -> None:
        """A mail was taken, whatever its sender is told of it."""
        parsed = parse(raw)
        self.arrivals.append(
            Arrival(
                self.next_turn(),
                at,
                parsed.message_id,
                tuple(to),
                sender,
                parsed.header("subject"),
                parsed.text,
            )
        )

    def note_answer(self, body: bytes, *, worker: str, at: datetime) -> None:
        """What Clio answered; an answer that cannot be read says nothing."""
        try:
            data = json.loads(body, parse_float=str)["data"]
        except (ValueError, KeyError, TypeError):
            return
        for bill in data if isinstance(data, list) else [data]:
            if isinstance(bill, dict) and {"id", "state", "balance"} <= bill.keys():
                self.answers.append(
                    Answer(
                        self.next_turn(),
                        at,
                        worker,
                        int(bill["id"]),
                        bill["state"],
                        str(bill["balance"]),
                    )
                )

    def note_money(
        self, intent_id: str, bills: Iterable[Bill], *, settled: int, processing: int
    ) -> None:
        """What Stripe holds of a payment has changed."""
        for bill in bills:
            self.paid_by.setdefault(bill, set()).add(intent_id)
        entry = Money(self.next_turn(), settled, processing)
        self.money.setdefault(intent_id, []).append(entry)

    def money_at(self, bill: Bill, turn: int) -> dict[str, Money]:
        """What Stripe held at that turn of each payment that is for an invoice."""
        found = {}
        for intent_id in sorted(self.paid_by.get(bill, ())):
            before = [entry for entry in self.money[intent_id] if entry.turn <= turn]
            if before:
                found[intent_id] = before[-1]
        return found
