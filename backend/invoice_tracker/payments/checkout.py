"""Opening a page to pay on, for what is owed at this moment and never twice for one balance.

The row is committed before the payment provider is asked, and its id is the idempotency key: a
crash, a double click or two browsers end on the same page.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.deps import Adapters
from invoice_tracker.domain.money import Money
from invoice_tracker.firms.models import Firm
from invoice_tracker.firms.service import get_firm
from invoice_tracker.invoices.models import Client, Invoice
from invoice_tracker.payments.models import Checkout, CheckoutState
from invoice_tracker.payments.payability import Payability, Standing, standing_of
from invoice_tracker.payments.service import lock_invoice
from invoice_tracker.ports import CheckoutRequest, CheckoutStatus, GatewayProblem, GatewayRefusal

LIFETIME = timedelta(hours=23)
"""The provider allows 24 hours; an hour is left for clocks that differ."""
STILL_LONG_ENOUGH = timedelta(minutes=30)
ATTEMPTS = 5
FETCH_NEWS = "look_at_checkouts"
"""The worker's job that finds payments whose webhook has not come."""


@dataclass(frozen=True, slots=True)
class PayAddresses:
    """Where the provider sends the client back to."""

    success_url: str
    cancel_url: str


@dataclass(frozen=True, slots=True)
class Opening:
    """Where to pay; or, without an address, why one cannot."""

    standing: Standing
    url: str | None


@dataclass(frozen=True, slots=True)
class _Prepared:
    standing: Standing
    checkout: Checkout | None
    request: CheckoutRequest | None


async def open_checkout(
    adapters: Adapters, *, firm_id: UUID, invoice_id: UUID, addresses: PayAddresses
) -> Opening:
    """A page for the current balance: the open one, if it has the amount and half an hour left.

    Raises ``NotFound`` for an unknown invoice, ``GatewayProblem`` when the provider refuses or
    does not answer.
    """
    takes_payments = await adapters.gateway.can_take_payments(firm_id)
    fresh: UUID | None = None
    for _ in range(ATTEMPTS):
        now = adapters.clock.now()
        async with adapters.database.transaction(firm_id) as session:
            prepared = await _prepare(
                session,
                firm_id=firm_id,
                invoice_id=invoice_id,
                takes_payments=takes_payments,
                addresses=addresses,
                now=now,
            )
        checkout = prepared.checkout
        if checkout is None or prepared.request is None:
            return Opening(prepared.standing, None)
        if checkout.state is CheckoutState.pending:
            # Its answer is not used before another look, under the lock, at what is owed.
            await _ask(adapters, checkout, prepared.request)
            fresh = checkout.id
            continue
        known_open = checkout.id == fresh
        opening = await _use(adapters, checkout, prepared.standing, now, known_open=known_open)
        if opening is not None:
            return opening
    raise GatewayProblem("The amount is changing right now. Please try again in a minute.")


async def _use(
    adapters: Adapters, checkout: Checkout, standing: Standing, now: datetime, *, known_open: bool
) -> Opening | None:
    """The open page, if it still fits; None once it is closed and another one is needed."""
    status = CheckoutStatus.open if known_open else await _status(adapters, checkout)
    if status is CheckoutStatus.open and _fits(checkout, standing, now):
        return Opening(standing, checkout.url)
    if status is CheckoutStatus.open:
        session_id = _session_id(checkout)
        status = await adapters.gateway.expire_checkout(checkout.firm_id, session_id)
    if status in (CheckoutStatus.paid, CheckoutStatus.processing):
        # The client has paid, and the news has not come in yet: fetch it, and open no other.
        await adapters.poke(FETCH_NEWS, checkout.firm_id)
        return Opening(Standing(Payability.processing, standing.due), None)
    await _note_expired(adapters, checkout)
    return None


