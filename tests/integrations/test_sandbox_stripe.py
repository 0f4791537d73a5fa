"""The sandbox Stripe, driven by the official SDK over a real port."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import stripe
from fastapi import FastAPI, Request, Response
from stripe.params.checkout import _session_create_params as sdk_params

from integrations.sandbox_serving import serving, until
from invoice_tracker.sandbox.stripe import session_params
from invoice_tracker.sandbox.stripe.app import create_app, pass_time
from invoice_tracker.sandbox.stripe.forms import parse_form
from invoice_tracker.sandbox.stripe.store import Store
from invoice_tracker.sandbox.stripe.webhooks import WebhookSender

ACCOUNT = "acct_1SandboxLawLLP01"
# The SDK hands httpx its body in the old way.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")


class Clock:
    """A clock the test moves."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class Receiver:
    """A webhook endpoint that keeps raw deliveries and answers from a list of statuses."""

    def __init__(self) -> None:
        self.got: list[tuple[bytes, str]] = []
        self.answers: list[int] = []
        self.app = FastAPI()
        self.app.add_api_route("/hook", self.take, methods=["POST"])

    async def take(self, request: Request) -> Response:
        self.got.append((await request.body(), request.headers["stripe-signature"]))
        return Response(status_code=self.answers.pop(0) if self.answers else 200)

    @property
    def types(self) -> list[str]:
        return [json.loads(body)["type"] for body, _ in self.got]

    @property
    def ids(self) -> list[str]:
        return [json.loads(body)["id"] for body, _ in self.got]


class Sandbox:
    """A running sandbox Stripe, with the ways to reach it."""

    def __init__(self, app: FastAPI, url: str, clock: Clock) -> None:
        self.app, self.url, self.clock = app, url, clock
        self.world = app.state.world
        self.http = httpx.AsyncClient(base_url=url)
        self.transports: list[stripe.HTTPXClient] = []

    async def close(self) -> None:
        await self.http.aclose()
        for transport in self.transports:
            transport.close()
            await transport.close_async()

    def client(self, key: str = "rk_test_sandbox", retries: int = 0) -> stripe.StripeClient:
        transport = stripe.HTTPXClient(timeout=10, allow_sync_methods=True)
        self.transports.append(transport)
        return stripe.StripeClient(
            key,
            base_addresses={"api": self.url},
            http_client=transport,
            max_network_retries=retries,
        )

    async def press(self, session: Any, action: str) -> httpx.Response:
        return await self.http.post(f"/c/pay/{session.id}", data={"action": action})

    async def admin(self, where: str, /, **body: object) -> Any:
        answer = await self.http.post(f"/sandbox/{where}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    clock = Clock()
    store = Store(tmp_path / "stripe.json")
    sender = WebhookSender(store, back_off=(0.05, 0.05), reorder_pause=0.2)
    app = create_app(store, clock, settle_days=4, sender=sender)
    async with serving(app) as url:
        app.state.world.public_url = url
        sandbox = Sandbox(app, url, clock)
        yield sandbox
        await sandbox.close()


@pytest.fixture
async def client(sandbox: Sandbox) -> stripe.StripeClient:
    return sandbox.client()


@pytest.fixture
async def receiver() -> AsyncIterator[tuple[Receiver, str]]:
    receiver = Receiver()
    async with serving(receiver.app) as url:
        yield receiver, f"{url}/hook"


def session_params_for(amount: int = 12345, **more: Any) -> Any:
    return {
        "mode": "payment",
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": "usd",
                    "unit_amount": amount,
                    "product_data": {"name": "Invoice 1042", "description": "Sandbox Law LLP"},
                },
            }
        ],
        "client_reference_id": "invoice-1",
        "customer_email": "client@example.com",
        "success_url": "http://shop.test/paid?session_id={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://shop.test/canceled",
        "submit_type": "pay",
        "adaptive_pricing": {"enabled": False},
        "metadata": {"invoice": "invoice-1", "1": "digits"},
        "payment_intent_data": {
            "metadata": {"invoice": "invoice-1"},
            "description": "Invoice 1042",
        },
    } | more


