"""The product and the sandbox's Clio on a real port: the whole way, and every switch and fault."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from html import unescape
from typing import Any

import httpx
import httpx2
import pytest
from pydantic import SecretStr
from sqlalchemy import func, select

from clio_openapi import load_contract
from factories import make_payment
from fakes import MovableClock
from integrations.clio_firm import connection_of, invoices_of, sync, titles_of
from integrations.sandbox_serving import serving
from invoice_tracker.core.deps import Adapters
from invoice_tracker.core.errors import Conflict
from invoice_tracker.firms.models import Firm
from invoice_tracker.integrations.clio import access as clio_access
from invoice_tracker.integrations.clio import connecting, jobs, recorder, tasks
from invoice_tracker.integrations.clio.access import ClioAccess, open_client
from invoice_tracker.integrations.clio.models import ConnectionState, RunState
from invoice_tracker.integrations.clio.reader import ClioBillingSource
from invoice_tracker.integrations.clio.reading import Reading, read_again
from invoice_tracker.invoices.models import ClioState, Invoice, TimelineEntry
from invoice_tracker.payments.models import Payment, RecordState
from invoice_tracker.sandbox.clio.app import create_app
from invoice_tracker.sandbox.clio.store import Store

BIG = 0
SMALL = 1


class Sandbox:
    """The sandbox's Clio, and what a person does on its pages."""

    def __init__(self, http: httpx.AsyncClient, store: Store) -> None:
        self.http = http
        self.accounts = list(store.accounts)
        self.store = store

    async def do(self, path: str, /, **body: Any) -> Any:
        """Something that staff do in Clio, or a fault."""
        answer = await self.http.post(f"/sandbox/{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    async def consent(self, url: str, account: int, decision: str = "allow") -> httpx.URL:
        """Answer Clio's question; where the browser is sent."""
        page = await self.http.get(url)
        assert page.status_code == 200, page.text
        hidden = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text)
        form = {name: unescape(value) for name, value in hidden}
        form |= {"account_id": str(self.accounts[account]), "decision": decision}
        answer = await self.http.post("/oauth/authorize", data=form)
        assert answer.status_code == 303
        return httpx.URL(answer.headers["location"])

    async def new_bill(self, **fields: Any) -> int:
        """A new bill of the small firm; its id."""
        bill = await self.do("bills", account_id=self.accounts[SMALL], amount=1200, **fields)
        return int(bill["id"])


@pytest.fixture
async def sandbox(clock: MovableClock) -> AsyncIterator[Sandbox]:
    store = Store()
    app = create_app(store, clock, rate_limit=0)
    async with serving(app) as url, httpx.AsyncClient(base_url=url) as http:
        yield Sandbox(http, store)


@pytest.fixture
async def adapters(
    adapters: Adapters, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Adapters]:
    monkeypatch.setattr(clio_access, "SYNC_PATIENCE", 0.0)
    monkeypatch.setattr(recorder, "PATIENCE", 0.0)
    settings = adapters.settings.model_copy(
        update={
            "clio_base_url": str(sandbox.http.base_url),
            "clio_client_id": "sandbox-client",
            "clio_client_secret": SecretStr("sandbox-secret"),
        }
    )
    billing = ClioBillingSource(
        settings=settings,
        database=adapters.database,
        clock=adapters.clock,
        vault=adapters.vault,
        throttle=adapters.throttle,
    )
    yield replace(adapters, settings=settings, billing=billing)
    await billing.close()


async def connect(client: httpx.AsyncClient, sandbox: Sandbox, account: int = SMALL) -> str:
    """Through Clio's own page and back; where the product sends the browser then."""
    answer = await client.post("/api/v1/clio/connection", json={"region": "us"})
    back = await sandbox.consent(answer.json()["authorize_url"], account)
    answer = await client.get(back.raw_path.decode())
    assert answer.status_code == 303
    return str(answer.headers["location"])


@pytest.fixture
async def connected(client: httpx.AsyncClient, sandbox: Sandbox, adapters, firm) -> None:
    assert (await connect(client, sandbox)).endswith("/welcome?connected=1")
    await jobs.run_requested(adapters, firm.id)
    assert (await connection_of(adapters, firm)).error is None


