"""Amounts: exact, in one currency, written as people write them."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoice_tracker.domain.money import (
    THREE_DECIMAL,
    ZERO_DECIMAL,
    MixedCurrencies,
    Money,
    format_money,
    from_hundredths,
    minor_digits,
    read_amount,
    to_decimal,
    to_minor,
    total,
    totals,
)

TOP = Path(__file__).resolve().parents[2]
CURRENCIES = st.sampled_from(["USD", "CAD", "EUR", "GBP", "JPY", "KRW", "KWD", "TND", "CHF"])


@pytest.mark.parametrize(
    ("currency", "digits"), [("USD", 2), ("usd", 2), ("JPY", 0), ("KWD", 3), ("ISK", 2)]
)
def test_minor_digits(currency, digits):
    assert minor_digits(currency) == digits


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("1234.5", "USD", 123450),
        ("0.1", "USD", 10),
        ("1E+3", "USD", 100000),
        ("-0.01", "EUR", -1),
        ("1234", "JPY", 1234),
        ("1234.00", "JPY", 1234),
        ("1.234", "KWD", 1234),
        ("10.1000", "USD", 1010),
    ],
)
def test_to_minor_is_exact(amount, currency, minor):
    assert to_minor(Decimal(amount), currency) == minor


@pytest.mark.parametrize(
    ("amount", "currency"), [("0.001", "USD"), ("0.5", "JPY"), ("1.2345", "KWD"), ("NaN", "USD")]
)
def test_to_minor_refuses_what_is_not_exact(amount, currency):
    with pytest.raises(ValueError, match=r"decimals|not an amount"):
        to_minor(Decimal(amount), currency)


@given(st.integers(-(10**12), 10**12), CURRENCIES)
def test_there_and_back(minor, currency):
    assert to_minor(to_decimal(Money(minor, currency)), currency) == minor


@pytest.mark.parametrize(
    ("money", "text"),
    [
        (Money(123450, "USD"), "$1,234.50"),
        (Money(-500, "USD"), "-$5.00"),
        (Money(0, "USD"), "$0.00"),
        (Money(1000, "CAD"), "CA$10.00"),
        (Money(1000, "EUR"), "€10.00"),
        (Money(1000, "GBP"), "£10.00"),
        (Money(1235, "JPY"), "¥1,235"),
        (Money(1234500, "KWD"), "1,234.500 KWD"),
        (Money(-1000, "CHF"), "-10.00 CHF"),
    ],
)
def test_format_money(money, text):
    assert format_money(money) == text


def test_a_dollar_at_home_has_no_country():
    assert format_money(Money(1000, "CAD"), "en_CA") == "$10.00"
    assert format_money(Money(1000, "USD"), "en_CA") == "US$10.00"


def test_sums():
    assert Money(1, "USD") + Money(2, "USD") == Money(3, "USD")
    assert Money(1, "USD") - Money(2, "USD") == Money(-1, "USD")
    assert -Money(1, "USD") == Money(-1, "USD")
    assert total([Money(1, "USD"), Money(2, "USD"), Money(3, "USD")]) == Money(6, "USD")


def test_currencies_do_not_mix():
    with pytest.raises(MixedCurrencies):
        Money(1, "USD") + Money(1, "EUR")
    with pytest.raises(MixedCurrencies):
        Money(1, "USD") - Money(1, "EUR")
    with pytest.raises(MixedCurrencies):
        total([Money(1, "USD"), Money(1, "EUR")])


def test_the_total_of_nothing_has_no_currency():
    with pytest.raises(ValueError, match="nothing"):
        total([])


def test_one_total_for_each_currency():
    amounts = [Money(1, "USD"), Money(5, "EUR"), Money(2, "USD")]
    assert totals(amounts) == [Money(5, "EUR"), Money(3, "USD")]


@pytest.mark.parametrize(
    ("typed", "currency", "minor"),
    [
        ("1234.50", "USD", 123450),
        (" $1,234.5 ", "USD", 123450),
        ("$ 1 234", "USD", 123400),
        ("1,234,567.89", "USD", 123456789),
        (".5", "USD", 50),
        ("300.", "USD", 30000),
        ("300 usd", "USD", 30000),
        ("CA$10", "CAD", 1000),
        ("$10", "CAD", 1000),
        ("€20.10", "EUR", 2010),
        ("5,000", "JPY", 5000),
        ("1.234", "KWD", 1234),
    ],
)
def test_an_amount_as_people_type_it(typed, currency, minor):
    assert read_amount(typed, currency) == minor


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "abc",
        "-5",
        "100,50",
        "1.000,50",
        "1e3",
        "12.345",
        "10 EUR",
        "£10",
        "1,23",
        "٣",
        "9" * 30,
    ],
)
def test_what_is_no_amount_or_could_be_two(typed):
    with pytest.raises(ValueError, match=r"is not an amount|more decimals"):
        read_amount(typed, "USD")


def test_the_pages_know_the_same_decimals() -> None:
    """The front end's own table is this one."""
    source = (TOP / "frontend" / "src" / "lib" / "money.ts").read_text()
    for name, codes in (("ZERO_DECIMAL", ZERO_DECIMAL), ("THREE_DECIMAL", THREE_DECIMAL)):
        found = re.search(rf"const {name} = new Set\(\[(.*?)\]\)", source, re.DOTALL)
        assert found is not None
        assert set(re.findall(r"'([A-Z]{3})'", found[1])) == codes


@pytest.mark.parametrize(
    ("hundredths", "currency", "minor"),
    [
        (10_000, "USD", 10_000),
        (10_000, "JPY", 100),
        (10_050, "JPY", 101),
        (5, "KWD", 50),
        (0, "JPY", 0),
    ],
)
def test_a_rule_for_all_currencies(hundredths: int, currency: str, minor: int) -> None:
    assert from_hundredths(hundredths, currency) == minor
