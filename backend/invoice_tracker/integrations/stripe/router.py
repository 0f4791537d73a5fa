"""Settings › Connect to Stripe."""

from fastapi import APIRouter

from invoice_tracker.accounts.deps import Owner, Reader
from invoice_tracker.core.deps import AdaptersDep, SessionDep
from invoice_tracker.core.errors import PROBLEMS
from invoice_tracker.integrations.stripe import service
from invoice_tracker.integrations.stripe.connections import find_connection
from invoice_tracker.integrations.stripe.schemas import (
    ConnectStripe,
    DisconnectStripe,
    StripeConnectionOut,
)

router = APIRouter(prefix="/stripe", tags=["stripe"], responses=PROBLEMS)


@router.get("/connection", operation_id="stripe_get_connection")
async def get_connection(session: SessionDep, principal: Reader) -> StripeConnectionOut:
    """Whether and to which account the firm is connected. The key itself is never shown."""
    return StripeConnectionOut.of(await find_connection(session, firm_id=principal.firm_id))


@router.post("/connection", operation_id="stripe_connect")
async def connect(
    adapters: AdaptersDep, principal: Owner, body: ConnectStripe
) -> StripeConnectionOut:
    """Connect with the account's own key, or connect again with another one.

    The key is tried out first, one permission at a time: 422 says in plain words what is wrong with
    it, and where permissions are missing `permissions` lists them all. The firm has to say once
    that the account pays out to its operating account. 409 for a key of another account than the
    connected one. Where Stripe cannot reach this installation, `webhook` is `missing` and `error`
    says what to do.
    """
    row = await service.connect(
        adapters,
        firm_id=principal.firm_id,
        asked=service.AskedConnection(
            api_key=body.api_key,
            webhook_secret=body.webhook_secret or None,
            pays_operating_account=body.pays_operating_account,
            asked_by=principal.name,
        ),
    )
    return StripeConnectionOut.of(row)


@router.post("/connection/check", operation_id="stripe_check_connection")
async def check_connection(adapters: AdaptersDep, principal: Owner) -> StripeConnectionOut:
    """Try out again what the stored key may do, after its permissions were changed in Stripe."""
    row = await service.check_again(adapters, firm_id=principal.firm_id)
    return StripeConnectionOut.of(row)


@router.post("/connection/rotate-webhook", operation_id="stripe_rotate_webhook")
async def rotate_webhook(adapters: AdaptersDep, principal: Owner) -> StripeConnectionOut:
    """Have Stripe sign its events with a new secret. No event is lost: for a day both are good.

    409 where the endpoint was made by hand, and where the key may not make one.
    """
    row = await service.rotate_webhook(adapters, firm_id=principal.firm_id)
    return StripeConnectionOut.of(row)


@router.post("/connection/disconnect", operation_id="stripe_disconnect")
async def disconnect(
    adapters: AdaptersDep, principal: Owner, body: DisconnectStripe
) -> StripeConnectionOut:
    """Forget the key, after the word DISCONNECT. Payments that were made stay."""
    row = await service.disconnect(adapters, firm_id=principal.firm_id, confirm=body.confirm)
    return StripeConnectionOut.of(row)
