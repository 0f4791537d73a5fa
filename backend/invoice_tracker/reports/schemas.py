"""What the reports look like to callers. Nothing is ever added across currencies."""

from datetime import date
from uuid import UUID

from pydantic import Field

from invoice_tracker.collections.models import PromiseState
from invoice_tracker.core.schemas import Items, MoneyOut, Output
from invoice_tracker.domain.collection_forecast import Basis
from invoice_tracker.domain.invoice_aging import AgeBucket
from invoice_tracker.payments.models import PaymentSource
from invoice_tracker.reports.periods import Unit


class AgeBucketOut(Output):
    """Invoices of one age."""

    bucket: AgeBucket
    count: int
    amount: MoneyOut


class AgeingOut(Output):
    """All that is owed in one currency, by days overdue. The buckets add up to the total."""

    currency: str
    count: int
    total: MoneyOut
    buckets: list[AgeBucketOut]


class AgeingReport(Items[AgeingOut]):
    """One entry for each currency. ``on``: the firm's day by which the age is counted."""

    on: date


class DsoMonthOut(Output):
    """A month that was counted, and how many of its days."""

    starts_on: date
    ends_on: date
    billed: MoneyOut
    days: int


class DsoOut(Output):
    """Days sales outstanding in one currency, by counting back; how it came about in ``months``."""

    currency: str
    days: int
    is_at_least: bool = Field(description="More is owed than was billed in all months looked at")
    receivable: MoneyOut
    months: list[DsoMonthOut]


class DsoReport(Items[DsoOut]):
    """One entry for each currency in which something is owed."""

    on: date


class ReceivedOut(Output):
    """Payments of one source."""

    source: PaymentSource
    count: int
    net: MoneyOut


class CollectedPartOut(Output):
    """One part of the period."""

    starts_on: date
    ends_on: date
    by_source: list[ReceivedOut]
    net: MoneyOut


class CollectedOut(Output):
    """What came in in one currency."""

    currency: str
    count: int
    received: MoneyOut
    refunded: MoneyOut
    net: MoneyOut
    parts: list[CollectedPartOut]


class CollectedReport(Items[CollectedOut]):
    """One entry for each currency in which something came in."""

    from_day: date
    to_day: date
    unit: Unit


class StepResultOut(Output):
    """One step of a set: what it sent, and what was paid after it."""

    reminder_set_id: UUID
    reminder_set_name: str
    step_id: UUID = Field(description="The same in every version of the set")
    position: int
    subject: str
    sent: int
    payments: int
    amount: MoneyOut


class ByReminderSetOut(Output):
    """One currency. ``after_reminders`` and ``without_reminder`` are all that was collected."""

    currency: str
    after_reminders: MoneyOut
    without_reminder: MoneyOut
    payments_without_reminder: int
    steps: list[StepResultOut]


class ByReminderSetReport(Items[ByReminderSetOut]):
    """One entry for each currency in which something was sent or came in."""

    from_day: date
    to_day: date
    window_days: int


class PromisedOut(Output):
    """Promises that ended in this way, or are still open."""

    state: PromiseState
    count: int
    amount: MoneyOut


class PromisesMonthOut(Output):
    """Promises for a day of one month."""

    starts_on: date
    by_state: list[PromisedOut]


class PromisesOut(Output):
    """Promises in one currency."""

    currency: str
    kept_percent: int | None = Field(description="Of those kept or broken; null without any")
    by_state: list[PromisedOut]
    months: list[PromisesMonthOut]


class PromisesReport(Items[PromisesOut]):
    """One entry for each currency in which something was promised."""

    from_day: date
    to_day: date | None


class ForecastWeekOut(Output):
    """Seven days. ``promised``: by clients. ``usual``: estimated from how long payment took."""

    starts_on: date
    ends_on: date
    promised: MoneyOut
    usual: MoneyOut


class WithoutDayOut(Output):
    """What no day can be estimated for, and why."""

    reason: Basis
    count: int
    amount: MoneyOut


class CollectionForecastOut(Output):
    """All that is owed in one currency: weeks, later, and without a day. An estimate."""

    currency: str
    owed: MoneyOut
    weeks: list[ForecastWeekOut]
    later: MoneyOut
    without_day: list[WithoutDayOut]


class ForecastReport(Items[CollectionForecastOut]):
    """One entry for each currency. An estimate: nobody has promised the usual part."""

    on: date
    usual_days_late: int | None = Field(
        description="Days after the due day by which half of the invoices were paid; null without"
        " enough of them"
    )
    usual_invoices: int
