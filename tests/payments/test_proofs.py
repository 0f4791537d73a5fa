"""Proofs as they are made, kept, shown and exported; the outside world is a stand-in."""

import csv
import io
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from conftest import log_in
from factories import make_client, make_invoice, make_payment, make_user
from fakes import FakeBilling, FakeGateway, MovableClock, RecordingPoke
from invoice_tracker.accounts.models import Role, User
from invoice_tracker.core.deps import Adapters
from invoice_tracker.core.pagination import encode_cursor
from invoice_tracker.domain.money import Money
from invoice_tracker.firms.models import Firm
from invoice_tracker.invoices.models import Invoice
from invoice_tracker.payments.models import Payment, RecordState
from invoice_tracker.payments.proof_jobs import prove_if_due
from invoice_tracker.payments.proof_models import PaymentProof, ProofState
from invoice_tracker.ports import (
    BillAllocation,
    BillPayments,
    BillStanding,
    GatewayPayment,
    IntentState,
)

CLIO_BILL = 4711


class Outside:
    """The fakes, by what they stand for."""

    def __init__(self, adapters: Adapters) -> None:
        assert isinstance(adapters.gateway, FakeGateway)
        assert isinstance(adapters.billing, FakeBilling)
        self.adapters = adapters
        self.stripe = adapters.gateway
        self.clio = adapters.billing
        self.read_again: list[str] = []

    async def note(self, adapters: Adapters, firm_id: UUID, intent_id: str) -> None:
        self.read_again.append(intent_id)

    async def prove(self, firm: Firm) -> None:
        await prove_if_due(self.adapters, firm.id, read_again=self.note)

    def pay(self, intent_id: str, amount: int = 120_000, **changes: Any) -> None:
        at = self.adapters.clock.now() - timedelta(days=1)
        fields: dict[str, Any] = {"refunded_minor": 0, "disputed": False, "is_ours": True, "at": at}
        paid = GatewayPayment(
            intent_id, IntentState.settled, Money(amount, "USD"), **(fields | changes)
        )
        self.stripe.payments[intent_id] = paid

    def show_paid(self, minor: int, *allocations: BillAllocation) -> None:
        bill = BillStanding(CLIO_BILL, "1042", "USD", minor, 120_000, minor >= 120_000, False, "x")
        self.clio.paid = BillPayments((bill,), allocations)


@pytest.fixture
def outside(adapters: Adapters) -> Outside:
    return Outside(adapters)


@pytest.fixture
async def invoice(adapters: Adapters, firm: Firm) -> Invoice:
    now = adapters.clock.now()
    async with adapters.database.transaction(firm.id) as session:
        client = await make_client(session, firm=firm, name="=Okafor & Sons")
        return await make_invoice(
            session, firm=firm, client=client, now=now, due_on=date(2026, 2, 1), clio_id=CLIO_BILL,
            number="1042", paid_minor=120_000, clio_paid_known_minor=120_000,
        )  # fmt: skip


@pytest.fixture
async def payment(adapters: Adapters, firm: Firm, invoice: Invoice, outside: Outside) -> Payment:
    """On all three sides."""
    outside.pay("pi_1")
    outside.show_paid(120_000)
    async with adapters.database.transaction(firm.id) as session:
        return await make_payment(
            session, firm=firm, invoice=invoice, now=adapters.clock.now() - timedelta(days=1),
            amount_minor=120_000, record_state=RecordState.confirmed,
            stripe_payment_intent_id="pi_1", confirmed_at=adapters.clock.now(),
        )  # fmt: skip


@pytest.fixture(autouse=True)
async def before_is_nothing(adapters: Adapters, firm: Firm, payment: Payment) -> None:
    async with adapters.database.transaction(firm.id) as session:
        (await session.get_one(Payment, payment.id)).clio_paid_before_minor = 0


