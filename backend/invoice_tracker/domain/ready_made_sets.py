"""Reminder sets to begin with. Their texts are short, courteous, and firmer as time passes.

Each is true on its own: a client may get the third one first, or one long after the due day; and
of one invoice as of several, which share a mail.
"""

from dataclasses import dataclass

from invoice_tracker.domain.reminder_facts import Anchor, StepKind

SUBJECT = "{{ invoices.names }} from {{ firm.name }}"
"""The same in a whole series, so that mail programs keep it in one conversation."""
STATEMENT_SUBJECT = "Statement from {{ firm.name }}"
"""The same whatever is open in a month."""


@dataclass(frozen=True, slots=True)
class ReadyMadeStep:
    """One step to copy into a set; ``offset_days`` calendar days after the anchor."""

    offset_days: int
    body: str
    subject: str = SUBJECT
    kind: StepKind = StepKind.email
    anchor: Anchor = Anchor.due
    repeat_every_days: int | None = None
    repeat_max: int | None = None
    needs_approval: bool = False
    is_statement: bool = False


@dataclass(frozen=True, slots=True)
class ReadyMadeSet:
    """A set to copy. ``key`` is stable, the other texts are for people."""

    key: str
    name: str
    description: str
    steps: tuple[ReadyMadeStep, ...]


def _mail(*paragraphs: str) -> str:
    return "\n\n".join(("Dear {{ client.first_name }},", *paragraphs, "{{ signature }}"))


_LINK = "{{ pay.link }}"
_ANSWERS = "{{ answer.links }}"
"""From the due day on: before it there is little to answer."""
_TABLE = "{{ invoices.table }}"
_ALREADY_PAID = "If you have already paid, thank you, and please disregard this note."
_CROSSED = "If your payment has crossed with this message, thank you, and please disregard it."

_SOON_DUE = _mail(
    "This is a friendly note about {{ invoices.names }}. The balance is {{ invoice.balance }}, and"
    " the due date is {{ invoice.due_on }}.",
    _LINK,
    "If you have any question, just reply to this message.",
)
_DUE_TODAY = _mail(
    "We would like to remind you of {{ invoices.names }}. The balance is {{ invoice.balance }}, and"
    " the due date is {{ invoice.due_on }}.",
    _LINK,
    _ANSWERS,
    "If anything is unclear, just reply to this message.",
)
_A_WEEK_LATE = _mail(
    "A balance of {{ invoice.balance }} on {{ invoices.names }} is still open. The due date was"
    " {{ invoice.due_on }}; it may simply have slipped by.",
    _LINK,
    _ANSWERS,
    _CROSSED,
)
_TWO_WEEKS_LATE = _mail(
    "Our records show a balance of {{ invoice.balance }} on {{ invoices.names }}, now"
    " {{ invoice.days_overdue }} overdue.",
    "Please arrange payment, or tell us when we may expect it.",
    _LINK,
    _ANSWERS,
    _CROSSED,
)
_A_MONTH_LATE = _mail(
    "The balance of {{ invoice.balance }} on {{ invoices.names }} is {{ invoice.days_overdue }}"
    " overdue and needs your attention.",
    "Please pay now, or contact us this week so that we can agree on a way forward.",
    _TABLE,
    _LINK,
    _ANSWERS,
    _CROSSED,
)
_FINAL = _mail(
    "A balance of {{ invoice.balance }} on {{ invoices.names }} remains unpaid. It is"
    " {{ invoice.days_overdue }} overdue.",
    "This is our final reminder. Please pay the balance, or contact us without delay to discuss it."
    " Otherwise we will have to consider our next steps.",
    _TABLE,
    _LINK,
    _ANSWERS,
    _CROSSED,
)
_GENTLE_FIRST = _mail(
    "We hope you are well. A balance of {{ invoice.balance }} on {{ invoices.names }} is still"
    " open. The due date was {{ invoice.due_on }}.",
    _LINK,
    f"{_ALREADY_PAID} If we can help with anything, just reply to this message.",
)
_GENTLE_SECOND = _mail(
    "May we remind you of {{ invoices.names }}? The balance of {{ invoice.balance }} is"
    " {{ invoice.days_overdue }} overdue. If it is easier for you to pay in parts, please tell us.",
    _LINK,
    _ANSWERS,
    _CROSSED,
)
_GENTLE_THIRD = _mail(
    "The balance of {{ invoice.balance }} on {{ invoices.names }} is still open,"
    " {{ invoice.days_overdue }} after it was due.",
    "We would be grateful for your payment, or for a word to say when it may come.",
    _TABLE,
    _LINK,
    _ANSWERS,
    _CROSSED,
)
_STATEMENT = _mail(
    "Here is your statement from {{ firm.name }}. A balance of {{ invoices.total_balance }} is open"
    " today:",
    _TABLE,
    _LINK,
    _ANSWERS,
    "If you have any question, just reply to this message.",
)
_CALL = (
    "Call {{ client.name }} about {{ invoices.names }}: {{ invoice.balance }},"
    " {{ invoice.days_overdue }} overdue.\n\n"
    "Ask whether everything arrived and whether anything is unclear. Agree on a day of payment, and"
    " note it as a promise."
)
_CALL_SUBJECT = "Call about {{ invoices.names }}"


