"""The two accounts of the sandbox and the keys that open them."""

import base64
import binascii
from dataclasses import dataclass

from invoice_tracker.sandbox.stripe.errors import StripeProblem
from invoice_tracker.sandbox.stripe.store import Obj

FIRST = "acct_1SandboxLawLLP01"
SECOND = "acct_1SecondSandbox02"
NAMES = {FIRST: "Sandbox Law LLP", SECOND: "Second Sandbox PLLC"}


@dataclass(frozen=True)
class Key:
    """What an API key may do: `denied` holds permission names it lacks."""

    account_id: str
    denied: frozenset[str] = frozenset()


KEYS = {
    "sk_test_sandbox": Key(FIRST),
    "rk_test_sandbox": Key(FIRST),
    "rk_test_second": Key(SECOND),
    "rk_test_noperm": Key(FIRST, frozenset({"rak_webhook_read", "rak_webhook_write"})),
}
WITHOUT = "rk_test_without_"
"""Begins a key of the first account that lacks what follows: ``event_read-charge_write``."""


def authenticate(authorization: str | None, stripe_account: str | None) -> Key:
    """The key of a request. Raises Stripe's 401 for none or an unknown one, 403 for another's."""
    secret = _secret(authorization or "")
    if not secret:
        raise StripeProblem(
            401,
            "You did not provide an API key. You need to provide your API key in the Authorization "
            "header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
        )
    key = _key_of(secret)
    if key is None:
        raise StripeProblem(401, f"Invalid API Key provided: {_masked(secret)}")
    if stripe_account and stripe_account != key.account_id:
        raise StripeProblem(
            403,
            f"The provided key '{_masked(secret)}' does not have access to account "
            f"'{stripe_account}' (or that account does not exist).",
            code="account_invalid",
        )
    return key


def _key_of(secret: str) -> Key | None:
    if secret.startswith(WITHOUT):
        names = secret.removeprefix(WITHOUT).split("-")
        return Key(FIRST, frozenset(f"rak_{name}" for name in names))
    return KEYS.get(secret)


def require(key: Key, permission: str) -> None:
    """Raise Stripe's 403 where a restricted key lacks a permission."""
    if permission in key.denied:
        raise StripeProblem(
            403,
            "The provided key does not have the required permissions for this endpoint on account "
            f"'{key.account_id}'. Having the '{permission}' permission would allow this request "
            "to continue.",
        )


def _secret(authorization: str) -> str:
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return ""


def _masked(secret: str) -> str:
    return secret[:8] + "*" * max(len(secret) - 12, 0) + secret[-4:] if len(secret) > 12 else "****"


def account_object(account_id: str) -> Obj:
    """The `account` that `GET /v1/account` answers."""
    name = NAMES[account_id]
    return {
        "id": account_id,
        "object": "account",
        "business_profile": {
            "mcc": "8111",
            "name": name,
            "support_email": "billing@sandbox-law.test",
            "support_phone": "+12025550143",
            "url": "https://sandbox-law.test",
        },
        "business_type": "company",
        "capabilities": {"card_payments": "active", "us_bank_account_ach_payments": "active"},
        "charges_enabled": True,
        "controller": {"type": "account"},
        "country": "US",
        "created": 1735689600,
        "default_currency": "usd",
        "details_submitted": True,
        "email": "billing@sandbox-law.test",
        "metadata": {},
        "payouts_enabled": True,
        "settings": {
            "branding": {"icon": None, "logo": None, "primary_color": None},
            "dashboard": {"display_name": name, "timezone": "America/New_York"},
            "payments": {"statement_descriptor": "SANDBOX LAW"},
            "payouts": {"debit_negative_balances": True},
        },
        "type": "standard",
    }
