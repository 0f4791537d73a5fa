"""OAuth 2.0 as Clio Manage does it: no scope, no PKCE, refresh without a new refresh token."""

import secrets
from datetime import timedelta
from pathlib import Path
from typing import Annotated
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from invoice_tracker.sandbox.clio.store import Row
from invoice_tracker.sandbox.clio.world import World, WorldDep
from invoice_tracker.sandbox.pages import page_templates, render

router = APIRouter(prefix="/oauth")
PAGES = page_templates(Path(__file__).parent / "templates")
LIFETIME = 2_592_000
CODE_LIFETIME = timedelta(minutes=10)


def _trouble(world: World, client_id: str, redirect_uri: str) -> str | None:
    """Why the user must not be sent back, nor be asked at all."""
    if client_id != world.client_id:
        return "The application is not known to this Clio."
    parts = urlsplit(redirect_uri)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        return "The redirect address is missing, or is not one."
    if world.redirect_uris and redirect_uri not in world.redirect_uris:
        return "The redirect address is not among those the application has registered."
    return None


@router.get("/authorize")
async def ask(
    world: WorldDep,
    client_id: str = "",
    redirect_uri: str = "",
    state: str = "",
    redirect_on_decline: str = "",
    response_type: str = "",
) -> Response:
    """The page that asks the user."""
    problem = _trouble(world, client_id, redirect_uri)
    if problem is None and response_type != "code":
        problem = "The application asks for another kind of answer than a code."
    if problem:
        return render(PAGES, "consent.html", status=400, problem=problem, accounts=[], asked={})
    asked = {
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "state": state,
        "redirect_on_decline": redirect_on_decline,
    }
    accounts = [
        {"id": account.id, "name": account.name, "bills": len(account.table("bills"))}
        for account in world.store.accounts.values()
    ]
    return render(PAGES, "consent.html", problem=None, accounts=accounts, asked=asked)


@router.post("/authorize")
async def answer(
    world: WorldDep,
    client_id: Annotated[str, Form()],
    redirect_uri: Annotated[str, Form()],
    decision: Annotated[str, Form()],
    account_id: Annotated[int, Form()],
    state: Annotated[str, Form()] = "",
    redirect_on_decline: Annotated[str, Form()] = "",
) -> Response:
    """What the user answered."""
    problem = _trouble(world, client_id, redirect_uri)
    account = world.store.accounts.get(account_id)
    if problem or account is None:
        problem = problem or "There is no such account."
        return render(PAGES, "consent.html", status=400, problem=problem, accounts=[], asked={})
    if decision != "allow":
        if redirect_on_decline != "true":
            return render(PAGES, "declined.html")
        return _back(redirect_uri, {"error": "access_denied", "state": state})
    code = secrets.token_urlsafe(24)
    world.store.codes[code] = {
        "account_id": account.id,
        "user_id": next(iter(account.table("users"))),
        "redirect_uri": redirect_uri,
        "expires_at": (world.now() + CODE_LIFETIME).isoformat(),
    }
    return _back(redirect_uri, {"code": code, "state": state})


def _back(redirect_uri: str, query: dict[str, str]) -> RedirectResponse:
    join = "&" if "?" in redirect_uri else "?"
    given = {name: value for name, value in query.items() if value}
    return RedirectResponse(f"{redirect_uri}{join}{urlencode(given)}", 303)


@router.post("/token")
async def token(world: WorldDep, request: Request) -> JSONResponse:
    """An access token for a code or for a refresh token."""
    form = {key: str(value) for key, value in (await request.form()).items()}
    known = (world.client_id, world.client_secret)
    if (form.get("client_id"), form.get("client_secret")) != known:
        return _refuse(401, "invalid_client", "Client authentication failed.")
    if form.get("grant_type") == "authorization_code":
        return _for_code(world, form)
    if form.get("grant_type") == "refresh_token":
        grant = world.store.refresh_tokens.get(form.get("refresh_token", ""))
        return _tokens(_issue(world, grant)) if grant else _invalid_grant()
    return _refuse(400, "unsupported_grant_type", "The grant type is not supported.")


def _for_code(world: World, form: dict[str, str]) -> JSONResponse:
    asked = world.store.codes.pop(form.get("code", ""), None)
    if asked is None or asked["expires_at"] <= world.now().isoformat():
        return _invalid_grant()
    if form.get("redirect_uri") != asked["redirect_uri"]:
        return _invalid_grant()
    grant = {name: asked[name] for name in ("account_id", "user_id")}
    grant["grant_id"] = secrets.token_hex(8)
    refresh = secrets.token_urlsafe(32)
    world.store.refresh_tokens[refresh] = grant
    return _tokens(_issue(world, grant) | {"refresh_token": refresh})


def _issue(world: World, grant: Row) -> Row:
    access = secrets.token_urlsafe(32)
    expires_at = (world.now() + timedelta(seconds=LIFETIME)).isoformat()
    world.store.tokens[access] = grant | {"expires_at": expires_at}
    world.store.changed()
    return {"token_type": "bearer", "access_token": access, "expires_in": LIFETIME}


def _tokens(body: Row) -> JSONResponse:
    return JSONResponse(body, headers={"Cache-Control": "no-store"})


def _invalid_grant() -> JSONResponse:
    text = "The provided authorization grant is invalid, expired, revoked or was issued elsewhere."
    return _refuse(400, "invalid_grant", text)


def _refuse(status: int, error: str, description: str) -> JSONResponse:
    return JSONResponse({"error": error, "error_description": description}, status)


@router.post("/deauthorize")
async def deauthorize(world: WorldDep, request: Request) -> Response:
    """Forget what was allowed with this token: the token itself, and those it came with."""
    bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
    grant = world.store.tokens.get(bearer)
    form = await request.form()
    if grant is None or form.get("token", bearer) != bearer:
        return _refuse(401, "invalid_token", "The access token is not known.")
    revoke(world, account_id=grant["account_id"], grant_id=grant.get("grant_id"))
    return Response(status_code=200)


def revoke(world: World, *, account_id: int, grant_id: str | None = None) -> None:
    """The user takes back one grant, or all that the application was allowed for an account."""
    for tokens in (world.store.tokens, world.store.refresh_tokens):
        for key, grant in list(tokens.items()):
            same = grant_id is None or grant.get("grant_id") == grant_id
            if grant["account_id"] == account_id and same:
                del tokens[key]
    world.store.changed()
