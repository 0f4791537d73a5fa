"""A client's word to pay: how long reminders wait for it, and how it ends."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from invoice_tracker.domain.firm_calendar import FirmCalendar

LONGEST = timedelta(days=366)
"""A promise that staff note is for a day within this."""
LONGEST_BY_CLIENT = timedelta(days=31)
"""One that the client makes without anybody's consent."""


class PromiseEnd(StrEnum):
    """How a promise ends by itself."""

    kept = "kept"
    broken = "broken"
    pointless = "pointless"
    """The bill is void, deleted or no longer approved."""


@dataclass(frozen=True, slots=True)
class PromiseFacts:
    """A promise at this moment. Amounts are minor units of the invoice's currency.

    ``received_minor`` came in since it was made. ``is_unsure``: money may be on its way, or nobody
    can tell. ``waits_until`` (UTC): when its hold ends.
    """

    amount_minor: int
    received_minor: int
    balance_minor: int
    is_collectable: bool
    is_unsure: bool
    waits_until: datetime | None


def last_day_of_grace(promised_on: date, calendar: FirmCalendar) -> date:
    """The last day on which reminders wait: the business day after the promised one.

    A payment of the promised day is often booked a day later.
    """
    return calendar.business_days_after(promised_on, 1)


def waits_until(promised_on: date, calendar: FirmCalendar) -> date:
    """The first day on which reminders go on if nothing came."""
    return last_day_of_grace(promised_on, calendar) + timedelta(days=1)


def end_of_promise(promise: PromiseFacts, *, now: datetime) -> PromiseEnd | None:
    """How an open promise ends at ``now``; nothing while it is still waited for."""
    if not promise.is_collectable:
        return PromiseEnd.pointless
    if promise.balance_minor <= 0 or promise.received_minor >= promise.amount_minor:
        return PromiseEnd.kept
    if promise.is_unsure or promise.waits_until is None or now < promise.waits_until:
        return None
    return PromiseEnd.broken
