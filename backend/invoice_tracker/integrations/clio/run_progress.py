"""How long a reading took, and how long it may still take."""

from datetime import datetime, timedelta

from invoice_tracker.integrations.clio.listings import PAGE

_LONGEST = timedelta(hours=24)


def seconds_left(
    *,
    begun_at: datetime,
    now: datetime,
    bills_read: int,
    bills_total: int | None,
    requests_used: int,
) -> int | None:
    """Seconds to the last bill at the pace so far, at most a day; nothing while that is unknown.

    The pace holds what Clio's limit of requests allows, as waiting for it is part of the time.
    A run that went on where a failed one had stopped read only what its own requests brought.
    """
    taken = (now - begun_at).total_seconds()
    own = min(bills_read, requests_used * PAGE)
    if not bills_total or own <= 0 or bills_read >= bills_total or taken <= 0:
        return None
    left = taken * (bills_total - bills_read) / own
    return round(min(left, _LONGEST.total_seconds()))


def begun_at(*, started_at: datetime, picked_up_at: datetime | None, attempt: int) -> datetime:
    """From when on a run counts as working.

    One that another worker went on with has read bills before it was picked up, so its whole time
    counts.
    """
    return picked_up_at if picked_up_at is not None and attempt == 1 else started_at


def duration_seconds(*, begun_at: datetime, finished_at: datetime | None) -> int | None:
    """Whole seconds of work; nothing while it goes on."""
    if finished_at is None:
        return None
    return max(0, round((finished_at - begun_at).total_seconds()))
