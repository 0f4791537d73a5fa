"""What clients may do on the pay page."""

from fastapi import APIRouter

from invoice_tracker.accounts.deps import Owner, Reader
from invoice_tracker.core.deps import SessionDep
from invoice_tracker.core.errors import PROBLEMS
from invoice_tracker.payments import pay_page_rules
from invoice_tracker.payments.models import PayPageRules
from invoice_tracker.payments.pay_page_schemas import PayPageRulesOut, PayPageRulesUpdate

router = APIRouter(prefix="/pay-page-rules", tags=["pay_page_rules"], responses=PROBLEMS)


@router.get("", operation_id="pay_page_rules_get", response_model=PayPageRulesOut)
async def get_rules(session: SessionDep, principal: Reader) -> PayPageRules:
    """Whether clients may pay a part of what they owe, and download the bill."""
    return await pay_page_rules.load_rules(session, firm_id=principal.firm_id)


@router.patch("", operation_id="pay_page_rules_update", response_model=PayPageRulesOut)
async def update_rules(
    session: SessionDep, principal: Owner, body: PayPageRulesUpdate
) -> PayPageRules:
    """Change some of it; it holds from the next look at a pay page."""
    return await pay_page_rules.change_rules(
        session,
        firm_id=principal.firm_id,
        changes=body.model_dump(exclude_unset=True, exclude_none=True),
    )
