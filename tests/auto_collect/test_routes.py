"""Auto-Collect rules through the API: writing, trying, ordering, and switching on."""

from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from scenarios.diary import Diary
from sqlalchemy import update

from conftest import log_in
from factories import make_firm, make_hold, make_user
from fakes import MovableClock, RecordingPoke
from invoice_tracker.accounts.models import Role
from invoice_tracker.auto_collect.jobs import run_if_due
from invoice_tracker.core.deps import Adapters
from invoice_tracker.firms.models import Firm
from invoice_tracker.invoices.models import Invoice, Matter

API = "/api/v1/auto-collect-rules"
TODAY = date(2026, 3, 2)


@pytest.fixture
async def diary(adapters: Adapters, firm: Firm, clock: MovableClock) -> Diary:
    return Diary.open(adapters, firm, clock)


async def overdue(diary: Diary, days: int, **fields: Any) -> Invoice:
    return await diary.invoice(TODAY - timedelta(days=days), **fields)


async def make_rule(client: httpx.AsyncClient, diary: Diary, **fields: Any) -> dict[str, Any]:
    """A rule of its own set, unless one is given."""
    if "reminder_set_id" not in fields:
        fields["reminder_set_id"] = await diary.set_of("0 +7 +30")
    body = {"name": "Overdue", **fields, "reminder_set_id": str(fields["reminder_set_id"])}
    answer = await client.post(API, json=body)
    assert answer.status_code == 201, answer.text
    rule: dict[str, Any] = answer.json()
    return rule


async def tried(client: httpx.AsyncClient, **wanted: Any) -> dict[str, Any]:
    answer = await client.post(f"{API}/dry-run", json=wanted)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def activate(client: httpx.AsyncClient, rule: dict[str, Any], count: int) -> httpx.Response:
    return await client.post(f"{API}/{rule['id']}/activate", json={"expected_count": count})


async def test_a_rule_is_written_changed_and_deleted(
    client: httpx.AsyncClient, diary: Diary
) -> None:
    ada = await diary.client(name="Ada Okafor")
    set_id = await diary.set_of("0 +7", name="Standard")
    rule = await make_rule(
        client,
        diary,
        name="Family Law",
        reminder_set_id=set_id,
        min_days_overdue=5,
        min_balance_minor=10_000,
        currency="USD",
        client_ids=[str(ada.id)],
        practice_areas=["Family"],
    )
    assert rule["is_enabled"] is False
    assert rule["reminder_set"] == {"id": str(set_id), "name": "Standard", "is_archived": False}
    assert rule["clients"] == [{"id": str(ada.id), "name": "Ada Okafor"}]
    assert (rule["started"], rule["active"], rule["backlog"]) == (0, 0, "fitting_step")

    body = {"name": "Old ones", "reminder_set_id": str(set_id), "min_days_overdue": 60}
    changed = await client.put(f"{API}/{rule['id']}", json=body)
    assert changed.status_code == 200, changed.text
    shown = (await client.get(f"{API}/{rule['id']}")).json()
    assert (shown["name"], shown["min_days_overdue"], shown["clients"]) == ("Old ones", 60, [])
    assert [each["id"] for each in (await client.get(API)).json()["items"]] == [rule["id"]]

    assert (await client.delete(f"{API}/{rule['id']}")).status_code == 204
    assert (await client.get(f"{API}/{rule['id']}")).status_code == 404
    assert (await client.get(API)).json()["items"] == []


@pytest.mark.parametrize(
    "fields",
    [
        {"min_days_overdue": 10, "max_days_overdue": 5},
        {"min_balance_minor": 10, "max_balance_minor": 5},
        {"currency": "dollars"},
        {"name": ""},
        {"client_ids": ["7b1c1d3e-0000-4000-8000-000000000000"]},
        {"matter_ids": ["7b1c1d3e-0000-4000-8000-000000000000"]},
        {"attorneys": ["two\nlines"]},
        {"surprise": 1},
    ],
)
async def test_what_makes_no_sense_is_not_saved(
    client: httpx.AsyncClient, diary: Diary, fields: dict[str, Any]
) -> None:
    body = {"name": "Rule", "reminder_set_id": str(await diary.set_of("0")), **fields}
    assert (await client.post(API, json=body)).status_code == 422
    assert (await client.post(f"{API}/dry-run", json={"rule": body})).status_code == 422


