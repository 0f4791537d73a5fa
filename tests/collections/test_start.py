"""Start Collection through the API: the preview tells the truth, and starting is atomic."""

import asyncio
from datetime import date
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select, update

from conftest import log_in
from factories import make_client, make_collection, make_firm, make_invoice, make_user
from fakes import MovableClock
from invoice_tracker.accounts.models import Role
from invoice_tracker.collections.models import Collection
from invoice_tracker.collections.schemas import Matching, Selection
from invoice_tracker.collections.start import start
from invoice_tracker.core.deps import Adapters
from invoice_tracker.domain.reminder_groups import Grouping
from invoice_tracker.domain.reminder_schedule import Backlog
from invoice_tracker.firms.models import Firm, SendingRules
from invoice_tracker.invoices.models import ClioState, Invoice, TimelineEntry
from invoice_tracker.invoices.repository import Section
from invoice_tracker.reminder_sets.schemas import StepIn
from invoice_tracker.reminder_sets.service import create_set

DUE = date(2026, 3, 16)


@pytest.fixture
async def set_id(adapters: Adapters, firm: Firm) -> str:
    """Mails at 0, +7 and +30."""
    async with adapters.database.transaction(firm.id) as session:
        return str(
            await create_set(
                session,
                firm_id=firm.id,
                name="Polite",
                description="",
                steps=[
                    StepIn(
                        offset_days=days,
                        subject="Invoice {{ invoice.number }}",
                        body="{{ invoice.balance }}\n\n{{ pay.link }}",
                    )
                    for days in (0, 7, 30)
                ],
                user_id=None,
                now=adapters.clock.now(),
            )
        )


async def an_invoice(adapters: Adapters, firm: Firm, **fields: Any) -> Invoice:
    due_on = fields.pop("due_on", DUE)
    email = fields.pop("email", f"c{id(fields)}-{len(fields)}@example.org")
    now = adapters.clock.now()
    async with adapters.database.transaction(firm.id) as session:
        client = fields.pop("client", None) or await make_client(session, firm=firm, email=email)
        return await make_invoice(
            session, firm=firm, client=client, now=now, due_on=due_on, **fields
        )


def body(set_id: str, *invoices: Invoice, backlog: str = "fitting_step") -> dict[str, Any]:
    return {
        "selection": {"invoice_ids": [str(invoice.id) for invoice in invoices]},
        "reminder_set_id": set_id,
        "backlog": backlog,
    }


async def test_the_preview_is_what_happens(
    client: httpx.AsyncClient, adapters: Adapters, firm: Firm, set_id: str
) -> None:
    soon = await an_invoice(adapters, firm)
    late = await an_invoice(adapters, firm, due_on=date(2026, 2, 20))
    request = body(set_id, soon, late)
    preview = (await client.post("/api/v1/collections/preview", json=request)).json()
    assert (preview["startable"], preview["clients"]) == (2, 2)
    assert preview["balances"] == [{"amount_minor": 240_000, "currency": "USD"}]
    assert preview["first_steps"] == [
        {"step_position": 1, "count": 1},
        {"step_position": 2, "count": 1},
    ]
    firsts = {each["invoice_id"]: each for each in preview["first_mails"]}
    assert firsts[str(soon.id)]["on"] == "2026-03-16"
    assert firsts[str(soon.id)]["step_position"] == 1
    assert firsts[str(soon.id)]["subject"] == f"Invoice {soon.number}"
    assert firsts[str(late.id)]["on"] == "2026-03-02"
    assert firsts[str(late.id)]["step_position"] == 2, "+7 fits ten days overdue"
    assert sum(each["count"] for each in preview["mails_by_day"]) == 5
    async with adapters.database.transaction(firm.id) as session:
        assert await session.scalar(select(func.count()).select_from(Collection)) == 0

    started = await client.post("/api/v1/collections", json=request)
    assert started.status_code == 201, started.text
    assert started.json() == {"started": 2, "refused": []}
    assert adapters.poke.pokes == [("send_firm", firm.id)]  # type: ignore[attr-defined]
    rows = (await client.get("/api/v1/invoices", params={"section": "active_reminders"})).json()
    by_id = {row["id"]: row["collection"]["next_reminder_at"] for row in rows["items"]}
    assert by_id == {key: each["at"] for key, each in firsts.items()}


