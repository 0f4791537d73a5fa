"""Reading Clio: what is stored, what a bad answer leaves behind, how the next run catches up."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from conftest import make_adapters
from factories import make_collection, make_firm, make_payment
from fakes import MovableClock
from integrations.clio_firm import (
    connect,
    connection_of,
    fetch_run,
    invoices_of,
    iso,
    point_at,
    runs_of,
    sync,
    titles_of,
)
from integrations.clio_stub import EXPIRED, ClioStub, a_bill, broken, half, raw, running_stub
from invoice_tracker.collections.models import Collection, CollectionState
from invoice_tracker.core.database import Database
from invoice_tracker.core.deps import Adapters
from invoice_tracker.firms.models import Firm
from invoice_tracker.integrations.clio import access as clio_access
from invoice_tracker.integrations.clio import jobs
from invoice_tracker.integrations.clio.models import (
    ConnectionState,
    DifferenceKind,
    RunKind,
    RunState,
    SyncDifference,
    SyncRun,
)
from invoice_tracker.integrations.clio.runs import (
    INTERRUPTED,
    MOST_ATTEMPTS,
    begin_run,
    pick_up,
)
from invoice_tracker.invoices.models import Client, ClioState
from invoice_tracker.payments.models import Payment, RecordState
from invoice_tracker.settings import Settings


@pytest.fixture
async def stub(clock: MovableClock) -> AsyncIterator[ClioStub]:
    async with running_stub() as stub:
        stub.now = clock.now()
        yield stub


@pytest.fixture(autouse=True)
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits in a test."""
    monkeypatch.setattr(clio_access, "SYNC_PATIENCE", 0.0)


@pytest.fixture
async def product(adapters: Adapters, firm: Firm, stub: ClioStub) -> Adapters:
    """The product, connected."""
    product = point_at(adapters, stub)
    await connect(product, firm)
    return product


def put(stub: ClioStub, *bills: dict[str, Any]) -> None:
    stub.bills.update({bill["id"]: bill for bill in bills})


async def later(product: Adapters, clock: MovableClock, stub: ClioStub, firm: Firm) -> SyncRun:
    """The next run, a quarter of an hour on."""
    clock.move(minutes=15)
    stub.now = clock.now()
    return await sync(product, firm)


async def test_the_first_import_takes_open_and_lately_paid_bills(product, firm, stub, clock):
    put(stub, a_bill(1), a_bill(2, state="paid", paid=1200.0, balance=0.0), a_bill(3, state="void"))
    put(stub, a_bill(4, state="draft"), a_bill(5, kind="trust_kind"))
    run = await sync(product, firm)
    assert (run.kind, run.state, run.error) == (RunKind.first_import, RunState.succeeded, None)
    assert (run.bills_read, run.bills_total, run.invoices_updated) == (3, 3, 2)
    # Open bills, paid ones, their clients' addresses, whom Clio itself reminds, whose matters.
    assert run.requests_used == len(stub.asked) == 5
    found = await invoices_of(product, firm)
    assert {key: invoice.clio_state for key, invoice in found.items()} == {
        1: ClioState.awaiting_payment,
        2: ClioState.paid,
    }
    opened, paid = stub.listings
    assert opened["state"] == "awaiting_payment"
    assert paid["updated_since"] == iso(clock.now() - timedelta(days=90))
    assert {params["type"] for params in stub.listings} == {"revenue"}
    connection = await connection_of(product, firm)
    assert connection.watermark == clock.now() - timedelta(minutes=10)
    assert connection.last_read_at == clock.now()


async def test_a_second_run_reads_only_what_changed_and_writes_nothing(product, firm, stub, clock):
    put(stub, a_bill(1), a_bill(2, updated_at=iso(clock.now())))
    await sync(product, firm)
    told = await titles_of(product, firm)
    stub.asked.clear()
    run = await later(product, clock, stub, firm)
    assert (run.kind, run.bills_read, run.invoices_updated) == (RunKind.resync, 1, 0)
    # One request when nothing has changed.
    assert run.requests_used == len(stub.asked) == 1
    since = iso(clock.now() - timedelta(minutes=25))
    assert {params["updated_since"] for _, _, params in stub.asked} == {since}
    assert await titles_of(product, firm) == told


