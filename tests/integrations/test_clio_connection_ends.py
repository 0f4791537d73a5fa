"""What becomes of mail and bills when the connection ends, or leads to another account."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx
import pytest
from scenarios.diary import Diary
from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncSession

from factories import make_collection, make_invoice
from integrations.clio_firm import connect, connection_of, invoices_of, point_at, sync
from integrations.clio_stub import ClioStub, a_bill, broken, running_stub
from invoice_tracker.collections.models import Collection, CollectionState
from invoice_tracker.core.deps import Adapters
from invoice_tracker.firms.models import Firm
from invoice_tracker.integrations.clio import jobs
from invoice_tracker.integrations.clio.models import (
    ClioConnection,
    ClioReread,
    ClioWebhook,
    ConnectionState,
    RunKind,
    RunState,
    SyncRun,
    WebhookModel,
    WebhookStatus,
)
from invoice_tracker.integrations.clio.other_account import leave_account
from invoice_tracker.invoices.models import ClioState, Invoice, TimelineEntry

CONNECTION = "/api/v1/clio/connection"
DUE = date(2026, 3, 16)


@pytest.fixture
async def stub() -> AsyncIterator[ClioStub]:
    async with running_stub() as stub:
        stub.bills = {1: a_bill(1, due_at=DUE.isoformat())}
        yield stub


@pytest.fixture
async def adapters(adapters: Adapters, stub: ClioStub) -> AsyncIterator[Adapters]:
    pointed = point_at(adapters, stub)
    yield pointed
    await pointed.billing.close()


@pytest.fixture
async def diary(adapters: Adapters, firm: Firm, stub: ClioStub, clock) -> Diary:
    """A collection runs for the one bill of the connected Clio."""
    diary = Diary.open(adapters, firm, clock)
    # Clio itself is asked before a mail leaves, and not what stands in for it.
    diary.adapters = replace(diary.adapters, billing=adapters.billing)
    await connect(adapters, firm)
    await sync(adapters, firm)
    await diary.start("0", (await invoices_of(adapters, firm))[1])
    return diary


async def connect_again(client: httpx.AsyncClient, **wanted: object) -> str:
    """Through Clio's page; where the browser is sent."""
    answer = await client.post(CONNECTION, json={"region": "us", **wanted})
    assert answer.status_code == 200, answer.text
    state = parse_qs(urlsplit(answer.json()["authorize_url"]).query)["state"][0]
    back = await client.get("/api/v1/clio/callback", params={"code": "abc", "state": state})
    return back.headers["location"].removeprefix("http://testserver")


async def explained(client: httpx.AsyncClient, diary: Diary) -> str:
    """What *Why?* says of the bill."""
    invoice = (await invoices_of(diary.adapters, diary.firm))[1]
    answer = await client.get(f"/api/v1/invoices/{invoice.id}/explanation")
    return str(answer.json()["sentence"])


async def test_while_connected_the_mail_leaves(diary):
    """The others of this file would hold for a firm that never mails, too."""
    await diary.live_until(DUE)
    assert diary.days() == [DUE]


async def test_after_disconnecting_no_mail_leaves(client, diary):
    await client.post(f"{CONNECTION}/disconnect", json={"confirm": "DISCONNECT"})
    await diary.live_until(date(2026, 3, 18))
    assert diary.mails() == []
    assert "Clio is not connected." in await explained(client, diary)
    assert list(await invoices_of(diary.adapters, diary.firm)) == [1]


async def test_connecting_again_lets_the_mail_go(client, diary, stub):
    await client.post(f"{CONNECTION}/disconnect", json={"confirm": "DISCONNECT"})
    await diary.live_until(DUE)
    await connect_again(client)
    await jobs.run_requested(diary.adapters, diary.firm.id)
    await diary.live_until(date(2026, 3, 18))
    assert len(diary.mails()) == 1


