"""Logging in and out."""

from typing import Annotated

from fastapi import APIRouter, Cookie, Depends, Response

from invoice_tracker.accounts import service
from invoice_tracker.accounts.deps import COOKIE, Principal, Reader, check_origin, principal_of
from invoice_tracker.accounts.schemas import Credentials, SessionFirm, SessionOut, UserOut
from invoice_tracker.core.deps import AdaptersDep, ClockDep, SessionDep
from invoice_tracker.core.errors import PROBLEMS

router = APIRouter(prefix="/sessions", tags=["sessions"], responses=PROBLEMS)


def set_cookie(response: Response, *, token: str, public_url: str) -> None:
    """Log the browser in: no script can read the cookie, no other site can use it."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(service.SESSION_LIFETIME.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=public_url.startswith("https://"),
        path="/",
    )


def describe(principal: Principal) -> SessionOut:
    """The session as the API shows it."""
    return SessionOut(
        user=UserOut(
            id=principal.user_id, name=principal.name, email=principal.email, role=principal.role
        ),
        firm=SessionFirm(
            id=principal.firm_id, name=principal.firm_name, time_zone=principal.firm_time_zone
        ),
    )


@router.post(
    "",
    operation_id="sessions_create",
    status_code=201,
    dependencies=[Depends(check_origin)],
)
async def create_session(
    session: SessionDep,
    adapters: AdaptersDep,
    clock: ClockDep,
    response: Response,
    body: Credentials,
) -> SessionOut:
    """Log in with e-mail address and password. Sets the session's cookie."""
    now = clock.now()
    token = await service.log_in(session, email=body.email, password=body.password, now=now)
    set_cookie(response, token=token, public_url=adapters.public_url)
    return describe(await principal_of(session, token=token, now=now))


@router.get("/current", operation_id="sessions_get_current")
async def get_current_session(principal: Reader) -> SessionOut:
    """Who is logged in."""
    return describe(principal)


@router.delete("/current", operation_id="sessions_delete_current", status_code=204)
async def delete_current_session(
    session: SessionDep,
    _: Reader,
    response: Response,
    token: Annotated[str, Cookie(alias=COOKIE, include_in_schema=False)],
) -> None:
    """Log out."""
    await service.log_out(session, token=token)
    response.delete_cookie(COOKIE, path="/")
