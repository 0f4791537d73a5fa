"""Whole series as diaries: what a firm would see in its log, day by day.

March 2, 2026 is a Monday; in New York the clocks go forward on Sunday, March 8.
"""

from dataclasses import dataclass, field

import pytest
from domain.reminder_world import NEW_YORK, diary, world

from invoice_tracker.domain.firm_calendar import FirmCalendar
from invoice_tracker.domain.reminder_schedule import Backlog, SendingRules

STANDARD = "-3 0 +7 +15 +30 +45call +60?"


@dataclass(frozen=True)
class D:
    """One diary: an invoice due on a day, a series, what happens, and what is told."""

    title: str
    told: str
    due: str | None = "2026-03-02"
    started: str = "2026-02-20 10:00"
    series: str = "-3 0 +7 +15"
    backlog: Backlog = Backlog.fitting_step
    events: dict[str, list[str]] = field(default_factory=dict)
    rules: SendingRules = field(default_factory=SendingRules)
    calendar: FirmCalendar = NEW_YORK


# fmt: off
DIARIES = [
    # --- the plain course ----------------------------------------------------
    D("the standard set; its final reminder waits for a person", """
        Fri 2026-02-27 reminder 1 sent
        Mon 2026-03-02 reminder 2 sent
        Mon 2026-03-09 reminder 3 sent
        Tue 2026-03-17 reminder 4 sent
        Wed 2026-04-01 reminder 5 sent
        Thu 2026-04-16 reminder 6 to call
        Fri 2026-05-01 reminder 7 to approve
    """, series=STANDARD),
    D("a final reminder that is approved goes the same day", """
        Fri 2026-05-01 reminder 1 to approve
        Tue 2026-05-05 reminder 1 sent
    """, series="+60?", events={"2026-05-05": ["approve"]}),
    D("an approval at the weekend takes effect on Monday", """
        Fri 2026-05-01 reminder 1 to approve
        Mon 2026-05-04 reminder 1 sent
    """, series="+60?", events={"2026-05-02": ["approve"]}),
    D("a reminder never approved is overtaken by the next one", """
        Mon 2026-03-09 reminder 1 to approve
        Mon 2026-03-23 reminder 1 skipped
        Mon 2026-03-23 reminder 2 sent
    """, series="+7? +21"),
    D("steps counted from the issue day", """
        Mon 2026-03-02 reminder 1 sent
        Mon 2026-03-16 reminder 2 sent
    """, series="issue+30 issue+44"),
    D("steps counted from the start", """
        Fri 2026-02-20 reminder 1 sent
        Fri 2026-02-27 reminder 2 sent
    """, series="start0 start+7"),
    D("a repeating last step comes as often as its maximum", """
        Mon 2026-03-09 reminder 1.1 sent
        Mon 2026-03-16 reminder 1.2 sent
        Mon 2026-03-23 reminder 1.3 sent
    """, series="+7/7x3"),
    D("a repeating last step after a first one", """
        Mon 2026-03-02 reminder 1 sent
        Thu 2026-03-12 reminder 2.1 sent
        Mon 2026-03-23 reminder 2.2 sent
    """, series="0 +10/10x2"),
    # --- weekends and the window ---------------------------------------------
    D("a step on a Saturday moves to Monday", """
        Mon 2026-03-02 reminder 1 sent
    """, due="2026-02-28", series="0"),
    D("a step on a Sunday moves to Monday", """
        Mon 2026-03-02 reminder 1 sent
    """, due="2026-03-01", series="0"),
    D("a firm that sends at weekends does not move it", """
        Sat 2026-02-28 reminder 1 sent
    """, due="2026-02-28", series="0",
      calendar=FirmCalendar("America/New_York", sending_weekdays=frozenset(range(7)))),
    D("a firm that sends on Tuesdays only", """
        Tue 2026-03-03 reminder 1 sent
        Tue 2026-03-10 reminder 2 sent
    """, series="0 +7",
      calendar=FirmCalendar("America/New_York", sending_weekdays=frozenset({1}))),
    D("a start on Friday evening acts on Monday", """
        Mon 2026-02-23 reminder 1 sent
    """, started="2026-02-20 17:30", series="start0"),
    D("a start on Friday evening loses no step to the weekend", """
        Mon 2026-02-23 reminder 1 sent
        Thu 2026-02-26 reminder 2 sent
    """, started="2026-02-20 17:30", series="start0 start+3"),
    D("a start on Saturday acts on Monday, and the next step keeps its day", """
        Mon 2026-02-23 reminder 1 sent
        Mon 2026-03-02 reminder 2 sent
    """, started="2026-02-21 12:00", series="start0 start+9"),
    D("steps on Saturday and Sunday do not both go on Monday", """
        Mon 2026-03-02 reminder 1 sent
        Thu 2026-03-05 reminder 2 sent
    """, due="2026-02-28", series="0 +1"),
    # --- where to begin with an old invoice ----------------------------------
    D("an old invoice starts at the step that fits", """
        Fri 2026-02-20 reminder 1 skipped
        Fri 2026-02-20 reminder 2 skipped
        Fri 2026-02-20 reminder 3 skipped
        Fri 2026-02-20 reminder 4 sent
        Tue 2026-03-03 reminder 5 sent
    """, due="2026-02-01", series="-3 0 +7 +15 +30"),
    D("the step of the very start day is the one that fits", """
        Fri 2026-02-20 reminder 1 skipped
        Fri 2026-02-20 reminder 2 sent
    """, due="2026-02-13", series="0 +7"),
    D("an old invoice starts at step 1 and keeps the spacing", """
        Fri 2026-02-20 reminder 1 sent
        Mon 2026-02-23 reminder 2 sent
        Mon 2026-03-02 reminder 3 sent
        Tue 2026-03-10 reminder 4 sent
    """, due="2026-02-01", backlog=Backlog.first_step),
    D("starting at step 1 changes nothing for an invoice not yet due", """
        Fri 2026-02-27 reminder 1 sent
        Mon 2026-03-02 reminder 2 sent
        Mon 2026-03-09 reminder 3 sent
        Tue 2026-03-17 reminder 4 sent
    """, backlog=Backlog.first_step),
    D("an old invoice skips what is past", """
        Tue 2026-03-03 reminder 1 skipped
        Tue 2026-03-03 reminder 2 skipped
        Tue 2026-03-03 reminder 3 skipped
        Tue 2026-03-03 reminder 4 skipped
        Tue 2026-03-03 reminder 5 sent
    """,
      due="2026-02-01", series="-3 0 +7 +15 +30", backlog=Backlog.skip_past),
    D("skipping what is past keeps the step of the start day", """
        Fri 2026-02-20 reminder 1 skipped
        Fri 2026-02-20 reminder 2 sent
    """, due="2026-02-13", series="0 +7", backlog=Backlog.skip_past),
    D("skipping what is past sends nothing when all is past", "",
      due="2026-02-01", series="0 +7", backlog=Backlog.skip_past),
    D("a fitting start among close steps picks the latest", """
        Fri 2026-02-20 reminder 1 skipped
        Fri 2026-02-20 reminder 2 skipped
        Fri 2026-02-20 reminder 3 sent
    """, due="2026-02-18", series="0 +1 +2"),
    D("the fitting mail and the fitting call both come", """
        Fri 2026-02-20 reminder 1 skipped
        Fri 2026-02-20 reminder 2 sent
        Fri 2026-02-20 reminder 3 to call
        Mon 2026-03-02 reminder 4 sent
    """, due="2026-01-01", series="+15 +30 +45call +60"),
    # --- the end --------------------------------------------------------------
    D("a payment ends the series", """
        Fri 2026-02-27 reminder 1 sent
        Mon 2026-03-02 reminder 2 sent
    """, events={"2026-03-09": ["paid"]}),
    D("an invoice voided in Clio ends the series", """
        Fri 2026-02-27 reminder 1 sent
    """, events={"2026-03-02": ["void"]}),
    D("an invoice deleted in Clio ends the series", "", events={"2026-02-27": ["deleted"]}),
    D("an invoice that is un-approved in Clio gets no mail", "",
      events={"2026-02-27": ["unapproved"]}),
    D("a credit that covers the invoice ends the series", """
        Fri 2026-02-27 reminder 1 sent
    """, events={"2026-03-01": ["balance 0"]}),
    D("a client in credit is not reminded", "", events={"2026-02-21": ["balance -500"]}),
    # --- a partial payment, a small balance ----------------------------------
    D("a partial payment skips no step", """
        Fri 2026-02-27 reminder 1 sent
        Mon 2026-03-02 reminder 2 sent
        Mon 2026-03-09 reminder 3 sent
        Tue 2026-03-17 reminder 4 sent
    """, events={"2026-03-03": ["balance 30000"]}),
    D("a balance below the minimum is left alone", """
        Fri 2026-02-27 reminder 1 sent
    """, events={"2026-03-01": ["balance 499"]}),
    D("a balance at the minimum is reminded", """
        Fri 2026-02-27 reminder 1 sent
        Mon 2026-03-02 reminder 2 sent
    """, series="-3 0", events={"2026-03-01": ["balance 500"]}),
    D("a payment that bounces brings back the latest step only", """
        Fri 2026-02-27 reminder 1 sent
        Fri 2026-03-20 reminder 2 skipped
        Fri 2026-03-20 reminder 3 skipped
        Fri 2026-03-20 reminder 4 sent
    """, events={"2026-03-01": ["balance 0"], "2026-03-20": ["balance 100000"]}),
    D("a payment pending in Clio holds the mail", """
        Fri 2026-02-27 reminder 1 sent
        Thu 2026-03-05 reminder 2 sent
    """, series="-3 0", events={"2026-03-01": ["pending 100000"], "2026-03-05": ["pending 0"]}),
    # --- the age ceiling -------------------------------------------------------
    D("an invoice older than the ceiling gets nothing", "",
      due="2025-08-01", series="+30 +300"),
    D("an invoice on the day of the ceiling still gets a mail", """
        Fri 2026-02-20 reminder 1 sent
    """, due="2025-08-24", series="0"),
    D("a day past the ceiling it does not", "", due="2025-08-23", series="0"),
    D("a repeating step ends at the ceiling", """
        Mon 2026-03-09 reminder 1.1 sent
        Mon 2026-03-16 reminder 1.2 sent
        Mon 2026-03-23 reminder 1.3 sent
    """, series="+7/7x9", rules=SendingRules(age_ceiling_days=21)),
    # --- holds ------------------------------------------------------------------
    D("a pause with an end: the latest step goes on the day it ends, once", """
        Fri 2026-02-27 reminder 1 sent
        Tue 2026-03-10 reminder 2 skipped
        Tue 2026-03-10 reminder 3 sent
        Tue 2026-03-17 reminder 4 sent
    """, events={"2026-03-01": ["hold paused until 2026-03-10"]}),
    D("a pause that ends before the next step changes nothing", """
        Fri 2026-02-27 reminder 1 sent
        Mon 2026-03-02 reminder 2 sent
        Mon 2026-03-09 reminder 3 sent
        Tue 2026-03-17 reminder 4 sent
    """, events={"2026-03-03": ["hold paused until 2026-03-06"]}),
    D("a pause without an end waits for a person", """
        Fri 2026-02-27 reminder 1 sent
        Thu 2026-03-12 reminder 2 skipped
        Thu 2026-03-12 reminder 3 sent
        Tue 2026-03-17 reminder 4 sent
    """, events={"2026-03-02": ["hold paused"], "2026-03-12": ["release"]}),
    D("a dispute sends nothing at all", """
        Fri 2026-02-27 reminder 1 sent
    """, events={"2026-03-02": ["hold dispute"]}),
    D("a promise that is broken: the series goes on", """
        Fri 2026-02-27 reminder 1 sent
        Mon 2026-03-02 reminder 2 sent
        Mon 2026-03-16 reminder 3 sent
        Thu 2026-03-19 reminder 4 sent
    """, events={"2026-03-04": ["hold promise until 2026-03-14"]}),
    D("a promise that is kept", """
        Fri 2026-02-27 reminder 1 sent
        Mon 2026-03-02 reminder 2 sent
    """, events={"2026-03-04": ["hold promise until 2026-03-14"], "2026-03-13": ["paid"]}),
    D("a bank debit that fails releases the hold", """
        Fri 2026-02-27 reminder 1 sent
        Fri 2026-03-06 reminder 2 sent
    """, series="-3 0",
      events={"2026-03-02": ["hold payment_processing"], "2026-03-06": ["release"]}),
    D("two holds: the longer one counts", """
        Tue 2026-03-10 reminder 1 sent
    """, series="0", events={"2026-03-01": [
        "hold paused until 2026-03-05", "hold promise until 2026-03-10"]}),
    D("a pause also stops calls", """
        Mon 2026-03-09 reminder 1 to call
    """, series="0call", events={"2026-03-01": ["hold paused until 2026-03-09"]}),
    D("mail that comes back does not stop calls", """
        Mon 2026-03-02 reminder 2 to call
    """, series="0 0call", events={"2026-03-01": ["hold bounced"]}),
    # --- the worker -------------------------------------------------------------
    D("the worker was down for three days: late, but once", """
        Fri 2026-02-27 reminder 1 sent
        Thu 2026-03-05 reminder 2 sent
        Mon 2026-03-09 reminder 3 sent
        Tue 2026-03-17 reminder 4 sent
    """, events={"2026-03-02": ["worker stops"], "2026-03-05": ["worker starts"]}),
    D("the worker was down for weeks: the latest step goes, the older are skipped", """
        Thu 2026-03-19 reminder 1 skipped
        Thu 2026-03-19 reminder 2 skipped
        Thu 2026-03-19 reminder 3 skipped
        Thu 2026-03-19 reminder 4 sent
    """, events={"2026-02-21": ["worker stops"], "2026-03-19": ["worker starts"]}),
    D("several missed calls become one", """
        Mon 2026-03-23 reminder 1 skipped
        Mon 2026-03-23 reminder 2 to call
    """, series="+7call +14call",
      events={"2026-03-01": ["worker stops"], "2026-03-21": ["worker starts"]}),
    D("a mail that waits to leave holds back the next", """
        Fri 2026-02-27 reminder 1 sent
        Mon 2026-03-09 reminder 2 skipped
        Mon 2026-03-09 reminder 3 sent
        Tue 2026-03-17 reminder 4 sent
    """, events={"2026-02-26": ["outbox stops"], "2026-03-06": ["deliver", "outbox starts"]}),
    D("a mail withdrawn before it left may go later", """
        Fri 2026-02-27 reminder 1 sent
        Wed 2026-03-04 reminder 1 sent
    """, series="-3", events={"2026-02-26": ["outbox stops"], "2026-03-04": ["withdraw"]}),
    D("a mail that perhaps left is not sent again", """
        Fri 2026-02-27 reminder 1 sent
        Mon 2026-03-02 reminder 2 sent
    """, series="-3 0", events={"2026-02-28": ["lost"]}),
    D("a mail that failed is not sent again; the next step goes", """
        Fri 2026-02-27 reminder 1 sent
        Mon 2026-03-02 reminder 2 sent
    """, series="-3 0", events={"2026-02-28": ["bounce"]}),
    # --- the gap between mails to one person ------------------------------------
    D("a mail about another invoice the day before moves this one", """
        Wed 2026-03-04 reminder 1 sent
    """, series="0", events={"2026-03-01": ["other"]}),
    D("a mail three days before does not", """
        Mon 2026-03-02 reminder 1 sent
    """, series="0", events={"2026-02-27": ["other"]}),
    D("a gap that ends at a weekend ends on Monday", """
        Mon 2026-03-09 reminder 1 sent
    """, due="2026-03-05", series="0", events={"2026-03-05": ["other"]}),
    D("a moved mail moves the next one, none falls away", """
        Thu 2026-03-05 reminder 1 sent
        Mon 2026-03-09 reminder 2 sent
    """, series="0 +2", events={"2026-03-02": ["other"]}),
    D("steps closer than the gap are spread out", """
        Mon 2026-03-02 reminder 1 sent
        Thu 2026-03-05 reminder 2 sent
        Mon 2026-03-09 reminder 3 sent
        Thu 2026-03-12 reminder 4 sent
    """, series="0 +1 +2 +3"),
    D("without a gap one collection still sends one mail a day", """
        Mon 2026-03-02 reminder 1 sent
        Tue 2026-03-03 reminder 2 sent
    """, series="0 0", rules=SendingRules(min_gap_days=0)),
    D("a call keeps no gap", """
        Mon 2026-03-02 reminder 1 sent
        Tue 2026-03-03 reminder 2 to call
    """, series="0 +1call"),
    # --- dates that change in Clio -----------------------------------------------
    D("a due day moved back moves what is to come", """
        Fri 2026-02-27 reminder 1 sent
        Mon 2026-03-16 reminder 2 sent
        Mon 2026-03-23 reminder 3 sent
        Tue 2026-03-31 reminder 4 sent
    """, events={"2026-03-01": ["due 2026-03-16"]}),
    D("a due day moved after three mails repeats none of them", """
        Fri 2026-02-27 reminder 1 sent
        Mon 2026-03-02 reminder 2 sent
        Mon 2026-03-09 reminder 3 sent
        Thu 2026-04-16 reminder 4 sent
    """, events={"2026-03-10": ["due 2026-04-01"]}),
    D("a due day moved forward: the latest step goes, once", """
        Mon 2026-03-02 reminder 1 skipped
        Mon 2026-03-02 reminder 2 skipped
        Mon 2026-03-02 reminder 3 skipped
        Mon 2026-03-02 reminder 4 sent
    """, due="2026-05-01", events={"2026-03-02": ["due 2026-02-10"]}),
    D("a due day that is taken away stops the series until it is back", """
        Fri 2026-02-27 reminder 1 sent
        Wed 2026-03-04 reminder 2 sent
    """, series="-3 0",
      events={"2026-03-01": ["due nothing"], "2026-03-04": ["due 2026-03-02"]}),
    D("an invoice without a due day waits", "", due=None),
    D("an invoice without a due day can be reminded from the start day", """
        Fri 2026-02-20 reminder 1 sent
        Fri 2026-02-27 reminder 2 sent
    """, due=None, series="start0 start+7"),
    # --- addresses ----------------------------------------------------------------
    D("without an address nothing is sent until there is one", """
        Fri 2026-03-06 reminder 1 skipped
        Fri 2026-03-06 reminder 2 sent
    """, series="-3 0",
      events={"2026-02-21": ["address nothing"], "2026-03-06": ["address new@example.com"]}),
    D("a new address does not get the earlier mails again", """
        Fri 2026-02-27 reminder 1 sent
        Mon 2026-03-02 reminder 2 sent
    """, series="-3 0", events={"2026-02-28": ["address new@example.com"]}),
    D("a call needs no address", """
        Mon 2026-03-02 reminder 1 to call
    """, series="0call", events={"2026-02-21": ["address nothing"]}),
]
# fmt: on


@pytest.mark.parametrize("case", DIARIES, ids=[case.title for case in DIARIES])
def test_diary(case: D) -> None:
    firm = world(
        due=case.due,
        started=case.started,
        series=case.series,
        backlog=case.backlog,
        calendar=case.calendar,
        rules=case.rules,
    )

    told = list(diary(firm, case.events, until="2026-05-15"))

    assert told == [line.strip() for line in case.told.strip().splitlines()]
