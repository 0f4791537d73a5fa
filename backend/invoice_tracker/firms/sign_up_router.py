"""Making a firm and its owner's account."""

from fastapi import APIRouter, Depends, Response
from pydantic import EmailStr, Field

from invoice_tracker.accounts import service as accounts
from invoice_tracker.accounts.deps import check_origin, principal_of
from invoice_tracker.accounts.router import describe, set_cookie
from invoice_tracker.accounts.schemas import SessionOut, SignUpStatus
from invoice_tracker.core.deps import AdaptersDep, ClockDep, SessionDep
from invoice_tracker.core.errors import PROBLEMS
from invoice_tracker.core.schemas import Input
from invoice_tracker.firms import service
from invoice_tracker.firms.schemas import OneLine, TimeZone

router = APIRouter(prefix="/accounts", tags=["accounts"], responses=PROBLEMS)


class AccountCreate(Input):
    """A new firm and the person who owns its account."""

    firm_name: OneLine = Field(min_length=1, max_length=200)
    time_zone: TimeZone
    name: OneLine = Field(min_length=1, max_length=200)
    email: EmailStr
    password: str = Field(min_length=12, max_length=200)


@router.get("/sign-up", operation_id="accounts_get_sign_up")
async def get_sign_up(session: SessionDep, adapters: AdaptersDep) -> SignUpStatus:
    """Whether a new firm may make an account here."""
    return SignUpStatus(
        open=await accounts.sign_up_is_open(session, policy=adapters.settings.sign_up)
    )


@router.post(
    "",
    operation_id="accounts_create",
    status_code=201,
    dependencies=[Depends(check_origin)],
)
async def create_account(
    session: SessionDep,
    adapters: AdaptersDep,
    clock: ClockDep,
    response: Response,
    body: AccountCreate,
) -> SessionOut:
    """Make a firm and its owner's account, and log the owner in."""
    now = clock.now()
    accounts.require_open(await accounts.sign_up_is_open(session, policy=adapters.settings.sign_up))
    firm = await service.create_firm(
        session, name=body.firm_name, time_zone=body.time_zone, now=now
    )
    user = await accounts.create_owner(
        session,
        firm_id=firm.id,
        name=body.name,
        email=body.email,
        password=body.password,
        now=now,
    )
    token = await accounts.open_session(session, user_id=user.id, firm_id=firm.id, now=now)
    set_cookie(response, token=token, public_url=adapters.public_url)
    return describe(await principal_of(session, token=token, now=now))