async def test_only_owner_and_billing_may_write(
    anonymous: httpx.AsyncClient, adapters: Adapters, firm: Firm, diary: Diary
) -> None:
    body = {"name": "Rule", "reminder_set_id": str(await diary.set_of("0"))}
    for role, status in [(Role.billing, 201), (Role.attorney, 403), (Role.viewer, 403)]:
        async with adapters.database.transaction(firm.id) as session:
            user = await make_user(session, firm=firm, now=diary.clock.now(), role=role)
        await log_in(anonymous, adapters, user)
        assert (await anonymous.post(API, json=body)).status_code == status, role
        assert (await anonymous.get(API)).status_code == 200


async def test_the_dry_run_says_what_starts_when_and_why_and_what_does_not(
    client: httpx.AsyncClient, diary: Diary, adapters: Adapters, firm: Firm
) -> None:
    fits = await overdue(diary, 8)
    euros = await overdue(diary, 10, currency="EUR", total_minor=5_000)
    young = await overdue(diary, 2)
    nowhere = await overdue(diary, 20, client=await diary.client(email=None))
    old = await overdue(diary, 200)
    held, running, stopped = [await overdue(diary, 9) for _ in range(3)]
    async with adapters.database.transaction(firm.id) as session:
        await make_hold(session, firm=firm, invoice=held, now=diary.clock.now(), reason="Ill")
    await diary.start("0 +60", running)
    [ended] = await diary.start("0 +60", stopped)
    await diary.stop(ended)

    rule = {"name": "Draft", "min_days_overdue": 5}
    rule["reminder_set_id"] = str(await diary.set_of("0 +7 +30", name="Standard"))
    found = await tried(client, rule=rule)
    assert (found["starting"], found["refused"]) == (2, 5)
    assert found["totals"] == [
        {"count": 1, "total": {"amount_minor": 5_000, "currency": "EUR"}},
        {"count": 1, "total": {"amount_minor": 120_000, "currency": "USD"}},
    ]
    assert [each["number"] for each in found["items"]] == [euros.number, fits.number]
    last = found["items"][1]
    assert last["why"] == "8 days overdue."
    assert last["refusal"] is None
    assert last["reminder_set"] == "Standard"
    assert last["rule"] == {"id": None, "name": "Draft"}
    assert last["first"]["step_position"] == 2, "the step that fits the age"
    assert last["first"]["on"] == "2026-03-02"

    refused = await tried(client, rule=rule, show="refused")
    reasons = {each["number"]: each["refusal"] for each in refused["items"]}
    assert reasons == {
        nowhere.number: "There is no e-mail address to send to.",
        old.number: "It is more than 180 days overdue: reminders never start that late.",
        held.number: "On hold: Paused: Ill.",
        running.number: "Reminders are already active.",
        stopped.number: "Reminders have ended before: only a person starts them again.",
    }
    assert young.number not in reasons
    assert sum(each["count"] for each in refused["reasons"]) == 5


async def test_the_dry_run_shows_a_page_of_many(client: httpx.AsyncClient, diary: Diary) -> None:
    for days in (5, 5, 6, 7, 8):
        await overdue(diary, days)
    await diary.invoice(None)
    rule = {"name": "All", "reminder_set_id": str(await diary.set_of("+30"))}
    seen: list[str] = []
    cursor = None
    for size in (2, 2, 1):
        found = await tried(client, rule=rule, limit=2, cursor=cursor)
        assert (found["starting"], len(found["items"])) == (5, size)
        seen += [each["number"] for each in found["items"]]
        cursor = found["next_cursor"]
    assert cursor is None
    assert len(set(seen)) == 5
    wrong = await client.post(f"{API}/dry-run", json={"rule": rule, "cursor": "WzFd"})
    assert wrong.status_code == 422


