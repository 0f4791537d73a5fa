"""The sandbox's Clio: bills, people, money and the office through the API."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from clio_openapi import load_contract
from integrations.sandbox_clio import START, ClioSandbox, opened
from invoice_tracker.sandbox.clio.bill_filters import filters
from invoice_tracker.sandbox.clio.contacts_api import FILTERS as CONTACT_FILTERS
from invoice_tracker.sandbox.clio.matters_api import FILTERS as MATTER_FILTERS
from invoice_tracker.sandbox.clio.office_api import MESSAGE_FILTERS, TASK_FILTERS
from invoice_tracker.sandbox.clio.params import ALWAYS
from invoice_tracker.sandbox.clio.shape import Nested
from invoice_tracker.sandbox.clio.shapes import SHAPES
from invoice_tracker.sandbox.clio.store import Row

TODAY = START.date()
SCHEMAS = {
    "bills": "Bill",
    "contacts": "Contact",
    "matters": "Matter",
    "allocations": "Allocation",
    "tasks": "Task",
    "communications": "Communication",
    "hooks": "Webhook",
    "users": "User",
    "addresses": "EmailAddress",
    "currencies": "Currency",
    "outstanding": "OutstandingClientBalance",
}
LISTS = {
    "bills.json": "bills",
    "contacts.json": "contacts",
    "matters.json": "matters",
    "allocations.json": "allocations",
    "tasks.json": "tasks",
    "communications.json": "communications",
    "webhooks.json": "hooks",
    "currencies.json": "currencies",
    "outstanding_client_balances.json": "outstanding",
}


@pytest.fixture
async def sandbox() -> AsyncIterator[ClioSandbox]:
    async with opened() as sandbox:
        yield sandbox


@pytest.fixture
async def api(sandbox: ClioSandbox) -> httpx.AsyncClient:
    return await sandbox.connect()


def everything(noun: str) -> str:
    """A ``fields`` parameter that asks for all there is."""

    def entry(name: str, field: Any) -> str:
        deep = isinstance(field, Nested) and field.noun
        return f"{name}{{{','.join(SHAPES[field.noun])}}}" if deep else name

    return ",".join(entry(name, field) for name, field in SHAPES[noun].items())


async def ids(api: httpx.AsyncClient, path: str = "bills.json", **query: Any) -> list[int]:
    answer = await api.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return [row["id"] for row in answer.json()["data"]]


def expected(sandbox: ClioSandbox, test: Any) -> list[int]:
    rows = sandbox.rows("bills").values()
    return [row["id"] for row in rows if test(row)]


# The contract


@pytest.mark.parametrize("noun", SCHEMAS)
def test_it_knows_exactly_the_fields_that_clio_documents(noun: str) -> None:
    assert set(SHAPES[noun]) == load_contract().field_names(SCHEMAS[noun])


def test_it_knows_every_parameter_that_clio_documents(sandbox: ClioSandbox) -> None:
    account = sandbox.store.accounts[sandbox.account_id()]
    known = {
        "/bills.json": filters(account, TODAY),
        "/contacts.json": CONTACT_FILTERS,
        "/matters.json": MATTER_FILTERS,
        "/tasks.json": TASK_FILTERS,
        "/communications.json": MESSAGE_FILTERS,
    }
    for path, ours in known.items():
        assert load_contract().parameter_names(path) <= set(ours) | ALWAYS, path


@pytest.mark.parametrize("path", LISTS)
async def test_lists_with_every_field_are_as_documented(
    sandbox: ClioSandbox, api: httpx.AsyncClient, path: str
) -> None:
    contract = load_contract()
    await make_one_of_each(sandbox, api)
    answer = await api.get(path, params={"fields": everything(LISTS[path])})
    assert answer.status_code == 200, answer.text
    assert answer.json()["data"], "an empty list proves nothing"
    contract.check(answer)


async def make_one_of_each(sandbox: ClioSandbox, api: httpx.AsyncClient) -> None:
    user, client = next(iter(sandbox.rows("users"))), next(iter(sandbox.rows("contacts")))
    matter = next(iter(sandbox.rows("matters")))
    task = {"name": "Record", "description": "a payment", "assignee": {"id": user, "type": "User"}}
    call: Row = {"type": "PhoneCommunication", "subject": "Called", "body": "Nobody was there."}
    call |= {"received_at": "2026-03-02T12:00:00Z", "matter": {"id": matter}}
    call["receivers"] = [{"id": client, "type": "Contact"}]
    hook = {"url": "https://product.test/hook", "model": "bill", "fields": "id,state"}
    for path, data in (
        ("tasks.json", task),
        ("communications.json", call),
        ("webhooks.json", hook),
    ):
        answer = await api.post(path, json={"data": data})
        assert answer.status_code == 201, answer.text
        load_contract().check(answer)


async def test_single_resources_are_as_documented(
    sandbox: ClioSandbox, api: httpx.AsyncClient
) -> None:
    contract = load_contract()
    contact = next(iter(sandbox.rows("contacts")))
    for path, noun in (
        (f"bills/{next(iter(sandbox.rows('bills')))}.json", "bills"),
        (f"contacts/{contact}.json", "contacts"),
        (f"contacts/{contact}/email_addresses.json", "addresses"),
        (f"matters/{next(iter(sandbox.rows('matters')))}.json", "matters"),
        (f"allocations/{next(iter(sandbox.rows('allocations')))}.json", "allocations"),
        ("users/who_am_i.json", "users"),
    ):
        answer = await api.get(path, params={"fields": everything(noun)})
        assert answer.status_code == 200, answer.text
        contract.check(answer)


# The sample firms


def test_the_sample_is_a_believable_firm(sandbox: ClioSandbox) -> None:
    bills = list(sandbox.rows("bills").values())
    contacts = list(sandbox.rows("contacts").values())
    assert len(bills) == 300
    assert (len(contacts), len(sandbox.rows("matters"))) == (60, 90)
    assert (len(sandbox.rows("bills", 1)), len(sandbox.rows("contacts", 1))) == (12, 6)
    states = {bill["state"] for bill in bills}
    assert states == {"draft", "awaiting_approval", "awaiting_payment", "paid", "void", "deleted"}
    assert {bill["type"] for bill in bills} == {"MatterBill", "ClientBill"}
    assert {bill["currency"] for bill in bills} == {"USD", "CAD", "EUR", "GBP", "JPY"}
    late = [(TODAY - date.fromisoformat(b["due_at"])).days for b in bills if b["due_at"]]
    assert min(late) < -14
    assert 300 < max(late) <= 400
    assert any(0 < b["paid_minor"] < b["total_minor"] for b in bills)
    addresses = [a["address"] for c in contacts for a in c["addresses"]]
    assert all(a.rpartition("@")[2].startswith("example.") for a in addresses)
    assert any(not name.isascii() for name in (c["name"] for c in contacts))


def test_odd_bills_are_there_to_stumble_over(sandbox: ClioSandbox) -> None:
    open_bills = [b for b in sandbox.rows("bills").values() if b["state"] == "awaiting_payment"]
    clients = sandbox.rows("contacts")
    for odd in (
        [b for b in open_bills if b["due_at"] is None],
        [b for b in open_bills if b["total_minor"] == 0],
        [b for b in open_bills if b["total_minor"] < 0],
        [b for b in open_bills if b["pending_minor"]],
        [b for b in open_bills if b["kind"] == "trust_kind"],
        [b for b in open_bills if not clients[b["client_id"]]["addresses"]],
        [b for b in open_bills if clients[b["client_id"]]["redacted"]],
        [b for b in open_bills if len(clients[b["client_id"]]["addresses"]) == 2],
    ):
        assert odd


async def test_the_sample_is_the_same_each_time(sandbox: ClioSandbox) -> None:
    async with opened() as other:
        assert other.rows("bills") == sandbox.rows("bills")


# Fields


async def test_fields_default_to_few(api: httpx.AsyncClient) -> None:
    async def names(path: str, **query: str) -> set[str]:
        return set((await api.get(path, params=query)).json()["data"][0])

    assert await names("bills.json") == {"id", "etag", "number", "state"}
    assert await names("contacts.json") == {"id", "etag"}
    shown = (await api.get("bills.json", params={"fields": "client,matters"})).json()["data"][0]
    assert set(shown["client"]) == {"id", "etag"}
    assert set(shown["matters"][0]) == {"id", "etag"}


async def test_what_is_nested_twice_shows_its_defaults(api: httpx.AsyncClient) -> None:
    answer = await api.get("bills.json", params={"fields": "id,matters{id,client}"})
    assert set(answer.json()["data"][0]["matters"][0]["client"]) == {"id", "etag"}


@pytest.mark.parametrize(
    "fields",
    [
        "id,payments",
        "matter",
        "client{id,nickname}",
        "matters{id,client{name}}",
        "id{etag}",
        "id,,etag",
        "client{id",
        "client{}",
    ],
)
async def test_fields_that_do_not_exist(api: httpx.AsyncClient, fields: str) -> None:
    answer = await api.get("bills.json", params={"fields": fields})
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "InvalidFields"


# Filters, order, pages


async def test_bills_by_state_and_kind(sandbox: ClioSandbox, api: httpx.AsyncClient) -> None:
    found = await ids(api, state="awaiting_payment", type="revenue")
    assert found == expected(
        sandbox, lambda b: b["state"] == "awaiting_payment" and b["kind"] == "revenue_kind"
    )
    trust = await ids(api, type="trust")
    assert trust == expected(sandbox, lambda b: b["kind"] == "trust_kind")
    assert len(trust) == 2


async def test_deleted_bills_only_when_asked_for(
    sandbox: ClioSandbox, api: httpx.AsyncClient
) -> None:
    gone = expected(sandbox, lambda b: b["state"] == "deleted")
    assert await ids(api, state="deleted") == gone
    assert not set(await ids(api)) & set(gone)
    assert await ids(api, **{"ids[]": gone[0]}) == [gone[0]]


async def test_bills_by_days(sandbox: ClioSandbox, api: httpx.AsyncClient) -> None:
    def due(test: Any) -> list[int]:
        return expected(
            sandbox, lambda b: b["state"] == "awaiting_payment" and b["due_at"] and test(b)
        )

    day = (TODAY - timedelta(days=10)).isoformat()
    state = {"state": "awaiting_payment"}
    assert await ids(api, due_before=day, **state) == due(lambda b: b["due_at"] <= day)
    assert await ids(api, due_after=day, **state) == due(lambda b: b["due_at"] >= day)
    assert await ids(api, issued_after=day, **state) == expected(
        sandbox, lambda b: b["state"] == "awaiting_payment" and b["issued_at"] >= day
    )
    some = sandbox.find(state="awaiting_payment", currency="USD")["due_at"]
    assert await ids(api, due_at=some, **state) == due(lambda b: b["due_at"] == some)
    overdue = due(lambda b: b["due_at"] < TODAY.isoformat() and b["total_minor"] > b["paid_minor"])
    assert await ids(api, overdue_only="true") == overdue
    assert await ids(api, status="overdue") == overdue


async def test_bills_by_whom_and_by_number(sandbox: ClioSandbox, api: httpx.AsyncClient) -> None:
    bill = sandbox.find(state="awaiting_payment")
    shown = {"state": "awaiting_payment"}
    assert await ids(api, client_id=bill["client_id"], **shown) == expected(
        sandbox,
        lambda b: b["client_id"] == bill["client_id"] and b["state"] == "awaiting_payment",
    )
    matter = bill["matter_ids"][0]
    assert await ids(api, matter_id=matter, **shown) == expected(
        sandbox, lambda b: matter in b["matter_ids"] and b["state"] == "awaiting_payment"
    )
    assert await ids(api, bill_number=bill["number"]) == [bill["id"]]
    assert bill["id"] in await ids(api, query=bill["number"][:3], **shown)


async def test_a_change_is_found_by_its_time(sandbox: ClioSandbox, api: httpx.AsyncClient) -> None:
    sandbox.clock.move(minutes=20)
    since = sandbox.clock.now().isoformat()
    assert await ids(api, updated_since=since) == []
    bill = sandbox.find(state="awaiting_payment", currency="USD", pending_minor=0, paid_minor=0)
    before = bill["etag"]
    await sandbox.do(f"bills/{bill['id']}/due-date", due_at="2026-12-01")
    assert await ids(api, updated_since=since) == [bill["id"]]
    assert await ids(api, created_since=since) == []
    assert bill["etag"] != before


@pytest.mark.parametrize(
    "query",
    [
        {"state": "open"},
        {"type": "MatterBill"},
        {"limit": 201},
        {"limit": 0},
        {"order": "updated_at(asc)"},
        {"updated_since": "yesterday"},
        {"due_before": "soon"},
        {"client_id": "x"},
        {"page_token": "x"},
        {"colour": "red"},
    ],
)
async def test_parameters_that_make_no_sense(api: httpx.AsyncClient, query: Row) -> None:
    answer = await api.get("bills.json", params=query)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "name", ["due_at", "issued_at", "paid_at", "balance", "number", "client_name", "id"]
)
async def test_order_both_ways(api: httpx.AsyncClient, name: str) -> None:
    field = {"client_name": "client{name}"}.get(name, name)

    async def values(way: str) -> list[Any]:
        query = {"order": f"{name}({way})", "fields": field, "state": "paid"}
        rows = (await api.get("bills.json", params=query)).json()["data"]
        found = [row["client"]["name"] if "client" in row else row[name] for row in rows]
        return [int(value) for value in found] if name == "number" else found

    up, down = await values("asc"), await values("desc")
    assert up == sorted(up)
    assert down == sorted(up, reverse=True)


@pytest.mark.parametrize("order", ["id(asc)", "due_at(desc)", "matter_display_number(asc)"])
async def test_pages_add_up(api: httpx.AsyncClient, order: str) -> None:
    query: Row | None = {"order": order, "limit": 70, "state": "awaiting_payment"}
    url, seen, sizes = "bills.json", [], []
    while url:
        answer = (await api.get(url, params=query)).json()
        seen += [row["id"] for row in answer["data"]]
        sizes.append(len(answer["data"]))
        url, query = answer["meta"]["paging"].get("next"), None
        assert url is None or url.startswith("http://clio.test/api/v4/bills.json?")
    whole = await ids(api, order=order, state="awaiting_payment", limit=200)
    assert seen == whole
    assert len(set(seen)) == len(seen) == answer["meta"]["records"]
    assert sizes[:-1] == [70] * (len(sizes) - 1)


async def test_the_page_before(api: httpx.AsyncClient) -> None:
    first = (await api.get("bills.json", params={"limit": 10})).json()
    second = (await api.get(first["meta"]["paging"]["next"])).json()
    again = (await api.get(second["meta"]["paging"]["previous"])).json()
    assert again["data"] == first["data"]
    assert "previous" not in first["meta"]["paging"]


async def test_a_bill_that_leaves_the_list_takes_no_other_with_it(
    sandbox: ClioSandbox, api: httpx.AsyncClient
) -> None:
    query = {"state": "awaiting_payment", "limit": 50}
    whole = await ids(api, state="awaiting_payment")
    first = (await api.get("bills.json", params=query)).json()
    last = first["data"][-1]["id"]
    sandbox.rows("bills")[last]["state"] = "paid"
    second = (await api.get(first["meta"]["paging"]["next"])).json()
    assert second["data"][0]["id"] == whole[50]


# One bill


async def test_money_is_in_currency_units(sandbox: ClioSandbox, api: httpx.AsyncClient) -> None:
    bill = await sandbox.do("bills", amount="1234.56")
    text = (await api.get(f"bills/{bill['id']}.json", params={"fields": "total,balance"})).text
    assert '"total":1234.56' in text
    yen = await sandbox.do("bills", amount=184_000, currency="JPY")
    assert yen["total"] == 184_000
    assert sandbox.rows("bills")[yen["id"]]["total_minor"] == 184_000


async def test_who_has_it_already_gets_nothing(
    sandbox: ClioSandbox, api: httpx.AsyncClient
) -> None:
    path = f"bills/{sandbox.find(state='awaiting_payment')['id']}.json"
    first = await api.get(path)
    assert first.headers["etag"] == first.json()["data"]["etag"]
    for header, value in (
        ("If-None-Match", first.headers["etag"]),
        ("If-Modified-Since", first.headers["last-modified"]),
    ):
        again = await api.get(path, headers={header: value})
        assert (again.status_code, again.content) == (304, b"")
    assert (await api.get(path, headers={"If-None-Match": '"other"'})).status_code == 200


async def test_a_change_needs_the_latest_version(
    sandbox: ClioSandbox, api: httpx.AsyncClient
) -> None:
    bill = sandbox.find(state="awaiting_payment", paid_minor=0)
    path, old = f"bills/{bill['id']}.json", bill["etag"]
    sandbox.clock.move(minutes=1)
    answer = await api.patch(
        path,
        params={"fields": "due_at,memo,etag"},
        headers={"If-Match": old},
        json={"data": {"due_at": "2026-12-24", "memo": "Later"}},
    )
    assert answer.json()["data"] | {"etag": old} == {
        "due_at": "2026-12-24",
        "memo": "Later",
        "etag": old,
    }
    late = await api.patch(path, headers={"If-Match": old}, json={"data": {"memo": "Too late"}})
    assert late.status_code == 412
    assert bill["memo"] == "Later"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"no json", 400),
        (b"[]", 400),
        (b'{"data": 1}', 400),
        (b'{"data": {"state": "lost"}}', 422),
        (b'{"data": {"total": 1}}', 422),
        (b'{"data": {"due_at": "soon"}}', 400),
        (b'{"data": {"state": "deleted"}}', 422),
    ],
)
async def test_changes_that_cannot_be(
    sandbox: ClioSandbox, api: httpx.AsyncClient, body: bytes, status: int
) -> None:
    bill = sandbox.find(state="awaiting_payment")
    before = dict(bill)
    answer = await api.patch(f"bills/{bill['id']}.json", content=body)
    assert answer.status_code == status
    assert bill == before


ALLOWED = {
    ("draft", "awaiting_approval"),
    ("draft", "awaiting_payment"),
    ("draft", "deleted"),
    ("awaiting_approval", "awaiting_payment"),
    ("awaiting_approval", "deleted"),
    ("awaiting_payment", "paid"),
    ("awaiting_payment", "void"),
}


@pytest.mark.parametrize(
    "start", ["draft", "awaiting_approval", "awaiting_payment", "paid", "void", "deleted"]
)
async def test_the_state_machine(sandbox: ClioSandbox, api: httpx.AsyncClient, start: str) -> None:
    for end in ("awaiting_approval", "awaiting_payment", "paid", "void", "deleted"):
        bill = (await sandbox.do("bills", amount=10))["id"]
        sandbox.rows("bills")[bill]["state"] = start
        shown = await api.get(
            f"bills/{bill}.json", params={"fields": "available_state_transitions"}
        )
        offered = end in shown.json()["data"]["available_state_transitions"]
        assert offered is ((start, end) in ALLOWED)
        answer = await api.patch(f"bills/{bill}.json", json={"data": {"state": end}})
        assert (answer.status_code == 200) is (offered or start == end), (start, end)


async def test_a_bill_with_a_payment_cannot_be_void(
    sandbox: ClioSandbox, api: httpx.AsyncClient
) -> None:
    bill = (await sandbox.do("bills", amount=100))["id"]
    paid = await sandbox.do(f"bills/{bill}/payments", amount=40)
    assert "void" not in paid["available_state_transitions"]
    refused = await api.patch(f"bills/{bill}.json", json={"data": {"state": "void"}})
    assert refused.status_code == 422
    assert (await api.delete(f"bills/{bill}.json")).status_code == 403


@pytest.mark.parametrize(
    ("switch", "status", "state", "balance"),
    [
        ("allow", 200, "paid", 0),
        ("422", 422, "awaiting_payment", 80),
        ("403", 403, "awaiting_payment", 80),
        ("allow_without_balance_change", 200, "paid", 80),
    ],
)
async def test_setting_a_bill_to_paid(
    sandbox: ClioSandbox,
    api: httpx.AsyncClient,
    switch: str,
    status: int,
    state: str,
    balance: int,
) -> None:
    bill = (await sandbox.do("bills", amount=80))["id"]
    await sandbox.do("switches", mark_paid=switch)
    answer = await api.patch(f"bills/{bill}.json", json={"data": {"state": "paid"}})
    assert answer.status_code == status
    fields = {"fields": "state,balance"}
    shown = (await api.get(f"bills/{bill}.json", params=fields)).json()["data"]
    assert shown == {"state": state, "balance": balance}
    assert await ids(api, "allocations.json", bill_id=bill) == []


async def test_deleting(sandbox: ClioSandbox, api: httpx.AsyncClient) -> None:
    draft = (await sandbox.do("bills", amount=5, approved=False))["id"]
    approved = (await sandbox.do("bills", amount=5))["id"]
    for bill, state in ((draft, "deleted"), (approved, "void")):
        assert (await api.delete(f"bills/{bill}.json")).status_code == 204
        assert sandbox.rows("bills")[bill]["state"] == state


async def test_the_printed_bill(sandbox: ClioSandbox, api: httpx.AsyncClient) -> None:
    bill = await sandbox.do("bills", amount="1234.50")
    path = f"bills/{bill['id']}/preview.json"
    answer = await api.get(path, headers={"Accept": "text/html"})
    assert answer.headers["content-type"].startswith("text/html")
    assert "$1,234.50" in answer.text
    assert bill["number"] in answer.text
    refused = await api.get(path, headers={"Accept": "application/json"})
    assert refused.status_code == 406
    assert refused.json()["error"]["type"] == "InvalidFormatError"


async def test_what_is_not_there(api: httpx.AsyncClient) -> None:
    for path in ("bills/99999999.json", "bills/abc.json", "contacts/99999999.json"):
        assert (await api.get(path)).status_code == 404
    unknown = await api.get("http://clio.test/api/v5/bills.json")
    assert unknown.status_code == 404
    assert unknown.json()["error"]["type"] == "RecordNotFound"


# Payments that staff record


async def test_payments_make_allocations(sandbox: ClioSandbox, api: httpx.AsyncClient) -> None:
    bill = (await sandbox.do("bills", amount="300.30"))["id"]
    part = await sandbox.do(f"bills/{bill}/payments", amount="100.10")
    assert (part["state"], part["paid"], part["balance"]) == ("awaiting_payment", 100.1, 200.2)
    whole = await sandbox.do(f"bills/{bill}/payments")
    assert (whole["state"], whole["balance"]) == ("paid", 0)
    query = {"bill_id": bill, "status": "valid", "fields": "amount,date,voided_at,bill{id}"}
    rows = (await api.get("allocations.json", params=query)).json()["data"]
    assert sum(Decimal(str(row["amount"])) for row in rows) == Decimal("300.30")
    assert {row["date"] for row in rows} == {TODAY.isoformat()}
    await sandbox.http.delete(f"/sandbox/bills/{bill}/payments")
    assert await ids(api, "allocations.json", bill_id=bill, status="valid") == []
    assert len(await ids(api, "allocations.json", bill_id=bill, status="invalid")) == 2


async def test_payments_that_cannot_be(sandbox: ClioSandbox) -> None:
    draft = (await sandbox.do("bills", amount=5, approved=False))["id"]
    bill = (await sandbox.do("bills", amount=5))["id"]
    for which, amount in ((draft, 5), (bill, 6), (bill, 0), (bill, -1)):
        answer = await sandbox.http.post(
            f"/sandbox/bills/{which}/payments", json={"amount": amount}
        )
        assert answer.status_code == 422
    assert sandbox.rows("bills")[bill]["paid_minor"] == 0


async def test_a_draft_becomes_a_bill_and_back(sandbox: ClioSandbox) -> None:
    bill = (await sandbox.do("bills", amount=5, approved=False, due_in_days=None))["id"]
    assert (await sandbox.do(f"bills/{bill}/approve"))["state"] == "awaiting_payment"
    assert (await sandbox.do(f"bills/{bill}/unapprove"))["state"] == "draft"
    assert (await sandbox.http.post(f"/sandbox/bills/{bill}/unapprove")).status_code == 422


# People, tasks, communications, balances


async def test_contacts_and_their_addresses(sandbox: ClioSandbox, api: httpx.AsyncClient) -> None:
    two = next(c for c in sandbox.rows("contacts").values() if len(c["addresses"]) == 2)
    redacted = sandbox.find("contacts", redacted=True)
    fields = "primary_email_address,secondary_email_address,email_addresses{address,primary}"

    async def shown(contact: Row) -> Row:
        path = f"contacts/{contact['id']}.json"
        data: Row = (await api.get(path, params={"fields": fields})).json()["data"]
        return data

    full = await shown(two)
    assert full["primary_email_address"] == two["addresses"][0]["address"]
    assert full["secondary_email_address"] == two["addresses"][1]["address"]
    assert [a["primary"] for a in full["email_addresses"]] == [True, False]
    hidden = await shown(redacted)
    assert hidden == {
        "primary_email_address": None,
        "secondary_email_address": None,
        "email_addresses": [],
    }
    path = f"contacts/{two['id']}/email_addresses.json"
    listed = (await api.get(path, params={"fields": "address"})).json()["data"]
    assert [each["address"] for each in listed] == [a["address"] for a in two["addresses"]]


async def test_a_new_address_shows_everywhere(sandbox: ClioSandbox, api: httpx.AsyncClient) -> None:
    sandbox.clock.move(minutes=5)
    since = sandbox.clock.now().isoformat()
    bill = sandbox.find(state="awaiting_payment")
    path = f"/sandbox/contacts/{bill['client_id']}"
    await sandbox.http.patch(path, json={"email": "new@example.org"})
    query = {"fields": "client{primary_email_address}"}
    shown = (await api.get(f"bills/{bill['id']}.json", params=query)).json()["data"]
    assert shown["client"]["primary_email_address"] == "new@example.org"
    assert await ids(api, "contacts.json", updated_since=since) == [bill["client_id"]]


async def test_contacts_are_found(sandbox: ClioSandbox, api: httpx.AsyncClient) -> None:
    company = sandbox.find("contacts", type="Company")
    assert await ids(api, "contacts.json", query=company["name"][:6].lower()) == [company["id"]]
    companies = await ids(api, "contacts.json", type="Company")
    assert 0 < len(companies) < 60
    assert len(await ids(api, "contacts.json", email_only="true")) == 58


async def test_a_task_for_the_owner(sandbox: ClioSandbox, api: httpx.AsyncClient) -> None:
    user = (await api.get("users/who_am_i.json")).json()["data"]["id"]
    task = {"name": "Record a payment", "description": "Bill 1042, $850.00"}
    missing = await api.post("tasks.json", json={"data": task})
    assert missing.status_code == 422
    stranger = {"assignee": {"id": 1, "type": "User"}}
    assert (await api.post("tasks.json", json={"data": task | stranger})).status_code == 422
    body = {"data": task | {"assignee": {"id": user, "type": "User"}, "due_at": "2026-03-05"}}
    made = await api.post(
        "tasks.json", params={"fields": "name,status,due_at,assignee{id,name}"}, json=body
    )
    assert made.status_code == 201
    name = sandbox.rows("users")[user]["name"]
    assert made.json()["data"] == {
        "name": "Record a payment",
        "status": "pending",
        "due_at": "2026-03-05",
        "assignee": {"id": user, "name": name},
    }
    assert len(await ids(api, "tasks.json", status="pending", assignee_id=user)) == 1
    assert await ids(api, "tasks.json", complete="true") == []


async def test_reminders_by_clio_itself_can_be_noticed(
    sandbox: ClioSandbox, api: httpx.AsyncClient
) -> None:
    client = sandbox.find("contacts", reminders_enabled=True)
    query = {"contact_id": client["id"], "fields": "reminders_enabled,total_outstanding_balance"}
    rows = (await api.get("outstanding_client_balances.json", params=query)).json()["data"]
    assert [row["reminders_enabled"] for row in rows] == [True]
    assert rows[0]["total_outstanding_balance"] > 0
    mails = await ids(
        api, "communications.json", type="EmailCommunication", contact_id=client["id"]
    )
    assert len(mails) == 1


async def test_two_firms_do_not_see_each_other(
    sandbox: ClioSandbox, api: httpx.AsyncClient
) -> None:
    small = await sandbox.connect(1)
    who = {"fields": "account{id,name}"}
    names = [
        (await client.get("users/who_am_i.json", params=who)).json()["data"]["account"]
        for client in (api, small)
    ]
    assert names == [
        {"id": sandbox.account_id(0), "name": "Hale & Moreno LLP"},
        {"id": sandbox.account_id(1), "name": "Brook & Partners"},
    ]
    for path in ("bills.json", "contacts.json", "matters.json", "allocations.json"):
        mine, theirs = await ids(api, path), await ids(small, path)
        assert mine
        assert theirs
        assert not set(mine) & set(theirs)
    assert (await small.get(f"bills/{(await ids(api))[0]}.json")).status_code == 404
