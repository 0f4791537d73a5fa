"""The eight invariants of the product, each a function from evidence to a verdict.

They judge what came out (mails as the mail server took them) against what was known: the books at
the instant of the claim, Clio's last answer, the money at Stripe. A mail may be about several
invoices: each is a line of its own, and the key of "at most once" is collection, step, occurrence
and recipient.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from proof.evidence import Claim, Evidence, Line, Mail

FRESH = timedelta(minutes=30)
"""How old the last good read of a bill may be when a mail about it leaves."""
ON_ITS_WAY = timedelta(minutes=10)
"""Between the claim and the mail server: a worker may be slow, but not slower than its lease."""
STILL_MOVING = timedelta(days=4)
"""What was decided so shortly before the end may still be under way."""
REMINDER = "reminder"
AMOUNT = re.compile(r"\d[\d,]*\.\d{2}(?!\d)")
ADDRESS = re.compile(r"https?://\S+|\S+@\S+")
OPEN = "awaiting_payment"
Finding = str
Found = tuple[int, list[Finding]]


@dataclass(frozen=True)
class Verdict:
    """One invariant: how much was checked, and what broke it."""

    number: int
    sentence: str
    checks: int
    violations: tuple[Finding, ...]


def at_most_once(evidence: Evidence) -> Found:
    """No key, and no Message-ID, came twice; and nothing came that nobody had decided."""
    keys: Counter[str] = Counter()
    ids = Counter(mail.message_id for mail in evidence.mails)
    found = [f"{mail} came {n} times" for mail, n in ids.items() if n > 1]
    for mail in evidence.mails:
        if mail.claim is None:
            found.append(f"{mail.message_id} came, and no message of the outbox has this id")
        else:
            keys.update(line.key for line in mail.claim.lines)
            if mail.claim.kind == REMINDER and not mail.claim.lines:
                found.append(f"{mail.message_id} is a reminder of nothing")
            if mail.claim.to not in mail.recipients:
                found.append(f"{mail.message_id} was for {mail.claim.to}, not {mail.recipients}")
    found += [f"{key} came {n} times" for key, n in keys.items() if n > 1]
    return len(ids) + len(keys), found


def nothing_after_payment(evidence: Evidence) -> Found:
    """At the claim: something is owed, no money is under way, Stripe has none we do not know."""
    checks, found = 0, []
    for mail, line in _lines(evidence):
        checks += 5
        who = f"{mail.message_id}, invoice {line.number}"
        if line.open_minor <= 0:
            found.append(f"{who}: {line.open_minor} was owed by the books")
        if line.under_way:
            found.append(f"{who}: money was under way ({', '.join(line.under_way)})")
        if line.stripe_under_way_minor:
            found.append(f"{who}: Stripe had {line.stripe_under_way_minor} under way")
        if line.stripe_money_minor > line.ledger_money_minor:
            found.append(
                f"{who}: Stripe had {line.stripe_money_minor}, the ledger knew of"
                f" {line.ledger_money_minor}"
            )
        if line.clio is not None and line.clio.balance_minor <= 0:
            found.append(f"{who}: Clio had just said that {line.clio.balance_minor} is owed")
    return checks, found


def nothing_on_stale_data(evidence: Evidence) -> Found:
    """Clio had answered about this very bill, by the books and by Clio, within the limit."""
    checks, found = 0, []
    for mail, line in _lines(evidence):
        checks += 2
        claimed = _claimed_at(mail)
        who = f"{mail.message_id}, invoice {line.number}"
        if claimed - line.read_at > FRESH:
            found.append(f"{who}: last read at {line.read_at}, claimed at {claimed}")
        if line.clio is None:
            found.append(f"{who}: Clio was never asked about it by the worker that sent it")
        elif claimed - line.clio.at > FRESH:
            found.append(f"{who}: Clio answered at {line.clio.at}, claimed at {claimed}")
    return checks, found


ENDS = {"sent", "cancelled", "failed", "uncertain"}
AHEAD = {"approved", "awaiting_approval"}
"""Of a mail whose day may be yet to come: it waits for that as long as its collection runs."""


def everything_ends(evidence: Evidence) -> Found:
    """Each message and reminder has an end with its reason, and the mailbox agrees with it."""
    came = {mail.message_id for mail in evidence.mails}
    checks, found = 0, []
    before = evidence.ended_at - STILL_MOVING
    for message in evidence.messages:
        checks += 2
        who = f"{message.message_id} ({message.kind}, {message.state})"
        if message.state not in ENDS and message.created_at < before:
            found.append(f"{who}: no end since {message.created_at}; {message.reason}")
        if message.state in ENDS - {"sent"} and not message.reason:
            found.append(f"{who}: no reason")
        if message.state == "sent" and message.message_id not in came:
            found.append(f"{who}: counted as sent, and never came")
        if message.state in {"cancelled", "failed", "waiting"} and message.message_id in came:
            found.append(f"{who}: it came all the same")
    for reminder in evidence.reminders:
        checks += 1
        who = f"reminder {reminder.reminder_id} ({reminder.state})"
        if reminder.state == "queued" and reminder.created_at < before:
            found.append(f"{who}: no end since {reminder.created_at}")
        if reminder.state in AHEAD and reminder.collection_state != "active":
            found.append(f"{who}: no end, and its collection is {reminder.collection_state}")
        if reminder.state in {"skipped", "failed", "cancelled"} and not reminder.reason:
            found.append(f"{who}: no reason")
    return checks, found


def amounts_are_stored(evidence: Evidence) -> Found:
    """Each amount in a mail is a stored balance or their sum; each stored balance is in it."""
    checks, found = 0, []
    kept = {reminder.reminder_id: reminder.balance_minor for reminder in evidence.reminders}
    for mail in evidence.mails:
        if mail.claim is None or not mail.claim.lines:
            continue
        checks += 1
        rows = (*mail.claim.lines, *mail.claim.stated)
        stored = [line.stored_minor for line in rows]
        allowed = {*stored, sum(stored)}
        written = amounts_in(mail.text)
        if not written or set(written) - allowed:
            found.append(f"{mail.message_id}: says {written}, stored were {stored}")
        needed = set(stored) if len(stored) == 1 else {*stored, sum(stored)}
        if needed - set(written):
            found.append(f"{mail.message_id}: does not say {sorted(needed - set(written))}")
        for line in rows:
            checks += 2
            if line.stored_minor != line.open_minor:
                found.append(
                    f"{mail.message_id}, invoice {line.number}: stored {line.stored_minor},"
                    f" owed {line.open_minor}"
                )
            if kept.get(line.reminder_id, line.stored_minor) != line.stored_minor:
                found.append(f"{mail.message_id}: the row was changed after the mail had left")
    return checks, found


def inside_the_window(evidence: Evidence) -> Found:
    """On the firm's wall clock: a sending day, not closed, within the hours; and no detours."""
    checks, found = 0, []
    for mail in evidence.mails:
        if mail.claim is None or mail.claim.kind != REMINDER:
            continue
        checks += 2
        rules, at = mail.claim.rules, mail.claim.at
        local = at.astimezone(ZoneInfo(rules.zone))
        when = f"{mail.message_id}: {local:%a %Y-%m-%d %H:%M:%S} in {rules.zone}"
        if local.weekday() not in rules.weekdays:
            found.append(f"{when}: not a sending day")
        if not rules.window_start <= local.time() < rules.window_end:
            found.append(f"{when}: not from {rules.window_start} to {rules.window_end}")
        if any(first <= local.date() <= last for first, last in rules.closed):
            found.append(f"{when}: the firm was closed")
        if not timedelta() <= mail.at - at <= ON_ITS_WAY:
            found.append(f"{when}: arrived at {mail.at}")
    return checks, found


