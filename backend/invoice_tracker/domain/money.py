"""Amounts of money: whole minor units (cents) of one currency, never a float."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

ZERO_DECIMAL = frozenset(
    [
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "JPY",
        "KMF",
        "KRW",
        "MGA",
        "PYG",
        "RWF",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ]
)
THREE_DECIMAL = frozenset(["BHD", "JOD", "KWD", "OMR", "TND"])

_TYPED = re.compile(r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]*)?|\.[0-9]+")
_SYMBOLS = {
    "USD": "$",
    "CAD": "CA$",
    "AUD": "A$",
    "NZD": "NZ$",
    "EUR": "€",
    "GBP": "£",
    "JPY": "¥",
}
_AT_HOME = {
    "en_CA": {"USD": "US$", "CAD": "$"},
    "en_AU": {"USD": "US$", "AUD": "$"},
    "en_NZ": {"USD": "US$", "NZD": "$"},
    "en_GB": {"USD": "US$"},
}


class MixedCurrencies(ValueError):
    """Amounts of different currencies were added or compared."""


@dataclass(frozen=True, slots=True)
class Money:
    """``amount_minor`` minor units of ``currency`` (ISO 4217, capitals). May be negative."""

    amount_minor: int
    currency: str

    def __add__(self, other: "Money") -> "Money":
        """The sum. Raises ``MixedCurrencies``."""
        self._same_currency(other)
        return Money(self.amount_minor + other.amount_minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        """The difference. Raises ``MixedCurrencies``."""
        self._same_currency(other)
        return Money(self.amount_minor - other.amount_minor, self.currency)

    def __neg__(self) -> "Money":
        """The same amount the other way round."""
        return Money(-self.amount_minor, self.currency)

    def _same_currency(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise MixedCurrencies(f"{self.currency} and {other.currency} cannot be added")


def minor_digits(currency: str) -> int:
    """How many decimals the currency has: 0, 2 or 3."""
    code = currency.upper()
    if code in ZERO_DECIMAL:
        return 0
    return 3 if code in THREE_DECIMAL else 2


def to_minor(amount: Decimal, currency: str) -> int:
    """The amount in minor units, exactly. Raises ``ValueError`` where it cannot be exact."""
    if not amount.is_finite():
        raise ValueError(f"{amount} is not an amount")
    scaled = amount.scaleb(minor_digits(currency))
    whole = int(scaled)
    if whole != scaled:
        raise ValueError(f"{amount} has more decimals than {currency.upper()} allows")
    return whole


def from_hundredths(hundredths: int, currency: str) -> int:
    """Hundredths of a currency's unit in its minor units, rounded up: 10,000 is 100 of any.

    For a firm's rule that is said once for all currencies.
    """
    scale: int = 10 ** minor_digits(currency)
    return -(-hundredths * scale // 100)


def read_amount(typed: str, currency: str) -> int:
    """What somebody has typed, in minor units: ``1,234.50``, ``$1234.5``, ``1234.50 USD``.

    Raises ``ValueError`` for anything that could be read in two ways.
    """
    symbol = _SYMBOLS.get(currency, "")
    bare = re.sub(r"\s", "", typed).upper().removeprefix(currency).removesuffix(currency)
    bare = bare.removeprefix(symbol).removeprefix(symbol.lstrip("CANZ"))
    if not _TYPED.fullmatch(bare) or len(bare) > 20:
        raise ValueError(f"{typed[:20]!r} is not an amount")
    return to_minor(Decimal(bare.replace(",", "")), currency)


def to_decimal(money: Money) -> Decimal:
    """The amount in major units, with exactly the currency's decimals."""
    return Decimal(money.amount_minor).scaleb(-minor_digits(money.currency))


def total(amounts: Iterable[Money]) -> Money:
    """The sum of at least one amount. Raises ``MixedCurrencies``; ``ValueError`` for none."""
    remaining = iter(amounts)
    try:
        result = next(remaining)
    except StopIteration:
        raise ValueError("the total of nothing has no currency") from None
    for amount in remaining:
        result = result + amount
    return result


def totals(amounts: Iterable[Money]) -> list[Money]:
    """One sum for each currency, in the order of the currencies' codes."""
    sums: dict[str, int] = {}
    for amount in amounts:
        sums[amount.currency] = sums.get(amount.currency, 0) + amount.amount_minor
    return [Money(sums[currency], currency) for currency in sorted(sums)]


def format_money(money: Money, locale: str = "en_US") -> str:
    """The amount as people of an English-speaking place write it: ``$1,234.50``, ``1,234.500 KWD``.

    A dollar of another country than the reader's carries its country: ``CA$10.00``.
    """
    currency = money.currency.upper()
    number = f"{abs(to_decimal(money)):,.{minor_digits(currency)}f}"
    sign = "-" if money.amount_minor < 0 else ""
    symbol = _AT_HOME.get(locale, {}).get(currency) or _SYMBOLS.get(currency)
    return f"{sign}{symbol}{number}" if symbol else f"{sign}{number} {currency}"
