"""What people do with running collections and single reminders, through the API."""

from datetime import date
from typing import Any

import httpx
import pytest
from scenarios.diary import Diary

from conftest import log_in
from factories import make_user
from fakes import MovableClock
from invoice_tracker.accounts.models import Role
from invoice_tracker.collections.models import ReminderState
from invoice_tracker.core.deps import Adapters
from invoice_tracker.firms.models import Firm
from invoice_tracker.ports import MailUncertain

DUE = date(2026, 3, 16)
API = "/api/v1"


@pytest.fixture
async def diary(adapters: Adapters, firm: Firm, clock: MovableClock) -> Diary:
    return Diary.open(adapters, firm, clock)


async def get(client: httpx.AsyncClient, path: str, **params: Any) -> Any:
    answer = await client.get(f"{API}{path}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_pause_until_resume_and_stop(client: httpx.AsyncClient, diary: Diary) -> None:
    invoice = await diary.invoice(DUE)
    [collection_id] = await diary.start("0 +7", invoice)
    address = f"{API}/collections/{collection_id}"
    paused = (
        await client.post(f"{address}/pause", json={"until": "2026-03-20", "reason": "On leave"})
    ).json()
    assert paused["holds"][0]["kind"] == "paused"
    assert paused["holds"][0]["ends_at"] == "2026-03-20T04:00:00Z", "midnight in New York"
    assert paused["next_action_at"][:10] == "2026-03-20"
    row = await get(client, f"/invoices/{invoice.id}")
    assert row["section"] == "on_hold"
    assert "March 20" in row["status_note"]

    again = (await client.post(f"{address}/pause", json={})).json()
    assert len(again["holds"]) == 1, "a new pause replaces the one before"
    assert again["holds"][0]["ends_at"] is None
    assert again["next_action_at"] is None

    resumed = (await client.post(f"{address}/resume")).json()
    assert resumed["holds"] == []
    assert resumed["next_action_at"][:10] == "2026-03-16"

    stopped = (await client.post(f"{address}/stop", json={"reason": "Agreed by phone"})).json()
    assert stopped["state"] == "stopped"
    assert stopped["end_reason"] == "Agreed by phone"
    assert (await client.post(f"{address}/stop", json={})).json()["end_reason"] == "Agreed by phone"
    assert (await client.post(f"{address}/pause", json={})).status_code == 409
    assert (await client.post(f"{address}/resume")).status_code == 409
    kinds = [
        each["kind"] for each in (await get(client, f"/invoices/{invoice.id}/timeline"))["items"]
    ]
    assert set(kinds) >= {"hold_set", "hold_released", "collection_ended"}


async def test_a_pause_needs_a_day_to_come(client: httpx.AsyncClient, diary: Diary) -> None:
    invoice = await diary.invoice(DUE)
    [collection_id] = await diary.start("0", invoice)
    answer = await client.post(
        f"{API}/collections/{collection_id}/pause", json={"until": "2026-03-02"}
    )
    assert answer.status_code == 422


async def test_an_attorney_may_hold_but_not_stop(
    anonymous: httpx.AsyncClient, adapters: Adapters, firm: Firm, diary: Diary
) -> None:
    invoice = await diary.invoice(DUE)
    [collection_id] = await diary.start("0", invoice)
    async with adapters.database.transaction(firm.id) as session:
        attorney = await make_user(session, firm=firm, now=adapters.clock.now(), role=Role.attorney)
    await log_in(anonymous, adapters, attorney)
    address = f"{API}/collections/{collection_id}"
    assert (await anonymous.post(f"{address}/pause", json={})).status_code == 200
    assert (await anonymous.post(f"{address}/resume")).status_code == 200
    assert (await anonymous.post(f"{address}/stop", json={})).status_code == 403


async def test_the_plan_is_what_then_happens(client: httpx.AsyncClient, diary: Diary) -> None:
    invoice = await diary.invoice(DUE)
    [collection_id] = await diary.start("-3 0 +7 +9call +15?", invoice)
    plan = (await get(client, f"/collections/{collection_id}/plan"))["items"]
    assert [each["on"] for each in plan] == [
        "2026-03-13",
        "2026-03-16",
        "2026-03-23",
        "2026-03-25",
        "2026-03-31",
    ]
    assert [each["state"] for each in plan] == ["planned"] * 4 + ["awaiting_approval"]
    assert plan[0]["subject"] == f"Invoice {invoice.number} from Hale & Moreno LLP"
    await diary.live_until(date(2026, 4, 1))
    assert [str(day) for day in diary.days()] == [each["on"] for each in plan[:3]]
    assert (await get(client, f"/collections/{collection_id}/plan"))["items"][0]["state"] == (
        "awaiting_approval"
    )


async def test_why(client: httpx.AsyncClient, diary: Diary) -> None:
    invoice = await diary.invoice(DUE)
    address = f"/invoices/{invoice.id}/explanation"
    before = await get(client, address)
    assert before["reasons"][0]["code"] == "not_started"
    assert before["next"] is None

    [collection_id] = await diary.start("0 +7", invoice)
    coming = await get(client, address)
    assert coming["next"]["on"] == "2026-03-16"
    await diary.live_until(date(2026, 3, 17))
    past = await get(client, address, on="2026-03-16")
    assert past["reasons"][0]["code"] == "sent"
    assert "ada@example.org" in past["sentence"]
    await client.post(f"{API}/collections/{collection_id}/pause", json={"reason": "On leave"})
    held = await get(client, address)
    assert "held" in {each["code"] for each in held["reasons"]}
    assert "On leave" in held["sentence"]
    await diary.pay(invoice)
    assert "paid" in {each["code"] for each in (await get(client, address))["reasons"]}


async def test_why_a_mail_that_is_ready_does_not_leave(
    client: httpx.AsyncClient, diary: Diary
) -> None:
    invoice = await diary.invoice(DUE)
    await diary.set_rules(safe_mode=True)
    await diary.start("0", invoice)
    await diary.live_until(DUE)
    answer = await get(client, f"/invoices/{invoice.id}/explanation")
    assert "Safe Mode is on" in answer["sentence"]


async def test_reminders_and_the_mail_as_sent(client: httpx.AsyncClient, diary: Diary) -> None:
    invoice = await diary.invoice(DUE)
    other = await diary.invoice(DUE, await diary.client(email="other@example.org"))
    await diary.start("0 +7", invoice, other)
    await diary.live_until(date(2026, 3, 24))
    listed = await get(client, "/reminders", invoice_id=str(invoice.id))
    assert listed["total"] == 2
    newest = listed["items"][0]
    assert newest["state"] == "sent"
    assert newest["step_position"] == 2
    detail = await get(client, f"/reminders/{newest['id']}")
    mail = next(m for m in diary.mails()[::-1] if m.to == "ada@example.org")
    assert detail["text"] == mail.text
    assert detail["html"] == mail.html
    assert detail["message_id"] == mail.message_id
    assert detail["smtp_response"] == "250 OK"
    page = await get(client, "/reminders", limit=3)
    rest = await get(client, "/reminders", limit=3, cursor=page["next_cursor"])
    ids = [each["id"] for each in page["items"] + rest["items"]]
    assert len(ids) == len(set(ids)) == 4
    assert (await get(client, "/reminders", state="queued"))["total"] == 0


async def test_approval(client: httpx.AsyncClient, diary: Diary) -> None:
    invoice = await diary.invoice(DUE)
    await diary.start("0? +7", invoice)
    await diary.live_until(DUE)
    assert diary.mails() == []
    assert (await get(client, "/activity"))["awaiting_approval"] == 1
    [waiting] = (await get(client, "/reminders", state="awaiting_approval"))["items"]
    detail = await get(client, f"/reminders/{waiting['id']}")
    assert "$1,200.00" in detail["text"], "who approves sees the mail"
    approved = await client.post(f"{API}/reminders/{waiting['id']}/approve")
    assert approved.json()["state"] == "queued"
    assert (await client.post(f"{API}/reminders/{waiting['id']}/approve")).status_code == 409
    await diary.tick()
    assert diary.offsets(invoice) == [0]
    assert (await get(client, "/activity"))["awaiting_approval"] == 0


async def test_skipping_one_goes_on_with_the_next(client: httpx.AsyncClient, diary: Diary) -> None:
    invoice = await diary.invoice(DUE)
    await diary.start("0? +7", invoice)
    await diary.live_until(DUE)
    [waiting] = (await get(client, "/reminders", state="awaiting_approval"))["items"]
    answer = await client.post(
        f"{API}/reminders/{waiting['id']}/skip", json={"reason": "Spoke to her"}
    )
    assert answer.json()["state"] == "skipped"
    assert answer.json()["reason"] == "Spoke to her"
    await diary.live_until(date(2026, 3, 25))
    assert diary.offsets(invoice) == [7]


async def test_skipping_a_mail_that_is_ready(client: httpx.AsyncClient, diary: Diary) -> None:
    invoice = await diary.invoice(DUE)
    await diary.set_rules(safe_mode=True)
    await diary.start("0 +7", invoice)
    await diary.live_until(DUE)
    [ready] = (await get(client, "/reminders", state="queued"))["items"]
    assert ready["reason"] == "Safe Mode is on: nothing leaves until it is switched off."
    await client.post(f"{API}/reminders/{ready['id']}/skip", json={})
    await diary.set_rules(safe_mode=False)
    await diary.live_until(date(2026, 3, 24))
    assert diary.offsets(invoice) == [7]


async def test_an_uncertain_mail_is_decided(client: httpx.AsyncClient, diary: Diary) -> None:
    invoice = await diary.invoice(DUE)
    await diary.start("0", invoice)
    diary.mailer.fail_with = [MailUncertain("The connection broke.")]
    await diary.live_until(DUE)
    assert (await get(client, "/activity"))["uncertain"] == 1
    [row] = await diary.reminders(ReminderState.uncertain)
    answer = await client.post(f"{API}/reminders/{row.id}/resolve", json={"outcome": "it_was_sent"})
    assert answer.json()["state"] == "sent"
    assert (await get(client, "/invoices", section="completed"))["total"] == 1
    again = await client.post(f"{API}/reminders/{row.id}/resolve", json={"outcome": "send_again"})
    assert again.status_code == 409


async def test_a_call(client: httpx.AsyncClient, diary: Diary) -> None:
    invoice = await diary.invoice(DUE)
    await diary.start("0call", invoice)
    await diary.live_until(DUE)
    assert (await get(client, "/activity"))["to_call"] == 1
    [call] = (await get(client, "/reminders", state="to_call"))["items"]
    assert call["kind"] == "call_task"
    assert (await get(client, f"/reminders/{call['id']}"))["text"].startswith("Step 0call")
    answer = await client.post(
        f"{API}/reminders/{call['id']}/called", json={"note": "Pays on Friday"}
    )
    assert answer.json()["state"] == "called"
    assert (await client.post(f"{API}/reminders/{call['id']}/called", json={})).status_code == 409
    assert (await get(client, "/invoices", section="completed"))["total"] == 1
    assert diary.mails() == []


async def test_activity_counts(client: httpx.AsyncClient, diary: Diary) -> None:
    invoice = await diary.invoice(DUE)
    await diary.set_rules(safe_mode=True)
    await diary.start("0", invoice)
    await diary.live_until(DUE)
    assert await get(client, "/activity") == {
        "awaiting_approval": 0,
        "uncertain": 0,
        "to_call": 0,
        "to_record": 0,
        "payments_differ": 0,
        "safe_mode": True,
        "queued_today": 1,
    }


async def test_an_archived_set_sends_nothing_more(client: httpx.AsyncClient, diary: Diary) -> None:
    invoice = await diary.invoice(DUE)
    [collection_id] = await diary.start("0 +7", invoice)
    await diary.live_until(date(2026, 3, 17))
    set_id = (await get(client, f"/collections/{collection_id}"))["reminder_set"]["id"]
    assert (await client.delete(f"{API}/reminder-sets/{set_id}")).status_code == 204
    await diary.live_until(date(2026, 3, 25))
    assert diary.offsets(invoice) == [0]
    answer = await get(client, f"/invoices/{invoice.id}/explanation")
    assert "archived" in answer["sentence"]
