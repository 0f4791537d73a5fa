"""What goes wrong outside: the mail server, Clio, Stripe."""

import random

from proof.firms import Office
from proof.outside import Outside

from invoice_tracker.sandbox.clio.faults import Fault as ClioFault
from invoice_tracker.sandbox.clio.oauth import revoke
from invoice_tracker.sandbox.mailbox.faults import Fault as MailFault
from invoice_tracker.sandbox.stripe.faults import Fault as StripeFault

MAIL = ("refuse", "busy", "rcpt_4xx", "rcpt_5xx", "data_4xx", "data_5xx", "drop", "drop")
CLIO = ("status", "status", "malformed", "truncate", "drop")
STRIPE = ("status", "drop", "drop_after")
MANY = 10_000
"""More requests than an outage sees."""


def begin_one(outside: Outside, office: Office, chance: random.Random) -> str:
    """A short trouble, or an outage that lasts until ``all_well``."""
    where = chance.choice(("mail", "mail", "clio", "clio", "stripe", "outage", "revoked"))
    if where == "mail":
        kind = chance.choice(MAIL)
        fault = MailFault(kind=kind, count=chance.randint(1, 3), keep=chance.random() < 0.5)  # type: ignore[arg-type]
        outside.mail_faults.add(fault)
        return f"mail {kind}"
    if where == "clio":
        kind, status = chance.choice(CLIO), chance.choice((403, 429, 500, 503))
        count, skip = chance.randint(1, 4), chance.randrange(6)
        outside.clio.faults.waiting.append(
            ClioFault(kind=kind, status=status, count=count, skip=skip)  # type: ignore[arg-type]
        )
        return f"clio {kind}"
    if where == "stripe":
        kind = chance.choice(STRIPE)
        outside.stripe.faults.add(StripeFault(kind=kind, count=chance.randint(1, 5)))  # type: ignore[arg-type]
        return f"stripe {kind}"
    if where == "revoked":
        if chance.random() < 0.3:
            revoke(outside.clio, account_id=office.account.id)
            return "clio revoked"
        return "nothing"
    return _outage(outside, chance)


def _outage(outside: Outside, chance: random.Random) -> str:
    """One of the three is away until somebody repairs it."""
    which = chance.choice(("clio", "stripe", "mail"))
    if which == "clio":
        status = chance.choice((429, 500, 503))
        outside.clio.faults.waiting.append(ClioFault(kind="status", status=status, count=MANY))
    elif which == "stripe":
        outside.stripe.faults.add(StripeFault(kind="status", count=MANY))
    else:
        outside.mail_faults.add(MailFault(kind="refuse", count=MANY))
    return f"{which} away"


def hang_up(outside: Outside, chance: random.Random) -> None:
    """The next mails end in a lost connection after the final dot: taken, or not."""
    keep = chance.random() < 0.6
    outside.mail_faults.add(MailFault(kind="drop", count=chance.randint(1, 2), keep=keep))


def clio_away(outside: Outside, chance: random.Random) -> None:
    """Clio is away for hours."""
    status = chance.choice((429, 500, 503))
    outside.clio.faults.waiting.append(ClioFault(kind="status", status=status, count=MANY))


def all_well(outside: Outside) -> None:
    """Everything is repaired."""
    outside.clio.faults.waiting.clear()
    outside.stripe.faults.clear()
    outside.mail_faults.clear()
