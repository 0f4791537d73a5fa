"""How the product does, line by line, in words that tell an office what to do.

Facts in, lines out. An age beyond a line's limit is bad; what a firm has not set up is no fault.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

READ_LATE = timedelta(minutes=45)
"""Clio is read every 15 minutes: after this, at least two readings have failed."""
READ_BAD = timedelta(hours=2)
WORKER_LATE = timedelta(minutes=5)
"""A round of a worker takes a minute at most, and one begins each minute."""
EVENT_LATE = timedelta(minutes=10)
MAIL_LATE = timedelta(hours=1)
STRIPE_LATE = timedelta(hours=2)
"""Stripe is asked every 15 minutes."""
NIGHTLY_LATE = timedelta(hours=36)
CLOCK_OFF = timedelta(seconds=30)

ASK = "Ask whoever runs the installation"


class Standing(StrEnum):
    """How one line stands."""

    good = "good"
    notice = "notice"
    bad = "bad"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is watched. ``at`` is the instant it is about; ``advice`` what to do."""

    key: str
    title: str
    standing: Standing
    sentence: str
    at: datetime | None = None
    advice: str | None = None


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection to Clio or Stripe. ``works`` is false where access was taken back."""

    works: bool
    since: datetime
    last_at: datetime | None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Nightly:
    """The last time a job of the night came to its end; ``problem`` where it failed."""

    ended_at: datetime | None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known. ``workers`` by name; none where nobody could be asked."""

    now: datetime
    clio: Connection | None = None
    clio_event_at: datetime | None = None
    clio_events_set_up: bool = False
    clio_events_problem: str | None = None
    stripe: Connection | None = None
    stripe_asked_at: datetime | None = None
    waiting_mails: int = 0
    oldest_mail_due_at: datetime | None = None
    oldest_mail_reason: str | None = None
    window_is_open: bool = True
    retried_mails: int = 0
    retry_reason: str | None = None
    last_sent_at: datetime | None = None
    open_events: int = 0
    oldest_event_at: datetime | None = None
    oldest_event_problem: str | None = None
    workers: Mapping[str, datetime] | None = field(default_factory=dict)
    reconciliation: Nightly | None = None
    proof: Nightly | None = None
    clock_difference: timedelta = timedelta()
    clock_is_movable: bool = False


def report(facts: Facts) -> list[Line]:
    """Every line, in the order of the page."""
    return [
        *_workers(facts),
        _clio_reading(facts),
        _clio_events(facts),
        _queue(facts),
        _mail_server(facts),
        _stripe(facts),
        _inbox(facts),
        _nightly(facts, "reconciliation", "Nightly comparison with Clio", facts.reconciliation),
        _nightly(facts, "payment_proof", "Nightly proof of payments", facts.proof),
        _clock(facts),
    ]


def worst(lines: list[Line]) -> Standing:
    """How the whole stands: as its worst line."""
    order = list(Standing)
    return max((line.standing for line in lines), key=order.index, default=Standing.good)