async def test_while_clio_is_away_collections_are_on_hold_and_decide_nothing(client, diary, stub):
    await client.post(f"{CONNECTION}/disconnect", json={"confirm": "DISCONNECT"})
    assert await on_hold(client) == ["Clio is not connected"]
    assert "Clio is not connected." in await explained(client, diary)
    [collection_id] = await collection_ids(diary)
    plan = (await client.get(f"/api/v1/collections/{collection_id}/plan")).json()
    assert [(item["state"], item["note"]) for item in plan["items"]] == [
        ("held", "Clio is not connected.")
    ]
    await diary.live_until(DUE, hour=11)
    assert await diary.reminders() == []
    await connect_again(client)
    assert await on_hold(client) == []
    await jobs.run_requested(diary.adapters, diary.firm.id)
    # At once, though the nightly look at all dates is hours away.
    await diary.live_until(DUE, hour=13)
    assert diary.days() == [DUE]


async def collection_ids(diary: Diary) -> list[UUID]:
    async with diary.adapters.database.transaction(diary.firm.id) as session:
        return list(await session.scalars(select(Collection.id)))


async def on_hold(client: httpx.AsyncClient) -> list[str]:
    """What the list says of what is on hold."""
    answer = await client.get("/api/v1/invoices", params={"section": "on_hold"})
    return [item["status_note"] for item in answer.json()["items"]]


async def test_after_a_revoked_access_no_mail_leaves(client, diary, stub):
    """The person took the access away in Clio: neither the token nor its renewal works."""
    stub.tokens = set()
    stub.token_answers = [broken(400, {"error": "invalid_grant"})] * 9
    await diary.live_until(date(2026, 3, 18))
    assert diary.mails() == []
    body = (await client.get(CONNECTION)).json()
    assert body["state"] == "needs_reconnect"
    assert body["error"] == "Clio no longer accepts our access. Please connect to Clio again."
    assert "connect to Clio again" in await explained(client, diary)


async def test_another_account_ends_what_was_open_of_the_first(client, diary, stub, adapters, firm):
    await _webhook_and_reread(adapters, firm)
    stub.account_id, stub.account_name = 78, "Other & Co"
    stub.bills = {500: a_bill(500)}
    stub.asked.clear()
    assert await connect_again(client, accept_other_account=True) == "/settings/clio?connected=1"
    connection = await connection_of(adapters, firm)
    assert (connection.clio_account_id, connection.account_name) == (78, "Other & Co")
    assert (connection.watermark, connection.full_read_at, connection.last_read_at) == (None,) * 3
    # The old account's access goes back.
    assert ("POST", "/oauth/deauthorize", {"token": "access-1"}) in stub.asked
    await _expect_ended(adapters, firm)
    stub.tokens = {"access-2"}
    await jobs.run_requested(adapters, firm.id)
    found = await invoices_of(adapters, firm)
    assert {key: row.clio_state for key, row in found.items()} == {
        1: ClioState.deleted,
        2: ClioState.paid,
        500: ClioState.awaiting_payment,
    }
    await diary.live_until(date(2026, 3, 18))
    assert diary.mails() == []


@pytest.mark.parametrize("number", [3, 40])
async def test_leaving_an_account_costs_as_many_statements_however_many_bills(
    diary, adapters, firm, number
):
    # With 50,000 open bills, each with a collection, four of them write 50,000 rows: measured as
    # 10 to 14 seconds on two busy cores.
    now = adapters.clock.now()
    async with adapters.database.transaction(firm.id) as session:
        for turn in range(number):
            invoice = await make_invoice(
                session, firm=firm, client=None, now=now, due_on=DUE, clio_id=100 + turn
            )
            await make_collection(session, firm=firm, invoice=invoice, now=now)
    async with adapters.database.transaction(firm.id) as session:
        connection = await session.get_one(ClioConnection, firm.id)
        with counting(session) as statements:
            await leave_account(session, connection=connection, now=now)
    assert 5 < len(statements) < 20
    async with adapters.database.transaction(firm.id) as session:
        assert set(await session.scalars(select(Invoice.clio_state))) == {ClioState.deleted}
        assert set(await session.scalars(select(Collection.state))) == {CollectionState.stopped}
        kinds = Counter(await session.scalars(select(TimelineEntry.kind)))
        assert (kinds["changed_in_clio"], kinds["collection_ended"]) == (number + 1, number + 1)


