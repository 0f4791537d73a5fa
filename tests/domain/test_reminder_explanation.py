"""*Why?*, as a person reads it."""

from datetime import date

import pytest
from domain.reminder_world import at, diary, world

from invoice_tracker.domain.reminder_schedule import ReasonCode, explain

STANDARD = "-3 0 +7 +15 +30 +45call +60?"
NEXT_3 = "Next comes reminder 3 on Monday, March 9, 2026 at 9:26 AM."

# on which day is asked, when, what happened before; the answer
# fmt: off
ANSWERS = [
    ("2026-03-02", "2026-03-05 18:00", {},
     f"Reminder 2 was sent to maria@example.com at 10:00 AM. {NEXT_3}"),
    ("2026-03-03", "2026-03-05 18:00", {}, f"Nothing was planned for this day. {NEXT_3}"),
    ("2026-02-03", "2026-03-05 18:00", {},
     f"The collection started only on Friday, February 20, 2026. {NEXT_3}"),
    ("2026-03-05", "2026-03-05 18:00", {}, f"Nothing is due at this moment. {NEXT_3}"),
    ("2026-03-09", "2026-03-05 18:00", {}, "Reminder 3 is planned for 9:26 AM."),
    ("2026-04-16", "2026-03-05 18:00", {}, "The call of step 6 is planned for 9:26 AM."),
    ("2026-05-01", "2026-03-05 18:00", {},
     "Reminder 7 is planned for 9:26 AM, once a person has approved it."),
    ("2026-06-01", "2026-03-05 18:00", {},
     "Nothing is planned for this day. No more reminders are planned."),
    ("2026-03-10", "2026-03-05 18:00", {"2026-03-04": ["hold paused until 2026-03-20"]},
     "Nothing is planned for this day. Paused until March 20, 2026."
     " Next comes reminder 4 on Friday, March 20, 2026 at 9:26 AM."),
    ("2026-03-09", "2026-03-09 11:00", {"2026-03-04": ["hold dispute"]},
     "A reminder is due but waits: the client disputes this invoice."
     " Once nothing stands in the way, reminder 3 goes at once."),
    ("2026-03-17", "2026-03-09 08:00", {"2026-03-04": ["hold dispute"]},
     "Reminder 4 would go at 9:26 AM, but: the client disputes this invoice."),
    ("2026-03-09", "2026-03-09 11:00", {"2026-03-04": ["paid"]},
     "Nothing is due at this moment. The invoice is paid."),
    ("2026-03-02", "2026-03-02 11:00", {"2026-03-01": ["other"]},
     "A reminder is due but waits: the last mail to this address left on March 1, 2026;"
     " the next may leave on March 4, 2026."
     " Next comes reminder 2 on Wednesday, March 4, 2026 at 9:26 AM."),
    ("2026-03-02", "2026-03-02 11:00", {"2026-02-28": ["address nothing"]},
     "A reminder is due but waits: there is no e-mail address to send to."
     " Once nothing stands in the way, reminder 2 goes at once."),
    ("2026-03-02", "2026-03-02 11:00", {"2026-02-28": ["due nothing"]},
     "A reminder is due but waits: the invoice has no due date."),
    ("2026-03-09", "2026-03-20 11:00",
     {"2026-03-05": ["worker stops"], "2026-03-19": ["worker starts"]},
     "Reminder 3 was planned for this day and was skipped on March 19, 2026."
     " Next comes reminder 5 on Wednesday, April 1, 2026 at 9:26 AM."),
    ("2026-03-20", "2026-03-20 11:00", {"2026-03-05": ["worker stops"]},
     "Reminder 3 is skipped: a later reminder was due by then."
     " Reminder 4 is due now and goes to maria@example.com."
     " Next comes reminder 5 on Wednesday, April 1, 2026 at 9:26 AM."),
    ("2026-02-27", "2026-02-27 11:00", {"2026-02-21": ["outbox stops"]},
     "Reminder 1 has been waiting to leave since 10:00 AM."
     " Next comes reminder 2 on Monday, March 2, 2026 at 9:26 AM."),
    ("2026-03-02", "2026-03-03 11:00", {"2026-03-03": ["lost"]},
     "Reminder 2 may or may not have left at 10:00 AM; a person must decide."
     f" {NEXT_3}"),
]
# fmt: on


@pytest.mark.parametrize(("on", "now", "events", "sentence"), ANSWERS)
def test_answers(on, now, events, sentence):
    firm = world(due="2026-03-02", started="2026-02-20 10:00", series=STANDARD)
    list(diary(firm, events, until=now[:10]))
    answer = explain(
        firm.invoice,
        firm.collection,
        firm.past,
        on=date.fromisoformat(on),
        now=at(now),
        **firm.facts(),
    )
    assert answer.sentence == sentence


def test_a_reason_in_capitals_keeps_its_names():
    firm = world(due="2026-03-02", started="2026-02-20 10:00", series="0")
    firm.happen("hold clio_disconnected", at("2026-03-01 10:00"))
    now = at("2026-03-02 11:00")
    answer = explain(
        firm.invoice, firm.collection, [], on=date(2026, 3, 2), now=now, **firm.facts()
    )
    assert answer.reasons[0].code == ReasonCode.held
    assert "waits: Clio is not connected." in answer.sentence
