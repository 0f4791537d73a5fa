"""What an API key may do at Stripe, found out one permission at a time by asking for nothing."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

import stripe

from invoice_tracker.integrations.stripe.client import PermissionProblem, in_plain_words
from invoice_tracker.ports import GatewayRefusal

NOTHING: Final = "does_not_exist"
"""End of an id that no object has: asked to change it, Stripe refuses the key, or finds nothing."""


@dataclass(frozen=True, slots=True)
class Permission:
    """One line of the page on which a restricted key is made, named as it is there.

    ``without_it`` says what the product does differently; a permission without it is required.
    """

    key: str
    name: str
    access: str
    purpose: str
    ask: Callable[[stripe.StripeClient], Awaitable[Any]]
    without_it: str | None = None

    @property
    def is_required(self) -> bool:
        """Whether no payment can be taken without it."""
        return self.without_it is None

    @property
    def label(self) -> str:
        """As in ``Checkout Sessions (Write)``."""
        return f"{self.name} ({self.access})"


PERMISSIONS: Final = (
    Permission(
        "checkout_session_write",
        "Checkout Sessions",
        "Write",
        "Opens the page on which a client pays, and closes it when the invoice is paid elsewhere.",
        # Without saying what is sold none is made: not allowed, or refused for what it lacks.
        lambda client: client.v1.checkout.sessions.create_async({"mode": "payment"}),
    ),
    Permission(
        "payment_intent_read",
        "Payment Intents",
        "Read",
        "Sees whether a payment has arrived, is on its way, or has failed.",
        lambda client: client.v1.payment_intents.list_async({"limit": 1}),
    ),
    Permission(
        "charge_read",
        "Charges and Refunds",
        "Read",
        "Sees how a payment was made, and what was given back.",
        lambda client: client.v1.charges.list_async({"limit": 1}),
    ),
    Permission(
        "dispute_read",
        "Disputes",
        "Read",
        "Sees when a client's bank takes a payment back.",
        lambda client: client.v1.disputes.list_async({"limit": 1}),
    ),
    Permission(
        "charge_write",
        "Charges and Refunds",
        "Write",
        "Gives refunds from a payment's page.",
        lambda client: client.v1.refunds.create_async({"charge": f"ch_{NOTHING}"}),
        without_it="Refunds have to be given in Stripe's dashboard; they are noticed here.",
    ),
    Permission(
        "webhook_write",
        "Webhook Endpoints",
        "Write",
        "Has Stripe tell of each payment at once.",
        lambda client: client.v1.webhook_endpoints.update_async(f"we_{NOTHING}", {}),
        without_it="Payments are noticed by asking Stripe every minute, or by an endpoint that "
        "you make in Stripe yourself.",
    ),
    Permission(
        "event_read",
        "Events",
        "Read",
        "Catches up with what Stripe could not deliver, in one question.",
        lambda client: client.v1.events.list_async({"limit": 1}),
        without_it="Catching up reads every payment by itself, which takes longer.",
    ),
    Permission(
        "account_read",
        "Accounts",
        "Read",
        "Shows the name of the Stripe account, and whether it may take payments.",
        lambda client: client.v1.accounts.retrieve_current_async(),
        without_it="The account is shown by its number only.",
    ),
)


async def lacking_permissions(client: stripe.StripeClient) -> frozenset[str]:
    """Keys of what the key may not do. Raises ``GatewayProblem`` where Stripe does not answer."""
    allowed = await asyncio.gather(*(_is_allowed(one.ask(client)) for one in PERMISSIONS))
    return frozenset(one.key for one, may in zip(PERMISSIONS, allowed, strict=True) if not may)


async def _is_allowed(question: Awaitable[Any]) -> bool:
    try:
        with in_plain_words():
            await question
    except PermissionProblem:
        return False
    except GatewayRefusal:
        # It was allowed to ask; there is nothing of the kind.
        return True
    return True


def required_among(lacking: Iterable[str]) -> list[Permission]:
    """Those without which no payment can be taken."""
    missing = set(lacking)
    return [one for one in PERMISSIONS if one.is_required and one.key in missing]
