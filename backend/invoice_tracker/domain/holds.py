"""Typed reasons why nothing is sent for an invoice for now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from invoice_tracker.domain.local_days import local_day
from invoice_tracker.domain.plain_dates import in_words


class HoldKind(StrEnum):
    """Why a collection sends nothing for now."""

    paused = "paused"
    promise = "promise"
    dispute = "dispute"
    payment_processing = "payment_processing"
    checkout_open = "checkout_open"
    clio_payment_pending = "clio_payment_pending"
    refund_or_chargeback = "refund_or_chargeback"
    stale_data = "stale_data"
    clio_disconnected = "clio_disconnected"
    no_address = "no_address"
    no_due_date = "no_due_date"
    bounced = "bounced"
    awaiting_approval = "awaiting_approval"
    safe_mode = "safe_mode"
    sender_unverified = "sender_unverified"
    set_archived = "set_archived"
    other_sender = "other_sender"
    client_paid = "client_paid"
    plan_wanted = "plan_wanted"
    wrong_person = "wrong_person"


class HoldReach(StrEnum):
    """How much a hold stops."""

    invoice = "invoice"
    client = "client"
    reminder_set = "reminder_set"
    firm = "firm"


_WORDS = {
    HoldKind.paused: "Paused",
    HoldKind.promise: "The client has promised to pay",
    HoldKind.dispute: "The client disputes this invoice",
    HoldKind.payment_processing: "A payment is on its way",
    HoldKind.checkout_open: "The client has just opened the payment page",
    HoldKind.clio_payment_pending: "A payment is pending in Clio",
    HoldKind.refund_or_chargeback: "A payment was refunded or disputed, a person must decide",
    HoldKind.stale_data: "The invoice could not be read from Clio recently enough",
    HoldKind.clio_disconnected: "Clio is not connected",
    HoldKind.no_address: "No e-mail address",
    HoldKind.no_due_date: "No due date",
    HoldKind.bounced: "Mail to the client's address came back",
    HoldKind.awaiting_approval: "Waiting for approval",
    HoldKind.safe_mode: "Safe Mode is on",
    HoldKind.sender_unverified: "The sender's e-mail address is not verified",
    HoldKind.set_archived: "The reminder set is archived",
    HoldKind.other_sender: "Clio itself sends reminders to this client",
    HoldKind.client_paid: "The client says that this is paid",
    HoldKind.plan_wanted: "The client needs a plan to pay",
    HoldKind.wrong_person: "Whoever reads the client's mail says that it is not for them",
}

_SAID = (HoldKind.client_paid, HoldKind.plan_wanted, HoldKind.wrong_person)
"""Set by a client's answer. Their reason is what was answered, and says it all."""
_MAIL_ONLY = frozenset(
    {
        HoldKind.no_address,
        HoldKind.bounced,
        HoldKind.safe_mode,
        HoldKind.sender_unverified,
        HoldKind.other_sender,
        HoldKind.wrong_person,
    }
)


@dataclass(frozen=True, slots=True)
class Hold:
    """One hold from ``starts_at`` until ``ends_at`` (not included; nothing means open-ended).

    Both are UTC instants. ``author`` is the name of the person who set it, if one did. ``id`` is
    that of its row; one that follows from other facts has none. ``set_name`` is the reminder set's,
    where that is its reach.
    """

    kind: HoldKind
    reason: str
    starts_at: datetime
    ends_at: datetime | None = None
    author: str | None = None
    reach: HoldReach = HoldReach.invoice
    set_name: str = ""
    id: UUID | None = None

    @property
    def is_for_a_person(self) -> bool:
        """Whether *Resume* on the invoice ends it: it is of this invoice alone, and was set."""
        return self.id is not None and self.reach is HoldReach.invoice


def describe(kind: HoldKind) -> str:
    """The kind in plain words, without a full stop."""
    return _WORDS[kind]


def describe_hold(hold: Hold, time_zone: str) -> str:
    """The hold in plain words with its end and reason: ``Paused until March 3, 2026: Vacation``.

    A promise's reason is what was promised, and part of its sentence; that of an answer is the
    sentence.
    """
    words, reason = _subject(hold), hold.reason
    if hold.kind in _SAID and reason:
        words, reason = reason, ""
    if hold.kind is HoldKind.promise and reason:
        words, reason = f"{words} {reason}", ""
    if hold.ends_at is not None:
        day = in_words(local_day(hold.ends_at, time_zone))
        waits = "" if hold.kind is HoldKind.paused else "; reminders wait"
        words += f"{waits} until {day}"
    return f"{words}: {reason}" if reason else words


def active_holds(holds: Iterable[Hold], at: datetime) -> list[Hold]:
    """The holds in force at an instant; the one that lasts longest comes first."""
    in_force = [
        hold
        for hold in holds
        if hold.starts_at <= at and (hold.ends_at is None or at < hold.ends_at)
    ]
    return sorted(in_force, key=_how_long, reverse=True)


def stops_calls(kind: HoldKind) -> bool:
    """Whether the hold also stops call tasks; a missing address, say, only stops mail."""
    return kind not in _MAIL_ONLY


def _subject(hold: Hold) -> str:
    if hold.kind is not HoldKind.paused or hold.reach is HoldReach.invoice:
        return describe(hold.kind)
    if hold.reach is HoldReach.client:
        return "Reminders to this client are paused"
    if hold.reach is HoldReach.reminder_set:
        return f"The set {hold.set_name} is paused" if hold.set_name else "The set is paused"
    return "All reminders are paused"


def _how_long(hold: Hold) -> tuple[bool, float]:
    if hold.ends_at is None:
        return True, 0.0
    return False, hold.ends_at.timestamp()
