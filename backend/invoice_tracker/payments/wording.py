"""Amounts as people write them."""

from decimal import Decimal

from babel.numbers import format_currency, get_currency_precision

from invoice_tracker.domain.money import Money


def in_words(money: Money) -> str:
    """``$1,200.00``, ``¥5,000``, ``CA$12.50``: in American English, whatever the currency."""
    places = get_currency_precision(money.currency)
    amount = Decimal(money.amount_minor).scaleb(-places)
    return str(format_currency(amount, money.currency, locale="en_US"))
