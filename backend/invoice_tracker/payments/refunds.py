"""Giving a payment back: the wish is written down first, then the provider is asked.

A wish whose answer was lost is asked for again by ``send_refunds``; its own id makes sure that the
money goes back once.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.deps import Adapters
from invoice_tracker.core.errors import Conflict, Invalid, NotFound
from invoice_tracker.domain.charges import is_exact
from invoice_tracker.domain.money import Money, format_money
from invoice_tracker.invoices import timeline
from invoice_tracker.payments.models import (
    GOING_BACK,
    Payment,
    PaymentSource,
    PaymentState,
    Refund,
    RefundState,
)
from invoice_tracker.payments.refund_rows import refunds_of_intent, take_answer
from invoice_tracker.payments.shares import rows_of_intent
from invoice_tracker.payments.words import words
from invoice_tracker.ports import GatewayProblem, GatewayRefusal, GivenRefund, RefundRequest

REFUNDABLE = (PaymentState.settled, PaymentState.partly_refunded)
ANSWERED_BY_NOW = timedelta(minutes=1)
"""A wish older than this without an answer has lost it."""
DISPUTED = (
    "The client's bank disputes this payment. It cannot be given back until that is decided; "
    "please answer in the Stripe dashboard."
)
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asks for. ``amount_minor`` None: what was too much, or else all that is left.

    ``whole`` gives back of the whole payment, not of this invoice's share alone.
    """

    payment_id: UUID
    amount_minor: int | None
    whole: bool
    reason: str
    by: str
    request_key: str


@dataclass(frozen=True, slots=True)
class Left:
    """What can still be given back, in minor units: of one share, and of the whole payment."""

    of_share: int
    of_whole: int


async def refund_payment(adapters: Adapters, *, firm_id: UUID, wish: Wish) -> UUID:
    """Give money back; the refund's id. The same ``request_key`` is the same refund.

    Raises ``NotFound``, ``Conflict`` where the payment cannot be given back, ``Invalid`` for an
    amount above what is left. A refusal by the provider is an end of the refund, and no error.
    """
    async with adapters.database.transaction(firm_id) as session:
        refund, is_new = await _write_wish(
            session, firm_id=firm_id, wish=wish, now=adapters.clock.now()
        )
    if is_new:
        await _send(adapters, refund, asked_before=False)
    return refund.id


async def send_refunds(adapters: Adapters, firm_id: UUID) -> int:
    """Ask again for refunds whose answer was lost; how many have one now."""
    before = adapters.clock.now() - ANSWERED_BY_NOW
    async with adapters.database.transaction(firm_id) as session:
        rows = await session.scalars(
            select(Refund)
            .where(
                Refund.firm_id == firm_id,
                Refund.state == RefundState.asked,
                ~Refund.is_counted,
                Refund.created_at <= before,
            )
            .order_by(Refund.created_at, Refund.id)
        )
        lost = rows.all()
    return sum([await _send(adapters, refund, asked_before=True) for refund in lost])


async def left_of(session: AsyncSession, *, payment: Payment, lock: bool = True) -> Left:
    """What can still be given back of a payment, refunds under way taken off.

    ``lock`` keeps the payment's rows as they are to the end of the transaction.
    """
    if payment.source is not PaymentSource.stripe or payment.stripe_payment_intent_id is None:
        return Left(0, 0)
    of: dict[str, Any] = {
        "firm_id": payment.firm_id,
        "intent_id": payment.stripe_payment_intent_id,
    }
    rows = await rows_of_intent(session, **of, lock=lock)
    return _left(payment, rows, await refunds_of_intent(session, **of))


def _left(payment: Payment, rows: Collection[Payment], refunds: Collection[Refund]) -> Left:
    under_way = [r for r in refunds if not r.is_counted and r.state in GOING_BACK]
    whole = sum(_net(row) for row in rows if row.state in REFUNDABLE)
    whole -= sum(refund.amount_minor for refund in under_way)
    if payment.state not in REFUNDABLE:
        return Left(0, max(0, whole))
    own = sum(r.amount_minor for r in under_way if r.payment_id == payment.id)
    return Left(max(0, min(_net(payment) - own, whole)), max(0, whole))


def _net(payment: Payment) -> int:
    return payment.amount_minor - payment.refunded_minor


