"""What is sent to Stripe, held against the types of its own SDK."""

import sys
import typing
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from stripe.params import WebhookEndpointCreateParams
from stripe.params.checkout import SessionCreateParams
from stripe.params.checkout import _session_create_params as sdk
from typing_extensions import is_typeddict

from invoice_tracker.domain.money import Money
from invoice_tracker.integrations.stripe.checkout_params import (
    checkout_params,
    idempotency_key,
    stripe_amount,
)
from invoice_tracker.integrations.stripe.endpoint import API_VERSION
from invoice_tracker.integrations.stripe.events import WANTED
from invoice_tracker.ports import CheckoutItem, CheckoutRequest, GatewayRefusal

# Names that the SDK's modules import only for type checkers.
UNRESOLVED = {"StripeContext": str, "Mapping": Mapping}


def request(**changes: Any) -> CheckoutRequest:
    fields: dict[str, Any] = {
        "checkout_id": uuid4(),
        "items": (CheckoutItem(uuid4(), "1042", Money(12_345, "USD")),),
        "firm_name": "Hale & Moreno LLP",
        "customer_email": "ada@example.org",
        "success_url": "https://pay.example/receipt?session_id={CHECKOUT_SESSION_ID}",
        "cancel_url": "https://pay.example/",
        "expires_at": datetime(2026, 3, 3, tzinfo=UTC),
    }
    return CheckoutRequest(**(fields | changes))


def known_to_sdk(value: Any, kind: Any) -> None:
    """Each key of ``value`` is a key of the TypedDict ``kind``, all the way down."""
    hints = typing.get_type_hints(kind, vars(sdk) | UNRESOLVED)
    assert set(value) <= set(hints), set(value) - set(hints)
    for key, inner in value.items():
        for item in inner if isinstance(inner, list) else [inner]:
            for option in typed_dicts(hints[key]) if isinstance(item, dict) else []:
                known_to_sdk(item, option)


def typed_dicts(hint: Any) -> list[Any]:
    if is_typeddict(hint):
        return [hint]
    return [found for option in typing.get_args(hint) for found in typed_dicts(option)]


def test_every_parameter_is_one_the_sdk_knows() -> None:
    known_to_sdk(checkout_params(uuid4(), request()), SessionCreateParams)


def test_a_parameter_nobody_knows_would_be_noticed() -> None:
    params: dict[str, Any] = dict(checkout_params(uuid4(), request()))
    params["line_items"][0]["price_data"]["product_data"]["colour"] = "blue"
    with pytest.raises(AssertionError, match="colour"):
        known_to_sdk(params, SessionCreateParams)


def test_every_required_parameter_is_there() -> None:
    params = checkout_params(uuid4(), request())
    price = params["line_items"][0]["price_data"]
    assert sdk.SessionCreateParamsLineItemPriceData.__required_keys__ <= set(price)
    assert price["unit_amount"] == 12_345
    assert price["currency"] == "usd"
    assert "payment_method_types" not in params


def test_the_marks_are_on_session_and_payment() -> None:
    firm_id, asked = uuid4(), request()
    params = checkout_params(firm_id, asked)
    marks = {
        "firm_id": str(firm_id),
        "invoice_id": str(asked.items[0].invoice_id),
        "checkout_id": str(asked.checkout_id),
    }
    assert params["metadata"] == params["payment_intent_data"]["metadata"] == marks


def test_the_same_checkout_has_the_same_key() -> None:
    checkout_id = uuid4()
    assert idempotency_key(checkout_id) == idempotency_key(checkout_id)
    assert idempotency_key(checkout_id) != idempotency_key(uuid4())


def test_without_an_address_none_is_sent() -> None:
    assert "customer_email" not in checkout_params(uuid4(), request(customer_email=None))


@pytest.mark.parametrize(
    ("money", "amount"),
    [
        (Money(12_345, "USD"), 12_345),
        (Money(5_000, "JPY"), 5_000),
        (Money(12_340, "KWD"), 12_340),
        (Money(500_000, "ISK"), 500_000),
    ],
)
def test_amounts_as_stripe_counts_them(money: Money, amount: int) -> None:
    assert stripe_amount(money) == amount


@pytest.mark.parametrize("money", [Money(12_345, "KWD"), Money(500_050, "ISK")])
def test_fractions_that_cannot_be_charged(money: Money) -> None:
    with pytest.raises(GatewayRefusal):
        stripe_amount(money)


def test_the_endpoint_asks_for_events_that_exist() -> None:
    module = vars(sys.modules[WebhookEndpointCreateParams.__module__])
    hints = typing.get_type_hints(WebhookEndpointCreateParams, module | UNRESOLVED)
    events = set(typing.get_args(typing.get_args(hints["enabled_events"])[0]))
    assert set(WANTED) <= {name for option in events for name in names(option)}
    assert API_VERSION in set(names(hints["api_version"]))


def names(hint: Any) -> list[str]:
    if isinstance(hint, str):
        return [hint]
    return [found for option in typing.get_args(hint) for found in names(option)]
