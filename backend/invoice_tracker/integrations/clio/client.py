"""Requests to Clio's API: what may go wrong becomes a typed problem with a plain sentence."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn

import httpx2

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
from invoice_tracker.integrations.clio.regions import same_host
from invoice_tracker.ports import Throttle

Params = Mapping[str, str | int | Sequence[int]]
Renew = Callable[[str], Awaitable[str]]
Sleep = Callable[[float], Awaitable[None]]

TIMEOUT = httpx2.Timeout(30.0, connect=10.0)
PASSING_TROUBLE = (502, 503, 504)
RETRIES = 2
_DEFAULT_WAIT = 5.0
BUSY = "Clio asks us to wait: too many requests. We try again later."
ASTRAY = "Clio's answer points to a next page that is not its own."
MOST_PAGES = 10_000
"""Two million bills: a list that goes on for longer goes round in a circle."""
CIRCLE = "Clio's list does not come to an end."


def make_http() -> httpx2.AsyncClient:
    """Connections to Clio. Redirects are not followed: the token stays with its host."""
    return httpx2.AsyncClient(timeout=TIMEOUT, follow_redirects=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """A good answer: its JSON with exact decimals, and what time it is for Clio."""

    body: dict[str, Any]
    clio_time: datetime | None

    @property
    def data(self) -> Any:
        """What was asked for."""
        return self.body.get("data")

    @property
    def next_url(self) -> str | None:
        """Address of the next page."""
        paging = self._meta().get("paging")
        found = paging.get("next") if isinstance(paging, dict) else None
        return found if isinstance(found, str) and found else None

    @property
    def records(self) -> int | None:
        """How many there are in all, where Clio says so."""
        found = self._meta().get("records")
        return found if isinstance(found, int) and not isinstance(found, bool) else None

    def _meta(self) -> dict[str, Any]:
        meta = self.body.get("meta")
        return meta if isinstance(meta, dict) else {}


class ClioClient:
    """Speaks for one firm. Waits when Clio asks to, at most ``patience`` seconds in all."""

    def __init__(
        self,
        http: httpx2.AsyncClient,
        *,
        region: str,
        base_url: str,
        access_token: str,
        renew: Renew,
        throttle: Throttle,
        bucket: str,
        urgent: bool = False,
        patience: float = 60.0,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self.region = region
        self.base_url = base_url
        self.requests_used = 0
        self._http = http
        self._token = access_token
        self._renew = renew
        self._throttle = throttle
        self._bucket = bucket
        self._urgent = urgent
        self._patience = patience
        self._sleep = sleep

    async def get(self, path: str, params: Params | None = None) -> Answer:
        """One resource or one page. Raises ``ClioProblem``."""
        return await self._ask("GET", self._url(path), params=params)

    async def patch(
        self, path: str, *, data: dict[str, Any], etag: str, params: Params | None = None
    ) -> Answer:
        """Change a resource, only if nobody else has since ``etag``. Raises ``ClioProblem``."""
        return await self._ask(
            "PATCH",
            self._url(path),
            params=params,
            json={"data": data},
            headers={"If-Match": etag},
        )

    async def post(
        self, path: str, *, data: dict[str, Any], params: Params | None = None
    ) -> Answer:
        """Make something. Never repeated by itself: Clio knows no idempotency key.

        Raises ``ClioProblem``; ``ClioUncertain`` when it may have been made all the same.
        """
        try:
            return await self._ask("POST", self._url(path), params=params, json={"data": data})
        except ClioMalformed as problem:
            raise ClioUncertain(problem.message) from problem

    async def put(self, path: str, *, headers: dict[str, str]) -> None:
        """Tell Clio something that has no body either way. Raises ``ClioProblem``."""
        await self._respond("PUT", self._url(path), headers=headers)

    async def delete(self, path: str) -> None:
        """Take something away. Raises ``ClioProblem``."""
        await self._respond("DELETE", self._url(path))

    async def get_text(self, path: str) -> str:
        """A page of HTML, which Clio writes raw or inside of JSON. Raises ``ClioProblem``."""
        response = await self._respond("GET", self._url(path), headers={"Accept": "text/html"})
        if "json" not in response.headers.get("content-type", ""):
            return response.text
        data = _parse(response)["data"]
        found = data.get("html") if isinstance(data, dict) else None
        if not isinstance(found, str):
            raise ClioMalformed("Clio's answer has no page in it.")
        return found

    async def pages(
        self, path: str, params: Params, *, start: str | None = None
    ) -> AsyncGenerator[Answer]:
        """Every page of a list, in order of id, or from the page at ``start`` on.

        Raises ``ClioProblem``.
        """
        answer = await (self._follow(start) if start else self.get(path, params))
        previous = start
        for _ in range(MOST_PAGES):
            if not isinstance(answer.data, list):
                raise ClioMalformed("Clio's answer has no list in it.")
            following = answer.next_url
            # Looked at before the page is taken: where it leads is remembered with it.
            if following is not None and (following == previous or not self._is_ours(following)):
                raise ClioMalformed(ASTRAY)
            yield answer
            if following is None:
                return
            previous = following
            answer = await self._follow(following)
        raise ClioMalformed(CIRCLE)

    async def _follow(self, url: str) -> Answer:
        if not self._is_ours(url):
            raise ClioMalformed(ASTRAY)
        return await self._ask("GET", url)

    def _is_ours(self, url: str) -> bool:
        """Whether the token may be shown there."""
        return same_host(self.base_url, url)

    def _url(self, path: str) -> str:
        return f"{self.base_url}/api/v4/{path}"

    async def _ask(self, method: str, url: str, **request: Any) -> Answer:
        response = await self._respond(method, url, **request)
        return Answer(_parse(response), _clio_time(response))

    async def _respond(self, method: str, url: str, **request: Any) -> httpx2.Response:
        retries = RETRIES if method == "GET" else 0
        renewed = False
        while True:
            await self._take_turn()
            try:
                response = await self._send(method, url, **request)
            except ClioUnreachable:
                if not await self._may_retry(retries, 1.0):
                    raise
                retries -= 1
                continue
            if response.status_code == 401 and not renewed:
                renewed = True
                self._token = await self._renew(self._token)
            elif response.status_code == 429:
                await self._throttle.pause(self._bucket, seconds=_seconds_to_wait(response))
                if not await self._wait(_seconds_to_wait(response)):
                    raise ClioBusy(BUSY)
            elif response.status_code in PASSING_TROUBLE and await self._may_retry(retries, 1.0):
                retries -= 1
            elif response.is_success:
                await self._heed(response)
                return response
            else:
                _refuse(response)

    async def _send(self, method: str, url: str, **request: Any) -> httpx2.Response:
        headers = {
            "Accept": "application/json",
            **request.get("headers", {}),
            "Authorization": f"Bearer {self._token}",
        }
        request = {**request, "headers": headers}
        lost = ClioUncertain if method == "POST" else ClioUnreachable
        self.requests_used += 1
        try:
            return await self._http.request(method, url, **request)
        except (httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            raise ClioUnreachable("Clio did not answer in time.") from error
        except httpx2.TimeoutException as error:
            raise lost("Clio did not answer in time.") from error
        except (httpx2.RemoteProtocolError, httpx2.ReadError, httpx2.WriteError) as error:
            raise lost("Clio's answer broke off.") from error
        except (httpx2.DecodingError, httpx2.InvalidURL) as error:
            raise ClioMalformed("Clio's answer could not be read.") from error
        except httpx2.HTTPError as error:
            raise ClioUnreachable("Clio could not be reached.") from error

    async def _take_turn(self) -> None:
        """Wait until this firm may ask again. Raises ``ClioBusy`` beyond our patience."""
        while seconds := await self._throttle.take(self._bucket, urgent=self._urgent):
            if not await self._wait(seconds):
                raise ClioBusy(BUSY)

    async def _heed(self, response: httpx2.Response) -> None:
        """What Clio says of how much more it allows. Its own clock counts."""
        try:
            limit = int(response.headers["X-RateLimit-Limit"])
            remaining = int(response.headers["X-RateLimit-Remaining"])
            reset = float(response.headers["X-RateLimit-Reset"])
        except (KeyError, ValueError):
            return
        self._throttle.learn(self._bucket, limit=limit)
        now = _clio_time(response)
        if remaining <= 0 and now is not None and reset > now.timestamp():
            await self._throttle.pause(self._bucket, seconds=reset - now.timestamp())

    async def _may_retry(self, retries: int, seconds: float) -> bool:
        return retries > 0 and await self._wait(seconds)

    async def _wait(self, seconds: float) -> bool:
        """Whether our patience covers it; then it has passed."""
        if seconds > self._patience:
            return False
        self._patience -= seconds
        await self._sleep(seconds)
        return True


def _parse(response: httpx2.Response) -> dict[str, Any]:
    try:
        body = json.loads(response.content, parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise ClioMalformed("Clio's answer is not valid JSON.") from error
    if not isinstance(body, dict) or "data" not in body:
        raise ClioMalformed("Clio's answer has no data in it.")
    return body


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _clio_time(response: httpx2.Response) -> datetime | None:
    try:
        return parsedate_to_datetime(response.headers["Date"]).astimezone(UTC)
    except (KeyError, ValueError):
        return None


def _seconds_to_wait(response: httpx2.Response) -> float:
    try:
        return max(0.1, float(response.headers["Retry-After"]))
    except (KeyError, ValueError):
        return _DEFAULT_WAIT


def _refuse(response: httpx2.Response) -> NoReturn:
    status = response.status_code
    said = _said(response)
    if status == 401:
        raise ClioUnauthorized("Clio no longer accepts our access. Please connect to Clio again.")
    if status == 403:
        raise ClioForbidden(f"The connected Clio user may not do this{said}.")
    if status >= 500:
        # What stands in between may have lost the answer; 503 alone says that nothing was begun.
        lost = response.request.method == "POST" and status != 503
        kind = ClioUncertain if lost else ClioUnreachable
        raise kind(f"Clio has a problem of its own (error {status}).")
    problem: ClioProblem = ClioRefused(f"Clio refused the request{said}.", status=status)
    if status == 404:
        problem = ClioRefused("Clio does not have this any more.", status=status)
    raise problem


def _said(response: httpx2.Response) -> str:
    """Clio's own words. Two shapes exist: an object with a message, and OAuth's."""
    try:
        error = json.loads(response.content)["error"]
        message = error["message"] if isinstance(error, dict) else error
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    text = " ".join(str(message).replace("\0", "").split())[:200].rstrip(".")
    return f": {text}" if text else ""
