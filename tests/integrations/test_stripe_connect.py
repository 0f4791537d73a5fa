"""Settings › Connect to Stripe, against the sandbox on a real port."""

from collections.abc import AsyncIterator

import pytest

from conftest import log_in
from factories import make_user
from integrations.stripe_world import FIRST, SECOND, StripeWorld, stripe_world
from invoice_tracker.accounts.models import Role
from invoice_tracker.core.deps import Adapters
from invoice_tracker.integrations.stripe.events import WANTED
from invoice_tracker.integrations.stripe.models import StripeConnection
from invoice_tracker.payments.models import Checkout, CheckoutState
from invoice_tracker.ports import CheckoutStatus, GatewayProblem

# The SDK hands httpx its body in the old way.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")
URL = "/api/v1/stripe/connection"


@pytest.fixture
async def world(committed_adapters: Adapters) -> AsyncIterator[StripeWorld]:
    async with stripe_world(committed_adapters) as world:
        yield world


async def stored(world: StripeWorld) -> StripeConnection:
    (row,) = await world.rows(StripeConnection)
    assert isinstance(row, StripeConnection)
    return row


async def test_before_anything_there_is_no_connection(world: StripeWorld) -> None:
    answer = (await world.browser.get(URL)).json()
    assert answer["state"] == "not_connected"
    assert not await world.gateway.can_take_payments(world.firm.id)


async def test_connecting_shows_whose_account_it_is(world: StripeWorld) -> None:
    answer = await world.connect()
    assert answer == (await world.browser.get(URL)).json()
    assert (answer["state"], answer["webhook"]) == ("connected", "created")
    assert (answer["account_id"], answer["account_name"]) == (FIRST, "Sandbox Law LLP")
    assert answer["livemode"] is False
    assert answer["key_hint"] == "rk_test_…dbox"
    assert answer["error"] is None
    assert await world.gateway.can_take_payments(world.firm.id)


async def test_the_endpoint_is_made_for_what_is_handled(world: StripeWorld) -> None:
    await world.connect()
    (endpoint,) = world.objects("endpoints")
    public_url = world.adapters.public_url
    assert endpoint["url"].startswith(f"{public_url}/webhooks/stripe/")
    assert endpoint["enabled_events"] == list(WANTED)
    assert endpoint["api_version"] == "2026-10-28.endive"


async def test_key_and_secret_are_stored_unreadable_and_never_shown(world: StripeWorld) -> None:
    await world.connect()
    row = await stored(world)
    (endpoint,) = world.objects("endpoints")
    vault = world.adapters.vault
    assert row.api_key is not None
    assert row.webhook_secret is not None
    assert b"rk_test" not in row.api_key
    assert vault.decrypt(row.api_key) == "rk_test_sandbox"
    assert vault.decrypt(row.webhook_secret) == endpoint["secret"]
    shown = (await world.browser.get(URL)).text
    assert "rk_test_sandbox" not in shown
    assert endpoint["secret"] not in shown


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("sk_test_nobody_knows_me", "does not know this key"),
        ("pk_test_123", "publishable"),
        ("whsec_123", "signing secret"),
        ("my password", "begins with"),
    ],
)
async def test_a_wrong_key_is_explained_and_not_stored(
    world: StripeWorld, key: str, words: str
) -> None:
    answer = await world.browser.post(URL, json={"api_key": key})
    assert answer.status_code == 422
    assert words in answer.json()["detail"]
    assert answer.json()["errors"][0]["field"] == "api_key"
    assert await world.rows(StripeConnection) == []


async def test_a_key_that_may_not_make_endpoints_connects_without(world: StripeWorld) -> None:
    answer = await world.connect("rk_test_noperm")
    assert (answer["state"], answer["webhook"]) == ("connected", "missing")
    assert "Webhook Endpoints" in answer["error"]
    assert f"{world.adapters.public_url}/webhooks/stripe/" in answer["error"]


async def test_an_endpoint_made_by_hand(world: StripeWorld) -> None:
    answer = await world.connect(webhook_secret="whsec_by_hand")
    assert (answer["webhook"], answer["error"]) == ("manual", None)
    assert world.objects("endpoints") == []
    wrong = await world.browser.post(
        URL, json={"api_key": "rk_test_sandbox", "webhook_secret": "by hand"}
    )
    assert wrong.status_code == 422


