"""Reminders logged in Clio: once each, whatever workers, crashes and Clio's answers do."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import httpx2
import pytest
from outbox.outbox_helpers import a_content
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from clio_openapi import DOCUMENT, load_contract
from factories import make_client, make_collection, make_firm, make_invoice
from integrations.clio_firm import connect, connection_of
from integrations.sandbox_clio import ClioSandbox
from integrations.sandbox_serving import serving
from invoice_tracker.collections.models import Reminder, ReminderState
from invoice_tracker.core.database import Database
from invoice_tracker.core.deps import Adapters
from invoice_tracker.domain.reminder_schedule import StepKind
from invoice_tracker.firms.models import Firm
from invoice_tracker.integrations.clio import access, communications, jobs
from invoice_tracker.integrations.clio.communications import BACK_OFF, LEASE
from invoice_tracker.integrations.clio.models import (
    ClioConnection,
    CommunicationLog,
    ConnectionState,
    LogState,
)
from invoice_tracker.integrations.clio.other_account import REASON, leave_account
from invoice_tracker.invoices.models import Client, Matter, TimelineEntry
from invoice_tracker.outbox.models import MessageState, OutboxMessage
from invoice_tracker.reminder_sets.models import ReminderStep
from invoice_tracker.sandbox.clio.app import create_app
from invoice_tracker.sandbox.clio.store import Row, Store

CONNECTION = "/api/v1/clio/connection"
SMALL = 1


class Crash(BaseException):
    """The process dies here: nothing may catch it."""


@pytest.fixture
async def sandbox(clock) -> AsyncIterator[ClioSandbox]:
    app = create_app(Store(), clock, rate_limit=0)
    async with serving(app) as url:
        sandbox = ClioSandbox(app, clock, url)
        yield sandbox
        await sandbox.close()


@pytest.fixture(autouse=True)
def checked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every request and every good answer is one that Clio documents; which ones were made."""
    seen: list[str] = []
    contract = load_contract() if DOCUMENT.exists() else None

    async def check_request(request: httpx2.Request) -> None:
        await request.aread()
        if contract is not None:
            contract.check_request(request)
        seen.append(request.url.path)

    async def check_answer(answer: httpx2.Response) -> None:
        if contract is None or answer.status_code != 201:
            return
        # But not the half of one, which a test asked for.
        if (await answer.aread()).endswith(b"}"):
            contract.check_response(answer)

    hooks = {"request": [check_request], "response": [check_answer]}
    monkeypatch.setattr(access, "make_http", lambda: httpx2.AsyncClient(event_hooks=hooks))
    monkeypatch.setattr(communications, "PATIENCE", 0.0)
    return seen


async def point(adapters: Adapters, firm: Firm, sandbox: ClioSandbox) -> Adapters:
    """The same, connected to the sandbox's small firm; reminders are logged from now on."""
    settings = adapters.settings.model_copy(update={"clio_base_url": sandbox.url})
    token = (await sandbox.allow(SMALL))["access_token"]
    await connect(
        adapters,
        firm,
        access_token=adapters.vault.encrypt(token),
        clio_user_id=next(iter(sandbox.rows("users", SMALL))),
        log_reminders_since=adapters.clock.now(),
        token_expires_at=adapters.clock.now() + timedelta(days=300),
    )
    return replace(adapters, settings=settings)


@pytest.fixture
async def product(adapters: Adapters, firm: Firm, sandbox: ClioSandbox) -> Adapters:
    return await point(adapters, firm, sandbox)


async def send(
    product: Adapters,
    firm: Firm,
    sandbox: ClioSandbox,
    *,
    of: Reminder | None = None,
    matter: int | None = 0,
    state: ReminderState = ReminderState.sent,
) -> Reminder:
    """A reminder that leaves now, or goes in the same mail as ``of``.

    ``matter`` counts the sandbox's matters; nothing for a bill that has none.
    """
    now = product.clock.now()
    async with product.database.transaction(firm.id) as session:
        invoice = await make_invoice(
            session,
            firm=firm,
            client=await _client(session, firm, sandbox),
            now=now,
            due_on=now.date(),
            matter_id=await _matter(session, firm, sandbox, matter),
        )
        collection = await make_collection(session, firm=firm, invoice=invoice, now=now)
        step_id = await session.scalar(
            select(ReminderStep.id).where(ReminderStep.version_id == collection.version_id)
        )
        reminder = Reminder(
            firm_id=firm.id,
            collection_id=collection.id,
            invoice_id=invoice.id,
            step_id=step_id,
            occurrence=1,
            kind=StepKind.email,
            recipient="ada@example.org",
            dedupe_key=str(uuid4()),
            planned_on=now.date(),
            state=state,
            balance_minor=120_000,
            currency="USD",
            outbox_message_id=of.outbox_message_id if of else await _mail(session, firm, now),
            created_at=now,
            ended_at=now,
        )
        session.add(reminder)
        await session.flush()
        return reminder


