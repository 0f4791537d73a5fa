"""Where a client pays. Looking changes nothing: mail scanners open every link they find."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

import structlog
from fastapi import APIRouter, Form, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from invoice_tracker.core.deps import Adapters, AdaptersDep
from invoice_tracker.core.errors import NotFound
from invoice_tracker.domain.charges import PartProblem
from invoice_tracker.domain.money import read_amount
from invoice_tracker.firms.links import open_link
from invoice_tracker.firms.models import Firm, LinkKind
from invoice_tracker.firms.public_pages import headers, message_page
from invoice_tracker.invoices.models import Invoice
from invoice_tracker.payments import pages
from invoice_tracker.payments.checkout import FETCH_NEWS, Opening, open_checkout
from invoice_tracker.payments.groups import group_members
from invoice_tracker.payments.models import PayPageRules
from invoice_tracker.payments.parts import Asked, ask_for, limits_of
from invoice_tracker.payments.pay_page_rules import load_rules
from invoice_tracker.payments.payability import Bill, Standing, bills_of, together
from invoice_tracker.payments.receipts import Receipt, is_paid_here, load_receipt
from invoice_tracker.ports import CheckoutStatus, GatewayProblem, GatewayRefusal, NoDocument

_log = structlog.get_logger()
pages_router = APIRouter(prefix="/pay", include_in_schema=False)
LOOKING = ["GET", "HEAD"]


@dataclass(frozen=True, slots=True)
class Place:
    """What a link opens: one invoice of a firm, or a group of them, as they are now."""

    token: str
    firm: Firm
    bills: list[Bill]
    rules: PayPageRules
    pay_group_id: UUID | None

    @property
    def invoice_ids(self) -> list[UUID]:
        """Of all its invoices."""
        return [bill.invoice_id for bill in self.bills]

    @property
    def path(self) -> str:
        """The page's own address on this host."""
        return f"/pay/{self.token}"

    @property
    def alone(self) -> bool:
        """Whether it is the page of one invoice."""
        return self.pay_group_id is None


async def _open(
    session: AsyncSession, token: str, now: datetime
) -> tuple[Firm, list[UUID], UUID | None]:
    """The firm, the invoices, and the group where there is one. Raises ``NotFound``."""
    try:
        link = await open_link(session, token=token, kind=LinkKind.pay, now=now)
        group_id, ids = None, [link.subject_id]
    except NotFound:
        link = await open_link(session, token=token, kind=LinkKind.pay_group, now=now)
        group_id = link.subject_id
        ids = list(await group_members(session, firm_id=link.firm_id, pay_group_id=group_id))
    firm = await session.get(
        Firm, link.firm_id, options=[undefer(Firm.logo)], populate_existing=True
    )
    if firm is None or not ids:
        raise NotFound("There is no such invoice.")
    return firm, ids, group_id


async def _find(adapters: Adapters, token: str) -> Place | None:
    """What the link opens; None for one that opens nothing."""
    now = adapters.clock.now()
    try:
        async with adapters.database.transaction() as session:
            firm, ids, group_id = await _open(session, token, now)
    except NotFound:
        return None
    takes_payments = await adapters.gateway.can_take_payments(firm.id)
    async with adapters.database.transaction(firm.id) as session:
        invoices = await session.scalars(select(Invoice).where(Invoice.id.in_(ids)))
        bills = await bills_of(
            session,
            invoices=invoices.all(),
            takes_payments=takes_payments,
            now=now,
            in_group=group_id is not None,
        )
        rules = await load_rules(session, firm_id=firm.id)
    return Place(token, firm, bills, rules, group_id) if bills else None


def _own_page(adapters: Adapters, invoice_id: UUID) -> str:
    """The page of one invoice; its link was made together with the group's."""
    return f"/pay/{adapters.vault.derive_token(LinkKind.pay, str(invoice_id))}"


def _page(
    adapters: Adapters, place: Place, *, typed: str = "", problem: PartProblem | None = None
) -> HTMLResponse:
    limits = limits_of(place.bills, place.rules)
    part = pages.PartForm(limits, typed=typed, problem=problem) if limits else None
    if place.alone:
        return pages.bill_page(
            adapters.settings,
            firm=place.firm,
            bill=place.bills[0],
            standing=together(place.bills),
            here=place.path,
            part=part,
            has_document=place.rules.offers_document,
        )
    return pages.bills_page(
        adapters.settings,
        firm=place.firm,
        bills=place.bills,
        here=place.path,
        own_pages={i: _own_page(adapters, i) for i in place.invoice_ids},
        part=part,
        has_document=place.rules.offers_document,
    )


