"""Trying out an API key before it is stored: whose it is, and what it may do."""

import re
from dataclasses import dataclass
from typing import Any

import stripe

from invoice_tracker.core.errors import FieldError, Invalid, Unavailable
from invoice_tracker.integrations.stripe.client import (
    KeyProblem,
    PermissionProblem,
    in_plain_words,
)
from invoice_tracker.integrations.stripe.permissions import (
    Permission,
    lacking_permissions,
    required_among,
)
from invoice_tracker.integrations.stripe.schemas import StripePermissionOut
from invoice_tracker.ports import GatewayProblem

PREFIXES = ("rk_live_", "rk_test_", "sk_live_", "sk_test_")


class KeyLacksPermissions(Invalid):
    """The key is good, but may not do what taking a payment needs."""

    code = "stripe_key_lacks_permissions"

    def __init__(self, missing: list[Permission], lacking: frozenset[str]) -> None:
        names = ", ".join(one.label for one in missing)
        message = f"The key lacks permissions. Please allow in Stripe: {names}."
        super().__init__(message, errors=[FieldError(field="api_key", message=message)])
        self._lacking = lacking

    def extensions(self) -> dict[str, Any]:
        """``permissions``: each one, and whether the key has it."""
        found = StripePermissionOut.all_of(self._lacking)
        return {"permissions": [one.model_dump(mode="json") for one in found]}


@dataclass(frozen=True, slots=True)
class CheckedKey:
    """What Stripe told of a key. ``account_name`` is the number where the name may not be read."""

    account_id: str
    account_name: str
    livemode: bool
    lacking: frozenset[str]


def key_hint(api_key: str) -> str:
    """Enough to recognise a key by, and too little to use it: ``rk_test_…abcd``."""
    return f"{api_key[:8]}…{api_key[-4:]}"


async def check_key(client: stripe.StripeClient, api_key: str) -> CheckedKey:
    """Ask Stripe harmless questions, one for each permission.

    Raises ``Invalid`` in plain words when the key will not do (``KeyLacksPermissions`` with the
    whole list), ``Unavailable`` when Stripe does not answer.
    """
    _check_form(api_key)
    livemode = "_live_" in api_key
    try:
        account_id, account_name = await _whose(client, livemode=livemode)
        lacking = await lacking_permissions(client)
    except KeyProblem as error:
        raise _wrong("Stripe does not know this key. Please copy it again.") from error
    except GatewayProblem as error:
        raise Unavailable(str(error)) from error
    missing = required_among(lacking)
    if missing:
        raise KeyLacksPermissions(missing, lacking)
    return CheckedKey(account_id, account_name, livemode, lacking)


async def _whose(client: stripe.StripeClient, *, livemode: bool) -> tuple[str, str]:
    """The account's id and name. A key that may not read it is told the id with the refusal."""
    try:
        with in_plain_words():
            account = await client.v1.accounts.retrieve_current_async()
    except PermissionProblem as problem:
        named = re.search(r"\bacct_\w+", str(problem))
        if named is None:
            raise _wrong("The key may not read the account. Please allow: Accounts (Read).") from (
                problem
            )
        return named[0], named[0]
    if livemode and not account.charges_enabled:
        raise _wrong("This Stripe account cannot take payments yet. Please finish its set-up.")
    return account.id, account_name(account)


def _check_form(api_key: str) -> None:
    if api_key.startswith(("pk_live_", "pk_test_")):
        raise _wrong("This is a publishable key. Please paste a restricted key (rk_…).")
    if api_key.startswith("whsec_"):
        raise _wrong("This is a webhook's signing secret. Please paste a restricted key (rk_…).")
    if not api_key.startswith(PREFIXES) or not api_key.isascii() or " " in api_key:
        raise _wrong("A Stripe key begins with rk_live_, rk_test_, sk_live_ or sk_test_.")


def _wrong(message: str) -> Invalid:
    return Invalid(message, errors=[FieldError(field="api_key", message=message)])


def account_name(account: stripe.Account) -> str:
    """What the account calls itself in the dashboard; else its business, address or number."""
    profile = account.business_profile
    settings = account.settings
    dashboard = settings.dashboard if settings is not None else None
    names = (
        dashboard.display_name if dashboard is not None else None,
        profile.name if profile is not None else None,
        account.email,
    )
    return next((name for name in names if name), account.id)
