"""Pauses of many, promises and disputes through the API."""

from typing import Any
from uuid import UUID

import httpx
import pytest
from scenarios.diary import Diary

from conftest import log_in
from factories import make_user
from fakes import MovableClock, RecordingPoke
from invoice_tracker.accounts.models import Role
from invoice_tracker.core.deps import Adapters
from invoice_tracker.firms.models import Firm

API = "/api/v1"


@pytest.fixture
async def diary(adapters: Adapters, firm: Firm, clock: MovableClock) -> Diary:
    return Diary.open(adapters, firm, clock)


async def get(client: httpx.AsyncClient, path: str, **params: Any) -> Any:
    answer = await client.get(f"{API}{path}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def post(client: httpx.AsyncClient, path: str, expected: int = 200, **body: Any) -> Any:
    answer = await client.post(f"{API}{path}", json=body)
    assert answer.status_code == expected, answer.text
    return answer.json()


async def running(diary: Diary, **fields: Any) -> tuple[Any, UUID]:
    invoice = await diary.invoice(diary.clock.now().date().replace(day=16), **fields)
    [collection_id] = await diary.start("0 +7 +30", invoice)
    return invoice, collection_id


async def test_each_reach_in_words(client: httpx.AsyncClient, diary: Diary) -> None:
    """Lists, the invoice, the plan and Why? say the same."""
    invoice, collection_id = await running(diary)
    collection = await get(client, f"/collections/{collection_id}")
    set_ = collection["reminder_set"]
    places = {
        f"/clients/{invoice.client_id}": "Reminders to this client are paused",
        f"/reminder-sets/{set_['id']}": f"The set {set_['name']} is paused",
        "/firm": "All reminders are paused",
    }
    for place, words in places.items():
        [pause] = (await post(client, f"{place}/pause", reason="Move"))["items"]
        assert pause["sentence"] == f"{words}: Move."
        assert pause["author"] == "Dana Hale"
        [hold] = (await get(client, f"/invoices/{invoice.id}/holds"))["items"]
        assert (hold["sentence"], hold["can_resume"]) == (f"{words}: Move.", False)
        row = await get(client, f"/invoices/{invoice.id}")
        assert (row["section"], row["status_note"]) == ("on_hold", f"{words}: Move")
        assert row["collection"]["next_reminder_at"] is None
        plan = (await get(client, f"/collections/{collection_id}/plan"))["items"]
        assert {item["state"] for item in plan} == {"held"}
        why = await get(client, f"/invoices/{invoice.id}/explanation")
        assert words in why["sentence"]
        refused = await post(client, f"/collections/{collection_id}/resume", 409)
        assert words in refused["detail"]
        assert (await post(client, f"{place}/resume"))["items"] == []
        row = await get(client, f"/invoices/{invoice.id}")
        assert row["section"] == "active_reminders"


async def test_ending_a_pause_wakes_the_worker(
    client: httpx.AsyncClient, adapters: Adapters, diary: Diary
) -> None:
    await post(client, "/firm/pause")
    assert isinstance(adapters.poke, RecordingPoke)
    before = len(adapters.poke.pokes)
    await post(client, "/firm/resume")
    assert len(adapters.poke.pokes) == before + 1


async def test_a_paused_set_is_told_before_it_is_started(
    client: httpx.AsyncClient, diary: Diary
) -> None:
    invoice, collection_id = await running(diary)
    other = await diary.invoice(invoice.due_on)
    set_id = (await get(client, f"/collections/{collection_id}"))["reminder_set"]["id"]
    await post(client, f"/reminder-sets/{set_id}/pause", until="2026-03-20")
    preview = await post(
        client,
        "/collections/preview",
        selection={"invoice_ids": [str(other.id)]},
        reminder_set_id=set_id,
        backlog="fitting_step",
    )
    assert "is paused until March 20, 2026. Until that ends" in preview["warnings"][0]


async def test_only_owner_and_billing_pause_many(
    anonymous: httpx.AsyncClient, adapters: Adapters, firm: Firm, diary: Diary
) -> None:
    """An attorney may hold one invoice: by a pause, a promise or a dispute. A viewer only reads."""
    invoice, _ = await running(diary)
    wide = [f"/clients/{invoice.client_id}/pause", "/firm/pause", "/firm/resume"]
    one = {
        f"/invoices/{invoice.id}/promises": {"promised_on": "2026-03-20"},
        f"/invoices/{invoice.id}/dispute": {"reason": "The hours"},
    }
    for role, on_wide, on_one in (
        (Role.viewer, 403, 403),
        (Role.attorney, 403, 200),
        (Role.billing, 200, 200),
    ):
        async with adapters.database.transaction(firm.id) as session:
            user = await make_user(session, firm=firm, now=adapters.clock.now(), role=role)
        await log_in(anonymous, adapters, user)
        for path in wide:
            assert (await anonymous.post(API + path, json={})).status_code == on_wide, (role, path)
        for path, body in one.items():
            answer = await anonymous.post(API + path, json=body)
            assert answer.status_code in {on_one, on_one + 1}, (role, path, answer.text)
        assert (await anonymous.get(f"{API}/pauses")).status_code == 200


async def test_a_promise_from_its_making_to_the_to_do_page(
    client: httpx.AsyncClient, diary: Diary
) -> None:
    invoice, collection_id = await running(diary)
    made = await post(
        client,
        f"/invoices/{invoice.id}/promises",
        201,
        promised_on="2026-03-18",
        amount_minor=50_000,
        note="By phone",
        jump_position=3,
    )
    assert made["waits_until"] == "2026-03-20T04:00:00Z", "Thursday is the day of grace"
    assert made["balance"]["amount_minor"] == 120_000
    row = await get(client, f"/invoices/{invoice.id}")
    assert row["status_note"] == (
        "The client has promised to pay $500.00 by March 18, 2026;"
        " reminders wait until March 20, 2026"
    )
    assert (await get(client, "/promises", to_do=True))["total"] == 0
    await diary.live_until(diary.clock.now().date().replace(day=18))
    [due] = (await get(client, "/promises", to_do=True))["items"]
    assert (due["id"], due["state"]) == (made["id"], "open")
    await diary.live_until(diary.clock.now().date().replace(day=20))
    [broken] = (await get(client, "/promises", state="broken"))["items"]
    assert broken["waits_until"] is None
    assert (await get(client, "/promises", to_do=True))["items"] == [broken]
    kinds = {e["kind"] for e in (await get(client, f"/invoices/{invoice.id}/timeline"))["items"]}
    assert "promise_broken" in kinds
    assert (await post(client, f"/promises/{made['id']}/withdraw", 409))["code"] == "conflict"

    again = await post(client, f"/invoices/{invoice.id}/promises", 201, promised_on="2026-03-31")
    assert (await get(client, "/promises", to_do=True))["items"] == [], "a newer one was made"
    withdrawn = await post(client, f"/promises/{again['id']}/withdraw")
    assert withdrawn["state"] == "withdrawn"
    listed = (await get(client, f"/invoices/{invoice.id}/promises"))["items"]
    assert [each["state"] for each in listed] == ["withdrawn", "broken"]
    assert (await get(client, f"/collections/{collection_id}"))["holds"] == []


async def test_promises_come_in_pages(client: httpx.AsyncClient, diary: Diary) -> None:
    for day in (20, 18, 19):
        invoice, _ = await running(diary)
        await post(client, f"/invoices/{invoice.id}/promises", 201, promised_on=f"2026-03-{day}")
    first = await get(client, "/promises", limit=2)
    rest = await get(client, "/promises", limit=2, cursor=first["next_cursor"])
    days = [each["promised_on"] for each in first["items"] + rest["items"]]
    assert days == ["2026-03-18", "2026-03-19", "2026-03-20"]
    assert (first["total"], rest["next_cursor"]) == (3, None)
    assert (await client.get(f"{API}/promises", params={"cursor": "x"})).status_code == 422


async def test_a_dispute(client: httpx.AsyncClient, diary: Diary) -> None:
    invoice, collection_id = await running(diary)
    await post(client, f"/invoices/{invoice.id}/dispute", 422)
    [hold] = (await post(client, f"/invoices/{invoice.id}/dispute", reason="The hours"))["items"]
    assert hold["sentence"] == "The client disputes this invoice: The hours."
    await post(client, f"/invoices/{invoice.id}/dispute", reason="The rate")
    [hold] = (await get(client, f"/invoices/{invoice.id}/holds"))["items"]
    assert hold["reason"] == "The rate"
    after = await post(
        client, f"/invoices/{invoice.id}/dispute/resolve", then="resume", note="Settled by phone"
    )
    assert after["items"] == []
    await post(client, f"/invoices/{invoice.id}/dispute/resolve", 409, then="resume")
    await post(client, f"/invoices/{invoice.id}/dispute", reason="Again")
    await post(client, f"/invoices/{invoice.id}/dispute/resolve", then="stop")
    assert (await get(client, f"/collections/{collection_id}"))["state"] == "stopped"
