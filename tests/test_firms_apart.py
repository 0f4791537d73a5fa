"""Invariant 8: one firm never sees, counts or touches what is another's, on any route.

Every operation of the contract with an id in its address is called with another firm's id, and
every list is asked by a firm that has nothing. An operation that is new and not covered fails here.
"""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text

from conftest import log_in
from factories import make_client, make_firm, make_invoice, make_user
from invoice_tracker.answers.models import AnsweredInvoice, ClientAnswer
from invoice_tracker.auto_collect.models import AutoCollectRule
from invoice_tracker.collections.models import Collection, HoldRow, Promise, Reminder, ReminderState
from invoice_tracker.core.database import enter_firm
from invoice_tracker.core.deps import Adapters
from invoice_tracker.domain.client_answers import AnswerKind
from invoice_tracker.domain.holds import HoldKind
from invoice_tracker.domain.reminder_schedule import Anchor, Backlog, StepKind
from invoice_tracker.firms.models import Firm, FirmClosure
from invoice_tracker.integrations.clio.models import RunKind, RunState, SyncRun
from invoice_tracker.invoices.note_models import InvoiceNote
from invoice_tracker.main import create_app
from invoice_tracker.models import metadata
from invoice_tracker.payments.models import Payment, PaymentSource, PaymentState, RecordState
from invoice_tracker.payments.proof_models import ProofKind
from invoice_tracker.payments.proof_runs import begin_proof
from invoice_tracker.reminder_sets.models import ReminderSet, ReminderSetVersion, ReminderStep

STEP = {
    "kind": "email", "anchor": "due", "offset_days": 7, "repeat_every_days": None,
    "repeat_max": None, "needs_approval": False, "subject": "Invoice {{ invoice.number }}",
    "body": "{{ invoice.balance }} {{ pay.link }}", "cc": [], "bcc": [],
}  # fmt: skip

SET_FILE = "format: 1\nname: Taken\nsteps: [{subject: Hello, body: You owe us}]\n"

# What an operation needs to get past the check of its input, so that only the id is wrong.
BODIES: dict[str, Any] = {
    "clients_update": {"email_override": "attacker@example.com"},
    "reminder_sets_update": {"name": "Taken", "description": "", "steps": [STEP], "version": 1},
    "reminder_sets_set_approval": {"needs_approval": True},
    "collections_pause": {"until": None, "reason": "attack"},
    "collections_stop": {"reason": "attack"},
    "reminder_sets_difference": {"steps": [STEP]},
    "reminder_sets_compare_file": {"text": SET_FILE},
    "reminder_sets_move": {},
    "clients_pause": {"reason": "attack"},
    "reminder_sets_pause": {"reason": "attack"},
    "invoices_create_note": {"text": "attack"},
    "invoices_create_promise": {"promised_on": "2026-03-20"},
    "invoices_open_dispute": {"reason": "attack"},
    "invoices_resolve_dispute": {"then": "stop"},
    "answers_decide": {"verdict": "decline"},
    "reminders_skip": {"reason": "attack"},
    "reminders_resolve": {"outcome": "send_again"},
    "reminders_mark_called": {"note": "attack"},
    "auto_collect_rules_update": {"name": "Taken", "reminder_set_id": str(uuid4())},
    "auto_collect_rules_activate": {"expected_count": 0},
    "payments_create_refund": {"reason": "attack"},
    "payments_note": {"amount_minor": 1, "received_on": "2026-03-02", "method": "cash"},
    "payments_assign": {"parts": [{"invoice_id": str(uuid4()), "amount_minor": 1}]},
    "payments_undo": {"reason": "attack"},
}

KEY = {"Idempotency-Key": "firms-apart-1"}