def _call(offset_days: int) -> ReadyMadeStep:
    return ReadyMadeStep(offset_days, _CALL, _CALL_SUBJECT, StepKind.call_task)


THANK_YOU_SUBJECT = "Thank you for your payment: {{ invoices.names }}"
THANK_YOU_BODY = _mail(
    "Thank you. We have received your payment of {{ payment.amount }} for {{ invoices.names }}.",
    "A balance of {{ payment.remaining }} remains open.",
    "If you have any question, just reply to this message.",
)

READY_MADE_SETS: tuple[ReadyMadeSet, ...] = (
    ReadyMadeSet(
        key="standard",
        name="Standard",
        description=(
            "From three days before the due day to a final reminder after 60 days, with a call"
            " after 45. The final reminder needs approval."
        ),
        steps=(
            ReadyMadeStep(-3, _SOON_DUE),
            ReadyMadeStep(0, _DUE_TODAY),
            ReadyMadeStep(7, _A_WEEK_LATE),
            ReadyMadeStep(15, _TWO_WEEKS_LATE),
            ReadyMadeStep(30, _A_MONTH_LATE),
            _call(45),
            ReadyMadeStep(60, _FINAL, needs_approval=True),
        ),
    ),
    ReadyMadeSet(
        key="gentle",
        name="Gentle",
        description="Three mild reminders: 7, 21 and 45 days after the due day.",
        steps=(
            ReadyMadeStep(7, _GENTLE_FIRST),
            ReadyMadeStep(21, _GENTLE_SECOND),
            ReadyMadeStep(45, _GENTLE_THIRD),
        ),
    ),
    ReadyMadeSet(
        key="firm",
        name="Firm",
        description=(
            "Five reminders within 30 days of the due day. The final reminder needs approval."
        ),
        steps=(
            ReadyMadeStep(0, _DUE_TODAY),
            ReadyMadeStep(5, _A_WEEK_LATE),
            ReadyMadeStep(12, _TWO_WEEKS_LATE),
            ReadyMadeStep(20, _A_MONTH_LATE),
            ReadyMadeStep(30, _FINAL, needs_approval=True),
        ),
    ),
    ReadyMadeSet(
        key="monthly_statement",
        name="Monthly statement",
        description=(
            "A statement of all that the client owes, on the first business day of each month,"
            " twelve in all at most."
        ),
        steps=(
            ReadyMadeStep(
                0,
                _STATEMENT,
                STATEMENT_SUBJECT,
                anchor=Anchor.month,
                repeat_max=12,
                is_statement=True,
            ),
        ),
    ),
    ReadyMadeSet(
        key="blank",
        name="Blank",
        description="An empty set, for reminders of your own.",
        steps=(),
    ),
)


def ready_made_set(key: str) -> ReadyMadeSet:
    """The set of this key. Raises ``KeyError``."""
    return {each.key: each for each in READY_MADE_SETS}[key]
