"""What the schedule of reminders is decided from, and what it decides. Frozen, no behaviour."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from invoice_tracker.domain.holds import HoldKind

DEFAULT_REPEAT_MAX = 12
"""How often a repeating step without a maximum comes at most: no series runs for ever."""


class InvoiceStatus(StrEnum):
    """What the billing system says of the bill."""

    open = "open"
    paid = "paid"
    void = "void"
    deleted = "deleted"
    unapproved = "unapproved"


class StepKind(StrEnum):
    """What a step does."""

    email = "email"
    call_task = "call_task"


class Anchor(StrEnum):
    """The day from which a step counts its days."""

    due = "due"
    issue = "issue"
    start = "start"
    month = "month"
    """The first of each month since the start; such a step comes once a month."""


class OffsetUnit(StrEnum):
    """What a step's offset counts."""

    calendar_days = "calendar_days"
    business_days = "business_days"
    """Days on which the firm sends mail: no weekends, holidays or closures."""


class Backlog(StrEnum):
    """What becomes of steps whose day lies before the day the collection starts."""

    first_step = "first_step"
    """The whole series moves so that its first step falls on the start day."""
    fitting_step = "fitting_step"
    """The latest of them goes at once, the older ones are skipped."""
    skip_past = "skip_past"
    """All of them are skipped."""


class PastState(StrEnum):
    """What has become of a reminder that was decided earlier."""

    awaiting_approval = "awaiting_approval"
    approved = "approved"
    """A person has agreed; the reminder may go when it is due."""
    queued = "queued"
    sending = "sending"
    sent = "sent"
    uncertain = "uncertain"
    """Perhaps it left. Counts as sent."""
    skipped = "skipped"
    failed = "failed"
    """It cannot be delivered. The series goes on with the next step."""
    cancelled = "cancelled"
    """Withdrawn before anything left. Counts as never decided, so it may be decided again."""
    to_call = "to_call"
    called = "called"


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """An invoice at this moment. ``balance_minor`` is the effective one (``payment_allocation``).

    ``pending_minor`` is being paid elsewhere right now. Amounts are minor units of ``currency``.
    """

    id: UUID
    number: str
    issued_on: date | None
    due_on: date | None
    status: InvoiceStatus
    balance_minor: int
    currency: str
    recipient: str | None
    pending_minor: int = 0
    is_trust: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a series: ``offset_days`` after its anchor, negative before it.

    ``lineage`` is the same in every version of the set in which the step lives on: a collection
    that moves to another version is not reminded twice of one step. ``is_statement``: its mail
    tells of all that the client owes.
    """

    id: UUID
    position: int
    kind: StepKind
    anchor: Anchor
    offset_days: int
    repeat_every_days: int | None = None
    repeat_max: int | None = None
    needs_approval: bool = False
    offset_unit: OffsetUnit = OffsetUnit.calendar_days
    lineage: UUID | None = None
    is_statement: bool = False

    @property
    def identity(self) -> UUID:
        """What it is known by in keys, whatever the version."""
        return self.lineage or self.id

    @property
    def repeats(self) -> bool:
        """Whether it comes more than once."""
        return self.repeat_every_days is not None or self.anchor == Anchor.month


@dataclass(frozen=True, slots=True)
class Jump:
    """From the firm's day ``on`` the series goes on with the step at ``position``."""

    position: int
    on: date


@dataclass(frozen=True, slots=True)
class CollectionFacts:
    """One invoice on one version of a reminder set since ``started_at`` (a UTC instant).

    Collections with the same ``together`` leave at the same minute of the day: those of one client,
    so that they find into one mail. By default a collection is alone.
    """

    id: UUID
    started_at: datetime
    backlog: Backlog
    steps: tuple[Step, ...]
    jump: Jump | None = None
    together: UUID | None = None

    @property
    def minute_key(self) -> UUID:
        """What decides the minute at which its mails leave."""
        return self.together or self.id


