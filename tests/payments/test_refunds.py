"""Refunds from here: written down first, given once, never more than was paid."""

import asyncio
from datetime import date
from typing import Any
from uuid import uuid4

import httpx
import pytest
from payments.reports import report
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from conftest import log_in
from factories import make_client, make_firm, make_invoice, make_payment, make_user
from fakes import FakeGateway, MovableClock
from invoice_tracker.accounts.models import Role
from invoice_tracker.core.deps import Adapters
from invoice_tracker.core.errors import Conflict, Invalid
from invoice_tracker.firms.models import Firm
from invoice_tracker.invoices.models import Invoice, TimelineEntry
from invoice_tracker.payments.checkout_rows import Line
from invoice_tracker.payments.models import Payment, PaymentState, Refund, RefundState
from invoice_tracker.payments.refunds import Wish, refund_payment, send_refunds
from invoice_tracker.payments.reports import ReportedRefund
from invoice_tracker.payments.service import apply_report
from invoice_tracker.ports import RefundRequest

URL = "/api/v1/payments"


def wish(payment: Payment, amount: int | None = None, **more: Any) -> Wish:
    fields: dict[str, Any] = {
        "payment_id": payment.id,
        "amount_minor": amount,
        "whole": False,
        "reason": "Agreed with the client",
        "by": "Dana Hale",
        "request_key": uuid4().hex,
    }
    return Wish(**(fields | more))


@pytest.fixture
async def payments(
    session: AsyncSession, firm: Firm, invoice: Invoice, second: Invoice, clock: MovableClock
) -> list[Payment]:
    """One payment for two invoices: 1,200.00 and 700.00."""
    await apply_report(
        session,
        firm_id=firm.id,
        lines=[Line(invoice.id, 120_000), Line(second.id, 70_000)],
        report=report("settled", at=clock.now(), amount=190_000),
        now=clock.now(),
    )
    rows = await session.scalars(select(Payment).order_by(Payment.amount_minor.desc()))
    return list(rows)


async def the_refund(session: AsyncSession) -> Refund:
    rows = await session.scalars(select(Refund).execution_options(populate_existing=True))
    return rows.one()


def gateway(adapters: Adapters) -> FakeGateway:
    assert isinstance(adapters.gateway, FakeGateway)
    return adapters.gateway


async def hear(session: AsyncSession, payments: list[Payment], clock: MovableClock) -> None:
    """Stripe lists all refunds that were written down."""
    clock.move(seconds=1)
    rows = (await session.scalars(select(Refund))).all()
    given = tuple(
        ReportedRefund(
            refund_id=row.stripe_refund_id or f"re_{row.id.hex}",
            amount_minor=row.amount_minor,
            state=RefundState.succeeded,
            created_at=clock.now(),
            marked_refund_id=row.id,
            marked_payment_id=row.payment_id,
        )
        for row in rows
    )
    await apply_report(
        session,
        firm_id=payments[0].firm_id,
        lines=[Line(p.invoice_id, p.amount_minor) for p in payments if p.invoice_id],
        report=report(
            "settled",
            at=clock.now(),
            amount=190_000,
            refunded_minor=sum(each.amount_minor for each in given),
            refunds=given,
        ),
        now=clock.now(),
    )


async def test_the_wish_is_written_before_stripe_is_asked(
    adapters: Adapters, session: AsyncSession, payments: list[Payment], clock: MovableClock
) -> None:
    gateway(adapters).problem = "Stripe does not answer at the moment."
    await refund_payment(adapters, firm_id=payments[0].firm_id, wish=wish(payments[0], 20_000))
    refund = await the_refund(session)
    assert (refund.state, refund.amount_minor) == (RefundState.asked, 20_000)
    assert "asked for again" in (refund.problem or "")
    gateway(adapters).problem = None
    assert await send_refunds(adapters, payments[0].firm_id) == 0, "its answer may still come"
    clock.move(minutes=2)
    assert await send_refunds(adapters, payments[0].firm_id) == 1
    refund = await the_refund(session)
    assert (refund.state, refund.problem) == (RefundState.succeeded, None)
    asked = gateway(adapters).refunds[refund.id]
    assert (asked.payment_id, asked.asked_before) == (payments[0].id, True)