# Operations without an id in the address: each asks about, or changes, only the caller's own firm.
OF_THE_CALLER = {
    "payment_proofs_create",
    "accounts_create", "accounts_get_sign_up", "sessions_create", "sessions_get_current",
    "sessions_delete_current", "firm_get", "firm_update", "logo_get", "logo_update", "logo_delete",
    "thank_you_get", "thank_you_update", "thank_you_preview", "thank_you_send_test",
    "thank_you_list_variables", "pay_page_rules_get", "pay_page_rules_update", "sending_rules_get",
    "sending_rules_update", "setup_get", "closures_create", "holiday_countries_list",
    "sender_get", "sender_update",
    "sender_verification_create", "reminder_sets_create", "reminder_sets_lint",
    "reminder_sets_preview_mail", "reminder_sets_send_test_mail", "reminder_sets_list_ready_made",
    "reminder_sets_list_variables", "reminder_sets_import", "reminder_sets_check_file",
    "collections_preview", "collections_start", "activity_get",
    "forecast_get",
    "firm_pause", "firm_resume", "payments_export",
    "reports_export_ageing", "reports_export_dso", "reports_export_collected",
    "reports_export_by_reminder_set", "reports_export_promises", "reports_export_forecast",
    "invoices_sections", "invoices_export", "collection_changes_preview",
    "collection_changes_create", "clio_get_connection", "clio_create_connection", "clio_callback",
    "auto_collect_rules_create", "auto_collect_rules_reorder", "auto_collect_rules_dry_run",
    "auto_collect_rules_list_choices",
    "clio_update_connection", "clio_disconnect", "sync_runs_create", "stripe_get_connection",
    "upcoming_draft", "upcoming_review", "upcoming_undo", "blast_guard_get", "blast_guard_pause",
    "blast_guard_release", "events_stream", "health_report_get", "stripe_connect",
    "stripe_disconnect", "stripe_check_connection",
    "stripe_rotate_webhook", "health_get", "readiness_get",
}  # fmt: skip


@dataclass(frozen=True)
class Victim:
    """A firm with one row of everything."""

    firm: Firm
    ids: dict[str, UUID]
    client_id: UUID


def operations() -> Iterator[tuple[str, str, str]]:
    """Operation id, method, path."""
    from pydantic import SecretStr

    from invoice_tracker.settings import Environment, Settings

    settings = Settings(
        _env_file=None, environment=Environment.test, secret_keys=[SecretStr("x" * 40)]
    )
    for path, methods in create_app(settings=settings).openapi()["paths"].items():
        for method, operation in methods.items():
            yield operation["operationId"], method.upper(), path


ALL = list(operations())
WITH_ID = [entry for entry in ALL if "{" in entry[2]]
LISTS = [
    entry for entry in ALL if entry[1] == "GET" and entry not in WITH_ID
    and entry[0] not in OF_THE_CALLER
]  # fmt: skip