async def open_session(client: stripe.StripeClient, amount: int = 12345, **more: Any) -> Any:
    return await client.v1.checkout.sessions.create_async(session_params_for(amount, **more))


async def pay(sandbox: Sandbox, client: stripe.StripeClient, amount: int = 12345) -> Any:
    session = await open_session(client, amount)
    await sandbox.press(session, "pay")
    return await client.v1.checkout.sessions.retrieve_async(session.id)


async def listen(client: stripe.StripeClient, url: str, *events: str) -> Any:
    return await client.v1.webhook_endpoints.create_async(
        {"url": url, "enabled_events": list(events) or ["*"], "api_version": "2026-10-28.endive"}  # type: ignore[arg-type,list-item]
    )


# The card, from the page to the webhook


async def test_card_payment_from_page_to_verified_webhook(
    sandbox: Sandbox, client: stripe.StripeClient, receiver: tuple[Receiver, str]
) -> None:
    hook, url = receiver
    endpoint = await listen(client, url, "checkout.session.completed", "charge.succeeded")
    session = await open_session(client)
    assert (session.status, session.payment_status) == ("open", "unpaid")
    assert (session.amount_total, session.currency) == (12345, "usd")
    assert session.payment_intent is None
    assert session.metadata.to_dict() == {"invoice": "invoice-1", "1": "digits"}

    page = await sandbox.http.get(session.url)
    for words in ("Sandbox Stripe", "Invoice 1042", "$123.45", "Pay by card", "Card declined"):
        assert words in page.text
    answer = await sandbox.press(session, "pay")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"http://shop.test/paid?session_id={session.id}"

    await until(lambda: len(hook.got) == 2)
    assert hook.types == ["charge.succeeded", "checkout.session.completed"]
    body, signature = hook.got[1]
    event = client.construct_event(body, signature, endpoint.secret)
    assert event.data.object.payment_status == "paid"
    assert event.data.object.client_reference_id == "invoice-1"
    assert "account" not in json.loads(body)
    with pytest.raises(stripe.SignatureVerificationError):
        client.construct_event(body + b" ", signature, endpoint.secret)

    paid = await client.v1.checkout.sessions.retrieve_async(
        session.id, {"expand": ["payment_intent.latest_charge.balance_transaction", "line_items"]}
    )
    assert (paid.status, paid.payment_status) == ("complete", "paid")
    intent = paid.payment_intent
    assert (intent.status, intent.amount_received) == ("succeeded", 12345)
    assert intent.metadata["invoice"] == "invoice-1"
    assert intent.latest_charge.payment_method_details.card.last4 == "4242"
    assert intent.latest_charge.balance_transaction.net == 12345 - 358 - 30
    assert paid.line_items.data[0].amount_total == 12345


def test_sync_sdk_works_too(tmp_path: Path) -> None:
    async def drive() -> None:
        app = create_app(Store(), Clock(), settle_days=None)
        async with serving(app) as url:
            await asyncio.to_thread(_sync_calls, url)

    asyncio.run(drive())


def _sync_calls(url: str) -> None:
    http = stripe.HTTPXClient(timeout=10, allow_sync_methods=True)
    client = stripe.StripeClient("sk_test_sandbox", base_addresses={"api": url}, http_client=http)
    assert client.v1.accounts.retrieve_current().business_profile["name"] == "Sandbox Law LLP"
    session = client.v1.checkout.sessions.create(session_params_for())
    assert [s.id for s in client.v1.checkout.sessions.list().auto_paging_iter()] == [session.id]
    assert client.v1.checkout.sessions.expire(session.id).status == "expired"
    assert client.v1.balance.retrieve().livemode is False
    http.close()
    asyncio.run(http.close_async())


