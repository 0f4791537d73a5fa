"""Amounts and days as people write them."""

from datetime import date
from decimal import Decimal

from babel.numbers import format_currency, get_currency_precision

from invoice_tracker.domain.money import Money


def format_money(money: Money) -> str:
    """``$1,200.00``, ``¥5,000``, ``CA$12.50``: in American English, whatever the currency."""
    places = get_currency_precision(money.currency)
    amount = Decimal(money.amount_minor).scaleb(-places)
    return str(format_currency(amount, money.currency, locale="en_US"))


def format_day(day: date | None) -> str:
    """A calendar day: 3 Dec 2026."""
    return f"{day.day} {day:%b %Y}" if day else "none"
