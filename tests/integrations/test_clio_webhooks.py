"""Clio's events, over real HTTP both ways: agreed, signed, renewed, made again, and taken away."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import select

from conftest import make_adapters
from factories import make_firm
from fakes import MovableClock
from integrations.clio_firm import connect, connection_of, invoices_of, point_at, sync
from integrations.sandbox_clio import ClioSandbox
from integrations.sandbox_serving import serving, until
from invoice_tracker.core.database import Database
from invoice_tracker.core.deps import Adapters
from invoice_tracker.firms.models import Firm
from invoice_tracker.integrations.clio import access as clio_access
from invoice_tracker.integrations.clio import jobs, oauth, rereads, service, webhooks
from invoice_tracker.integrations.clio.access import ClioAccess
from invoice_tracker.integrations.clio.client import ClioClient
from invoice_tracker.integrations.clio.connecting import Asked, finish_connection
from invoice_tracker.integrations.clio.models import (
    ClioConnection,
    ClioReread,
    ClioWebhook,
    WebhookModel,
    WebhookStatus,
)
from invoice_tracker.integrations.clio.reading import SINGLE_LOOKS
from invoice_tracker.integrations.clio.regions import RegionKey
from invoice_tracker.invoices.models import Client
from invoice_tracker.main import create_app
from invoice_tracker.sandbox.clio import app as sandbox_app
from invoice_tracker.sandbox.clio.store import Store
from invoice_tracker.sandbox.clio.webhooks import WebhookSender, sign
from invoice_tracker.settings import Settings

SMALL = 1


class World:
    """The product and the sandbox's Clio, each on a port of its own."""

    def __init__(self, product: Adapters, firm: Firm, sandbox: ClioSandbox) -> None:
        self.product, self.firm, self.sandbox = product, firm, sandbox
        self.account = sandbox.account_id(SMALL)

    @property
    def there(self) -> list[dict[str, Any]]:
        """The subscriptions that Clio has."""
        return list(self.sandbox.rows("hooks", SMALL).values())

    async def here(self) -> dict[str, ClioWebhook]:
        async with self.product.database.transaction(self.firm.id) as session:
            rows = await session.scalars(select(ClioWebhook))
            return {row.model.value: row for row in rows}

    async def marks(self) -> set[int]:
        async with self.product.database.transaction(self.firm.id) as session:
            return set(await session.scalars(select(ClioReread.clio_id)))

    async def marked(self, number: int) -> None:
        """Wait for so many marks."""
        async with asyncio.timeout(30):
            while len(await self.marks()) < number:  # noqa: ASYNC110 - a row sets no event
                await asyncio.sleep(0.02)

    async def keep(self) -> None:
        await jobs.keep_webhooks(self.product, self.firm.id)

    async def agree(self) -> None:
        """Subscribe, and wait for Clio's handshake."""
        await self.agree_to(2)

    async def agree_to(self, number: int) -> None:
        """The same, where there are so many in all."""
        await self.keep()
        await until(lambda: [hook["status"] for hook in self.there] == ["enabled"] * number)

    async def shown(self) -> set[tuple[str, datetime | None]]:
        """State of each subscription as the Sync page has it, and when it was suspended."""
        async with self.product.database.transaction(self.firm.id) as session:
            connection = await service.show_connection(
                session, self.product.settings, firm_id=self.firm.id
            )
        return {(hook.status, hook.suspended_at) for hook in connection.webhooks}

    async def post(self, url: str, body: bytes, **headers: str) -> int:
        async with httpx.AsyncClient(trust_env=False) as http:
            return (await http.post(url, content=body, headers=headers)).status_code