def nothing_held(evidence: Evidence) -> Found:
    """Nothing held, ended, void or deleted is in a mail or its total; nothing in Safe Mode."""
    checks, found = 0, []
    for mail, line in _lines(evidence):
        checks += 7
        who = f"{mail.message_id}, invoice {line.number}"
        if line.holds:
            found.append(f"{who}: held ({', '.join(line.holds)})")
        if line.promised:
            found.append(f"{who}: promised for {', '.join(line.promised)}")
        if line.said:
            found.append(f"{who}: held by what people had said ({', '.join(line.said)})")
        if line.collection_state != "active":
            found.append(f"{who}: the collection was {line.collection_state}")
        if line.invoice_state != OPEN:
            found.append(f"{who}: the invoice was {line.invoice_state}")
        if line.clio is not None and line.clio.state != OPEN:
            found.append(f"{who}: Clio had just said {line.clio.state}")
        words = words_of(f"{mail.subject}\n{mail.text}")
        claim = _claim(mail)
        own = {other.number for other in (*claim.lines, *claim.stated)}
        strangers = (set(line.others) - own) & words
        if strangers:
            found.append(f"{who}: names invoice {', '.join(sorted(strangers))}")
    for mail in evidence.mails:
        if mail.claim is not None and mail.claim.kind == REMINDER:
            checks += 1
            if mail.claim.rules.safe_mode or not mail.claim.rules.sender_verified:
                found.append(f"{mail.message_id}: Safe Mode was on, or the sender not verified")
    return checks, found


