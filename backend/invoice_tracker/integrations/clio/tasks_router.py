"""The route that asks a colleague in Clio to record a payment."""

from uuid import UUID

from fastapi import APIRouter

from invoice_tracker.accounts.deps import Biller
from invoice_tracker.core.deps import AdaptersDep
from invoice_tracker.core.errors import PROBLEMS
from invoice_tracker.integrations.clio.access import ClioAccess
from invoice_tracker.integrations.clio.tasks import ask_to_record
from invoice_tracker.payments import repository
from invoice_tracker.payments.schemas import PaymentOut

router = APIRouter(prefix="/payments", tags=["payments"], responses=PROBLEMS)


@router.post("/{payment_id}/clio-task", operation_id="payments_create_clio_task")
async def create_task(adapters: AdaptersDep, principal: Biller, payment_id: UUID) -> PaymentOut:
    """A task in Clio for whoever owns the bill: record this payment. Asking twice makes one."""
    access = ClioAccess.of(adapters)
    await ask_to_record(access, firm_id=principal.firm_id, payment_id=payment_id)
    async with adapters.database.transaction(principal.firm_id) as session:
        row = await repository.get_payment(
            session, firm_id=principal.firm_id, payment_id=payment_id
        )
        return PaymentOut.of(row)