async def test_stripe_not_answering_is_said_and_nothing_is_stored(world: StripeWorld) -> None:
    await world.do("faults", kind="status", status=500, count=50)
    answer = await world.browser.post(URL, json={"api_key": "rk_test_sandbox"})
    assert answer.status_code == 502
    assert await world.rows(StripeConnection) == []


async def test_connecting_again_leaves_one_endpoint(world: StripeWorld) -> None:
    await world.connect()
    await world.connect("sk_test_sandbox")
    (endpoint,) = world.objects("endpoints")
    row = await stored(world)
    assert row.webhook_endpoint_id == endpoint["id"]
    assert row.key_hint.startswith("sk_test")


async def test_another_account_takes_over_and_nothing_of_the_old_stays_payable(
    world: StripeWorld,
) -> None:
    await world.connect()
    await world.press()
    answer = await world.connect("rk_test_second")
    assert answer["account_id"] == SECOND
    assert world.objects("endpoints") == []
    assert [s["status"] for s in world.objects("sessions")] == ["expired"]
    assert [c.state for c in await world.rows(Checkout)] == [CheckoutState.expired]
    assert len(world.objects("endpoints", SECOND)) == 1


async def test_disconnecting_wants_the_word(world: StripeWorld) -> None:
    await world.connect()
    for word in ("", "disconnect", "DISCONNECT!"):
        answer = await world.browser.post(f"{URL}/disconnect", json={"confirm": word})
        assert answer.status_code == 422
    assert (await world.browser.get(URL)).json()["state"] == "connected"


async def test_disconnecting_forgets_the_key_and_closes_what_is_open(world: StripeWorld) -> None:
    await world.connect()
    await world.press()
    answer = await world.browser.post(f"{URL}/disconnect", json={"confirm": "DISCONNECT"})
    assert answer.status_code == 200
    assert answer.json()["state"] == "disconnected"
    row = await stored(world)
    assert (row.api_key, row.webhook_secret) == (None, None)
    assert world.objects("endpoints") == []
    assert [s["status"] for s in world.objects("sessions")] == ["expired"]
    assert not await world.gateway.can_take_payments(world.firm.id)
    again = await world.browser.post(f"{URL}/disconnect", json={"confirm": "DISCONNECT"})
    assert again.status_code == 409


async def test_a_payment_made_just_before_is_fetched_when_disconnecting(
    world: StripeWorld,
) -> None:
    await world.connect()
    await world.do("switches", drop=True)
    await world.pay()
    await world.browser.post(f"{URL}/disconnect", json={"confirm": "DISCONNECT"})
    assert await world.balance() == 0


async def test_disconnecting_works_while_stripe_does_not(world: StripeWorld) -> None:
    await world.connect()
    await world.do("faults", kind="drop", count=100)
    answer = await world.browser.post(f"{URL}/disconnect", json={"confirm": "DISCONNECT"})
    assert answer.json()["state"] == "disconnected"


async def test_only_the_owner_connects(world: StripeWorld) -> None:
    async with world.transaction() as session:
        biller = await make_user(
            session, firm=world.firm, now=world.adapters.clock.now(), role=Role.billing
        )
    await log_in(world.browser, world.adapters, biller)
    assert (await world.browser.get(URL)).status_code == 200
    answer = await world.browser.post(URL, json={"api_key": "rk_test_sandbox"})
    assert answer.status_code == 403


async def test_a_key_that_was_revoked_asks_for_a_person(world: StripeWorld) -> None:
    await world.connect()
    session_id = await world.press()
    async with world.transaction() as session:
        row = await session.get_one(StripeConnection, world.firm.id)
        row.api_key = world.adapters.vault.encrypt("rk_test_revoked_by_the_firm")
    look = await world.gateway.look_at_checkouts(world.firm.id, [session_id])
    assert look.statuses == {}
    assert look.problem is not None
    answer = (await world.browser.get(URL)).json()
    assert answer["state"] == "needs_reconnect"
    assert "connect again" in answer["error"]
    assert not await world.gateway.can_take_payments(world.firm.id)
    with pytest.raises(GatewayProblem):
        await world.gateway.expire_checkout(world.firm.id, session_id)
    await world.connect()
    assert await world.gateway.expire_checkout(world.firm.id, session_id) is (
        CheckoutStatus.expired
    )
