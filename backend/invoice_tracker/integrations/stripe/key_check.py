"""Trying out an API key before it is stored: whose it is, and what it may do."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any

import stripe

from invoice_tracker.core.errors import FieldError, Invalid, Unavailable
from invoice_tracker.integrations.stripe.client import (
    KeyProblem,
    PermissionProblem,
    in_plain_words,
)
from invoice_tracker.ports import GatewayProblem, GatewayRefusal

PREFIXES = ("rk_live_", "rk_test_", "sk_live_", "sk_test_")


@dataclass(frozen=True, slots=True)
class CheckedKey:
    """What Stripe told of a key."""

    account_id: str
    account_name: str
    livemode: bool


def key_hint(api_key: str) -> str:
    """Enough to recognise a key by, and too little to use it: ``rk_test_…abcd``."""
    return f"{api_key[:8]}…{api_key[-4:]}"


async def check_key(client: stripe.StripeClient, api_key: str) -> CheckedKey:
    """Ask Stripe harmless questions. Raises ``Invalid`` in plain words when the key will not do,
    ``Unavailable`` when Stripe does not answer.
    """
    _check_form(api_key)
    try:
        account = await _account(client)
        missing = await _missing_permissions(client)
    except KeyProblem as error:
        raise _wrong("Stripe does not know this key. Please copy it again.") from error
    except PermissionProblem as error:
        raise _wrong("The key may not read the account. Please allow it: Account, read.") from error
    except GatewayProblem as error:
        raise Unavailable(str(error)) from error
    if missing:
        raise _wrong(f"The key lacks permissions. Please allow: {', '.join(missing)}.")
    livemode = "_live_" in api_key
    if livemode and not account.charges_enabled:
        raise _wrong("This Stripe account cannot take payments yet. Please finish its set-up.")
    return CheckedKey(account.id, _name(account), livemode)


def _check_form(api_key: str) -> None:
    if api_key.startswith(("pk_live_", "pk_test_")):
        raise _wrong("This is a publishable key. Please paste a restricted key (rk_…).")
    if api_key.startswith("whsec_"):
        raise _wrong("This is a webhook's signing secret. Please paste a restricted key (rk_…).")
    if not api_key.startswith(PREFIXES) or not api_key.isascii() or " " in api_key:
        raise _wrong("A Stripe key begins with rk_live_, rk_test_, sk_live_ or sk_test_.")


def _wrong(message: str) -> Invalid:
    return Invalid(message, errors=[FieldError(field="api_key", message=message)])


async def _account(client: stripe.StripeClient) -> stripe.Account:
    with in_plain_words():
        return await client.v1.accounts.retrieve_current_async()


def _name(account: stripe.Account) -> str:
    profile = account.business_profile
    settings = account.settings
    dashboard = settings.dashboard if settings is not None else None
    names = (
        dashboard.display_name if dashboard is not None else None,
        profile.name if profile is not None else None,
        account.email,
    )
    return next((name for name in names if name), account.id)


async def _missing_permissions(client: stripe.StripeClient) -> list[str]:
    """Names of what the key may not do, as Stripe's dashboard calls them."""
    v1 = client.v1
    tries: dict[str, Awaitable[Any]] = {
        # Asking for a session without saying what is sold makes none: it is either not allowed,
        # or refused for what it lacks.
        "Checkout Sessions (write)": v1.checkout.sessions.create_async({"mode": "payment"}),
        "Payment Intents (read)": v1.payment_intents.list_async({"limit": 1}),
        "Charges (read)": v1.charges.list_async({"limit": 1}),
        "Disputes (read)": v1.disputes.list_async({"limit": 1}),
        "Events (read)": v1.events.list_async({"limit": 1}),
    }
    allowed = await asyncio.gather(*map(_is_allowed, tries.values()))
    return [name for name, may in zip(tries, allowed, strict=True) if not may]


async def _is_allowed(question: Awaitable[Any]) -> bool:
    try:
        with in_plain_words():
            await question
    except PermissionProblem:
        return False
    except GatewayRefusal:
        return True
    return True
