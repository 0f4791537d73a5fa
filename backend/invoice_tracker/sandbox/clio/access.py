"""Who is calling: the token's account, its rate, its permission and the version asked for."""

import re
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from invoice_tracker.sandbox.clio import permissions
from invoice_tracker.sandbox.clio.problems import (
    Problem,
    TokenRefused,
    rate_limited,
    unauthorized,
)
from invoice_tracker.sandbox.clio.store import Account
from invoice_tracker.sandbox.clio.world import WorldDep

VERSION = "4.0.13"
NEWEST = 13


@dataclass(frozen=True)
class Caller:
    """The account a token opens, and the user who allowed it."""

    account: Account
    user_id: int
    token: str


def get_caller(request: Request, world: WorldDep) -> Caller:
    """The caller. Raises 401 in one of Clio's two shapes, 403, 410 or 429.

    Headers that belong on every answer of this request, good or bad, are left in its state.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise unauthorized()
    grant = world.store.tokens.get(token)
    if grant is None or grant["expires_at"] <= world.now().isoformat():
        raise TokenRefused
    headers, wait = world.rates.count(token, world.now().timestamp())
    request.state.answer_headers = headers
    if wait:
        raise rate_limited(wait)
    wanted = request.headers.get("x-api-version", VERSION)
    if not _is_supported(wanted):
        raise Problem(410, "InvalidVersion", f"API version {wanted} is not supported.")
    request.state.answer_headers = headers | {"X-API-VERSION": wanted}
    reads = request.method == "GET"
    permissions.check(world.store.permissions, path=request.url.path, reads=reads)
    return Caller(world.store.accounts[grant["account_id"]], grant["user_id"], token)


def _is_supported(version: str) -> bool:
    found = re.fullmatch(r"4\.0\.(\d{1,3})", version)
    return found is not None and int(found.group(1)) <= NEWEST


CallerDep = Annotated[Caller, Depends(get_caller)]