async def _client(session: AsyncSession, firm: Firm, sandbox: ClioSandbox) -> Client:
    clio_id = next(iter(sandbox.rows("contacts", SMALL)))
    found = await session.scalar(select(Client).where(Client.clio_id == clio_id))
    return found or await make_client(session, firm=firm, clio_id=clio_id)


async def _matter(
    session: AsyncSession, firm: Firm, sandbox: ClioSandbox, which: int | None
) -> UUID | None:
    if which is None:
        return None
    clio_id = list(sandbox.rows("matters", SMALL))[which]
    found = await session.scalar(select(Matter).where(Matter.clio_id == clio_id))
    if found is None:
        found = Matter(firm_id=firm.id, clio_id=clio_id, display_number="00009-Okafor")
        session.add(found)
        await session.flush()
    return found.id


async def _mail(session: AsyncSession, firm: Firm, now: datetime) -> UUID:
    message = OutboxMessage(
        firm_id=firm.id,
        kind="reminder",
        dedupe_key=str(uuid4()),
        recipient="ada@example.org",
        message_id=f"<{uuid4()}@example.com>",
        content=a_content().model_dump(mode="json"),
        state=MessageState.sent,
        next_attempt_at=now,
        created_at=now,
        sent_at=now,
    )
    session.add(message)
    await session.flush()
    return message.id


@pytest.fixture
def logged(sandbox: ClioSandbox) -> Callable[[], list[Row]]:
    """What Clio has got since the beginning."""
    before = set(sandbox.rows("communications", SMALL))

    def found() -> list[Row]:
        rows = sandbox.rows("communications", SMALL)
        return [row for key, row in rows.items() if key not in before]

    return found


async def logs_of(product: Adapters, firm: Firm) -> list[CommunicationLog]:
    async with product.database.transaction(firm.id) as session:
        rows = await session.scalars(
            select(CommunicationLog)
            .order_by(CommunicationLog.created_at, CommunicationLog.id)
            .execution_options(populate_existing=True)
        )
        return list(rows)


async def only_log(product: Adapters, firm: Firm) -> CommunicationLog:
    [only] = await logs_of(product, firm)
    return only


async def test_a_reminder_is_logged_once_as_clio_documents_it(
    product, firm, sandbox, logged, clock
):
    clock.move(minutes=1)
    reminder = await send(product, firm, sandbox)
    for _ in range(3):
        await jobs.log_reminders(product, firm.id)
        clock.move(hours=1)
    [made] = logged()
    assert (made["type"], made["subject"], made["body"]) == (
        "EmailCommunication",
        "Invoice 1042",
        "Dear Ada",
    )
    assert datetime.fromisoformat(made["received_at"]) == reminder.ended_at
    assert made["matter_id"] == next(iter(sandbox.rows("matters", SMALL)))
    user, contact = (next(iter(sandbox.rows(noun, SMALL))) for noun in ("users", "contacts"))
    assert made["senders"] == [{"id": user, "type": "User"}]
    assert made["receivers"] == [{"id": contact, "type": "Contact"}]
    log = await only_log(product, firm)
    assert (log.state, log.reminder_id, log.error) == (LogState.logged, reminder.id, None)
    assert log.clio_communication_id == made["id"]
    async with product.database.transaction(firm.id) as session:
        titles = await session.scalars(select(TimelineEntry.title))
        assert titles.all() == ["A reminder was logged in Clio"]


async def test_only_what_was_sent_is_logged(product, firm, sandbox, logged):
    await send(product, firm, sandbox, state=ReminderState.uncertain)
    await send(product, firm, sandbox, state=ReminderState.queued)
    await jobs.log_reminders(product, firm.id)
    assert (logged(), await logs_of(product, firm)) == ([], [])


