"""Where a client pays. Looking changes nothing: mail scanners open every link they find."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

import structlog
from fastapi import APIRouter, Form, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.deps import Adapters, AdaptersDep
from invoice_tracker.core.errors import NotFound
from invoice_tracker.firms.links import open_link
from invoice_tracker.firms.models import Firm, LinkKind
from invoice_tracker.firms.public_pages import headers, message_page
from invoice_tracker.firms.service import get_firm
from invoice_tracker.invoices.models import Invoice
from invoice_tracker.payments import pages
from invoice_tracker.payments.checkout import FETCH_NEWS, open_checkout
from invoice_tracker.payments.groups import group_members
from invoice_tracker.payments.models import Checkout, CheckoutLine
from invoice_tracker.payments.payability import Bill, Payability, Standing, bills_of, together
from invoice_tracker.ports import CheckoutStatus, GatewayProblem

_log = structlog.get_logger()
pages_router = APIRouter(prefix="/pay", include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Place:
    """What a link opens: one invoice of a firm, or a group of them."""

    token: str
    firm: Firm
    invoice_ids: tuple[UUID, ...]
    pay_group_id: UUID | None = None


async def _open(session: AsyncSession, token: str, now: datetime) -> Place:
    """Raises ``NotFound``."""
    try:
        link = await open_link(session, token=token, kind=LinkKind.pay, now=now)
        group_id, ids = None, [link.subject_id]
    except NotFound:
        link = await open_link(session, token=token, kind=LinkKind.pay_group, now=now)
        group_id = link.subject_id
        ids = list(await group_members(session, firm_id=link.firm_id, pay_group_id=group_id))
    found = await session.scalars(
        select(Invoice.id).where(Invoice.firm_id == link.firm_id, Invoice.id.in_(ids))
    )
    invoice_ids = tuple(found)
    if not invoice_ids:
        raise NotFound("There is no such invoice.")
    firm = await get_firm(session, link.firm_id)
    await session.refresh(firm, ["logo"])
    return Place(token, firm, invoice_ids, group_id)


async def _find(adapters: Adapters, token: str) -> Place | None:
    try:
        async with adapters.database.transaction() as session:
            return await _open(session, token, adapters.clock.now())
    except NotFound:
        return None


async def _bills(adapters: Adapters, place: Place) -> list[Bill]:
    """The invoices as they are now."""
    takes_payments = await adapters.gateway.can_take_payments(place.firm.id)
    async with adapters.database.transaction(place.firm.id) as session:
        invoices = await session.scalars(select(Invoice).where(Invoice.id.in_(place.invoice_ids)))
        return await bills_of(
            session,
            invoices=invoices.all(),
            takes_payments=takes_payments,
            now=adapters.clock.now(),
            in_group=place.pay_group_id is not None,
        )


def _here(adapters: Adapters, place: Place) -> str:
    return f"{adapters.public_url}/pay/{place.token}"


def _own_token(adapters: Adapters, invoice_id: UUID) -> str:
    """Of the page of one invoice; the link was made together with the group's."""
    return adapters.vault.derive_token(LinkKind.pay, str(invoice_id))


def _page(adapters: Adapters, place: Place, bills: list[Bill]) -> HTMLResponse:
    if place.pay_group_id is not None:
        own_pages = {
            bill.invoice_id: f"/pay/{_own_token(adapters, bill.invoice_id)}" for bill in bills
        }
        return pages.bills_page(
            adapters.settings, firm=place.firm, bills=bills, own_pages=own_pages
        )
    return _standing_page(adapters, place, bills, together(bills))


def _standing_page(
    adapters: Adapters, place: Place, bills: list[Bill], standing: Standing
) -> HTMLResponse:
    if place.pay_group_id is not None:
        return pages.together_page(firm=place.firm, standing=standing, back=_here(adapters, place))
    return pages.standing_page(
        adapters.settings, firm=place.firm, number=bills[0].number, standing=standing
    )


