"""What the proof says of a payment: how it stands, in plain words, what to do, and until when a
state that passes by itself is normal.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

from invoice_tracker.domain.money import Money, format_money
from invoice_tracker.domain.payment_proof import Group, Here, InStripe, Progress, Recording, Share


class Standing(StrEnum):
    """How a line stands, the worst first: the order of the page."""

    differs = "differs"
    not_checked = "not_checked"
    waiting = "waiting"
    agrees = "agrees"
    outside = "outside"
    """Nothing to compare: not made by the product, or older than what it knows."""


class Finding(StrEnum):
    """What was found."""

    only_in_stripe = "only_in_stripe"
    only_here = "only_here"
    only_in_clio = "only_in_clio"
    state_differs = "state_differs"
    amounts_differ = "amounts_differ"
    refunded_in_stripe = "refunded_in_stripe"
    refunded_here = "refunded_here"
    dispute_differs = "dispute_differs"
    voided_in_clio = "voided_in_clio"
    missing_in_clio = "missing_in_clio"
    less_in_clio = "less_in_clio"
    more_in_clio = "more_in_clio"
    refund_not_in_clio = "refund_not_in_clio"
    not_checked = "not_checked"
    other_account = "other_account"
    just_arrived = "just_arrived"
    under_way = "under_way"
    to_be_recorded = "to_be_recorded"
    for_a_person = "for_a_person"
    to_be_confirmed = "to_be_confirmed"
    agrees = "agrees"
    not_ours = "not_ours"
    from_before = "from_before"


ARRIVES_WITHIN = timedelta(hours=1)
DEBIT_TAKES = timedelta(days=14)
NORMAL: dict[Finding, timedelta] = {
    Finding.just_arrived: ARRIVES_WITHIN,
    Finding.under_way: DEBIT_TAKES,
    Finding.to_be_recorded: ARRIVES_WITHIN,
    Finding.for_a_person: timedelta(days=3),
    Finding.to_be_confirmed: timedelta(days=1),
}
"""How long a state that passes is normal, from when it began."""
ALERT_AFTER = timedelta(hours=2)
"""A difference that the proof has seen for so long is for a person: healing had its time."""

HEALED_FROM_STRIPE = frozenset(
    [
        Finding.just_arrived,
        Finding.only_in_stripe,
        Finding.state_differs,
        Finding.amounts_differ,
        Finding.refunded_in_stripe,
        Finding.refunded_here,
        Finding.dispute_differs,
    ]
)
"""What a new reading of the payment may mend."""

_TO_RECORD = "Record it in Clio, then tick it off under To record in Clio."
_READ_AGAIN = "It is being read again. If it stays, look at the payment in Stripe."
_LOOK = "Look at the bill in Clio."
WORDS: dict[Finding, tuple[str, str]] = {
    Finding.only_in_stripe: (
        "Stripe has {stripe}; it is not here.",
        _READ_AGAIN,
    ),
    Finding.only_here: (
        "{here} is noted here, but Stripe does not list the payment.",
        "Look in Stripe whether the right account is connected.",
    ),
    Finding.only_in_clio: (
        "Clio shows {clio} as paid that is not here.",
        "The bill is being read again. If it stays, look at the bill in Clio.",
    ),
    Finding.state_differs: (
        "Stripe says {stripe_state}, here it is {here_state}.",
        _READ_AGAIN,
    ),
    Finding.amounts_differ: (
        "Stripe has {stripe_gross}, here it is {here_gross}.",
        _READ_AGAIN,
    ),
    Finding.refunded_in_stripe: (
        "Stripe has given back {stripe_refunded}, here it is {here_refunded}.",
        "The refund is being read. Correct the bill in Clio if it was recorded there.",
    ),
    Finding.refunded_here: (
        "{here_refunded} was given back by our books, {stripe_refunded} by Stripe.",
        "It is being read again. If it stays, look whether the refund failed in Stripe.",
    ),
    Finding.dispute_differs: (
        "Stripe and our books do not agree whether the payment is disputed.",
        "It is being read again. If it stays, look at the dispute in Stripe.",
    ),
    Finding.voided_in_clio: (
        "The payment of {here} was voided in Clio.",
        "If that was a mistake, record it in Clio again.",
    ),
    Finding.missing_in_clio: ("Clio does not show the payment of {for_clio} any more.", _LOOK),
    Finding.less_in_clio: ("Clio shows {clio} of {for_clio}.", _LOOK),
    Finding.more_in_clio: ("Clio shows {clio}, {for_clio} is expected.", _LOOK),
    Finding.refund_not_in_clio: (
        "{here_refunded} was given back, but Clio still shows {clio} as paid.",
        "Correct the payment in Clio.",
    ),
    Finding.not_checked: ("It could not be checked.", "Check again when the connection works."),
    Finding.other_account: (
        "It was taken by a Stripe account that was connected earlier, which cannot be asked now.",
        "Look at it in that account.",
    ),
    Finding.just_arrived: ("It arrived a moment ago and is being read.", _READ_AGAIN),
    Finding.under_way: (
        "A bank debit of {stripe_gross} is under way.",
        "Ask the client's bank, or look at the payment in Stripe.",
    ),
    Finding.to_be_recorded: ("The money is there; Clio is being told.", _TO_RECORD),
    Finding.for_a_person: ("The money is there; a person has to record it in Clio.", _TO_RECORD),
    Finding.to_be_confirmed: (
        "It is recorded in Clio; the next reading has to show it.",
        "Look whether the payment is recorded on the right bill in Clio.",
    ),
    Finding.agrees: ("All sides agree.", ""),
    Finding.not_ours: ("Not made by Invoice Tracker.", ""),
    Finding.from_before: ("Paid in Clio before Invoice Tracker knew the bill.", ""),
}
"""What is so, and what a person can do about it when it does not pass."""


@dataclass(frozen=True, slots=True)
class Sides:
    """Which halves of the proof could be made."""

    stripe: bool = True
    clio: bool = True
    stripe_since: datetime | None = None
    """When the connected Stripe account was connected: what is older may be another account's."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the proof."""

    group: Group
    standing: Standing
    finding: Finding
    at: datetime
    normal_until: datetime | None
    sentence: str
    advice: str
    stripe_words: str
    here_words: str
    clio_words: str


