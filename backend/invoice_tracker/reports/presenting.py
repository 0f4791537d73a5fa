"""The reports in the shapes of the API."""

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from math import floor

from invoice_tracker.collections.models import PromiseState
from invoice_tracker.core.schemas import MoneyOut
from invoice_tracker.domain.collection_forecast import LEAST_OF_FIRM
from invoice_tracker.domain.days_sales_outstanding import CountBack
from invoice_tracker.reports.ageing import Ageing
from invoice_tracker.reports.by_reminder_set import StepResult, Uncredited
from invoice_tracker.reports.collected import CollectedPart, total_of
from invoice_tracker.reports.forecast import CurrencyForecast, Forecast
from invoice_tracker.reports.periods import Period, Unit
from invoice_tracker.reports.promises import Promised, PromisesByMonth
from invoice_tracker.reports.schemas import (
    AgeBucketOut,
    AgeingOut,
    AgeingReport,
    ByReminderSetOut,
    ByReminderSetReport,
    CollectedOut,
    CollectedPartOut,
    CollectedReport,
    CollectionForecastOut,
    DsoMonthOut,
    DsoOut,
    DsoReport,
    ForecastReport,
    ForecastWeekOut,
    PromisedOut,
    PromisesMonthOut,
    PromisesOut,
    PromisesReport,
    ReceivedOut,
    StepResultOut,
    WithoutDayOut,
)


def show_ageing(found: Ageing, *, on: date) -> AgeingReport:
    """Ageing, one entry for each currency."""
    return AgeingReport(
        on=on,
        items=[
            AgeingOut(
                currency=currency,
                count=sum(owed.count for owed in buckets.values()),
                total=_money(sum(owed.amount_minor for owed in buckets.values()), currency),
                buckets=[
                    AgeBucketOut(
                        bucket=bucket, count=owed.count, amount=_money(owed.amount_minor, currency)
                    )
                    for bucket, owed in buckets.items()
                ],
            )
            for currency, buckets in found.items()
        ],
    )


def show_dso(found: dict[str, tuple[int, CountBack]], *, on: date) -> DsoReport:
    """DSO with the months that were counted."""
    return DsoReport(
        on=on,
        items=[
            DsoOut(
                currency=currency,
                days=_whole(answer.days),
                is_at_least=answer.is_at_least,
                receivable=_money(owed, currency),
                months=[
                    DsoMonthOut(
                        starts_on=counted.month.starts_on,
                        ends_on=counted.month.ends_on,
                        billed=_money(counted.month.billed_minor, currency),
                        days=_whole(counted.days),
                    )
                    for counted in answer.months
                ],
            )
            for currency, (owed, answer) in found.items()
        ],
    )


def show_collected(
    found: dict[str, list[CollectedPart]], *, period: Period, unit: Unit
) -> CollectedReport:
    """What came in, with the sums of each currency."""
    return CollectedReport(
        from_day=period.first,
        to_day=period.last,
        unit=unit,
        items=[_show_collected(currency, parts) for currency, parts in found.items()],
    )


def _show_collected(currency: str, parts: list[CollectedPart]) -> CollectedOut:
    total = total_of(parts)
    return CollectedOut(
        currency=currency,
        count=total.count,
        received=_money(total.received_minor, currency),
        refunded=_money(total.refunded_minor, currency),
        net=_money(total.net_minor, currency),
        parts=[
            CollectedPartOut(
                starts_on=part.starts_on,
                ends_on=part.ends_on,
                by_source=[
                    ReceivedOut(
                        source=source,
                        count=received.count,
                        net=_money(received.net_minor, currency),
                    )
                    for source, received in part.by_source.items()
                ],
                net=_money(total_of([part]).net_minor, currency),
            )
            for part in parts
        ],
    )


