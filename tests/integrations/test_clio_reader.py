"""The truth check before a mail leaves: what could not be read again is not fresh."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from factories import make_client, make_collection, make_firm, make_invoice
from fakes import MovableClock
from integrations.clio_firm import connect, connection_of, invoices_of, point_at, sync
from integrations.clio_stub import EXPIRED, ClioStub, a_bill, broken, half, raw, running_stub
from invoice_tracker.collections.models import Collection, CollectionState
from invoice_tracker.core.deps import Adapters
from invoice_tracker.firms.models import Firm
from invoice_tracker.integrations.clio import reader
from invoice_tracker.integrations.clio.models import ConnectionState
from invoice_tracker.integrations.clio.reader import ClioBillingSource
from invoice_tracker.invoices.models import ClioState


@pytest.fixture
async def stub() -> AsyncIterator[ClioStub]:
    async with running_stub() as stub:
        yield stub


@pytest.fixture
async def product(
    adapters: Adapters, firm: Firm, stub: ClioStub, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Adapters]:
    monkeypatch.setattr(reader, "PATIENCE", 0.0)
    product = point_at(adapters, stub)
    await connect(product, firm)
    yield product
    assert isinstance(product.billing, ClioBillingSource)
    await product.billing.close()


async def test_what_changed_is_stored_and_fresh(product, firm, stub, clock: MovableClock):
    stub.bills = {number: a_bill(number) for number in (1, 2, 3)}
    await sync(product, firm)
    invoices = await invoices_of(product, firm)
    async with product.database.transaction(firm.id) as session:
        collection = await make_collection(session, firm=firm, invoice=invoices[1], now=clock.now())
    clock.move(minutes=5)
    stub.bills[1].update(state="paid", paid=1200.0, balance=0.0, etag='"2"')
    stub.asked.clear()
    answer = await product.billing.reread(firm.id, [invoices[1].id, invoices[2].id])
    assert (answer.fresh, answer.problem) == ({invoices[1].id, invoices[2].id}, None)
    assert len(stub.asked) == 1
    after = await invoices_of(product, firm)
    assert after[1].clio_state is ClioState.paid
    assert after[2].last_read_at == clock.now()
    assert after[3].last_read_at < clock.now()
    async with product.database.transaction(firm.id) as session:
        found = await session.get(Collection, collection.id, populate_existing=True)
        assert found is not None
        assert found.state is CollectionState.settled


async def test_a_bill_that_is_gone_is_fresh_and_deleted(product, firm, stub):
    stub.bills = {number: a_bill(number) for number in (1, 2, 3)}
    await sync(product, firm)
    invoices = await invoices_of(product, firm)
    del stub.bills[1]
    stub.bills[2]["state"] = "deleted"
    stub.hidden.add(2)
    ids = [invoice.id for invoice in invoices.values()]
    answer = await product.billing.reread(firm.id, ids)
    assert (answer.fresh, answer.problem) == (set(ids), None)
    after = await invoices_of(product, firm)
    assert [after[number].clio_state for number in (1, 2, 3)] == [
        "deleted", "deleted", "awaiting_payment",
    ]  # fmt: skip


async def test_two_hundred_bills_a_request(product, firm, stub, clock: MovableClock):
    now = clock.now()
    async with product.database.transaction(firm.id) as session:
        client = await make_client(session, firm=firm)
        ids = [
            (
                await make_invoice(
                    session, firm=firm, client=client, now=now, due_on=None, clio_id=number
                )
            ).id
            for number in range(1, 252)
        ]
    stub.bills = {number: a_bill(number) for number in range(1, 252)}
    clock.move(minutes=1)
    answer = await product.billing.reread(firm.id, ids)
    assert answer.fresh == set(ids)
    assert len(stub.asked) == 2


@pytest.mark.parametrize(
    ("spoiled", "words"),
    [
        (broken(403, {"error": {"type": "x", "message": "No billing"}}), "No billing"),
        (broken(429, None), "too many requests"),
        (broken(500, None), "error 500"),
        (broken(404, None), "does not have this"),
        (half, "broke off"),
        (raw('{"data":[{'), "not valid JSON"),
    ],
)
async def test_an_outage_makes_nothing_fresh_and_says_why(product, firm, stub, spoiled, words):
    stub.bills = {1: a_bill(1)}
    await sync(product, firm)
    invoice = (await invoices_of(product, firm))[1]
    stub.fail(spoiled, times=9)
    answer = await product.billing.reread(firm.id, [invoice.id])
    assert answer.fresh == frozenset()
    assert words in (answer.problem or "")


async def test_revoked_access_makes_nothing_fresh(product, firm, stub):
    stub.bills = {1: a_bill(1)}
    await sync(product, firm)
    invoice = (await invoices_of(product, firm))[1]
    stub.fail(broken(401, EXPIRED), times=9)
    answer = await product.billing.reread(firm.id, [invoice.id])
    assert answer.fresh == frozenset()
    assert (await connection_of(product, firm)).state is ConnectionState.needs_reconnect
    answer = await product.billing.reread(firm.id, [invoice.id])
    assert answer.problem == "Clio no longer accepts our access. Please connect to Clio again."


async def test_one_odd_bill_is_stale_and_the_others_are_fresh(product, firm, stub):
    stub.bills = {number: a_bill(number) for number in (1, 2)}
    await sync(product, firm)
    invoices = await invoices_of(product, firm)
    stub.bills[1]["total"] = "much"
    answer = await product.billing.reread(firm.id, [invoice.id for invoice in invoices.values()])
    assert answer.fresh == {invoices[2].id}
    assert "Bill 1 could not be read" in (answer.problem or "")


async def test_without_a_connection_nothing_is_fresh(product, firm, stub, clock):
    async with product.database.transaction() as session:
        other = await make_firm(session, now=clock.now(), name="Other")
    answer = await product.billing.reread(other.id, [uuid4()])
    assert (answer.fresh, answer.problem) == (frozenset(), "Clio is not connected.")


async def test_another_firms_invoice_is_not_read(product, firm, stub, clock):
    stub.bills = {1: a_bill(1)}
    await sync(product, firm)
    theirs = (await invoices_of(product, firm))[1]
    async with product.database.transaction() as session:
        other = await make_firm(session, now=clock.now(), name="Other")
    await connect(product, other)
    stub.asked.clear()
    answer = await product.billing.reread(other.id, [theirs.id])
    assert (answer.fresh, stub.asked) == (frozenset(), [])
