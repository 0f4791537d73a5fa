"""One API request: who asks, with which parameters, and the answer in Stripe's manner."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response

from invoice_tracker.sandbox.stripe import idempotency
from invoice_tracker.sandbox.stripe.accounts import Key, authenticate, require
from invoice_tracker.sandbox.stripe.errors import StripeProblem
from invoice_tracker.sandbox.stripe.expand import expanded
from invoice_tracker.sandbox.stripe.forms import parse_form
from invoice_tracker.sandbox.stripe.objects import API_VERSION
from invoice_tracker.sandbox.stripe.store import Book, Obj, new_id
from invoice_tracker.sandbox.stripe.world import REQUEST, World


@dataclass(frozen=True)
class Call:
    """What a handler is given; `params` are parsed and still unchecked."""

    world: World
    book: Book
    key: Key
    params: Obj

    @property
    def expand(self) -> list[str]:
        """The paths of `expand[]`."""
        asked = self.params.get("expand", [])
        return [str(path) for path in asked] if isinstance(asked, list) else [str(asked)]


Handler = Callable[..., Obj]


def route(
    router: APIRouter, method: str, path: str, handler: Handler, *, permission: str | None = None
) -> None:
    """Put a handler `(call, **path parameters) -> object` behind a path of the API."""

    async def answer(request: Request) -> Response:
        return await _answer(request, handler, permission)

    router.add_api_route(path, answer, methods=[method], name=handler.__name__)


async def _answer(request: Request, handler: Handler, permission: str | None) -> Response:
    world: World = request.app.state.world
    request_id = new_id("req_", 14)
    body = (await request.body()).decode()
    key_text = request.headers.get("idempotency-key") if request.method == "POST" else None
    token = REQUEST.set({"id": request_id, "idempotency_key": key_text})
    headers = {
        "Request-Id": request_id,
        "Stripe-Version": request.headers.get("stripe-version", API_VERSION),
    }
    try:
        key = authenticate(
            request.headers.get("authorization"), request.headers.get("stripe-account")
        )
        if permission:
            require(key, permission)
        encoded = body if request.method == "POST" else request.url.query
        work = _Work(world, key, handler, parse_form(encoded), dict(request.path_params))
        if key_text is None:
            return _json(200, work.run(), headers)
        mark = _fingerprint(request, body)
        kept, replayed = idempotency.once(
            world, key.account_id, key_text, fingerprint=mark, work=work.run
        )
        headers |= {"Idempotency-Key": key_text}
        if replayed:
            headers |= {"Idempotent-Replayed": "true"}
        return _json(200, kept, headers)
    except StripeProblem as problem:
        return _json(problem.status, problem.body, headers)
    finally:
        REQUEST.reset(token)


@dataclass(frozen=True)
class _Work:
    world: World
    key: Key
    handler: Handler
    params: Obj
    path_params: dict[str, Any]

    def run(self) -> Obj:
        book = self.world.store.book(self.key.account_id)
        call = Call(self.world, book, self.key, self.params)
        answer = self.handler(call, **self.path_params)
        return expanded(book, answer, call.expand)


def _fingerprint(request: Request, body: str) -> str:
    said = f"{request.method} {request.url.path}\n{body}"
    return hashlib.sha256(said.encode()).hexdigest()


def _json(status: int, body: Obj, headers: dict[str, str]) -> Response:
    content = json.dumps(body, indent=2)
    return Response(content, status, headers=headers, media_type="application/json")