async def test_changes_arrive_and_are_counted(product, firm, stub, clock):
    put(stub, a_bill(1), a_bill(2))
    await sync(product, firm)
    changed = {"updated_at": iso(clock.now() + timedelta(minutes=5)), "etag": '"new"'}
    put(stub, a_bill(1, **changed, due_at="2026-04-01"), a_bill(3, **changed))
    stub.bills[2].update(changed, state="deleted")
    run = await later(product, clock, stub, firm)
    assert run.invoices_updated == 3
    found = await invoices_of(product, firm)
    assert found[2].clio_state is ClioState.deleted
    assert "The due date changed from March 1, 2026 to April 1, 2026" in await titles_of(
        product, firm
    )


async def test_pages_are_followed_and_the_watermark_waits_for_the_last(product, firm, stub, clock):
    stub.page_size = 3
    put(stub, *(a_bill(number) for number in range(1, 9)))
    stub.fail(half, after=2, times=9)
    run = await sync(product, firm)
    assert (run.state, run.error) == (RunState.failed, "Clio's answer broke off.")
    # Whole pages are kept, the broken one is not there at all.
    assert sorted(await invoices_of(product, firm)) == [1, 2, 3, 4, 5, 6]
    assert (run.bills_read, run.bills_total, run.invoices_updated) == (6, 8, 6)
    assert (await connection_of(product, firm)).watermark is None
    stub.faults.clear()
    run = await later(product, clock, stub, firm)
    assert (run.kind, run.state, run.invoices_updated) == (
        RunKind.first_import,
        RunState.succeeded,
        2,
    )
    assert len(await invoices_of(product, firm)) == 8
    connection = await connection_of(product, firm)
    assert (connection.error, connection.watermark is not None) == (None, True)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (broken(403, {"error": {"type": "x", "message": "Billing needed"}}), "Billing needed"),
        (broken(429, {"error": {}}, **{"Retry-After": "30"}), "too many requests"),
        (broken(500, None), "error 500"),
        (broken(503, "down"), "error 503"),
        (half, "broke off"),
        (raw('{"data":[{"id":1,'), "not valid JSON"),
        (raw("<html>Maintenance</html>"), "not valid JSON"),
        (raw('{"data":{"id":1}}'), "no list"),
        (raw('{"data":[],"meta":{"paging":{"next":"https://evil.example/"}}}'), "not its own"),
    ],
)
async def test_bad_answers_end_the_run_in_words(product, firm, stub, clock, answer, words):
    put(stub, a_bill(1))
    stub.fail(answer, times=9)
    run = await sync(product, firm)
    assert run.state is RunState.failed
    assert words in (run.error or "")
    connection = await connection_of(product, firm)
    assert (connection.state, connection.watermark) == (ConnectionState.connected, None)
    assert connection.error == run.error
    stub.faults.clear()
    assert (await later(product, clock, stub, firm)).state is RunState.succeeded
    assert list(await invoices_of(product, firm)) == [1]


async def test_clio_cannot_be_reached_at_all(product, firm, stub, clock):
    settings = product.settings.model_copy(update={"clio_base_url": "http://127.0.0.1:9"})
    stub.url = str(settings.clio_base_url)
    run = await sync(point_at(product, stub), firm)
    assert (run.state, run.error) == (RunState.failed, "Clio could not be reached.")


async def test_one_odd_bill_is_told_and_the_others_are_stored(product, firm, stub, clock):
    put(stub, a_bill(1), a_bill(2, balance="many"), a_bill(3))
    run = await sync(product, firm)
    assert run.state is RunState.failed
    assert run.error == "Bill 2 could not be read from Clio (balance makes no sense)."
    assert sorted(await invoices_of(product, firm)) == [1, 3]
    # The watermark stays, so that the bill is looked at again.
    assert (await connection_of(product, firm)).watermark is None
    stub.bills[2]["balance"] = 5
    assert (await later(product, clock, stub, firm)).error is None
    assert sorted(await invoices_of(product, firm)) == [1, 2, 3]


