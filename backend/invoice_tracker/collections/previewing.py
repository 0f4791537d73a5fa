"""The reminders of a day in lines of text, for the command line."""

from collections.abc import AsyncIterator
from datetime import date

from invoice_tracker.collections.facts import load_firm
from invoice_tracker.collections.time_machine import FutureMail, load_running, look_ahead
from invoice_tracker.core.database import list_firm_ids
from invoice_tracker.core.deps import Adapters
from invoice_tracker.domain.plain_dates import time_of_day, with_weekday
from invoice_tracker.domain.reminder_schedule import StepKind
from invoice_tracker.firms.service import get_firm


async def preview_day(adapters: Adapters, *, on: date) -> AsyncIterator[str]:
    """What would go on this day of each firm, in the order of the minutes. Changes nothing.

    Only days from today on: what was is told by the timelines.
    """
    now = adapters.clock.now()
    async with adapters.database.transaction() as session:
        firm_ids = await list_firm_ids(session)
    for firm_id in firm_ids:
        async with adapters.database.transaction(firm_id) as session:
            name = (await get_firm(session, firm_id)).name
            calendar = (await load_firm(session, firm_id=firm_id)).calendar
            loaded = await load_running(session, firm_id=firm_id, now=now)
        yield f"{name}, {with_weekday(on)}"
        if on < calendar.local_day(now):
            yield "  This day is over. Each invoice's timeline tells what went."
            continue
        mails = [each for each in look_ahead(loaded, now=now, until=on) if each.mail.on == on]
        for future in sorted(mails, key=lambda each: each.mail.at):
            yield f"  {_line(future)}"
        if not mails:
            yield "  Nothing is planned."


def _line(future: FutureMail) -> str:
    first = future.mail.items[0].planned
    clock = time_of_day(future.collections[0].firm.calendar.local_time(future.mail.at))
    invoices = ", ".join(
        f"{loaded.invoice.number} (step {item.planned.step.position})"
        for loaded, item in zip(future.collections, future.mail.items, strict=True)
    )
    if first.step.kind is StepKind.call_task:
        return f"{clock}  call about {invoices}"
    held = f"  held: {first.note}" if first.note and not future.mail.leaves else ""
    return f"{clock}  e-mail to {first.recipient or 'nobody'} about {invoices}{held}"
