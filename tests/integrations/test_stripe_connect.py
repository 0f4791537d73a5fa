"""Settings › Connect to Stripe, against the sandbox on a real port."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from conftest import log_in
from factories import make_user
from integrations.stripe_world import FIRST, SECOND, StripeWorld, stripe_world
from invoice_tracker.accounts.models import Role
from invoice_tracker.core.deps import Adapters
from invoice_tracker.integrations.stripe.events import WANTED
from invoice_tracker.integrations.stripe.models import StripeConnection
from invoice_tracker.integrations.stripe.permissions import PERMISSIONS, Permission
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
    assert lacking(answer) == {"webhook_write"}


def lacking(answer: dict[str, Any]) -> set[str]:
    """What the list says the key may not do."""
    return {one["key"] for one in answer["permissions"] if not one["is_granted"]}


async def test_every_permission_is_shown_with_what_it_is_for(world: StripeWorld) -> None:
    answer = await world.connect()
    assert lacking(answer) == set()
    assert answer["permissions_checked_at"] is not None
    for one in answer["permissions"]:
        assert one["purpose"]
        assert one["is_required"] is (one["without_it"] is None)


@pytest.mark.parametrize("permission", [one for one in PERMISSIONS if one.is_required])
async def test_a_key_that_lacks_what_is_required_is_refused_with_the_list(
    world: StripeWorld, permission: Permission
) -> None:
    key = f"rk_test_without_{permission.key}-event_read"
    answer = await world.browser.post(URL, json={"api_key": key, "pays_operating_account": True})
    assert (answer.status_code, answer.json()["code"]) == (422, "stripe_key_lacks_permissions")
    assert lacking(answer.json()) == {permission.key, "event_read"}
    assert permission.label in answer.json()["detail"]
    assert "Events" not in answer.json()["detail"], "nothing is refused for what is optional"
    assert await world.rows(StripeConnection) == []


@pytest.mark.parametrize("permission", [one for one in PERMISSIONS if not one.is_required])
async def test_a_key_that_lacks_what_is_optional_connects_and_says_what_is_different(
    world: StripeWorld, permission: Permission
) -> None:
    slug = {"account_read": "accounts_kyc_basic_read"}.get(permission.key, permission.key)
    answer = await world.connect(f"rk_test_without_{slug}")
    assert (answer["state"], lacking(answer)) == ("connected", {permission.key})
    assert answer["account_id"] == FIRST
    intent_id = await world.pay()
    await world.gateway.bring_in(
        world.firm.id, world.objects("sessions")[0]["id"], now=world.adapters.clock.now()
    )
    assert (await world.payment()).stripe_payment_intent_id == intent_id


async def test_a_permission_that_was_given_meanwhile_is_seen(world: StripeWorld) -> None:
    await world.connect("rk_test_without_charge_write")
    async with world.transaction() as session:
        row = await session.get_one(StripeConnection, world.firm.id)
        row.api_key = world.adapters.vault.encrypt("rk_test_sandbox")
    answer = await world.browser.post(f"{URL}/check")
    assert (answer.status_code, lacking(answer.json())) == (200, set())


@pytest.mark.parametrize("deed", ["check", "rotate-webhook"])
async def test_without_a_connection_there_is_nothing_to_care_for(
    world: StripeWorld, deed: str
) -> None:
    answer = await world.browser.post(f"{URL}/{deed}")
    assert (answer.status_code, answer.json()["detail"]) == (
        409,
        "The firm is not connected to Stripe.",
    )


async def test_what_is_asked_to_find_out_leaves_nothing_behind(world: StripeWorld) -> None:
    await world.connect(webhook_secret="whsec_by_hand")
    assert not any(world.books[FIRST].tables.values())


async def test_the_firm_says_once_that_payouts_never_go_to_trust(world: StripeWorld) -> None:
    answer = await world.browser.post(URL, json={"api_key": "rk_test_sandbox"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "pays_operating_account"
    assert "trust" in answer.json()["detail"]
    assert await world.rows(StripeConnection) == []
    assert world.objects("endpoints") == []
    said = await world.connect()
    assert said["payout_confirmed_by"] == "Dana Hale"
    assert said["payout_confirmed_at"] is not None
    again = await world.connect("sk_test_sandbox", pays_operating_account=False)
    assert again["payout_confirmed_at"] == said["payout_confirmed_at"]
    await world.browser.post(f"{URL}/disconnect", json={"confirm": "DISCONNECT"})
    anew = await world.browser.post(URL, json={"api_key": "rk_test_sandbox"})
    assert anew.status_code == 422


async def test_an_endpoint_made_by_hand(world: StripeWorld) -> None:
    answer = await world.connect(webhook_secret="whsec_by_hand")
    assert (answer["webhook"], answer["error"]) == ("manual", None)
    assert world.objects("endpoints") == []
    wrong = await world.browser.post(
        URL,
        json={
            "api_key": "rk_test_sandbox",
            "webhook_secret": "by hand",
            "pays_operating_account": True,
        },
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


async def test_another_account_is_refused_until_the_firm_disconnects(world: StripeWorld) -> None:
    await world.connect()
    session_id = await world.press()
    asked = {"api_key": "rk_test_second", "pays_operating_account": True}
    refused = await world.browser.post(URL, json=asked)
    assert refused.status_code == 409
    assert "Second Sandbox PLLC" in refused.json()["detail"]
    assert "connected to Sandbox Law LLP" in refused.json()["detail"]
    look = await world.gateway.look_at_checkouts(world.firm.id, [session_id])
    assert look.statuses == {session_id: CheckoutStatus.open}
    await world.browser.post(f"{URL}/disconnect", json={"confirm": "DISCONNECT"})
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