@pytest.fixture
async def victim(adapters: Adapters) -> Victim:
    now = adapters.clock.now()
    async with adapters.database.transaction() as session:
        firm = await make_firm(session, now=now, name="Victim LLP")
        client = await make_client(session, firm=firm)
        invoice = await make_invoice(session, firm=firm, client=client, now=now, due_on=now.date())
        reminder_set = ReminderSet(firm_id=firm.id, name="Standard", created_at=now, updated_at=now)
        session.add(reminder_set)
        await session.flush()
        version = ReminderSetVersion(
            firm_id=firm.id, reminder_set_id=reminder_set.id, version=1, created_at=now
        )
        session.add(version)
        await session.flush()
        step = ReminderStep(
            firm_id=firm.id,
            version_id=version.id,
            position=1,
            kind=StepKind.email,
            anchor=Anchor.due,
            offset_days=7,
            subject=STEP["subject"],
            body=STEP["body"],
        )
        collection = Collection(
            firm_id=firm.id,
            invoice_id=invoice.id,
            version_id=version.id,
            backlog=Backlog.fitting_step,
            started_at=now,
        )
        payment = Payment(
            firm_id=firm.id,
            invoice_id=invoice.id,
            source=PaymentSource.stripe,
            amount_minor=100,
            currency="USD",
            state=PaymentState.settled,
            record_state=RecordState.queued,
            created_at=now,
            settled_at=now,
        )
        run = SyncRun(
            firm_id=firm.id,
            kind=RunKind.scheduled,
            state=RunState.succeeded,
            started_at=now,
            heartbeat_at=now,
        )
        rule = AutoCollectRule(
            firm_id=firm.id,
            name="Rule",
            priority=1,
            is_enabled=False,
            reminder_set_id=reminder_set.id,
            backlog=Backlog.fitting_step,
            created_at=now,
            updated_at=now,
        )
        session.add_all([step, collection, payment, run, rule])
        await session.flush()
        reminder = Reminder(
            firm_id=firm.id,
            collection_id=collection.id,
            invoice_id=invoice.id,
            step_id=step.id,
            occurrence=1,
            kind=StepKind.email,
            recipient="ada@example.org",
            dedupe_key="key",
            planned_on=now.date(),
            state=ReminderState.awaiting_approval,
            balance_minor=120_000,
            currency="USD",
            created_at=now,
        )
        hold = HoldRow(firm_id=firm.id, invoice_id=invoice.id, kind=HoldKind.paused, starts_at=now)
        wide = HoldRow(firm_id=firm.id, client_id=client.id, kind=HoldKind.paused, starts_at=now)
        closure = FirmClosure(
            firm_id=firm.id, starts_on=now.date(), ends_on=now.date(), reason="Closed"
        )
        session.add_all([reminder, hold, wide, closure])
        await session.flush()
        promise = Promise(
            firm_id=firm.id,
            invoice_id=invoice.id,
            hold_id=hold.id,
            promised_on=now.date(),
            amount_minor=100,
            currency="USD",
            created_at=now,
        )
        answer = ClientAnswer(
            id=uuid4(),
            firm_id=firm.id,
            client_id=client.id,
            recipient="ada@example.org",
            kind=AnswerKind.plan,
            created_at=now,
        )
        note = InvoiceNote(
            id=uuid4(),
            firm_id=firm.id,
            invoice_id=invoice.id,
            text="Called twice",
            author="Dana Hale",
            created_at=now,
        )
        session.add_all([promise, answer, note])
        proof = await begin_proof(session, firm_id=firm.id, kind=ProofKind.nightly, now=now)
        await session.flush()
        session.add(
            AnsweredInvoice(
                answer_id=answer.id, invoice_id=invoice.id, firm_id=firm.id, hold_id=hold.id
            )
        )
        await session.flush()
    ids = {
        "invoices": invoice.id,
        "clients": client.id,
        "payments": payment.id,
        "reminder-sets": reminder_set.id,
        "collections": collection.id,
        "reminders": reminder.id,
        "sync-runs": run.id,
        "auto-collect-rules": rule.id,
        "closures": closure.id,
        "promises": promise.id,
        "answers": answer.id,
        "invoice-notes": note.id,
        "payment-proofs": proof.id,
    }
    return Victim(firm=firm, ids=ids, client_id=client.id)


@pytest.fixture
async def attacker(anonymous: httpx.AsyncClient, adapters: Adapters) -> httpx.AsyncClient:
    async with adapters.database.transaction() as session:
        firm = await make_firm(session, now=adapters.clock.now(), name="Attacker LLP")
        user = await make_user(session, firm=firm, now=adapters.clock.now())
    await log_in(anonymous, adapters, user)
    return anonymous


@pytest.fixture
async def untouched(adapters: Adapters, victim: Victim) -> AsyncIterator[None]:
    """Nothing of the victim has changed by the end of the test."""
    before = await contents(adapters, victim)
    yield
    assert await contents(adapters, victim) == before


async def contents(adapters: Adapters, victim: Victim) -> dict[str, list[str]]:
    async with adapters.database.transaction(victim.firm.id) as session:
        return {
            table.name: sorted(
                await session.scalars(text(f'SELECT row_to_json(t)::text FROM "{table.name}" t'))
            )
            for table in metadata.sorted_tables
        }


