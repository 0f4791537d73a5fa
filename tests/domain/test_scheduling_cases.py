"""Single questions to the schedule, as a lawyer would ask them: given this, on which day and when?

Unless a case says otherwise the firm is in New York and sends Monday to Friday from 9:00 to 16:00,
the invoice is due on Monday, March 2, 2026, its collection started on Monday, February 16 at
10:00, and mails to one person keep three days apart. The client's minute in the first hour of the
window is the first one, so that mails go at 9:00 sharp. Clocks go forward on March 8 and back on
November 1.

A step ``+7`` is seven days after the due day, ``+5b`` five business days after it, ``issue+14``
counts from the issue day (here 30 days before the due day), ``start+1`` from the start and
``month0`` from the first of each month; ``+7/7x3`` comes three times, ``+7?`` needs approval.
"""

from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from uuid import UUID

import pytest
from domain.reminder_world import NEW_YORK, World, at, told_by_the_minute, world

from invoice_tracker.domain.firm_calendar import DaysOff, FirmCalendar
from invoice_tracker.domain.holds import HoldKind, stops_calls
from invoice_tracker.domain.reminder_schedule import (
    Backlog,
    Send,
    SendingRules,
    explain,
    next_action_at,
)

FIRST_MINUTE = UUID(int=934)
EVERY_DAY = frozenset(range(7))


def off(*days: str, zone: str = "America/New_York") -> FirmCalendar:
    """The firm's calendar with days off: ``2026-05-25 Memorial Day``."""
    reasons = {date.fromisoformat(day[:10]): day[11:] or "Closed" for day in days}
    return FirmCalendar(zone, days_off=DaysOff(reasons))


EASTER = off("2026-04-03 Good Friday", "2026-04-06 Easter Monday")
MEMORIAL_DAY = off("2026-05-25 Memorial Day")
THANKSGIVING = off("2026-11-26 Thanksgiving Day")
NEW_YEAR = off("2027-01-01 New Year's Day")
TUESDAY_AND_THURSDAY = FirmCalendar("America/New_York", sending_weekdays=frozenset({1, 3}))
SEVEN_DAYS = FirmCalendar("America/New_York", sending_weekdays=EVERY_DAY)


@dataclass(frozen=True)
class C:
    """One case: the steps, what happens, and what the firm's log then says."""

    title: str
    series: str
    then: str
    due: str | None = "2026-03-02"
    started: str = "2026-02-16 10:00"
    events: tuple[str, ...] = ()
    calendar: FirmCalendar = NEW_YORK
    backlog: Backlog = Backlog.fitting_step
    rules: SendingRules = field(default_factory=SendingRules)
    until: str = "2026-07-31"

    def world(self) -> World:
        firm = world(
            due=self.due,
            started=self.started,
            series=self.series,
            backlog=self.backlog,
            calendar=self.calendar,
            rules=self.rules,
        )
        firm.collection = replace(firm.collection, id=FIRST_MINUTE)
        return firm


def check(case: C) -> None:
    told = list(told_by_the_minute(case.world(), case.events, until=case.until))
    assert told == [line.strip() for line in case.then.strip().splitlines()]


