"""When a reminder is due: the one door to the rules, for worker, preview, *Why?* and forecast.

Facts go in, decisions come out; nothing here remembers anything. In words:

* A step's day is its anchor (due day, issue day, start) plus its offset. If mail may not leave on
  that day, the step moves forward to the next sending day. It goes in the first hour of the window,
  at a minute that is always the same for one collection.
* Where several steps of a kind have come due, only the latest goes; the older are skipped, with the
  reason. So it is after a hold, and after days in which the worker did not run.
* Mails of a series never come closer together than the gap, and no mail comes closer than the gap
  to the last one to the same person: it moves to a later day instead of falling away. One exception
  is deliberate: if meanwhile the next step has come due, that one goes instead.
* Nothing that was sent, perhaps sent, failed or skipped is ever decided again, even if the due day
  changes; steps not yet sent move with it. A step softer than one that has already gone is skipped.
* A mail decided but not yet gone holds back the next one of its series.
* A hold stops everything and moves nothing: when it ends, what is due by then goes.
* A partial payment changes amounts, never the place in the series.
* Calls follow the same dates and holds, but need no address and keep no gap.
"""

from invoice_tracker.domain.reminder_decisions import (
    due_reminders,
    is_complete,
    next_action_at,
    recheck,
)
from invoice_tracker.domain.reminder_explanation import explain
from invoice_tracker.domain.reminder_facts import (
    Anchor,
    Backlog,
    CollectionFacts,
    Decision,
    Explanation,
    InvoiceFacts,
    InvoiceStatus,
    Jump,
    NeedsApproval,
    OffsetUnit,
    PastReminder,
    PastState,
    Planned,
    PlannedState,
    Reason,
    ReasonCode,
    Send,
    SendingRules,
    Skip,
    Step,
    StepKind,
    Task,
    Wait,
    Withdraw,
    reminder_key,
)
from invoice_tracker.domain.reminder_forecast import (
    ForecastItem,
    ForecastMail,
    Member,
    forecast,
)
from invoice_tracker.domain.reminder_plan import plan
from invoice_tracker.domain.reminder_walk import Situation

__all__ = [
    "Anchor",
    "Backlog",
    "CollectionFacts",
    "Decision",
    "Explanation",
    "ForecastItem",
    "ForecastMail",
    "InvoiceFacts",
    "InvoiceStatus",
    "Jump",
    "Member",
    "NeedsApproval",
    "OffsetUnit",
    "PastReminder",
    "PastState",
    "Planned",
    "PlannedState",
    "Reason",
    "ReasonCode",
    "Send",
    "SendingRules",
    "Situation",
    "Skip",
    "Step",
    "StepKind",
    "Task",
    "Wait",
    "Withdraw",
    "due_reminders",
    "explain",
    "forecast",
    "is_complete",
    "next_action_at",
    "plan",
    "recheck",
    "reminder_key",
]
