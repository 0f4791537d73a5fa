"""Calls to Stripe: one way to make a client, one way to turn its errors into words."""

from collections.abc import Generator
from contextlib import contextmanager

import httpx
import stripe

from invoice_tracker.ports import GatewayProblem, GatewayRefusal
from invoice_tracker.settings import Settings

TIMEOUT = httpx.Timeout(20, connect=5)
RETRIES = 2
"""For lost connections and server errors; each POST carries an idempotency key."""


class KeyProblem(GatewayProblem):
    """Stripe does not accept the key any more: only a person can mend that."""


class PermissionProblem(GatewayProblem):
    """The restricted key lacks a permission."""


def make_http_client() -> stripe.HTTPXClient:
    """Connections to Stripe, shared by the keys of all firms."""
    return stripe.HTTPXClient(timeout=TIMEOUT)


def make_client(
    settings: Settings, http_client: stripe.HTTPXClient, *, api_key: str
) -> stripe.StripeClient:
    """A client with one firm's key, to Stripe or to what ``STRIPE_API_BASE`` names."""
    base = settings.stripe_api_base
    return stripe.StripeClient(
        api_key,
        base_addresses={"api": base} if base else None,
        max_network_retries=RETRIES,
        http_client=http_client,
    )


class UnknownToStripe(GatewayRefusal):
    """The account of this key has no such thing."""


@contextmanager
def in_plain_words() -> Generator[None]:
    """Stripe's errors as ``GatewayProblem``: what happened, for people."""
    try:
        yield
    except stripe.AuthenticationError as error:
        raise KeyProblem("Stripe does not accept the key.") from error
    except stripe.PermissionError as error:
        raise PermissionProblem(
            f"The Stripe key lacks a permission. Stripe says: {_said(error)}"
        ) from error
    except stripe.RateLimitError as error:
        raise GatewayProblem("Stripe is busy. Please try again in a minute.") from error
    except stripe.APIConnectionError as error:
        raise GatewayProblem("Stripe does not answer at the moment.") from error
    except stripe.InvalidRequestError as error:
        problem = UnknownToStripe if error.http_status == 404 else GatewayRefusal
        raise problem(f"Stripe refused: {_said(error)}") from error
    except stripe.StripeError as error:
        raise GatewayProblem(f"Stripe has a problem: {_said(error)}") from error


def _said(error: stripe.StripeError) -> str:
    return error.user_message or "nothing more."
