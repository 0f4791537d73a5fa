"""The sandbox's Clio: OAuth, tokens, limits, permissions and faults."""

from collections.abc import AsyncIterator
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from integrations.sandbox_clio import BACK, CLIENT, START, ClioSandbox, Clock, opened
from integrations.sandbox_serving import serving
from invoice_tracker.sandbox.clio.app import create_app
from invoice_tracker.sandbox.clio.store import Store

MONTH = 30 * 24 * 60 * 60
ASKED = {"response_type": "code", "client_id": "sandbox-client", "redirect_uri": BACK}


@pytest.fixture
async def sandbox() -> AsyncIterator[ClioSandbox]:
    async with opened() as sandbox:
        yield sandbox


async def answer_consent(sandbox: ClioSandbox, **form: Any) -> httpx.Response:
    filled = {"account_id": sandbox.account_id(), "decision": "allow", **ASKED, **form}
    return await sandbox.http.post("/oauth/authorize", data=filled)


# Consent


async def test_the_consent_page_offers_both_firms(sandbox: ClioSandbox) -> None:
    page = await sandbox.http.get("/oauth/authorize", params=ASKED | {"state": "a&b"})
    assert page.status_code == 200
    assert 'name="state" value="a&amp;b"' in page.text
    for text in ("Hale &amp; Moreno LLP", "Brook &amp; Partners", "Sandbox Clio", "Decline"):
        assert text in page.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "somebody"},
        {"redirect_uri": ""},
        {"redirect_uri": "javascript:alert(1)"},
        {"response_type": "token"},
    ],
)
async def test_requests_that_are_not_even_asked(sandbox: ClioSandbox, wrong: Any) -> None:
    page = await sandbox.http.get("/oauth/authorize", params=ASKED | wrong)
    assert page.status_code == 400
    assert "<form" not in page.text


async def test_only_registered_addresses_are_sent_back_to() -> None:
    async with opened(redirect_uris=[BACK]) as sandbox:
        assert (await sandbox.http.get("/oauth/authorize", params=ASKED)).status_code == 200
        foreign = ASKED | {"redirect_uri": "http://elsewhere.test/callback"}
        assert (await sandbox.http.get("/oauth/authorize", params=foreign)).status_code == 400
        answer = await answer_consent(sandbox, redirect_uri="http://elsewhere.test/callback")
        assert answer.status_code == 400


async def test_declining(sandbox: ClioSandbox) -> None:
    stays = await answer_consent(sandbox, decision="decline", state="s")
    assert (stays.status_code, "location" in stays.headers) == (200, False)
    sent = await answer_consent(sandbox, decision="decline", state="s", redirect_on_decline="true")
    assert dict(httpx.URL(sent.headers["location"]).params) == {
        "error": "access_denied",
        "state": "s",
    }


# Tokens


async def test_a_code_becomes_tokens_once(sandbox: ClioSandbox) -> None:
    answer = await answer_consent(sandbox, state="s")
    back = httpx.URL(answer.headers["location"])
    assert back.params["state"] == "s"
    asked = {"grant_type": "authorization_code", "code": back.params["code"], "redirect_uri": BACK}
    first = await sandbox.http.post("/oauth/token", data=CLIENT | asked)
    assert first.status_code == 200
    assert first.json() | {"access_token": "", "refresh_token": ""} == {
        "token_type": "bearer",
        "access_token": "",
        "refresh_token": "",
        "expires_in": MONTH,
    }
    again = await sandbox.http.post("/oauth/token", data=CLIENT | asked)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("wrong", "status", "error"),
    [
        ({"client_secret": "guess"}, 401, "invalid_client"),
        ({"code": "guess"}, 400, "invalid_grant"),
        ({"redirect_uri": "http://elsewhere.test/"}, 400, "invalid_grant"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, 400, "invalid_grant"),
    ],
)
async def test_tokens_are_not_given_away(
    sandbox: ClioSandbox, wrong: Any, status: int, error: str
) -> None:
    code = httpx.URL((await answer_consent(sandbox)).headers["location"]).params["code"]
    asked = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
    answer = await sandbox.http.post("/oauth/token", data=CLIENT | asked | wrong)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert not sandbox.store.tokens


async def test_a_code_is_too_old_after_ten_minutes(sandbox: ClioSandbox) -> None:
    code = httpx.URL((await answer_consent(sandbox)).headers["location"]).params["code"]
    sandbox.clock.move(minutes=11)
    asked = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
    answer = await sandbox.http.post("/oauth/token", data=CLIENT | asked)
    assert answer.json()["error"] == "invalid_grant"


