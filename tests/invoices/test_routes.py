"""The routes of invoices and clients."""

from datetime import timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import log_in
from factories import (
    make_client,
    make_collection,
    make_firm,
    make_invoice,
    make_payment,
    make_user,
)
from fakes import MovableClock
from invoice_tracker.accounts.models import Role
from invoice_tracker.core.deps import Adapters
from invoice_tracker.firms.links import open_link
from invoice_tracker.firms.models import Firm, LinkKind
from invoice_tracker.invoices import timeline
from invoice_tracker.invoices.filtering import asked_text
from invoice_tracker.invoices.models import ClioState
from invoice_tracker.invoices.repository import Sort


@pytest.fixture
async def seven(adapters: Adapters, firm: Firm, clock: MovableClock) -> None:
    """Seven invoices of three clients: two on one day, one without a due date, one in yen."""
    now, today = clock.now(), clock.now().date()
    async with adapters.database.transaction(firm.id) as session:
        ada = await make_client(session, firm=firm, name="Ada Okafor")
        bo = await make_client(session, firm=firm, name="bo & söner_50% AB", email=None)
        common = {"firm": firm, "now": now}
        await make_invoice(session, **common, client=ada, number="9", due_on=today)
        await make_invoice(session, **common, client=ada, number="10", due_on=today)
        overdue = today - timedelta(days=40)
        await make_invoice(session, **common, client=bo, number="INV-2", due_on=overdue)
        await make_invoice(session, **common, client=None, number="11", due_on=None)
        await make_invoice(
            session,
            **common,
            client=ada,
            number="12",
            due_on=today + timedelta(days=9),
            currency="JPY",
            total_minor=5000,
        )
        await make_invoice(
            session,
            **common,
            client=ada,
            number="13",
            due_on=overdue,
            state=ClioState.paid,
            paid_minor=120_000,
        )
        void = await make_invoice(
            session, **common, client=ada, number="14", due_on=today, state=ClioState.void
        )
        await timeline.add(
            session, firm_id=firm.id, invoice_id=void.id, at=now, kind="note", title="Said hello"
        )


async def numbers(client: httpx.AsyncClient, **params: object) -> list[str]:
    answer = await client.get("/api/v1/invoices", params=params)
    assert answer.status_code == 200, answer.text
    return [item["number"] for item in answer.json()["items"]]


async def test_the_list_has_what_the_contract_says(client, seven, firm) -> None:
    body = (await client.get("/api/v1/invoices", params={"q": "INV-"})).json()
    assert (body["total"], body["next_cursor"]) == (1, None)
    item = body["items"][0]
    assert item["client"]["name"] == "bo & söner_50% AB"
    assert item["days_overdue"] == 40
    assert item["balance"] == {"amount_minor": 120_000, "currency": "USD"}
    assert item["section"] == "no_reminders"
    assert (item["status_note"], item["remindable"]) == ("No e-mail address", False)
    assert item["collection"] is None


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"q": "okafor"}, {"9", "10", "12", "13"}),
        ({"q": "50%"}, {"INV-2"}),
        ({"q": "%"}, {"INV-2"}),
        ({"q": "_50"}, {"INV-2"}),
        ({"q": "\\"}, set()),
        ({"currency": "jpy"}, {"12"}),
        ({"section": "paid"}, {"13"}),
        ({"section": "on_hold"}, set()),
    ],
)
async def test_filters(client, seven, params, expected) -> None:
    assert set(await numbers(client, **params)) == expected


async def test_numbers_sort_as_people_count(client, seven) -> None:
    assert await numbers(client, sort="number") == ["9", "10", "11", "12", "13", "INV-2"]


@pytest.mark.parametrize("sort", list(Sort))
async def test_pages_of_every_order_show_each_row_once(client, seven, sort) -> None:
    whole = await numbers(client, sort=sort)
    cursor, paged = None, []
    for _ in whole:
        params = {"sort": sort, "limit": 1, **({"cursor": cursor} if cursor else {})}
        body = (await client.get("/api/v1/invoices", params=params)).json()
        paged += [item["number"] for item in body["items"]]
        assert body["total"] == 6
        cursor = body["next_cursor"]
    assert cursor is None
    assert paged == whole
    assert len(set(paged)) == 6


@pytest.mark.parametrize("cursor", ["nonsense", "WzFd", "WzEsMl0=", "W251bGwsbnVsbF0=", "", "%00"])
@pytest.mark.parametrize("sort", ["due_on", "balance", "client"])
async def test_a_foreign_cursor_is_a_plain_error(client, seven, sort, cursor) -> None:
    params = {"sort": sort, "cursor": cursor}
    answer = await client.get("/api/v1/invoices", params=params)
    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid"


@pytest.mark.parametrize(
    "params",
    [{"limit": 0}, {"limit": 201}, {"sort": "price"}, {"section": "all"}, {"currency": "$"}],
)
async def test_bad_parameters_are_named(client, params) -> None:
    answer = await client.get("/api/v1/invoices", params=params)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].endswith(next(iter(params)))


async def test_sections_with_counts_and_totals(client, seven) -> None:
    items = (await client.get("/api/v1/invoices/sections")).json()["items"]
    assert [item["section"] for item in items] == [
        "no_reminders", "active_reminders", "on_hold", "completed", "paid",
    ]  # fmt: skip
    assert items[0]["count"] == 5
    assert items[0]["totals"] == [
        {"amount_minor": 5000, "currency": "JPY"},
        {"amount_minor": 480_000, "currency": "USD"},
    ]
    assert items[1] == {"section": "active_reminders", "count": 0, "totals": []}
    filtered = (await client.get("/api/v1/invoices/sections", params={"q": "13"})).json()["items"]
    assert [item["count"] for item in filtered] == [0, 0, 0, 0, 1]