async def test_rules_name_attorneys_and_practice_areas(
    client: httpx.AsyncClient, diary: Diary, adapters: Adapters, firm: Firm
) -> None:
    async with adapters.database.transaction(firm.id) as session:
        family, other = [
            Matter(
                firm_id=firm.id,
                clio_id=number,
                display_number=f"0000{number}",
                attorney_name=attorney,
                practice_area=area,
            )
            for number, attorney, area in ((1, "Dana Hale", "Family"), (2, "Marco", "Corporate"))
        ]
        session.add_all([family, other])
    first = await overdue(diary, 9, matter_id=other.id, matter_ids=[other.id, family.id])
    second = await overdue(diary, 8, matter_id=other.id, matter_ids=[other.id])
    set_id = str(await diary.set_of("0"))
    for conditions, wanted in (
        ({"practice_areas": ["family"]}, [first.number]),
        ({"attorneys": ["MARCO"]}, [first.number, second.number]),
        ({"attorneys": ["Dana Hale"], "practice_areas": ["Corporate"]}, [first.number]),
        ({"matter_ids": [str(family.id)]}, [first.number]),
        ({"attorneys": ["Nobody"]}, []),
    ):
        rule = {"name": "Rule", "reminder_set_id": set_id, **conditions}
        found = await tried(client, rule=rule)
        assert [each["number"] for each in found["items"]] == wanted, conditions
    choices = (await client.get(f"{API}/choices", params={"q": "00002"})).json()
    assert choices["attorneys"] == ["Dana Hale", "Marco"]
    assert choices["practice_areas"] == ["Corporate", "Family"]
    assert choices["currencies"] == ["USD"]
    assert [each["name"] for each in choices["matters"]] == ["00002"]


async def test_switching_on_needs_the_count_that_was_shown(
    client: httpx.AsyncClient, diary: Diary
) -> None:
    await overdue(diary, 9)
    rule = await make_rule(client, diary, min_days_overdue=5)
    shown = await tried(client, rule_id=rule["id"])
    assert shown["starting"] == 1
    assert shown["items"][0]["rule"] == {"id": rule["id"], "name": "Overdue"}

    await overdue(diary, 6)
    refused = await activate(client, rule, shown["starting"])
    assert refused.status_code == 409
    problem = refused.json()
    assert problem["code"] == "auto_collect_count_changed"
    assert problem["detail"].startswith("2 invoices would start now, not 1.")
    assert problem["dry_run"]["starting"] == 2
    assert len(problem["dry_run"]["items"]) == 2
    assert (await client.get(f"{API}/{rule['id']}")).json()["is_enabled"] is False

    on = await activate(client, rule, problem["dry_run"]["starting"])
    assert on.status_code == 200, on.text
    assert on.json()["is_enabled"] is True
    assert isinstance(diary.adapters.poke, RecordingPoke)
    assert ("start_by_rules", diary.firm.id) in diary.adapters.poke.pokes

    off = await client.post(f"{API}/{rule['id']}/deactivate")
    assert off.json()["is_enabled"] is False
    assert await run_if_due(diary.adapters, diary.firm.id, invoices_read_at=None) == 0


async def test_a_rule_that_is_on_changes_only_with_the_count_that_was_shown(
    client: httpx.AsyncClient, diary: Diary
) -> None:
    for days in (6, 20):
        await overdue(diary, days)
    rule = await make_rule(client, diary, min_days_overdue=15)
    await activate(client, rule, 1)
    body = {"name": "Sooner", "min_days_overdue": 15}
    body["reminder_set_id"] = rule["reminder_set"]["id"]
    renamed = await client.put(f"{API}/{rule['id']}", json=body)
    assert renamed.status_code == 200, "another name starts nothing"
    body["min_days_overdue"] = 5
    refused = await client.put(f"{API}/{rule['id']}", json=body)
    assert refused.status_code == 409
    assert refused.json()["dry_run"]["starting"] == 2
    assert (await client.get(f"{API}/{rule['id']}")).json()["min_days_overdue"] == 15
    saved = await client.put(f"{API}/{rule['id']}", json={**body, "expected_count": 2})
    assert saved.status_code == 200, saved.text
    assert saved.json()["is_enabled"] is True


async def test_the_first_rule_counts_and_the_order_can_be_changed(
    client: httpx.AsyncClient, diary: Diary
) -> None:
    await overdue(diary, 40)
    await overdue(diary, 6)
    old = await make_rule(client, diary, name="Old", min_days_overdue=30)
    all_of_them = await make_rule(client, diary, name="All")
    await activate(client, old, 1)
    assert (await tried(client, rule_id=all_of_them["id"]))["starting"] == 1
    await activate(client, all_of_them, 1)
    together = await tried(client)
    assert [(each["rule"]["name"], each["starting"]) for each in together["by_rule"]] == [
        ("Old", 1),
        ("All", 1),
    ]
    turned = await client.post(f"{API}/reorder", json={"rule_ids": [all_of_them["id"], old["id"]]})
    assert [each["name"] for each in turned.json()["items"]] == ["All", "Old"]
    counts = {each["rule"]["name"]: each["starting"] for each in (await tried(client))["by_rule"]}
    assert counts == {"All": 2, "Old": 0}
    short = await client.post(f"{API}/reorder", json={"rule_ids": [old["id"]]})
    assert (short.status_code, short.json()["code"]) == (409, "auto_collect_rules_changed")


