"""Reminder sets through the API: versions, conflicts, linter, preview, test mail."""

from datetime import date
from typing import Any

import httpx
from sqlalchemy import select, update

from conftest import log_in
from factories import make_client, make_invoice, make_user
from invoice_tracker.accounts.models import Role
from invoice_tracker.core.deps import Adapters
from invoice_tracker.firms.models import Firm, Sender
from invoice_tracker.invoices.models import ClioState
from invoice_tracker.outbox.models import OutboxMessage
from invoice_tracker.reminder_sets.models import ReminderStep

SETS = "/api/v1/reminder-sets"


def step(**fields: Any) -> dict[str, Any]:
    return {
        "kind": "email",
        "anchor": "due",
        "offset_days": 7,
        "subject": "Invoice {{ invoice.number }}",
        "body": "Dear {{ client.first_name }},\n\n{{ invoice.balance }} is open.\n\n{{ pay.link }}",
    } | fields


def a_set(**fields: Any) -> dict[str, Any]:
    return {"name": "Polite", "description": "", "steps": [step()]} | fields


async def create(client: httpx.AsyncClient, **fields: Any) -> dict[str, Any]:
    answer = await client.post(SETS, json=a_set(**fields))
    assert answer.status_code == 201, answer.text
    created: dict[str, Any] = answer.json()
    return created


async def test_create_get_and_list(client: httpx.AsyncClient) -> None:
    created = await create(client, steps=[step(offset_days=-3), step(cc=["cfo@example.org"])])
    assert created["version"] == 1
    assert created["steps_count"] == 2
    assert created["active_collections"] == 0
    assert [each["offset_days"] for each in created["steps"]] == [-3, 7]
    assert created["steps"][1]["cc"] == ["cfo@example.org"]
    got = await client.get(f"{SETS}/{created['id']}")
    assert got.json() == created
    listed = (await client.get(SETS)).json()
    assert listed["total"] == 1
    assert listed["items"][0]["name"] == "Polite"