async def test_off_until_it_is_switched_on_and_never_for_what_was_before(
    client, product, firm, sandbox, logged, clock
):
    on, off = {"log_reminders": True}, {"log_reminders": False}
    body = (await client.patch(CONNECTION, json=off)).json()
    assert (body["log_reminders"], body["reminder_log"]["since"]) == (False, None)
    await send(product, firm, sandbox)
    clock.move(minutes=5)
    await jobs.log_reminders(product, firm.id)
    body = (await client.patch(CONNECTION, json=on)).json()
    assert body["log_reminders"] is True
    assert datetime.fromisoformat(body["reminder_log"]["since"]) == clock.now()
    assert body["record_strategy"] == "automatic"
    clock.move(minutes=5)
    # Saying it again does not move the beginning.
    assert (await client.patch(CONNECTION, json=on)).json()["reminder_log"] == body["reminder_log"]
    await jobs.log_reminders(product, firm.id)
    assert logged() == []
    later = await send(product, firm, sandbox)
    await jobs.log_reminders(product, firm.id)
    assert len(logged()) == 1
    assert (await only_log(product, firm)).reminder_id == later.id
    await client.patch(CONNECTION, json=off)
    await send(product, firm, sandbox)
    await jobs.log_reminders(product, firm.id)
    assert len(logged()) == 1


async def test_off_for_a_firm_that_never_said_anything(client, adapters, firm):
    assert (await client.patch(CONNECTION, json={"log_reminders": True})).status_code == 404
    await connect(adapters, firm)
    body = (await client.get(CONNECTION)).json()
    assert (body["log_reminders"], body["reminder_log"]["since"]) == (False, None)


@asynccontextmanager
async def two_workers(adapters: Adapters, sandbox: ClioSandbox) -> AsyncIterator[tuple]:
    async with adapters.database.transaction() as session:
        firm = await make_firm(session, now=adapters.clock.now())
    yield await point(adapters, firm, sandbox), firm


async def test_two_workers_log_each_reminder_once(committed_adapters, sandbox, logged):
    async with two_workers(committed_adapters, sandbox) as (product, firm):
        reminders = [await send(product, firm, sandbox, matter=turn % 3) for turn in range(9)]
        pair = await send(product, firm, sandbox, of=reminders[0], matter=0)
        for _ in range(3):
            await asyncio.gather(*(jobs.log_reminders(product, firm.id) for _ in range(3)))
        logs = await logs_of(product, firm)
        assert {log.state for log in logs} == {LogState.logged}
        assert len(logged()) == len(logs) == 9
        assert {log.reminder_id for log in logs} - {pair.id} >= {r.id for r in reminders[1:]}
        assert {log.clio_communication_id for log in logs} == {row["id"] for row in logged()}


class DyingDatabase(Database):
    """Dies with the first transaction after ``is_over`` is true, and lives again afterwards."""

    def __init__(self, inner: Database, is_over: Callable[[], object]) -> None:
        self._inner, self._is_over = inner, is_over

    @asynccontextmanager
    async def transaction(self, firm_id: UUID | None = None) -> AsyncIterator[AsyncSession]:
        if self._is_over():
            raise Crash
        async with self._inner.transaction(firm_id) as session:
            yield session


async def test_a_crash_after_clio_took_it_makes_no_second(product, firm, sandbox, logged, clock):
    await send(product, firm, sandbox)
    dying = replace(product, database=DyingDatabase(product.database, logged))
    with pytest.raises(Crash):
        await jobs.log_reminders(dying, firm.id)
    assert (await only_log(product, firm)).state is LogState.pending
    # Nobody takes it over while it may still be under way.
    await jobs.log_reminders(product, firm.id)
    assert (await only_log(product, firm)).state is LogState.pending
    for _ in range(3):
        clock.move(seconds=LEASE.total_seconds())
        await jobs.log_reminders(product, firm.id)
    log = await only_log(product, firm)
    assert (log.state, log.error) == (LogState.uncertain, communications.MAYBE)
    assert len(logged()) == 1