async def test_odd_but_honest_bills_are_all_there(product, firm, stub):
    client = a_bill(1)["client"]
    nobody = client | {"id": 70, "primary_email_address": None, "name": "Ζωή 👩🏽‍⚖️ \ud800\0"}
    put(
        stub,
        a_bill(1, client=nobody),
        a_bill(2, due_at=None, client=None, matters=[]),
        a_bill(3, balance=0, total=0),
        a_bill(4, balance=-10.5),
        a_bill(5, currency={"id": 2, "code": "JPY"}, total=5000, balance=5000),
        a_bill(6, number=None, currency=None, etag=None, updated_at=None),
    )
    run = await sync(product, firm)
    assert (run.state, run.error) == (RunState.succeeded, None)
    found = await invoices_of(product, firm)
    assert {key: invoice.clio_balance_minor for key, invoice in found.items()} == {
        1: 120_000, 2: 120_000, 3: 0, 4: -1050, 5: 5000, 6: 120_000,
    }  # fmt: skip
    async with product.database.transaction(firm.id) as session:
        assert await session.scalar(select(Client.name).where(Client.email.is_(None))) == (
            "Ζωή 👩🏽‍⚖️ ?"
        )


async def test_an_expired_token_is_renewed_on_the_way(product, firm, stub):
    put(stub, a_bill(1))
    stub.tokens = set()
    run = await sync(product, firm)
    assert run.state is RunState.succeeded
    assert stub.forms[0]["grant_type"] == "refresh_token"
    connection = await connection_of(product, firm)
    assert product.vault.decrypt(connection.access_token or b"") == "access-2"
    # Clio's answer brought no new refresh token: the old one stays.
    assert product.vault.decrypt(connection.refresh_token or b"") == "refresh-1"


async def test_revoked_access_asks_for_a_person(product, firm, stub, clock):
    stub.tokens = set()
    stub.token_answers = [broken(400, {"error": "invalid_grant", "error_description": "revoked"})]
    run = await sync(product, firm)
    assert run.error == "Clio no longer accepts our access. Please connect to Clio again."
    assert (await connection_of(product, firm)).state is ConnectionState.needs_reconnect
    stub.asked.clear()
    clock.move(hours=1)
    await jobs.sync_if_due(product, firm.id)
    assert stub.asked == []


async def test_401_with_a_fresh_token_asks_for_a_person(product, firm, stub):
    stub.fail(broken(401, EXPIRED), times=9)
    run = await sync(product, firm)
    assert run.state is RunState.failed
    assert (await connection_of(product, firm)).state is ConnectionState.needs_reconnect


async def test_a_payment_in_clio_ends_the_reminders(product, firm, stub, clock):
    put(stub, a_bill(1))
    await sync(product, firm)
    invoice = (await invoices_of(product, firm))[1]
    async with product.database.transaction(firm.id) as session:
        collection = await make_collection(session, firm=firm, invoice=invoice, now=clock.now())
    stub.bills[1].update(
        state="paid", paid=1200.0, balance=0.0, updated_at=iso(clock.now() + timedelta(minutes=1))
    )
    await later(product, clock, stub, firm)
    async with product.database.transaction(firm.id) as session:
        ended = await session.get(Collection, collection.id, populate_existing=True)
        assert ended is not None
        assert ended.state is CollectionState.settled
        payments = (await session.scalars(select(Payment))).all()
    assert [(p.source, p.amount_minor) for p in payments] == [("clio", 120_000)]


