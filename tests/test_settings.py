"""Production refuses what is only good for trying out."""

import pytest
from pydantic import SecretStr, ValidationError

from invoice_tracker.settings import ClockKind, Environment, Settings

GOOD = {
    "_env_file": None,
    "environment": Environment.production,
    "public_url": "https://invoices.example.com",
    "secret_keys": [SecretStr("x" * 40)],
}


def test_a_sound_production_is_accepted() -> None:
    assert Settings(**GOOD).public_url == "https://invoices.example.com"


@pytest.mark.parametrize(
    "weak",
    [
        {"secret_keys": [SecretStr("short")]},
        {"secret_keys": Settings.model_fields["secret_keys"].default},
        {"clock": ClockKind.sandbox},
        {"public_url": "http://invoices.example.com"},
    ],
)
def test_a_weak_production_is_refused(weak: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Settings(**(GOOD | weak))
