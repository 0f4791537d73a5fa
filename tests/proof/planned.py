"""What a year will bring and when, drawn in advance: one line an event."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from proof.chance import stream

RATES = {
    "staff": 0.25,
    "in_clio": 0.45,
    "client": 0.8,
    "money_back": 0.06,
    "read": 0.8,
    "night": 0.35,
    "daily_round": 0.6,
    "webhooks": 0.8,
}
"""A firm's events a day."""
GLOBAL_RATES = {"trouble": 0.4, "down": 0.03, "leap": 0.015, "back": 0.05, "look_over_wall": 0.1}
BILLS = 30
"""Each firm's bills in the whole time."""
BILLS_AT_FIRST = 8


@dataclass(frozen=True, order=True)
class Planned:
    """Something that happens. ``firm`` is a number, or -1 where it concerns all."""

    at: datetime
    firm: int
    what: str


def plan(*, seed: int, start: datetime, days: int, firms: int, hurry: float) -> list[Planned]:
    """Everything, in order. ``hurry`` multiplies how often things happen."""
    found: list[Planned] = []
    for firm in range(firms):
        chance = stream(seed, f"plan {firm}")
        found += _events(chance, RATES, start, days, firm, hurry)
        for _ in range(BILLS - BILLS_AT_FIRST):
            found.append(_at(chance, start, chance.randrange(max(1, days * 4 // 5)), firm, "bill"))
    chance = stream(seed, "plan all")
    found += _events(chance, GLOBAL_RATES, start, days, -1, hurry)
    troubles = [event.at for event in found if event.what == "trouble"]
    found += [Planned(at + timedelta(hours=chance.uniform(1, 30)), -1, "repair") for at in troubles]
    return sorted(found)


def _events(
    chance: random.Random,
    rates: dict[str, float],
    start: datetime,
    days: int,
    firm: int,
    hurry: float,
) -> list[Planned]:
    found = []
    for what, rate in rates.items():
        count = round(rate * days * hurry)
        found += [_at(chance, start, chance.randrange(days), firm, what) for _ in range(count)]
    return found


def _at(chance: random.Random, start: datetime, day: int, firm: int, what: str) -> Planned:
    return Planned(start + timedelta(days=day, seconds=chance.randrange(86_400)), firm, what)
