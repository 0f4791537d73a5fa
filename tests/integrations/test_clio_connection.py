"""Connecting a firm to Clio, renewing its tokens, taking the connection away."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import select

from conftest import log_in, make_adapters
from factories import make_firm, make_user
from fakes import MovableClock
from integrations.clio_firm import connect, connection_of, invoices_of, point_at, sync
from integrations.clio_stub import ClioStub, a_bill, broken, raw, running_stub
from invoice_tracker.accounts.models import Role, User
from invoice_tracker.core.database import Database
from invoice_tracker.core.deps import Adapters
from invoice_tracker.firms.models import Firm
from invoice_tracker.integrations.clio import jobs
from invoice_tracker.integrations.clio.access import ClioAccess, open_client
from invoice_tracker.integrations.clio.models import ConnectionState, OAuthState, RunState, SyncRun
from invoice_tracker.integrations.clio.problems import ClioUnauthorized
from invoice_tracker.settings import Settings

CONNECTION = "/api/v1/clio/connection"
CALLBACK = "/api/v1/clio/callback"


@pytest.fixture
async def stub() -> AsyncIterator[ClioStub]:
    async with running_stub() as stub:
        stub.tokens = set()
        yield stub


@pytest.fixture
async def adapters(adapters: Adapters, stub: ClioStub) -> Adapters:
    """Every test here has its Clio on a real port."""
    return point_at(adapters, stub)


async def begin(client: httpx.AsyncClient, region: str = "us") -> dict[str, str]:
    """Parameters of the address that the browser is sent to."""
    answer = await client.post(CONNECTION, json={"region": region})
    assert answer.status_code == 200, answer.text
    parts = urlsplit(answer.json()["authorize_url"])
    return {"path": parts.path} | {key: found[0] for key, found in parse_qs(parts.query).items()}


async def come_back(client: httpx.AsyncClient, **params: str) -> str:
    """Where the callback sends the browser."""
    answer = await client.get(CALLBACK, params=params)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].removeprefix("http://testserver")


async def test_the_whole_way_in(client, adapters, firm, stub):
    before = (await client.get(CONNECTION)).json()
    assert (before["state"], before["region"]) == ("not_connected", None)
    assert [region["key"] for region in before["regions"]] == ["us", "eu", "ca", "au"]
    assert all(region["configured"] for region in before["regions"])
    asked = await begin(client)
    assert asked["path"] == "/oauth/authorize"
    assert asked["response_type"] == "code"
    assert asked["client_id"] == "client-id"
    assert asked["redirect_uri"] == "http://testserver/api/v1/clio/callback"
    assert asked["redirect_on_decline"] == "true"
    assert "scope" not in asked
    stub.bills = {1: a_bill(1)}
    assert await come_back(client, code="abc", state=asked["state"]) == "/welcome?connected=1"
    assert stub.forms == [
        {
            "grant_type": "authorization_code",
            "code": "abc",
            "redirect_uri": "http://testserver/api/v1/clio/callback",
            "client_id": "client-id",
            "client_secret": "client-secret",
        }
    ]
    after = (await client.get(CONNECTION)).json()
    assert after["state"] == "connected"
    assert (after["account_name"], after["user_name"]) == ("Hale & Moreno", "Dana Hale")
    assert after["record_strategy"] == "automatic"
    assert "token" not in str(after)
    assert adapters.poke.pokes == [("sync_firm", firm.id)]
    setup = (await client.get("/api/v1/firm/setup")).json()
    assert (setup["clio_connected"], setup["first_import"]) == (True, "running")
    await jobs.run_requested(adapters, firm.id)
    assert list(await invoices_of(adapters, firm)) == [1]
    assert (await client.get("/api/v1/firm/setup")).json()["first_import"] == "done"


async def test_tokens_are_stored_encrypted(client, adapters, firm):
    asked = await begin(client)
    await come_back(client, code="abc", state=asked["state"])
    connection = await connection_of(adapters, firm)
    assert b"access-2" not in (connection.access_token or b"")
    assert adapters.vault.decrypt(connection.access_token or b"") == "access-2"
    assert adapters.vault.decrypt(connection.refresh_token or b"") == "refresh-1"
    assert connection.token_expires_at == adapters.clock.now() + timedelta(days=30)


async def test_a_state_works_once_and_not_for_long(client, clock):
    asked = await begin(client)
    await come_back(client, code="abc", state=asked["state"])
    again = await come_back(client, code="abc", state=asked["state"])
    assert again == "/settings/clio?error=expired"
    old = await begin(client)
    clock.move(minutes=31)
    assert await come_back(client, code="a", state=old["state"]) == "/settings/clio?error=expired"


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"error": "access_denied"}, "declined"),
        ({"error": "server_error"}, "refused"),
        ({"error": "unauthorized_client"}, "wrong_region"),
        ({}, "refused"),
    ],
)
async def test_a_no_in_clio(client, params, code):
    asked = await begin(client)
    page = await come_back(client, state=asked["state"], **params)
    assert page == f"/welcome?error={code}"
    assert (await client.get(CONNECTION)).json()["state"] == "not_connected"


@pytest.mark.parametrize("state", ["", "forged", "é\u202e"])
async def test_a_forged_callback_changes_nothing(client, stub, state):
    await begin(client)
    assert await come_back(client, code="abc", state=state) == "/welcome?error=expired"
    assert stub.asked == []


async def test_a_callback_for_somebody_else_changes_nothing(client, adapters, firm, clock):
    """The state belongs to the person who asked, so nobody can be tricked into another account."""
    asked = await begin(client)
    async with adapters.database.transaction(firm.id) as session:
        other = await make_user(session, firm=firm, now=clock.now())
    await log_in(client, adapters, other)
    assert await come_back(client, code="a", state=asked["state"]) == "/welcome?error=expired"


async def test_a_callback_without_log_in(anonymous):
    page = await come_back(anonymous, code="abc", state="x")
    assert page == "/settings/clio?error=not_logged_in"


@pytest.mark.parametrize(
    ("spoiled", "code"),
    [
        (broken(400, {"error": "invalid_grant"}), "refused"),
        (broken(401, {"error": "invalid_client"}), "wrong_region&region=us"),
        (broken(500, None), "unreachable"),
        (raw("<html>"), "unreachable"),
        (raw('{"token_type":"bearer"}'), "unreachable"),
        (raw("[]"), "unreachable"),
    ],
)
async def test_clio_gives_no_tokens(client, stub, spoiled, code):
    stub.token_answers = [spoiled]
    asked = await begin(client)
    page = await come_back(client, code="abc", state=asked["state"])
    assert page == f"/welcome?error={code}"


@pytest.mark.parametrize("spoiled", [raw('{"data":{"id":5}}'), raw('{"data":[]}'), raw("{")])
async def test_clio_does_not_say_whose_account_it_is(client, stub, spoiled):
    stub.fail(spoiled, times=5)
    asked = await begin(client)
    page = await come_back(client, code="abc", state=asked["state"])
    assert page == "/welcome?error=unreachable"


async def test_another_firms_account_is_refused(client, adapters, firm, stub):
    await connect(adapters, firm)
    stub.account_id, stub.account_name = 78, "Other & Co"
    asked = await begin(client)
    page = await come_back(client, code="abc", state=asked["state"])
    assert page == "/settings/clio?error=other_account&account=Other+%26+Co"
    assert stub.asked[-1] == ("POST", "/oauth/deauthorize", {"token": "access-2"})
    connection = await connection_of(adapters, firm)
    assert adapters.vault.decrypt(connection.access_token or b"") == "access-1"


async def test_a_user_without_billing_is_refused(client, adapters, firm, stub):
    """Nothing would ever be read: the access is given back, and the page says whom to ask."""
    forbidden = {"error": {"type": "ForbiddenError", "message": "User is forbidden"}}
    stub.fail(broken(403, forbidden), after=1)
    asked = await begin(client)
    page = await come_back(client, code="abc", state=asked["state"])
    assert page == "/welcome?error=no_billing&user=Dana+Hale&account=Hale+%26+Moreno"
    assert stub.asked[-2:] == [
        ("GET", "/api/v4/bills.json", {"limit": "1", "fields": "id"}),
        ("POST", "/oauth/deauthorize", {"token": "access-2"}),
    ]
    assert (await client.get(CONNECTION)).json()["state"] == "not_connected"
    assert adapters.poke.pokes == []


async def test_connecting_again_reads_everything_again(client, adapters, firm, stub, clock):
    await connect(
        adapters,
        firm,
        state=ConnectionState.needs_reconnect,
        watermark=clock.now(),
        full_read_at=clock.now(),
        error="Clio no longer accepts our access.",
    )
    asked = await begin(client)
    page = await come_back(client, code="abc", state=asked["state"])
    assert page == "/settings/clio?connected=1"
    stub.asked.clear()
    await jobs.run_requested(adapters, firm.id)
    assert "updated_since" in stub.listings[0]
    # And what is open is compared at once, not only at night.
    await jobs.reconcile_if_due(adapters, firm.id)
    assert stub.listings[-1]["state"] == "awaiting_payment"
    assert (await client.get(CONNECTION)).json()["error"] is None


async def test_without_an_application_at_clio(client, adapters):
    bare = adapters.settings.model_copy(update={"clio_client_id": ""})
    client._transport.app.state.adapters = replace(adapters, settings=bare)
    answer = await client.post(CONNECTION, json={"region": "us"})
    assert answer.status_code == 409
    assert "client id" in answer.json()["detail"]
    regions = (await client.get(CONNECTION)).json()["regions"]
    assert not any(region["configured"] for region in regions)


@pytest.mark.parametrize("body", [{}, {"region": "mars"}, {"region": "us", "scope": "all"}])
async def test_a_region_must_be_one_of_four(client, body):
    assert (await client.post(CONNECTION, json=body)).status_code == 422


async def test_disconnecting_keeps_what_was_read_and_stops_mail(
    client, adapters, firm, stub, clock
):
    stub.tokens = {"access-1"}
    stub.bills = {1: a_bill(1)}
    await connect(adapters, firm)
    await sync(adapters, firm)
    invoice = (await invoices_of(adapters, firm))[1]
    for confirm in ("", "disconnect", "DISCONNECT "[:-2]):
        answer = await client.post(f"{CONNECTION}/disconnect", json={"confirm": confirm})
        assert answer.status_code == 422
    body = (await client.post(f"{CONNECTION}/disconnect", json={"confirm": "DISCONNECT"})).json()
    assert (body["state"], body["account_name"]) == ("disconnected", "Hale & Moreno")
    assert stub.asked[-1] == ("POST", "/oauth/deauthorize", {"token": "access-1"})
    connection = await connection_of(adapters, firm)
    assert (connection.access_token, connection.refresh_token) == (None, None)
    assert list(await invoices_of(adapters, firm)) == [1]
    answer = await adapters.billing.reread(firm.id, [invoice.id])
    assert (answer.fresh, answer.problem) == (frozenset(), "Clio is not connected.")
    stub.asked.clear()
    clock.move(days=1)
    await jobs.sync_if_due(adapters, firm.id)
    assert stub.asked == []
    answer = await client.post("/api/v1/sync-runs")
    assert (answer.status_code, answer.json()["detail"]) == (409, "Clio is not connected.")


async def test_disconnecting_when_clio_is_down(client, adapters, firm, stub):
    await connect(adapters, firm)
    dead = adapters.settings.model_copy(update={"clio_base_url": "http://127.0.0.1:9"})
    client._transport.app.state.adapters = replace(adapters, settings=dead)
    body = (await client.post(f"{CONNECTION}/disconnect", json={"confirm": "DISCONNECT"})).json()
    assert body["state"] == "disconnected"
    assert "could not be told" in body["error"]
    assert (await connection_of(adapters, firm)).access_token is None


async def test_the_way_payments_get_into_clio(client, adapters, firm):
    assert (await client.patch(CONNECTION, json={"record_strategy": "manual"})).status_code == 404
    await connect(adapters, firm)
    body = (await client.patch(CONNECTION, json={"record_strategy": "manual"})).json()
    assert body["record_strategy"] == "manual"
    assert (await client.patch(CONNECTION, json={"record_strategy": "magic"})).status_code == 422


async def test_only_the_owner_touches_the_connection(anonymous, adapters, firm, clock):
    async with adapters.database.transaction(firm.id) as session:
        user = await make_user(session, firm=firm, now=clock.now(), role=Role.billing)
    await log_in(anonymous, adapters, user)
    assert (await anonymous.get(CONNECTION)).status_code == 200
    for method, path, body in (
        ("POST", CONNECTION, {"region": "us"}),
        ("PATCH", CONNECTION, {"record_strategy": "manual"}),
        ("POST", f"{CONNECTION}/disconnect", {"confirm": "DISCONNECT"}),
    ):
        assert (await anonymous.request(method, path, json=body)).status_code == 403
    page = await come_back(anonymous, code="abc", state="x")
    assert page == "/settings/clio?error=not_allowed"


async def test_a_token_is_renewed_before_it_ends(adapters, firm, stub, clock):
    await connect(adapters, firm, token_expires_at=clock.now() + timedelta(minutes=5))
    async with open_client(ClioAccess.of(adapters), firm.id) as clio:
        await clio.get("bills.json")
    assert [form["grant_type"] for form in stub.forms] == ["refresh_token"]
    assert stub.forms[0]["client_secret"] == "client-secret"


async def test_a_new_refresh_token_replaces_the_old_one(adapters, firm, stub, clock):
    body = '{"access_token":"a","refresh_token":"refresh-2","expires_in":60,"token_type":"bearer"}'
    stub.token_answers = [raw(body)]
    stub.tokens = {"a"}
    await connect(adapters, firm, token_expires_at=clock.now())
    async with open_client(ClioAccess.of(adapters), firm.id):
        pass
    connection = await connection_of(adapters, firm)
    assert adapters.vault.decrypt(connection.refresh_token or b"") == "refresh-2"
    assert connection.token_expires_at == clock.now() + timedelta(seconds=60)


async def test_many_workers_renew_a_token_once(
    committed: Database, clock: MovableClock, settings: Settings, stub: ClioStub
):
    # Two workers share nothing but the database.
    workers = [point_at(make_adapters(committed, clock, settings), stub) for _ in range(2)]
    async with committed.transaction() as session:
        firm = await make_firm(session, now=clock.now())
    await connect(workers[0], firm)

    async def work(product: Adapters) -> None:
        async with open_client(ClioAccess.of(product), firm.id) as clio:
            await clio.get("bills.json")

    await asyncio.gather(*(work(worker) for worker in workers * 3))
    assert len(stub.forms) == 1


async def test_a_revoked_refresh_token_is_not_asked_for_ever(adapters, firm, stub, clock):
    stub.token_answers = [broken(400, {"error": "invalid_grant"})]
    await connect(adapters, firm, token_expires_at=clock.now())
    with pytest.raises(ClioUnauthorized):
        async with open_client(ClioAccess.of(adapters), firm.id):
            pass
    assert (await connection_of(adapters, firm)).state is ConnectionState.needs_reconnect


async def test_resync_by_hand(client, adapters, firm, stub, clock):
    assert (await client.post("/api/v1/sync-runs")).status_code == 409
    stub.tokens = {"access-1"}
    stub.bills = {1: a_bill(1)}
    await connect(adapters, firm)
    answer = await client.post("/api/v1/sync-runs")
    assert answer.status_code == 202
    run = answer.json()
    assert (run["state"], run["kind"], run["bills_read"]) == ("running", "first_import", 0)
    assert (await client.post("/api/v1/sync-runs")).json()["id"] == run["id"]
    assert adapters.poke.pokes == [("sync_firm", firm.id)] * 2
    await jobs.run_requested(adapters, firm.id)
    done = (await client.get(f"/api/v1/sync-runs/{run['id']}")).json()
    assert (done["state"], done["invoices_updated"], done["bills_total"]) == ("succeeded", 1, 1)
    clock.move(minutes=1)
    again = (await client.post("/api/v1/sync-runs")).json()
    assert again["kind"] == "resync"
    listed = (await client.get("/api/v1/sync-runs", params={"limit": 1})).json()["items"]
    assert [item["id"] for item in listed] == [again["id"]]


async def test_disconnecting_ends_a_run_under_way(client, adapters, firm, stub):
    await connect(adapters, firm)
    await client.post("/api/v1/sync-runs")
    await client.post(f"{CONNECTION}/disconnect", json={"confirm": "DISCONNECT"})
    async with adapters.database.transaction(firm.id) as session:
        run = (await session.scalars(select(SyncRun))).one()
        assert (run.state, run.error) == (RunState.failed, "Clio was disconnected.")


async def test_runs_of_another_firm_are_not_there(client, adapters, firm, clock, stub):
    async with adapters.database.transaction() as session:
        other = await make_firm(session, now=clock.now(), name="Other")
    await connect(adapters, other)
    stub.tokens = {"access-1"}
    run = await sync(adapters, other)
    assert (await client.get(f"/api/v1/sync-runs/{run.id}")).status_code == 404
    assert (await client.get("/api/v1/sync-runs")).json()["items"] == []


async def test_old_states_do_not_pile_up(client, adapters, firm: Firm, owner: User, clock):
    for _ in range(3):
        await begin(client)
        clock.move(hours=1)
    async with adapters.database.transaction(firm.id) as session:
        assert len((await session.scalars(select(OAuthState))).all()) == 1
