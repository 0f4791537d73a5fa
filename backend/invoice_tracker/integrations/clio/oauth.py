"""OAuth with Clio Manage: no scope, no PKCE, secret in the form, tokens that last 30 days."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx2
from authlib.integrations.httpx_client import AsyncOAuth2Client, OAuthError

from invoice_tracker.integrations.clio.problems import (
    ClioMalformed,
    ClioProblem,
    ClioUnauthorized,
    ClioUnknownApplication,
    ClioUnreachable,
)
from invoice_tracker.integrations.clio.regions import application_of, base_url
from invoice_tracker.settings import Settings

CALLBACK_PATH = "/api/v1/clio/callback"
_DEFAULT_LIFETIME = 3600
_TIMEOUT = 20.0


@dataclass(frozen=True, slots=True)
class Tokens:
    """What Clio hands out. A refresh is answered without a new refresh token: the old one stays."""

    access_token: str
    refresh_token: str | None
    expires_at: datetime


def authorize_url(settings: Settings, *, region: str, state: str) -> str:
    """Where the person says yes. A decliner is sent back too.

    Raises ``ClioUnknownApplication`` for a region that this installation has none in.
    """
    client = _client(settings, region)
    url, _ = client.create_authorization_url(
        f"{base_url(settings, region)}/oauth/authorize",
        state=state,
        redirect_on_decline="true",
    )
    return str(url)


async def exchange_code(settings: Settings, *, region: str, code: str, now: datetime) -> Tokens:
    """Tokens for the code of the callback. Raises ``ClioProblem``.

    ``ClioUnknownApplication`` says that the region and this installation do not fit together.
    """
    url = f"{base_url(settings, region)}/oauth/token"
    async with _client(settings, region) as client:
        answer = await _call(
            lambda: client.fetch_token(url, grant_type="authorization_code", code=code)
        )
    return _tokens(answer, now)


async def renew_tokens(
    settings: Settings, *, region: str, refresh_token: str, now: datetime
) -> Tokens:
    """A new access token. Raises ``ClioUnauthorized`` when access was revoked."""
    url = f"{base_url(settings, region)}/oauth/token"
    async with _client(settings, region) as client:
        client.token = {"refresh_token": refresh_token}
        answer = await _call(lambda: client.refresh_token(url, refresh_token=refresh_token))
    return _tokens(answer, now)


async def deauthorize(settings: Settings, *, region: str, access_token: str) -> None:
    """Tell Clio to forget us. Raises ``ClioUnreachable`` when it could not be told."""
    try:
        async with httpx2.AsyncClient(timeout=_TIMEOUT) as client:
            await client.post(
                f"{base_url(settings, region)}/oauth/deauthorize",
                headers={"Authorization": f"Bearer {access_token}"},
                data={"token": access_token},
            )
    except httpx2.HTTPError as error:
        raise ClioUnreachable("Clio could not be reached.") from error


def _client(settings: Settings, region: str) -> AsyncOAuth2Client:
    application = application_of(settings, region)
    if application is None:
        raise ClioUnknownApplication("This installation has no application at Clio in this region.")
    return AsyncOAuth2Client(
        client_id=application.client_id,
        client_secret=application.client_secret,
        token_endpoint_auth_method="client_secret_post",  # noqa: S106 - a method, not a secret
        redirect_uri=f"{settings.public_url}{CALLBACK_PATH}",
        timeout=_TIMEOUT,
    )


async def _call(ask: Callable[[], Awaitable[Any]]) -> dict[str, Any]:
    try:
        answer = await ask()
    except OAuthError as error:
        raise _explain(error) from error
    except httpx2.HTTPError as error:
        raise ClioUnreachable("Clio could not be reached.") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ClioMalformed("Clio's answer to our request for access could not be read.") from error
    return dict(answer)


def _explain(error: OAuthError) -> ClioUnauthorized:
    if error.error in {"invalid_client", "unauthorized_client"}:
        return ClioUnknownApplication(
            "Clio does not know this installation's client id or secret in this region."
        )
    if error.error == "invalid_grant":
        return ClioUnauthorized("Clio no longer accepts our access. Please connect to Clio again.")
    said = error.error or "no reason given"
    return ClioUnauthorized(f"Clio refused access ({said}). Please connect again.")


def _tokens(answer: dict[str, Any], now: datetime) -> Tokens:
    access, refresh = answer.get("access_token"), answer.get("refresh_token")
    if not isinstance(access, str) or not access:
        problem: ClioProblem = ClioMalformed("Clio's answer has no access token in it.")
        raise problem
    try:
        lifetime = int(answer.get("expires_in") or _DEFAULT_LIFETIME)
    except (TypeError, ValueError):
        lifetime = _DEFAULT_LIFETIME
    return Tokens(
        access_token=access,
        refresh_token=refresh if isinstance(refresh, str) and refresh else None,
        expires_at=now + timedelta(seconds=lifetime),
    )
