"""Writing a payment to Clio: with every answer Clio may give, and by hand where it cannot."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from factories import make_payment
from fakes import MovableClock
from integrations.clio_firm import connect, invoices_of, point_at, sync, titles_of
from integrations.clio_stub import ClioStub, a_bill, broken, running_stub
from invoice_tracker.core.deps import Adapters
from invoice_tracker.firms.models import Firm
from invoice_tracker.integrations.clio import jobs, recorder
from invoice_tracker.integrations.clio.models import ClioConnection, RecordStrategy
from invoice_tracker.payments.models import Payment, PaymentState, RecordState


@pytest.fixture
async def stub() -> AsyncIterator[ClioStub]:
    async with running_stub() as stub:
        stub.bills = {1: a_bill(1)}
        yield stub


@pytest.fixture
async def product(
    adapters: Adapters, firm: Firm, stub: ClioStub, monkeypatch: pytest.MonkeyPatch
) -> Adapters:
    monkeypatch.setattr(recorder, "PATIENCE", 0.0)
    product = point_at(adapters, stub)
    await connect(product, firm)
    await sync(product, firm)
    stub.asked.clear()
    return product


async def pay(product: Adapters, firm: Firm, **fields: Any) -> Payment:
    invoice = (await invoices_of(product, firm))[1]
    values = {"amount_minor": 120_000, "now": product.clock.now(), **fields}
    async with product.database.transaction(firm.id) as session:
        return await make_payment(session, firm=firm, invoice=invoice, **values)


async def record(product: Adapters, firm: Firm, payment: Payment) -> Payment:
    """What became of the payment when the recorder ran."""
    await jobs.record_payments(product, firm.id)
    async with product.database.transaction(firm.id) as session:
        found = await session.get(Payment, payment.id, populate_existing=True)
        assert found is not None
        return found


def patches(stub: ClioStub) -> list[str]:
    return [path for method, path, _ in stub.asked if method == "PATCH"]


async def test_paid_in_full_is_written_and_confirmed(product, firm, stub, clock: MovableClock):
    payment = await record(product, firm, await pay(product, firm))
    assert payment.record_state is RecordState.confirmed
    assert (payment.recorded_at, payment.confirmed_at) == (clock.now(), clock.now())
    assert stub.bills[1]["state"] == "paid"
    patch = [headers for headers in stub.headers if "if-match" in headers]
    assert [headers["if-match"] for headers in patch] == ['"1-1"']
    told = await titles_of(product, firm)
    assert "Recorded in Clio: the bill is marked as paid" in told
    stub.asked.clear()
    await record(product, firm, payment)
    assert stub.asked == []


@pytest.mark.parametrize(
    ("switch", "words"),
    [
        ("422", "Clio refused the request: Not possible."),
        ("403", "The connected Clio user may not do this: Not possible."),
        ("allow_without_balance_change", "still shows a balance"),
    ],
)
async def test_every_refusal_goes_to_a_person(product, firm, stub, switch, words):
    stub.pay = switch
    payment = await record(product, firm, await pay(product, firm))
    assert payment.record_state is RecordState.queued
    assert words in (payment.record_note or "")
    assert len(patches(stub)) == 1
    await record(product, firm, payment)
    assert len(patches(stub)) == 1


async def test_a_bill_that_only_says_paid_does_not_confirm_by_the_next_sync(
    product, firm, stub, clock
):
    stub.pay = "allow_without_balance_change"
    payment = await record(product, firm, await pay(product, firm))
    clock.move(minutes=15)
    stub.bills[1]["updated_at"] = "2027-01-01T00:00:00Z"
    await sync(product, firm)
    payment = await record(product, firm, payment)
    assert payment.record_state is RecordState.queued


async def test_paid_is_not_asked_for_where_clio_does_not_offer_it(product, firm, stub):
    stub.bills[1]["available_state_transitions"] = ["void"]
    payment = await record(product, firm, await pay(product, firm))
    assert payment.record_state is RecordState.queued
    assert payment.record_note == "Clio does not offer to mark this bill as paid."
    assert patches(stub) == []


async def test_a_part_is_recorded_by_hand(product, firm, stub):
    payment = await record(product, firm, await pay(product, firm, amount_minor=50_000))
    assert payment.record_state is RecordState.queued
    assert "only in full" in (payment.record_note or "")
    assert stub.asked == []


async def test_two_parts_that_make_the_whole_are_written_together(product, firm, stub):
    first = await pay(product, firm, amount_minor=50_000)
    second = await pay(product, firm, amount_minor=70_000)
    assert (await record(product, firm, first)).record_state is RecordState.confirmed
    assert (await record(product, firm, second)).record_state is RecordState.confirmed
    assert len(patches(stub)) == 1


async def test_a_firm_that_records_by_hand(product, firm, stub):
    async with product.database.transaction(firm.id) as session:
        connection = await session.get(ClioConnection, firm.id)
        assert connection is not None
        connection.record_strategy = RecordStrategy.manual
    payment = await record(product, firm, await pay(product, firm))
    assert payment.record_state is RecordState.queued
    assert payment.record_note == "The firm records payments in Clio by hand."
    assert stub.asked == []


async def test_an_outage_leaves_it_waiting_for_the_next_time(product, firm, stub):
    payment = await pay(product, firm)
    stub.fail(broken(500, None), times=9)
    assert (await record(product, firm, payment)).record_state is RecordState.waiting
    stub.faults.clear()
    assert (await record(product, firm, payment)).record_state is RecordState.confirmed


async def test_a_crash_after_clio_took_it_is_found_out(product, firm, stub):
    """Clio has the change, we do not know it: the bill is read first, and not written again."""
    stub.bills[1].update(state="paid", paid=1200.0, balance=0.0)
    payment = await record(product, firm, await pay(product, firm))
    assert payment.record_state is RecordState.confirmed
    assert patches(stub) == []


async def test_a_bill_that_changes_at_the_same_moment_is_read_again(product, firm, stub):
    async def change(request: Any) -> None:
        if request.method == "PATCH" and len(patches(stub)) == 1:
            stub.bills[1]["etag"] = '"other"'

    stub.before = change
    payment = await record(product, firm, await pay(product, firm))
    assert payment.record_state is RecordState.confirmed
    assert len(patches(stub)) == 2


async def test_a_deleted_bill_goes_to_a_person(product, firm, stub):
    payment = await pay(product, firm)
    del stub.bills[1]
    payment = await record(product, firm, payment)
    assert payment.record_state is RecordState.queued
    assert payment.record_note == "Clio does not have this any more."


@pytest.mark.parametrize("state", [PaymentState.processing, PaymentState.disputed])
async def test_money_that_is_not_sure_is_not_written(product, firm, stub, state):
    payment = await record(product, firm, await pay(product, firm, state=state))
    assert payment.record_state is RecordState.waiting
    assert stub.asked == []