@pytest.fixture
async def world(
    committed: Database,
    clock: MovableClock,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[World]:
    monkeypatch.setattr(clio_access, "SYNC_PATIENCE", 0.0)
    store = Store()
    sender = WebhookSender(store, first_pause=0.01)
    clio = sandbox_app.create_app(store, clock, rate_limit=0, sender=sender)
    adapters = make_adapters(committed, clock, settings)
    app = create_app(adapters, settings)
    async with serving(clio) as clio_url, serving(app) as our_url:
        sandbox = ClioSandbox(clio, clock, clio_url)
        product = point_at(adapters, sandbox)
        here = product.settings.model_copy(update={"public_url": our_url})
        product = replace(product, settings=here)
        app.state.adapters = product
        async with committed.transaction() as session:
            firm = await make_firm(session, now=clock.now())
        tokens = await sandbox.allow(SMALL)
        await connect(product, firm, access_token=product.vault.encrypt(tokens["access_token"]))
        await sync(product, firm)
        yield World(product, firm, sandbox)
        await sandbox.close()


async def test_an_event_brings_the_bill_without_waiting(world: World) -> None:
    await world.agree()
    assert {row.status for row in (await world.here()).values()} == {WebhookStatus.enabled}
    bill = (await world.sandbox.do("bills", account_id=world.account, amount=500))["id"]
    await until(lambda: "read_marked" in [job for job, _ in world.product.poke.pokes])
    assert await world.marks() == {bill}
    await jobs.read_marked(world.product, world.firm.id)
    assert (await invoices_of(world.product, world.firm))[bill].clio_balance_minor == 50_000
    assert await world.marks() == set()
    assert (await world.here())["bill"].last_event_at == world.product.clock.now()


async def test_a_changed_address_and_a_deleted_bill_are_told(world: World) -> None:
    bill = (await world.sandbox.do("bills", account_id=world.account, amount=500))["id"]
    await sync(world.product, world.firm)
    await world.agree()
    row = world.sandbox.rows("bills", SMALL)[bill]
    path = f"/sandbox/contacts/{row['client_id']}"
    answer = await world.sandbox.http.patch(path, json={"email": "told@example.org"})
    assert answer.is_success, answer.text
    await world.sandbox.do(f"bills/{bill}/delete")
    await world.marked(2)
    await jobs.read_marked(world.product, world.firm.id)
    assert (await invoices_of(world.product, world.firm))[bill].clio_state == "deleted"
    async with world.product.database.transaction(world.firm.id) as session:
        assert "told@example.org" in set(await session.scalars(select(Client.email)))


async def test_an_outage_leaves_the_mark_for_the_next_try(world: World) -> None:
    await world.agree()
    bill = (await world.sandbox.do("bills", account_id=world.account, amount=5))["id"]
    await world.marked(1)
    await world.sandbox.do("faults", kind="status", status=500, count=5)
    await jobs.read_marked(world.product, world.firm.id)
    assert await world.marks() == {bill}
    await world.sandbox.http.delete("/sandbox/faults")
    await jobs.read_marked(world.product, world.firm.id)
    assert await world.marks() == set()
    assert bill in await invoices_of(world.product, world.firm)


async def test_a_lost_event_costs_a_quarter_of_an_hour(world: World, clock: MovableClock) -> None:
    bill = (await world.sandbox.do("bills", account_id=world.account, amount=5))["id"]
    clock.move(minutes=15)
    await jobs.sync_if_due(world.product, world.firm.id)
    assert bill in await invoices_of(world.product, world.firm)


async def test_only_clio_is_believed(world: World) -> None:
    await world.agree()
    hook = next(hook for hook in world.there if hook["model"] == "bill")
    url, secret = hook["url"], hook["shared_secret"]
    body = b'{"data": {"id": 7}, "meta": {"event": "updated"}}'
    signature = sign(secret, body)
    assert await world.post(url, body) == 401
    assert await world.post(url, body, **{"X-Hook-Signature": sign("other", body)}) == 401
    assert await world.post(url, body + b" ", **{"X-Hook-Signature": signature}) == 401
    # Nobody plants a secret in a subscription that works.
    assert await world.post(url, b"{}", **{"X-Hook-Secret": "planted"}) == 401
    for broken in (b"", b"[]", b'{"data": {"id": "7"}}', b'{"data": {"id": -1}}', b"\xff"):
        assert await world.post(url, broken, **{"X-Hook-Signature": sign(secret, broken)}) == 400
    assert await world.marks() == set()
    # A replay only has the bill read again.
    for _ in range(2):
        assert await world.post(url, body, **{"X-Hook-Signature": signature}) == 200
    assert await world.marks() == {7}
    await jobs.read_marked(world.product, world.firm.id)
    assert await world.marks() == set()
    elsewhere = url.rsplit("/", 1)[0] + "/unknown"
    assert await world.post(elsewhere, body, **{"X-Hook-Signature": signature}) == 410


async def test_a_working_subscription_is_renewed_before_it_ends(
    world: World, clock: MovableClock
) -> None:
    await world.agree()
    first = {hook["id"]: hook["expires_at"] for hook in world.there}
    asked = len(world.product.throttle.asked)
    await world.keep()
    assert len(world.product.throttle.asked) == asked, "no request before its turn"
    clock.move(days=19)
    await world.keep()
    assert {hook["id"]: hook["expires_at"] for hook in world.there} == first
    clock.move(days=2)
    await world.keep()
    assert all(hook["expires_at"] > first[hook["id"]] for hook in world.there)


@pytest.mark.parametrize("loss", ["suspended", "deleted", "expired"])
async def test_a_lost_subscription_is_made_again(
    world: World, clock: MovableClock, loss: str
) -> None:
    await world.agree()
    before = {hook["id"] for hook in world.there}
    if loss == "deleted":
        world.sandbox.rows("hooks", SMALL).clear()
    elif loss == "suspended":
        for hook in world.there:
            hook["status"] = "suspended"
    else:
        for hook in world.there:
            hook["expires_at"] = clock.now().isoformat()
    clock.move(days=1)
    await world.agree()
    assert len(world.there) == 2
    assert not {hook["id"] for hook in world.there} & before
    assert {row.status for row in (await world.here()).values()} == {WebhookStatus.enabled}


async def test_one_that_was_made_though_the_answer_was_lost_is_not_made_twice(
    world: World, clock: MovableClock
) -> None:
    lost = f"webhooks.json?fields={quote(webhooks.SHOWN['fields'])}"
    await world.sandbox.do("faults", kind="truncate", path=lost, count=1)
    await world.keep()
    assert (await world.here())["bill"].clio_webhook_id is None
    assert sorted(hook["model"] for hook in world.there) == ["bill", "contact"]
    clock.move(minutes=10)
    await world.agree()
    assert {hook["id"] for hook in world.there} == {
        row.clio_webhook_id for row in (await world.here()).values()
    }
    assert {row.problem for row in (await world.here()).values()} == {None}


async def test_subscriptions_of_another_firm_on_the_same_account_stay(
    world: World, clock: MovableClock
) -> None:
    tokens = await world.sandbox.allow(SMALL)
    async with world.product.database.transaction() as session:
        other = await make_firm(session, now=clock.now())
    access_token = world.product.vault.encrypt(tokens["access_token"])
    await connect(world.product, other, access_token=access_token)
    await jobs.keep_webhooks(world.product, other.id)
    theirs = {hook["id"] for hook in world.there}
    nobodys = f"{world.product.settings.public_url}/webhooks/clio/forgotten"
    world.there[0]["url"], kept = nobodys, theirs - {world.there[0]["id"]}
    await world.agree_to(3)
    assert len(world.there) == 3
    assert {hook["id"] for hook in world.there} & theirs == kept


async def test_what_clio_has_suspended_is_shown_and_remembered(
    world: World, clock: MovableClock
) -> None:
    await world.agree()
    for hook in world.there:
        hook["status"] = "suspended"
    world.sandbox.store.permissions["webhooks"] = "read"
    clock.move(days=1)
    await world.keep()
    suspended_at = clock.now()
    assert await world.shown() == {("suspended", suspended_at)}
    world.sandbox.store.permissions["webhooks"] = "write"
    clock.move(days=1)
    await world.agree()
    suspended_at = clock.now()
    assert await world.shown() == {("enabled", suspended_at)}
    clock.move(days=1)
    await world.keep()
    assert await world.shown() == {("enabled", suspended_at)}, "a good look forgets nothing"


async def test_two_workers_make_one_subscription_of_each(world: World) -> None:
    await asyncio.gather(*(world.keep() for _ in range(4)))
    assert sorted(hook["model"] for hook in world.there) == ["bill", "contact"]


async def test_what_clio_refuses_is_told_and_tried_again_tomorrow(
    world: World, clock: MovableClock
) -> None:
    world.sandbox.store.permissions["webhooks"] = "none"
    await world.keep()
    assert {row.problem for row in (await world.here()).values()} != {None}
    assert "may not do this" in str((await world.here())["bill"].problem)
    used = len(world.product.throttle.asked)
    clock.move(hours=23)
    await world.keep()
    assert len(world.product.throttle.asked) == used
    world.sandbox.store.permissions["webhooks"] = "write"
    clock.move(hours=1)
    await world.agree()


async def test_disconnecting_takes_them_away(world: World) -> None:
    await world.agree()
    url = world.there[0]["url"]
    await service.disconnect(ClioAccess.of(world.product), firm_id=world.firm.id)
    assert world.there == []
    assert await world.here() == {}
    assert await world.post(url, b"{}") == 410
    assert (await connection_of(world.product, world.firm)).error is None


async def test_without_https_clio_is_not_asked(world: World) -> None:
    real = world.product.settings.model_copy(
        update={"clio_base_url": None, "public_url": "http://firm.example"}
    )
    assert not webhooks.can_be_told(real)
    async with world.product.database.transaction(world.firm.id) as session:
        shown = await service.show_connection(session, real, firm_id=world.firm.id)
    assert {(hook.status, hook.problem) for hook in shown.webhooks} == {
        ("impossible", webhooks.ONLY_HTTPS)
    }
    assert webhooks.can_be_told(real.model_copy(update={"public_url": "https://firm.example"}))


async def test_a_handshake_that_is_repeated_is_answered_again(world: World) -> None:
    await world.agree()
    hook = next(hook for hook in world.there if hook["model"] == "bill")
    assert await world.post(hook["url"], b"{}", **{"X-Hook-Secret": hook["shared_secret"]}) == 200
    assert await world.post(hook["url"], b"{}", **{"X-Hook-Secret": "planted"}) == 401


async def test_a_handshake_that_comes_at_last_ends_the_problem(
    world: World, clock: MovableClock
) -> None:
    reached = world.product
    nowhere = reached.settings.model_copy(update={"public_url": "http://127.0.0.1:9"})
    world.product = replace(reached, settings=nowhere)
    for _ in range(2):
        await world.keep()
        clock.move(minutes=10)
    assert {row.problem for row in (await world.here()).values()} == {webhooks.NOT_REACHED}
    world.product = reached
    clock.move(days=1)
    await world.agree()
    here = (await world.here()).values()
    assert {(row.status, row.problem) for row in here} == {(WebhookStatus.enabled, None)}


async def test_another_address_that_is_not_the_first_is_told(
    world: World, clock: MovableClock
) -> None:
    await world.agree()
    contact = world.sandbox.find("bills", SMALL)["client_id"]
    path = f"contacts/{contact}/addresses"
    for second in ("second@example.org", "third@example.org"):
        clock.move(minutes=1)
        await world.sandbox.do(path, emails=["first@example.org", second])
        await world.marked(1)
        await jobs.read_marked(world.product, world.firm.id)
    async with world.product.database.transaction(world.firm.id) as session:
        client = await session.scalar(select(Client).where(Client.clio_id == contact))
    assert client is not None
    assert "third@example.org" in {each["address"] for each in client.email_addresses}


async def test_many_deleted_bills_are_read_in_turns(world: World) -> None:
    wanted = SINGLE_LOOKS + 3
    made = [
        (await world.sandbox.do("bills", account_id=world.account, amount=5))["id"]
        for _ in range(wanted)
    ]
    await sync(world.product, world.firm)
    await world.agree()
    for bill in made:
        await world.sandbox.do(f"bills/{bill}/delete")
    await world.marked(wanted)
    for bill in made:
        # A list need not show what is deleted, and this one shows nothing of them at all.
        del world.sandbox.rows("bills", SMALL)[bill]
    await jobs.read_marked(world.product, world.firm.id)
    assert len(await world.marks()) == 3
    await jobs.read_marked(world.product, world.firm.id)
    assert await world.marks() == set()
    invoices = await invoices_of(world.product, world.firm)
    assert {invoices[bill].clio_state for bill in made} == {"deleted"}


async def test_what_a_reading_has_covered_is_not_asked_for_again(
    world: World, clock: MovableClock
) -> None:
    await world.agree()
    await world.sandbox.do("bills", account_id=world.account, amount=5)
    await world.marked(1)
    clock.move(hours=2)
    await sync(world.product, world.firm)
    asked = len(world.product.throttle.asked)
    await jobs.read_marked(world.product, world.firm.id)
    assert await world.marks() == set()
    assert len(world.product.throttle.asked) == asked


async def test_a_mark_set_while_reading_stays(
    world: World, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.agree()
    bill = (await world.sandbox.do("bills", account_id=world.account, amount=5))["id"]
    await world.marked(1)
    reading = rereads.read_marked_bills

    async def and_changed(*args: Any) -> Any:
        found = await reading(*args)
        clock.move(seconds=1)
        async with world.product.database.transaction(world.firm.id) as session:
            await rereads.mark(
                session,
                firm_id=world.firm.id,
                model=WebhookModel.bill,
                clio_id=bill,
                now=clock.now(),
            )
        return found

    monkeypatch.setattr(rereads, "read_marked_bills", and_changed)
    await jobs.read_marked(world.product, world.firm.id)
    assert await world.marks() == {bill}


async def test_nothing_is_made_again_while_disconnecting(
    world: World, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.agree()
    clock.move(days=1)
    removing = webhooks._remove

    async def beside_the_worker(client: ClioClient, clio_id: int) -> None:
        await world.keep()
        await removing(client, clio_id)

    monkeypatch.setattr(webhooks, "_remove", beside_the_worker)
    await service.disconnect(ClioAccess.of(world.product), firm_id=world.firm.id)
    assert world.there == []
    assert await world.here() == {}


async def test_after_connecting_again_they_are_seen_to_at_once(world: World) -> None:
    world.sandbox.store.permissions["webhooks"] = "none"
    await world.keep()
    world.sandbox.store.permissions["webhooks"] = "write"
    async with world.product.database.transaction(world.firm.id) as session:
        connection = await session.get_one(ClioConnection, world.firm.id)
        connection.clio_account_id = world.account
    known = {"clio_client_id": "sandbox-client", "clio_client_secret": SecretStr("sandbox-secret")}
    settings = world.product.settings.model_copy(update=known)
    access = replace(ClioAccess.of(world.product), settings=settings)
    asked = Asked(RegionKey.us, accepts_other_account=False)
    form = dict(parse_qsl(urlsplit(oauth.authorize_url(settings, region="us", state="s")).query))
    form |= {"account_id": str(world.account), "decision": "allow"}
    sent_back = await world.sandbox.http.post("/oauth/authorize", data=form)
    code = httpx.URL(sent_back.headers["location"]).params["code"]
    await finish_connection(access, firm_id=world.firm.id, asked=asked, code=code)
    await world.agree()
    assert {row.problem for row in (await world.here()).values()} == {None}