@pages_router.get("/{token}")
async def show_pay_page(adapters: AdaptersDep, token: str) -> HTMLResponse:
    """The firm, each invoice's number, what is owed now, and one button."""
    place = await _find(adapters, token)
    if place is None:
        return pages.unknown_link_page()
    return _page(adapters, place, await _bills(adapters, place))


@pages_router.post("/{token}")
async def go_and_pay(
    adapters: AdaptersDep,
    token: str,
    invoice: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Open a checkout for what is owed at this moment, and send the client there.

    Of a group only those invoices are paid that the client has ticked.
    """
    place = await _find(adapters, token)
    if place is None:
        return pages.unknown_link_page()
    ticked = [i for i in place.invoice_ids if str(i) in (invoice or [])]
    chosen = list(place.invoice_ids) if place.pay_group_id is None else ticked
    if not chosen:
        return _nothing_ticked(adapters, place)
    try:
        opening = await open_checkout(
            adapters,
            firm_id=place.firm.id,
            invoice_ids=chosen,
            pay_group_id=place.pay_group_id,
        )
    except GatewayProblem as problem:
        _log.warning("checkout_not_opened", invoices=len(chosen), problem=str(problem))
        return _not_started(adapters, place)
    if opening.url is None:
        bills = await _bills(adapters, place)
        return _standing_page(adapters, place, bills, opening.standing)
    return RedirectResponse(opening.url, status_code=303, headers=headers())


def _nothing_ticked(adapters: Adapters, place: Place) -> HTMLResponse:
    return message_page(
        firm=place.firm,
        title="No invoice is ticked",
        message="Please go back and tick at least one invoice that you want to pay.",
        back=_here(adapters, place),
        back_label=pages.BACK,
    )


def _not_started(adapters: Adapters, place: Place) -> HTMLResponse:
    return message_page(
        firm=place.firm,
        title="The payment could not be started",
        tone="warn",
        message="Nothing has been charged. Please try again in a few minutes.",
        detail="If it happens again, please pay the way that is stated on the invoice.",
        back=_here(adapters, place),
        back_label="Try again",
        status=502,
    )


@pages_router.get("/{token}/receipt")
async def show_receipt(
    adapters: AdaptersDep,
    token: str,
    session_id: Annotated[str, Query(max_length=200)] = "",
) -> HTMLResponse:
    """Where Stripe sends the client after paying. Asks Stripe once, and changes nothing itself."""
    place = await _find(adapters, token)
    if place is None:
        return pages.unknown_link_page()
    bills = await _bills(adapters, place)
    standing = together(bills)
    if standing.state not in pages.STILL_TO_PAY:
        return _page(adapters, place, bills)
    known = await _ask_once(adapters, place, session_id) if session_id else None
    if known is Payability.paid and place.pay_group_id is not None:
        return pages.thanks_page(firm=place.firm, back=_here(adapters, place))
    if known is not None:
        return _standing_page(adapters, place, bills, Standing(known, standing.due))
    if standing.state is Payability.no_online_payment:
        return _page(adapters, place, bills)
    return pages.not_yet_page(firm=place.firm, bills=bills, back=_here(adapters, place))


async def _ask_once(adapters: Adapters, place: Place, session_id: str) -> Payability | None:
    """What has become of a checkout for these invoices, where money has moved."""
    firm_id = place.firm.id
    async with adapters.database.transaction(firm_id) as session:
        ours = await session.scalar(
            select(Checkout.id)
            .join(CheckoutLine, CheckoutLine.checkout_id == Checkout.id)
            .where(
                CheckoutLine.invoice_id.in_(place.invoice_ids),
                Checkout.stripe_session_id == session_id,
            )
            .limit(1)
        )
    if ours is None:
        return None
    look = await adapters.gateway.look_at_checkouts(firm_id, [session_id])
    status = look.statuses.get(session_id)
    if status not in (CheckoutStatus.paid, CheckoutStatus.processing):
        return None
    await adapters.poke(FETCH_NEWS, firm_id)
    return Payability.paid if status is CheckoutStatus.paid else Payability.processing