@contextmanager
def counting(session: AsyncSession) -> Iterator[list[str]]:
    """The statements that are sent to the database meanwhile."""
    found: list[str] = []

    def note(_conn, _cursor, statement, *_rest) -> None:
        found.append(statement)

    connection = session.get_bind()
    event.listen(connection, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(connection, "before_cursor_execute", note)


async def _webhook_and_reread(adapters: Adapters, firm: Firm) -> None:
    """And a bill that is paid, which stays as it is."""
    now = adapters.clock.now()
    async with adapters.database.transaction(firm.id) as session:
        session.add(
            ClioWebhook(
                firm_id=firm.id,
                model=WebhookModel.bill,
                status=WebhookStatus.enabled,
                created_at=now,
            )
        )
        session.add(ClioReread(firm_id=firm.id, model=WebhookModel.bill, clio_id=1, marked_at=now))
        await make_invoice(
            session, firm=firm, client=None, now=now, due_on=DUE, clio_id=2, state=ClioState.paid
        )


async def _expect_ended(adapters: Adapters, firm: Firm) -> None:
    invoice = (await invoices_of(adapters, firm))[1]
    async with adapters.database.transaction(firm.id) as session:
        collection = (await session.scalars(select(Collection))).one()
        assert collection.state is CollectionState.stopped
        assert collection.end_reason == "The firm connected to another Clio account."
        entries = select(TimelineEntry.title).where(TimelineEntry.invoice_id == invoice.id)
        titles = (await session.scalars(entries)).all()
        assert "The firm connected to another Clio account" in titles
        assert (await session.scalars(select(ClioWebhook))).all() == []
        assert (await session.scalars(select(ClioReread))).all() == []


async def test_another_account_ends_a_run_of_the_first(client, diary, stub, adapters, firm):
    run = (await client.post("/api/v1/sync-runs")).json()
    async with adapters.database.transaction(firm.id) as session:
        under_way = await session.get_one(SyncRun, run["id"])
        under_way.kind, under_way.position = RunKind.first_import, {"listing": 0}
    stub.account_id = 78
    await connect_again(client, accept_other_account=True)
    async with adapters.database.transaction(firm.id) as session:
        old = await session.get_one(SyncRun, run["id"])
        assert (old.state, old.error) == (
            RunState.failed,
            "The firm connected to another Clio account.",
        )
        # The new import begins at its own first page.
        assert {row.position for row in await session.scalars(select(SyncRun))} == {None}
    newest = (await client.get("/api/v1/sync-runs", params={"limit": 9})).json()["items"]
    assert {item["kind"] for item in newest if item["state"] == "running"} == {"first_import"}


async def test_the_yes_to_another_account_changes_nothing_for_the_same_one(
    client, diary, adapters, firm
):
    await connect_again(client, accept_other_account=True)
    assert (await invoices_of(adapters, firm))[1].clio_state is ClioState.awaiting_payment
    assert (await connection_of(adapters, firm)).watermark is not None


async def test_another_region_needs_another_firm(client, diary, adapters, firm):
    answer = await client.post(CONNECTION, json={"region": "eu", "accept_other_account": True})
    assert answer.status_code == 409
    assert "An account in another region needs its own firm here." in answer.json()["detail"]
    assert (await connection_of(adapters, firm)).state is ConnectionState.connected


async def test_another_region_is_refused_on_the_way_back(client, adapters, firm, stub):
    """Two tabs: the firm was connected in another region while this one was at Clio."""
    answer = await client.post(CONNECTION, json={"region": "us", "accept_other_account": True})
    state = parse_qs(urlsplit(answer.json()["authorize_url"]).query)["state"][0]
    await connect(adapters, firm, region="eu", clio_account_id=77)
    back = await client.get("/api/v1/clio/callback", params={"code": "abc", "state": state})
    assert back.headers["location"].endswith("?error=other_region&account=Hale+%26+Moreno")
    assert (await connection_of(adapters, firm)).region == "eu"
