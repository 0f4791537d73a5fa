"""Where a client pays. Looking changes nothing: mail scanners open every link they find."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import structlog
from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.deps import Adapters, AdaptersDep
from invoice_tracker.core.errors import NotFound
from invoice_tracker.firms.links import open_link
from invoice_tracker.firms.models import Firm, LinkKind
from invoice_tracker.firms.service import get_firm
from invoice_tracker.invoices.models import Invoice
from invoice_tracker.payments import pages
from invoice_tracker.payments.checkout import FETCH_NEWS, PayAddresses, open_checkout
from invoice_tracker.payments.group_pay_page import show_group
from invoice_tracker.payments.models import Checkout
from invoice_tracker.payments.payability import Payability, Standing, standing_of
from invoice_tracker.ports import CheckoutStatus, GatewayProblem

_log = structlog.get_logger()
pages_router = APIRouter(prefix="/pay", include_in_schema=False)


async def _open(session: AsyncSession, token: str, now: datetime) -> tuple[Firm, Invoice]:
    """The firm and invoice of a link. Raises ``NotFound``."""
    link = await open_link(session, token=token, kind=LinkKind.pay, now=now)
    invoice = await session.get(Invoice, link.subject_id)
    if invoice is None or invoice.firm_id != link.firm_id:
        raise NotFound("There is no such invoice.")
    firm = await get_firm(session, link.firm_id)
    await session.refresh(firm, ["logo"])
    return firm, invoice


async def _find(adapters: Adapters, token: str) -> tuple[Firm, Invoice] | None:
    try:
        async with adapters.database.transaction() as session:
            return await _open(session, token, adapters.clock.now())
    except NotFound:
        return None


async def _standing(adapters: Adapters, firm_id: UUID, invoice_id: UUID) -> Standing:
    takes_payments = await adapters.gateway.can_take_payments(firm_id)
    async with adapters.database.transaction(firm_id) as session:
        invoice = await session.get_one(Invoice, invoice_id)
        return await standing_of(session, invoice=invoice, takes_payments=takes_payments)


@pages_router.get("/{token}")
async def show_pay_page(adapters: AdaptersDep, token: str) -> HTMLResponse:
    """The firm, the invoice's number, what is owed now, and one button; or several of them."""
    found = await _find(adapters, token)
    if found is None:
        return await show_group(adapters, token)
    firm, invoice = found
    return pages.standing_page(
        adapters.settings,
        firm=firm,
        number=invoice.number,
        standing=await _standing(adapters, firm.id, invoice.id),
    )


@pages_router.post("/{token}")
async def go_and_pay(adapters: AdaptersDep, token: str) -> Response:
    """Open a checkout for what is owed at this moment, and send the client there."""
    found = await _find(adapters, token)
    if found is None:
        return pages.unknown_link_page(adapters.settings)
    firm, invoice = found
    here = f"{adapters.public_url}/pay/{token}"
    addresses = PayAddresses(
        success_url=f"{here}/receipt?session_id={{CHECKOUT_SESSION_ID}}", cancel_url=here
    )
    try:
        opening = await open_checkout(
            adapters, firm_id=firm.id, invoice_id=invoice.id, addresses=addresses
        )
    except GatewayProblem as problem:
        _log.warning("checkout_not_opened", invoice=str(invoice.id), problem=str(problem))
        return pages.message_page(
            adapters.settings,
            firm=firm,
            title="The payment could not be started",
            tone="warn",
            message="Nothing has been charged. Please try again in a few minutes.",
            detail="If it happens again, please pay the way that is stated on the invoice.",
            back=here,
            back_label="Try again",
            status=502,
        )
    if opening.url is None:
        return pages.standing_page(
            adapters.settings, firm=firm, number=invoice.number, standing=opening.standing
        )
    return RedirectResponse(opening.url, status_code=303, headers=pages.headers(adapters.settings))


@pages_router.get("/{token}/receipt")
async def show_receipt(
    adapters: AdaptersDep,
    token: str,
    session_id: Annotated[str, Query(max_length=200)] = "",
) -> HTMLResponse:
    """Where Stripe sends the client after paying. Asks Stripe once, and changes nothing itself."""
    found = await _find(adapters, token)
    if found is None:
        return pages.unknown_link_page(adapters.settings)
    firm, invoice = found
    standing = await _standing(adapters, firm.id, invoice.id)
    if standing.state in (Payability.payable, Payability.no_online_payment) and session_id:
        standing = await _ask_once(adapters, invoice, session_id, standing)
    if standing.state is Payability.payable:
        here = f"{adapters.public_url}/pay/{token}"
        return pages.message_page(
            adapters.settings,
            firm=firm,
            title=f"Invoice {invoice.number}",
            message="Your payment has not come through yet.",
            detail="If you have just paid, please look again in a minute; do not pay twice.",
            back=here,
            back_label="Back to the invoice",
        )
    return pages.standing_page(
        adapters.settings, firm=firm, number=invoice.number, standing=standing
    )


async def _ask_once(
    adapters: Adapters, invoice: Invoice, session_id: str, standing: Standing
) -> Standing:
    async with adapters.database.transaction(invoice.firm_id) as session:
        ours = await session.scalar(
            select(Checkout.id).where(
                Checkout.invoice_id == invoice.id, Checkout.stripe_session_id == session_id
            )
        )
    if ours is None:
        return standing
    look = await adapters.gateway.look_at_checkouts(invoice.firm_id, [session_id])
    status = look.statuses.get(session_id)
    if status not in (CheckoutStatus.paid, CheckoutStatus.processing):
        return standing
    await adapters.poke(FETCH_NEWS, invoice.firm_id)
    known = Payability.paid if status is CheckoutStatus.paid else Payability.processing
    return Standing(known, standing.due)