def _standing_page(adapters: Adapters, place: Place, standing: Standing) -> HTMLResponse:
    if place.pay_group_id is not None:
        return pages.together_page(firm=place.firm, standing=standing, back=place.path)
    return pages.bill_page(
        adapters.settings,
        firm=place.firm,
        bill=place.bills[0],
        standing=standing,
        here=place.path,
        part=None,
        has_document=place.rules.offers_document,
    )


@pages_router.api_route("/{token}", methods=LOOKING)
async def show_pay_page(adapters: AdaptersDep, token: str) -> HTMLResponse:
    """The firm, each invoice's number, what is owed now, and one button."""
    place = await _find(adapters, token)
    return _page(adapters, place) if place else pages.unknown_link_page()


@pages_router.post("/{token}")
async def go_and_pay(
    adapters: AdaptersDep,
    token: str,
    invoice: Annotated[list[str] | None, Form()] = None,
    part: Annotated[str | None, Form(max_length=100)] = None,
    shown: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """Open a checkout for what is owed at this moment, and send the client there.

    Of a group only those invoices are paid that the client has ticked. A ``part`` of the amount is
    spread over all of them; first the client sees how, and sends back what was ``shown``.
    """
    place = await _find(adapters, token)
    if place is None:
        return pages.unknown_link_page()
    if part is not None:
        return await _pay_part(adapters, place, typed=part, shown=shown)
    ticked = [i for i in place.invoice_ids if str(i) in (invoice or [])]
    chosen = place.invoice_ids if place.alone else ticked
    if not chosen:
        return _nothing_ticked(place)
    return await _go(adapters, place, chosen)


async def _pay_part(adapters: Adapters, place: Place, *, typed: str, shown: str) -> Response:
    """Say what the part would be for; once the client has seen that, open a checkout for it."""
    try:
        part_minor = read_amount(typed, together(place.bills).due.currency)
    except ValueError:
        return _page(adapters, place, typed=typed)
    asked = ask_for(place.bills, part_minor=part_minor, rules=place.rules)
    if asked is PartProblem.not_offered:
        return _only_all(place)
    if not isinstance(asked, Asked):
        return _page(adapters, place, typed=typed, problem=asked)
    if shown != asked.in_short:
        return pages.part_page(
            adapters.settings,
            firm=place.firm,
            bills=place.bills,
            asked=asked,
            here=place.path,
            shown=asked.in_short,
        )
    return await _go(adapters, place, place.invoice_ids, part_minor=part_minor)


async def _go(
    adapters: Adapters, place: Place, chosen: list[UUID], *, part_minor: int | None = None
) -> Response:
    """To the payment provider, or to a page that says why not."""
    try:
        opening = await open_checkout(
            adapters,
            firm_id=place.firm.id,
            invoice_ids=chosen,
            pay_group_id=place.pay_group_id,
            part_minor=part_minor,
        )
    except GatewayRefusal as problem:
        _log.warning("checkout_refused", invoices=len(chosen), problem=str(problem))
        return _refused(place)
    except GatewayProblem as problem:
        _log.warning("checkout_not_opened", invoices=len(chosen), problem=str(problem))
        return _not_started(place)
    if opening.url is None:
        return await _not_opened(adapters, place, opening)
    return RedirectResponse(opening.url, status_code=303, headers=headers())


async def _not_opened(adapters: Adapters, place: Place, opening: Opening) -> HTMLResponse:
    """Things have changed while the client pressed the button: as they stand now."""
    now = await _find(adapters, place.token) or place
    if opening.refusal is not None:
        return _only_all(now)
    return _standing_page(adapters, now, opening.standing)


def _nothing_ticked(place: Place) -> HTMLResponse:
    return message_page(
        firm=place.firm,
        title="No invoice is ticked",
        message="Please go back and tick at least one invoice that you want to pay.",
        back=place.path,
        back_label=pages.BACK,
    )


def _only_all(place: Place) -> HTMLResponse:
    return message_page(
        firm=place.firm,
        title="This amount cannot be paid now",
        tone="warn",
        message="What is owed has changed, or the firm takes only the whole amount.",
        detail="Nothing has been charged. Please look at the invoice again.",
        back=place.path,
        back_label="Look again",
        status=422,
    )


def _refused(place: Place) -> HTMLResponse:
    return message_page(
        firm=place.firm,
        title="This cannot be paid online",
        tone="warn",
        message="Stripe does not take this payment. Nothing has been charged.",
        detail="Please pay the way that is stated on the invoice, or ask the firm.",
        back=place.path,
        back_label="Back",
        status=502,
    )


def _not_started(place: Place) -> HTMLResponse:
    return message_page(
        firm=place.firm,
        title="The payment could not be started",
        tone="warn",
        message="Nothing has been charged. Please try again in a few minutes.",
        detail="If it happens again, please pay the way that is stated on the invoice.",
        back=place.path,
        back_label="Try again",
        status=502,
    )


@pages_router.post("/{token}/document")
async def get_document(
    adapters: AdaptersDep, token: str, invoice: Annotated[str, Form(max_length=100)] = ""
) -> Response:
    """The bill as a PDF. A button and no link: making one is work, which no mail scanner needs."""
    place = await _find(adapters, token)
    if place is None:
        return pages.unknown_link_page()
    bill = place.bills[0]
    if not place.alone:
        bill = next((b for b in place.bills if str(b.invoice_id) == invoice), bill)
    if not place.rules.offers_document or bill.standing.state in pages.WITHOUT_DOCUMENT:
        return _no_document(place, status=404)
    try:
        document = await adapters.billing.document(place.firm.id, bill.invoice_id)
    except NoDocument as problem:
        _log.warning("document_not_made", invoice=str(bill.invoice_id), problem=str(problem))
        return _no_document(place, status=502)
    name = quote(document.name, safe="")
    return Response(
        document.pdf,
        media_type="application/pdf",
        headers=headers() | {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"},
    )


def _no_document(place: Place, *, status: int) -> HTMLResponse:
    return message_page(
        firm=place.firm,
        title="The document is not available",
        message="The invoice cannot be downloaded here at the moment.",
        detail="Please ask the firm for a copy.",
        back=place.path,
        back_label="Back",
        status=status,
    )


@pages_router.api_route("/{token}/receipt", methods=LOOKING)
async def show_receipt(
    adapters: AdaptersDep,
    token: str,
    session_id: Annotated[str, Query(max_length=200)] = "",
) -> HTMLResponse:
    """Where Stripe sends the client after paying, and a receipt to come back to.

    The address proves nothing: what counts is what the books know of this session and, as long as
    they know of no money, what Stripe says of it. That is entered as its webhook would enter it.
    """
    place = await _find(adapters, token)
    if place is None:
        return pages.unknown_link_page()
    if not session_id or not await _is_ours(adapters, place, session_id):
        return _nothing_known(adapters, place)
    receipt = await _receipt(adapters, place, session_id)
    status = None
    if receipt is None or not receipt.is_settled:
        try:
            status = await adapters.gateway.bring_in(
                place.firm.id, session_id, now=adapters.clock.now()
            )
        except GatewayProblem as problem:
            _log.warning("receipt_not_asked_for", problem=str(problem))
            await adapters.poke(FETCH_NEWS, place.firm.id)
            if receipt is None:
                return pages.cannot_ask_page(firm=place.firm, back=_again(place, session_id))
        receipt = await _receipt(adapters, place, session_id)
        place = await _find(adapters, token) or place
    if receipt is not None:
        return pages.receipt_page(
            firm=place.firm,
            receipt=receipt,
            standing=together(place.bills),
            here=place.path,
            alone=place.alone,
        )
    return await _not_in_the_books(adapters, place, session_id, status)


def _again(place: Place, session_id: str) -> str:
    return f"{place.path}/receipt?session_id={quote(session_id)}"


async def _is_ours(adapters: Adapters, place: Place, session_id: str) -> bool:
    async with adapters.database.transaction(place.firm.id) as session:
        return await is_paid_here(
            session,
            firm_id=place.firm.id,
            invoice_ids=place.invoice_ids,
            session_id=session_id,
        )


async def _receipt(adapters: Adapters, place: Place, session_id: str) -> Receipt | None:
    async with adapters.database.transaction(place.firm.id) as session:
        return await load_receipt(session, firm=place.firm, session_id=session_id)


async def _not_in_the_books(
    adapters: Adapters, place: Place, session_id: str, status: CheckoutStatus | None
) -> HTMLResponse:
    """Stripe knows of money that could not be entered yet; or no money has moved."""
    again = _again(place, session_id)
    if status is CheckoutStatus.paid:
        await adapters.poke(FETCH_NEWS, place.firm.id)
        return pages.thanks_page(firm=place.firm, back=again)
    if status is CheckoutStatus.processing:
        await adapters.poke(FETCH_NEWS, place.firm.id)
        return pages.under_way_page(firm=place.firm, bills=place.bills, back=again)
    return _nothing_known(adapters, place)


def _nothing_known(adapters: Adapters, place: Place) -> HTMLResponse:
    if together(place.bills).state not in pages.STILL_TO_PAY:
        return _page(adapters, place)
    return pages.not_yet_page(firm=place.firm, bills=place.bills, back=place.path)