def firms_apart(evidence: Evidence) -> Found:
    """No row, count or list of one firm shows another's; each mail is one firm's throughout."""
    checks = sum(check.looked for check in evidence.wall)
    found = [leak for check in evidence.wall for leak in check.leaks]
    for mail in evidence.mails:
        if mail.claim is None:
            continue
        checks += 1
        if mail.sender != mail.claim.sender:
            found.append(f"{mail.message_id}: {mail.sender} sent it for {mail.claim.sender}")
        for line in (*mail.claim.lines, *mail.claim.stated):
            checks += 1
            if line.firm_id != mail.claim.firm_id:
                found.append(f"{mail.message_id}: invoice {line.number} is another firm's")
    return checks, found


SENTENCES: tuple[tuple[str, Callable[[Evidence], Found]], ...] = (
    ("At most one message per collection, step and recipient.", at_most_once),
    ("No reminder after payment is known.", nothing_after_payment),
    ("No send on stale data.", nothing_on_stale_data),
    ("Every planned message reaches an end.", everything_ends),
    ("Every amount in a mail equals the snapshot stored with it.", amounts_are_stored),
    ("Nothing leaves outside the window in the right time zone.", inside_the_window),
    ("What is held, voided or deleted is in no mail and in no total.", nothing_held),
    ("One firm never sees, counts or touches what is another's.", firms_apart),
)


def judge(evidence: Evidence) -> list[Verdict]:
    """All eight, in the order of the product's own list."""
    verdicts = []
    for number, (sentence, check) in enumerate(SENTENCES, start=1):
        checks, found = check(evidence)
        verdicts.append(Verdict(number, sentence, checks, tuple(found)))
    return verdicts


def words_of(text: str) -> set[str]:
    """The words of a text; those in addresses are none."""
    return set(re.findall(r"\w+", ADDRESS.sub(" ", text)))


def amounts_in(text: str) -> list[int]:
    """Amounts in a text, in minor units; those in addresses are none."""
    found: Iterable[str] = AMOUNT.findall(ADDRESS.sub(" ", text))
    return [int(amount.replace(",", "").replace(".", "")) for amount in found]


def _lines(evidence: Evidence) -> Iterator[tuple[Mail, Line]]:
    """Every invoice of every mail; in a statement those that only stand in it, too."""
    for mail in evidence.mails:
        if mail.claim is not None:
            for line in (*mail.claim.lines, *mail.claim.stated):
                yield mail, line


def _claim(mail: Mail) -> Claim:
    assert mail.claim is not None
    return mail.claim


def _claimed_at(mail: Mail) -> datetime:
    return _claim(mail).at
