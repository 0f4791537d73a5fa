"""Routes of the firm itself: company details and sending rules."""

from fastapi import APIRouter

from invoice_tracker.accounts.deps import Owner, Reader
from invoice_tracker.core.deps import ClockDep, SessionDep
from invoice_tracker.core.errors import PROBLEMS
from invoice_tracker.firms import service
from invoice_tracker.firms.models import Firm, SendingRules
from invoice_tracker.firms.schemas import (
    FirmOut,
    FirmUpdate,
    SendingRulesOut,
    SendingRulesUpdate,
)

router = APIRouter(prefix="/firm", tags=["firm"], responses=PROBLEMS)
_MAY_BE_EMPTY = frozenset({"holiday_country", "holiday_region"})


@router.get("", operation_id="firm_get", response_model=FirmOut)
async def get_firm(session: SessionDep, principal: Reader) -> Firm:
    """The firm's details, as they stand in its mails."""
    return await service.get_firm(session, principal.firm_id)


@router.patch("", operation_id="firm_update", response_model=FirmOut)
async def update_firm(session: SessionDep, principal: Owner, body: FirmUpdate) -> Firm:
    """Change the firm's details."""
    firm = await service.get_firm(session, principal.firm_id)
    for name, value in body.model_dump(exclude_unset=True, exclude_none=True).items():
        setattr(firm, name, value)
    await session.flush()
    return firm


@router.get("/sending-rules", operation_id="sending_rules_get", response_model=SendingRulesOut)
async def get_sending_rules(session: SessionDep, principal: Reader) -> SendingRules:
    """When and how much mail may leave."""
    return await service.get_sending_rules(session, principal.firm_id)


@router.patch("/sending-rules", operation_id="sending_rules_update", response_model=SendingRulesOut)
async def update_sending_rules(
    session: SessionDep, principal: Owner, clock: ClockDep, body: SendingRulesUpdate
) -> SendingRules:
    """Change some rules; Safe Mode is one of them."""
    return await service.update_sending_rules(
        session,
        firm_id=principal.firm_id,
        changes={
            name: value
            for name, value in body.model_dump(exclude_unset=True).items()
            if value is not None or name in _MAY_BE_EMPTY
        },
        now=clock.now(),
    )
