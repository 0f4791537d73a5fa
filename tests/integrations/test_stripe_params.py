"""What is sent to Stripe, held against the types of its own SDK."""

import re
import typing
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import stripe
from stripe.params import WebhookEndpointCreateParams
from stripe.params.checkout import SessionCreateParams

from integrations.stripe_world import StripeWorld, stripe_world
from invoice_tracker.core.deps import Adapters
from invoice_tracker.domain.money import Money
from invoice_tracker.integrations.stripe.checkout_params import (
    checkout_params,
    idempotency_key,
    stripe_amount,
)
from invoice_tracker.integrations.stripe.endpoint import API_VERSION
from invoice_tracker.integrations.stripe.events import WANTED
from invoice_tracker.integrations.stripe.jobs import look_at_open_checkouts, read_payment_again
from invoice_tracker.ports import CheckoutItem, CheckoutRequest, GatewayRefusal, RefundRequest
from stripe_sdk import NAMED, held_against_the_sdk, hints_of, misfits, named_in_the_product, source

# The SDK hands httpx its body in the old way.
old_way = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")


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


def test_every_parameter_of_a_checkout_is_one_the_sdk_knows() -> None:
    assert misfits(dict(checkout_params(uuid4(), request())), SessionCreateParams) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"colour": "blue"}, "colour is not known"),
        ({"line_items": [{"price_data": {"product_data": {"size": 1}}}]}, "size is not known"),
        ({"expires_at": "tomorrow"}, "expires_at: 'tomorrow' is no <class 'int'>"),
        ({"line_items": {"quantity": 1}}, "is no list"),
        ({"metadata": {"invoice_id": 5}}, "metadata.invoice_id: 5"),
        ({"line_items": [{"quantity": "2"}]}, "quantity: '2'"),
        ({"adaptive_pricing": {"enabled": "no"}}, "enabled: 'no'"),
    ],
)
def test_what_the_sdk_does_not_know_would_be_noticed(change: dict[str, Any], said: str) -> None:
    params = dict(checkout_params(uuid4(), request())) | change
    assert said in str(misfits(params, SessionCreateParams))


def test_what_the_sdk_requires_would_be_missed() -> None:
    assert misfits({"url": "https://pay.example"}, WebhookEndpointCreateParams) == [
        ".enabled_events is missing"
    ]
    price = {"price_data": {"product_data": {"name": "Invoice 1042"}}}
    assert ".currency is missing" in str(misfits({"line_items": [price]}, SessionCreateParams))


def test_the_amount_is_in_minor_units_and_the_ways_to_pay_are_the_accounts_choice() -> None:
    params = checkout_params(uuid4(), request())
    price = params["line_items"][0]["price_data"]
    assert (price["unit_amount"], price["currency"]) == (12_345, "usd")
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
    hints = hints_of(WebhookEndpointCreateParams)
    events = set(typing.get_args(typing.get_args(hints["enabled_events"])[0]))
    assert set(WANTED) <= {name for option in events for name in names(option)}
    assert API_VERSION in set(names(hints["api_version"]))


def names(hint: Any) -> list[str]:
    if isinstance(hint, str):
        return [hint]
    return [found for option in typing.get_args(hint) for found in names(option)]


@old_way
async def test_every_call_of_the_product_is_held_against_the_sdk(
    committed_adapters: Adapters,
) -> None:
    """Everything the product asks of Stripe, asked once; a call that is new has to be added."""
    async with stripe_world(committed_adapters) as world:
        await world.connect()
        await world.connect("sk_test_sandbox")
        await take_money(world)
        await give_money_back(world)
        await read_all_there_is(world)
        await world.browser.post(
            "/api/v1/stripe/connection/disconnect", json={"confirm": "DISCONNECT"}
        )
        assert named_in_the_product() - world.calls == set()


async def take_money(world: StripeWorld) -> None:
    left = await world.press()
    await world.gateway.look_at_checkouts(world.firm.id, [left])
    await world.gateway.expire_checkout(world.firm.id, left)
    await world.set_invoice(clio_balance_minor=100_000)
    await world.pay()
    await world.work()


async def give_money_back(world: StripeWorld) -> None:
    payment = await world.payment()
    assert payment.stripe_payment_intent_id is not None
    asked = RefundRequest(
        uuid4(), payment.id, payment.stripe_payment_intent_id, Money(500, "USD"), asked_before=True
    )
    await world.gateway.give_refund(world.firm.id, asked)
    await world.do(f"payment_intents/{payment.stripe_payment_intent_id}/dispute")
    await world.work()


async def read_all_there_is(world: StripeWorld) -> None:
    now, firm_id = world.adapters.clock.now(), world.firm.id
    since = now - timedelta(days=1)
    found = await world.gateway.list_payments(firm_id, since=since)
    intents = [one.intent_id for one in found.payments]
    await world.gateway.get_payments(firm_id, intents)
    await world.gateway.list_moved(firm_id, since=since)
    await read_payment_again(world.adapters, firm_id, intents[0])
    for days in (1, 40):
        world.adapters.clock.move(days=days)  # type: ignore[attr-defined]
        await look_at_open_checkouts(world.adapters, firm_id)


def test_every_call_is_written_so_that_it_is_counted() -> None:
    """By its whole path from ``v1``: what is not, the test above would not miss."""
    text = source()
    others = {"close_async", "raw_request_async"}
    named = [path.rpartition(".")[2] for path in NAMED.findall(text)]
    assert named == [name for name in re.findall(r"\.(\w+_async)\b", text) if name not in others]


async def test_a_wrong_call_never_reaches_stripe_and_is_not_swallowed() -> None:
    client = stripe.StripeClient("rk_test_none", http_client=stripe.HTTPXClient())
    wrong: Any = {"charge": "ch_1", "colour": "blue"}
    stray: Any = {"charge": "ch_1", "stripe_account": "acct_1"}
    for params, said in ((wrong, "colour is not known"), (stray, "stripe_account is an option")):
        with pytest.raises(AssertionError, match=said), held_against_the_sdk():
            await swallowing(client, params)


async def swallowing(client: stripe.StripeClient, params: Any) -> None:
    with suppress(AssertionError):
        await client.v1.refunds.list_async(params)
