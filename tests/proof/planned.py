"""What a year will bring and when, drawn in advance: one line an event."""

import random
from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime, timedelta

from proof.chance import stream

RATES = {
    "in_clio": 0.35,
    "client": 0.35,
    "read": 0.8,
    "night": 0.35,
    "daily_round": 0.6,
    "webhooks": 0.8,
}
"""A firm's events a day."""
DEEDS = {
    "staff pause": 0.04,
    "staff resume": 0.03,
    "staff stop": 0.01,
    "staff skip": 0.01,
    "staff promise": 0.06,
    "staff promise_with_jump": 0.03,
    "staff withdraw": 0.01,
    "staff dispute": 0.03,
    "staff resolve": 0.02,
    "staff pause_client": 0.02,
    "staff resume_client": 0.015,
    "staff pause_set": 0.01,
    "staff resume_set": 0.01,
    "staff pause_everything": 0.01,
    "staff resume_everything": 0.01,
    "staff approve_ahead": 0.04,
    "staff veto": 0.03,
    "staff edit_ahead": 0.03,
    "staff undo": 0.01,
    "staff edit_set": 0.01,
    "staff edit_set_and_move": 0.01,
    "staff rule_on": 0.015,
    "staff rule_off": 0.01,
    "staff safe_mode": 0.008,
    "staff window": 0.008,
    "staff closure": 0.01,
    "staff time_zone": 0.003,
    "staff resync": 0.03,
    "staff address": 0.02,
    "clients pay": 0.03,
    "clients pay_together": 0.08,
    "clients debit_together": 0.04,
    "clients debit": 0.02,
    "clients refund": 0.02,
    "clients refund_part": 0.02,
    "clients chargeback": 0.01,
    "clients end_of_chargeback": 0.01,
    "clients attorney_veto": 0.03,
    "clio void": 0.015,
    "clio unapprove": 0.015,
    "clio approve": 0.03,
    "clio pay_part": 0.03,
    "clio take_back": 0.01,
    "clio due_date": 0.02,
    "clio change_amount": 0.015,
    "clients pay_part": 0.05,
    "clients debit_part": 0.03,
}
"""A firm's events a day: what cannot be done just then is tried again later.

Each happens once at least: in every firm, or where there are only days, in one of them.
"""
GLOBAL_RATES = {
    "trouble": 0.4,
    "hang_up": 0.15,
    "down": 0.015,
    "leap": 0.015,
    "back": 0.05,
    "look_over_wall": 0.05,
}
AT_LEAST_ONCE = {"leap", "hang_up"}
ONCE = {"three days down": 60, "clio away": 20}
"""What comes once in so many days, and once at least where there is time for it."""
FIRST = {"read": timedelta(minutes=30), "daily_round": timedelta(hours=1)}
"""With what every firm begins, so that there are reminders from the first day on."""
LONG_ENOUGH = 30
BILLS_AT_FIRST = 10
BILLS_A_DAY = 0.2
"""Each firm's."""
TRIES = 10


@dataclass(frozen=True, order=True)
class Planned:
    """Something that happens. ``firm`` is a number, or -1 where it concerns all."""

    at: datetime
    firm: int
    what: str
    tries: int = TRIES
    """How many times it may still be put off until it can be done."""


def plan(*, seed: int, start: datetime, days: int, firms: int, hurry: float) -> list[Planned]:
    """Everything, in order. ``hurry`` multiplies how often things happen."""
    found: list[Planned] = []
    for firm in range(firms):
        chance = stream(seed, f"plan {firm}")
        found += _events(chance, RATES, start, days, firm, hurry)
        own = DEEDS if days >= LONG_ENOUGH else list(DEEDS)[firm::firms]
        found += _events(chance, DEEDS, start, days, firm, hurry, at_least_once=own)
        found += [Planned(start + FIRST[what], firm, what) for what in FIRST]
        for _ in range(max(4, round(days * BILLS_A_DAY))):
            found.append(_at(chance, start, chance.randrange(max(1, days * 9 // 10)), firm, "bill"))
    chance = stream(seed, "plan all")
    found += _events(chance, GLOBAL_RATES, start, days, -1, hurry, at_least_once=AT_LEAST_ONCE)
    if days >= LONG_ENOUGH:
        rates = {what: 1 / every for what, every in ONCE.items()}
        found += _events(chance, rates, start, days, -1, 1.0, at_least_once=rates)
    ends = {"trouble": (1, 30), "hang_up": (4, 30), "clio away": (5, 40)}
    for event in list(found):
        if event.what in ends:
            at = event.at + timedelta(hours=chance.uniform(*ends[event.what]))
            found.append(Planned(at, -1, "repair"))
    return sorted(found)


def _events(
    chance: random.Random,
    rates: dict[str, float],
    start: datetime,
    days: int,
    firm: int,
    hurry: float,
    at_least_once: Container[str] = (),
) -> list[Planned]:
    found = []
    for what, rate in rates.items():
        count = max(what in at_least_once, round(rate * days * hurry))
        found += [_at(chance, start, chance.randrange(days), firm, what) for _ in range(count)]
    return found


def _at(chance: random.Random, start: datetime, day: int, firm: int, what: str) -> Planned:
    return Planned(start + timedelta(days=day, seconds=chance.randrange(86_400)), firm, what)
