"""How often what happened in a proof: a year in which nothing goes wrong proves nothing."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from proof.evidence import Evidence
from proof.planned import DEEDS, ONCE
from proof.turnstile import LATEST
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

COUNTS = {
    "promise": "SELECT state, count(*) FROM promises GROUP BY state",
    "hold": "SELECT kind, count(*) FROM holds GROUP BY kind",
    "collection": "SELECT state, count(*) FROM collections GROUP BY state",
    "payment": "SELECT source || ' ' || state, count(*) FROM payments GROUP BY 1",
    "reminder": "SELECT kind || ' ' || state, count(*) FROM reminders GROUP BY 1",
    "": """
        SELECT 'a collection started by a rule', count(*) FROM collections
            WHERE auto_collect_rule_id IS NOT NULL
        UNION ALL SELECT 'a broken promise made the series jump', count(*) FROM collections
            WHERE jump_position IS NOT NULL
        UNION ALL SELECT 'a payment for several invoices', count(*) FROM (
            SELECT 1 FROM payments WHERE stripe_payment_intent_id IS NOT NULL
            GROUP BY stripe_payment_intent_id HAVING count(*) > 1) AS several
        UNION ALL SELECT 'a part was paid', count(*) FROM payments p
            JOIN checkouts c ON c.stripe_session_id = p.stripe_session_id
            WHERE c.is_part AND p.settled_at IS NOT NULL
        UNION ALL SELECT 'a mail after a part was paid', count(*) FROM reminders r
            JOIN payments p ON p.invoice_id = r.invoice_id AND p.settled_at < r.ended_at
            JOIN checkouts c ON c.stripe_session_id = p.stripe_session_id AND c.is_part
            WHERE r.state = 'sent'
        UNION ALL SELECT 'a mail was edited ahead', count(*) FROM reminders
            WHERE edited_body IS NOT NULL AND state = 'sent'
        UNION ALL SELECT 'a hold of a ' || CASE WHEN client_id IS NOT NULL THEN 'client'
                WHEN reminder_set_id IS NOT NULL THEN 'set' ELSE 'firm' END, count(*) FROM holds
            WHERE invoice_id IS NULL GROUP BY 1
    """,
}
EACH_TIME = (
    *(
        f"staff {deed}"
        for deed in (
            "pause",
            "promise",
            "dispute",
            "pause_client",
            "pause_set",
            "pause_everything",
            "veto",
            "edit_set_and_move",
        )
    ),
    "clients pay_together",
    "clients debit",
    "clients refund",
    "clio void",
    "leap",
    "a mail about several invoices",
    "a payment for several invoices",
    "clients pay_part",
    "a part was paid",
    "mails came",
)
"""What has to happen in the shortest run as well."""
SOON = timedelta(days=5)
WHOLE = timedelta(days=365)
IN_A_YEAR = (
    *DEEDS,
    *ONCE,
    *EACH_TIME,
    "a mail after a part was paid",
    "a bank debit comes",
    "a bank debit fails",
    "a statement",
    "a collection started by a rule",
    "a broken promise made the series jump",
    "a mail was edited ahead",
    "a clock change",
    "a mail whose fate nobody knew",
    "down",
    "back",
    "hang_up",
    "promise: kept",
    "promise: broken",
    "promise: withdrawn",
    "payment: stripe settled",
    "payment: stripe failed",
    "payment: stripe refunded",
    "payment: stripe partly_refunded",
    "payment: stripe disputed",
    "collection: settled",
    "collection: stopped",
    "collection: completed",
    "reminder: call_task called",
    "reminder: email skipped",
    *(f"died: {place}" for place in LATEST),
)


def expected(*, days: int, firms: int) -> tuple[str, ...]:
    """What a run of this length may not have been without."""
    lasts = timedelta(days=days)
    if lasts >= WHOLE and firms > 1:
        return tuple(dict.fromkeys(IN_A_YEAR))
    return EACH_TIME if lasts >= SOON else ()


async def count(
    owner: AsyncEngine,
    evidence: Evidence,
    *,
    zones: Sequence[str],
    since: datetime,
    uncertain: int,
) -> Counter[str]:
    """From the books at the end, and from the mails."""
    found: Counter[str] = Counter()
    async with owner.connect() as connection:
        for what, query in COUNTS.items():
            for name, number in await connection.execute(text(query)):
                found[f"{what}: {name}" if what else name] += number
    claims = [mail.claim for mail in evidence.mails if mail.claim is not None]
    found["a mail about several invoices"] = sum(len(claim.lines) > 1 for claim in claims)
    found["a statement"] = sum(bool(claim.stated) for claim in claims)
    found["a mail whose fate nobody knew"] = uncertain
    found["mails came"] = len(evidence.mails)
    found["a clock change"] = sum(_changes(zone, since, evidence.ended_at) for zone in zones)
    return found


def _changes(zone: str, since: datetime, until: datetime) -> int:
    offsets = []
    while since < until:
        offsets.append(since.astimezone(ZoneInfo(zone)).utcoffset())
        since += timedelta(days=1)
    return sum(now != before for before, now in pairwise(offsets))