@pytest.mark.parametrize(
    ("backlog", "first"), [("first_step", 1), ("fitting_step", 2), ("skip_past", 3)]
)
async def test_backlog(
    client: httpx.AsyncClient,
    adapters: Adapters,
    firm: Firm,
    set_id: str,
    backlog: str,
    first: int,
) -> None:
    late = await an_invoice(adapters, firm, due_on=date(2026, 2, 20))
    request = body(set_id, late, backlog=backlog)
    preview = (await client.post("/api/v1/collections/preview", json=request)).json()
    assert preview["first_mails"][0]["step_position"] == first


async def test_what_cannot_be_reminded_says_why(
    client: httpx.AsyncClient, adapters: Adapters, firm: Firm, set_id: str
) -> None:
    good = await an_invoice(adapters, firm)
    cases = {
        "address": await an_invoice(adapters, firm, email=None),
        "due date": await an_invoice(adapters, firm, due_on=None),
        "minimum": await an_invoice(adapters, firm, total_minor=400),
        "overdue": await an_invoice(adapters, firm, due_on=date(2025, 6, 1)),
        "paid": await an_invoice(adapters, firm, state=ClioState.paid, paid_minor=120_000),
        "void": await an_invoice(adapters, firm, state=ClioState.void),
    }
    running = await an_invoice(adapters, firm)
    async with adapters.database.transaction(firm.id) as session:
        await make_collection(session, firm=firm, invoice=running, now=adapters.clock.now())
    request = body(set_id, good, running, *cases.values())
    preview = (await client.post("/api/v1/collections/preview", json=request)).json()
    reasons = {each["invoice_id"]: each["reason"] for each in preview["refused"]}
    assert preview["startable"] == 1
    for word, invoice in cases.items():
        assert word in reasons[str(invoice.id)], reasons[str(invoice.id)]
    assert reasons[str(running.id)] == "Reminders are already active."
    started = (await client.post("/api/v1/collections", json=request)).json()
    assert started["started"] == 1
    assert started["refused"] == preview["refused"]


async def test_asking_twice_starts_once(
    client: httpx.AsyncClient, adapters: Adapters, firm: Firm, set_id: str
) -> None:
    invoice = await an_invoice(adapters, firm)
    first = (await client.post("/api/v1/collections", json=body(set_id, invoice))).json()
    second = (await client.post("/api/v1/collections", json=body(set_id, invoice))).json()
    assert (first["started"], second["started"]) == (1, 0)
    assert second["refused"][0]["reason"] == "Reminders are already active."


async def test_all_that_match_the_filter(
    client: httpx.AsyncClient, adapters: Adapters, firm: Firm, set_id: str
) -> None:
    wanted = [await an_invoice(adapters, firm, number=f"2026-{n}") for n in range(3)]
    await an_invoice(adapters, firm, number="1999-1")
    request = {
        "selection": {"all_matching": {"section": "no_reminders", "q": "2026-"}},
        "reminder_set_id": set_id,
        "backlog": "fitting_step",
    }
    started = (await client.post("/api/v1/collections", json=request)).json()
    assert started["started"] == 3
    async with adapters.database.transaction(firm.id) as session:
        kinds = await session.scalars(
            select(TimelineEntry.invoice_id).where(TimelineEntry.kind == "collection_started")
        )
        assert set(kinds) == {invoice.id for invoice in wanted}


async def test_a_selection_is_one_of_two(client: httpx.AsyncClient, set_id: str) -> None:
    for selection in ({}, {"invoice_ids": []}, {"invoice_ids": [set_id], "all_matching": {}}):
        answer = await client.post(
            "/api/v1/collections",
            json={"selection": selection, "reminder_set_id": set_id, "backlog": "skip_past"},
        )
        assert answer.status_code == 422, selection


async def test_warnings(
    client: httpx.AsyncClient, adapters: Adapters, firm: Firm, set_id: str
) -> None:
    async with adapters.database.transaction(firm.id) as session:
        await session.execute(update(SendingRules).values(safe_mode=True))
        shared = await make_client(session, firm=firm, email="both@example.org")
    invoices = [await an_invoice(adapters, firm, client=shared) for _ in range(2)]
    preview = (
        await client.post("/api/v1/collections/preview", json=body(set_id, *invoices))
    ).json()
    text = " ".join(preview["warnings"])
    assert "Safe Mode" in text
    assert "several invoices" in text
    assert "one e-mail per client" in text
    assert [each["on"] for each in preview["first_mails"]] == ["2026-03-16", "2026-03-16"]
    assert preview["mails_by_day"][0] == {"on": "2026-03-16", "count": 1}