async def test_a_payment_of_ours_is_confirmed_when_clio_shows_it(product, firm, stub, clock):
    put(stub, a_bill(1))
    await sync(product, firm)
    invoice = (await invoices_of(product, firm))[1]
    async with product.database.transaction(firm.id) as session:
        payment = await make_payment(
            session, firm=firm, invoice=invoice, now=clock.now(), amount_minor=120_000
        )
    # Clio still says that the bill is open: it stays paid here.
    stub.bills[1].update(subject="Typo", updated_at=iso(clock.now() + timedelta(minutes=1)))
    await later(product, clock, stub, firm)
    async with product.database.transaction(firm.id) as session:
        found = await session.get(Payment, payment.id, populate_existing=True)
        assert found is not None
        assert found.record_state is RecordState.waiting
    stub.bills[1].update(
        state="paid", paid=1200.0, balance=0.0, updated_at=iso(clock.now() + timedelta(minutes=1))
    )
    await later(product, clock, stub, firm)
    async with product.database.transaction(firm.id) as session:
        found = await session.get(Payment, payment.id, populate_existing=True)
        assert found is not None
        assert found.record_state is RecordState.confirmed
        assert await session.scalar(select(func.count()).select_from(Payment)) == 1


async def test_a_new_address_arrives_without_a_change_of_the_bill(product, firm, stub, clock):
    put(stub, a_bill(1))
    await sync(product, firm)
    contact = a_bill(1)["client"] | {"primary_email_address": "new@example.org"}
    stub.contacts = [contact, contact | {"id": 8}]
    clock.move(hours=1)
    run = await later(product, clock, stub, firm)
    assert run.invoices_updated == 1
    async with product.database.transaction(firm.id) as session:
        assert (await session.scalars(select(Client.email))).all() == ["new@example.org"]


async def test_every_night_both_sides_are_held_against_each_other(product, firm, stub, clock):
    """What no reading of the day could see is found, told and healed."""
    put(stub, *(a_bill(number) for number in range(1, 5)))
    await sync(product, firm)
    stub.bills[1]["balance"] = 700.0
    stub.bills[2]["state"] = "awaiting_approval"
    del stub.bills[3]
    stub.hidden.add(4)
    put(stub, a_bill(6))
    assert (await later(product, clock, stub, firm)).invoices_updated == 0
    await jobs.reconcile_if_due(product, firm.id)
    assert len(await runs_of(product, firm)) == 2, "no night has passed"
    clock.move(hours=24)
    put(stub, a_bill(5, updated_at=iso(clock.now())))
    await jobs.reconcile_if_due(product, firm.id)
    run = (await runs_of(product, firm))[-1]
    assert (run.kind, run.state) == (RunKind.reconciliation, RunState.succeeded)
    assert (run.invoices_updated, run.differences) == (5, 4), "bill 5 is news, and no difference"
    found = await invoices_of(product, firm)
    assert sorted(found) == [1, 2, 3, 4, 5, 6]
    assert found[1].clio_balance_minor == 70_000
    assert found[2].clio_state is ClioState.awaiting_approval
    assert found[3].clio_state is ClioState.deleted
    assert found[4].clio_state is ClioState.awaiting_payment
    async with product.database.transaction(firm.id) as session:
        told = await session.execute(select(SyncDifference.clio_id, SyncDifference.kind))
    assert dict(told.all()) == {
        1: DifferenceKind.differs,
        2: DifferenceKind.closed_there,
        3: DifferenceKind.closed_there,
        6: DifferenceKind.missing_here,
    }
    clock.move(minutes=20)
    await jobs.reconcile_if_due(product, firm.id)
    assert (await runs_of(product, firm))[-1].id == run.id, "once a night is enough"


async def test_a_quick_reading_does_not_wait_for_the_nightly_one(product, firm, stub, clock):
    put(stub, *(a_bill(number) for number in range(1, 4)))
    await sync(product, firm)
    clock.move(hours=24)
    stub.bills[1].update(balance=5.0, updated_at=iso(clock.now()))
    quick = None

    async def meanwhile(_: object) -> None:
        nonlocal quick
        stub.before = None
        quick = await sync(product, firm)

    stub.before = meanwhile
    await jobs.reconcile_if_due(product, firm.id)
    assert quick is not None
    assert (quick.kind, quick.state, quick.invoices_updated) == (
        RunKind.resync,
        RunState.succeeded,
        1,
    )
    night = next(run for run in await runs_of(product, firm) if run.kind is RunKind.reconciliation)
    assert (night.state, night.differences) == (RunState.succeeded, 0)


