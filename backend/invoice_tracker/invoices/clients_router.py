"""Routes of clients."""

from uuid import UUID

from fastapi import APIRouter

from invoice_tracker.accounts.deps import Biller, Reader
from invoice_tracker.core.deps import ClockDep, SessionDep
from invoice_tracker.core.errors import PROBLEMS
from invoice_tracker.core.pagination import DEFAULT_LIMIT, CursorParam, LimitParam
from invoice_tracker.core.schemas import Page
from invoice_tracker.invoices import client_repository, service
from invoice_tracker.invoices.filtering import SearchParam
from invoice_tracker.invoices.schemas import ClientOut, ClientUpdate

router = APIRouter(prefix="/clients", tags=["clients"], responses=PROBLEMS)


@router.get("", operation_id="clients_list")
async def list_clients(
    session: SessionDep,
    principal: Reader,
    q: SearchParam = None,
    limit: LimitParam = DEFAULT_LIMIT,
    cursor: CursorParam = None,
) -> Page[ClientOut]:
    """Clients by name, with what they owe."""
    text = q.replace("\0", "").strip() if q else None
    items, next_cursor = await client_repository.list_clients(
        session, firm_id=principal.firm_id, q=text, limit=limit, cursor=cursor
    )
    total = await client_repository.count_clients(session, firm_id=principal.firm_id, q=text)
    return Page(items=items, next_cursor=next_cursor, total=total)


@router.get("/{client_id}", operation_id="clients_get")
async def get_client(session: SessionDep, principal: Reader, client_id: UUID) -> ClientOut:
    """One client."""
    return await client_repository.get_client(
        session, firm_id=principal.firm_id, client_id=client_id
    )


@router.patch("/{client_id}", operation_id="clients_update")
async def update_client(
    session: SessionDep, principal: Biller, clock: ClockDep, client_id: UUID, body: ClientUpdate
) -> ClientOut:
    """Set where and by whose clock reminders go. The worker plans anew at its next tick."""
    if "email_override" in body.model_fields_set:
        await service.set_email_override(
            session,
            firm_id=principal.firm_id,
            client_id=client_id,
            email=body.email_override,
            actor=principal.name,
            now=clock.now(),
        )
    if "time_zone" in body.model_fields_set:
        await service.set_time_zone(
            session,
            firm_id=principal.firm_id,
            client_id=client_id,
            time_zone=body.time_zone,
            now=clock.now(),
        )
    return await client_repository.get_client(
        session, firm_id=principal.firm_id, client_id=client_id
    )
