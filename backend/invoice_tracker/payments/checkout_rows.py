"""The rows that stand for pages to pay on, and what is asked for on each."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.crypto import Vault
from invoice_tracker.domain.money import Money
from invoice_tracker.firms.links import make_link
from invoice_tracker.firms.models import LinkKind
from invoice_tracker.firms.service import get_firm
from invoice_tracker.invoices.models import Client, Invoice
from invoice_tracker.payments.balances import amounts_due
from invoice_tracker.payments.models import (
    OPEN_STATES,
    Checkout,
    CheckoutLine,
    CheckoutState,
)
from invoice_tracker.ports import CheckoutItem, CheckoutRequest

LIFETIME = timedelta(hours=23)
"""The provider allows 24 hours; an hour is left for clocks that differ."""


@dataclass(frozen=True, slots=True)
class Line:
    """What a checkout asks for one invoice, in minor units."""

    invoice_id: UUID
    amount_minor: int


async def lines_of(session: AsyncSession, *, firm_id: UUID, checkout_id: UUID) -> list[Line]:
    """The lines of a checkout in their order; none for a checkout the firm does not have."""
    rows = await session.execute(
        select(CheckoutLine.invoice_id, CheckoutLine.amount_minor)
        .where(CheckoutLine.firm_id == firm_id, CheckoutLine.checkout_id == checkout_id)
        .order_by(CheckoutLine.position)
    )
    return [Line(invoice_id, amount_minor) for invoice_id, amount_minor in rows]


async def open_for(
    session: AsyncSession, *, firm_id: UUID, invoice_ids: Collection[UUID], now: datetime
) -> list[Checkout]:
    """Checkouts on which a client may be paying one of these invoices.

    One whose time is over is closed on the way: nobody can pay on it any more.
    """
    ours = select(CheckoutLine.checkout_id).where(
        CheckoutLine.firm_id == firm_id,
        CheckoutLine.invoice_id.in_(invoice_ids),
        CheckoutLine.state.in_(OPEN_STATES),
    )
    rows = await session.scalars(
        select(Checkout)
        .where(Checkout.firm_id == firm_id, Checkout.id.in_(ours))
        .order_by(Checkout.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    still_open = []
    for row in rows:
        if row.state not in OPEN_STATES:
            continue
        if row.expires_at <= now:
            row.state = CheckoutState.expired
        else:
            still_open.append(row)
    await session.flush()
    return still_open


async def begin_checkout(
    session: AsyncSession,
    *,
    firm_id: UUID,
    client_id: UUID | None,
    pay_group_id: UUID | None,
    lines: Sequence[Line],
    currency: str,
    is_part: bool,
    now: datetime,
) -> Checkout:
    """Write the row for a page that is to be opened. Its invoices are locked and in no other.

    ``is_part``: by the client's choice it asks for less than is owed.
    """
    client = await session.get(Client, client_id) if client_id else None
    checkout = Checkout(
        id=uuid4(),
        firm_id=firm_id,
        pay_group_id=pay_group_id,
        amount_minor=sum(line.amount_minor for line in lines),
        is_part=is_part,
        currency=currency,
        customer_email=client.effective_email if client else None,
        state=CheckoutState.pending,
        created_at=now,
        expires_at=now + LIFETIME,
    )
    session.add(checkout)
    await session.flush()
    for position, line in enumerate(lines):
        row = CheckoutLine(
            checkout_id=checkout.id,
            invoice_id=line.invoice_id,
            firm_id=firm_id,
            position=position,
            amount_minor=line.amount_minor,
            state=checkout.state,
        )
        session.add(row)
    await session.flush()
    return checkout


async def request_for(
    session: AsyncSession, vault: Vault, *, checkout: Checkout, public_url: str, now: datetime
) -> CheckoutRequest:
    """What to ask the provider for: the very same each time it is asked for this checkout."""
    rows = await session.execute(
        select(CheckoutLine.invoice_id, Invoice.number, CheckoutLine.amount_minor)
        .join(Invoice, Invoice.id == CheckoutLine.invoice_id)
        .where(CheckoutLine.checkout_id == checkout.id)
        .order_by(CheckoutLine.position)
    )
    items = tuple(
        CheckoutItem(invoice_id, number, Money(amount_minor, checkout.currency))
        for invoice_id, number, amount_minor in rows
    )
    in_group = checkout.pay_group_id is not None
    token = await make_link(
        session,
        vault,
        firm_id=checkout.firm_id,
        kind=LinkKind.pay_group if in_group else LinkKind.pay,
        subject_id=checkout.pay_group_id or items[0].invoice_id,
        now=now,
    )
    firm = await get_firm(session, checkout.firm_id)
    here = f"{public_url}/pay/{token}"
    return CheckoutRequest(
        checkout_id=checkout.id,
        items=items,
        firm_name=firm.name,
        customer_email=checkout.customer_email,
        success_url=f"{here}/receipt?session_id={{CHECKOUT_SESSION_ID}}",
        cancel_url=here,
        expires_at=checkout.expires_at,
    )


async def is_still_owed(session: AsyncSession, *, checkout: Checkout) -> bool:
    """Whether each invoice of the checkout is still owed what the page asks for it.

    Of a part that the client has chosen: at least that much.
    """
    lines = await lines_of(session, firm_id=checkout.firm_id, checkout_id=checkout.id)
    invoices = await session.scalars(
        select(Invoice).where(
            Invoice.firm_id == checkout.firm_id, Invoice.id.in_([line.invoice_id for line in lines])
        )
    )
    dues = await amounts_due(session, invoices=invoices.all())
    if checkout.is_part:
        return all(dues.get(line.invoice_id, 0) >= line.amount_minor for line in lines)
    return dues == {line.invoice_id: line.amount_minor for line in lines}


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