def expected(sandbox: Sandbox, account: int, state: str) -> set[int]:
    """Revenue bills of the sandbox in this state."""
    bills = sandbox.store.accounts[sandbox.accounts[account]].table("bills")
    return {
        key
        for key, bill in bills.items()
        if bill["state"] == state and bill["kind"] != "trust_kind"
    }


async def test_the_big_firm_is_imported_whole(client, sandbox, adapters, firm, clock):
    await connect(client, sandbox, BIG)
    await jobs.run_requested(adapters, firm.id)
    run = (await client.get("/api/v1/sync-runs")).json()["items"][0]
    assert (run["state"], run["error"]) == ("succeeded", None)
    found = await invoices_of(adapters, firm)
    still_open = {key for key, row in found.items() if row.clio_state == "awaiting_payment"}
    assert still_open == expected(sandbox, BIG, "awaiting_payment")
    assert {key for key, row in found.items() if row.clio_state == "paid"} <= expected(
        sandbox, BIG, "paid"
    )
    assert run["invoices_updated"] == len(found)
    # A second reading writes nothing.
    async with adapters.database.transaction(firm.id) as session:
        told = await session.scalar(select(func.count()).select_from(TimelineEntry))
    clock.move(minutes=15)
    assert (await sync(adapters, firm)).invoices_updated == 0
    async with adapters.database.transaction(firm.id) as session:
        assert await session.scalar(select(func.count()).select_from(TimelineEntry)) == told


async def test_declining_comes_back_with_a_word(client, sandbox):
    answer = await client.post("/api/v1/clio/connection", json={"region": "eu"})
    back = await sandbox.consent(answer.json()["authorize_url"], SMALL, decision="decline")
    answer = await client.get(back.raw_path.decode())
    assert answer.headers["location"].endswith("/welcome?error=declined")


async def test_what_staff_do_in_clio_arrives(sandbox, adapters, firm, connected, clock):
    names = ("paid", "part", "void", "deleted", "unapproved", "moved", "draft", "trust")
    bills = {
        name: await sandbox.new_bill(
            approved=name != "draft", kind="trust_kind" if name == "trust" else "revenue_kind"
        )
        for name in names
    }
    await sync(adapters, firm)
    found = await invoices_of(adapters, firm)
    assert {name for name, key in bills.items() if key in found} == set(names) - {"draft", "trust"}
    # A deleted bill is asked for once an hour.
    clock.move(hours=1)
    await sandbox.do(f"bills/{bills['paid']}/payments")
    await sandbox.do(f"bills/{bills['part']}/payments", amount=200.5)
    await sandbox.do(f"bills/{bills['void']}/void")
    await sandbox.do(f"bills/{bills['deleted']}/delete")
    await sandbox.do(f"bills/{bills['unapproved']}/unapprove")
    await sandbox.do(f"bills/{bills['moved']}/due_date", due_at="2026-09-01")
    await sandbox.do(f"bills/{bills['draft']}/approve")
    run = await sync(adapters, firm)
    assert (run.state, run.invoices_updated) == (RunState.succeeded, 7)
    found = await invoices_of(adapters, firm)
    states = {name: found[key].clio_state for name, key in bills.items() if key in found}
    assert states == {
        "paid": ClioState.paid,
        "part": ClioState.awaiting_payment,
        "void": ClioState.void,
        "deleted": ClioState.deleted,
        "unapproved": ClioState.draft,
        "moved": ClioState.awaiting_payment,
        "draft": ClioState.awaiting_payment,
    }
    assert found[bills["part"]].clio_balance_minor == 99_950
    assert str(found[bills["moved"]].due_on) == "2026-09-01"


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"kind": "status", "status": 500}, "error 500"),
        ({"kind": "status", "status": 403}, "may not do this"),
        ({"kind": "status", "status": 429}, "too many requests"),
        ({"kind": "malformed"}, "not valid JSON"),
        ({"kind": "truncate"}, "not valid JSON"),
        ({"kind": "drop"}, "Clio"),
    ],
)
async def test_faults_end_the_run_and_the_next_one_catches_up(
    sandbox, adapters, firm, connected, clock, fault, words
):
    bill = await sandbox.new_bill()
    await sandbox.do("faults", **fault, count=9, path="/bills.json")
    run = await sync(adapters, firm)
    assert run.state is RunState.failed
    assert words in (run.error or "")
    assert bill not in await invoices_of(adapters, firm)
    await sandbox.http.delete("/sandbox/faults")
    clock.move(minutes=15)
    assert (await sync(adapters, firm)).state is RunState.succeeded
    assert bill in await invoices_of(adapters, firm)