async def test_an_archived_set_starts_nothing(client: httpx.AsyncClient, diary: Diary) -> None:
    await overdue(diary, 6)
    rule = await make_rule(client, diary)
    await activate(client, rule, 1)
    await client.delete(f"/api/v1/reminder-sets/{rule['reminder_set']['id']}")
    assert (await tried(client))["starting"] == 0
    assert await run_if_due(diary.adapters, diary.firm.id, invoices_read_at=None) == 0
    shown = (await client.get(f"{API}/{rule['id']}")).json()
    assert shown["reminder_set"]["is_archived"] is True


async def test_a_rule_names_nothing_of_another_firm(
    client: httpx.AsyncClient, diary: Diary, adapters: Adapters
) -> None:
    mine = str(await diary.set_of("0"))
    async with adapters.database.transaction() as session:
        other = await make_firm(session, now=diary.clock.now(), name="Other LLP")
        theirs = Diary.open(adapters, other, diary.clock)
    set_id, their_client = str(await theirs.set_of("0")), await theirs.client()
    foreign_set = await client.post(API, json={"name": "Rule", "reminder_set_id": set_id})
    assert foreign_set.status_code == 404
    foreign_client = {"client_ids": [str(their_client.id)], "reminder_set_id": mine}
    assert (await client.post(API, json={"name": "Rule", **foreign_client})).status_code == 422


async def test_invoice_and_collection_say_which_rule_started_them(
    client: httpx.AsyncClient, diary: Diary, adapters: Adapters
) -> None:
    invoice = await overdue(diary, 9)
    by_hand = await overdue(diary, 1)
    await diary.start("0 +60", by_hand)
    rule = await make_rule(
        client, diary, name="Late", reminder_set_id=await diary.set_of("0 +7", name="Standard")
    )
    await activate(client, rule, 1)
    assert await run_if_due(diary.adapters, diary.firm.id, invoices_read_at=None) == 1
    row = (await client.get(f"/api/v1/invoices/{invoice.id}")).json()
    assert row["collection"]["started_by_rule"] == "Late"
    listed = {each["id"]: each for each in (await client.get("/api/v1/invoices")).json()["items"]}
    assert listed[str(invoice.id)]["collection"]["started_by_rule"] == "Late"
    assert listed[str(by_hand.id)]["collection"]["started_by_rule"] is None
    collection = (await client.get(f"/api/v1/collections/{row['collection']['id']}")).json()
    assert (collection["started_by"], collection["started_by_rule"]) == (None, "Late")
    [entry] = (await client.get(f"/api/v1/invoices/{invoice.id}/timeline")).json()["items"]
    assert entry["title"] == "Reminders started with “Standard” by the rule “Late”"
    shown = (await client.get(f"{API}/{rule['id']}")).json()
    assert (shown["started"], shown["active"]) == (1, 1)
    await client.delete(f"{API}/{rule['id']}")
    row = (await client.get(f"/api/v1/invoices/{invoice.id}")).json()
    assert row["collection"]["started_by_rule"] == "Late", "a deleted rule is still named"


async def test_an_invoice_paid_here_already_is_owed_no_more(
    client: httpx.AsyncClient, diary: Diary, adapters: Adapters, firm: Firm
) -> None:
    invoice = await overdue(diary, 9)
    async with adapters.database.transaction(firm.id) as session:
        await session.execute(update(Invoice).values(clio_paid_known_minor=0))
    await diary.pay(invoice, 119_000)
    rule = {"name": "Over 100", "reminder_set_id": str(await diary.set_of("0"))}
    assert (await tried(client, rule={**rule, "min_balance_minor": 10_000}))["starting"] == 0
    assert (await tried(client, rule={**rule, "min_balance_minor": 1_000}))["starting"] == 1