async def _write_wish(
    session: AsyncSession, *, firm_id: UUID, wish: Wish, now: datetime
) -> tuple[Refund, bool]:
    """The row that stands for the wish, and whether it is new. Locks the payment's rows."""
    payment = await session.scalar(
        select(Payment).where(Payment.firm_id == firm_id, Payment.id == wish.payment_id)
    )
    if payment is None:
        raise NotFound("There is no such payment.")
    if payment.source is not PaymentSource.stripe or payment.stripe_payment_intent_id is None:
        raise Conflict("Only a payment by Stripe can be given back from here.")
    intent_id = payment.stripe_payment_intent_id
    rows = await rows_of_intent(session, firm_id=firm_id, intent_id=intent_id)
    # Under the lock, so that of two with one key the second finds the first.
    same = await session.scalar(
        select(Refund).where(Refund.firm_id == firm_id, Refund.request_key == wish.request_key)
    )
    if same is not None:
        return _check_same(same, intent_id, wish), False
    refunds = await refunds_of_intent(session, firm_id=firm_id, intent_id=intent_id)
    amount = _amount_of(wish, payment, rows, _left(payment, rows, refunds))
    refund = Refund(
        id=uuid4(),
        firm_id=firm_id,
        stripe_payment_intent_id=intent_id,
        payment_id=None if wish.whole else payment.id,
        amount_minor=amount,
        currency=payment.currency,
        reason=wish.reason,
        state=RefundState.asked,
        is_counted=False,
        asked_by=wish.by,
        request_key=wish.request_key,
        created_at=now,
    )
    session.add(refund)
    await session.flush()
    await _tell(
        session, payment, f"A refund of {words(amount, payment)} was asked for", refund, now
    )
    return refund, True


def _check_same(refund: Refund, intent_id: str, wish: Wish) -> Refund:
    same_amount = wish.amount_minor in (None, refund.amount_minor)
    if refund.stripe_payment_intent_id != intent_id or not same_amount:
        raise Conflict("This request was already made, for something else.")
    return refund


def _amount_of(wish: Wish, payment: Payment, rows: Sequence[Payment], left: Left) -> int:
    """What is to be given back. Raises ``Conflict``, ``Invalid``."""
    if any(row.state is PaymentState.disputed for row in rows):
        raise Conflict(DISPUTED)
    limit = left.of_whole if wish.whole else left.of_share
    if limit <= 0:
        raise Conflict("Nothing is left of this payment that could be given back.")
    if wish.amount_minor is not None:
        if not is_exact(wish.amount_minor, payment.currency):
            raise Invalid("This amount cannot be given back to the last digit.")
        if wish.amount_minor > limit:
            raise Invalid(
                f"At most {words(limit, payment)} can be given back: that is what is left."
            )
        return wish.amount_minor
    overpaid = sum(row.overpaid_minor for row in (rows if wish.whole else [payment]))
    return min(overpaid, limit) or limit


async def _send(adapters: Adapters, refund: Refund, *, asked_before: bool) -> bool:
    """Ask the provider and write its answer; whether there is one."""
    request = RefundRequest(
        refund_id=refund.id,
        payment_id=refund.payment_id,
        intent_id=refund.stripe_payment_intent_id,
        amount=Money(refund.amount_minor, refund.currency),
        asked_before=asked_before,
    )
    answer: GivenRefund | GatewayProblem
    try:
        answer = await adapters.gateway.give_refund(refund.firm_id, request)
    except GatewayProblem as problem:
        answer = problem
        _log.warning("refund_not_given", refund=str(refund.id), problem=str(problem))
    async with adapters.database.transaction(refund.firm_id) as session:
        await _note(session, refund, answer, adapters.clock.now())
    return not isinstance(answer, GatewayProblem) or isinstance(answer, GatewayRefusal)


async def _note(
    session: AsyncSession, refund: Refund, answer: GivenRefund | GatewayProblem, now: datetime
) -> None:
    # The payment's rows first, as everybody does who locks both.
    rows = await rows_of_intent(
        session, firm_id=refund.firm_id, intent_id=refund.stripe_payment_intent_id
    )
    row = await session.get_one(Refund, refund.id, with_for_update=True, populate_existing=True)
    if row.state is not RefundState.asked:
        # An event has told more meanwhile.
        return
    if isinstance(answer, GivenRefund):
        row.stripe_refund_id = answer.reference
        state = RefundState(answer.answer.value)
        take_answer(row, state=state, problem=answer.problem, now=now)
    elif isinstance(answer, GatewayRefusal):
        take_answer(row, state=RefundState.refused, problem=str(answer), now=now)
        for payment in rows:
            if row.payment_id in (None, payment.id):
                amount = format_money(Money(row.amount_minor, row.currency))
                await _tell(session, payment, f"The refund of {amount} was refused", row, now)
    else:
        row.problem = f"{answer} It is asked for again by itself."
    await session.flush()


async def _tell(
    session: AsyncSession, payment: Payment, title: str, refund: Refund, now: datetime
) -> None:
    if payment.invoice_id is None:
        return
    await timeline.add(
        session,
        firm_id=payment.firm_id,
        invoice_id=payment.invoice_id,
        at=now,
        kind="payment_refunded",
        title=title,
        detail=refund.problem or refund.reason or None,
        actor=None if refund.problem else refund.asked_by,
        payment_id=payment.id,
    )
