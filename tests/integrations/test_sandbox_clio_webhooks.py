"""The sandbox's Clio: webhooks from the handshake to the suspension."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request, Response

from integrations.sandbox_clio import START, ClioSandbox, opened
from integrations.sandbox_serving import serving, until

SHOWN = {"fields": "id,status,shared_secret,url,model,events,expires_at,etag"}


class Listener:
    """Keeps what it is sent, and answers from a list of statuses."""

    def __init__(self) -> None:
        self.url = ""
        self.echoes = True
        self.secret = ""
        self.answers: list[int] = []
        self.got: list[tuple[bytes, str]] = []
        self.handshakes: list[dict[str, Any]] = []
        self.app = FastAPI()
        self.app.add_api_route("/hook", self.take, methods=["POST"])

    async def take(self, request: Request) -> Response:
        body = await request.body()
        secret = request.headers.get("x-hook-secret")
        if secret:
            self.secret = secret
            self.handshakes.append(json.loads(body))
            return Response(headers={"X-Hook-Secret": secret} if self.echoes else {})
        self.got.append((body, request.headers["x-hook-signature"]))
        return Response(status_code=self.answers.pop(0) if self.answers else 200)

    @property
    def told(self) -> list[dict[str, Any]]:
        return [json.loads(body) for body, _ in self.got]


@pytest.fixture
async def sandbox() -> AsyncIterator[ClioSandbox]:
    async with opened() as sandbox:
        yield sandbox


@pytest.fixture
async def api(sandbox: ClioSandbox) -> httpx.AsyncClient:
    return await sandbox.connect()


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    listener = Listener()
    async with serving(listener.app) as url:
        listener.url = f"{url}/hook"
        yield listener


async def subscribe(api: httpx.AsyncClient, url: str, **data: Any) -> dict[str, Any]:
    body = {"data": {"url": url, "model": "bill", "fields": "id,etag,state,balance", **data}}
    answer = await api.post("webhooks.json", params=SHOWN, json=body)
    assert answer.status_code == 201, answer.text
    hook: dict[str, Any] = answer.json()["data"]
    return hook


async def enabled(sandbox: ClioSandbox, api: httpx.AsyncClient, listener: Listener) -> Any:
    hook = await subscribe(api, listener.url)
    row = sandbox.rows("hooks")[hook["id"]]
    await until(lambda: row["status"] == "enabled")
    return row


async def test_the_listener_agrees_by_echoing(
    sandbox: ClioSandbox, api: httpx.AsyncClient, listener: Listener
) -> None:
    hook = await subscribe(api, listener.url)
    assert hook["status"] == "pending"
    assert hook["shared_secret"]
    assert hook["events"] == ["created", "updated", "deleted"]
    await until(lambda: sandbox.rows("hooks")[hook["id"]]["status"] == "enabled")
    assert listener.secret == hook["shared_secret"]
    assert listener.handshakes == [{"data": {"webhook_id": hook["id"]}}]


async def test_the_listener_agrees_later(
    sandbox: ClioSandbox, api: httpx.AsyncClient, listener: Listener
) -> None:
    listener.echoes = False
    hook = await subscribe(api, listener.url)
    await until(lambda: listener.secret)
    path = f"webhooks/{hook['id']}/activate"
    assert sandbox.rows("hooks")[hook["id"]]["status"] == "pending"
    guess = await api.put(path, headers={"X-Hook-Secret": "guess"})
    assert guess.status_code == 403
    right = await api.put(path, params=SHOWN, headers={"X-Hook-Secret": listener.secret})
    assert right.json()["data"]["status"] == "enabled"


async def test_a_pending_hook_is_told_nothing(
    sandbox: ClioSandbox, api: httpx.AsyncClient, listener: Listener
) -> None:
    listener.echoes = False
    await subscribe(api, listener.url)
    await until(lambda: listener.secret)
    await sandbox.do("bills", amount=5)
    assert listener.got == []
    assert [each["kind"] for each in (await sandbox.http.get("/sandbox/deliveries")).json()] == [
        "X-Hook-Secret"
    ]


async def test_a_delivery_is_signed_in_hex(
    sandbox: ClioSandbox, api: httpx.AsyncClient, listener: Listener
) -> None:
    hook = await enabled(sandbox, api, listener)
    bill = await sandbox.do("bills", amount=5)
    await until(lambda: listener.got)
    body, signature = listener.got[0]
    secret = hook["shared_secret"].encode()
    assert signature == hmac.new(secret, body, hashlib.sha256).hexdigest()
    assert listener.told[0] == {
        "data": {"id": bill["id"], "etag": bill["etag"], "state": bill["state"], "balance": 5.0},
        "meta": {"event": "created", "webhook_id": hook["id"]},
    }


async def test_changes_are_told_when_a_watched_field_changes(
    sandbox: ClioSandbox, api: httpx.AsyncClient, listener: Listener
) -> None:
    await enabled(sandbox, api, listener)
    bill = (await sandbox.do("bills", amount=50))["id"]
    await sandbox.do(f"bills/{bill}/due-date", due_at="2027-01-01")
    await sandbox.do(f"bills/{bill}/payments", amount=20)
    await until(lambda: len(listener.got) == 2)
    told = sorted(listener.told, key=lambda each: each["meta"]["event"])
    assert [each["meta"]["event"] for each in told] == ["created", "updated"]
    assert told[1]["data"]["balance"] == 30.0


async def test_the_first_change_of_a_bill_is_told_whatever_it_is(
    sandbox: ClioSandbox, api: httpx.AsyncClient, listener: Listener
) -> None:
    await enabled(sandbox, api, listener)
    bill = sandbox.find(state="awaiting_payment")["id"]
    for due in ("2027-01-01", "2027-01-02"):
        await sandbox.do(f"bills/{bill}/due-date", due_at=due)
    await sandbox.do("bills", amount=1)
    await until(lambda: len(listener.got) == 2)
    assert {each["meta"]["event"] for each in listener.told} == {"updated", "created"}


async def test_a_deleted_bill(
    sandbox: ClioSandbox, api: httpx.AsyncClient, listener: Listener
) -> None:
    await enabled(sandbox, api, listener)
    bill = sandbox.find(state="draft")["id"]
    assert (await api.delete(f"bills/{bill}.json")).status_code == 204
    await until(lambda: listener.got)
    assert listener.told[0]["meta"]["event"] == "deleted"


async def test_only_events_and_models_asked_for(
    sandbox: ClioSandbox, api: httpx.AsyncClient, listener: Listener
) -> None:
    hook = await subscribe(api, listener.url, model=6, fields="id,name", events=["updated"])
    assert hook["model"] == "contact"
    await until(lambda: sandbox.rows("hooks")[hook["id"]]["status"] == "enabled")
    bill = await sandbox.do("bills", amount=5)
    client = bill["client"]["id"]
    await sandbox.http.patch(f"/sandbox/contacts/{client}", json={"email": "a@example.com"})
    await until(lambda: listener.got)
    assert [each["data"]["id"] for each in listener.told] == [client]


async def test_another_try_after_a_failure(
    sandbox: ClioSandbox, api: httpx.AsyncClient, listener: Listener
) -> None:
    hook = await enabled(sandbox, api, listener)
    listener.answers = [500, 404, 302]
    await sandbox.do("bills", amount=5)
    await until(lambda: len(listener.got) == 3)
    assert len({body for body, _ in listener.got}) == 1
    await sandbox.do("bills", amount=6)
    await until(lambda: len(listener.got) == 4)
    assert hook["status"] == "enabled"


async def test_suspended_after_five_failures(
    sandbox: ClioSandbox, api: httpx.AsyncClient, listener: Listener
) -> None:
    hook = await enabled(sandbox, api, listener)
    listener.answers = [500] * 5
    await sandbox.do("bills", amount=5)
    await until(lambda: hook["status"] == "suspended")
    assert len(listener.got) == 5
    await sandbox.do("bills", amount=6)
    shown = await api.get(f"webhooks/{hook['id']}.json", params=SHOWN)
    assert shown.json()["data"]["status"] == "suspended"
    assert len(listener.got) == 5


async def test_gone_ends_it_at_once(
    sandbox: ClioSandbox, api: httpx.AsyncClient, listener: Listener
) -> None:
    hook = await enabled(sandbox, api, listener)
    listener.answers = [410]
    await sandbox.do("bills", amount=5)
    await until(lambda: hook["status"] == "suspended")
    assert len(listener.got) == 1


async def test_it_expires_and_is_extended(
    sandbox: ClioSandbox, api: httpx.AsyncClient, listener: Listener
) -> None:
    hook = await enabled(sandbox, api, listener)
    shown = (await api.get(f"webhooks/{hook['id']}.json", params=SHOWN)).json()["data"]
    assert shown["expires_at"] == (START + timedelta(days=3)).isoformat()
    sandbox.clock.move(days=4)
    await sandbox.do("bills", amount=5)
    until_when = (sandbox.clock.now() + timedelta(days=31)).isoformat()
    answer = await api.patch(
        f"webhooks/{hook['id']}.json",
        params=SHOWN,
        headers={"If-Match": shown["etag"]},
        json={"data": {"expires_at": until_when}},
    )
    assert answer.json()["data"]["expires_at"] == until_when
    later = await sandbox.do("bills", amount=6)
    await until(lambda: listener.got)
    assert [each["data"]["id"] for each in listener.told] == [later["id"]]
    stale = await api.patch(
        f"webhooks/{hook['id']}.json",
        headers={"If-Match": shown["etag"]},
        json={"data": {"expires_at": until_when}},
    )
    assert stale.status_code == 412


async def test_another_address_is_asked_again(
    sandbox: ClioSandbox, api: httpx.AsyncClient, listener: Listener
) -> None:
    hook = await enabled(sandbox, api, listener)
    old = listener.secret
    body = {"data": {"url": f"{listener.url}?2"}}
    answer = await api.patch(f"webhooks/{hook['id']}.json", params=SHOWN, json=body)
    assert answer.json()["data"]["status"] == "pending"
    await until(lambda: hook["status"] == "enabled")
    assert listener.secret != old


async def test_ending_it(sandbox: ClioSandbox, api: httpx.AsyncClient, listener: Listener) -> None:
    hook = await enabled(sandbox, api, listener)
    assert (await api.delete(f"webhooks/{hook['id']}.json")).status_code == 204
    assert (await api.get(f"webhooks/{hook['id']}.json")).status_code == 404
    assert (await api.get("webhooks.json")).json()["data"] == []


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"url": "http://product.test/hook"}, 422),
        ({"url": ""}, 422),
        ({"model": "invoice"}, 422),
        ({"fields": "id,payments"}, 400),
        ({"fields": "id," * 400}, 422),
        ({"events": ["paid"]}, 422),
        ({"expires_at": "2026-06-01T00:00:00Z"}, 422),
        ({"expires_at": "2026-03-01T00:00:00Z"}, 422),
    ],
)
async def test_subscriptions_that_cannot_be(
    sandbox: ClioSandbox, api: httpx.AsyncClient, wrong: Any, status: int
) -> None:
    data = {"url": "https://product.test/hook", "model": "bill", "fields": "id"}
    answer = await api.post("webhooks.json", json={"data": data | wrong})
    assert answer.status_code == status
    assert not sandbox.rows("hooks")