def age(of: timedelta) -> str:
    """``a moment``, ``1 minute``, ``3 hours``, ``2 days``: rounded down."""
    seconds = int(of.total_seconds())
    for length, noun in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= length:
            return _count(seconds // length, noun)
    return "a moment"


def _workers(facts: Facts) -> list[Line]:
    title = "Worker"
    if facts.workers is None:
        return [
            Line(
                "workers", title, Standing.bad, "The queue that wakes workers up does not answer.",
                advice=f"{ASK} to look at Valkey. What is due is done later, not lost.",
            )
        ]  # fmt: skip
    if not facts.workers:
        return [
            Line(
                "workers", title, Standing.bad,
                "No worker has been seen: nothing is read and nothing is sent.",
                advice=f"{ASK} to start the worker.",
            )
        ]  # fmt: skip
    alive = [seen for seen in facts.workers.values() if facts.now - seen <= WORKER_LATE]
    return [
        _worker(facts, f"Worker {name}" if len(facts.workers) > 1 else title, name, seen, alive)
        for name, seen in sorted(facts.workers.items())
    ]


def _worker(facts: Facts, title: str, name: str, seen: datetime, alive: list[datetime]) -> Line:
    gone = facts.now - seen
    key = f"worker:{name}"
    if gone <= WORKER_LATE:
        return Line(key, title, Standing.good, f"At work {age(gone)} ago.", seen)
    if alive:
        return Line(
            key, title, Standing.notice,
            f"Not seen for {age(gone)}. Another one does its work.", seen,
            f"Nothing waits for it. {ASK} if it was not stopped on purpose.",
        )  # fmt: skip
    return Line(
        key, title, Standing.bad,
        f"Not seen for {age(gone)}: nothing is read and nothing is sent.", seen,
        f"{ASK} to start the worker again. What is due is done then, each mail once.",
    )  # fmt: skip


def _clio_reading(facts: Facts) -> Line:
    key, title, clio = "clio_sync", "Reading Clio", facts.clio
    if clio is None:
        return Line(
            key, title, Standing.notice, "Clio is not connected.",
            advice="Connect it under Settings → Connect to Clio.",
        )  # fmt: skip
    if not clio.works:
        return Line(
            key, title, Standing.bad, "Clio no longer accepts our access.", clio.last_at,
            "Reconnect under Settings → Connect to Clio. Reminders wait until then.",
        )  # fmt: skip
    since = facts.now - (clio.last_at or clio.since)
    read = f"Read {age(since)} ago." if clio.last_at else f"Not read in {age(since)}."
    if since <= READ_LATE:
        return Line(key, title, Standing.good, read, clio.last_at)
    problem = f" {clio.error}" if clio.error else ""
    return Line(
        key, title, Standing.bad if since > READ_BAD else Standing.notice, read + problem,
        clio.last_at,
        "Reminders wait rather than leave on old data. Press Resync on Invoices; Settings → Sync "
        "shows what went wrong.",
    )  # fmt: skip


def _clio_events(facts: Facts) -> Line:
    key, title = "clio_webhooks", "Events from Clio"
    if facts.clio_events_problem is not None:
        return Line(
            key, title, Standing.notice, facts.clio_events_problem, facts.clio_event_at,
            "Nothing is missed: Clio is read every 15 minutes all the same.",
        )  # fmt: skip
    if not facts.clio_events_set_up:
        return Line(
            key, title, Standing.good,
            "Clio sends no events here; it is read every 15 minutes.",
        )  # fmt: skip
    if facts.clio_event_at is None:
        return Line(key, title, Standing.good, "Set up; none has come yet.")
    ago = age(facts.now - facts.clio_event_at)
    return Line(key, title, Standing.good, f"The last one came {ago} ago.", facts.clio_event_at)


def _queue(facts: Facts) -> Line:
    key, title, due = "mail_queue", "E-mails that wait", facts.oldest_mail_due_at
    if due is None or not facts.waiting_mails:
        return Line(key, title, Standing.good, "None.")
    number = _count(facts.waiting_mails, "e-mail")
    late = facts.now - due
    if facts.oldest_mail_reason:
        return Line(
            key, title, Standing.notice, f"{number}. The oldest waits: {facts.oldest_mail_reason}",
            due, "Each one says on its invoice, under Why?, what it waits for.",
        )  # fmt: skip
    if late <= timedelta():
        return Line(key, title, Standing.good, f"{number}, each for its time.", due)
    if late > MAIL_LATE and facts.window_is_open:
        return Line(
            key, title, Standing.bad, f"{number}. The oldest was due {age(late)} ago.", due,
            "They keep to the pace of Settings → Sending rules. If that is not why, look at the "
            "worker and the mail server here.",
        )  # fmt: skip
    when = "at the set pace" if facts.window_is_open else "in the next sending hours"
    return Line(key, title, Standing.good, f"{number}; they leave {when}.", due)


def _mail_server(facts: Facts) -> Line:
    key, title, sent = "mail_server", "Mail server", facts.last_sent_at
    last = f"It last took an e-mail {age(facts.now - sent)} ago." if sent else "Not used yet."
    if facts.retried_mails:
        tried = _count(facts.retried_mails, "e-mail is", "e-mails are")
        why = f" {facts.retry_reason}" if facts.retry_reason else ""
        return Line(
            key, title, Standing.bad, f"{tried} being tried again.{why} {last}", sent,
            f"They are tried again by themselves. If it lasts, {ASK[0].lower()}{ASK[1:]} to look "
            "at the mail account.",
        )  # fmt: skip
    return Line(key, title, Standing.good, last, sent)


def _stripe(facts: Facts) -> Line:
    key, title, stripe = "stripe", "Events from Stripe", facts.stripe
    if stripe is None:
        return Line(
            key, title, Standing.notice, "Stripe is not connected: clients cannot pay online.",
            advice="Connect it under Settings → Connect to Stripe.",
        )  # fmt: skip
    if not stripe.works:
        return Line(
            key, title, Standing.bad, "Stripe no longer accepts our key.", stripe.last_at,
            "Paste a new key under Settings → Connect to Stripe.",
        )  # fmt: skip
    last = (
        f"The last one came {age(facts.now - stripe.last_at)} ago."
        if stripe.last_at
        else "None has come yet."
    )
    asked = facts.stripe_asked_at
    if asked is not None and facts.now - asked > STRIPE_LATE:
        return Line(
            key, title, Standing.bad,
            f"{last} Stripe was last asked for missed ones {age(facts.now - asked)} ago.",
            stripe.last_at, "Look at the worker here: it asks by itself when it runs.",
        )  # fmt: skip
    return Line(
        key, title, Standing.good, f"{last} Stripe is also asked for missed ones.", stripe.last_at
    )


def _inbox(facts: Facts) -> Line:
    key, title, oldest = "events_to_handle", "Events to handle", facts.oldest_event_at
    if oldest is None or not facts.open_events:
        return Line(key, title, Standing.good, "None waits.")
    waits = facts.now - oldest
    number = _count(facts.open_events, "event")
    if waits <= EVENT_LATE:
        return Line(key, title, Standing.good, f"{number}, the oldest {age(waits)} old.", oldest)
    why = f" {facts.oldest_event_problem}" if facts.oldest_event_problem else ""
    return Line(
        key, title, Standing.bad, f"{number}. The oldest waits for {age(waits)}.{why}", oldest,
        "They are tried again by themselves; payments are also found by asking Stripe. If it "
        "lasts, look at the worker here.",
    )  # fmt: skip


def _nightly(facts: Facts, key: str, title: str, job: Nightly | None) -> Line:
    if job is None:
        return Line(key, title, Standing.good, "Nothing to compare yet.")
    if job.problem is not None:
        return Line(
            key, title, Standing.bad, f"The last one failed: {job.problem}", job.ended_at,
            "It is made again the next night.",
        )  # fmt: skip
    if job.ended_at is None:
        return Line(key, title, Standing.good, "The first one is made tonight.")
    since = facts.now - job.ended_at
    if since > NIGHTLY_LATE:
        return Line(
            key, title, Standing.bad, f"Last made {age(since)} ago; it should be each night.",
            job.ended_at, "Look at the worker here: it makes up for it when it runs.",
        )  # fmt: skip
    return Line(key, title, Standing.good, f"Made {age(since)} ago.", job.ended_at)


def _clock(facts: Facts) -> Line:
    key, title = "clock", "Clocks"
    if facts.clock_is_movable:
        return Line(
            key, title, Standing.notice, "This installation runs by a clock that can be moved.",
            advice="Good for a trial. For real use set CLOCK=system.",
        )  # fmt: skip
    off = abs(facts.clock_difference)
    if off <= CLOCK_OFF:
        return Line(key, title, Standing.good, "Server and database agree on the time.")
    return Line(
        key, title, Standing.bad, f"Server and database differ by {age(off)}.",
        advice=f"{ASK} to set the clocks by a time server: mails may leave at the wrong time.",
    )  # fmt: skip


def _count(number: int, noun: str, plural: str | None = None) -> str:
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
