"""Asks Clio and Stripe once more, seconds before mails leave. What cannot be asked, waits."""

from collections.abc import Collection as Group
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from invoice_tracker.core.deps import Adapters
from invoice_tracker.payments.models import OPEN_STATES, Checkout, CheckoutLine
from invoice_tracker.ports import CheckoutStatus

MOST_BILLS = 200
"""In one request to the billing system."""
TRY_AGAIN = timedelta(minutes=5)
UNDER_WAY = timedelta(minutes=10)
NO_ANSWER = "The bill could not be read from Clio just now."


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a reminder of an invoice must wait, and for how long."""

    reason: str
    wait: timedelta


@dataclass(slots=True)
class Truth:
    """What asking has found, by invoice. No doubt about an invoice: it was read just now."""

    doubts: dict[UUID, Doubt] = field(default_factory=dict)


async def ask_again(adapters: Adapters, *, firm_id: UUID, invoice_ids: Group[UUID]) -> Truth:
    """Read the bills again, and ask about open checkouts. Never raises for an outage.

    Runs outside any transaction: nothing is locked while others answer.
    """
    truth = Truth()
    await _reread(adapters, firm_id, sorted(invoice_ids), truth)
    await _look_at_checkouts(adapters, firm_id, invoice_ids, truth)
    return truth


async def _reread(adapters: Adapters, firm_id: UUID, invoice_ids: list[UUID], truth: Truth) -> None:
    for start in range(0, len(invoice_ids), MOST_BILLS):
        part = invoice_ids[start : start + MOST_BILLS]
        answer = await adapters.billing.reread(firm_id, part)
        for invoice_id in set(part) - answer.fresh:
            truth.doubts[invoice_id] = Doubt(answer.problem or NO_ANSWER, TRY_AGAIN)


async def _look_at_checkouts(
    adapters: Adapters, firm_id: UUID, invoice_ids: Group[UUID], truth: Truth
) -> None:
    async with adapters.database.transaction(firm_id) as session:
        rows = await session.execute(
            select(CheckoutLine.invoice_id, Checkout.stripe_session_id)
            .join(Checkout, Checkout.id == CheckoutLine.checkout_id)
            .where(
                CheckoutLine.firm_id == firm_id,
                CheckoutLine.invoice_id.in_(invoice_ids),
                CheckoutLine.state.in_(OPEN_STATES),
                Checkout.stripe_session_id.is_not(None),
            )
        )
        sessions = [(invoice_id, str(session_id)) for invoice_id, session_id in rows]
    if not sessions:
        return
    asked = {session_id for _, session_id in sessions}
    answer = await adapters.gateway.look_at_checkouts(firm_id, asked)
    for invoice_id, session_id in sessions:
        status = answer.statuses.get(session_id)
        if status in (CheckoutStatus.processing, CheckoutStatus.paid):
            truth.doubts[invoice_id] = Doubt("A payment is on its way.", UNDER_WAY)
        elif status is None:
            why = answer.problem or "Stripe did not say what became of an open payment page."
            truth.doubts.setdefault(invoice_id, Doubt(why, TRY_AGAIN))
