"""Bills as Clio writes them become bills in the product's terms: odd ones are told, not lost."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.clio_stub import a_bill
from invoice_tracker.integrations.clio.schemas import clean, parse_bills, to_minor
from invoice_tracker.integrations.clio.storing import to_records
from invoice_tracker.invoices.records import BillRecord

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def record(region: str = "us", **fields: Any) -> BillRecord:
    bills, problems = parse_bills([a_bill(1, **fields)])
    assert not problems
    return to_records(bills, base="https://app.clio.com", region=region, now=NOW)[0]


def test_a_whole_bill() -> None:
    bill = record(total=Decimal("1200.10"), due_at="2026-03-15")
    assert (bill.total_minor, bill.currency) == (120_010, "USD")
    assert bill.due_on == date(2026, 3, 15)
    assert bill.clio_url == "https://app.clio.com/nc/#/bills/1"
    assert bill.client is not None
    assert bill.client.email == "ada@example.org"


def test_nothing_but_what_is_owed() -> None:
    bare = dict.fromkeys(a_bill(1)) | {"state": "awaiting_payment", "total": 5, "balance": 5}
    bill = record(**{key: value for key, value in bare.items() if key != "id"}, region="eu")
    assert (bill.number, bill.client, bill.matters, bill.due_on) == ("1", None, (), None)
    assert (bill.currency, bill.paid_minor, bill.updated_at) == ("GBP", 0, NOW)


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("10.10", "USD", 1010), ("0.1", "USD", 10), ("1200", "JPY", 1200), ("1200.4", "JPY", 1200),
        ("1.234", "KWD", 1234), ("-5.00", "GBP", -500), ("0", "EUR", 0), ("33.335", "USD", 3334),
        ("0.30000000000000004", "USD", 30), ("99999999999.99", "USD", 9_999_999_999_999),
    ],
)  # fmt: skip
def test_amounts_in_minor_units(amount, currency, minor) -> None:
    assert to_minor(Decimal(amount), currency) == minor


@pytest.mark.parametrize(
    "odd",
    [
        {"balance": None}, {"balance": "abc"}, {"balance": True}, {"balance": Decimal("1e30")},
        {"state": "sleeping"}, {"state": None}, {"total": []}, {"due_at": "soon"}, {"client": 5},
        {"matters": "none"}, {"client": {"id": "x"}}, {"currency": {"code": "dollars"}},
    ],
)  # fmt: skip
def test_one_odd_bill_does_not_hide_the_others(odd) -> None:
    bills, problems = parse_bills([a_bill(1), a_bill(2, **odd), a_bill(3)])
    assert [bill.id for bill in bills] == [1, 3]
    assert list(problems) == [2]
    assert problems[2].startswith("Bill 2 could not be read from Clio (")


@pytest.mark.parametrize("item", [None, [], "bill", 5, {}, {"id": None}, {"id": -1}, {"id": 2**70}])
def test_what_is_no_bill_at_all(item) -> None:
    bills, problems = parse_bills([item])
    assert not bills
    assert len(problems) == 1


def test_trust_money_is_no_bill() -> None:
    bills, _ = parse_bills([a_bill(1, kind="trust_kind"), a_bill(2)])
    trust, bill = to_records(bills, base="", region="us", now=NOW)
    assert (trust.is_trust, trust.state) == (True, "deleted")
    assert (bill.is_trust, bill.state) == (False, "awaiting_payment")


@pytest.mark.parametrize(
    "address",
    [None, "", " ", "ada", "@example.org", "ada@", "ada@x.org\nBcc: all@x.org", "a b@x.org",
     "a@x.org, b@x.org", 5, "ada@x.org\0"[:0]],
)  # fmt: skip
def test_an_address_no_mail_can_go_to_counts_as_missing(address) -> None:
    client = a_bill(1)["client"] | {"primary_email_address": address}
    found = record(client=client).client
    assert found is not None
    assert found.email is None


@given(name=st.text(alphabet=st.characters(), max_size=40))
def test_any_name_can_be_stored(name: str) -> None:
    client = a_bill(1)["client"] | {"name": name}
    bill = record(client=client, number=name)
    assert bill.client is not None
    # A name of nothing but what cannot be stored is none, as of a contact that Clio hides.
    assert bill.client.name or not clean(name)
    for text in (bill.client.name or "Client", bill.number):
        assert text
        assert "\0" not in text
        text.encode("utf-8")


def test_half_a_character_becomes_a_question_mark() -> None:
    assert clean("Z\ud83d\ude00") != ""
    assert clean("Zoë \ud800!") == "Zoë ?!"
    assert clean("日本 👩🏽‍⚖️") == "日本 👩🏽‍⚖️"