@dataclass(frozen=True, slots=True)
class PastReminder:
    """What was decided before, one for each row; ``at`` is when it reached its state (UTC)."""

    step_id: UUID
    occurrence: int
    recipient: str | None
    state: PastState
    at: datetime
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class SendingRules:
    """A firm's limits. ``minimum_balance_minor`` is in hundredths of a unit of any currency."""

    min_gap_days: int = 3
    age_ceiling_days: int = 180
    minimum_balance_minor: int = 500


class ReasonCode(StrEnum):
    """Why something went, waits or never goes: stable names for programs."""

    due_now = "due_now"
    planned = "planned"
    not_due_yet = "not_due_yet"
    nothing_on_day = "nothing_on_day"
    not_started = "not_started"
    no_more_steps = "no_more_steps"
    # what became of a reminder
    sent = "sent"
    queued = "queued"
    skipped = "skipped"
    failed = "failed"
    uncertain = "uncertain"
    cancelled = "cancelled"
    awaiting_approval = "awaiting_approval"
    approved = "approved"
    to_call = "to_call"
    called = "called"
    # why it waits
    held = "held"
    outside_window = "outside_window"
    minimum_gap = "minimum_gap"
    payment_pending = "payment_pending"
    no_address = "no_address"
    no_due_date = "no_due_date"
    no_issue_date = "no_issue_date"
    age_ceiling = "age_ceiling"
    below_minimum_balance = "below_minimum_balance"
    # why nothing goes any more
    paid = "paid"
    zero_balance = "zero_balance"
    void = "void"
    deleted = "deleted"
    not_approved = "not_approved"
    trust_money = "trust_money"
    # why a step was passed over
    superseded = "superseded"
    before_start = "before_start"
    jumped_over = "jumped_over"
    address_changed = "address_changed"


@dataclass(frozen=True, slots=True)
class Send:
    """This mail is due now: send it once, by its key.

    ``planned_on`` is the day the series meant it for; it may leave from ``not_before`` (UTC).
    """

    step: Step
    occurrence: int
    recipient: str
    key: str
    planned_on: date
    not_before: datetime


@dataclass(frozen=True, slots=True)
class NeedsApproval:
    """This mail is due now, but a person must agree first."""

    step: Step
    occurrence: int
    recipient: str
    key: str
    planned_on: date
    not_before: datetime


@dataclass(frozen=True, slots=True)
class Task:
    """A person is to call the client now."""

    step: Step
    occurrence: int
    key: str
    planned_on: date
    not_before: datetime


@dataclass(frozen=True, slots=True)
class Skip:
    """This step is passed over for good, with the reason."""

    step: Step
    occurrence: int
    recipient: str | None
    key: str
    planned_on: date
    code: ReasonCode
    reason: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Something is due but cannot go. ``until`` is a UTC instant, or nothing if it is not known."""

    code: ReasonCode
    reason: str
    hold: HoldKind | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Withdraw:
    """A reminder that waits to leave is no longer right: cancel it, it is decided anew if due."""

    key: str
    code: ReasonCode
    reason: str


Decision = Send | NeedsApproval | Task | Skip | Wait


class PlannedState(StrEnum):
    """What stands between a planned reminder and its day."""

    planned = "planned"
    held = "held"
    awaiting_approval = "awaiting_approval"


@dataclass(frozen=True, slots=True)
class Planned:
    """A reminder of the future: on a day of the firm, at a UTC instant, as far as is known today.

    Where ``state`` is held, ``code``, ``hold`` and ``note`` say what stops it.
    """

    step: Step
    occurrence: int
    recipient: str | None
    on: date
    at: datetime
    state: PlannedState = PlannedState.planned
    code: ReasonCode | None = None
    hold: HoldKind | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason in two forms: a stable code and a sentence for people."""

    code: ReasonCode
    sentence: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a mail went or did not go on a day, and what comes next."""

    on: date
    reasons: tuple[Reason, ...]
    next: Planned | None

    @property
    def sentence(self) -> str:
        """All reasons as one paragraph."""
        return " ".join(reason.sentence for reason in self.reasons)


def reminder_key(
    collection_id: UUID, step_identity: UUID, occurrence: int, recipient: str | None
) -> str:
    """The key under which a reminder is decided at most once; a call has no recipient."""
    return f"{collection_id}:{step_identity}:{occurrence}:{recipient or ''}"