def judge(group: Group, *, sides: Sides, now: datetime) -> Line:
    """How this payment stands: the worse of *Stripe and here* and *here and Clio*."""
    found = (
        [_rest_finding(group)]
        if group.rest is not None
        else [_stripe_finding(group, sides, now), _clio_finding(group, sides)]
    )
    if Finding.not_ours in found:
        found = [Finding.not_ours]
    verdicts = [_verdict(group, finding, now) for finding in found]
    standing, finding, until = min(verdicts, key=lambda verdict: _RANKS[verdict[0]])
    sentence, advice = WORDS[finding]
    if standing is Standing.differs and finding in NORMAL:
        sentence += " That takes too long."
    return Line(
        group=group,
        standing=standing,
        finding=finding,
        at=_began(group, Finding.agrees, now),
        normal_until=until,
        sentence=sentence.format(**_amounts(group)),
        advice=advice if standing in (Standing.differs, Standing.not_checked) else "",
        stripe_words=_stripe_words(group, sides),
        here_words=_here_words(group),
        clio_words=_clio_words(group, sides),
    )


_RANKS = {standing: rank for rank, standing in enumerate(Standing)}


def _verdict(
    group: Group, finding: Finding, now: datetime
) -> tuple[Standing, Finding, datetime | None]:
    fixed = {
        Finding.agrees: Standing.agrees,
        Finding.not_ours: Standing.outside,
        Finding.from_before: Standing.outside,
        Finding.not_checked: Standing.not_checked,
        Finding.other_account: Standing.not_checked,
    }
    if finding in fixed:
        return fixed[finding], finding, None
    if finding not in NORMAL:
        return Standing.differs, finding, None
    until = _began(group, finding, now) + NORMAL[finding]
    return (Standing.waiting if now <= until else Standing.differs), finding, until


def _began(group: Group, finding: Finding, now: datetime) -> datetime:
    """When the payment came, or when it was recorded."""
    if finding is Finding.to_be_confirmed:
        noted = [row.recorded_at for row in group.here if row.recorded_at]
        if noted:
            return max(noted)
    if group.rest is not None:
        days = [one.on for one in group.rest.allocations]
        # Clio knows the day alone; noon is the same day in most of the world.
        noon = datetime.combine(max(days), time(12), UTC) if days else None
        return noon or group.rest.bill.read_at or now
    if group.here:
        return min(row.at for row in group.here)
    return group.stripe.at if group.stripe else now


def _rest_finding(group: Group) -> Finding:
    if group.rest is not None and group.rest.is_from_before:
        return Finding.from_before
    nothing = group.rest is not None and group.rest.is_nothing
    return Finding.agrees if nothing else Finding.only_in_clio


def _stripe_finding(group: Group, sides: Sides, now: datetime) -> Finding:
    stripe, rows = group.stripe, group.here
    if stripe is None:
        return _without_stripe(group, sides, now)
    if not rows:
        if not stripe.is_ours:
            return Finding.not_ours
        if stripe.state is Progress.failed:
            return Finding.agrees
        is_new = now <= stripe.at + ARRIVES_WITHIN
        return Finding.just_arrived if is_new else Finding.only_in_stripe
    return _compare(stripe, rows)


