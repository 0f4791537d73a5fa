"""Which rule an invoice fits, and what no rule may start."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoice_tracker.domain.auto_collect import (
    InvoiceForRules,
    MatterFacts,
    Past,
    Rule,
    choose,
    matches,
)
from invoice_tracker.domain.invoice_aging import days_overdue

TODAY = date(2026, 3, 20)
ADA, BEN = UUID(int=1), UUID(int=2)
LEASE, CUSTODY = UUID(int=11), UUID(int=12)
CEILING = 180


def rule(number: int = 1, **asks: Any) -> Rule:
    return Rule(id=UUID(int=number), name=f"Rule {number}", priority=number, **asks)


INVOICE = InvoiceForRules(
    id=UUID(int=99),
    number="1001",
    due_on=date(2026, 3, 10),
    balance_minor=120_000,
    currency="USD",
    client_id=ADA,
    client_name="Ada Okafor",
    matters=(
        MatterFacts(LEASE, "00009-Okafor", "Dana Hale", "Real Estate"),
        MatterFacts(CUSTODY, "00010-Okafor", "Marco Moreno", "Family"),
    ),
)
UNDATED = replace(INVOICE, due_on=None)
BARE = replace(INVOICE, matters=(), client_id=None, client_name=None)
OTHER_AREA = "The practice area is Real Estate, which the rule does not name."
FAMILY = frozenset({"Family"})


@pytest.mark.parametrize(
    ("asks", "invoice", "fits", "sentence"),
    [
        ({}, INVOICE, True, "The rule takes any invoice."),
        ({}, UNDATED, True, "The rule takes any invoice."),
        ({"min_days_overdue": 5}, INVOICE, True, "10 days overdue."),
        ({"min_days_overdue": 10}, INVOICE, True, "10 days overdue."),
        ({"min_days_overdue": 11}, INVOICE, False,
         "It is 10 days overdue; the rule begins 11 days after the due day."),
        ({"max_days_overdue": 10}, INVOICE, True, "10 days overdue."),
        ({"max_days_overdue": 9}, INVOICE, False,
         "It is 10 days overdue; the rule ends 9 days after the due day."),
        ({"max_days_overdue": 0}, INVOICE, False,
         "It is 10 days overdue; the rule ends on the due day."),
        ({"min_days_overdue": 0}, replace(INVOICE, due_on=TODAY), True, "Due today."),
        ({"min_days_overdue": 1}, replace(INVOICE, due_on=TODAY), False,
         "It is due today; the rule begins 1 day after the due day."),
        ({"min_days_overdue": -3}, replace(INVOICE, due_on=date(2026, 3, 23)), True,
         "Due in 3 days."),
        ({"min_days_overdue": -3}, replace(INVOICE, due_on=date(2026, 3, 24)), False,
         "It is due in 4 days; the rule begins 3 days before the due day."),
        ({"min_days_overdue": 1}, UNDATED, False,
         "It has no due date, and the rule goes by the days overdue."),
        ({"max_days_overdue": 60}, UNDATED, False,
         "It has no due date, and the rule goes by the days overdue."),
        ({"min_balance_minor": 120_000}, INVOICE, True, "$1,200.00 owed."),
        ({"min_balance_minor": 120_001}, INVOICE, False,
         "$1,200.00 is owed, less than $1,200.01."),
        ({"max_balance_minor": 120_000}, INVOICE, True, "$1,200.00 owed."),
        ({"max_balance_minor": 119_999}, INVOICE, False,
         "$1,200.00 is owed, more than $1,199.99."),
        ({"currency": "USD"}, INVOICE, True, "In USD."),
        ({"currency": "EUR"}, INVOICE, False, "It is in USD, and the rule is for EUR."),
        ({"currency": "EUR", "min_balance_minor": 1}, INVOICE, False,
         "It is in USD, and the rule is for EUR."),
        ({"client_ids": frozenset({ADA})}, INVOICE, True, "Client Ada Okafor."),
        ({"client_ids": frozenset({BEN})}, INVOICE, False,
         "Ada Okafor is not among the rule's clients."),
        ({"client_ids": frozenset({BEN})}, BARE, False,
         "Its client is not among the rule's clients."),
        ({"matter_ids": frozenset({CUSTODY})}, INVOICE, True, "Matter 00010-Okafor."),
        ({"matter_ids": frozenset({UUID(int=13)})}, INVOICE, False,
         "None of its matters is among the rule's matters."),
        ({"matter_ids": frozenset({CUSTODY})}, BARE, False,
         "None of its matters is among the rule's matters."),
        ({"attorneys": frozenset({"dana HALE"})}, INVOICE, True, "Attorney Dana Hale."),
        ({"attorneys": frozenset({"Marco Moreno"})}, INVOICE, True, "Attorney Marco Moreno."),
        ({"attorneys": frozenset({"Ruth Brook"})}, INVOICE, False,
         "The attorney is Dana Hale, which the rule does not name."),
        ({"attorneys": frozenset({"Dana Hale"})}, BARE, False,
         "It has no responsible attorney."),
        ({"practice_areas": FAMILY}, INVOICE, True, "Practice area Family."),
        ({"practice_areas": frozenset({"Employment"})}, INVOICE, False, OTHER_AREA),
        ({"practice_areas": FAMILY}, BARE, False, "It has no practice area."),
        ({"min_days_overdue": 5, "min_balance_minor": 10_000, "practice_areas": FAMILY},
         INVOICE, True, "10 days overdue, $1,200.00 owed, practice area Family."),
        ({"min_days_overdue": 50, "min_balance_minor": 10**9}, INVOICE, False,
         "It is 10 days overdue; the rule begins 50 days after the due day."),
    ],
)  # fmt: skip
def test_a_rule_fits_or_says_the_first_reason_why_not(
    asks: dict[str, Any], invoice: InvoiceForRules, fits: bool, sentence: str
) -> None:
    verdict = matches(rule(**asks), invoice, TODAY)
    assert (verdict.fits, verdict.sentence) == (fits, sentence)


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({}, None),
        ({"past": Past.running}, "Reminders are already active."),
        ({"past": Past.ended}, "Reminders have ended before: only a person starts them again."),
        ({"held": "Paused until March 30, 2026"}, "On hold: Paused until March 30, 2026."),
        ({"due_on": TODAY - timedelta(days=180)}, None),
        ({"due_on": TODAY - timedelta(days=181)},
         "It is more than 180 days overdue: reminders never start that late."),
        ({"due_on": None}, None),
        ({"past": Past.running, "held": "Paused"}, "Reminders are already active."),
    ],
)  # fmt: skip
def test_what_fits_may_still_be_left_to_a_person(
    facts: dict[str, Any], refusal: str | None
) -> None:
    choice = choose([rule()], replace(INVOICE, **facts), TODAY, age_ceiling_days=CEILING)
    assert choice is not None
    assert choice.refusal == refusal


def test_the_lowest_priority_counts_and_the_id_among_equals() -> None:
    first, second = rule(1), rule(2)
    late = rule(3, min_days_overdue=90)
    tied = replace(rule(4), priority=1)
    chosen = choose([late, second, tied, first], INVOICE, TODAY, age_ceiling_days=CEILING)
    assert chosen is not None
    assert chosen.rule is first
    assert choose([late], INVOICE, TODAY, age_ceiling_days=CEILING) is None
    assert choose([], INVOICE, TODAY, age_ceiling_days=CEILING) is None


def test_what_the_first_rule_may_not_start_the_next_does_not_take() -> None:
    held = replace(INVOICE, held="Paused")
    chosen = choose([rule(1), rule(2)], held, TODAY, age_ceiling_days=CEILING)
    assert chosen is not None
    assert (chosen.rule.id, chosen.refusal) == (UUID(int=1), "On hold: Paused.")


maybe_days = st.none() | st.integers(-60, 400)
maybe_amount = st.none() | st.integers(0, 300_000)
people = st.frozensets(st.sampled_from(["Dana Hale", "Marco Moreno", "Ruth Brook"]), max_size=2)
rules = st.lists(
    st.builds(
        Rule,
        id=st.uuids(),
        name=st.just("Rule"),
        priority=st.integers(1, 4),
        min_days_overdue=maybe_days,
        max_days_overdue=maybe_days,
        min_balance_minor=maybe_amount,
        max_balance_minor=maybe_amount,
        currency=st.none() | st.sampled_from(["USD", "EUR"]),
        client_ids=st.frozensets(st.sampled_from([ADA, BEN]), max_size=1),
        attorneys=people,
    ),
    max_size=6,
    unique_by=lambda each: each.id,
)
invoices = st.builds(
    InvoiceForRules,
    id=st.uuids(),
    number=st.just("1"),
    due_on=st.none() | st.integers(-60, 400).map(lambda late: TODAY - timedelta(days=late)),
    balance_minor=st.integers(1, 300_000),
    currency=st.sampled_from(["USD", "EUR"]),
    client_id=st.sampled_from([ADA, BEN]),
    matters=st.just(INVOICE.matters) | st.just(()),
    past=st.sampled_from(Past),
    held=st.none() | st.just("Paused"),
)


@given(rules, invoices, st.integers(0, 365), st.randoms())
def test_choosing_does_not_depend_on_the_order_of_the_list(
    rules: list[Rule], invoice: InvoiceForRules, ceiling: int, chance: Any
) -> None:
    shuffled = list(rules)
    chance.shuffle(shuffled)
    first = choose(rules, invoice, TODAY, age_ceiling_days=ceiling)
    assert choose(shuffled, invoice, TODAY, age_ceiling_days=ceiling) == first


@given(rules, invoices, st.integers(0, 365))
def test_no_fitting_rule_has_a_lower_priority(
    rules: list[Rule], invoice: InvoiceForRules, ceiling: int
) -> None:
    choice = choose(rules, invoice, TODAY, age_ceiling_days=ceiling)
    fitting = [each for each in rules if matches(each, invoice, TODAY).fits]
    if choice is None:
        assert not fitting
    else:
        assert choice.rule in fitting
        assert choice.rule.priority == min(each.priority for each in fitting)


@given(rules, invoices, st.integers(0, 365))
def test_nothing_over_the_ceiling_held_or_reminded_before_starts(
    rules: list[Rule], invoice: InvoiceForRules, ceiling: int
) -> None:
    choice = choose(rules, invoice, TODAY, age_ceiling_days=ceiling)
    if choice is None or choice.refusal is not None:
        return
    assert invoice.past is Past.none
    assert invoice.held is None
    assert invoice.due_on is None or days_overdue(invoice.due_on, TODAY) <= ceiling
