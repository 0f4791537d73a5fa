"""Public holidays by country and region, as the holidays library knows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import holidays
from babel import Locale

from invoice_tracker.core.errors import FieldError, Invalid

YEARS = range(2020, 2051)
"""One span for all: a calendar is the key of caches, so it must not change from year to year."""
_ENGLISH = ("en_US", "en_GB", "en")


@dataclass(frozen=True, slots=True)
class Country:
    """A country by its ISO code; ``regions`` are pairs of code and name."""

    code: str
    name: str
    regions: Sequence[tuple[str, str]]


@lru_cache(maxsize=1)
def countries() -> Sequence[Country]:
    """All countries by name, each with its regions by name."""
    names = Locale("en").territories
    found = [
        Country(code, names.get(code, code), _regions(code, regions))
        for code, regions in holidays.list_supported_countries(include_aliases=False).items()
    ]
    return tuple(sorted(found, key=lambda country: country.name))


def check(country: str | None, region: str | None) -> None:
    """Raises ``Invalid`` for a country or region whose holidays nobody knows."""
    known = {each.code: each for each in countries()}
    if country is None:
        if region is not None:
            raise _invalid("holiday_region", "Please choose the country first.")
        return
    if country not in known:
        raise _invalid("holiday_country", "The holidays of this country are not known.")
    if region is not None and region not in {code for code, _ in known[country].regions}:
        raise _invalid("holiday_region", "This is not a region of the country.")


@lru_cache(maxsize=64)
def public_holidays(country: str, region: str | None) -> Mapping[date, str]:
    """The names of the holidays by day, in English where the library has them."""
    language = next(
        (name for name in _ENGLISH if name in _languages(country)),
        None,
    )
    found = holidays.country_holidays(country, subdiv=region, years=YEARS, language=language)
    return dict(found.items())


def _languages(country: str) -> Sequence[str]:
    supported: Sequence[str] = holidays.country_holidays(country).supported_languages
    return supported


def _regions(country: str, codes: Sequence[str]) -> Sequence[tuple[str, str]]:
    aliases = holidays.country_holidays(country).get_subdivision_aliases() if codes else {}
    named = [(code, (aliases.get(code) or [code])[0]) for code in codes]
    return tuple(sorted(named, key=lambda region: region[1]))


def _invalid(field: str, message: str) -> Invalid:
    return Invalid(message, errors=[FieldError(field=field, message=message)])
