"""What staff do by hand: note a payment, assign what matches nothing, undo both."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from payments.reports import lines, report
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from factories import make_client, make_collection, make_invoice
from fakes import MovableClock
from invoice_tracker.collections.models import CollectionState
from invoice_tracker.core.deps import Adapters
from invoice_tracker.firms.models import Firm
from invoice_tracker.invoices.models import ClioState, Invoice
from invoice_tracker.payments.balances import effective_balances
from invoice_tracker.payments.checkout_rows import Line
from invoice_tracker.payments.models import Payment, PaymentState
from invoice_tracker.payments.service import apply_report

PAYMENTS = "/api/v1/payments"


def key() -> dict[str, str]:
    return {"Idempotency-Key": uuid4().hex}


async def note(client: httpx.AsyncClient, invoice: Invoice, **changes: Any) -> httpx.Response:
    body: dict[str, Any] = {
        "amount_minor": 120_000,
        "received_on": "2026-03-02",
        "method": "cheque",
        "reference": "No. 77",
    }
    headers = changes.pop("headers", None) or key()
    url = f"/api/v1/invoices/{invoice.id}/payments"
    return await client.post(url, json=body | changes, headers=headers)


async def owed(session: AsyncSession, invoice: Invoice) -> int:
    found = await effective_balances(session, firm_id=invoice.firm_id, invoice_ids=[invoice.id])
    return found[invoice.id]


async def test_a_cheque_pays_and_waits_to_be_recorded_in_clio(
    client: httpx.AsyncClient,
    session: AsyncSession,
    firm: Firm,
    invoice: Invoice,
    clock: MovableClock,
    adapters: Adapters,
) -> None:
    collection = await make_collection(session, firm=firm, invoice=invoice, now=clock.now())
    answer = await note(client, invoice)
    assert answer.status_code == 201, answer.text
    shown = answer.json()
    assert (shown["source"], shown["method"], shown["reference"]) == ("manual", "cheque", "No. 77")
    assert (shown["received_on"], shown["noted_by"]) == ("2026-03-02", "Dana Hale")
    assert await owed(session, invoice) == 0
    await session.refresh(collection)
    assert collection.state is CollectionState.settled
    queue = (await client.get(f"{PAYMENTS}/to-record")).json()["items"]
    assert [item["id"] for item in queue] == [shown["id"]]
    assert ("look_at_checkouts", firm.id) in adapters.poke.pokes  # type: ignore[attr-defined]


async def test_the_same_key_notes_one_payment(
    client: httpx.AsyncClient, session: AsyncSession, invoice: Invoice
) -> None:
    headers = key()
    answers = [await note(client, invoice, amount_minor=100, headers=headers) for _ in range(2)]
    assert answers[0].json()["id"] == answers[1].json()["id"]
    assert await owed(session, invoice) == 119_900
    other = await note(client, invoice, amount_minor=101, headers=headers)
    assert other.status_code == 409


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"amount_minor": 120_001}, "$1,200.00 is owed"),
        ({"received_on": "2026-03-03"}, "still to come"),
        ({"amount_minor": 0}, "amount_minor"),
        ({"method": "barter"}, "method"),
    ],
)
async def test_what_cannot_be_noted(
    client: httpx.AsyncClient,
    session: AsyncSession,
    invoice: Invoice,
    changes: dict[str, Any],
    words: str,
) -> None:
    answer = await note(client, invoice, **changes)
    assert answer.status_code == 422
    assert words in answer.text
    assert await owed(session, invoice) == 120_000


async def test_undoing_leaves_a_trace_and_mails_nothing(
    client: httpx.AsyncClient,
    session: AsyncSession,
    firm: Firm,
    invoice: Invoice,
    clock: MovableClock,
) -> None:
    collection = await make_collection(session, firm=firm, invoice=invoice, now=clock.now())
    noted = (await note(client, invoice)).json()
    assert noted["can_undo"]
    url = f"{PAYMENTS}/{noted['id']}/undo"
    clock.move(hours=1)
    undone = await client.post(url, json={"reason": "The cheque bounced"})
    assert undone.status_code == 200, undone.text
    shown = undone.json()
    assert (shown["state"], shown["voided_by"], shown["void_reason"]) == (
        "voided",
        "Dana Hale",
        "The cheque bounced",
    )
    assert shown["story"][-1]["title"] == "The payment of $1,200.00 was undone"
    assert await owed(session, invoice) == 120_000
    await session.refresh(collection)
    assert collection.state is CollectionState.settled, "nothing starts by itself"
    assert (await client.post(url, json={"reason": "again"})).status_code == 409
    assert (await client.get(f"{PAYMENTS}/to-record")).json()["items"] == []


async def test_what_clio_shows_is_not_undone_here(
    client: httpx.AsyncClient, session: AsyncSession, invoice: Invoice, clock: MovableClock
) -> None:
    noted = (await note(client, invoice)).json()
    payment = await session.get_one(Payment, UUID(noted["id"]))
    payment.record_state, payment.confirmed_at = "confirmed", clock.now()  # type: ignore[assignment]
    await session.flush()
    url = f"{PAYMENTS}/{noted['id']}/undo"
    answer = await client.post(url, json={"reason": "A mistake"})
    assert answer.status_code == 409
    assert "delete it there first" in answer.json()["detail"]


async def stripe_payment(
    session: AsyncSession, invoice: Invoice, clock: MovableClock, amount: int, **more: Any
) -> Payment:
    await apply_report(
        session,
        firm_id=invoice.firm_id,
        lines=lines(invoice),
        report=report("settled", at=clock.now(), amount=amount, **more),
        now=clock.now(),
    )
    return (await session.scalars(select(Payment))).one()


async def assign(
    client: httpx.AsyncClient, payment: Payment, parts: dict[Invoice, int], **more: Any
) -> httpx.Response:
    body = {
        "parts": [
            {"invoice_id": str(invoice.id), "amount_minor": amount}
            for invoice, amount in parts.items()
        ]
    }
    url = f"{PAYMENTS}/{payment.id}/assignments"
    return await client.post(url, json=body, headers=more.get("headers") or key())


async def test_what_was_too_much_is_assigned_to_other_invoices_and_taken_back(
    client: httpx.AsyncClient,
    session: AsyncSession,
    firm: Firm,
    invoice: Invoice,
    second: Invoice,
    third: Invoice,
    clock: MovableClock,
) -> None:
    collection = await make_collection(session, firm=firm, invoice=third, now=clock.now())
    payment = await stripe_payment(session, invoice, clock, 130_001)
    listed = (await client.get(PAYMENTS, params={"unmatched": True})).json()
    assert [(i["id"], i["unmatched"]["amount_minor"]) for i in listed["items"]] == [
        (str(payment.id), 10_001)
    ]
    assert listed["total"] == 1
    offered = (await client.get(f"{PAYMENTS}/{payment.id}/open-invoices")).json()["items"]
    assert [(i["number"], i["balance"]["amount_minor"]) for i in offered] == [
        (second.number, 70_000),
        (third.number, 5_001),
    ]
    headers = key()
    parts = {third: 5_001, second: 5_000}
    for _ in range(2):
        answer = await assign(client, payment, parts, headers=headers)
        assert answer.status_code == 201, answer.text
    assert [await owed(session, each) for each in (invoice, second, third)] == [0, 65_000, 0]
    await session.refresh(collection)
    assert collection.state is CollectionState.settled
    assert (await client.get(PAYMENTS, params={"unmatched": True})).json()["items"] == []
    moved = answer.json()["assigned_to"]
    assert [m["assigned_by"] for m in moved] == ["Dana Hale", "Dana Hale"]
    [to_third] = [m for m in moved if m["invoice"]["number"] == third.number]
    undo = f"{PAYMENTS}/{to_third['payment_id']}/undo"
    assert (await client.post(undo, json={"reason": "Wrong one"})).status_code == 200
    assert [await owed(session, each) for each in (invoice, second, third)] == [
        -5_001,
        65_000,
        5_001,
    ]
    shown = (await client.get(f"{PAYMENTS}/{payment.id}")).json()
    assert shown["unmatched"]["amount_minor"] == 5_001
    taken_back = {m["invoice"]["number"]: m["taken_back_by"] for m in shown["assigned_to"]}
    assert taken_back == {third.number: "Dana Hale", second.number: None}


async def test_news_of_stripe_knows_what_was_assigned(
    client: httpx.AsyncClient,
    session: AsyncSession,
    invoice: Invoice,
    second: Invoice,
    clock: MovableClock,
) -> None:
    payment = await stripe_payment(session, invoice, clock, 130_000)
    assert (await assign(client, payment, {second: 10_000})).status_code == 201
    clock.move(hours=1)
    await apply_report(
        session,
        firm_id=invoice.firm_id,
        lines=lines(invoice),
        report=report("settled", at=clock.now(), amount=130_000, refunded_minor=15_000),
        now=clock.now(),
    )
    rows = (await session.scalars(select(Payment).order_by(Payment.amount_minor))).all()
    assert [(row.amount_minor, row.refunded_minor) for row in rows] == [
        (10_000, 10_000),
        (120_000, 5_000),
    ]
    assert sum(row.amount_minor for row in rows) == 130_000
    assert [await owed(session, each) for each in (invoice, second)] == [5_000, 70_000]


@pytest.mark.parametrize("gone", [ClioState.void, ClioState.deleted])
async def test_money_of_an_invoice_that_is_gone_is_assigned_whole(
    client: httpx.AsyncClient,
    session: AsyncSession,
    invoice: Invoice,
    second: Invoice,
    clock: MovableClock,
    gone: ClioState,
) -> None:
    payment = await stripe_payment(session, invoice, clock, 60_000)
    invoice.clio_state = gone
    await session.flush()
    [listed] = (await client.get(PAYMENTS, params={"unmatched": True})).json()["items"]
    assert listed["unmatched"]["amount_minor"] == 60_000
    shown = (await assign(client, payment, {second: 60_000})).json()
    assert shown["record_state"] == "not_needed"
    assert shown["state"] == "settled"
    assert await owed(session, second) == 10_000


async def test_money_in_another_currency_goes_to_an_invoice_in_that_currency(
    client: httpx.AsyncClient,
    session: AsyncSession,
    firm: Firm,
    invoice: Invoice,
    second: Invoice,
    clock: MovableClock,
) -> None:
    payment = await stripe_payment(session, invoice, clock, 60_000, currency="EUR")
    assert payment.invoice_id is None
    [listed] = (await client.get(PAYMENTS, params={"unmatched": True})).json()["items"]
    assert (listed["client_name"], listed["invoice"]) == ("Ada Okafor", None)
    second.currency = "EUR"
    await session.flush()
    assert (await assign(client, payment, {invoice: 1})).status_code == 422
    assert (await assign(client, payment, {second: 60_000})).status_code == 201
    assert await owed(session, second) == 10_000


async def test_what_cannot_be_assigned(
    client: httpx.AsyncClient,
    session: AsyncSession,
    firm: Firm,
    invoice: Invoice,
    second: Invoice,
    third: Invoice,
    clock: MovableClock,
) -> None:
    payment = await stripe_payment(session, invoice, clock, 130_000)
    stranger = await make_invoice(
        session,
        firm=firm,
        client=await make_client(session, firm=firm, name="Bo Lind", email="bo@example.org"),
        now=clock.now(),
        due_on=date(2026, 4, 1),
    )
    for parts, words in (
        ({second: 10_001}, "Only $100.00 can be assigned"),
        ({third: 5_002}, "Only $50.01 is owed"),
        ({stranger: 1}, "another client"),
        ({invoice: 1}, "already belongs"),
    ):
        answer = await assign(client, payment, parts)
        assert answer.status_code == 422
        assert words in answer.json()["detail"]
    assert await owed(session, invoice) == -10_000


async def test_a_refund_of_what_was_assigned_keeps_it_from_being_taken_back(
    client: httpx.AsyncClient,
    session: AsyncSession,
    invoice: Invoice,
    second: Invoice,
    clock: MovableClock,
) -> None:
    payment = await stripe_payment(session, invoice, clock, 130_000)
    [moved] = (await assign(client, payment, {second: 10_000})).json()["assigned_to"]
    share = f"{PAYMENTS}/{moved['payment_id']}"
    body = {"reason": "x", "amount_minor": 1}
    assert (await client.post(f"{share}/refunds", json=body, headers=key())).status_code == 201
    assert (await client.post(f"{share}/undo", json={"reason": "x"})).status_code == 409


async def test_a_group_payment_is_not_thrown_by_an_assignment(
    client: httpx.AsyncClient,
    session: AsyncSession,
    invoice: Invoice,
    second: Invoice,
    third: Invoice,
    clock: MovableClock,
) -> None:
    """Too much for one of the group goes to an invoice outside; late news change nothing."""
    asked = [Line(invoice.id, 120_000), Line(second.id, 70_000)]
    second.clio_paid_minor, second.clio_balance_minor = 5_001, 64_999
    await session.flush()
    given: dict[str, Any] = {"firm_id": invoice.firm_id, "lines": asked}
    news = report("settled", at=clock.now(), amount=190_000)
    await apply_report(session, **given, report=news, now=clock.now())
    rows = await session.scalars(select(Payment).where(Payment.overpaid_minor > 0))
    assert (await assign(client, rows.one(), {third: 5_001})).status_code == 201
    later = clock.now() + timedelta(minutes=1)
    again = report("settled", at=later, amount=190_000)
    assert await apply_report(session, **given, report=again, now=later) == []
    assert [await owed(session, each) for each in (invoice, second, third)] == [0, 0, 0]
    states = await session.scalars(select(Payment.state))
    assert set(states) == {PaymentState.settled}