async def test_an_old_token_is_renewed_with_the_same_refresh_token(sandbox: ClioSandbox) -> None:
    tokens = await sandbox.allow()
    asked = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    path = "/api/v4/users/who_am_i.json"
    sandbox.clock.move(days=31)
    expired = await sandbox.http.get(
        path, headers={"Authorization": f"Bearer {tokens['access_token']}"}
    )
    assert expired.status_code == 401
    for _ in range(2):
        renewed = (await sandbox.http.post("/oauth/token", data=CLIENT | asked)).json()
        assert "refresh_token" not in renewed
        bearer = {"Authorization": f"Bearer {renewed['access_token']}"}
        assert (await sandbox.http.get(path, headers=bearer)).status_code == 200


async def test_deauthorizing_ends_one_connection_and_no_other(sandbox: ClioSandbox) -> None:
    api, other = await sandbox.connect(), await sandbox.connect()
    token = api.headers["authorization"].removeprefix("Bearer ")
    refresh_tokens = len(sandbox.store.refresh_tokens)
    answer = await api.post("http://clio.test/oauth/deauthorize", data={"token": token})
    assert answer.status_code == 200
    assert (await api.get("bills.json")).status_code == 401
    assert (await other.get("bills.json")).status_code == 200
    assert len(sandbox.store.refresh_tokens) == refresh_tokens - 1
    again = await api.post("http://clio.test/oauth/deauthorize", data={"token": token})
    assert again.status_code == 401


async def test_the_user_takes_access_back(sandbox: ClioSandbox) -> None:
    big, small = await sandbox.connect(), await sandbox.connect(1)
    await sandbox.do(f"accounts/{sandbox.account_id()}/revoke")
    assert (await big.get("bills.json")).status_code == 401
    assert (await small.get("bills.json")).status_code == 200


# Every answer of the API


@pytest.mark.parametrize("header", [None, "Bearer", "Basic abc", "token"])
async def test_no_token_at_all(sandbox: ClioSandbox, header: str | None) -> None:
    headers = {"Authorization": header} if header else {}
    answer = await sandbox.http.get("/api/v4/bills.json", headers=headers)
    assert answer.status_code == 401
    assert answer.json() == {
        "error": {"type": "UnauthorizedError", "message": "User is not authorized"}
    }
    assert not any(name.startswith("x-ratelimit") for name in answer.headers)


async def test_a_token_nobody_gave(sandbox: ClioSandbox) -> None:
    answer = await sandbox.http.get("/api/v4/bills.json", headers={"Authorization": "Bearer guess"})
    assert answer.status_code == 401
    assert set(answer.json()) == {"error", "error_description"}
    assert answer.json()["error"] == "invalid_token"
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]


async def test_too_many_requests() -> None:
    async with opened(rate_limit=3) as sandbox:
        api, other = await sandbox.connect(), await sandbox.connect(1)
        paths = ("bills.json?limit=1", "bills/1.json", "tasks.json")
        answers = [await api.get(path) for path in paths]
        assert [a.status_code for a in answers] == [200, 404, 200]
        assert [a.headers["x-ratelimit-remaining"] for a in answers] == ["2", "1", "0"]
        assert {a.headers["x-ratelimit-limit"] for a in answers} == {"3"}
        refused = await api.get("bills.json")
        assert refused.status_code == 429
        assert refused.json()["error"]["type"] == "RateLimited"
        assert 1 <= int(refused.headers["retry-after"]) <= 61
        assert refused.headers["x-ratelimit-remaining"] == "0"
        assert (await other.get("bills.json")).status_code == 200
        await sandbox.do("switches", rate_limit=0)
        assert (await api.get("bills.json")).status_code == 200


@pytest.mark.parametrize("move", [{"seconds": 61}, {"days": -1}])
async def test_the_minute_is_one_of_the_clock(move: dict[str, float]) -> None:
    async with opened(rate_limit=1) as sandbox:
        api = await sandbox.connect()
        assert [(await api.get("tasks.json")).status_code for _ in range(2)] == [200, 429]
        sandbox.clock.move(**move)
        assert (await api.get("tasks.json")).status_code == 200


async def test_versions_of_the_api(sandbox: ClioSandbox) -> None:
    api = await sandbox.connect()
    assert (await api.get("tasks.json")).headers["x-api-version"] == "4.0.13"
    older = await api.get("tasks.json", headers={"X-API-VERSION": "4.0.9"})
    assert (older.status_code, older.headers["x-api-version"]) == (200, "4.0.9")
    for wrong in ("4.0.99", "3.0.0", "latest"):
        assert (await api.get("tasks.json", headers={"X-API-VERSION": wrong})).status_code == 410