async def test_pages_by_name(client: httpx.AsyncClient) -> None:
    for name in ("beta", "Alpha", "gamma"):
        await create(client, name=name)
    first = (await client.get(SETS, params={"limit": 2})).json()
    assert [each["name"] for each in first["items"]] == ["Alpha", "beta"]
    second = (await client.get(SETS, params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert [each["name"] for each in second["items"]] == ["gamma"]
    assert second["next_cursor"] is None


async def test_a_save_is_a_new_version_and_the_old_stays(
    client: httpx.AsyncClient, adapters: Adapters, firm: Firm
) -> None:
    created = await create(client)
    changed = await client.put(
        f"{SETS}/{created['id']}",
        json=a_set(version=1, steps=[step(offset_days=10), step(offset_days=20)]),
    )
    assert changed.status_code == 200, changed.text
    assert changed.json()["version"] == 2
    assert [each["offset_days"] for each in changed.json()["steps"]] == [10, 20]
    async with adapters.database.transaction(firm.id) as session:
        offsets = await session.scalars(
            select(ReminderStep.offset_days).order_by(ReminderStep.offset_days)
        )
        assert list(offsets) == [7, 10, 20]


async def test_somebody_else_saved_meanwhile(client: httpx.AsyncClient) -> None:
    created = await create(client)
    address = f"{SETS}/{created['id']}"
    assert (await client.put(address, json=a_set(version=1))).status_code == 200
    late = await client.put(address, json=a_set(version=1, name="Mine"))
    assert late.status_code == 409
    assert late.json()["code"] == "reminder_set_changed"
    assert (await client.get(address)).json()["name"] == "Polite"


async def test_a_name_is_taken_until_it_is_archived(client: httpx.AsyncClient) -> None:
    created = await create(client)
    again = await client.post(SETS, json=a_set(name="POLITE"))
    assert again.status_code == 409
    assert again.json()["code"] == "reminder_set_name_taken"
    assert (await client.delete(f"{SETS}/{created['id']}")).status_code == 204
    await create(client)
    assert (await client.get(SETS)).json()["total"] == 1
    with_archived = (await client.get(SETS, params={"archived": True})).json()
    assert with_archived["total"] == 2
    assert (await client.delete(f"{SETS}/{created['id']}")).status_code == 404


async def test_an_unknown_variable_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.post(SETS, json=a_set(steps=[step(body="Dear {{ client.nickname }}")]))
    assert answer.status_code == 422
    problem = answer.json()
    assert "client.nickname" in problem["detail"]
    assert problem["errors"][0]["field"] == "steps.0"


async def test_steps_that_make_no_sense(client: httpx.AsyncClient) -> None:
    for broken in (
        step(repeat_every_days=7),
        step(offset_days=100_000),
        step(subject="two\nlines"),
        step(cc=["nobody"]),
        step(kind="fax"),
        step(colour="red"),
    ):
        answer = await client.post(SETS, json=a_set(steps=[broken]))
        assert answer.status_code == 422, broken
    repeating = step(repeat_every_days=7, repeat_max=3)
    answer = await client.post(SETS, json=a_set(steps=[repeating, step(offset_days=60)]))
    assert answer.status_code == 422
    assert "last step" in answer.json()["detail"]
    assert (await client.post(SETS, json=a_set(steps=[]))).status_code == 422


async def test_linter(client: httpx.AsyncClient) -> None:
    steps = [
        step(),
        step(body="Please pay soon.", offset_days=7),
        step(subject="Matter {{ matter.number }}", offset_days=30),
    ]
    answer = await client.post(f"{SETS}/lint", json={"steps": steps})
    findings = answer.json()["items"]
    assert {each["level"] for each in findings} == {"warning"}
    assert {each["step_index"] for each in findings} == {1, 2}
    messages = " ".join(each["message"] for each in findings)
    assert "pay.link" in messages
    assert "matter.number" in messages
    assert "same day as step 1" in messages


async def test_ready_made_sets_can_be_saved_as_they_are(client: httpx.AsyncClient) -> None:
    ready = (await client.get(f"{SETS}/ready-made")).json()["items"]
    assert [each["key"] for each in ready][:3] == ["standard", "gentle", "firm"]
    for each in ready:
        if each["steps"]:
            await create(client, name=each["name"], steps=each["steps"])


async def test_the_list_says_what_is_ready_made_and_when_each_step_is_due(
    client: httpx.AsyncClient,
) -> None:
    ready = (await client.get(f"{SETS}/ready-made")).json()["items"]
    gentle = next(each for each in ready if each["key"] == "gentle")
    made = await create(client, name="Our gentle set", steps=gentle["steps"])
    assert made["ready_made"] == "Gentle"
    own = [*gentle["steps"][:2], gentle["steps"][2] | {"subject": "Pay {{ invoice.number }}"}]
    await create(client, name="Our own", steps=own)
    rows = {each["name"]: each for each in (await client.get(SETS)).json()["items"]}
    assert rows["Our gentle set"]["ready_made"] == "Gentle"
    assert rows["Our own"]["ready_made"] is None
    brief = rows["Our own"]["steps_in_brief"]
    assert [step["offset_days"] for step in brief] == [7, 21, 45]
    assert "body" not in brief[0]


async def test_variables_have_examples(client: httpx.AsyncClient) -> None:
    items = (await client.get(f"{SETS}/variables")).json()["items"]
    assert {"client.first_name", "invoice.balance", "pay.link"} <= {i["name"] for i in items}
    assert all(item["meaning"] and item["example"] for item in items)


async def test_preview_with_a_real_invoice(
    client: httpx.AsyncClient, adapters: Adapters, firm: Firm
) -> None:
    now = adapters.clock.now()
    async with adapters.database.transaction(firm.id) as session:
        ada = await make_client(session, firm=firm, name="Ada <b>Okafor</b>", first_name="Ada<i>")
        invoice = await make_invoice(
            session, firm=firm, client=ada, now=now, due_on=date(2026, 2, 20)
        )
    answer = await client.post(
        f"{SETS}/mail-preview",
        json={
            "step": step(
                body="Dear {{ client.name }}: {{ invoice.days_overdue }}\n\n{{ pay.link }}"
            ),
            "invoice_id": str(invoice.id),
        },
    )
    preview = answer.json()
    assert preview["subject"] == f"Invoice {invoice.number}"
    assert preview["invoice_number"] == invoice.number
    assert "10 days" in preview["text"]
    assert "Ada &lt;b&gt;" in preview["html"], "a client's name is text, never HTML"
    assert "Pay $1,200.00" in preview["html"]


async def test_preview_with_a_made_up_invoice_names_the_problem(
    client: httpx.AsyncClient,
) -> None:
    good = await client.post(f"{SETS}/mail-preview", json={"step": step()})
    assert good.json()["problems"] == []
    assert "$1,234.50" in good.json()["text"]
    bad = await client.post(f"{SETS}/mail-preview", json={"step": step(body="{{ oops }}")})
    assert bad.status_code == 200
    assert any("oops" in problem for problem in bad.json()["problems"])
    call = await client.post(f"{SETS}/mail-preview", json={"step": step(kind="call_task")})
    assert call.status_code == 422


async def test_preview_about_all_that_a_client_owes(
    client: httpx.AsyncClient, adapters: Adapters, firm: Firm
) -> None:
    now = adapters.clock.now()
    async with adapters.database.transaction(firm.id) as session:
        ada, bob = [await make_client(session, firm=firm, name=name) for name in ("Ada", "Bob")]
        options: dict[str, Any] = {"firm": firm, "now": now}
        young = await make_invoice(session, client=ada, due_on=date(2026, 3, 9), **options)
        old = await make_invoice(session, client=ada, due_on=date(2026, 2, 20), **options)
        others = [
            await make_invoice(session, client=bob, due_on=date(2026, 2, 1), **options),
            await make_invoice(
                session, client=ada, due_on=date(2026, 2, 1), state=ClioState.paid, **options
            ),
            await make_invoice(
                session, client=ada, due_on=date(2026, 2, 1), currency="GBP", **options
            ),
        ]
    request = {"step": step(), "invoice_id": str(young.id), "all_open": True}
    preview = (await client.post(f"{SETS}/mail-preview", json=request)).json()
    assert preview["invoice_number"] == f"{old.number} and {young.number}"
    assert "$2,400.00" in preview["text"]
    assert all(other.number not in preview["text"] for other in others)
    alone = (await client.post(f"{SETS}/mail-preview", json=request | {"all_open": False})).json()
    assert alone["invoice_number"] == young.number
    made_up = (
        await client.post(f"{SETS}/mail-preview", json={"step": step(), "all_open": True})
    ).json()
    assert "1042, 1043 and 1051" in made_up["subject"]
    assert "$1,810.00" in made_up["text"]


async def test_test_mail_goes_to_oneself_without_copies(
    client: httpx.AsyncClient, adapters: Adapters, firm: Firm, owner: Any
) -> None:
    answer = await client.post(f"{SETS}/test-mail", json={"step": step(bcc=["x@example.org"])})
    assert answer.status_code == 202
    assert answer.json() == {"sent_to": owner.email}
    async with adapters.database.transaction(firm.id) as session:
        [message] = (await session.scalars(select(OutboxMessage))).all()
    assert message.kind == "test_mail"
    assert message.recipient == owner.email
    assert message.content["subject"] == "[Test] Invoice 1042"
    assert message.content["bcc"] == []


async def test_no_test_mail_before_the_sender_is_verified(
    client: httpx.AsyncClient, adapters: Adapters, firm: Firm
) -> None:
    async with adapters.database.transaction(firm.id) as session:
        await session.execute(update(Sender).values(verified_at=None))
    answer = await client.post(f"{SETS}/test-mail", json={"step": step()})
    assert answer.status_code == 409


async def test_a_viewer_reads_only(
    anonymous: httpx.AsyncClient, adapters: Adapters, firm: Firm
) -> None:
    async with adapters.database.transaction(firm.id) as session:
        viewer = await make_user(session, firm=firm, now=adapters.clock.now(), role=Role.viewer)
    await log_in(anonymous, adapters, viewer)
    assert (await anonymous.get(SETS)).status_code == 200
    assert (await anonymous.post(SETS, json=a_set())).status_code == 403