async def test_a_late_answer_is_still_the_truth(product, firm, sandbox, logged, clock, monkeypatch):
    await send(product, firm, sandbox)
    make = communications._make

    async def slowly(*args):
        clio_id = await make(*args)
        clock.move(seconds=LEASE.total_seconds())
        await jobs.log_reminders(product, firm.id)
        assert (await only_log(product, firm)).state is LogState.uncertain
        return clio_id

    monkeypatch.setattr(communications, "_make", slowly)
    await jobs.log_reminders(product, firm.id)
    log = await only_log(product, firm)
    assert (log.state, log.error, len(logged())) == (LogState.logged, None, 1)


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "drop"},
        {"kind": "truncate"},
        {"kind": "malformed"},
        {"kind": "status", "status": 500},
        {"kind": "status", "status": 502},
    ],
)
async def test_a_lost_answer_is_uncertain_and_never_repeated(
    client, product, firm, sandbox, checked, clock, fault
):
    first, second = await send(product, firm, sandbox), await send(product, firm, sandbox)
    await sandbox.do("faults", count=1, path="/communications.json", **fault)
    await jobs.log_reminders(product, firm.id)
    log = await only_log(product, firm)
    assert (log.state, log.error) == (LogState.uncertain, communications.MAYBE)
    for _ in range(2):
        clock.move(days=1)
        await jobs.log_reminders(product, firm.id)
    assert checked.count("/api/v4/communications.json") == 2
    logs = {log.reminder_id: log.state for log in await logs_of(product, firm)}
    assert set(logs) == {first.id, second.id}
    assert sorted(logs.values()) == [LogState.logged, LogState.uncertain]
    shown = (await client.get(CONNECTION)).json()["reminder_log"]
    assert (shown["failed"], shown["uncertain"]) == (0, 1)
    assert "may have been logged or not" in shown["last_problem"]


@pytest.mark.parametrize("status", [400, 404, 422])
async def test_a_refusal_is_final_and_the_next_goes_on(
    client, product, firm, sandbox, logged, clock, status
):
    first = await send(product, firm, sandbox)
    clock.move(seconds=1)
    second = await send(product, firm, sandbox)
    await sandbox.do("faults", kind="status", status=status, path="/communications.json")
    await jobs.log_reminders(product, firm.id)
    clock.move(days=1)
    await jobs.log_reminders(product, firm.id)
    logs = {log.reminder_id: log for log in await logs_of(product, firm)}
    refused, good = logs[first.id], logs[second.id]
    assert (refused.state, good.state) == (LogState.failed, LogState.logged)
    assert refused.error.startswith("Clio ")
    assert len(logged()) == 1
    shown = (await client.get(CONNECTION)).json()["reminder_log"]
    assert (shown["failed"], shown["uncertain"], shown["last_problem"]) == (1, 0, refused.error)
    # Switched off and on again, it is over and done with.
    for on in (False, True):
        shown = (await client.patch(CONNECTION, json={"log_reminders": on})).json()["reminder_log"]
    assert (shown["failed"], shown["last_problem"]) == (0, None)


async def test_a_missing_permission_is_named(client, product, firm, sandbox, logged):
    sandbox.store.permissions["communications"] = "read"
    await send(product, firm, sandbox)
    await jobs.log_reminders(product, firm.id)
    assert logged() == []
    shown = (await client.get(CONNECTION)).json()
    assert shown["reminder_log"]["failed"] == 1
    assert "permission Communications: read and write" in shown["reminder_log"]["last_problem"]
    assert shown["state"] == "connected"


async def test_a_bill_without_a_matter_fails_in_words(product, firm, sandbox, checked, logged):
    await send(product, firm, sandbox, matter=None)
    await jobs.log_reminders(product, firm.id)
    log = await only_log(product, firm)
    assert (log.state, log.error) == (LogState.failed, "The bill has no matter.")
    assert (checked, logged()) == ([], [])


@pytest.mark.parametrize("status", [429, 503])
async def test_an_outage_backs_off_and_then_it_is_logged(
    product, firm, sandbox, logged, clock, status
):
    await send(product, firm, sandbox)
    fault = {"kind": "status", "status": status, "retry_after": 30}
    await sandbox.do("faults", count=2, path="/communications.json", **fault)
    for tries, wait in enumerate(BACK_OFF[:2], start=1):
        await jobs.log_reminders(product, firm.id)
        # Not before its time.
        await jobs.log_reminders(product, firm.id)
        log = await only_log(product, firm)
        assert (log.state, log.attempts) == (LogState.pending, tries)
        assert log.next_attempt_at == clock.now() + wait
        assert log.error.startswith("Clio ")
        clock.move(seconds=wait.total_seconds())
    await jobs.log_reminders(product, firm.id)
    log = await only_log(product, firm)
    assert (log.state, log.error, len(logged())) == (LogState.logged, None, 1)


