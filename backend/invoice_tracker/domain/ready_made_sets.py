"""Reminder sets to begin with. Their texts are short, courteous, and firmer as time passes.

Each is true on its own: a client may get the third one first, or one long after the due day.
"""

from dataclasses import dataclass

from invoice_tracker.domain.reminder_facts import Anchor, StepKind

SUBJECT = "Invoice {{ invoice.number }} from {{ firm.name }}"
"""The same in a whole series, so that mail programs keep it in one conversation."""


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
_ALREADY_PAID = "If you have already paid, thank you, and please disregard this note."
_CROSSED = "If your payment has crossed with this message, thank you, and please disregard it."

_SOON_DUE = _mail(
    "This is a friendly note about invoice {{ invoice.number }}. The balance is"
    " {{ invoice.balance }}, and the due date is {{ invoice.due_on }}.",
    _LINK,
    "If you have any question about it, just reply to this message.",
)
_DUE_TODAY = _mail(
    "We would like to remind you of invoice {{ invoice.number }}, with a balance of"
    " {{ invoice.balance }}. Its due date is {{ invoice.due_on }}.",
    _LINK,
    f"{_ALREADY_PAID} If anything about the invoice is unclear, just reply to this message.",
)
_A_WEEK_LATE = _mail(
    "Invoice {{ invoice.number }} was due on {{ invoice.due_on }}, and {{ invoice.balance }} is"
    " still open. It may simply have slipped by.",
    _LINK,
    f"{_ALREADY_PAID} If there is a problem with the invoice, please let us know.",
)
_TWO_WEEKS_LATE = _mail(
    "Our records show that invoice {{ invoice.number }} is now {{ invoice.days_overdue }} overdue,"
    " with a balance of {{ invoice.balance }}.",
    "Please arrange payment, or reply to tell us when we may expect it.",
    _LINK,
    _ALREADY_PAID,
)
_A_MONTH_LATE = _mail(
    "Invoice {{ invoice.number }} has been overdue since {{ invoice.due_on }}. The balance of"
    " {{ invoice.balance }} needs your attention.",
    "Please pay now, or contact us this week so that we can agree on a way forward.",
    _LINK,
    _CROSSED,
)
_FINAL = _mail(
    "Invoice {{ invoice.number }} has been overdue for {{ invoice.days_overdue }}, and"
    " {{ invoice.balance }} remains unpaid.",
    "This is our final reminder. Please pay the balance, or contact us without delay to discuss it."
    " Otherwise we will have to consider our next steps.",
    _LINK,
    _CROSSED,
)
_GENTLE_FIRST = _mail(
    "We hope you are well. Invoice {{ invoice.number }} was due on {{ invoice.due_on }}, and"
    " {{ invoice.balance }} is still open.",
    _LINK,
    f"{_ALREADY_PAID} If we can help with anything, just reply to this message.",
)
_GENTLE_SECOND = _mail(
    "May we remind you of invoice {{ invoice.number }}? It has been overdue for"
    " {{ invoice.days_overdue }}, with a balance of {{ invoice.balance }}.",
    _LINK,
    f"{_ALREADY_PAID} If it is easier for you to pay in parts, please tell us.",
)
_GENTLE_THIRD = _mail(
    "Invoice {{ invoice.number }} is still open, {{ invoice.days_overdue }} after it was due. The"
    " balance is {{ invoice.balance }}.",
    "We would be grateful for your payment, or for a short reply to say when it may come.",
    _LINK,
    _CROSSED,
)
_STATEMENT = _mail(
    "This is your statement for invoice {{ invoice.number }}, issued on {{ invoice.issued_on }}"
    " and due on {{ invoice.due_on }}:",
    "Total: {{ invoice.total }}\nPaid so far: {{ invoice.paid }}\nBalance: {{ invoice.balance }}",
    _LINK,
    f"{_ALREADY_PAID} If you have any question about it, just reply to this message.",
)
_CALL = (
    "Call {{ client.name }} about invoice {{ invoice.number }}: {{ invoice.balance }}, overdue for"
    " {{ invoice.days_overdue }}.\n\n"
    "Ask whether the invoice arrived and whether anything about it is unclear. Agree on a day of"
    " payment, and note it."
)
_CALL_SUBJECT = "Call about invoice {{ invoice.number }}"


def _call(offset_days: int) -> ReadyMadeStep:
    return ReadyMadeStep(offset_days, _CALL, _CALL_SUBJECT, StepKind.call_task)


THANK_YOU_SUBJECT = "Thank you for your payment: invoice {{ invoice.number }}"
THANK_YOU_BODY = _mail(
    "Thank you. We have received your payment of {{ payment.amount }} for invoice"
    " {{ invoice.number }}.",
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
            "A statement of the invoice when you start, then every 30 days, twelve in all at most."
        ),
        steps=(
            ReadyMadeStep(0, _STATEMENT, anchor=Anchor.start, repeat_every_days=30, repeat_max=12),
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
