"""Each report as a CSV file, with the numbers that the page shows."""

from collections.abc import Iterable, Iterator, Sequence

from fastapi.responses import Response

from invoice_tracker.core.csv_file import BEGINNING, csv_line, guarded
from invoice_tracker.core.schemas import MoneyOut
from invoice_tracker.domain.money import Money, to_decimal
from invoice_tracker.reports.schemas import (
    AgeingReport,
    ByReminderSetReport,
    CollectedReport,
    DsoReport,
    ForecastReport,
    PromisesReport,
)

Row = Sequence[str]


def as_file(name: str, rows: Iterable[Row]) -> Response:
    """An answer that a browser saves under this name. The rows are few."""
    return Response(
        BEGINNING + "".join(csv_line(row) for row in rows),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def ageing_rows(report: AgeingReport) -> Iterator[Row]:
    """A row for each currency and bucket."""
    yield ("On", "Currency", "Days overdue", "Invoices", "Amount")
    for item in report.items:
        for each in item.buckets:
            yield (
                report.on.isoformat(),
                item.currency,
                each.bucket.value,
                str(each.count),
                _amount(each.amount),
            )


def dso_rows(report: DsoReport) -> Iterator[Row]:
    """A row for each month that was counted."""
    yield ("On", "Currency", "DSO in days", "Owed", "Month", "Billed", "Days counted")
    for item in report.items:
        days = f"{'at least ' if item.is_at_least else ''}{item.days}"
        for month in item.months:
            yield (
                report.on.isoformat(),
                item.currency,
                days,
                _amount(item.receivable),
                month.starts_on.isoformat(),
                _amount(month.billed),
                str(month.days),
            )


def collected_rows(report: CollectedReport) -> Iterator[Row]:
    """A row for each part of the period and source."""
    yield ("From", "To", "Currency", "Source", "Payments", "Collected, less refunds")
    for item in report.items:
        for part in item.parts:
            for each in part.by_source:
                yield (
                    part.starts_on.isoformat(),
                    part.ends_on.isoformat(),
                    item.currency,
                    each.source.value,
                    str(each.count),
                    _amount(each.net),
                )


def by_reminder_set_rows(report: ByReminderSetReport) -> Iterator[Row]:
    """A row for each step, and one for what came after none."""
    yield ("Reminder set", "Step", "Subject", "Currency", "Sent", "Payments", "Paid after it")
    for item in report.items:
        for step in item.steps:
            yield (
                guarded(step.reminder_set_name),
                str(step.position),
                guarded(step.subject),
                item.currency,
                str(step.sent),
                str(step.payments),
                _amount(step.amount),
            )
        yield (
            "After no reminder",
            "",
            "",
            item.currency,
            "",
            str(item.payments_without_reminder),
            _amount(item.without_reminder),
        )


def promises_rows(report: PromisesReport) -> Iterator[Row]:
    """A row for each month and end."""
    yield ("Month", "Currency", "Promises", "Number", "Amount")
    for item in report.items:
        for month in item.months:
            for each in month.by_state:
                yield (
                    month.starts_on.isoformat(),
                    item.currency,
                    each.state.value,
                    str(each.count),
                    _amount(each.amount),
                )


def forecast_rows(report: ForecastReport) -> Iterator[Row]:
    """A row for each week and what it rests on, for later, and for what has no day."""
    yield ("From", "To", "Currency", "Rests on", "Estimate")
    for item in report.items:
        for week in item.weeks:
            days = (week.starts_on.isoformat(), week.ends_on.isoformat(), item.currency)
            yield (*days, "promise", _amount(week.promised))
            yield (*days, "usual time to pay", _amount(week.usual))
        yield ("later", "", item.currency, "", _amount(item.later))
        for other in item.without_day:
            yield ("no day", "", item.currency, other.reason.value, _amount(other.amount))


def _amount(money: MoneyOut) -> str:
    return str(to_decimal(Money(money.amount_minor, money.currency)))