async def test_contacts_and_deleted_bills_are_asked_for_once_an_hour(product, firm, stub, clock):
    put(stub, a_bill(1))
    await sync(product, firm)
    used = [(await later(product, clock, stub, firm)).requests_used for _ in range(9)]
    assert used == [1, 1, 1, 4, 1, 1, 1, 4, 1], "and matters that have changed"


async def test_a_clock_that_was_set_back_loses_nothing(product, firm, stub, clock):
    put(stub, a_bill(1))
    clock.move(days=30)
    stub.now = clock.now()
    await sync(product, firm)
    clock.move(days=-30)
    stub.now = clock.now()
    stub.bills[1].update(balance=5.0, updated_at=iso(clock.now()))
    assert (await sync(product, firm)).invoices_updated == 1


@pytest.mark.parametrize("is_night", [False, True])
async def test_after_a_clock_was_set_back_what_ended_in_clio_ends_here(
    product, firm, stub, clock, is_night
):
    """Our clock was three hours fast: everything was read in what is the future now."""
    put(stub, a_bill(1), a_bill(2))
    right = clock.now()
    stub.now = right if is_night else right + timedelta(hours=3)
    clock.move(hours=3)
    await sync(product, firm)
    clock.move_to(right + timedelta(minutes=15))
    stub.now = clock.now()
    # No list of what is open or paid has it any more.
    stub.bills[1].update(state="void", updated_at=iso(right))
    if is_night:
        clock.move(hours=1)
        await jobs.reconcile_if_due(product, firm.id)
    else:
        await sync(product, firm)
    found = await invoices_of(product, firm)
    assert (found[1].clio_state, found[2].clio_state) == ("void", "awaiting_payment")


async def test_a_run_whose_worker_died_before_the_clock_was_set_back_goes_on(
    product, firm, stub, clock
):
    put(stub, a_bill(1))
    async with product.database.transaction(firm.id) as session:
        kind, now = RunKind.resync, clock.now()
        run, _ = await begin_run(session, firm_id=firm.id, kind=kind, now=now)
        await pick_up(session, firm_id=firm.id, now=now)
    clock.move(hours=-3)
    await jobs.run_requested(product, firm.id)
    assert (await fetch_run(product.database, firm.id, run.id)).state is RunState.succeeded


async def test_every_quarter_of_an_hour_by_the_products_clock(product, firm, stub, clock):
    await jobs.sync_if_due(product, firm.id)
    assert len(stub.listings) == 2
    clock.move(minutes=14)
    await jobs.sync_if_due(product, firm.id)
    assert len(stub.listings) == 2
    clock.move(minutes=1)
    await jobs.sync_if_due(product, firm.id)
    assert len(stub.listings) == 3
    clock.move(days=-3)
    await jobs.sync_if_due(product, firm.id)
    assert len(stub.listings) == 5


async def test_a_requested_run_whose_poke_was_lost_is_found(product, firm, stub, clock):
    async with product.database.transaction(firm.id) as session:
        run, _ = await begin_run(session, firm_id=firm.id, kind=RunKind.resync, now=clock.now())
    clock.move(hours=2)
    await jobs.run_requested(product, firm.id)
    assert (await fetch_run(product.database, firm.id, run.id)).state is RunState.succeeded


