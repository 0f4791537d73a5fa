"""The payments API: lists, the queue, ticking off, and who may."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from conftest import log_in
from factories import make_firm, make_user
from fakes import MovableClock
from invoice_tracker.accounts.models import Role
from invoice_tracker.core.deps import Adapters
from invoice_tracker.firms.models import Firm
from invoice_tracker.invoices.models import Invoice
from invoice_tracker.payments.models import Payment, PaymentSource, PaymentState, RecordState

URL = "/api/v1/payments"


async def add(
    session: AsyncSession, invoice: Invoice, clock: MovableClock, **fields: Any
) -> Payment:
    clock.move(minutes=1)
    payment = Payment(
        **{
            "id": uuid4(),
            "firm_id": invoice.firm_id,
            "invoice_id": invoice.id,
            "source": PaymentSource.stripe,
            "method": "card",
            "amount_minor": 10_000,
            "currency": "USD",
            "state": PaymentState.settled,
            "record_state": RecordState.waiting,
            "created_at": clock.now(),
            "settled_at": clock.now(),
        }
        | fields
    )
    session.add(payment)
    await session.flush()
    return payment


async def test_a_payment_as_the_api_shows_it(
    client: httpx.AsyncClient, session: AsyncSession, invoice: Invoice, clock: MovableClock
) -> None:
    payment = await add(
        session, invoice, clock, stripe_payment_intent_id="pi_7", overpaid_minor=500
    )
    answer = await client.get(f"{URL}/{payment.id}")
    assert answer.status_code == 200
    at = clock.now().isoformat().replace("+00:00", "Z")
    assert answer.json() == {
        "id": str(payment.id),
        "invoice": {"id": str(invoice.id), "number": invoice.number},
        "client_id": str(invoice.client_id),
        "client_name": "Ada Okafor",
        "source": "stripe",
        "method": "card",
        "amount": {"amount_minor": 10_000, "currency": "USD"},
        "refunded": {"amount_minor": 0, "currency": "USD"},
        "state": "settled",
        "record_state": "waiting",
        "record_note": None,
        "paid_at": at,
        "settled_at": at,
        "recorded_at": None,
        "confirmed_at": None,
        "stripe_reference": "pi_7",
        "clio_url": None,
        "has_clio_task": False,
        "overpaid": {"amount_minor": 500, "currency": "USD"},
        "unmatched": {"amount_minor": 500, "currency": "USD"},
        "reference": None,
        "received_on": None,
        "noted_by": None,
        "is_assigned": False,
        "paid_together": [],
        "refundable": {"amount_minor": 10_000, "currency": "USD"},
        "refundable_together": {"amount_minor": 10_000, "currency": "USD"},
        "refunds": [],
        "assigned_to": [],
        "assigned_from": None,
        "can_undo": False,
        "voided_at": None,
        "voided_by": None,
        "void_reason": None,
        "story": [],
    }


async def test_a_payment_names_all_that_was_paid_together(
    client: httpx.AsyncClient,
    session: AsyncSession,
    invoice: Invoice,
    second: Invoice,
    clock: MovableClock,
) -> None:
    later = await add(session, second, clock, stripe_payment_intent_id="pi_7", amount_minor=500)
    first = await add(session, invoice, clock, stripe_payment_intent_id="pi_7")
    await add(session, invoice, clock, stripe_payment_intent_id="pi_8")
    shown = [
        {
            "payment_id": str(payment.id),
            "invoice": {"id": str(of.id), "number": of.number},
            "amount": {"amount_minor": payment.amount_minor, "currency": "USD"},
            "refunded": {"amount_minor": 0, "currency": "USD"},
            "state": "settled",
        }
        for payment, of in ((first, invoice), (later, second))
    ]
    assert (await client.get(f"{URL}/{later.id}")).json()["paid_together"] == shown
    listed = (await client.get(URL)).json()["items"]
    assert [item["paid_together"] for item in listed] == [[], shown, shown]


async def test_pages_follow_each_other_without_gap_or_repeat(
    client: httpx.AsyncClient, session: AsyncSession, invoice: Invoice, clock: MovableClock
) -> None:
    at = clock.now() + timedelta(hours=1)
    made = [await add(session, invoice, clock, created_at=at) for _ in range(3)]
    made += [await add(session, invoice, clock) for _ in range(2)]
    seen: list[str] = []
    cursor = None
    for _ in range(3):
        params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await client.get(URL, params=params)).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert cursor is None
    assert sorted(seen) == sorted(str(payment.id) for payment in made)


@pytest.mark.parametrize(
    ("params", "amounts"),
    [
        ({"state": "processing"}, [3]),
        ({"record_state": "queued"}, [2]),
        ({"q": "okafor"}, [3, 2, 1]),
        ({"q": "pi_special"}, [1]),
        ({"q": "100%"}, []),
        ({}, [3, 2, 1]),
    ],
)
async def test_filters(
    client: httpx.AsyncClient,
    session: AsyncSession,
    invoice: Invoice,
    clock: MovableClock,
    params: dict[str, str],
    amounts: list[int],
) -> None:
    await add(session, invoice, clock, amount_minor=1, stripe_payment_intent_id="pi_special")
    await add(session, invoice, clock, amount_minor=2, record_state=RecordState.queued)
    await add(session, invoice, clock, amount_minor=3, state=PaymentState.processing)
    page = (await client.get(URL, params=params)).json()
    assert [item["amount"]["amount_minor"] for item in page["items"]] == amounts


async def test_the_queue_is_oldest_first_and_empties(
    client: httpx.AsyncClient, session: AsyncSession, invoice: Invoice, clock: MovableClock
) -> None:
    queued = [
        await add(
            session, invoice, clock, record_state=RecordState.queued, record_note="By hand, please."
        )
        for _ in range(2)
    ]
    await add(session, invoice, clock)
    page = (await client.get(f"{URL}/to-record")).json()
    assert [item["id"] for item in page["items"]] == [str(payment.id) for payment in queued]
    assert page["total"] == 2
    assert page["items"][0]["record_note"] == "By hand, please."
    for payment in queued:
        answer = await client.post(f"{URL}/{payment.id}/record", json={})
        assert answer.status_code == 200
        assert answer.json()["record_state"] == "recorded"
    assert (await client.get(f"{URL}/to-record")).json()["items"] == []


async def test_nothing_to_record_is_a_conflict(
    client: httpx.AsyncClient, session: AsyncSession, invoice: Invoice, clock: MovableClock
) -> None:
    payment = await add(session, invoice, clock, record_state=RecordState.not_needed)
    answer = await client.post(f"{URL}/{payment.id}/record", json={})
    assert answer.status_code == 409
    assert answer.json()["code"] == "conflict"


async def test_another_firms_payment_does_not_exist(
    client: httpx.AsyncClient,
    adapters: Adapters,
    session: AsyncSession,
    invoice: Invoice,
    clock: MovableClock,
) -> None:
    payment = await add(session, invoice, clock, record_state=RecordState.queued)
    async with adapters.database.transaction() as other:
        stranger = await make_user(
            other, firm=await make_firm(other, now=clock.now()), now=clock.now()
        )
    await log_in(client, adapters, stranger)
    assert (await client.get(URL)).json()["items"] == []
    assert (await client.get(f"{URL}/{payment.id}")).status_code == 404
    assert (await client.post(f"{URL}/{payment.id}/record", json={})).status_code == 404


@pytest.mark.parametrize(
    ("role", "status"), [(Role.billing, 200), (Role.attorney, 403), (Role.viewer, 403)]
)
async def test_who_may_tick_off(
    anonymous: httpx.AsyncClient,
    adapters: Adapters,
    firm: Firm,
    session: AsyncSession,
    invoice: Invoice,
    clock: MovableClock,
    role: Role,
    status: int,
) -> None:
    payment = await add(session, invoice, clock, record_state=RecordState.queued)
    user = await make_user(session, firm=firm, now=clock.now(), role=role)
    await log_in(anonymous, adapters, user)
    assert (await anonymous.get(URL)).status_code == 200
    assert (await anonymous.post(f"{URL}/{payment.id}/record", json={})).status_code == status


async def test_a_cursor_nobody_made(client: httpx.AsyncClient) -> None:
    for cursor in ("nonsense", "WyJhIiwiYiJd"):
        answer = await client.get(URL, params={"cursor": cursor})
        assert answer.status_code == 422
