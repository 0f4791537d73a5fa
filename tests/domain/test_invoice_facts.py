"""Ageing, sections, and why an invoice cannot be reminded."""

from dataclasses import replace
from datetime import date

import pytest
from domain.reminder_world import invoice

from invoice_tracker.domain.invoice_aging import AgeBucket, age_bucket, days_overdue, is_overdue
from invoice_tracker.domain.invoice_state import Section, section_of, why_not_remindable
from invoice_tracker.domain.reminder_schedule import InvoiceStatus, ReasonCode, SendingRules

TODAY = date(2026, 3, 31)


@pytest.mark.parametrize(
    ("due", "days", "bucket"),
    [
        ("2026-04-05", -5, AgeBucket.not_due),
        ("2026-03-31", 0, AgeBucket.not_due),
        ("2026-03-30", 1, AgeBucket.days_1_30),
        ("2026-03-01", 30, AgeBucket.days_1_30),
        ("2026-02-28", 31, AgeBucket.days_31_60),
        ("2026-01-30", 60, AgeBucket.days_31_60),
        ("2026-01-29", 61, AgeBucket.days_61_90),
        ("2025-12-31", 90, AgeBucket.days_61_90),
        ("2025-12-30", 91, AgeBucket.days_91_plus),
    ],
)
def test_ageing(due, days, bucket):
    due_on = date.fromisoformat(due)
    assert days_overdue(due_on, TODAY) == days
    assert is_overdue(due_on, TODAY) == (days > 0)
    assert age_bucket(due_on, TODAY) == bucket


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"recipient": None}, ReasonCode.no_address),
        ({"due_on": None}, ReasonCode.no_due_date),
        ({"balance_minor": 0}, ReasonCode.zero_balance),
        ({"balance_minor": -100}, ReasonCode.zero_balance),
        ({"balance_minor": 499}, ReasonCode.below_minimum_balance),
        ({"due_on": date(2025, 10, 1)}, ReasonCode.age_ceiling),
        ({"pending_minor": 1}, ReasonCode.payment_pending),
        ({"status": InvoiceStatus.unapproved}, ReasonCode.not_approved),
        ({"status": InvoiceStatus.void}, ReasonCode.void),
        ({"status": InvoiceStatus.paid}, ReasonCode.paid),
        ({"is_trust": True}, ReasonCode.trust_money),
    ],
)
def test_why_not_remindable(changes, code):
    bill = replace(invoice("2026-03-02"), **changes)
    assert [r.code for r in why_not_remindable(bill, rules=SendingRules(), today=TODAY)] == [code]


def test_an_ordinary_invoice_can_be_reminded():
    assert why_not_remindable(invoice("2026-03-02"), rules=SendingRules(), today=TODAY) == []


def test_all_reasons_are_told_the_address_first():
    bill = invoice(None, recipient=None, balance_minor=100)
    codes = [r.code for r in why_not_remindable(bill, rules=SendingRules(), today=TODAY)]
    assert codes == [
        ReasonCode.no_address,
        ReasonCode.no_due_date,
        ReasonCode.below_minimum_balance,
    ]


NOTHING = {
    "is_settled": False,
    "has_active_collection": False,
    "is_held": False,
    "has_completed_collection": False,
}


@pytest.mark.parametrize(
    ("status", "known", "section"),
    [
        ("open", set(), Section.no_reminders),
        ("open", {"has_active_collection"}, Section.active_reminders),
        ("open", {"has_active_collection", "is_held"}, Section.on_hold),
        ("open", {"is_held"}, Section.no_reminders),
        ("open", {"has_completed_collection"}, Section.completed),
        ("open", {"has_completed_collection", "has_active_collection"}, Section.active_reminders),
        ("open", {"is_settled", "has_active_collection", "is_held"}, Section.paid),
        ("paid", set(), Section.paid),
        ("void", {"has_active_collection"}, None),
        ("deleted", set(), None),
        ("unapproved", {"is_settled"}, None),
    ],
)
def test_sections(status, known, section):
    bill = invoice("2026-03-02", status=InvoiceStatus(status))
    assert section_of(bill, **{name: name in known for name in NOTHING}) == section
