"""The mails of one person over all collections, played forward together."""

import itertools
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from domain.reminder_world import CLIENT, NEW_YORK, at, invoice, steps
from hypothesis import given
from hypothesis import strategies as st

from invoice_tracker.domain.holds import Hold, HoldKind
from invoice_tracker.domain.reminder_groups import Grouping, GroupKey, group_key
from invoice_tracker.domain.reminder_schedule import (
    Backlog,
    CollectionFacts,
    ForecastMail,
    Member,
    SendingRules,
    Situation,
    forecast,
    plan,
)

NOW = at("2026-02-20 10:00")
UNTIL = date(2026, 6, 30)
CLIENT_ID = UUID(int=77)


def member(
    number: int,
    due: str,
    series: str,
    *,
    group: GroupKey | None = None,
    holds: tuple[Hold, ...] = (),
) -> Member:
    facts = replace(invoice(due), id=UUID(int=number), number=str(number))
    collection = CollectionFacts(
        id=UUID(int=9000 + number),
        started_at=NOW,
        backlog=Backlog.fitting_step,
        steps=steps(series),
        together=CLIENT_ID,
    )
    situation = Situation(facts, collection, (), holds, NOW, NEW_YORK, SendingRules(), None)
    return Member(situation, group or of_client(number))


def of_client(number: int, grouping: Grouping = Grouping.client) -> GroupKey:
    return group_key(
        grouping,
        invoice_id=UUID(int=number),
        client_id=CLIENT_ID,
        matter_id=UUID(int=number),
        currency="USD",
    )


def told(mails: list[ForecastMail], members: list[Member]) -> list[str]:
    return [
        f"{mail.on:%m-%d}: "
        + " + ".join(
            f"{members[item.member].situation.invoice.number}/{item.planned.step.position}"
            for item in mail.items
        )
        for mail in mails
    ]


# fmt: off
CASES = [
    ("due together, one mail",
     [(1, "2026-03-02", "0 +7"), (2, "2026-03-02", "0 +7")],
     ["03-02: 1/1 + 2/1", "03-09: 1/2 + 2/2"]),
    ("a day apart: the second waits for the gap",
     [(1, "2026-03-02", "0"), (2, "2026-03-03", "0")],
     ["03-02: 1/1", "03-05: 2/1"]),
    ("what waited for the gap joins what is due by then",
     [(1, "2026-03-02", "0"), (2, "2026-03-03", "0"), (3, "2026-03-05", "0")],
     ["03-02: 1/1", "03-05: 2/1 + 3/1"]),
    ("each at its own step",
     [(1, "2026-02-23", "0 +7"), (2, "2026-03-02", "0 +7")],
     ["02-23: 1/1", "03-02: 1/2 + 2/1", "03-09: 2/2"]),
    ("a call is no mail and keeps no gap",
     [(1, "2026-03-02", "0"), (2, "2026-03-03", "0call")],
     ["03-02: 1/1", "03-03: 2/1"]),
]
# fmt: on


@pytest.mark.parametrize(("title", "given_", "expected"), CASES, ids=[case[0] for case in CASES])
def test_one_person(title: str, given_: list[tuple[int, str, str]], expected: list[str]) -> None:
    members = [member(*each) for each in given_]
    assert told(forecast(members, until=UNTIL), members) == expected


def test_by_matter_they_keep_apart() -> None:
    members = [member(n, "2026-03-02", "0", group=of_client(n, Grouping.matter)) for n in (1, 2)]
    assert told(forecast(members, until=UNTIL), members) == ["03-02: 1/1", "03-05: 2/1"]


def test_a_held_one_is_told_but_keeps_nobody_waiting() -> None:
    hold = Hold(HoldKind.dispute, "wrong hours", starts_at=NOW)
    members = [
        member(1, "2026-03-02", "0", holds=(hold,)),
        member(2, "2026-03-03", "0"),
    ]
    mails = forecast(members, until=UNTIL)
    assert told(mails, members) == ["03-02: 1/1", "03-03: 2/1"]
    assert [mail.leaves for mail in mails] == [False, True]


def test_a_start_on_the_first_sending_day_of_a_month_does_not_skip_that_month() -> None:
    """March 1, 2026 is a Sunday."""
    begun = at("2026-03-02 09:00")
    monthly = replace(
        member(1, "2026-02-02", "month0x3").situation.collection,
        started_at=begun,
        backlog=Backlog.skip_past,
    )
    situation = replace(member(1, "2026-02-02", "0").situation, collection=monthly, now=begun)
    mails = forecast([Member(situation, of_client(1))], until=UNTIL)
    assert [mail.on for mail in mails][:2] == [date(2026, 3, 2), date(2026, 4, 1)]


OFFSETS = st.lists(st.integers(-5, 60), min_size=1, max_size=4, unique=True).map(sorted)


@given(
    dues=st.lists(st.integers(0, 40), min_size=1, max_size=4),
    series=OFFSETS,
    grouping=st.sampled_from(list(Grouping)),
)
def test_the_gap_is_kept_and_no_step_comes_twice(
    dues: list[int], series: list[int], grouping: Grouping
) -> None:
    text = " ".join(f"{offset:+d}" for offset in series)
    members = [
        member(
            n,
            str(date(2026, 2, 23) + timedelta(days=due)),
            text,
            group=of_client(n, grouping),
        )
        for n, due in enumerate(dues, start=1)
    ]
    mails = forecast(members, until=UNTIL)
    days = [mail.on for mail in mails]
    assert all(later - former >= timedelta(days=3) for former, later in itertools.pairwise(days))
    assert all(NEW_YORK.is_open(mail.at) for mail in mails)
    keys = [
        (item.member, item.planned.step.position, item.planned.occurrence)
        for mail in mails
        for item in mail.items
    ]
    assert len(keys) == len(set(keys))
    for mail in mails:
        assert len({members[item.member].group for item in mail.items}) == 1


@given(due=st.integers(-60, 60), series=OFFSETS)
def test_of_one_collection_it_is_the_plan(due: int, series: list[int]) -> None:
    text = " ".join(f"{offset:+d}" for offset in series)
    alone = member(1, str(date(2026, 2, 20) + timedelta(days=due)), text)
    s = alone.situation
    planned = plan(
        s.invoice,
        s.collection,
        s.past,
        holds=s.holds,
        now=NOW,
        calendar=s.calendar,
        rules=s.rules,
        last_mail_on=None,
        until=UNTIL,
    )
    assert [mail.items[0].planned for mail in forecast([alone], until=UNTIL)] == planned
    assert s.invoice.recipient == CLIENT