def show_by_reminder_set(
    steps: list[StepResult], others: list[Uncredited], *, period: Period, window_days: int
) -> ByReminderSetReport:
    """Steps by currency, each currency with what no step is credited with."""
    without = {other.currency: other for other in others}
    currencies = sorted({step.currency for step in steps} | without.keys())
    return ByReminderSetReport(
        from_day=period.first,
        to_day=period.last,
        window_days=window_days,
        items=[
            _show_steps(
                currency,
                [step for step in steps if step.currency == currency],
                without.get(currency, Uncredited(currency, 0, 0)),
            )
            for currency in currencies
        ],
    )


def _show_steps(currency: str, steps: list[StepResult], other: Uncredited) -> ByReminderSetOut:
    return ByReminderSetOut(
        currency=currency,
        after_reminders=_money(sum(step.amount_minor for step in steps), currency),
        without_reminder=_money(other.amount_minor, currency),
        payments_without_reminder=other.payments,
        steps=[
            StepResultOut(
                reminder_set_id=step.reminder_set_id,
                reminder_set_name=step.reminder_set_name,
                step_id=step.step_id,
                position=step.position,
                subject=step.subject,
                sent=step.sent,
                payments=step.payments,
                amount=_money(step.amount_minor, currency),
            )
            for step in steps
        ],
    )


def show_promises(found: PromisesByMonth, *, first: date, last: date | None) -> PromisesReport:
    """Promises by month, with the sums of each currency."""
    items = []
    for currency, months in found.items():
        total = {state: _sum(month.get(state) for month in months.values()) for state in _STATES}
        kept, broken = total[PromiseState.kept].count, total[PromiseState.broken].count
        ended = kept + broken
        items.append(
            PromisesOut(
                currency=currency,
                kept_percent=round(100 * kept / ended) if ended else None,
                by_state=_show_states(total, currency),
                months=[
                    PromisesMonthOut(starts_on=starts_on, by_state=_show_states(month, currency))
                    for starts_on, month in months.items()
                ],
            )
        )
    return PromisesReport(from_day=first, to_day=last, items=items)


_STATES = (PromiseState.kept, PromiseState.broken, PromiseState.open, PromiseState.withdrawn)


def _sum(each: Iterable[Promised | None]) -> Promised:
    given = [promised for promised in each if promised is not None]
    return Promised(
        sum(promised.count for promised in given), sum(promised.amount_minor for promised in given)
    )


def _show_states(by_state: dict[PromiseState, Promised], currency: str) -> list[PromisedOut]:
    none = Promised()
    return [
        PromisedOut(
            state=state,
            count=by_state.get(state, none).count,
            amount=_money(by_state.get(state, none).amount_minor, currency),
        )
        for state in _STATES
    ]


def show_forecast(found: Forecast, *, on: date) -> ForecastReport:
    """The forecast, and what it rests on."""
    usual = found.usual if found.usual and found.usual.invoices >= LEAST_OF_FIRM else None
    return ForecastReport(
        on=on,
        usual_days_late=usual.days_late if usual else None,
        usual_invoices=found.usual.invoices if found.usual else 0,
        items=[_show_forecast(currency, here) for currency, here in found.by_currency.items()],
    )


def _show_forecast(currency: str, here: CurrencyForecast) -> CollectionForecastOut:
    owed = here.later_minor + sum(other.amount_minor for other in here.without.values())
    owed += sum(week.promised_minor + week.usual_minor for week in here.weeks)
    return CollectionForecastOut(
        currency=currency,
        owed=_money(owed, currency),
        weeks=[
            ForecastWeekOut(
                starts_on=week.starts_on,
                ends_on=week.ends_on,
                promised=_money(week.promised_minor, currency),
                usual=_money(week.usual_minor, currency),
            )
            for week in here.weeks
        ],
        later=_money(here.later_minor, currency),
        without_day=[
            WithoutDayOut(
                reason=reason, count=other.count, amount=_money(other.amount_minor, currency)
            )
            for reason, other in sorted(here.without.items())
        ],
    )


def _money(amount_minor: int, currency: str) -> MoneyOut:
    return MoneyOut(amount_minor=amount_minor, currency=currency)


def _whole(days: Fraction) -> int:
    # Only the last month is a fraction, so the months' days still add up to the total.
    return floor(days + Fraction(1, 2))