async def test_without_groups_several_to_one_person_are_planned_apart(
    client: httpx.AsyncClient, adapters: Adapters, firm: Firm, set_id: str
) -> None:
    async with adapters.database.transaction(firm.id) as session:
        await session.execute(update(SendingRules).values(grouping=Grouping.none))
        shared = await make_client(session, firm=firm, email="both@example.org")
    invoices = [await an_invoice(adapters, firm, client=shared) for _ in range(2)]
    preview = (
        await client.post("/api/v1/collections/preview", json=body(set_id, *invoices))
    ).json()
    assert [each["on"] for each in preview["first_mails"]] == ["2026-03-16", "2026-03-19"]


async def test_an_archived_set_cannot_be_started(
    client: httpx.AsyncClient, adapters: Adapters, firm: Firm, set_id: str
) -> None:
    invoice = await an_invoice(adapters, firm)
    await client.delete(f"/api/v1/reminder-sets/{set_id}")
    answer = await client.post("/api/v1/collections", json=body(set_id, invoice))
    assert answer.status_code == 404


async def test_an_attorney_does_not_start(
    anonymous: httpx.AsyncClient, adapters: Adapters, firm: Firm, set_id: str
) -> None:
    invoice = await an_invoice(adapters, firm)
    async with adapters.database.transaction(firm.id) as session:
        attorney = await make_user(session, firm=firm, now=adapters.clock.now(), role=Role.attorney)
    await log_in(anonymous, adapters, attorney)
    answer = await anonymous.post("/api/v1/collections", json=body(set_id, invoice))
    assert answer.status_code == 403


async def test_two_people_start_at_once(committed_adapters: Adapters, clock: MovableClock) -> None:
    database = committed_adapters.database
    async with database.transaction() as session:
        firm = await make_firm(session, now=clock.now())
        client = await make_client(session, firm=firm)
        for _ in range(5):
            await make_invoice(session, firm=firm, client=client, now=clock.now(), due_on=DUE)
        sets = [
            await create_set(
                session,
                firm_id=firm.id,
                name=name,
                description="",
                steps=[StepIn(subject="Invoice", body="Please pay.")],
                user_id=None,
                now=clock.now(),
            )
            for name in ("One", "Two")
        ]

    async def begin(set_id: Any) -> int:
        async with database.transaction(firm.id) as session:
            started, _ = await start(
                session,
                firm_id=firm.id,
                selection=Selection(all_matching=Matching(section=Section.no_reminders)),
                reminder_set_id=set_id,
                backlog=Backlog.fitting_step,
                user_id=None,
                actor=None,
                now=clock.now(),
            )
            return len(started)

    counts = await asyncio.gather(*(begin(each) for each in (*sets, *sets)))
    assert sorted(counts) == [0, 0, 0, 5]


async def test_the_preview_warns_of_clios_own_reminders(
    adapters: Adapters, client: httpx.AsyncClient, firm: Firm, set_id: str
) -> None:
    now = adapters.clock.now()
    async with adapters.database.transaction(firm.id) as session:
        people = [
            await make_client(session, firm=firm, name=name, clio_reminders_enabled=on)
            for name, on in (("Bo Berg", True), ("Ada Okafor", True), ("Cy Diaz", False))
        ]
        invoices = [
            await make_invoice(session, firm=firm, client=person, now=now, due_on=DUE)
            for person in [*people, people[0]]
        ]
    path = "/api/v1/collections/preview"
    warnings = (await client.post(path, json=body(set_id, *invoices))).json()["warnings"]
    told = [each for each in warnings if each.startswith("Clio itself")]
    assert told == [
        "Clio itself also sends reminders to 2 clients here (Ada Okafor, Bo Berg). Turn them off"
        " in Clio, or they get both: Billing, Outstanding Balances, the switch in the column"
        " Reminders."
    ]
    warnings = (await client.post(path, json=body(set_id, invoices[2]))).json()["warnings"]
    assert not [each for each in warnings if "Clio itself" in each]