async def test_access_taken_back_in_clio(client, sandbox, adapters, firm, connected, clock):
    await sandbox.do(f"accounts/{sandbox.accounts[SMALL]}/revoke")
    run = await sync(adapters, firm)
    assert run.error == "Clio no longer accepts our access. Please connect to Clio again."
    assert (await connection_of(adapters, firm)).state is ConnectionState.needs_reconnect
    assert "?error=other_account&" in (await connect(client, sandbox, BIG))
    clock.move(minutes=1)
    assert (await connect(client, sandbox)).endswith("/settings/clio?connected=1")
    await jobs.run_requested(adapters, firm.id)
    assert (await client.get("/api/v1/sync-runs")).json()["items"][0]["state"] == "succeeded"


async def test_a_token_lasts_thirty_days_and_is_renewed(
    client, sandbox, adapters, firm, connected, clock
):
    clock.move(days=31)
    assert (await sync(adapters, firm)).state is RunState.succeeded


@pytest.mark.parametrize(
    ("switch", "state"),
    [
        ("allow", RecordState.confirmed),
        ("422", RecordState.queued),
        ("403", RecordState.queued),
        ("allow_without_balance_change", RecordState.queued),
    ],
)
async def test_recording_with_each_switch(
    sandbox, adapters, firm: Firm, connected, clock, switch, state
):
    bill = await sandbox.new_bill()
    await sync(adapters, firm)
    invoice: Invoice = (await invoices_of(adapters, firm))[bill]
    async with adapters.database.transaction(firm.id) as session:
        payment = await make_payment(
            session, firm=firm, invoice=invoice, now=clock.now(), amount_minor=120_000
        )
    await sandbox.do("switches", mark_paid=switch)
    await jobs.record_payments(adapters, firm.id)
    async with adapters.database.transaction(firm.id) as session:
        found = await session.get(Payment, payment.id, populate_existing=True)
        assert found is not None
        assert found.record_state is state
        assert bool(found.record_note) == (state is RecordState.queued)
    # Staff tick it off in Clio: the next reading confirms it.
    if switch in {"422", "403"}:
        clock.move(minutes=15)
        await sandbox.do(f"bills/{bill}/payments")
        await sync(adapters, firm)
        async with adapters.database.transaction(firm.id) as session:
            found = await session.get(Payment, payment.id, populate_existing=True)
            assert found is not None
            assert found.record_state is RecordState.confirmed


async def test_the_truth_check(client, sandbox, adapters, firm, connected, clock):
    bills = [await sandbox.new_bill() for _ in range(3)]
    await sync(adapters, firm)
    found = await invoices_of(adapters, firm)
    ids = [found[bill].id for bill in bills]
    clock.move(minutes=1)
    await sandbox.do(f"bills/{bills[0]}/payments")
    await sandbox.do(f"bills/{bills[1]}/delete")
    answer = await adapters.billing.reread(firm.id, ids)
    assert (answer.fresh, answer.problem) == (set(ids), None)
    after = await invoices_of(adapters, firm)
    assert [after[bill].clio_state for bill in bills] == ["paid", "deleted", "awaiting_payment"]
    assert "The bill is paid in Clio" in await titles_of(adapters, firm)


async def test_the_link_to_a_bill_leads_to_a_page(client, sandbox, adapters, firm, connected):
    bill = await sandbox.new_bill()
    await sync(adapters, firm)
    url = (await invoices_of(adapters, firm))[bill].clio_url
    assert (await sandbox.http.get(url)).status_code == 200