def _without_stripe(group: Group, sides: Sides, now: datetime) -> Finding:
    by_stripe = [row for row in group.here if row.intent_id is not None]
    if not by_stripe or all(row.state is Progress.failed for row in by_stripe):
        return Finding.agrees
    if not sides.stripe:
        return Finding.not_checked
    newest = max(row.at for row in by_stripe)
    if now <= newest + ARRIVES_WITHIN:
        return Finding.just_arrived
    if sides.stripe_since is not None and newest < sides.stripe_since:
        return Finding.other_account
    return Finding.only_here


def _compare(stripe: InStripe, rows: tuple[Here, ...]) -> Finding:
    settled = [row for row in rows if row.state is Progress.settled]
    if (stripe.state is Progress.settled) is not bool(settled):
        return Finding.state_differs
    if not settled:
        processing = any(row.state is Progress.processing for row in rows)
        if (stripe.state is Progress.processing) is not processing:
            return Finding.state_differs
        return Finding.under_way if processing else Finding.agrees
    if stripe.amount_minor != sum(row.amount_minor for row in settled):
        return Finding.amounts_differ
    refunded = sum(row.refunded_minor for row in settled)
    if stripe.refunded_minor != refunded:
        more = stripe.refunded_minor > refunded
        return Finding.refunded_in_stripe if more else Finding.refunded_here
    if stripe.disputed is not any(row.disputed for row in settled):
        return Finding.dispute_differs
    return Finding.agrees


def _clio_finding(group: Group, sides: Sides) -> Finding:
    concerned = [row for row in group.here if row.invoice_id is not None]
    if not concerned or all(row.state is not Progress.settled for row in concerned):
        return Finding.agrees
    if not sides.clio:
        return Finding.not_checked
    expected, shown = _expected(group), group.clio_minor
    if shown == expected and not _short(group):
        return Finding.agrees
    if shown > expected:
        back = any(row.refunded_minor for row in concerned)
        return Finding.refund_not_in_clio if back else Finding.more_in_clio
    return _why_short(group)


def _expected(group: Group) -> int:
    return sum(row.for_clio_minor for row in group.here)


def _short(group: Group) -> list[tuple[Here, Share]]:
    pairs = zip(group.here, group.shares, strict=True)
    return [(row, share) for row, share in pairs if share.minor < row.for_clio_minor]


def _why_short(group: Group) -> Finding:
    short = _short(group)
    if any(share.is_voided for _, share in short):
        return Finding.voided_in_clio
    if any(row.should_show for row, _ in short):
        return Finding.less_in_clio if group.clio_minor else Finding.missing_in_clio
    recordings = {row.recording for row, _ in short}
    if Recording.queued in recordings:
        return Finding.for_a_person
    if Recording.waiting in recordings:
        return Finding.to_be_recorded
    return Finding.to_be_confirmed


def _amounts(group: Group) -> dict[str, str]:
    def words(minor: int) -> str:
        return format_money(Money(minor, group.currency))

    stripe, settled = group.stripe, [r for r in group.here if r.state is Progress.settled]
    return {
        "stripe": words(stripe.net_minor if stripe else 0),
        "stripe_gross": words(stripe.amount_minor if stripe else 0),
        "stripe_refunded": words(stripe.refunded_minor if stripe else 0),
        "stripe_state": stripe.state.value if stripe else "",
        "here": words(sum(row.amount_minor for row in group.here)),
        "here_gross": words(sum(row.amount_minor for row in settled)),
        "here_refunded": words(sum(row.refunded_minor for row in settled)),
        "here_state": _here_words(group),
        "for_clio": words(_expected(group)),
        "clio": words(group.clio_minor),
    }


def _stripe_words(group: Group, sides: Sides) -> str:
    stripe = group.stripe
    if stripe is None:
        by_stripe = any(row.intent_id is not None for row in group.here)
        if not by_stripe:
            return "not by Stripe"
        return "not there" if sides.stripe else "not checked"
    if stripe.state is not Progress.settled:
        return stripe.state.value
    return _money_words(stripe.amount_minor, stripe.refunded_minor, disputed=stripe.disputed)


def _here_words(group: Group) -> str:
    if not group.here:
        return "not there"
    settled = [row for row in group.here if row.state is Progress.settled]
    if not settled:
        return group.here[0].state.value
    return _money_words(
        sum(row.amount_minor for row in settled),
        sum(row.refunded_minor for row in settled),
        disputed=any(row.disputed for row in settled),
    )


def _money_words(amount_minor: int, refunded_minor: int, *, disputed: bool) -> str:
    if disputed:
        return "disputed"
    if refunded_minor >= amount_minor > 0:
        return "refunded"
    return "partly refunded" if refunded_minor else "settled"


def _clio_words(group: Group, sides: Sides) -> str:
    if group.rest is not None:
        return "paid" if group.clio_minor else "voided"
    if not any(row.invoice_id is not None for row in group.here):
        return "not there"
    if not sides.clio:
        return "not checked"
    if group.clio_minor:
        return "paid" if group.clio_minor >= _expected(group) else "partly paid"
    return "voided" if any(share.is_voided for share in group.shares) else "not there"