async def close_checkout(
    session: AsyncSession, *, firm_id: UUID, session_id: str, state: CheckoutState
) -> bool:
    """Note that nobody can pay on this page any more; whether that is news.

    What is closed stays as it is.
    """
    checkout = await session.scalar(
        select(Checkout)
        .where(Checkout.firm_id == firm_id, Checkout.stripe_session_id == session_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if checkout is None or checkout.state is not CheckoutState.open:
        return False
    checkout.state = state
    await session.flush()
    return True


async def _prepare(
    session: AsyncSession,
    *,
    firm_id: UUID,
    invoice_id: UUID,
    takes_payments: bool,
    addresses: PayAddresses,
    now: datetime,
) -> _Prepared:
    """Under the lock of the invoice: what is owed, and the one row that stands for the page."""
    invoice = await lock_invoice(session, firm_id=firm_id, invoice_id=invoice_id)
    standing = await standing_of(session, invoice=invoice, takes_payments=takes_payments)
    checkout = await _standing_checkout(session, invoice)
    if checkout is not None and checkout.expires_at <= now:
        checkout.state = CheckoutState.expired
        await session.flush()
        checkout = None
    if checkout is None and standing.state is Payability.payable:
        checkout = await _begin(session, invoice, standing.due, now)
    if checkout is None or standing.state is not Payability.payable:
        return _Prepared(standing, None, None)
    firm = await get_firm(session, firm_id)
    return _Prepared(standing, checkout, _request_for(checkout, invoice, firm, addresses))


async def _standing_checkout(session: AsyncSession, invoice: Invoice) -> Checkout | None:
    found: Checkout | None = await session.scalar(
        select(Checkout).where(
            Checkout.firm_id == invoice.firm_id,
            Checkout.invoice_id == invoice.id,
            Checkout.state.in_((CheckoutState.pending, CheckoutState.open)),
        )
    )
    return found


async def _begin(session: AsyncSession, invoice: Invoice, due: Money, now: datetime) -> Checkout:
    client = await session.get(Client, invoice.client_id) if invoice.client_id else None
    checkout = Checkout(
        id=uuid4(),
        firm_id=invoice.firm_id,
        invoice_id=invoice.id,
        amount_minor=due.amount_minor,
        currency=due.currency,
        customer_email=client.effective_email if client else None,
        state=CheckoutState.pending,
        created_at=now,
        expires_at=now + LIFETIME,
    )
    session.add(checkout)
    await session.flush()
    return checkout


def _request_for(
    checkout: Checkout, invoice: Invoice, firm: Firm, addresses: PayAddresses
) -> CheckoutRequest:
    return CheckoutRequest(
        checkout_id=checkout.id,
        invoice_id=invoice.id,
        invoice_number=invoice.number,
        firm_name=firm.name,
        amount=Money(checkout.amount_minor, checkout.currency),
        customer_email=checkout.customer_email,
        success_url=addresses.success_url,
        cancel_url=addresses.cancel_url,
        expires_at=checkout.expires_at,
    )


def _fits(checkout: Checkout, standing: Standing, now: datetime) -> bool:
    amount = Money(checkout.amount_minor, checkout.currency)
    return amount == standing.due and checkout.expires_at - now > STILL_LONG_ENOUGH


def _session_id(checkout: Checkout) -> str:
    return checkout.stripe_session_id or ""


async def _ask(adapters: Adapters, checkout: Checkout, request: CheckoutRequest) -> None:
    """Ask the provider for the page. A refusal means that there is none: the row is closed."""
    try:
        opened = await adapters.gateway.open_checkout(checkout.firm_id, request)
    except GatewayRefusal:
        await _mark(adapters, checkout, CheckoutState.expired)
        raise
    await _mark(
        adapters, checkout, CheckoutState.open, session_id=opened.session_id, url=opened.url
    )


async def _mark(
    adapters: Adapters,
    checkout: Checkout,
    state: CheckoutState,
    *,
    session_id: str | None = None,
    url: str | None = None,
) -> None:
    async with adapters.database.transaction(checkout.firm_id) as session:
        row = await session.get(Checkout, checkout.id, with_for_update=True)
        if row is not None and row.state is CheckoutState.pending:
            row.state = state
            row.stripe_session_id = session_id
            row.url = url


async def _note_expired(adapters: Adapters, checkout: Checkout) -> None:
    async with adapters.database.transaction(checkout.firm_id) as session:
        await close_checkout(
            session,
            firm_id=checkout.firm_id,
            session_id=_session_id(checkout),
            state=CheckoutState.expired,
        )


async def _status(adapters: Adapters, checkout: Checkout) -> CheckoutStatus:
    session_id = _session_id(checkout)
    look = await adapters.gateway.look_at_checkouts(checkout.firm_id, [session_id])
    if session_id not in look.statuses:
        raise GatewayProblem(look.problem or "The payment provider does not know this payment.")
    return look.statuses[session_id]
