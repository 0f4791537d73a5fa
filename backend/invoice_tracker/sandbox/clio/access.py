"""Who is calling: the token's account, its rate, and the version asked for."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Response

from invoice_tracker.sandbox.clio.problems import Problem, TokenRefused, unauthorized
from invoice_tracker.sandbox.clio.store import Account
from invoice_tracker.sandbox.clio.world import WorldDep

VERSION = "4.0.13"


@dataclass(frozen=True)
class Caller:
    """The account a token opens, and the user who allowed it."""

    account: Account
    user_id: int
    token: str


def get_caller(request: Request, response: Response, world: WorldDep) -> Caller:
    """The caller. Raises 401 in one of Clio's two shapes, 410 or 429."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise unauthorized()
    grant = world.store.tokens.get(token)
    if grant is None or grant["expires_at"] <= world.now().isoformat():
        raise TokenRefused
    headers = world.rates.count(token)
    wanted = request.headers.get("x-api-version", VERSION)
    if not wanted.startswith("4."):
        raise Problem(410, "InvalidVersion", f"API version {wanted} is not supported.", headers)
    response.headers.update(headers | {"X-API-VERSION": wanted})
    return Caller(world.store.accounts[grant["account_id"]], grant["user_id"], token)


CallerDep = Annotated[Caller, Depends(get_caller)]