async def test_answers_carry_the_time_of_clio(sandbox: ClioSandbox) -> None:
    api = await sandbox.connect()
    sandbox.clock.move(days=20, hours=3)
    for path in ("tasks.json", "bills/1.json"):
        answer = await api.get(path)
        assert parsedate_to_datetime(answer.headers["date"]) == sandbox.clock.now()
        assert len(answer.headers.get_list("date")) == 1


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("billing", "bills.json"),
        ("contacts", "contacts.json"),
        ("matters", "matters.json"),
        ("accounting", "allocations.json"),
        ("users", "users/who_am_i.json"),
        ("webhooks", "webhooks.json"),
    ],
)
async def test_without_the_permission(sandbox: ClioSandbox, name: str, path: str) -> None:
    api = await sandbox.connect()
    assert (await api.get(path)).status_code == 200
    await sandbox.do("switches", permissions={name: "none"})
    refused = await api.get(path)
    assert refused.status_code == 403
    assert refused.json()["error"]["message"]
    assert (await api.get("currencies.json")).status_code == 200


async def test_reading_is_not_writing(sandbox: ClioSandbox) -> None:
    api = await sandbox.connect()
    await sandbox.do("switches", permissions={"billing": "read"})
    bill = sandbox.find(state="awaiting_payment")["id"]
    assert (await api.get(f"bills/{bill}.json")).status_code == 200
    answer = await api.patch(f"bills/{bill}.json", json={"data": {"state": "paid"}})
    assert answer.status_code == 403
    answer = await sandbox.http.post("/sandbox/switches", json={"permissions": {"x": "read"}})
    assert answer.status_code == 400


# Faults


async def test_faults_hit_their_path_and_run_out(sandbox: ClioSandbox) -> None:
    api = await sandbox.connect()
    await sandbox.do("faults", kind="status", status=503, count=2, path="/bills.json")
    assert (await api.get("tasks.json")).status_code == 200
    statuses = [(await api.get("bills.json")).status_code for _ in range(3)]
    assert statuses == [503, 503, 200]


async def test_a_fault_on_a_later_page(sandbox: ClioSandbox) -> None:
    api = await sandbox.connect()
    await sandbox.do("faults", kind="status", path="page_token", skip=1)
    url, statuses = "bills.json?limit=50", []
    while url and len(statuses) < 9:
        answer = await api.get(url)
        statuses.append(answer.status_code)
        if answer.is_success:
            url = answer.json()["meta"]["paging"].get("next")
    assert statuses == [200, 200, 500, 200, 200, 200, 200]


async def test_what_a_fault_looks_like(sandbox: ClioSandbox) -> None:
    api = await sandbox.connect(checked=False)
    good = (await api.get("bills.json")).content
    await sandbox.do("faults", kind="truncate")
    assert (await api.get("bills.json")).content == good[: len(good) // 2]
    await sandbox.do("faults", kind="malformed")
    assert (await api.get("bills.json")).text == "<html>oops"
    await sandbox.do("faults", kind="status", status=401)
    assert (await api.get("bills.json")).json()["error"] == "invalid_token"
    await sandbox.do("faults", kind="status", status=429, retry_after=7)
    assert (await api.get("bills.json")).headers["retry-after"] == "7"
    await sandbox.do("faults", kind="delay", seconds=0.01)
    assert (await api.get("bills.json")).content == good


async def test_all_is_well_again(sandbox: ClioSandbox) -> None:
    api = await sandbox.connect()
    await sandbox.do("faults", kind="status", count=5)
    assert len((await sandbox.http.get("/sandbox/faults")).json()) == 1
    await sandbox.http.delete("/sandbox/faults")
    assert (await api.get("bills.json")).status_code == 200


async def test_a_dropped_connection_on_a_real_port() -> None:
    app = create_app(Store(), Clock())
    async with serving(app) as url:
        sandbox = ClioSandbox(app, app.state.world.clock, url)
        api = await sandbox.connect()
        assert (await api.get("bills.json", params={"limit": 1})).status_code == 200
        await sandbox.do("faults", kind="drop")
        with pytest.raises(httpx.TransportError):
            await api.get("bills.json")
        answer = await api.get("bills.json", params={"limit": 1})
        assert answer.json()["meta"]["paging"]["next"].startswith(f"{url}/api/v4/")
        assert parsedate_to_datetime(answer.headers.get_list("date")[-1]) == START
        await sandbox.close()