async def test_the_detail_links_to_the_page_to_pay_on(client, adapters, firm, clock) -> None:
    now = clock.now()
    async with adapters.database.transaction(firm.id) as session:
        ada = await make_client(session, firm=firm)
        invoice = await make_invoice(
            session, firm=firm, client=ada, now=now, due_on=now.date(), paid_minor=20_000
        )
        await make_payment(session, firm=firm, invoice=invoice, now=now, amount_minor=30_000)
        await make_collection(session, firm=firm, invoice=invoice, now=now, set_name="Gentle")
    body = (await client.get(f"/api/v1/invoices/{invoice.id}")).json()
    assert body["paid"]["amount_minor"] == 50_000
    assert body["clio_balance"]["amount_minor"] == 100_000
    assert body["balance"]["amount_minor"] == 70_000
    assert body["recipient"] == "ada@example.org"
    assert body["collection"]["reminder_set_name"] == "Gentle"
    token = body["pay_url"].rpartition("/pay/")[2]
    async with adapters.database.transaction() as session:
        link = await open_link(session, token=token, kind=LinkKind.pay, now=now)
    assert link.subject_id == invoice.id
    assert (await client.get(f"/api/v1/invoices/{invoice.id}")).json()["pay_url"] == body["pay_url"]


async def test_a_void_bill_still_has_a_page_and_a_timeline(client, seven, adapters, firm) -> None:
    from sqlalchemy import select

    from invoice_tracker.invoices.models import Invoice

    async with adapters.database.transaction(firm.id) as session:
        invoice_id = await session.scalar(select(Invoice.id).where(Invoice.number == "14"))
    body = (await client.get(f"/api/v1/invoices/{invoice_id}")).json()
    assert (body["section"], body["clio_state"], body["pay_url"]) == (None, "void", None)
    assert body["status_note"] == "Voided in Clio"
    entries = (await client.get(f"/api/v1/invoices/{invoice_id}/timeline")).json()["items"]
    assert [entry["title"] for entry in entries] == ["Said hello"]


async def test_clients_with_what_they_owe(client, seven) -> None:
    body = (await client.get("/api/v1/clients")).json()
    assert [item["name"] for item in body["items"]] == ["Ada Okafor", "bo & söner_50% AB"]
    assert body["items"][0]["open_invoices"] == 3
    assert body["items"][0]["balance"] == [
        {"amount_minor": 5000, "currency": "JPY"},
        {"amount_minor": 240_000, "currency": "USD"},
    ]
    first = (await client.get("/api/v1/clients", params={"limit": 1})).json()
    second = await client.get("/api/v1/clients", params={"cursor": first["next_cursor"]})
    assert [item["name"] for item in second.json()["items"]] == ["bo & söner_50% AB"]
    assert (await client.get("/api/v1/clients", params={"cursor": "WzEsMl0="})).status_code == 422


async def test_staff_set_an_address_and_take_it_back(client, seven, adapters) -> None:
    bo = (await client.get("/api/v1/clients", params={"q": "söner"})).json()["items"][0]
    path = f"/api/v1/clients/{bo['id']}"
    body = (await client.patch(path, json={"email_override": "bo@example.org"})).json()
    assert (body["email"], body["effective_email"]) == (None, "bo@example.org")
    row = (await client.get("/api/v1/invoices", params={"q": "INV-2"})).json()["items"][0]
    assert row["remindable"] is True
    entries = (await client.get(f"/api/v1/invoices/{row['id']}/timeline")).json()["items"]
    assert entries[0]["title"] == "The client's e-mail address is now bo@example.org"
    assert entries[0]["actor"] == "Dana Hale"
    body = (await client.patch(path, json={"email_override": None})).json()
    assert body["effective_email"] is None
    assert (await client.patch(path, json={"email_override": "no"})).status_code == 422
    same = (await client.patch(path, json={})).json()
    assert same == body, "what is left out stays"


async def test_a_viewer_reads_and_does_not_write(anonymous, adapters, firm, clock, seven) -> None:
    async with adapters.database.transaction(firm.id) as session:
        viewer = await make_user(session, firm=firm, now=clock.now(), role=Role.viewer)
    await log_in(anonymous, adapters, viewer)
    found = (await anonymous.get("/api/v1/clients")).json()["items"][0]
    answer = await anonymous.patch(
        f"/api/v1/clients/{found['id']}", json={"email_override": "x@example.org"}
    )
    assert answer.status_code == 403


async def test_another_firms_rows_are_not_there(anonymous, adapters, clock, seven, firm) -> None:
    async with adapters.database.transaction(firm.id) as session:
        mine = await make_client(session, firm=firm)
        invoice = await make_invoice(session, firm=firm, client=mine, now=clock.now(), due_on=None)
    async with adapters.database.transaction() as session:
        other = await make_firm(session, now=clock.now(), name="Other")
        user = await make_user(session, firm=other, now=clock.now())
    await log_in(anonymous, adapters, user)
    assert await numbers(anonymous) == []
    assert (await anonymous.get("/api/v1/clients")).json()["items"] == []
    for path in (
        f"/api/v1/invoices/{invoice.id}",
        f"/api/v1/invoices/{invoice.id}/timeline",
        f"/api/v1/clients/{mine.id}",
    ):
        assert (await anonymous.get(path)).status_code == 404
    answer = await anonymous.patch(
        f"/api/v1/clients/{mine.id}", json={"email_override": "thief@example.org"}
    )
    assert answer.status_code == 404


@given(q=st.text(max_size=30))
def test_any_search_text_is_a_filter(q: str) -> None:
    wanted = asked_text(q)
    assert wanted is None or ("\0" not in wanted and wanted)
