"""The linter of texts: what it refuses, what it warns of, and how it says to mend it."""

from datetime import date

import pytest

from invoice_tracker.domain.reminder_schedule import StepKind
from invoice_tracker.domain.text_linter import Field, Level, lint

GOOD_SUBJECT = "Invoice {{ invoice.number }}"
GOOD_BODY = "Please pay {{ invoice.balance }}.\n\n{{ pay.link }}"


def messages(subject=GOOD_SUBJECT, body=GOOD_BODY, level=None, **options):
    return [p.message for p in lint(subject, body, **options) if level in (None, p.level)]


def test_a_good_text_has_no_problem():
    assert lint(GOOD_SUBJECT, GOOD_BODY, today=date(2026, 3, 2)) == []


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("", GOOD_BODY),
        ("   ", GOOD_BODY),
        (GOOD_SUBJECT, ""),
        ("Two\nlines", GOOD_BODY),
        ("Two\rlines", GOOD_BODY),
        (GOOD_SUBJECT, GOOD_BODY + "{{ client.nickname }}"),
        ("{{ invoice.nummer }}", GOOD_BODY),
        (GOOD_SUBJECT, GOOD_BODY + "{{ client.name"),
        ("{{ invoice.number", GOOD_BODY),
        ("{{ matter.number }}", GOOD_BODY),
        ("x" * 201, GOOD_BODY),
        (GOOD_SUBJECT, GOOD_BODY + "x" * 20_000),
    ],
)
def test_errors(subject, body):
    assert messages(subject, body, Level.error)


@pytest.mark.parametrize(
    ("subject", "body", "about"),
    [
        (GOOD_SUBJECT, "Please pay {{ invoice.balance }}.", "pay.link"),
        (GOOD_SUBJECT, "Please pay.\n{{ pay.link }}", "amount"),
        ("A reminder", GOOD_BODY, "which invoice"),
        ("Matter {{ matter.number }}, {{ invoice.number }}", GOOD_BODY, "anyone"),
        (GOOD_SUBJECT, GOOD_BODY + " {client.name}", "two braces"),
        (f"{GOOD_SUBJECT} {{{{ answer.links }}}}", GOOD_BODY, "long address"),
        (GOOD_SUBJECT, GOOD_BODY + " {{ invoice.days_overdue }} days late", "leave out"),
    ],
)
def test_warnings(subject, body, about):
    found = messages(subject, body, Level.warning)
    assert len(found) == 1
    assert about in found[0]
    assert not messages(subject, body, Level.error)


@pytest.mark.parametrize(
    "words",
    ["2026-03-01", "3/1/2026", "March 1, 2026", "Mar. 1 2026", "1 March 2026", "1st mar 2026"],
)
def test_a_date_that_has_passed(words):
    body = f"{GOOD_BODY} Pay by {words}."
    (found,) = messages(body=body, today=date(2026, 3, 2))
    assert found.startswith("The date March 1, 2026 has passed.")
    assert messages(body=body, today=date(2026, 3, 1)) == []
    assert messages(body=body) == []


def test_an_impossible_date_is_ignored():
    assert messages(body=f"{GOOD_BODY} 2026-02-30", today=date(2026, 3, 2)) == []


def test_a_call_needs_neither_subject_nor_link():
    assert lint("", "Call {{ client.name }}.", kind=StepKind.call_task) == []


def test_errors_come_first():
    levels = [p.level for p in lint("", "Please.", today=date(2026, 3, 2))]
    assert levels == sorted(levels, key=lambda level: level != Level.error)


@pytest.mark.parametrize(
    ("subject", "is_shouted"),
    [
        ("FINAL NOTICE {{ invoice.number }}", True),
        ("URGENT!", True),
        ("{{ invoice.number }} IRS", False),
        ("Final NOTICE {{ invoice.number }}", False),
        ("{{ invoice.number }}", False),
    ],
)
def test_a_shouted_subject(subject, is_shouted):
    assert any("capitals" in message for message in messages(subject=subject)) is is_shouted


@pytest.mark.parametrize("threat", ["legal action", "a Lawsuit", "the credit bureaus"])
def test_a_threat_is_out_of_place_early_only(threat):
    body = f"{GOOD_BODY}\n\nWe may consider {threat}."
    (found,) = lint(GOOD_SUBJECT, body, days_overdue=7)
    assert "is a threat" in found.message
    assert (found.level, found.field) == (Level.warning, Field.body)
    assert lint(GOOD_SUBJECT, body) == []
    assert lint(GOOD_SUBJECT, body, days_overdue=30) == []
    assert lint("", body, kind=StepKind.call_task, days_overdue=7) == []


@pytest.mark.parametrize(
    ("body", "is_fine"),
    [
        ("Please pay:\n\n {{ invoices.table }} \n\n{{ pay.link }}", True),
        ("These are due: {{ invoices.table }}\n\n{{ pay.link }}", False),
        ("These are due:\n{{ invoices.table }}\n\n{{ pay.link }}", False),
    ],
)
def test_a_table_stands_alone(body, is_fine):
    assert (lint("Your invoices", body) == []) is is_fine


def test_a_table_in_a_subject():
    (found,) = lint("{{ invoices.table }}", GOOD_BODY)
    assert found.field == Field.subject
    assert "does not fit" in found.message


def test_a_misspelt_variable_is_told_the_right_one():
    (found,) = lint("Invoice {{ invoice.nummer }}", GOOD_BODY)
    assert found.field == Field.subject
    assert "Did you mean {{ invoice.number }}?" in found.message
    (found,) = lint(GOOD_SUBJECT, f"{GOOD_BODY} {{{{ weather }}}}")
    assert found.field == Field.body
    assert "Insert a variable" in found.message
