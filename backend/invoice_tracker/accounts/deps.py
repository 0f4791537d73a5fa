"""Who is asking, and what they may do."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Cookie, Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.accounts.models import Role
from invoice_tracker.accounts.service import find_session
from invoice_tracker.core.database import enter_firm
from invoice_tracker.core.deps import AdaptersDep, ClockDep, SessionDep
from invoice_tracker.core.errors import Forbidden, Unauthorized

COOKIE = "invoice_tracker_session"
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True, slots=True)
class Principal:
    """The person behind a request. The request's transaction sees this firm's rows only."""

    user_id: UUID
    firm_id: UUID
    name: str
    email: str
    role: Role
    firm_name: str
    firm_time_zone: str


def check_origin(request: Request, adapters: AdaptersDep) -> None:
    """A browser that was sent here by another site carries that site's Origin: refuse it."""
    if request.method in SAFE_METHODS:
        return
    own = {adapters.public_url, f"{request.url.scheme}://{request.url.netloc}"}
    if request.headers.get("origin") not in own:
        raise Forbidden("This request did not come from the product's own page.")


async def principal_of(session: AsyncSession, *, token: str, now: datetime) -> Principal:
    """The person who holds this token; opens their firm's rows. Raises ``Unauthorized``."""
    found = await find_session(session, token=token, now=now)
    if found is None:
        raise Unauthorized("Please log in.")
    await enter_firm(session, found.firm_id)
    return Principal(
        user_id=found.user_id,
        firm_id=found.firm_id,
        name=found.name,
        email=found.email,
        role=Role(found.role),
        firm_name=found.firm_name,
        firm_time_zone=found.firm_time_zone,
    )


async def get_principal(
    session: SessionDep,
    clock: ClockDep,
    _: Annotated[None, Depends(check_origin)],
    token: Annotated[str, Cookie(alias=COOKIE, include_in_schema=False)] = "",
) -> Principal:
    """The logged-in person."""
    return await principal_of(session, token=token, now=clock.now())


def _allow(*roles: Role) -> Any:
    async def check(principal: Annotated[Principal, Depends(get_principal)]) -> Principal:
        if principal.role not in roles:
            raise Forbidden("Your role does not allow this. Ask the owner of the account.")
        return principal

    return Depends(check)


# The table of roles. A viewer reads; an attorney also holds and resumes; billing does the daily
# work; the owner also changes the firm and its connections.
Reader = Annotated[Principal, _allow(Role.owner, Role.billing, Role.attorney, Role.viewer)]
Holder = Annotated[Principal, _allow(Role.owner, Role.billing, Role.attorney)]
Biller = Annotated[Principal, _allow(Role.owner, Role.billing)]
Owner = Annotated[Principal, _allow(Role.owner)]
