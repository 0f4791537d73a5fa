"""How a reading is shown: how long it took, how long it may take, what it found."""

from datetime import UTC, datetime, timedelta

import pytest

from factories import make_firm, make_invoice
from integrations.clio_firm import connect
from invoice_tracker.integrations.clio.models import (
    DifferenceKind,
    RunKind,
    RunState,
    SyncDifference,
    SyncRun,
)
from invoice_tracker.integrations.clio.run_progress import (
    begun_at,
    duration_seconds,
    seconds_left,
)

START = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "read", "total", "requests", "expected"),
    [
        (60, 200, 800, 1, 180),
        (60, 799, 800, 4, 0),
        (90, 200, 100_000, 1, 44_910),
        (3600, 200, 100_000, 1, 86_400),
        (60, 50_000, 100_000, 2, 7_500),
        (60, 50_000, 100_000, 0, None),
        (60, 0, 800, 1, None),
        (60, 200, None, 1, None),
        (60, 0, 0, 1, None),
        (60, 800, 800, 4, None),
        (60, 900, 800, 5, None),
        (0, 200, 800, 1, None),
        (-60, 200, 800, 1, None),
    ],
)
def test_seconds_left(seconds, read, total, requests, expected):
    now = START + timedelta(seconds=seconds)
    left = seconds_left(
        begun_at=START,
        now=now,
        bills_read=read,
        bills_total=total,
        requests_used=requests,
    )
    assert left == expected


def test_a_run_counts_from_when_a_worker_began():
    picked_up = START + timedelta(minutes=1)
    assert begun_at(started_at=START, picked_up_at=picked_up, attempt=1) == picked_up
    assert begun_at(started_at=START, picked_up_at=None, attempt=1) == START
    # Pages of the first attempt count as read, so its time counts too.
    assert begun_at(started_at=START, picked_up_at=picked_up, attempt=2) == START


def test_duration():
    assert duration_seconds(begun_at=START, finished_at=None) is None
    assert duration_seconds(begun_at=START, finished_at=START + timedelta(seconds=61)) == 61
    assert duration_seconds(begun_at=START, finished_at=START - timedelta(seconds=1)) == 0


async def add_run(session, firm, now, **fields) -> SyncRun:
    values = {"kind": RunKind.reconciliation, "state": RunState.succeeded, **fields}
    run = SyncRun(firm_id=firm.id, started_at=now, heartbeat_at=now, **values)
    session.add(run)
    await session.flush()
    return run


async def test_a_run_under_way_says_how_long_it_may_take(client, adapters, firm, clock):
    now = clock.now()
    async with adapters.database.transaction(firm.id) as session:
        await add_run(
            session,
            firm,
            now,
            state=RunState.running,
            picked_up_at=now + timedelta(minutes=5),
            attempt=1,
            bills_read=200,
            bills_total=800,
            requests_used=1,
        )
    clock.move(minutes=6)
    run = (await client.get("/api/v1/sync-runs")).json()["items"][0]
    assert (run["seconds_left"], run["duration_seconds"], run["attempt"]) == (180, None, 1)


async def test_the_next_reading(client, adapters, firm, clock):
    assert (await client.get("/api/v1/clio/connection")).json()["next_read_at"] is None
    await connect(adapters, firm)
    async with adapters.database.transaction(firm.id) as session:
        await add_run(session, firm, clock.now(), kind=RunKind.scheduled)
    body = (await client.get("/api/v1/clio/connection")).json()
    expected = clock.now() + timedelta(minutes=15)
    assert datetime.fromisoformat(body["next_read_at"]) == expected


async def test_differences_page_by_page(client, adapters, firm, clock):
    now = clock.now()
    async with adapters.database.transaction(firm.id) as session:
        run = await add_run(session, firm, now, differences=3)
        invoice = await make_invoice(
            session, firm=firm, client=None, now=now, due_on=None, number="1042"
        )
        for clio_id in range(3):
            session.add(
                SyncDifference(
                    firm_id=firm.id,
                    run_id=run.id,
                    clio_id=clio_id,
                    invoice_id=invoice.id if clio_id == 2 else None,
                    kind=DifferenceKind.differs,
                    detail="The balance was 900.00 here and 1,200.00 in Clio.",
                    found_at=now,
                )
            )
    path = f"/api/v1/sync-runs/{run.id}/differences"
    first = (await client.get(path, params={"limit": 2})).json()
    assert (len(first["items"]), first["total"]) == (2, 3)
    rest = (await client.get(path, params={"cursor": first["next_cursor"]})).json()
    assert rest["next_cursor"] is None
    found = {item["clio_id"]: item for item in first["items"] + rest["items"]}
    assert sorted(found) == [0, 1, 2]
    assert found[2]["invoice"] == {"id": str(invoice.id), "number": "1042"}
    assert found[0]["invoice"] is None
    assert (await client.get(path, params={"cursor": "nonsense"})).status_code == 422


async def test_differences_of_another_firm_are_not_there(client, adapters, clock):
    async with adapters.database.transaction() as session:
        other = await make_firm(session, now=clock.now(), name="Other")
    async with adapters.database.transaction(other.id) as session:
        run = await add_run(session, other, clock.now())
    assert (await client.get(f"/api/v1/sync-runs/{run.id}/differences")).status_code == 404