async def proofs(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    answer = await client.get("/api/v1/payment-proofs")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def lines(client: httpx.AsyncClient, **query: str | int) -> list[dict[str, Any]]:
    """Of the latest finished proof, page by page."""
    proof = next(one for one in await proofs(client) if one["state"] == "finished")
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        address = f"/api/v1/payment-proofs/{proof['id']}/lines"
        answer = await client.get(address, params={**query, **cursor})
        assert answer.status_code == 200, answer.text
        found += answer.json()["items"]
        if answer.json()["next_cursor"] is None:
            return found
        cursor = {"cursor": answer.json()["next_cursor"]}


async def test_the_night_proves_that_all_agree(
    client: httpx.AsyncClient, outside: Outside, firm: Firm, payment: Payment, clock: MovableClock
) -> None:
    await outside.prove(firm)
    await outside.prove(firm)
    [proof] = await proofs(client)
    assert (proof["kind"], proof["state"]) == ("nightly", "finished")
    assert proof["stripe_checked"]
    assert proof["clio_checked"]
    assert proof["counts"] == {
        "differs": 0, "not_checked": 0, "waiting": 0, "agrees": 1, "outside": 0,
    }  # fmt: skip
    [line] = await lines(client)
    amount = {"amount_minor": 120_000, "currency": "USD"}
    assert [line[side] for side in ("stripe", "here", "clio")] == [amount] * 3
    assert (line["standing"], line["sentence"]) == ("agrees", "All sides agree.")
    assert (line["payment_id"], line["stripe_reference"]) == (str(payment.id), "pi_1")
    assert line["invoice_numbers"] == "1042"
    clock.move(hours=20)
    await outside.prove(firm)
    assert len(await proofs(client)) == 2, "one a night"


async def test_check_now_is_one_check_and_says_by_whom(
    client: httpx.AsyncClient, outside: Outside, firm: Firm, clock: MovableClock
) -> None:
    await outside.prove(firm)
    clock.move(minutes=1)
    first = await client.post("/api/v1/payment-proofs")
    again = await client.post("/api/v1/payment-proofs")
    assert first.status_code == again.status_code == 202
    assert first.json()["id"] == again.json()["id"]
    assert isinstance(outside.adapters.poke, RecordingPoke)
    assert ("prove_payments", firm.id) in outside.adapters.poke.pokes
    await outside.prove(firm)
    latest = (await proofs(client))[0]
    assert (latest["asked_by"], latest["state"]) == ("Dana Hale", "finished")


async def test_who_may_ask(anonymous: httpx.AsyncClient, adapters: Adapters, firm: Firm) -> None:
    async with adapters.database.transaction(firm.id) as session:
        viewer = await make_user(session, firm=firm, now=adapters.clock.now(), role=Role.viewer)
    await log_in(anonymous, adapters, viewer)
    assert (await anonymous.post("/api/v1/payment-proofs")).status_code == 403
    assert (await anonymous.get("/api/v1/payment-proofs")).status_code == 200


async def test_a_half_that_fails_is_not_checked(
    client: httpx.AsyncClient, outside: Outside, firm: Firm, clock: MovableClock
) -> None:
    outside.stripe.problem = "Stripe does not answer at the moment."
    await outside.prove(firm)
    [proof] = await proofs(client)
    assert (proof["stripe_checked"], proof["clio_checked"]) == (False, True)
    assert proof["stripe_problem"] == "Stripe does not answer at the moment."
    assert proof["counts"]["agrees"] == 0
    [line] = await lines(client)
    assert (line["standing"], line["stripe_words"], line["stripe"]) == (
        "not_checked", "not checked", None,
    )  # fmt: skip
    outside.stripe.problem, outside.clio.problem = None, "Clio could not be reached."
    clock.move(minutes=1)
    await client.post("/api/v1/payment-proofs")
    await outside.prove(firm)
    [line] = await lines(client)
    assert (line["standing"], line["clio_words"], line["clio"]) == (
        "not_checked", "not checked", None,
    )  # fmt: skip


async def test_what_differs_is_read_again_and_people_are_told_once(
    client: httpx.AsyncClient, outside: Outside, firm: Firm, clock: MovableClock
) -> None:
    outside.pay("pi_lost", 5_000)
    outside.pay("pi_shop", 900, is_ours=False)
    outside.show_paid(90_000)
    await outside.prove(firm)
    first, second, last = await lines(client)
    assert {first["finding"], second["finding"]} == {"only_in_stripe", "less_in_clio"}
    assert (last["finding"], last["standing"]) == ("not_ours", "outside")
    assert outside.read_again == ["pi_lost"], "by the usual way, and only what is ours"
    assert outside.clio.marked == {CLIO_BILL}
    newest = (await proofs(client))[0]
    assert (newest["kind"], newest["state"]) == ("after_healing", "running")
    assert (await client.get("/api/v1/payment-proofs/alerts")).json()["items"] == []

    outside.show_paid(120_000)
    clock.move(minutes=3)
    await outside.prove(firm)
    [alert] = (await client.get("/api/v1/payment-proofs/alerts")).json()["items"]
    assert alert["line"]["finding"] == "only_in_stripe"
    assert (await client.get("/api/v1/activity")).json()["payments_differ"] == 1
    clock.move(days=1)
    await outside.prove(firm)
    [same] = (await client.get("/api/v1/payment-proofs/alerts")).json()["items"]
    assert (same["id"], same["raised_at"]) == (alert["id"], alert["raised_at"]), "once"
    assert same["line"]["since"] == alert["first_seen_at"]

    outside.stripe.problem = "Stripe does not answer at the moment."
    clock.move(days=1)
    await outside.prove(firm)
    outside.stripe.problem = None
    del outside.stripe.payments["pi_lost"]
    clock.move(minutes=1)
    await client.post("/api/v1/payment-proofs")
    await outside.prove(firm)
    assert (await client.get("/api/v1/payment-proofs/alerts")).json()["items"] == []
    assert [line["standing"] for line in await lines(client)] == ["agrees", "outside"]


async def test_lines_come_page_by_page_and_by_standing(
    client: httpx.AsyncClient, outside: Outside, firm: Firm
) -> None:
    for number in range(7):
        outside.pay(f"pi_more_{number}", 100 + number)
    await outside.prove(firm)
    found = await lines(client, limit=3)
    assert len({line["id"] for line in found}) == 8
    assert [line["standing"] for line in found] == ["differs"] * 7 + ["agrees"]
    assert len(await lines(client, standing="differs")) == 7
    assert [line["invoice_numbers"] for line in await lines(client, q="104")] == ["1042"]
    proof = next(one for one in await proofs(client) if one["state"] == "finished")
    address = f"/api/v1/payment-proofs/{proof['id']}/lines"
    some_id = str(uuid4())
    for cursor in (
        "nonsense",
        encode_cursor(10**9, "2026-03-02T15:00:00Z", some_id),
        encode_cursor(0, "2026-03-02T15:00:00", some_id),
    ):
        assert (await client.get(address, params={"cursor": cursor})).status_code == 422
    assert (await client.get(address, params={"q": "a\0b"})).json()["items"] == []


async def test_an_old_payment_that_was_given_back_is_looked_at(
    client: httpx.AsyncClient, outside: Outside, firm: Firm, owner: User, clock: MovableClock
) -> None:
    await outside.prove(firm)
    clock.move(days=200)
    await log_in(client, outside.adapters, owner)
    outside.clio.paid = BillPayments()
    await outside.prove(firm)
    assert await lines(client) == [], "it agreed, and nothing moved since"
    outside.show_paid(120_000)
    clock.move(minutes=1)
    paid = outside.stripe.payments["pi_1"]
    outside.stripe.payments["pi_1"] = replace(paid, refunded_minor=2_000)
    outside.stripe.moved["pi_1"] = clock.now()
    await client.post("/api/v1/payment-proofs")
    await outside.prove(firm)
    [line] = await lines(client)
    assert line["finding"] == "refunded_in_stripe"
    assert line["sentence"] == "Stripe has given back $20.00, here it is $0.00."


async def test_the_file_has_exact_amounts_and_no_formula(
    client: httpx.AsyncClient, outside: Outside, firm: Firm
) -> None:
    await outside.prove(firm)
    [proof] = await proofs(client)
    answer = await client.get(f"/api/v1/payment-proofs/{proof['id']}/export")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "payments-proof-2026-03-02.csv" in answer.headers["content-disposition"]
    [row] = csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")))
    assert [row[side] for side in ("In Stripe", "Here", "In Clio")] == ["1200.00"] * 3
    assert (row["Client"], row["Standing"]) == ("'=Okafor & Sons", "agrees")


async def test_old_proofs_go_and_a_lost_worker_is_replaced(
    client: httpx.AsyncClient, outside: Outside, firm: Firm, owner: User, clock: MovableClock
) -> None:
    adapters = outside.adapters
    await outside.prove(firm)
    [old] = await proofs(client)
    clock.move(days=31)
    await log_in(client, adapters, owner)
    begun = (await client.post("/api/v1/payment-proofs")).json()
    async with adapters.database.transaction(firm.id) as session:
        row = await session.get_one(PaymentProof, UUID(begun["id"]))
        row.picked_up_at = clock.now()
    await outside.prove(firm)
    assert (await proofs(client))[0]["state"] == "running", "its worker is at it"
    clock.move(minutes=31)
    await outside.prove(firm)
    left = await proofs(client)
    assert [one["state"] for one in left] == ["finished"]
    assert old["id"] not in {one["id"] for one in left}


async def test_a_check_that_breaks_off_says_so(
    client: httpx.AsyncClient, outside: Outside, firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside.clio.paid = BillPayments(
        allocations=(BillAllocation(1, 99, 5, date(2026, 3, 1), is_voided=False),)
    )
    with pytest.raises(ValueError, match="needs its bill"):
        await outside.prove(firm)
    [proof] = await proofs(client)
    assert proof["state"] == ProofState.failed
    assert proof["error"] == "The check broke off. The next one begins anew."