@pytest.mark.parametrize(("operation", "method", "path"), WITH_ID, ids=lambda value: str(value))
async def test_another_firms_id_is_not_found(
    attacker: httpx.AsyncClient,
    victim: Victim,
    untouched: None,
    operation: str,
    method: str,
    path: str,
) -> None:
    noun = path.removeprefix("/api/v1/").split("/")[0]
    address = path[: path.index("{")] + str(victim.ids[noun]) + path[path.index("}") + 1 :]
    assert "{" not in address
    body = BODIES.get(operation, {} if method == "POST" else None)
    query = {"on": "2026-03-02"} if operation == "collections_explain" else None
    answer = await attacker.request(method, address, json=body, params=query, headers=KEY)
    assert answer.status_code == 404, answer.text
    assert answer.json()["code"] == "not_found"
    unknown = address.replace(str(victim.ids[noun]), str(uuid4()))
    same = await attacker.request(method, unknown, json=body, params=query, headers=KEY)
    assert same.json() == answer.json(), "an id that exists elsewhere must look like none"


@pytest.mark.parametrize(("operation", "method", "path"), LISTS, ids=lambda value: str(value))
async def test_a_list_shows_nothing_of_another_firm(
    attacker: httpx.AsyncClient, victim: Victim, operation: str, method: str, path: str
) -> None:
    answer = await attacker.request(method, path)
    assert answer.status_code == 200, answer.text
    assert answer.json()["items"] == []
    assert not answer.json().get("total")


@pytest.mark.parametrize("selection", ["ids", "all"])
async def test_no_collection_starts_on_another_firms_invoice(
    attacker: httpx.AsyncClient, victim: Victim, untouched: None, selection: str
) -> None:
    mine = await attacker.post(
        "/api/v1/reminder-sets", json={"name": "Mine", "description": "", "steps": [STEP]}
    )
    assert mine.status_code == 201, mine.text
    chosen = (
        {"invoice_ids": [str(victim.ids["invoices"])]}
        if selection == "ids"
        else {"all_matching": {"client_id": str(victim.client_id)}}
    )
    for set_id in (mine.json()["id"], str(victim.ids["reminder-sets"])):
        body = {"selection": chosen, "reminder_set_id": set_id, "backlog": "first_step"}
        answer = await attacker.post("/api/v1/collections", json=body)
        if answer.status_code < 400:
            assert answer.json()["started"] == 0
        else:
            assert answer.status_code in {404, 409, 422}


async def test_sections_and_activity_count_nothing_of_another_firm(
    attacker: httpx.AsyncClient, victim: Victim
) -> None:
    sections = (await attacker.get("/api/v1/invoices/sections")).json()["items"]
    assert [section["count"] for section in sections] == [0] * 5
    activity = (await attacker.get("/api/v1/activity")).json()
    assert not any(value for value in activity.values() if not isinstance(value, bool))


@pytest.mark.parametrize(("operation", "method", "path"), ALL, ids=lambda value: str(value))
async def test_without_a_log_in_there_is_nothing(
    anonymous: httpx.AsyncClient, victim: Victim, operation: str, method: str, path: str
) -> None:
    public = {
        "accounts_create", "accounts_get_sign_up", "sessions_create", "health_get",
        "readiness_get", "clio_callback",
    }  # fmt: skip
    if operation in public:
        return
    address = path.replace("{", "").replace("}", "")
    if "{" in path:
        noun = path.removeprefix("/api/v1/").split("/")[0]
        address = path[: path.index("{")] + str(victim.ids[noun]) + path[path.index("}") + 1 :]
    answer = await anonymous.request(method, address, json=BODIES.get(operation), headers=KEY)
    assert answer.status_code == 401, answer.text


def test_every_operation_is_covered() -> None:
    covered = {entry[0] for entry in WITH_ID + LISTS} | OF_THE_CALLER
    assert {entry[0] for entry in ALL} == covered


async def test_the_wall_stands_even_when_a_query_forgets_the_firm(
    adapters: Adapters, victim: Victim
) -> None:
    async with adapters.database.transaction() as session:
        other = await make_firm(session, now=adapters.clock.now(), name="Other LLP")
        await enter_firm(session, other.id)
        for table in metadata.sorted_tables:
            column = "id" if table.name == "firms" else "firm_id"
            foreign = await session.scalar(
                text(f'SELECT count(*) FROM "{table.name}" WHERE {column} <> :own'),
                {"own": other.id},
            )
            assert foreign == 0, table.name