async def test_a_run_that_lost_its_worker_is_taken_on_by_another(product, firm, stub, clock):
    stub.page_size = 1
    put(stub, a_bill(1), a_bill(2), a_bill(3))
    turns = 0

    async def stall(_: object) -> None:
        nonlocal turns
        turns += 1
        if turns == 3:
            # The worker hangs for so long that another one goes on where it stood.
            stub.before = None
            clock.move(minutes=6)
            await jobs.run_requested(product, firm.id)

    stub.before = stall
    run = await sync(product, firm)
    assert (run.state, run.attempt, run.error) == (RunState.succeeded, 2, None)
    assert sorted(await invoices_of(product, firm)) == [1, 2, 3]
    # Bills 1 and 2 were not asked for again, and what the first worker still brought was not taken.
    assert (run.bills_read, run.invoices_updated, run.position) == (3, 3, None)


async def test_a_stopped_worker_hands_its_run_back(product, firm, stub, clock):
    stub.page_size = 1
    put(stub, a_bill(1), a_bill(2), a_bill(3))
    reached, released = asyncio.Event(), asyncio.Event()

    async def stall(_: object) -> None:
        if len(stub.asked) == 2:
            reached.set()
            await released.wait()

    stub.before = stall
    worker = asyncio.create_task(sync(product, firm))
    await reached.wait()
    worker.cancel()
    with pytest.raises(asyncio.CancelledError):
        await worker
    stub.before = None
    released.set()
    stub.asked.clear()
    await jobs.run_requested(product, firm.id)
    [run] = await runs_of(product, firm)
    assert (run.state, run.attempt, run.bills_read) == (RunState.succeeded, 2, 3)
    # Two pages were missing of the open bills.
    assert [path for _, path, _ in stub.asked].count("/api/v4/bills.json") == 3


async def test_a_run_that_kills_its_workers_is_given_up(product, firm, stub, clock):
    put(stub, a_bill(1))
    async with product.database.transaction(firm.id) as session:
        run, _ = await begin_run(session, firm_id=firm.id, kind=RunKind.resync, now=clock.now())
    for _ in range(MOST_ATTEMPTS):
        async with product.database.transaction(firm.id) as session:
            assert await pick_up(session, firm_id=firm.id, now=clock.now())
        clock.move(minutes=6)
    await jobs.run_requested(product, firm.id)
    ended = await fetch_run(product.database, firm.id, run.id)
    assert (ended.state, ended.error) == (RunState.failed, INTERRUPTED)


async def test_a_page_that_clio_forgot_is_no_dead_end(product, firm, stub, clock):
    stub.page_size = 3
    put(stub, *(a_bill(number) for number in range(1, 9)))
    stub.fail(half, after=1, times=9)
    assert (await sync(product, firm)).bills_read == 3
    stub.faults.clear()
    stub.fail(broken(404, {"error": {}}), times=1)
    run = await later(product, clock, stub, firm)
    assert (run.state, run.bills_read, run.invoices_updated) == (RunState.succeeded, 8, 5)


async def test_two_firms_do_not_mix(product, firm, stub, clock, adapters):
    put(stub, a_bill(1))
    await sync(product, firm)
    async with product.database.transaction() as session:
        other = await make_firm(session, now=clock.now(), name="Other")
    await connect(product, other)
    stub.bills[1]["balance"] = 1.0
    await sync(product, other)
    assert (await invoices_of(product, firm))[1].clio_balance_minor == 120_000
    assert (await invoices_of(product, other))[1].clio_balance_minor == 100


async def test_two_workers_at_once_make_one_run(
    committed: Database, clock: MovableClock, settings: Settings, stub: ClioStub
):
    product = point_at(make_adapters(committed, clock, settings), stub)
    async with committed.transaction() as session:
        firm = await make_firm(session, now=clock.now())
    await connect(product, firm)
    put(stub, *(a_bill(number) for number in range(1, 30)))
    await asyncio.gather(*(jobs.sync_if_due(product, firm.id) for _ in range(6)))
    assert len(stub.listings) == 2
    async with committed.transaction(firm.id) as session:
        runs = (await session.scalars(select(SyncRun))).all()
    assert [(run.state, run.invoices_updated) for run in runs] == [(RunState.succeeded, 29)]