def named(cases: list[C]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", cases, ids=[case.title for case in cases])


# fmt: off
COUNTING = [
    C("three days before a Monday is the Friday before it", "-3",
      "Fri 2026-02-27 09:00 reminder 1 sent"),
    C("on the due day itself", "0", "Mon 2026-03-02 09:00 reminder 1 sent"),
    C("one day after the due day, not on it", "+1", "Tue 2026-03-03 09:00 reminder 1 sent"),
    C("thirty days from the issue day are the due day", "issue+30",
      "Mon 2026-03-02 09:00 reminder 1 sent"),
    C("a day that passed before the start goes when the collection starts", "issue+14",
      "Mon 2026-02-16 10:00 reminder 1 sent"),
    C("on the day of the start: at once", "start0", "Mon 2026-02-16 10:00 reminder 1 sent"),
    C("a day after the start", "start+1", "Tue 2026-02-17 09:00 reminder 1 sent"),
    C("the day before March 1 of a leap year is February 29", "-1",
      "Tue 2028-02-29 09:00 reminder 1 sent",
      due="2028-03-01", started="2028-02-16 10:00", until="2028-05-01"),
    C("the day after December 31 is next year's", "+1", "Mon 2027-01-04 09:00 reminder 1 sent",
      due="2026-12-31", started="2026-12-01 10:00", calendar=NEW_YEAR, until="2027-03-01"),
    C("several anchors in one series go in the order of their days", "start+1 due+7 issue+30", """
        Tue 2026-02-17 09:00 reminder 1 sent
        Mon 2026-03-02 09:00 reminder 3 sent
        Mon 2026-03-09 09:00 reminder 2 sent
    """),
]

BUSINESS_DAYS = [
    C("the first business day after a Friday is Monday", "+1b",
      "Mon 2026-03-02 09:00 reminder 1 sent", due="2026-02-27"),
    C("five business days after a Monday are a week", "+5b",
      "Mon 2026-03-09 09:00 reminder 1 sent"),
    C("five business days after a Saturday are the next Friday", "+5b",
      "Fri 2026-03-06 09:00 reminder 1 sent", due="2026-02-28"),
    C("a business day before a Monday is Friday", "-1b", "Fri 2026-02-27 09:00 reminder 1 sent"),
    C("three business days before a Wednesday reach over the weekend", "-3b",
      "Fri 2026-02-27 09:00 reminder 1 sent", due="2026-03-04"),
    C("a business day before a Sunday is Friday", "-1b",
      "Fri 2026-02-27 09:00 reminder 1 sent", due="2026-03-01"),
    C("no business days after a Sunday: the Monday", "0b",
      "Mon 2026-03-02 09:00 reminder 1 sent", due="2026-03-01"),
    C("no business days after a holiday: the day after it", "0b",
      "Fri 2026-11-27 09:00 reminder 1 sent", due="2026-11-26",
      started="2026-11-02 10:00", calendar=THANKSGIVING, until="2027-01-31"),
    C("a business day after Maundy Thursday is the Tuesday after Easter", "+1b",
      "Tue 2026-04-07 09:00 reminder 1 sent", due="2026-04-02", calendar=EASTER),
    C("a week of closure is not counted", "+5b", "Fri 2026-03-13 09:00 reminder 1 sent",
      calendar=off("2026-03-03", "2026-03-04", "2026-03-05", "2026-03-06")),
    C("nor is it when counting back", "-2b", "Tue 2026-03-03 09:00 reminder 1 sent",
      due="2026-03-09", calendar=off("2026-03-05", "2026-03-06")),
    C("business days are the days on which the firm sends", "+2b",
      "Thu 2026-03-05 09:00 reminder 1 sent", calendar=TUESDAY_AND_THURSDAY),
    C("a firm that sends every day counts weekends", "+5b",
      "Sat 2026-03-07 09:00 reminder 1 sent", calendar=SEVEN_DAYS),
    C("ten business days and fourteen days fall together: the second keeps the gap",
      "+10b +14", """
        Mon 2026-03-16 09:00 reminder 1 sent
        Thu 2026-03-19 09:00 reminder 2 sent
    """),
    C("business days counted from the start", "start+3b",
      "Tue 2026-02-24 09:00 reminder 1 sent", started="2026-02-19 10:00"),
    C("business days counted from the issue day", "issue+20b",
      "Fri 2026-02-27 09:00 reminder 1 sent"),
    C("a repeat counts its weeks from the first business-day step", "+5b/7x2", """
        Mon 2026-03-09 09:00 reminder 1.1 sent
        Mon 2026-03-16 09:00 reminder 1.2 sent
    """),
    C("a closure entered later moves what has not gone yet", "0 +5b", """
        Mon 2026-03-02 09:00 reminder 1 sent
        Tue 2026-03-10 09:00 reminder 2 sent
    """, events=("2026-03-03 12:00 closed 2026-03-05",)),
]

MONTHS = [
    C("the first of the month, or the first business day after it", "month0x3", """
        Mon 2026-03-02 09:00 reminder 1.1 sent
        Wed 2026-04-01 09:00 reminder 1.2 sent
        Fri 2026-05-01 09:00 reminder 1.3 sent
    """),
    C("the fifteenth of the month", "month+14x1", "Mon 2026-03-16 09:00 reminder 1.1 sent",
      started="2026-03-02 10:00"),
    C("the third business day of a month that begins on a Sunday", "month+3bx1",
      "Wed 2026-03-04 09:00 reminder 1.1 sent", started="2026-02-26 10:00"),
    C("New Year's Day is no business day", "month0x1", "Mon 2027-01-04 09:00 reminder 1.1 sent",
      due="2026-12-31", started="2026-12-10 10:00", calendar=NEW_YEAR, until="2027-01-31"),
    C("a start on the first business day of a month still gets that month", "month0x1",
      "Mon 2026-03-02 09:00 reminder 1.1 sent", started="2026-03-02 08:00"),
    C("a start on the second business day begins with the next month", "month0x1",
      "Wed 2026-04-01 09:00 reminder 1.1 sent", started="2026-03-03 08:00"),
    C("needs no due day", "month0x1", "Mon 2026-03-02 09:00 reminder 1.1 sent", due=None),
    C("ends when the invoice is too old", "month0", """
        Mon 2026-03-02 09:00 reminder 1.1 sent
        Wed 2026-04-01 09:00 reminder 1.2 sent
        Fri 2026-05-01 09:00 reminder 1.3 sent
        Mon 2026-06-01 09:00 reminder 1.4 sent
        Wed 2026-07-01 09:00 reminder 1.5 sent
        Mon 2026-08-03 09:00 reminder 1.6 sent
    """, until="2027-06-30"),
]

DAYS_OFF = [
    C("a step on Thanksgiving goes on the Friday", "0", "Fri 2026-11-27 09:00 reminder 1 sent",
      due="2026-11-26", started="2026-11-02 10:00", calendar=THANKSGIVING, until="2027-01-31"),
    C("with a bridge day it goes on the Monday", "0", "Mon 2026-11-30 09:00 reminder 1 sent",
      due="2026-11-26", started="2026-11-02 10:00",
      calendar=off("2026-11-26 Thanksgiving Day", "2026-11-27"), until="2027-01-31"),
    C("a Saturday before a holiday on Monday moves to Tuesday", "0",
      "Tue 2026-05-26 09:00 reminder 1 sent", due="2026-05-23", calendar=MEMORIAL_DAY),
    C("two steps within a closure both go after it, a gap apart", "+3 +7", """
        Mon 2027-01-04 09:00 reminder 1 sent
        Thu 2027-01-07 09:00 reminder 2 sent
    """, due="2026-12-23", started="2026-12-01 10:00", until="2027-03-31",
      calendar=off(*(f"2026-12-{day}" for day in range(24, 32)), "2027-01-01")),
    C("a call moves off a holiday too", "0call", "Tue 2026-05-26 09:00 reminder 1 to call",
      due="2026-05-25", calendar=MEMORIAL_DAY),
    C("a holiday where the gap ends moves the mail one day more", "0",
      "Thu 2026-03-05 09:00 reminder 1 sent", calendar=off("2026-03-04"),
      events=("2026-03-01 12:00 other",)),
]

WINDOW = [
    C("a start a minute before the window closes still sends", "start0",
      "Mon 2026-02-16 15:59 reminder 1 sent", started="2026-02-16 15:59"),
    C("at the minute it closes it is closed", "start0",
      "Tue 2026-02-17 09:00 reminder 1 sent", started="2026-02-16 16:00"),
    C("a start before it opens waits for it", "start0",
      "Mon 2026-02-16 09:00 reminder 1 sent", started="2026-02-16 08:59"),
    C("a hold released a minute before the window closes", "0",
      "Wed 2026-03-04 15:59 reminder 1 sent",
      events=("2026-03-01 12:00 hold paused", "2026-03-04 15:59 release")),
    C("a hold released as it closes", "0", "Thu 2026-03-05 09:00 reminder 1 sent",
      events=("2026-03-01 12:00 hold paused", "2026-03-04 16:00 release")),
    C("a window of half an hour in the afternoon", "0", "Mon 2026-03-02 14:00 reminder 1 sent",
      calendar=FirmCalendar("America/New_York", time(14), time(14, 30))),
    C("a window that was missed by a minute comes the next day", "start0",
      "Tue 2026-02-17 14:00 reminder 1 sent", started="2026-02-16 14:30",
      calendar=FirmCalendar("America/New_York", time(14), time(14, 30))),
]

REPEATS = [
    C("every thirty days until the invoice is too old", "+7/30", """
        Mon 2026-03-09 09:00 reminder 1.1 sent
        Wed 2026-04-08 09:00 reminder 1.2 sent
        Fri 2026-05-08 09:00 reminder 1.3 sent
        Mon 2026-06-08 09:00 reminder 1.4 sent
        Tue 2026-07-07 09:00 reminder 1.5 sent
        Thu 2026-08-06 09:00 reminder 1.6 sent
    """, until="2027-06-30"),
    C("a repeat every day keeps the gap all the same", "+7/1x3", """
        Mon 2026-03-09 09:00 reminder 1.1 sent
        Thu 2026-03-12 09:00 reminder 1.2 sent
        Mon 2026-03-16 09:00 reminder 1.3 sent
    """),
    C("a maximum of one comes once", "+7/7x1", "Mon 2026-03-09 09:00 reminder 1.1 sent"),
    C("rounds missed in a pause are not made up for", "+7/7x3", """
        Mon 2026-03-09 09:00 reminder 1.1 sent
        Wed 2026-03-25 09:00 reminder 1.2 skipped
        Wed 2026-03-25 09:00 reminder 1.3 sent
    """, events=("2026-03-10 07:00 hold paused until 2026-03-25",)),
    C("rounds missed by a worker that was down come as one", "+7/7x4", """
        Tue 2026-03-24 11:00 reminder 1.1 skipped
        Tue 2026-03-24 11:00 reminder 1.2 skipped
        Tue 2026-03-24 11:00 reminder 1.3 sent
        Mon 2026-03-30 09:00 reminder 1.4 sent
    """, events=("2026-03-08 07:00 worker stops", "2026-03-24 11:00 worker starts")),
    C("without a maximum it comes twelve times and no more", "+1/3call",
      "\n".join(
          f"{day:%a} {day} 09:00 reminder 1.{number} to call"
          for number, day in enumerate(map(date.fromisoformat, (
              "2026-03-03", "2026-03-06", "2026-03-09", "2026-03-12", "2026-03-16", "2026-03-18",
              "2026-03-23", "2026-03-24", "2026-03-27", "2026-03-30", "2026-04-02", "2026-04-06",
          )), start=1)
      )),
    C("paid after the second round: there is no third", "+7/7x3", """
        Mon 2026-03-09 09:00 reminder 1.1 sent
        Mon 2026-03-16 09:00 reminder 1.2 sent
    """, events=("2026-03-22 20:00 paid",)),
]

APPROVALS = [
    C("an approval on Friday evening takes effect on Monday", "+7?", """
        Mon 2026-03-09 09:00 reminder 1 to approve
        Mon 2026-03-16 09:00 reminder 1 sent
    """, events=("2026-03-13 16:30 approve",)),
    C("agreed to ahead of its day, it goes on its day without asking", "+7?",
      "Mon 2026-03-09 09:00 reminder 1 sent", events=("2026-03-06 15:00 agree 1",)),
    C("approved while it is disputed: it goes when the dispute is over", "+7?", """
        Mon 2026-03-09 09:00 reminder 1 to approve
        Thu 2026-03-12 12:00 reminder 1 sent
    """, events=("2026-03-10 07:00 hold dispute", "2026-03-10 12:00 approve",
                 "2026-03-12 12:00 release")),
    C("approved in the evening, paid in the night: nothing goes", "+7?",
      "Mon 2026-03-09 09:00 reminder 1 to approve",
      events=("2026-03-09 18:00 approve", "2026-03-10 06:00 paid")),
    C("each round of a repeating step asks anew", "+7/7x2?", """
        Mon 2026-03-09 09:00 reminder 1.1 to approve
        Tue 2026-03-10 10:00 reminder 1.1 sent
        Mon 2026-03-16 09:00 reminder 1.2 to approve
    """, events=("2026-03-10 10:00 approve",)),
    C("the due day moves on while it waits: it keeps to its new day", "+7?", """
        Mon 2026-03-09 09:00 reminder 1 to approve
        Mon 2026-03-23 09:00 reminder 1 sent
    """, events=("2026-03-10 10:00 due 2026-03-16", "2026-03-11 10:00 approve")),
    C("an approval that came too late is overtaken", "+7? +14", """
        Mon 2026-03-09 09:00 reminder 1 to approve
        Mon 2026-03-16 09:00 reminder 1 skipped
        Mon 2026-03-16 09:00 reminder 2 sent
    """),
]

GAP = [
    C("a firm that wants a week between mails", "0 +3 +6", """
        Mon 2026-03-02 09:00 reminder 1 sent
        Mon 2026-03-09 09:00 reminder 2 sent
        Mon 2026-03-16 09:00 reminder 3 sent
    """, rules=SendingRules(min_gap_days=7)),
    C("the gap counts days, not hours", "start0 start+3", """
        Mon 2026-02-16 15:59 reminder 1 sent
        Thu 2026-02-19 09:00 reminder 2 sent
    """, started="2026-02-16 15:59"),
    C("without a gap another mail of the same day is no obstacle", "0",
      "Mon 2026-03-02 09:00 reminder 1 sent",
      rules=SendingRules(min_gap_days=0), events=("2026-03-02 08:00 other",)),
    C("a mail on the very day about another invoice", "0", "Thu 2026-03-05 09:00 reminder 1 sent",
      events=("2026-03-02 08:00 other",)),
    C("a call keeps no distance from a mail to the same person", "0call",
      "Mon 2026-03-02 09:00 reminder 1 to call", events=("2026-03-02 08:00 other",)),
]

AGE_AND_AMOUNT = [
    C("exactly as old as allowed", "+30", "Mon 2026-03-02 09:00 reminder 1 sent",
      due="2026-01-31", rules=SendingRules(age_ceiling_days=30)),
    C("the weekend makes it a day too old", "+30", "",
      due="2026-01-30", rules=SendingRules(age_ceiling_days=30)),
    C("too old for a mail is too old for a call", "+31call", "",
      due="2026-01-30", rules=SendingRules(age_ceiling_days=30)),
    C("paid down below the minimum, then the cheque bounces", "0",
      "Thu 2026-03-05 12:00 reminder 1 sent",
      events=("2026-03-01 12:00 balance 499", "2026-03-05 12:00 balance 100000")),
    C("too little for a call, too", "0call", "", events=("2026-03-01 12:00 balance 499",)),
    C("no minimum: a cent is reminded of", "0", "Mon 2026-03-02 09:00 reminder 1 sent",
      rules=SendingRules(minimum_balance_minor=0), events=("2026-03-01 12:00 balance 1",)),
]

WORKER = [
    C("down from Monday to Thursday noon: it goes at noon", "0",
      "Thu 2026-03-05 12:20 reminder 1 sent",
      events=("2026-03-02 07:00 worker stops", "2026-03-05 12:20 worker starts")),
    C("back in the evening: it goes the next morning", "0",
      "Fri 2026-03-06 09:00 reminder 1 sent",
      events=("2026-03-02 07:00 worker stops", "2026-03-05 20:00 worker starts")),
    C("down for three weeks: the latest goes, the older do not", "0 +7 +15 +30", """
        Mon 2026-03-23 11:00 reminder 1 skipped
        Mon 2026-03-23 11:00 reminder 2 skipped
        Mon 2026-03-23 11:00 reminder 3 sent
        Wed 2026-04-01 09:00 reminder 4 sent
    """, events=("2026-03-01 07:00 worker stops", "2026-03-23 11:00 worker starts")),
    C("back three days late: the next one keeps the gap", "0 +5", """
        Thu 2026-03-05 12:00 reminder 1 sent
        Mon 2026-03-09 09:00 reminder 2 sent
    """, events=("2026-03-02 07:00 worker stops", "2026-03-05 12:00 worker starts")),
    C("paid while it was down: nothing goes", "0 +7", "",
      events=("2026-03-02 07:00 worker stops", "2026-03-04 12:00 paid",
              "2026-03-23 11:00 worker starts")),
    C("down over a weekend: nobody notices", "0", "Mon 2026-03-02 09:00 reminder 1 sent",
      events=("2026-02-27 17:00 worker stops", "2026-03-02 08:59 worker starts")),
]

DUE_DATES = [
    C("moved later and back within a minute: nothing changes", "0",
      "Mon 2026-03-02 09:00 reminder 1 sent",
      events=("2026-03-01 12:00 due 2026-03-30", "2026-03-01 12:01 due 2026-03-02")),
    C("moved later an hour before the mail", "0", "Mon 2026-03-30 09:00 reminder 1 sent",
      events=("2026-03-02 08:00 due 2026-03-30",)),
    C("moved later an hour after the mail: it does not come twice", "0",
      "Mon 2026-03-02 09:00 reminder 1 sent", events=("2026-03-02 10:00 due 2026-03-30",)),
    C("moved to yesterday: today's mail keeps the gap to Friday's", "-3 0", """
        Fri 2026-02-27 09:00 reminder 1 sent
        Mon 2026-03-02 09:00 reminder 2 sent
    """, events=("2026-02-27 12:00 due 2026-02-26",)),
    C("moved earlier by a week: what is due by then goes at once", "0",
      "Mon 2026-02-23 12:00 reminder 1 sent", events=("2026-02-23 12:00 due 2026-02-23",)),
    C("a step that counts from the issue day does not move with it", "issue+30",
      "Mon 2026-03-02 09:00 reminder 1 sent", events=("2026-02-20 12:00 due 2026-04-30",)),
    C("moved so far back that it is too old", "0 +7", "Mon 2026-03-02 09:00 reminder 1 sent",
      events=("2026-03-03 12:00 due 2025-08-01",)),
]

PAYMENTS = [
    C("half is paid an hour before: the mail goes, about the rest", "0",
      "Mon 2026-03-02 09:00 reminder 1 sent", events=("2026-03-02 08:00 balance 50000",)),
    C("the rest is paid a minute before", "0", "",
      events=("2026-03-01 08:00 balance 50000", "2026-03-02 08:59 balance 0")),
    C("a payment on its way that fails at noon", "0", "Wed 2026-03-04 12:00 reminder 1 sent",
      events=("2026-03-02 08:00 pending 100000", "2026-03-04 12:00 pending 0")),
    C("a part on its way holds the mail about the rest, too", "0", "",
      events=("2026-03-02 08:00 pending 1000",)),
    C("un-approved in Clio and approved again", "0 +7", """
        Thu 2026-03-05 12:00 reminder 1 sent
        Mon 2026-03-09 09:00 reminder 2 sent
    """, events=("2026-03-01 12:00 unapproved", "2026-03-05 12:00 open")),
]

HOLD_ENDS = [
    C("a pause until Saturday ends on Monday", "0", "Mon 2026-03-09 09:00 reminder 1 sent",
      events=("2026-03-01 12:00 hold paused until 2026-03-07",)),
    C("a promise until a holiday ends on the day after it", "0",
      "Tue 2026-05-26 09:00 reminder 1 sent", calendar=MEMORIAL_DAY,
      events=("2026-03-01 12:00 hold promise until 2026-05-25",)),
    C("a hold that ends at half past one", "0", "Wed 2026-03-04 13:30 reminder 1 sent",
      events=("2026-03-01 12:00 hold checkout_open until 2026-03-04 13:30",)),
    C("a hold that ends as the window closes", "0", "Thu 2026-03-05 09:00 reminder 1 sent",
      events=("2026-03-01 12:00 hold checkout_open until 2026-03-04 16:00",)),
    C("a hold set a minute after the mail changes the next one only", "0 +7", """
        Mon 2026-03-02 09:00 reminder 1 sent
        Tue 2026-03-10 09:00 reminder 2 sent
    """, events=("2026-03-02 09:01 hold paused until 2026-03-10",)),
    C("a pause within a dispute: the dispute counts", "0", "Fri 2026-03-13 12:00 reminder 1 sent",
      events=("2026-03-01 12:00 hold dispute", "2026-03-02 12:00 hold paused until 2026-03-05",
              "2026-03-13 12:00 release")),
    C("a pause until a New York midnight, for a client in Honolulu", "0",
      "Thu 2026-03-05 09:00 reminder 1 sent", calendar=FirmCalendar("Pacific/Honolulu"),
      events=("2026-03-01 12:00 hold paused until 2026-03-05 00:00 America/New_York",)),
]

JUMPS = [
    C("after a broken promise with the last step: the ones between are skipped",
      "0 +7 +15 +30", """
        Mon 2026-03-02 09:00 reminder 1 sent
        Tue 2026-03-10 09:00 reminder 2 skipped
        Tue 2026-03-10 09:00 reminder 3 skipped
        Tue 2026-03-10 09:00 reminder 4 sent
    """, events=("2026-03-04 12:00 hold promise until 2026-03-10", "2026-03-10 07:00 jump 4")),
    C("to a step in the middle: the later ones keep their days", "0 +7 +15 +30", """
        Mon 2026-03-02 09:00 reminder 1 sent
        Tue 2026-03-10 09:00 reminder 2 skipped
        Tue 2026-03-10 09:00 reminder 3 sent
        Wed 2026-04-01 09:00 reminder 4 sent
    """, events=("2026-03-04 12:00 hold promise until 2026-03-10", "2026-03-10 07:00 jump 3")),
    C("to a step that has gone: it does not come again", "0 +7 +15", """
        Mon 2026-03-02 09:00 reminder 1 sent
        Tue 2026-03-10 09:00 reminder 2 sent
        Tue 2026-03-17 09:00 reminder 3 sent
    """, events=("2026-03-04 12:00 hold promise until 2026-03-10", "2026-03-10 07:00 jump 1")),
    C("it keeps the gap to another mail", "0 +7 +30", """
        Mon 2026-03-02 09:00 reminder 1 sent
        Thu 2026-03-12 09:00 reminder 2 skipped
        Thu 2026-03-12 09:00 reminder 3 sent
    """, events=("2026-03-04 12:00 hold promise until 2026-03-10", "2026-03-09 07:00 other",
                 "2026-03-10 07:00 jump 3")),
    C("at the weekend it goes on Monday", "0 +15 +30", """
        Mon 2026-03-02 09:00 reminder 1 sent
        Mon 2026-03-16 09:00 reminder 2 skipped
        Mon 2026-03-16 09:00 reminder 3 sent
    """, events=("2026-03-04 12:00 hold promise until 2026-03-14", "2026-03-14 07:00 jump 3")),
    C("to a call: the mails before it never go", "0 +7 +15 +30call +45", """
        Mon 2026-03-02 09:00 reminder 1 sent
        Tue 2026-03-10 09:00 reminder 4 to call
        Thu 2026-04-16 09:00 reminder 2 skipped
        Thu 2026-04-16 09:00 reminder 3 skipped
        Thu 2026-04-16 09:00 reminder 5 sent
    """, events=("2026-03-04 12:00 hold promise until 2026-03-10", "2026-03-10 07:00 jump 4")),
    C("to the final step, which still needs approval", "0 +7 +30?", """
        Mon 2026-03-02 09:00 reminder 1 sent
        Tue 2026-03-10 09:00 reminder 2 skipped
        Tue 2026-03-10 09:00 reminder 3 to approve
    """, events=("2026-03-04 12:00 hold promise until 2026-03-10", "2026-03-10 07:00 jump 3")),
]
# fmt: on


@named(COUNTING)
def test_from_which_day_a_step_counts(case: C) -> None:
    check(case)


@named(BUSINESS_DAYS)
def test_business_days(case: C) -> None:
    check(case)


@named(MONTHS)
def test_once_a_month(case: C) -> None:
    check(case)


@named(DAYS_OFF)
def test_holidays_and_closures(case: C) -> None:
    check(case)


@named(WINDOW)
def test_the_edges_of_the_window(case: C) -> None:
    check(case)


@named(REPEATS)
def test_steps_that_repeat(case: C) -> None:
    check(case)


@named(APPROVALS)
def test_steps_that_need_approval(case: C) -> None:
    check(case)


@named(GAP)
def test_the_gap_between_mails(case: C) -> None:
    check(case)


@named(AGE_AND_AMOUNT)
def test_too_old_or_too_little(case: C) -> None:
    check(case)


@named(WORKER)
def test_a_worker_that_was_down(case: C) -> None:
    check(case)


@named(DUE_DATES)
def test_a_due_day_that_moves(case: C) -> None:
    check(case)


@named(PAYMENTS)
def test_money_that_comes(case: C) -> None:
    check(case)


@named(HOLD_ENDS)
def test_holds_that_end(case: C) -> None:
    check(case)


@named(JUMPS)
def test_a_broken_promise(case: C) -> None:
    check(case)


# How late the invoice is on the start day, Monday, March 16, of the series 0 +7 +15 +30; then the
# first reminder that goes with each choice: from step 1, at the step that fits, skip what is past.
# fmt: off
BACKLOGS = [
    ("due in ten days", "2026-03-26", "1 on 03-26", "1 on 03-26", "1 on 03-26"),
    ("due today", "2026-03-16", "1 on 03-16", "1 on 03-16", "1 on 03-16"),
    ("three days late", "2026-03-13", "1 on 03-16", "1 on 03-16", "2 on 03-20"),
    ("a week late to the day", "2026-03-09", "1 on 03-16", "2 on 03-16", "2 on 03-16"),
    ("ten days late", "2026-03-06", "1 on 03-16", "2 on 03-16", "3 on 03-23"),
    ("twenty days late", "2026-02-24", "1 on 03-16", "3 on 03-16", "4 on 03-26"),
    ("a hundred days late", "2025-12-06", "1 on 03-16", "4 on 03-16", "none"),
    ("at the age ceiling", "2025-09-17", "1 on 03-16", "4 on 03-16", "none"),
    ("a day beyond it", "2025-09-16", "none", "none", "none"),
    ("several years late", "2022-03-01", "none", "none", "none"),
]
# fmt: on
CHOICES = (Backlog.first_step, Backlog.fitting_step, Backlog.skip_past)


@pytest.mark.parametrize(
    ("due", "choice", "first"),
    [
        pytest.param(due, choice, first, id=f"{title}, {choice}")
        for title, due, *firsts in BACKLOGS
        for choice, first in zip(CHOICES, firsts, strict=True)
    ],
)
def test_where_a_late_invoice_begins(due: str, choice: Backlog, first: str) -> None:
    case = C("", "0 +7 +15 +30", "", due, "2026-03-16 08:00", backlog=choice)
    told = told_by_the_minute(case.world(), (), until=case.until)
    sent = [line.split() for line in told if line.endswith("sent")]
    assert (f"{sent[0][4]} on {sent[0][1][5:]}" if sent else "none") == first


@pytest.mark.parametrize("kind", HoldKind)
def test_a_hold_of_any_kind_with_an_end(kind: HoldKind) -> None:
    """The mail goes on the day on which it ends."""
    events = (f"2026-03-01 12:00 hold {kind} until 2026-03-05",)
    check(C("", "0", "Thu 2026-03-05 09:00 reminder 1 sent", events=events))


@pytest.mark.parametrize("kind", HoldKind)
def test_a_hold_of_any_kind_without_an_end(kind: HoldKind) -> None:
    """Nothing goes until a person ends it, then what is due goes at once and once."""
    held = f"2026-03-01 12:00 hold {kind}"
    check(C("", "0 +7", "", events=(held,)))
    told = """
        Thu 2026-03-12 12:00 reminder 1 skipped
        Thu 2026-03-12 12:00 reminder 2 sent
    """
    check(C("", "0 +7", told, events=(held, "2026-03-12 12:00 release")))


@pytest.mark.parametrize("kind", HoldKind)
def test_calls_wait_unless_only_mail_is_the_trouble(kind: HoldKind) -> None:
    mail_only = {
        "no_address",
        "bounced",
        "safe_mode",
        "sender_unverified",
        "other_sender",
        "wrong_person",
    }
    told = "Mon 2026-03-02 09:00 reminder 1 to call" if kind in mail_only else ""
    check(C("", "0call", told, events=(f"2026-03-01 12:00 hold {kind}",)))
    assert stops_calls(kind) is (kind not in mail_only)


# When the bill ends, and how many of the mails on 02-27, 03-02, 03-09 and 03-17 have gone by then.
POINTS = [
    ("before the first", "2026-02-20 12:00", 0),
    ("the hour before one", "2026-03-02 08:00", 1),
    ("the minute after one", "2026-03-02 09:01", 2),
    ("between two", "2026-03-05 12:00", 2),
    ("at a weekend", "2026-03-14 12:00", 3),
    ("after the last", "2026-03-20 12:00", 4),
]


@pytest.mark.parametrize("end", ["paid", "void", "deleted", "unapproved", "balance 0"])
@pytest.mark.parametrize(("when", "sent"), [p[1:] for p in POINTS], ids=[p[0] for p in POINTS])
def test_a_bill_that_ends(end: str, when: str, sent: int) -> None:
    firm = C("", "-3 0 +7 +15", "").world()
    told = list(told_by_the_minute(firm, (f"{when} {end}",), until="2026-07-31"))
    assert len(told) == sent
    assert all(line.endswith("sent") for line in told)


@pytest.mark.parametrize("end", ["paid", "void", "deleted", "unapproved", "balance 0"])
def test_a_bill_that_ends_while_a_mail_waits_for_approval(end: str) -> None:
    events = ("2026-03-03 12:00 approve", f"2026-03-03 11:00 {end}")
    told = "Mon 2026-03-02 09:00 reminder 1 to approve"
    check(C("", "0? +7", told, events=tuple(sorted(events))))


# The zone, the due day, and the one instant (UTC) at which it is nine in the morning there.
# fmt: off
INSTANTS = [
    ("New York, the Friday before clocks go forward",
     "America/New_York", "2026-03-06", "2026-03-06 14:00"),
    ("New York, the very Sunday", "America/New_York", "2026-03-08", "2026-03-08 13:00"),
    ("New York, the Monday after", "America/New_York", "2026-03-09", "2026-03-09 13:00"),
    ("New York, the Friday before clocks go back",
     "America/New_York", "2026-10-30", "2026-10-30 13:00"),
    ("New York, that very Sunday", "America/New_York", "2026-11-01", "2026-11-01 14:00"),
    ("New York, that Monday", "America/New_York", "2026-11-02", "2026-11-02 14:00"),
    ("London in winter", "Europe/London", "2026-03-27", "2026-03-27 09:00"),
    ("London, summer time begins", "Europe/London", "2026-03-29", "2026-03-29 08:00"),
    ("London, summer time ends", "Europe/London", "2026-10-25", "2026-10-25 09:00"),
    ("Honolulu, far west", "Pacific/Honolulu", "2026-03-02", "2026-03-02 19:00"),
    ("Pago Pago, the last to see a day", "Pacific/Pago_Pago", "2026-03-02", "2026-03-02 20:00"),
    ("Kiritimati, the first: still Sunday in UTC",
     "Pacific/Kiritimati", "2026-03-02", "2026-03-01 19:00"),
    ("Auckland in summer", "Pacific/Auckland", "2026-03-02", "2026-03-01 20:00"),
    ("Auckland, its clocks go back in April", "Pacific/Auckland", "2026-04-06", "2026-04-05 21:00"),
    ("Sydney, its clocks go forward in October",
     "Australia/Sydney", "2026-10-05", "2026-10-04 22:00"),
    ("Lord Howe moves by half an hour", "Australia/Lord_Howe", "2026-04-06", "2026-04-05 22:30"),
    ("Kolkata, half an hour off", "Asia/Kolkata", "2026-03-02", "2026-03-02 03:30"),
    ("Kathmandu, three quarters", "Asia/Kathmandu", "2026-03-02", "2026-03-02 03:15"),
    ("St. John's in winter", "America/St_Johns", "2026-03-02", "2026-03-02 12:30"),
    ("Phoenix keeps no summer time", "America/Phoenix", "2026-07-06", "2026-07-06 16:00"),
]
# fmt: on


@pytest.mark.parametrize(
    ("zone", "due", "instant"), [row[1:] for row in INSTANTS], ids=[row[0] for row in INSTANTS]
)
def test_a_due_day_is_never_off_by_one(zone: str, due: str, instant: str) -> None:
    """Nine on the wall clock of the zone, on the due day itself, whatever day it is in UTC."""
    for offset in (0, 7, -7):
        day = date.fromisoformat(due) - timedelta(days=offset)
        calendar = FirmCalendar(zone, sending_weekdays=EVERY_DAY)
        started = f"{day - timedelta(days=14)} 10:00"
        firm = C("", f"{offset:+d}", "", str(day), started, calendar=calendar).world()
        facts = (firm.invoice, firm.collection, firm.past)
        when = next_action_at(*facts, now=firm.collection.started_at, **firm.facts())
        assert when == at(instant, "UTC")
        assert calendar.local_time(when).strftime("%Y-%m-%d %H:%M") == f"{due} 09:00"


# fmt: off
CLOCKS = [
    C("a week over the night in which clocks go forward is still nine o'clock",
      "start0 start+7", """
        Wed 2026-03-04 09:30 reminder 1 sent
        Wed 2026-03-11 09:00 reminder 2 sent
    """, started="2026-03-04 09:30"),
    C("a window that opens in the hour that is left out opens at three", "0",
      "Sun 2026-03-08 03:00 reminder 1 sent", due="2026-03-08",
      calendar=FirmCalendar("America/New_York", time(2, 30), time(6), EVERY_DAY)),
    C("a window within that hour: the next day", "0",
      "Mon 2026-03-09 02:00 reminder 1 sent", due="2026-03-08",
      calendar=FirmCalendar("America/New_York", time(2), time(3), EVERY_DAY)),
    C("a window in the hour that comes twice opens once", "0 +1", """
        Sun 2026-11-01 01:15 reminder 1 sent
        Wed 2026-11-04 01:15 reminder 2 sent
    """, due="2026-11-01", started="2026-10-15 12:00", until="2026-12-31",
      calendar=FirmCalendar("America/New_York", time(1, 15), time(1, 45), EVERY_DAY)),
    C("a start late on Sunday in Honolulu is Monday in UTC, but counts from Sunday", "start+1",
      "Mon 2026-03-02 09:00 reminder 1 sent", started="2026-03-01 20:00",
      calendar=FirmCalendar("Pacific/Honolulu")),
    C("a start early on Tuesday in Auckland is Monday in UTC, but counts from Tuesday", "start+1",
      "Wed 2026-03-04 09:00 reminder 1 sent", started="2026-03-03 08:00",
      calendar=FirmCalendar("Pacific/Auckland")),
    C("a gap that ends on the day clocks change is no hour longer", "0 +3", """
        Thu 2026-03-05 09:00 reminder 1 sent
        Sun 2026-03-08 09:00 reminder 2 sent
    """, due="2026-03-05", calendar=SEVEN_DAYS),
]
# fmt: on


@named(CLOCKS)
def test_clocks_and_zones(case: C) -> None:
    check(case)


def minute_of(collection: int, *, client: int | None = None, window: FirmCalendar = NEW_YORK):
    """How long after the window opens the mail of a collection leaves."""
    firm = C("", "0", "", calendar=window).world()
    together = UUID(int=client) if client else None
    firm.collection = replace(firm.collection, id=UUID(int=collection), together=together)
    facts = (firm.invoice, firm.collection, firm.past)
    when = next_action_at(*facts, now=firm.collection.started_at, **firm.facts())
    assert when is not None
    return when - window.opens_at(date(2026, 3, 2))


def test_all_of_one_client_leave_at_the_same_minute() -> None:
    assert len({minute_of(number, client=5) for number in range(1, 40)}) == 1


def test_different_clients_leave_spread_over_the_first_hour() -> None:
    minutes = [minute_of(1000 + number, client=number) for number in range(1, 201)]
    assert max(minutes) < timedelta(hours=1)
    by_quarter = [
        sum(minute // timedelta(minutes=15) == quarter for minute in minutes)
        for quarter in range(4)
    ]
    assert min(by_quarter) > 30


def test_a_short_window_is_spread_over_its_first_half() -> None:
    window = FirmCalendar("America/New_York", time(9), time(9, 10))
    minutes = [minute_of(number, window=window) for number in range(1, 100)]
    assert max(minutes) < timedelta(minutes=5)
    assert len(set(minutes)) > 50


# What has happened, when somebody asks *Why?*, and the first thing the answer says.
# fmt: off
WHY = [
    ("before its minute", (), "2026-03-02 08:00", "Nothing is due at this moment."),
    ("in its minute", (), "2026-03-02 09:00",
     "Reminder 1 is due now and goes to maria@example.com."),
    ("at the weekend", (), "2026-03-01 12:00",
     "Nothing is due at this moment. No mail leaves on Sundays. Next comes reminder 1"),
    ("paid", ("2026-03-01 12:00 paid",), "2026-03-02 12:00",
     "Nothing is due at this moment. The invoice is paid."),
    ("void", ("2026-03-01 12:00 void",), "2026-03-02 12:00",
     "Nothing is due at this moment. The invoice is void in Clio."),
    ("un-approved", ("2026-03-01 12:00 unapproved",), "2026-03-02 12:00",
     "Nothing is due at this moment. The invoice is no longer approved in Clio."),
    ("covered by a credit", ("2026-03-01 12:00 balance 0",), "2026-03-02 12:00",
     "Nothing is due at this moment. Nothing is owed on the invoice."),
    ("a small rest", ("2026-03-01 12:00 balance 499",), "2026-03-02 12:00",
     "A reminder is due but waits:"
     " the balance of $4.99 is below the minimum of $5.00 for reminders."),
    ("a payment in Clio", ("2026-03-01 12:00 pending 25000",), "2026-03-02 12:00",
     "A reminder is due but waits: a payment of $250.00 is pending in Clio."),
    ("promised", ("2026-03-01 12:00 hold promise until 2026-03-10",), "2026-03-02 12:00",
     "A reminder is due but waits:"
     " the client has promised to pay; reminders wait until March 10, 2026."),
    ("no address", ("2026-03-01 12:00 address nothing",), "2026-03-02 12:00",
     "A reminder is due but waits: there is no e-mail address to send to."),
    ("too old", ("2026-03-01 12:00 due 2025-08-01",), "2026-03-02 12:00",
     "A reminder is due but waits:"
     " the invoice is more than 180 days overdue, the age at which reminders end."),
    ("another mail yesterday", ("2026-03-01 12:00 other",), "2026-03-02 12:00",
     "A reminder is due but waits: the last mail to this address left on March 1, 2026;"
     " the next may leave on March 4, 2026."),
    ("a holiday after the worker was down", ("2026-03-02 07:00 worker stops",
     "2026-03-02 07:00 closed 2026-03-03"), "2026-03-03 12:00",
     "Nothing is due at this moment. No mail leaves on March 3, 2026: Closed. Next comes"),
    ("an evening after the worker was down", ("2026-03-02 07:00 worker stops",),
     "2026-03-03 20:00", "Nothing is due at this moment."),
]
# fmt: on


@pytest.mark.parametrize(
    ("events", "asked", "answer"), [row[1:] for row in WHY], ids=[row[0] for row in WHY]
)
def test_why(events: tuple[str, ...], asked: str, answer: str) -> None:
    firm = C("", "0", "").world()
    now = at(asked)
    list(told_by_the_minute(firm, (*events, f"{asked} worker stops"), until=asked[:10]))
    facts = (firm.invoice, firm.collection, firm.past)
    told = explain(*facts, on=firm.calendar.local_day(now), now=now, **firm.facts())
    assert told.sentence.startswith(answer)
    sends = [decision for decision in firm.decide(now) if isinstance(decision, Send)]
    assert bool(sends) is ("is due now" in told.sentence)
