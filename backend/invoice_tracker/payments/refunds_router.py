"""The route that gives a payment back."""

from uuid import UUID

from fastapi import APIRouter, BackgroundTasks

from invoice_tracker.accounts.deps import Biller
from invoice_tracker.core.deps import AdaptersDep
from invoice_tracker.core.errors import PROBLEMS
from invoice_tracker.payments.models import Refund
from invoice_tracker.payments.refunds import Wish, refund_payment
from invoice_tracker.payments.schemas import RefundInput, RefundOut, RequestKey

router = APIRouter(prefix="/payments", tags=["payments"], responses=PROBLEMS)


@router.post("/{payment_id}/refunds", operation_id="payments_create_refund", status_code=201)
async def create_refund(
    adapters: AdaptersDep,
    principal: Biller,
    background: BackgroundTasks,
    payment_id: UUID,
    body: RefundInput,
    request_key: RequestKey,
) -> RefundOut:
    """Give money back through Stripe: never more than is left. The answer says how far it is.

    The payment itself counts the refund once Stripe lists it, moments later.
    """
    wish = Wish(
        payment_id=payment_id,
        amount_minor=body.amount_minor,
        whole=body.whole_payment,
        reason=body.reason,
        by=principal.name,
        request_key=request_key,
    )
    refund_id = await refund_payment(adapters, firm_id=principal.firm_id, wish=wish)
    background.add_task(adapters.poke, "see_to_refunds", principal.firm_id)
    async with adapters.database.transaction(principal.firm_id) as session:
        return RefundOut.of(await session.get_one(Refund, refund_id, populate_existing=True))