async def test_a_refund_counts_for_the_share_it_was_asked_for(
    adapters: Adapters, session: AsyncSession, payments: list[Payment], clock: MovableClock
) -> None:
    # Without the mark it would go to the later invoice first.
    await refund_payment(adapters, firm_id=payments[0].firm_id, wish=wish(payments[0], 20_000))
    await hear(session, payments, clock)
    assert [payment.refunded_minor for payment in payments] == [20_000, 0]
    assert [p.state for p in payments] == [PaymentState.partly_refunded, PaymentState.settled]
    assert (await the_refund(session)).is_counted


async def test_all_that_was_paid_at_once_is_given_back(
    adapters: Adapters, session: AsyncSession, payments: list[Payment], clock: MovableClock
) -> None:
    await refund_payment(adapters, firm_id=payments[0].firm_id, wish=wish(payments[0], whole=True))
    assert (await the_refund(session)).amount_minor == 190_000
    await hear(session, payments, clock)
    assert {payment.state for payment in payments} == {PaymentState.refunded}


async def test_what_is_under_way_is_not_left_any_more(
    adapters: Adapters, payments: list[Payment], clock: MovableClock
) -> None:
    firm_id = payments[0].firm_id
    await refund_payment(adapters, firm_id=firm_id, wish=wish(payments[0], 100_000))
    with pytest.raises(Invalid, match=r"\$200\.00"):
        await refund_payment(adapters, firm_id=firm_id, wish=wish(payments[0], 20_001))
    await refund_payment(adapters, firm_id=firm_id, wish=wish(payments[0]))
    with pytest.raises(Conflict, match="Nothing is left"):
        await refund_payment(adapters, firm_id=firm_id, wish=wish(payments[0]))
    with pytest.raises(Invalid, match=r"\$700\.00"):
        await refund_payment(adapters, firm_id=firm_id, wish=wish(payments[0], 70_001, whole=True))


async def test_what_was_too_much_is_offered_first(
    adapters: Adapters, session: AsyncSession, firm: Firm, invoice: Invoice, clock: MovableClock
) -> None:
    await apply_report(
        session,
        firm_id=firm.id,
        lines=[Line(invoice.id, 120_000)],
        report=report("settled", at=clock.now(), amount=125_000),
        now=clock.now(),
    )
    payment = (await session.scalars(select(Payment))).one()
    await refund_payment(adapters, firm_id=firm.id, wish=wish(payment))
    assert (await the_refund(session)).amount_minor == 5_000


async def test_stripe_says_no_and_everybody_can_see_it(
    adapters: Adapters, session: AsyncSession, payments: list[Payment]
) -> None:
    gateway(adapters).refusal = "Stripe refused: Insufficient funds."
    await refund_payment(adapters, firm_id=payments[0].firm_id, wish=wish(payments[0]))
    refund = await the_refund(session)
    assert refund.state is RefundState.refused
    titles = await session.scalars(select(TimelineEntry.title).order_by(TimelineEntry.at))
    assert "The refund of $1,200.00 was refused" in titles.all()
    gateway(adapters).refusal = None
    await refund_payment(adapters, firm_id=payments[0].firm_id, wish=wish(payments[0]))


async def test_a_refund_that_fails_at_the_bank_leads_back(
    adapters: Adapters, session: AsyncSession, payments: list[Payment], clock: MovableClock
) -> None:
    firm_id = payments[0].firm_id
    await refund_payment(adapters, firm_id=firm_id, wish=wish(payments[1]))
    await hear(session, payments, clock)
    assert payments[1].state is PaymentState.refunded
    refund = await the_refund(session)
    clock.move(days=3)
    failed = ReportedRefund(
        refund.stripe_refund_id or "",
        70_000,
        RefundState.failed,
        clock.now(),
        "No account.",
        refund.id,
        payments[1].id,
    )
    await apply_report(
        session,
        firm_id=firm_id,
        lines=[Line(p.invoice_id, p.amount_minor) for p in payments if p.invoice_id],
        report=report("settled", at=clock.now(), amount=190_000, refunds=(failed,)),
        now=clock.now(),
    )
    assert (payments[1].state, payments[1].refunded_minor) == (PaymentState.settled, 0)
    refund = await the_refund(session)
    assert (refund.state, refund.problem) == (RefundState.failed, "No account.")
    await refund_payment(adapters, firm_id=firm_id, wish=wish(payments[1], 70_000))