async def test_declined_card_leaves_the_session_open_for_another_try(
    sandbox: Sandbox, client: stripe.StripeClient, receiver: tuple[Receiver, str]
) -> None:
    hook, url = receiver
    await listen(client, url, "payment_intent.payment_failed", "checkout.session.completed")
    session = await open_session(client)
    answer = await sandbox.press(session, "decline")
    assert answer.headers["location"] == f"/c/pay/{session.id}"
    assert "Your card was declined." in (await sandbox.http.get(session.url)).text
    tried = await client.v1.checkout.sessions.retrieve_async(
        session.id, {"expand": ["payment_intent"]}
    )
    assert (tried.status, tried.payment_status) == ("open", "unpaid")
    assert tried.payment_intent.last_payment_error.code == "card_declined"

    await sandbox.press(session, "pay")
    paid = await client.v1.checkout.sessions.retrieve_async(session.id)
    assert paid.payment_intent == tried.payment_intent.id
    await until(lambda: len(hook.got) == 2)
    assert hook.types == ["payment_intent.payment_failed", "checkout.session.completed"]
    charges = await client.v1.charges.list_async({"payment_intent": paid.payment_intent})
    assert [charge.status for charge in charges.data] == ["succeeded", "failed"]


async def test_a_session_is_paid_only_once(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    session = await pay(sandbox, client)
    again = await sandbox.press(session, "pay")
    assert again.status_code == 409
    assert "This has been paid" in again.text
    assert len((await client.v1.charges.list_async()).data) == 1


async def test_looking_at_the_page_changes_nothing(
    sandbox: Sandbox, client: stripe.StripeClient
) -> None:
    session = await open_session(client)
    for _ in range(3):
        assert (await sandbox.http.get(session.url)).status_code == 200
    assert (await client.v1.payment_intents.list_async()).data == []
    assert (await sandbox.http.get("/c/pay/cs_test_unknown")).status_code == 404


# Bank debit


async def test_bank_debit_settles(
    sandbox: Sandbox, client: stripe.StripeClient, receiver: tuple[Receiver, str]
) -> None:
    hook, url = receiver
    await listen(
        client, url, "checkout.session.completed", "checkout.session.async_payment_succeeded"
    )
    session = await open_session(client)
    answer = await sandbox.press(session, "bank_debit")
    assert answer.headers["location"].startswith("http://shop.test/paid?")
    waiting = await client.v1.checkout.sessions.retrieve_async(
        session.id, {"expand": ["payment_intent.latest_charge"]}
    )
    assert (waiting.status, waiting.payment_status) == ("complete", "unpaid")
    assert waiting.payment_intent.status == "processing"
    assert waiting.payment_intent.latest_charge.status == "pending"

    await sandbox.admin(f"payment_intents/{waiting.payment_intent.id}/settle")
    settled = await client.v1.checkout.sessions.retrieve_async(session.id)
    assert settled.payment_status == "paid"
    await until(lambda: len(hook.got) == 2)
    assert hook.types[1] == "checkout.session.async_payment_succeeded"
    assert json.loads(hook.got[0][0])["data"]["object"]["payment_status"] == "unpaid"


async def test_bank_debit_fails(
    sandbox: Sandbox, client: stripe.StripeClient, receiver: tuple[Receiver, str]
) -> None:
    hook, url = receiver
    await listen(client, url, "checkout.session.async_payment_failed")
    session = await open_session(client)
    await sandbox.press(session, "bank_debit")
    waiting = await client.v1.checkout.sessions.retrieve_async(session.id)
    await sandbox.admin(f"payment_intents/{waiting.payment_intent}/fail")
    failed = await client.v1.checkout.sessions.retrieve_async(
        session.id, {"expand": ["payment_intent"]}
    )
    assert (failed.status, failed.payment_status) == ("complete", "unpaid")
    assert failed.payment_intent.status == "requires_payment_method"
    await until(lambda: hook.types == ["checkout.session.async_payment_failed"])
    assert "did not go through" in (await sandbox.http.get(f"/c/pay/{session.id}")).text


async def test_time_settles_bank_debits_and_expires_sessions(
    sandbox: Sandbox, client: stripe.StripeClient
) -> None:
    debit, left = await open_session(client), await open_session(client)
    await sandbox.press(debit, "bank_debit")
    sandbox.clock.ahead = timedelta(days=3, hours=23)
    pass_time(sandbox.world)
    debit = await client.v1.checkout.sessions.retrieve_async(debit.id)
    left = await client.v1.checkout.sessions.retrieve_async(left.id)
    assert (debit.payment_status, left.status) == ("unpaid", "expired")
    assert "has expired" in (await sandbox.http.get(f"/c/pay/{left.id}")).text
    assert (await sandbox.press(left, "pay")).status_code == 409
    sandbox.clock.ahead = timedelta(days=4, seconds=1)
    pass_time(sandbox.world)
    debit = await client.v1.checkout.sessions.retrieve_async(debit.id)
    assert debit.payment_status == "paid"


# Refunds and disputes


async def test_refund_in_parts_by_api_and_admin(
    sandbox: Sandbox, client: stripe.StripeClient, receiver: tuple[Receiver, str]
) -> None:
    hook, url = receiver
    await listen(client, url, "charge.refunded", "refund.created", "refund.updated")
    session = await pay(sandbox, client, 10000)
    first = await client.v1.refunds.create_async(
        {"payment_intent": session.payment_intent, "amount": 2500}
    )
    assert (first.amount, first.status) == (2500, "succeeded")
    charge = (await client.v1.charges.list_async({"payment_intent": session.payment_intent})).data[
        0
    ]
    assert (charge.amount_refunded, charge.refunded) == (2500, False)
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded"):
        await client.v1.refunds.create_async({"charge": charge.id, "amount": 7501})

    await sandbox.admin(f"payment_intents/{session.payment_intent}/refund")
    charge = await client.v1.charges.retrieve_async(charge.id, {"expand": ["refunds"]})
    assert (charge.amount_refunded, charge.refunded) == (10000, True)
    assert [refund.amount for refund in charge.refunds.data] == [7500, 2500]
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.refunds.create_async({"charge": charge.id})
    assert refused.value.code == "charge_already_refunded"
    listed = await client.v1.refunds.list_async({"payment_intent": session.payment_intent})
    assert [refund.amount for refund in listed.data] == [7500, 2500]
    await until(lambda: len(hook.got) == 6)
    assert sorted(set(hook.types)) == ["charge.refunded", "refund.created", "refund.updated"]


@pytest.mark.parametrize("outcome", ["won", "lost"])
async def test_dispute(
    sandbox: Sandbox, client: stripe.StripeClient, receiver: tuple[Receiver, str], outcome: str
) -> None:
    hook, url = receiver
    await listen(client, url, "charge.dispute.created", "charge.dispute.closed")
    session = await pay(sandbox, client)
    opened = await sandbox.admin(f"payment_intents/{session.payment_intent}/dispute")
    dispute = await client.v1.disputes.retrieve_async(opened["id"])
    assert (dispute.status, dispute.amount) == ("needs_response", 12345)
    assert dispute.payment_intent == session.payment_intent
    charge = await client.v1.charges.retrieve_async(str(dispute.charge))
    assert charge.disputed is True
    with pytest.raises(stripe.InvalidRequestError, match="charged back"):
        await client.v1.refunds.create_async({"charge": charge.id})
    await sandbox.admin(f"disputes/{dispute.id}/close", outcome=outcome)
    assert (await client.v1.disputes.list_async()).data[0].status == outcome
    await until(lambda: hook.types == ["charge.dispute.created", "charge.dispute.closed"])
    twice = await sandbox.http.post(
        f"/sandbox/disputes/{dispute.id}/close", json={"outcome": "won"}
    )
    assert twice.status_code == 400


# Idempotency, errors, keys


async def test_same_key_same_answer_other_parameters_error(
    sandbox: Sandbox, client: stripe.StripeClient
) -> None:
    create = client.v1.checkout.sessions.create_async
    first = await create(session_params_for(), {"idempotency_key": "cs:1"})
    await sandbox.press(first, "pay")
    again = await create(session_params_for(), {"idempotency_key": "cs:1"})
    assert again.id == first.id
    assert again.status == "open"  # the first answer, word for word
    assert again.last_response.headers["idempotent-replayed"] == "true"
    with pytest.raises(stripe.IdempotencyError, match="same parameters"):
        await create(session_params_for(99999), {"idempotency_key": "cs:1"})
    other = await create(session_params_for(), {"idempotency_key": "cs:2"})
    assert other.id != first.id
    sandbox.clock.ahead = timedelta(hours=25)
    assert (await create(session_params_for(), {"idempotency_key": "cs:1"})).id != first.id


async def test_a_refused_request_leaves_its_key_free(client: stripe.StripeClient) -> None:
    create = client.v1.checkout.sessions.create_async
    with pytest.raises(stripe.InvalidRequestError):
        await create(session_params_for(10), {"idempotency_key": "cs:3"})
    assert (await create(session_params_for(100), {"idempotency_key": "cs:3"})).amount_total == 100


async def test_keys_open_their_own_account_only(sandbox: Sandbox) -> None:
    first, second = sandbox.client("rk_test_sandbox"), sandbox.client("rk_test_second")
    ours = await first.v1.accounts.retrieve_current_async()
    theirs = await second.v1.accounts.retrieve_current_async()
    assert (ours.id, ours.country) == (ACCOUNT, "US")
    assert theirs.id != ours.id
    session = await open_session(first)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await second.v1.checkout.sessions.retrieve_async(session.id)
    assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")

    with pytest.raises(stripe.AuthenticationError, match="Invalid API Key provided"):
        await sandbox.client("sk_test_wrong_key_1234").v1.balance.retrieve_async()
    restricted = sandbox.client("rk_test_noperm")
    assert (await restricted.v1.accounts.retrieve_current_async()).id == ACCOUNT
    with pytest.raises(stripe.PermissionError, match="rak_webhook_write"):
        await listen(restricted, "http://shop.test/hook")
    nobody = await sandbox.http.get("/v1/account")
    assert nobody.status_code == 401
    assert "did not provide an API key" in nobody.json()["error"]["message"]
    basic = await sandbox.http.get("/v1/account", auth=("sk_test_sandbox", ""))
    assert basic.json()["id"] == ACCOUNT


async def test_unknown_url_and_id(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    answer = await sandbox.http.get("/v1/nothing")
    assert answer.status_code == 404
    assert "Unrecognized request URL (GET: /v1/nothing)" in answer.json()["error"]["message"]
    with pytest.raises(stripe.InvalidRequestError, match="No such payment_intent"):
        await client.v1.payment_intents.retrieve_async("pi_none")


async def test_faults(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    await sandbox.admin("faults", kind="status", status=500, count=2)
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            await client.v1.balance.retrieve_async()
    await client.v1.balance.retrieve_async()
    await sandbox.admin("faults", kind="status", status=429)
    with pytest.raises(stripe.RateLimitError):
        await client.v1.balance.retrieve_async()
    await sandbox.admin("faults", kind="drop")
    with pytest.raises(stripe.APIConnectionError):
        await open_session(client)
    assert (await client.v1.checkout.sessions.list_async()).data == []


async def test_lost_answer_and_retry_with_the_same_key_makes_one_session(sandbox: Sandbox) -> None:
    client = sandbox.client(retries=2)
    await sandbox.admin("faults", kind="drop_after", path="/v1/checkout/sessions")
    session = await client.v1.checkout.sessions.create_async(
        session_params_for(), {"idempotency_key": "cs:lost"}
    )
    assert session.last_response.headers["idempotent-replayed"] == "true"
    assert [s.id for s in (await client.v1.checkout.sessions.list_async()).data] == [session.id]


# Parameters


BAD_PARAMS: list[tuple[dict[str, Any], str, str | None]] = [
    ({"payment_method_types": ["card"]}, "payment_method_types", "parameter_unknown"),
    ({"line_items": []}, "line_items", None),
    ({"mode": "subscription"}, "mode", None),
    ({"success_url": "not a url"}, "success_url", "url_invalid"),
    ({"customer_email": "nobody"}, "customer_email", "email_invalid"),
    ({"client_reference_id": "x" * 201}, "client_reference_id", None),
    ({"metadata": {str(n): "x" for n in range(51)}}, "metadata", None),
    ({"metadata": {"k" * 41: "x"}}, f"metadata[{'k' * 41}]", None),
    ({"discounts": [{"coupon": "x"}]}, "discounts", None),
]


@pytest.mark.parametrize(("change", "param", "code"), BAD_PARAMS)
async def test_parameters_refused(
    client: stripe.StripeClient, change: dict[str, Any], param: str, code: str | None
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await open_session(client, **change)
    assert refused.value.param == param
    assert code is None or refused.value.code == code


@pytest.mark.parametrize("amount", ["12.5", "abc", -1])
async def test_amounts_are_whole_minor_units(client: stripe.StripeClient, amount: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await open_session(client, amount)
    assert refused.value.param == "line_items[0][price_data][unit_amount]"


@pytest.mark.parametrize(
    ("amount", "code"), [(49, "amount_too_small"), (50, None), (99_999_999, None)]
)
async def test_smallest_and_largest_amount(
    client: stripe.StripeClient, amount: int, code: str | None
) -> None:
    if code is None:
        assert (await open_session(client, amount)).amount_total == amount
        return
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await open_session(client, amount)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("seconds", "fine"), [(1740, False), (1860, True), (86_340, True), (86_460, False)]
)
async def test_expiry_between_half_an_hour_and_a_day(
    client: stripe.StripeClient, seconds: int, fine: bool
) -> None:
    expires_at = int(datetime.now(UTC).timestamp()) + seconds
    if fine:
        assert (await open_session(client, expires_at=expires_at)).expires_at == expires_at
        return
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await open_session(client, expires_at=expires_at)
    assert refused.value.param == "expires_at"


def _sdk_keys(name: str) -> set[str]:
    return set(getattr(sdk_params, name).__annotations__)


def test_known_parameters_are_the_sdks() -> None:
    options = set(stripe.RequestOptions.__annotations__)
    known = _sdk_keys("SessionCreateParams") - options
    assert set(session_params.RULES) == known
    rules = {
        "SessionCreateParamsLineItem": session_params.LINE_ITEM_KEYS,
        "SessionCreateParamsLineItemPriceData": session_params.PRICE_DATA_KEYS,
        "SessionCreateParamsLineItemPriceDataProductData": session_params.PRODUCT_DATA_KEYS,
        "SessionCreateParamsPaymentIntentData": session_params.INTENT_DATA_KEYS,
    }
    for name, table in rules.items():
        assert set(table) == _sdk_keys(name), name


@pytest.mark.parametrize(
    ("encoded", "decoded"),
    [
        ("a=1&b=", {"a": "1", "b": ""}),
        ("a[b][0][c]=x&a[b][1][c]=y", {"a": {"b": [{"c": "x"}, {"c": "y"}]}}),
        ("a[b][1]=y&a[b][0]=x", {"a": {"b": ["x", "y"]}}),
        ("expand[]=p&expand[]=q", {"expand": ["p", "q"]}),
        ("metadata[0]=x", {"metadata": {"0": "x"}}),
        ("d[metadata][7]=x", {"d": {"metadata": {"7": "x"}}}),
        ("a%5Bb%5D=%C3%A9+%26", {"a": {"b": "é &"}}),
    ],
)
def test_form_parser(encoded: str, decoded: dict[str, Any]) -> None:
    assert parse_form(encoded) == decoded


# Lists and expiry


async def test_lists_page_and_filter(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    made = [await open_session(client, 100 + n) for n in range(5)]
    newest_first = [session.id for session in reversed(made)]
    page = await client.v1.checkout.sessions.list_async({"limit": 2})
    assert ([s.id for s in page.data], page.has_more) == (newest_first[:2], True)
    page = await client.v1.checkout.sessions.list_async(
        {"limit": 3, "starting_after": page.data[-1].id}
    )
    assert ([s.id for s in page.data], page.has_more) == (newest_first[2:], False)
    back = await client.v1.checkout.sessions.list_async(
        {"ending_before": newest_first[2], "limit": 1}
    )
    assert ([s.id for s in back.data], back.has_more) == (newest_first[1:2], True)
    everything = [
        s.id
        async for s in (
            await client.v1.checkout.sessions.list_async({"limit": 2})
        ).auto_paging_iter()
    ]
    assert everything == newest_first

    await sandbox.press(made[1], "pay")
    paid = await client.v1.checkout.sessions.retrieve_async(made[1].id)
    found = await client.v1.checkout.sessions.list_async(
        {"payment_intent": str(paid.payment_intent)}
    )
    assert [s.id for s in found.data] == [made[1].id]
    sandbox.clock.ahead = timedelta(hours=1)
    late = await open_session(client)
    since = await client.v1.checkout.sessions.list_async({"created": {"gte": late.created}})
    assert [s.id for s in since.data] == [late.id]
    before = await client.v1.checkout.sessions.list_async(
        {"created": {"lt": late.created}, "status": "open"}
    )
    assert len(before.data) == 4


async def test_expire_by_api(
    sandbox: Sandbox, client: stripe.StripeClient, receiver: tuple[Receiver, str]
) -> None:
    hook, url = receiver
    await listen(client, url, "checkout.session.expired")
    session = await open_session(client)
    expired = await client.v1.checkout.sessions.expire_async(session.id)
    assert (expired.status, expired.url) == ("expired", None)
    with pytest.raises(stripe.InvalidRequestError, match="can be expired"):
        await client.v1.checkout.sessions.expire_async(session.id)
    await until(lambda: hook.types == ["checkout.session.expired"])


# Webhooks


async def test_endpoints_show_their_secret_once(client: stripe.StripeClient) -> None:
    made = await listen(client, "http://shop.test/hook", "charge.refunded")
    assert made.secret.startswith("whsec_")
    seen = await client.v1.webhook_endpoints.retrieve_async(made.id)
    assert "secret" not in seen
    changed = await client.v1.webhook_endpoints.update_async(
        made.id, {"enabled_events": ["*"], "disabled": True}
    )
    assert (changed.status, changed.enabled_events) == ("disabled", ["*"])
    listed = await client.v1.webhook_endpoints.list_async()
    assert [e.id for e in listed.data] == [made.id]
    assert (await client.v1.webhook_endpoints.delete_async(made.id)).deleted is True
    assert (await client.v1.webhook_endpoints.list_async()).data == []


async def test_failed_delivery_is_tried_again(
    sandbox: Sandbox, client: stripe.StripeClient, receiver: tuple[Receiver, str]
) -> None:
    hook, url = receiver
    hook.answers = [500, 503, 200]
    await listen(client, url, "checkout.session.completed")
    await pay(sandbox, client)
    await until(lambda: len(hook.got) == 3)
    assert len(set(hook.ids)) == 1
    [delivery] = sandbox.world.store.deliveries.values()
    await until(lambda: delivery["state"] == "delivered")
    assert [attempt["status"] for attempt in delivery["attempts"]] == [500, 503, 200]


async def test_delivery_is_given_up_at_last_and_can_be_sent_again(
    sandbox: Sandbox, client: stripe.StripeClient, receiver: tuple[Receiver, str]
) -> None:
    hook, url = receiver
    hook.answers = [500] * 3
    await listen(client, url, "checkout.session.completed")
    await pay(sandbox, client)
    [delivery] = sandbox.world.store.deliveries.values()
    await until(lambda: delivery["state"] == "failed")
    undelivered = await client.v1.events.list_async({"delivery_success": False})
    assert [e.type for e in undelivered.data] == ["checkout.session.completed"]
    await sandbox.admin(f"events/{delivery['event']}/resend")
    await until(lambda: len(hook.got) == 4)
    assert hook.ids[3] == delivery["event"]


async def test_switches(
    sandbox: Sandbox, client: stripe.StripeClient, receiver: tuple[Receiver, str]
) -> None:
    hook, url = receiver
    await listen(client, url, "charge.succeeded", "checkout.session.completed")

    await sandbox.admin("switches", duplicate=True)
    await pay(sandbox, client)
    await until(lambda: len(hook.got) == 4)
    assert len(set(hook.ids)) == 2

    hook.got.clear()
    await sandbox.admin("switches", duplicate=False, out_of_order=True)
    await pay(sandbox, client)
    await until(lambda: len(hook.got) == 2)
    assert hook.types == ["checkout.session.completed", "charge.succeeded"]

    hook.got.clear()
    await sandbox.admin("switches", out_of_order=False, hold=True)
    await pay(sandbox, client)
    await asyncio.sleep(0.2)
    assert hook.got == []
    assert await sandbox.admin("webhooks/release") == {"released": 2}
    await until(lambda: len(hook.got) == 2)

    hook.got.clear()
    await sandbox.admin("switches", drop=True)
    await pay(sandbox, client)
    await asyncio.sleep(0.2)
    assert hook.got == []
    events = await client.v1.events.list_async({"type": "checkout.session.completed"})
    assert len(events.data) == 4
    assert sum(d["state"] == "dropped" for d in sandbox.world.store.deliveries.values()) == 2


async def test_events_by_type_and_time(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    await pay(sandbox, client)
    sandbox.clock.ahead = timedelta(hours=2)
    watermark = int(sandbox.clock.now().timestamp())
    session = await pay(sandbox, client)
    events = await client.v1.events.list_async(
        {"types": ["checkout.session.completed"], "created": {"gte": watermark}}
    )
    assert [event.data.object["id"] for event in events.data] == [session.id]
    one = await client.v1.events.retrieve_async(events.data[0].id)
    assert one.type == "checkout.session.completed"
    sandbox.clock.ahead = timedelta(days=31)
    assert (await client.v1.events.list_async()).data == []


# What stays, and what a person sees


async def test_a_restart_keeps_everything(tmp_path: Path) -> None:
    path, clock = tmp_path / "stripe.json", Clock()
    app = create_app(Store(path), clock)
    async with serving(app) as url:
        sandbox = Sandbox(app, url, clock)
        client = sandbox.client()
        paid = await pay(sandbox, client)
        session = await client.v1.checkout.sessions.create_async(
            session_params_for(), {"idempotency_key": "kept"}
        )
        await sandbox.admin("switches", hold=True)
        await sandbox.close()
    app = create_app(Store(path), clock)
    async with serving(app) as url:
        sandbox = Sandbox(app, url, clock)
        client = sandbox.client()
        again = await client.v1.checkout.sessions.create_async(
            session_params_for(), {"idempotency_key": "kept"}
        )
        assert again.id == session.id
        kept = await client.v1.checkout.sessions.retrieve_async(paid.id)
        assert kept.payment_status == "paid"
        assert app.state.world.store.switches.hold is True
        await sandbox.close()


async def test_admin_page_and_its_buttons(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    assert "Nothing yet" in (await sandbox.http.get("/")).text
    session = await pay(sandbox, client, 10000)
    intent = session.payment_intent
    page = (await sandbox.http.get("/")).text
    assert f"/do/payment_intents/{intent}/refund" in page
    assert "$100.00" in page
    controls = re.findall(r'<(?:input|select)(?![^>]*type="hidden")[^>]*>', page)
    for control in controls:
        named = re.search(r'\bid="([^"]+)"', control)
        assert "aria-label=" in control or (named and f'for="{named[1]}"' in page), control

    answer = await sandbox.http.post(
        f"/do/payment_intents/{intent}/refund", data={"amount": "12.50"}
    )
    assert answer.status_code == 303
    assert "$12.50 refunded" in (await sandbox.http.get(answer.headers["location"])).text
    answer = await sandbox.http.post(f"/do/payment_intents/{intent}/refund", data={"amount": "x"})
    assert "Not an amount" in (await sandbox.http.get(answer.headers["location"])).text
    await sandbox.http.post("/do/switches", data={"duplicate": "true", "hold": "true"})
    assert vars(sandbox.world.store.switches) == {
        "duplicate": True,
        "out_of_order": False,
        "drop": False,
        "hold": True,
    }
    await sandbox.http.post("/do/faults", data={"what": "500", "count": "2"})
    assert sandbox.world.faults.waiting()[0]["count"] == 2
    await sandbox.admin("reset")
    assert (await client.v1.charges.list_async()).data == []
