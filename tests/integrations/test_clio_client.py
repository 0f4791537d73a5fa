"""Requests to Clio, against every kind of bad answer."""

import json
from collections.abc import Callable
from decimal import Decimal

import httpx2
import pytest

from fakes import FreeThrottle
from invoice_tracker.integrations.clio import client as clio_client
from invoice_tracker.integrations.clio.client import ClioClient
from invoice_tracker.integrations.clio.problems import (
    ClioBusy,
    ClioForbidden,
    ClioMalformed,
    ClioProblem,
    ClioRefused,
    ClioUnauthorized,
    ClioUncertain,
    ClioUnreachable,
)

BASE = "https://app.clio.com"
GOOD = {"data": [{"id": 1, "balance": 10.1}]}
EXPIRED = {"error": "invalid_token", "error_description": "The access token is expired"}
MISSING = {"error": {"type": "UnauthorizedError", "message": "User is not authorized"}}


class Script:
    """Answers in turn; the last one again and again."""

    def __init__(self, *answers: httpx2.Response | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[httpx2.Request] = []
        self.slept: list[float] = []
        self.renewed: list[str] = []
        self.throttle = FreeThrottle()

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    async def renew(self, old: str) -> str:
        self.renewed.append(old)
        return "new-token"

    def client(self, patience: float = 60) -> ClioClient:
        return ClioClient(
            httpx2.AsyncClient(transport=httpx2.MockTransport(self)),
            region="us",
            base_url=BASE,
            access_token="old-token",
            renew=self.renew,
            throttle=self.throttle,
            bucket="firm",
            patience=patience,
            sleep=self.sleep,
        )


def answer(body: object = GOOD, status: int = 200, **headers: str) -> httpx2.Response:
    return httpx2.Response(status, json=body, headers=headers)


async def test_amounts_stay_exact() -> None:
    found = await Script(answer()).client().get("bills.json")
    assert found.data[0]["balance"] == Decimal("10.1")


async def test_clios_own_clock_is_read() -> None:
    date = "Mon, 02 Mar 2026 15:00:00 GMT"
    found = await Script(answer(Date=date)).client().get("bills.json")
    assert found.clio_time is not None
    assert found.clio_time.isoformat() == "2026-03-02T15:00:00+00:00"
    assert (await Script(answer(Date="yesterday")).client().get("x")).clio_time is None


@pytest.mark.parametrize("body", [EXPIRED, MISSING])
async def test_both_shapes_of_401_renew_the_token_once(body) -> None:
    script = Script(answer(body, 401), answer())
    await script.client().get("bills.json")
    assert script.renewed == ["old-token"]
    assert script.requests[-1].headers["Authorization"] == "Bearer new-token"


@pytest.mark.parametrize("body", [EXPIRED, MISSING, None, "text", ["list"], {"error": 5}])
async def test_a_second_401_is_the_end(body) -> None:
    with pytest.raises(ClioUnauthorized, match="connect to Clio again"):
        await Script(answer(body, 401)).client().get("bills.json")


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (403, ClioForbidden, "may not do this: Ask your administrator."),
        (400, ClioRefused, "refused the request: Ask your administrator."),
        (404, ClioRefused, "does not have this any more"),
        (422, ClioRefused, "Ask your administrator"),
        (500, ClioUnreachable, "error 500"),
        (302, ClioRefused, "refused"),
    ],
)
async def test_refusals_carry_clios_words(status, kind, words) -> None:
    body = {"error": {"type": "X", "message": "Ask your\nadministrator."}}
    with pytest.raises(kind, match=words):
        await Script(answer(body, status)).client().get("bills.json")


async def test_429_waits_as_long_as_clio_says() -> None:
    busy = answer({"error": {}}, 429, **{"Retry-After": "12"})
    script = Script(busy, busy, answer())
    await script.client().get("bills.json")
    assert script.slept == [12.0, 12.0]


@pytest.mark.parametrize("after", ["61", "nonsense", "-1", "1e9"])
async def test_429_is_waited_for_within_a_budget(after) -> None:
    script = Script(answer({"error": {}}, 429, **{"Retry-After": after}))
    with pytest.raises(ClioBusy, match="too many requests"):
        await script.client(patience=11).get("bills.json")
    assert sum(script.slept) <= 11


async def test_passing_trouble_is_tried_again() -> None:
    script = Script(answer({}, 503), httpx2.ConnectError("refused"), answer())
    client = script.client()
    await client.get("bills.json")
    assert client.requests_used == 3


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (httpx2.ConnectError("x"), "could not be reached"),
        (httpx2.ConnectTimeout("x"), "in time"),
        (httpx2.RemoteProtocolError("x"), "broke off"),
    ],
)
async def test_no_answer_at_all(error, words) -> None:
    with pytest.raises(ClioUnreachable, match=words):
        await Script(error).client().get("bills.json")


async def test_a_change_is_never_tried_again_by_itself() -> None:
    script = Script(answer({}, 503))
    with pytest.raises(ClioUnreachable):
        await script.client().patch("bills/1.json", data={"state": "paid"}, etag='"1"')
    assert len(script.requests) == 1
    assert script.requests[0].headers["If-Match"] == '"1"'
    assert json.loads(script.requests[0].content) == {"data": {"state": "paid"}}