async def test_every_request_and_answer_is_one_that_clio_documents(
    client, sandbox, adapters, firm, clock, monkeypatch
):
    contract = load_contract()
    seen: list[str] = []

    async def check(answer: httpx2.Response) -> None:
        await answer.aread()
        contract.check(answer)
        seen.append(f"{answer.request.method} {answer.request.url.path}")

    def make_checked_http() -> httpx2.AsyncClient:
        return httpx2.AsyncClient(event_hooks={"response": [check]})

    for module in (clio_access, connecting):
        monkeypatch.setattr(module, "make_http", make_checked_http)
    await connect(client, sandbox)
    await jobs.run_requested(adapters, firm.id)
    bill = await sandbox.new_bill()
    assert (await sync(adapters, firm)).error is None
    invoice = (await invoices_of(adapters, firm))[bill]
    async with open_client(ClioAccess.of(adapters), firm.id) as clio:
        reading = Reading()
        await read_again(ClioAccess.of(adapters), clio, firm.id, [invoice.id], reading)
    assert reading.fresh == {invoice.id}
    async with adapters.database.transaction(firm.id) as session:
        await make_payment(
            session, firm=firm, invoice=invoice, now=clock.now(), amount_minor=120_000
        )
    await jobs.record_payments(adapters, firm.id)
    assert set(seen) >= {
        "GET /api/v4/users/who_am_i.json",
        "GET /api/v4/bills.json",
        "GET /api/v4/contacts.json",
        f"GET /api/v4/bills/{bill}.json",
        f"PATCH /api/v4/bills/{bill}.json",
    }


async def test_a_colleague_is_asked_by_one_task(client, sandbox, adapters, firm, connected, clock):
    bill = await sandbox.new_bill()
    await sync(adapters, firm)
    invoice = (await invoices_of(adapters, firm))[bill]
    async with adapters.database.transaction(firm.id) as session:
        payment = await make_payment(
            session, firm=firm, invoice=invoice, now=clock.now(), amount_minor=50_000
        )
        payment.record_state = RecordState.queued
        payment.record_note = "Only a part was paid."
        other = await make_payment(
            session, firm=firm, invoice=invoice, now=clock.now(), amount_minor=1_000
        )
    path = f"/api/v1/payments/{payment.id}/clio-task"
    made = sandbox.store.accounts[sandbox.accounts[SMALL]].table("tasks")
    before = set(made)
    await sandbox.do("faults", kind="status", status=503, count=1, path="/tasks.json")
    refused = await client.post(path)
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert set(made) == before
    for _ in range(2):
        answer = await client.post(path)
        assert (answer.status_code, answer.json()["has_clio_task"]) == (200, True)
    [task] = [row for key, row in made.items() if key not in before]
    assert task["name"] == f"Record a payment for bill {invoice.number}"
    assert "$500.00" in task["description"]
    assert "Only a part was paid." in task["description"]
    assert task["assignee"] == {"id": invoice.clio_user_id, "type": "User"}
    # One that waits for nobody.
    answer = await client.post(f"/api/v1/payments/{other.id}/clio-task")
    assert answer.status_code == 409


async def test_a_lost_answer_makes_no_second_task(sandbox, adapters, firm, connected, clock):
    bill = await sandbox.new_bill()
    await sync(adapters, firm)
    invoice = (await invoices_of(adapters, firm))[bill]
    async with adapters.database.transaction(firm.id) as session:
        payment = await make_payment(
            session, firm=firm, invoice=invoice, now=clock.now(), amount_minor=50_000
        )
        payment.record_state = RecordState.queued
    await sandbox.do("faults", kind="drop", count=1, path="/tasks.json")
    access = ClioAccess.of(adapters)
    with pytest.raises(Conflict, match="may have been made or not"):
        await tasks.ask_to_record(access, firm_id=firm.id, payment_id=payment.id)
    with pytest.raises(Conflict, match="being made at this moment"):
        await tasks.ask_to_record(access, firm_id=firm.id, payment_id=payment.id)
