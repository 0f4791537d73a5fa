"""Opening a page to pay on, for what is owed at this moment and never twice for one balance.

The row is committed before the payment provider is asked, and its id is the idempotency key: a
crash, a double click or two browsers end on the same page. An invoice is in one open page at most:
before another one is opened, for a group that overlaps or another amount, the first is closed.
"""

import asyncio
import random
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.deps import Adapters
from invoice_tracker.core.errors import NotFound
from invoice_tracker.domain.charges import PartProblem
from invoice_tracker.invoices.service import lock_invoices
from invoice_tracker.payments.checkout_rows import (
    begin_checkout,
    close_checkout,
    is_still_owed,
    lines_of,
    open_for,
    request_for,
)
from invoice_tracker.payments.models import Checkout, CheckoutState
from invoice_tracker.payments.parts import Asked, ask_for
from invoice_tracker.payments.pay_page_rules import load_rules
from invoice_tracker.payments.payability import Payability, Standing, bills_of, together
from invoice_tracker.ports import CheckoutRequest, CheckoutStatus, GatewayProblem, GatewayRefusal

STILL_LONG_ENOUGH = timedelta(minutes=30)
ATTEMPTS = 8
LONGEST_PAUSE = 0.4
"""In seconds, before the second attempt; longer each time."""
FETCH_NEWS = "look_at_checkouts"
"""The worker's job that finds payments whose webhook has not come."""


@dataclass(frozen=True, slots=True)
class Opening:
    """Where to pay; or, without an address, why one cannot."""

    standing: Standing
    url: str | None
    refusal: PartProblem | None = None
    """What is wrong with the part that was asked for."""


@dataclass(frozen=True, slots=True)
class _Page:
    """A row, and what the provider is asked for with it."""

    checkout: Checkout
    request: CheckoutRequest


@dataclass(frozen=True, slots=True)
class _Prepared:
    standing: Standing
    refusal: PartProblem | None = None
    page: _Page | None = None
    in_the_way: tuple[_Page, ...] = ()


async def open_checkout(
    adapters: Adapters,
    *,
    firm_id: UUID,
    invoice_ids: Collection[UUID],
    pay_group_id: UUID | None = None,
    part_minor: int | None = None,
) -> Opening:
    """A page for what these invoices of one client owe now: the open one, if it asks for just that
    and has half an hour left.

    ``pay_group_id`` is the group whose page the client stands on; ``part_minor`` what the client
    wants to pay of the total, the oldest invoice first. Raises ``NotFound`` for an
    unknown invoice, ``GatewayProblem`` when the provider refuses or does not answer.
    """
    takes_payments = await adapters.gateway.can_take_payments(firm_id)
    for attempt in range(ATTEMPTS):
        if attempt:
            # Two that are in each other's way must not go on in step.
            await asyncio.sleep(random.uniform(0, LONGEST_PAUSE) * attempt)
        async with adapters.database.transaction(firm_id) as session:
            prepared = await _prepare(
                session,
                adapters,
                firm_id=firm_id,
                invoice_ids=invoice_ids,
                pay_group_id=pay_group_id,
                part_minor=part_minor,
                takes_payments=takes_payments,
            )
        opening = await _advance(adapters, firm_id, prepared)
        if opening is not None:
            return opening
    raise GatewayProblem("The amount is changing right now. Please try again in a minute.")


async def _advance(adapters: Adapters, firm_id: UUID, prepared: _Prepared) -> Opening | None:
    """One step towards the page; None where what is owed has to be looked at again first."""
    for page in prepared.in_the_way:
        if await _is_being_paid(adapters, page):
            return await _wait_for_news(adapters, firm_id, prepared.standing)
    if prepared.in_the_way:
        return None
    if prepared.page is None:
        return Opening(prepared.standing, None, prepared.refusal)
    checkout = prepared.page.checkout
    if checkout.state is CheckoutState.pending:
        url = await _ask(adapters, prepared.page)
        return Opening(prepared.standing, url) if url else None
    status = await _status(adapters, checkout)
    if status is CheckoutStatus.open:
        return Opening(prepared.standing, checkout.url)
    if status is not CheckoutStatus.expired:
        return await _wait_for_news(adapters, firm_id, prepared.standing)
    await _note_expired(adapters, checkout)
    return None