@pytest.mark.parametrize(
    "content",
    [
        b"", b"<html>", b'{"data":[', b"[]", b"{}", b"null", b'{"data":[{"id":NaN}]}',
        b'\xff\xfe{"data":[]}', b"[" * 100_000, b'{"data":' + b"9" * 5000 + b"}",
    ],
)  # fmt: skip
async def test_malformed_json(content) -> None:
    with pytest.raises(ClioMalformed):
        await Script(httpx2.Response(200, content=content)).client().get("bills.json")


async def collect(script: Script) -> list[object]:
    return [item async for page in script.client().pages("bills.json", {}) for item in page.data]


def page(identity: int, following: object) -> httpx2.Response:
    return answer({"data": [identity], "meta": {"paging": {"next": following}}})


async def test_pages_follow_clios_own_addresses() -> None:
    script = Script(page(1, f"{BASE}/api/v4/bills.json?page_token=abc"), page(2, None))
    assert await collect(script) == [1, 2]
    assert str(script.requests[1].url) == f"{BASE}/api/v4/bills.json?page_token=abc"


@pytest.mark.parametrize(
    "following",
    [
        "https://evil.example/api/v4/bills.json",
        "http://app.clio.com/api/v4/bills.json",
        "https://app.clio.com.evil.example/x",
        "https://app.clio.com@evil.example/x",
        "/api/v4/bills.json?page_token=abc",
        "https://app.clio.com:8443/x",
        "http://[broken",
    ],
)
async def test_the_token_goes_to_no_other_host(following) -> None:
    script = Script(page(1, following))
    with pytest.raises(ClioMalformed):
        await collect(script)
    assert len(script.requests) == 1


async def test_pages_that_go_round_in_a_circle_end() -> None:
    with pytest.raises(ClioMalformed):
        await collect(Script(page(1, f"{BASE}/api/v4/bills.json?page_token=same")))


async def test_pages_that_go_round_in_a_wide_circle_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clio_client, "MOST_PAGES", 6)
    there, back = (f"{BASE}/api/v4/bills.json?page_token={name}" for name in ("there", "back"))
    with pytest.raises(ClioMalformed, match="not come to an end"):
        await collect(Script(*(page(1, there), page(2, back)) * 5))


@pytest.mark.parametrize("body", [{"data": {}}, {"data": None}, {"data": "x"}])
async def test_a_page_without_a_list(body) -> None:
    with pytest.raises(ClioMalformed, match="no list"):
        await collect(Script(answer(body)))


@pytest.mark.parametrize(
    "meta", [None, [], {"paging": []}, {"paging": {"next": 5}}, {"records": "9"}]
)
async def test_odd_paging_is_the_last_page(meta) -> None:
    assert await collect(Script(answer({"data": [1], "meta": meta}))) == [1]


def test_every_problem_is_a_sentence_for_people() -> None:
    kinds: list[Callable[[str], ClioProblem]] = [ClioUnreachable, ClioBusy, ClioMalformed]
    assert all(kind("Said.").message == "Said." for kind in kinds)


async def test_a_lost_answer_to_something_new_is_uncertain_and_not_asked_again() -> None:
    script = Script(httpx2.ReadTimeout("x"))
    with pytest.raises(ClioUncertain):
        await script.client().post("tasks.json", data={"name": "Record"})
    assert len(script.requests) == 1
    # Nothing was on its way yet: that is certain.
    script = Script(httpx2.ConnectError("x"))
    with pytest.raises(ClioUnreachable) as caught:
        await script.client().post("tasks.json", data={"name": "Record"})
    assert not isinstance(caught.value, ClioUncertain)


@pytest.mark.parametrize(
    ("lost", "is_uncertain"),
    [
        (httpx2.RemoteProtocolError("x"), True),
        (httpx2.WriteError("x"), True),
        (httpx2.Response(201, content=b'{"data":{"id"'), True),
        (answer({}, 500), True),
        (answer({}, 502), True),
        (answer({}, 504), True),
        (answer({}, 503), False),
        (httpx2.ConnectTimeout("x"), False),
        (answer({}, 422), False),
    ],
)
async def test_what_may_have_been_made_is_told_from_what_was_not(lost, is_uncertain) -> None:
    script = Script(lost)
    with pytest.raises(ClioProblem) as caught:
        await script.client().post("tasks.json", data={"name": "Record"})
    assert isinstance(caught.value, ClioUncertain) is is_uncertain
    assert len(script.requests) == 1


@pytest.mark.parametrize(
    "page",
    [
        httpx2.Response(200, html="<p>Bill</p>"),
        httpx2.Response(200, json={"data": {"html": "<p>Bill</p>"}}),
    ],
)
async def test_a_page_is_read_raw_or_out_of_json(page: httpx2.Response) -> None:
    script = Script(page)
    assert await script.client().get_text("bills/1/preview.json") == "<p>Bill</p>"
    assert script.requests[0].headers["accept"] == "text/html"


async def test_a_reading_goes_on_at_a_given_page_of_the_same_host_only() -> None:
    script = Script(answer())
    at = f"{BASE}/api/v4/bills.json?page_token=abc"
    pages = [page async for page in script.client().pages("bills.json", {}, start=at)]
    assert [str(request.url) for request in script.requests] == [at]
    assert len(pages) == 1
    with pytest.raises(ClioMalformed):
        await anext(script.client().pages("bills.json", {}, start="https://evil.example/"))
