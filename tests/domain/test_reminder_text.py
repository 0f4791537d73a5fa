"""Texts: strict variables, no holes, and what the linter says."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoice_tracker.domain.money import Money
from invoice_tracker.domain.ready_made_sets import READY_MADE_SETS, ready_made_set
from invoice_tracker.domain.reminder_schedule import Anchor, StepKind
from invoice_tracker.domain.reminder_text import (
    VARIABLES,
    BrokenTemplate,
    EmptyVariable,
    InvoiceLine,
    TextFacts,
    UnknownVariable,
    about_all,
    example_values,
    fill_line,
    parse,
    render,
    render_subject,
    text_values,
)
from invoice_tracker.domain.text_linter import lint

FACTS = TextFacts(
    client_name="Maria Lopez",
    client_first_name="Maria",
    is_company=False,
    invoice_number="1042",
    issued_on=date(2026, 1, 31),
    due_on=date(2026, 3, 2),
    today=date(2026, 3, 17),
    total=Money(150000, "USD"),
    paid=Money(26550, "USD"),
    balance=Money(123450, "USD"),
    matter_number=None,
    pay_link=None,
    firm_name="Example Law",
    firm_phone="",
    firm_address="",
    sender_name="Example Law Billing",
    signature="",
)


def test_parse():
    assert parse("{{ client.name }} and {{invoice.number}} {{client.name}}") == {
        "client.name",
        "invoice.number",
    }


@pytest.mark.parametrize(
    "text",
    [
        "{{ client.name",
        "client.name }}",
        "{{ }}",
        "{{ client name }}",
        "{{ client.name | upper }}",
        "{% if x %}",
        "{{ client.name() }}",
        "{{{ client.name }}}}",
    ],
)
def test_stray_braces(text):
    with pytest.raises(BrokenTemplate):
        parse(text)


def test_render():
    values = text_values(FACTS)
    text = "Dear {{ client.first_name }}, {{ invoice.balance }} is {{ invoice.days_overdue }} late."
    assert render(text, values) == "Dear Maria, $1,234.50 is 15 days late."


def test_an_unknown_variable_is_never_a_hole():
    with pytest.raises(UnknownVariable):
        render("Dear {{ client.nickname }}", text_values(FACTS))


def test_an_empty_value_is_never_a_hole():
    with pytest.raises(EmptyVariable):
        render("Issued {{ invoice.issued_on }}", text_values(replace(FACTS, issued_on=None)))


def test_a_line_without_its_optional_value_is_left_out():
    text = "One\n\nPay here: {{ pay.link }}\n\nTwo\n{{ firm.phone }}\nThree"
    assert render(text, text_values(FACTS)) == "One\n\nTwo\nThree"
    linked = text_values(replace(FACTS, pay_link="https://pay.example.com/x"))
    assert "Pay here: https://pay.example.com/x" in render(text, linked)


def test_ready_made_mails_ask_for_an_answer_from_the_due_day_on():
    mails = [step for made in READY_MADE_SETS for step in made.steps if step.kind == StepKind.email]
    first = ready_made_set("gentle").steps[0]
    asking = [step for step in mails if "answer.links" in parse(step.body)]
    assert all(step.offset_days >= 0 for step in asking)
    assert [step for step in mails if step not in asking] == [
        ready_made_set("standard").steps[0],
        first,
    ]


@given(st.text(min_size=1))
def test_a_value_is_never_read_as_a_template(name):
    values = {**example_values(), "client.name": name + "{{ invoice.number }}"}
    rendered = render("To {{ client.name }}!", values)
    assert "{{ invoice.number }}" in rendered


def test_a_subject_is_one_line():
    values = {**example_values(), "client.name": "Maria\r\nBcc: all@example.com"}
    assert render_subject("For {{ client.name }}", values) == "For Maria Bcc: all@example.com"


def test_a_subject_cannot_come_out_empty():
    with pytest.raises(EmptyVariable):
        render_subject("{{ matter.number }}", text_values(FACTS))


@pytest.mark.parametrize(
    ("changes", "greeting"),
    [
        ({}, "Maria"),
        ({"client_first_name": None}, "Maria Lopez"),
        ({"client_first_name": "  "}, "Maria Lopez"),
        ({"is_company": True, "client_name": "Acme Inc."}, "Acme Inc."),
    ],
)
def test_greeting(changes, greeting):
    assert text_values(replace(FACTS, **changes))["client.first_name"] == greeting


@pytest.mark.parametrize(
    ("today", "words"),
    [("2026-02-27", "0 days"), ("2026-03-03", "1 day"), ("2026-03-17", "15 days")],
)
def test_days_overdue_come_with_their_word(today, words):
    values = text_values(replace(FACTS, today=date.fromisoformat(today)))
    assert values["invoice.days_overdue"] == words


def test_every_variable_has_a_value_and_an_example():
    assert text_values(FACTS).keys() == VARIABLES.keys() == example_values().keys()
    assert all(example_values().values())


STEPS = [
    pytest.param(step, id=f"{made.key} {step.offset_days:+}")
    for made in READY_MADE_SETS
    for step in made.steps
]


@pytest.mark.parametrize("step", STEPS)
def test_ready_made_texts_are_clean_and_complete(step):
    found = lint(step.subject, step.body, kind=step.kind, days_overdue=step.offset_days)
    assert found == []
    assert render_subject(step.subject, text_values(FACTS))
    body = render(step.body, text_values(FACTS))
    assert "{{" not in body
    assert "\n\n\n" not in body
    if step.kind == StepKind.email:
        assert body.startswith("Dear Maria,")
        assert "$1,234.50" in body
        assert body.endswith("Example Law Billing")


def test_mails_of_a_set_share_one_subject():
    for made in READY_MADE_SETS:
        mails = [step for step in made.steps if step.kind == StepKind.email]
        assert len({step.subject for step in mails}) == bool(mails)


@pytest.mark.parametrize(
    ("key", "offsets"),
    [
        ("standard", [-3, 0, 7, 15, 30, 45, 60]),
        ("gentle", [7, 21, 45]),
        ("firm", [0, 5, 12, 20, 30]),
        ("monthly_statement", [0]),
        ("blank", []),
    ],
)
def test_the_days_of_the_ready_made_sets(key, offsets):
    made = ready_made_set(key)
    assert [step.offset_days for step in made.steps] == offsets
    final = [step.offset_days for step in made.steps if step.needs_approval]
    assert final == ([offsets[-1]] if key in ("standard", "firm") else [])
    calls = [step.offset_days for step in made.steps if step.kind == StepKind.call_task]
    assert calls == ([45] if key == "standard" else [])


def test_the_statement_comes_each_month():
    (step,) = ready_made_set("monthly_statement").steps
    assert (step.anchor, step.repeat_every_days, step.repeat_max) == (Anchor.month, None, 12)
    assert step.is_statement


def a_line(number="1042", due_on=date(2026, 3, 2), cents=100):
    amount = Money(cents, "USD")
    return InvoiceLine(number, due_on, due_on, amount, Money(0, "USD"), amount)


def of_several(*lines):
    return text_values(about_all(replace(FACTS, due_on=lines[0].due_on), lines))


def test_a_mail_about_several_never_tells_of_one_what_is_not_true_of_all():
    values = of_several(a_line(), a_line("1043", date(2026, 3, 9)), a_line("1051", None))
    assert values["invoices.names"] == "invoices 1042, 1043 and 1051"
    assert values["invoice.due_on"] == "March 2, 2026 or later"
    assert values["invoice.days_overdue"] == "up to 15 days"
    assert values["invoices.count"] == "3 invoices"
    assert values["invoice.balance"] == values["invoices.total_balance"] == "$3.00"


def test_what_is_true_of_all_is_said_plainly():
    values = of_several(a_line(), a_line("1043"))
    assert values["invoice.due_on"] == "March 2, 2026"
    assert values["invoice.days_overdue"] == "15 days"


def test_many_are_counted():
    values = of_several(*(a_line(str(number)) for number in range(1, 13)))
    assert values["invoices.names"] == "invoices 1, 2, 3 and 9 more"
    assert len(values["invoices.table"].splitlines()) == 13


def test_several_currencies_have_no_sum():
    other = replace(a_line(), balance=Money(100, "CAD"))
    with pytest.raises(ValueError, match="cannot be added"):
        about_all(FACTS, (a_line(), other))


@given(st.lists(st.integers(0, 10**9), min_size=2, max_size=9))
def test_a_total_is_the_sum_of_its_rows_to_the_cent(cents):
    lines = tuple(a_line(str(n), cents=amount) for n, amount in enumerate(cents))
    assert about_all(FACTS, lines).balance == Money(sum(cents), "USD")


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{{ invoices.names }} from us", "Invoice 1042 from us"),
        ("Is {{ invoices.names }} paid? {{ invoices.names }} is.", None),
        ("<p>{{ invoices.names }}", "<p>Invoice 1042"),
        ("{{ client.name }}", "maria"),
    ],
)
def test_a_sentence_begins_with_a_capital(text, filled):
    values = text_values(replace(FACTS, client_name="maria"))
    expected = filled or "Is invoice 1042 paid? Invoice 1042 is."
    assert fill_line(text, values) == expected


@given(
    st.sampled_from([step for made in READY_MADE_SETS for step in made.steps]),
    st.text(min_size=1, max_size=30),
    st.integers(1, 6),
)
def test_no_ready_made_text_has_a_hole(step, name, count):
    lines = tuple(a_line(str(1042 + n), date(2026, 3, 2 + n)) for n in range(count))
    facts = about_all(replace(FACTS, client_name=name.replace("{", "") + "x"), lines)
    text = render_subject(step.subject, text_values(facts)) + render(step.body, text_values(facts))
    assert "{{" not in text
    assert str(Money(100 * count, "USD").amount_minor // 100) in text