async def _prepare(
    session: AsyncSession,
    adapters: Adapters,
    *,
    firm_id: UUID,
    invoice_ids: Collection[UUID],
    pay_group_id: UUID | None,
    part_minor: int | None,
    takes_payments: bool,
) -> _Prepared:
    """Under the lock of the invoices: what is owed, and the one row that stands for the page."""
    now = adapters.clock.now()
    invoices = await lock_invoices(session, firm_id=firm_id, invoice_ids=invoice_ids)
    if not invoices or len(invoices) < len(set(invoice_ids)):
        raise NotFound("There is no such invoice.")
    bills = await bills_of(
        session,
        invoices=invoices,
        takes_payments=takes_payments,
        now=now,
        in_group=pay_group_id is not None,
    )
    standing = together(bills)
    rules = await load_rules(session, firm_id=firm_id)
    asked = ask_for(bills, part_minor=part_minor, rules=rules)
    if not isinstance(asked, Asked):
        return _Prepared(standing, refusal=asked)
    found = await open_for(session, firm_id=firm_id, invoice_ids=asked.invoice_ids, now=now)
    fitting = [row for row in found if await _fits(session, row, asked, now)]
    if found and not fitting:
        pages = [_Page(row, await _request(session, adapters, row, now)) for row in found]
        return _Prepared(standing, in_the_way=tuple(pages))
    checkout = fitting[0] if fitting else None
    if checkout is None:
        checkout = await begin_checkout(
            session,
            firm_id=firm_id,
            client_id=invoices[0].client_id,
            pay_group_id=pay_group_id,
            lines=asked.lines,
            currency=asked.currency,
            is_part=asked.remains_minor > 0,
            now=now,
        )
    return _Prepared(
        standing, page=_Page(checkout, await _request(session, adapters, checkout, now))
    )


async def _request(
    session: AsyncSession, adapters: Adapters, checkout: Checkout, now: datetime
) -> CheckoutRequest:
    return await request_for(
        session, adapters.vault, checkout=checkout, public_url=adapters.public_url, now=now
    )


async def _fits(session: AsyncSession, checkout: Checkout, asked: Asked, now: datetime) -> bool:
    """Whether the page asks for exactly this, and can be paid on for a while."""
    if checkout.expires_at - now <= STILL_LONG_ENOUGH:
        return False
    lines = await lines_of(session, firm_id=checkout.firm_id, checkout_id=checkout.id)
    return set(lines) == set(asked.lines) and asked.currency == checkout.currency


async def _is_being_paid(adapters: Adapters, page: _Page) -> bool:
    """Close a page that is in the way, unless the client has paid on it."""
    checkout = page.checkout
    if checkout.state is CheckoutState.pending:
        # The provider may have opened it without our hearing of it: ask, and close it next time.
        with suppress(GatewayRefusal):
            await _ask(adapters, page)
        return False
    session_id = _session_id(checkout)
    status = await adapters.gateway.expire_checkout(checkout.firm_id, session_id)
    if status is CheckoutStatus.expired:
        await _note_expired(adapters, checkout)
    return status in (CheckoutStatus.paid, CheckoutStatus.processing)


async def _wait_for_news(adapters: Adapters, firm_id: UUID, standing: Standing) -> Opening:
    """The client has paid, and the news has not come in yet: fetch it, and open no other page."""
    await adapters.poke(FETCH_NEWS, firm_id)
    return Opening(Standing(Payability.processing, standing.due), None)


def _session_id(checkout: Checkout) -> str:
    return checkout.stripe_session_id or ""


async def _ask(adapters: Adapters, page: _Page) -> str | None:
    """Ask the provider for the page: its address, or nothing where it has been closed meanwhile
    or asks for what is no longer owed. A refusal means that there is none: the row is closed.
    """
    checkout = page.checkout
    try:
        opened = await adapters.gateway.open_checkout(checkout.firm_id, page.request)
    except GatewayRefusal:
        await _mark(adapters, checkout, CheckoutState.expired)
        raise
    stands = await _mark(
        adapters, checkout, CheckoutState.open, session_id=opened.session_id, url=opened.url
    )
    return opened.url if stands else None


async def _mark(
    adapters: Adapters,
    checkout: Checkout,
    state: CheckoutState,
    *,
    session_id: str | None = None,
    url: str | None = None,
) -> bool:
    """Note what became of the page; whether it is open, for what is still owed."""
    async with adapters.database.transaction(checkout.firm_id) as session:
        row = await session.get(Checkout, checkout.id, with_for_update=True)
        if row is None:
            return False
        if row.state is CheckoutState.pending:
            row.state = state
            row.stripe_session_id = session_id
            row.url = url
            await session.flush()
        return row.state is CheckoutState.open and await is_still_owed(session, checkout=row)


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