async def test_a_disputed_payment_cannot_be_given_back(
    adapters: Adapters, session: AsyncSession, payments: list[Payment]
) -> None:
    for payment in payments:
        payment.state = PaymentState.disputed
    await session.flush()
    with pytest.raises(Conflict, match="disputes"):
        await refund_payment(adapters, firm_id=payments[0].firm_id, wish=wish(payments[0]))


async def test_the_api_gives_back_once_for_one_key(
    client: httpx.AsyncClient, adapters: Adapters, payments: list[Payment]
) -> None:
    url, key = f"{URL}/{payments[0].id}/refunds", {"Idempotency-Key": "one-and-the-same"}
    body = {"amount_minor": 500, "reason": "Too much"}
    answers = [await client.post(url, json=body, headers=key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert len(gateway(adapters).refunds) == 1
    other = await client.post(url, json=body | {"amount_minor": 501}, headers=key)
    assert other.status_code == 409
    without = await client.post(url, json=body)
    assert without.status_code == 422
    shown = (await client.get(f"{URL}/{payments[0].id}")).json()
    [refund] = shown["refunds"]
    assert (refund["state"], refund["asked_by"], refund["reason"]) == (
        "succeeded",
        "Dana Hale",
        "Too much",
    )
    assert shown["refundable"]["amount_minor"] == 119_500
    titles = [entry["title"] for entry in shown["story"]]
    assert "A refund of $5.00 was asked for" in titles


@pytest.mark.parametrize("amount", [0, -1, 1.5, 10**13])
async def test_amounts_that_are_none(
    client: httpx.AsyncClient, payments: list[Payment], amount: float
) -> None:
    answer = await client.post(
        f"{URL}/{payments[0].id}/refunds",
        json={"amount_minor": amount, "reason": "x"},
        headers={"Idempotency-Key": uuid4().hex},
    )
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("role", "status"), [(Role.billing, 201), (Role.attorney, 403), (Role.viewer, 403)]
)
async def test_who_may_give_back(
    anonymous: httpx.AsyncClient,
    adapters: Adapters,
    firm: Firm,
    session: AsyncSession,
    payments: list[Payment],
    clock: MovableClock,
    role: Role,
    status: int,
) -> None:
    await log_in(
        anonymous, adapters, await make_user(session, firm=firm, now=clock.now(), role=role)
    )
    answer = await anonymous.post(
        f"{URL}/{payments[0].id}/refunds",
        json={"reason": "x"},
        headers={"Idempotency-Key": uuid4().hex},
    )
    assert answer.status_code == status


async def test_two_refunds_at_once_never_give_back_more_than_was_paid(
    committed_adapters: Adapters, clock: MovableClock
) -> None:
    adapters, now = committed_adapters, clock.now()
    async with adapters.database.transaction() as session:
        firm = await make_firm(session, now=now)
        client = await make_client(session, firm=firm)
        invoice = await make_invoice(
            session, firm=firm, client=client, now=now, due_on=date(2026, 4, 1)
        )
        payment = await make_payment(
            session,
            firm=firm,
            invoice=invoice,
            now=now,
            amount_minor=100_000,
            stripe_payment_intent_id="pi_1",
        )

    async def give(amount: int) -> None:
        await refund_payment(adapters, firm_id=firm.id, wish=wish(payment, amount))

    wishes = [30_000, 40_000, 50_000, 60_000]
    ends = await asyncio.gather(*(give(amount) for amount in wishes), return_exceptions=True)
    given: list[RefundRequest] = list(gateway(adapters).refunds.values())
    assert all(end is None or isinstance(end, Invalid | Conflict) for end in ends)
    assert sum(request.amount.amount_minor for request in given) <= 100_000
    assert len(given) == sum(end is None for end in ends) >= 1
