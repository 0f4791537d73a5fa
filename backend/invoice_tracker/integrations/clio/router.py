"""Routes of the firm's connection to Clio."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, BackgroundTasks, Cookie, Query
from fastapi.responses import RedirectResponse

from invoice_tracker.accounts.deps import COOKIE, Owner, Principal, Reader, principal_of
from invoice_tracker.accounts.models import Role
from invoice_tracker.core.deps import Adapters, AdaptersDep, ClockDep, SessionDep
from invoice_tracker.core.errors import PROBLEMS, Unauthorized
from invoice_tracker.integrations.clio import service
from invoice_tracker.integrations.clio.access import ClioAccess
from invoice_tracker.integrations.clio.connecting import (
    Asked,
    CallbackRefused,
    finish_connection,
)
from invoice_tracker.integrations.clio.connection_schemas import (
    AuthorizeOut,
    ClioConnectionOut,
    ClioConnectionUpdate,
    ConnectInput,
    DisconnectInput,
)

router = APIRouter(prefix="/clio", tags=["clio"], responses=PROBLEMS)

SYNC_JOB = "sync_firm"
_NO = {"access_denied": "declined", "unauthorized_client": "wrong_region"}
"""What Clio sends the browser back with → what the page says."""


@router.get("/connection", operation_id="clio_get_connection")
async def get_connection(
    session: SessionDep, principal: Reader, adapters: AdaptersDep
) -> ClioConnectionOut:
    """Whether Clio can be read, and as whom."""
    return await service.show_connection(session, adapters.settings, firm_id=principal.firm_id)


@router.post("/connection", operation_id="clio_create_connection")
async def connect(
    session: SessionDep,
    principal: Owner,
    adapters: AdaptersDep,
    clock: ClockDep,
    body: ConnectInput,
) -> AuthorizeOut:
    """Begin a connection: the answer says where the person allows it."""
    url = await service.begin_connection(
        session,
        adapters.settings,
        firm_id=principal.firm_id,
        user_id=principal.user_id,
        asked=Asked(body.region, body.accept_other_account),
        now=clock.now(),
    )
    return AuthorizeOut(authorize_url=url)


@router.patch("/connection", operation_id="clio_update_connection")
async def update_connection(
    session: SessionDep,
    principal: Owner,
    adapters: AdaptersDep,
    clock: ClockDep,
    body: ClioConnectionUpdate,
) -> ClioConnectionOut:
    """Choose how payments get into Clio, and whether reminders are logged there."""
    await service.update_connection(
        session, firm_id=principal.firm_id, changes=body, now=clock.now()
    )
    return await service.show_connection(session, adapters.settings, firm_id=principal.firm_id)


@router.post("/connection/disconnect", operation_id="clio_disconnect")
async def disconnect(
    principal: Owner,
    adapters: AdaptersDep,
    _: DisconnectInput,
) -> ClioConnectionOut:
    """Give the access back. Reminders stop; everything that was read stays."""
    access = ClioAccess.of(adapters)
    await service.disconnect(access, firm_id=principal.firm_id)
    async with adapters.database.transaction(principal.firm_id) as session:
        return await service.show_connection(session, adapters.settings, firm_id=principal.firm_id)


@router.get("/callback", operation_id="clio_callback", status_code=303, response_model=None)
async def callback(
    adapters: AdaptersDep,
    background: BackgroundTasks,
    state: Annotated[str, Query(max_length=200)] = "",
    code: Annotated[str, Query(max_length=2000)] = "",
    error: Annotated[str, Query(max_length=200)] = "",
    token: Annotated[str, Cookie(alias=COOKIE, include_in_schema=False)] = "",
) -> RedirectResponse:
    """Clio sends the person back to here; they land on the settings, or in the first run."""
    page = "/settings/clio"
    try:
        principal = await _who_asks(adapters, token)
        async with adapters.database.transaction(principal.firm_id) as session:
            if await service.find_connection(session, principal.firm_id) is None:
                page = "/welcome"
        await _connect(adapters, principal, state=state, code=code, error=error)
    except CallbackRefused as refusal:
        return _redirect(adapters, page, error=refusal.code, **refusal.details)
    background.add_task(adapters.poke, SYNC_JOB, principal.firm_id)
    answer = _redirect(adapters, page, connected="1")
    answer.background = background
    return answer


async def _who_asks(adapters: Adapters, token: str) -> Principal:
    try:
        async with adapters.database.transaction() as session:
            principal = await principal_of(session, token=token, now=adapters.clock.now())
    except Unauthorized as error:
        raise CallbackRefused("not_logged_in") from error
    if principal.role is not Role.owner:
        raise CallbackRefused("not_allowed")
    return principal


async def _connect(
    adapters: Adapters, principal: Principal, *, state: str, code: str, error: str
) -> None:
    async with adapters.database.transaction(principal.firm_id) as session:
        asked = await service.take_state(
            session,
            firm_id=principal.firm_id,
            user_id=principal.user_id,
            state=state,
            now=adapters.clock.now(),
        )
    if error or not code:
        raise CallbackRefused(_NO.get(error, "refused"))
    await finish_connection(
        ClioAccess.of(adapters), firm_id=principal.firm_id, asked=asked, code=code
    )


def _redirect(adapters: Adapters, page: str, **query: str) -> RedirectResponse:
    return RedirectResponse(f"{adapters.public_url}{page}?{urlencode(query)}", status_code=303)
