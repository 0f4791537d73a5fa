"""What is known of each mail from outside the product: the invariants judge nothing else."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time
from hashlib import sha256

PORT = re.compile(r"(?<=127\.0\.0\.1):\d+")


@dataclass(frozen=True)
class ClioSaid:
    """The last answer Clio gave to the truth check of the worker that sent the mail."""

    at: datetime
    state: str
    balance_minor: int


@dataclass(frozen=True)
class Line:
    """One invoice of a mail, by the books at the instant of the claim."""

    key: str
    """``collection:step:occurrence:recipient``"""
    reminder_id: str
    invoice_id: str
    number: str
    firm_id: str
    stored_minor: int
    """The balance written down with the reminder."""
    open_minor: int
    """Clio's balance less the money the ledger knows of and Clio does not."""
    invoice_state: str
    collection_state: str
    holds: tuple[str, ...]
    """Kinds of holds in force for the invoice, its client, its set, or everything."""
    under_way: tuple[str, ...]
    """Money on its way that the ledger knows of."""
    ledger_money_minor: int
    """What of Stripe's money below the ledger knew of."""
    stripe_money_minor: int
    """Payments that are for this invoice, too, and were not given back, by Stripe itself, at the
    time of the truth check."""
    read_at: datetime
    """The last good read of this bill, by the books."""
    clio: ClioSaid | None
    stripe_under_way_minor: int = 0
    """Bank debits under way by Stripe itself, at the time of the truth check."""
    promised: tuple[str, ...] = ()
    """Promises to pay whose day was not over."""
    said: tuple[str, ...] = ()
    """What people had said must not be reminded of, by our own note."""
    others: tuple[str, ...] = ()
    """Numbers of the same client's other bills, which have no place in this mail."""


@dataclass(frozen=True)
class Rules:
    """When the firm's mail may leave, by the books at the instant of the claim."""

    zone: str
    window_start: time
    window_end: time
    weekdays: tuple[int, ...]
    closed: tuple[tuple[date, date], ...]
    safe_mode: bool
    sender_verified: bool


@dataclass(frozen=True)
class Claim:
    """The decision to hand a mail over, as it was committed."""

    at: datetime
    row_id: str
    firm_id: str
    kind: str
    to: str
    sender: str
    subject: str
    text: str
    rules: Rules
    lines: tuple[Line, ...]
    stated: tuple[Line, ...] = ()
    """A statement's other rows: no reminders of their own, and without a key."""


@dataclass(frozen=True)
class Mail:
    """One mail the mail server took. ``claim`` is none where nobody had decided to send it."""

    message_id: str
    recipients: tuple[str, ...]
    sender: str
    subject: str
    text: str
    at: datetime
    claim: Claim | None


@dataclass(frozen=True)
class Message:
    """A row of the outbox at the end of the year."""

    row_id: str
    message_id: str
    kind: str
    state: str
    reason: str | None
    created_at: datetime


@dataclass(frozen=True)
class Reminder:
    """A row of the reminders at the end of the year."""

    reminder_id: str
    key: str
    kind: str
    state: str
    reason: str | None
    balance_minor: int
    created_at: datetime
    outbox_message_id: str | None
    collection_state: str


@dataclass(frozen=True)
class WallCheck:
    """One look over the wall between two firms: what was tried, how often, what came through."""

    what: str
    looked: int
    leaks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """Everything the invariants are judged by."""

    ended_at: datetime
    mails: tuple[Mail, ...] = ()
    messages: tuple[Message, ...] = ()
    reminders: tuple[Reminder, ...] = ()
    wall: tuple[WallCheck, ...] = field(default=())

    def digest(self) -> str:
        """The same for the same seed: all of it but the free ports of the servers."""
        return sha256(PORT.sub("", repr(self)).encode()).hexdigest()[:16]