async def test_clio_that_stays_away_is_given_up_in_the_end(product, firm, sandbox, checked, clock):
    await send(product, firm, sandbox)
    away = {"clio_base_url": "http://127.0.0.1:9"}
    product = replace(product, settings=product.settings.model_copy(update=away))
    for wait in (*BACK_OFF, timedelta()):
        await jobs.log_reminders(product, firm.id)
        clock.move(seconds=wait.total_seconds())
    log = await only_log(product, firm)
    assert (log.state, log.attempts) == (LogState.failed, len(BACK_OFF) + 1)
    assert log.error == "Given up after 8 tries. The last: Clio could not be reached."


async def test_what_waits_ends_when_it_is_switched_off(
    client, product, firm, sandbox, logged, clock
):
    await send(product, firm, sandbox)
    await sandbox.do("faults", kind="status", status=503, path="/communications.json")
    await jobs.log_reminders(product, firm.id)
    for on in (False, True):
        await client.patch(CONNECTION, json={"log_reminders": on})
        clock.move(days=1)
        await jobs.log_reminders(product, firm.id)
    log = await only_log(product, firm)
    assert (log.state, logged()) == (LogState.failed, [])
    assert log.error == "Logging was switched off before Clio could take it."


async def test_what_was_sent_under_another_account_stays_out_of_the_new_one(
    product, firm, sandbox, logged, clock
):
    clock.move(seconds=1)
    await send(product, firm, sandbox)
    await sandbox.do("faults", kind="status", status=503, path="/communications.json")
    await jobs.log_reminders(product, firm.id)
    await send(product, firm, sandbox)
    clock.move(days=1)
    async with product.database.transaction(firm.id) as session:
        connection = await session.get_one(ClioConnection, firm.id)
        await leave_account(session, connection=connection, now=clock.now())
    await jobs.log_reminders(product, firm.id)
    log = await only_log(product, firm)
    assert (log.state, log.error) == (LogState.failed, REASON)
    await send(product, firm, sandbox)
    await jobs.log_reminders(product, firm.id)
    assert len(logged()) == 1


async def test_access_that_was_taken_back_waits_for_a_new_connection(
    product, firm, sandbox, logged, clock
):
    await send(product, firm, sandbox)
    sandbox.store.tokens.clear()
    sandbox.store.refresh_tokens.clear()
    await jobs.log_reminders(product, firm.id)
    assert (await connection_of(product, firm)).state is ConnectionState.needs_reconnect
    assert (await only_log(product, firm)).state is LogState.pending
    clock.move(hours=1)
    await jobs.log_reminders(product, firm.id)
    assert (await only_log(product, firm)).attempts == 1
    token = (await sandbox.allow(SMALL))["access_token"]
    async with product.database.transaction(firm.id) as session:
        connection = await session.get(ClioConnection, firm.id)
        connection.state = ConnectionState.connected
        connection.access_token = product.vault.encrypt(token)
    await jobs.log_reminders(product, firm.id)
    assert len(logged()) == 1


async def test_a_mail_of_several_invoices_is_logged_once_for_each_matter(
    product, firm, sandbox, logged, clock
):
    one = await send(product, firm, sandbox, matter=0)
    await send(product, firm, sandbox, of=one, matter=0)
    await send(product, firm, sandbox, of=one, matter=1)
    await jobs.log_reminders(product, firm.id)
    matters = list(sandbox.rows("matters", SMALL))
    assert sorted(row["matter_id"] for row in logged()) == sorted(matters[:2])
    # One that a person declares as sent afterwards is in the matter's entry already.
    await send(product, firm, sandbox, of=one, matter=1)
    await jobs.log_reminders(product, firm.id)
    assert len(logged()) == 2


async def test_another_firms_reminders_stay_its_own(product, firm, sandbox, logged):
    async with product.database.transaction() as session:
        other = await make_firm(session, now=product.clock.now(), name="Other")
    await send(product, firm, sandbox)
    await jobs.log_reminders(product, other.id)
    assert logged() == []
    await jobs.log_reminders(product, firm.id)
    assert len(logged()) == 1
