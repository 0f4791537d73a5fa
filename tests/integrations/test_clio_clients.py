"""Whom and what a bill concerns: addresses, hidden and merged contacts, split and trust bills."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select, text

from fakes import MovableClock
from integrations.clio_firm import connection_of, invoices_of, point_at, sync, titles_of
from integrations.sandbox_serving import serving
from integrations.test_clio_with_sandbox import SMALL, Sandbox
from integrations.test_clio_with_sandbox import connect as connect_to
from invoice_tracker.core.deps import Adapters
from invoice_tracker.firms.models import Firm
from invoice_tracker.integrations.clio import jobs
from invoice_tracker.integrations.clio.access import ClioAccess, open_client
from invoice_tracker.integrations.clio.contacts import read_contacts_of
from invoice_tracker.integrations.clio.models import RunState
from invoice_tracker.integrations.clio.own_reminders import read_own_reminders
from invoice_tracker.integrations.clio.problems import ClioForbidden
from invoice_tracker.invoices.models import Client, Invoice, Matter, TimelineEntry
from invoice_tracker.sandbox.clio.app import create_app
from invoice_tracker.sandbox.clio.store import Row, Store


@pytest.fixture
async def sandbox(clock: MovableClock) -> AsyncIterator[Sandbox]:
    store = Store()
    app = create_app(
        store, clock, client_id="client-id", client_secret="client-secret", rate_limit=0
    )
    async with serving(app) as url, httpx.AsyncClient(base_url=url) as http:
        yield Sandbox(http, store)


@pytest.fixture
async def adapters(adapters: Adapters, sandbox: Sandbox) -> AsyncIterator[Adapters]:
    sandbox.url = str(sandbox.http.base_url)
    pointed = point_at(adapters, sandbox)
    yield pointed
    await pointed.billing.close()


@pytest.fixture
async def connected(client: httpx.AsyncClient, sandbox: Sandbox, adapters, firm) -> None:
    assert "connected=1" in await connect_to(client, sandbox)
    await jobs.run_requested(adapters, firm.id)
    assert (await connection_of(adapters, firm)).error is None


def people(sandbox: Sandbox) -> list[Row]:
    """The small firm's contacts; the first ones have one address each."""
    return list(sandbox.store.accounts[sandbox.accounts[SMALL]].table("contacts").values())


async def one(adapters: Adapters, firm: Firm, clio_id: int) -> Client:
    async with adapters.database.transaction(firm.id) as session:
        found = await session.scalars(
            select(Client).where(Client.firm_id == firm.id, Client.clio_id == clio_id)
        )
        return found.one()


async def shown(client: httpx.AsyncClient, adapters: Adapters, firm: Firm, clio_id: int) -> Any:
    """The client's page."""
    found = await one(adapters, firm, clio_id)
    return (await client.get(f"/api/v1/clients/{found.id}")).json()


async def versions(adapters: Adapters, firm: Firm, *tables: Any) -> dict[str, set[tuple[str, str]]]:
    """Which version every row is: a row that is written gets another one."""
    async with adapters.database.transaction(firm.id) as session:
        return {
            table.__tablename__: {
                (str(row[0]), str(row[1]))
                for row in await session.execute(
                    select(table.id, func.concat(text("ctid::text"), text("xmin::text")))
                )
            }
            for table in tables
        }


async def read(adapters: Adapters, firm: Firm, *clio_ids: int) -> set[Any]:
    access = ClioAccess.of(adapters)
    async with open_client(access, firm.id) as clio:
        return await read_contacts_of(access, clio, firm.id, clio_ids)


async def read_reminders(adapters: Adapters, firm: Firm) -> set[Any]:
    access = ClioAccess.of(adapters)
    async with open_client(access, firm.id) as clio:
        return await read_own_reminders(access, clio, firm.id)


async def test_every_address_is_kept_and_one_is_used(
    client, sandbox, adapters, firm, connected, clock
):
    contact = people(sandbox)[0]["id"]
    await sandbox.new_bill(client_id=contact)
    await sandbox.do(f"contacts/{contact}/addresses", emails=["first@x.org", "second@x.org"])
    await sync(adapters, firm)
    await read(adapters, firm, contact)
    page = await shown(client, adapters, firm, contact)
    assert [
        (each["address"], each["name"], each["primary"], each["in_use"])
        for each in page["email_addresses"]
    ] == [("first@x.org", "Work", True, True), ("second@x.org", "Home", False, False)]
    assert (page["effective_email"], page["email_source"]) == ("first@x.org", "clio")
    # "Use this one", and "Use Clio's again".
    path = f"/api/v1/clients/{page['id']}"
    page = (await client.patch(path, json={"email_override": "second@x.org"})).json()
    assert (page["effective_email"], page["email_source"]) == ("second@x.org", "override")
    assert [each["in_use"] for each in page["email_addresses"]] == [False, True]
    page = (await client.patch(path, json={"email_override": None})).json()
    assert (page["effective_email"], page["email_source"]) == ("first@x.org", "clio")


async def test_a_bill_does_not_wipe_the_list_and_nothing_is_written_twice(
    client, sandbox, adapters, firm, connected, clock
):
    contact = people(sandbox)[0]["id"]
    bill = await sandbox.new_bill(client_id=contact)
    await sandbox.do(f"contacts/{contact}/addresses", emails=["first@x.org", "second@x.org"])
    await sync(adapters, firm)
    assert await read(adapters, firm, contact) == set()
    before = await versions(adapters, firm, Client, Matter)
    clock.move(minutes=15)
    await sandbox.do(f"bills/{bill}/due_date", due_at="2026-09-01")
    assert (await sync(adapters, firm)).invoices_updated == 1
    assert await read(adapters, firm, contact) == set()
    assert await versions(adapters, firm, Client, Matter) == before
    assert len((await one(adapters, firm, contact)).email_addresses) == 2


async def test_two_hundred_contacts_a_request(client, sandbox, adapters, firm, connected):
    some = [contact["id"] for contact in people(sandbox)]
    await read(adapters, firm, *some, *range(10**9, 10**9 + 450))
    access = ClioAccess.of(adapters)
    async with open_client(access, firm.id) as clio:
        await read_contacts_of(access, clio, firm.id, [*some, *range(10**9, 10**9 + 450)])
        assert clio.requests_used == 3
        await read_contacts_of(access, clio, firm.id, [])
        assert clio.requests_used == 3


@pytest.mark.parametrize("hidden", ["addresses", "everything"])
async def test_a_hidden_contact_keeps_its_name_and_gets_no_mail(
    client, sandbox, adapters, firm, connected, clock, hidden
):
    contact = people(sandbox)[0]
    bill = await sandbox.new_bill(client_id=contact["id"])
    await sync(adapters, firm)
    await read(adapters, firm, contact["id"])
    before = await one(adapters, firm, contact["id"])
    assert before.email
    assert before.email_addresses
    clock.move(minutes=15)
    await sandbox.do(f"contacts/{contact['id']}/visibility", hidden=hidden)
    await sandbox.do(f"bills/{bill}/due_date", due_at="2026-09-01")
    assert (await sync(adapters, firm)).state is RunState.succeeded
    assert await read(adapters, firm, contact["id"]) == set()
    after = await one(adapters, firm, contact["id"])
    assert (after.name, after.first_name) == (before.name, before.first_name)
    # A wrong address is worse than none; the list stays for staff to choose from.
    assert after.email is None
    assert after.email_addresses == before.email_addresses
    invoice = (await invoices_of(adapters, firm))[bill]
    page = (await client.get(f"/api/v1/invoices/{invoice.id}")).json()
    assert (page["recipient"], page["remindable"]) == (None, False)
    assert f"The client's e-mail address {before.email} was removed" in await titles_of(
        adapters, firm
    )
    clock.move(minutes=15)
    await sandbox.do(f"contacts/{contact['id']}/visibility", hidden="nothing")
    await read(adapters, firm, contact["id"])
    assert (await one(adapters, firm, contact["id"])).email == before.email


async def test_a_bill_whose_client_is_hidden_keeps_the_client(
    client, sandbox, adapters, firm, connected, clock
):
    contact = people(sandbox)[0]
    bill = await sandbox.new_bill(client_id=contact["id"])
    await sync(adapters, firm)
    before = (await invoices_of(adapters, firm))[bill]
    clock.move(minutes=15)
    await sandbox.do(f"bills/{bill}/due_date", due_at="2026-09-01")
    del sandbox.store.accounts[sandbox.accounts[SMALL]].table("contacts")[contact["id"]]
    assert (await sync(adapters, firm)).state is RunState.succeeded
    after = (await invoices_of(adapters, firm))[bill]
    assert after.client_id == before.client_id
    found = await one(adapters, firm, contact["id"])
    assert (found.name, found.email) == (contact["name"], None)


async def test_a_merged_contact(client, sandbox, adapters, firm, connected, clock):
    old, new = people(sandbox)[:2]
    bill = await sandbox.new_bill(client_id=old["id"])
    await sandbox.new_bill(client_id=new["id"])
    await sync(adapters, firm)
    page = await shown(client, adapters, firm, old["id"])
    set_here = {"email_override": "accounts@old.example"}
    assert (await client.patch(f"/api/v1/clients/{page['id']}", json=set_here)).is_success
    clock.move(minutes=15)
    await sandbox.do(f"contacts/{old['id']}/merge", into=new["id"])
    assert (await sync(adapters, firm)).state is RunState.succeeded
    survivor = await one(adapters, firm, new["id"])
    assert (await invoices_of(adapters, firm))[bill].client_id == survivor.id
    assert (await shown(client, adapters, firm, old["id"]))["open_invoices"] == 0
    assert survivor.effective_email == new["addresses"][0]["address"]
    async with adapters.database.transaction(firm.id) as session:
        told = await session.scalars(
            select(TimelineEntry).where(TimelineEntry.title.contains("changed from"))
        )
        entry = next(e for e in told if e.title.startswith("The bill's client"))
    assert entry.title == (f"The bill's client in Clio changed from {old['name']} to {new['name']}")
    assert entry.detail is not None
    assert entry.detail.startswith(f"Reminders go to {survivor.email} now.")
    assert "accounts@old.example, set here for" in entry.detail
    # The old contact is gone in Clio; asking for it changes nothing here.
    assert await read(adapters, firm, old["id"]) == set()
    assert (await one(adapters, firm, old["id"])).name == old["name"]


async def test_a_client_bill_over_several_matters(
    client, sandbox, adapters, firm, connected, clock
):
    bill = await sandbox.new_bill()
    matters = sandbox.store.accounts[sandbox.accounts[SMALL]].table("matters")
    chosen = list(matters)[2::-1]
    await sandbox.do(f"bills/{bill}/matters", matter_ids=chosen)
    await sync(adapters, firm)
    invoice = (await invoices_of(adapters, firm))[bill]
    assert invoice.matter_ids[0] == invoice.matter_id
    page = (await client.get(f"/api/v1/invoices/{invoice.id}")).json()
    numbers = [matters[key]["display_number"] for key in chosen]
    assert [each["display_number"] for each in page["matters"]] == numbers
    assert page["matter"]["display_number"] == numbers[0]
    rows = (await client.get("/api/v1/invoices", params={"q": page["number"]})).json()["items"]
    assert [len(row["matters"]) for row in rows if row["id"] == page["id"]] == [3]
    clock.move(minutes=15)
    await sandbox.do(f"bills/{bill}/matters", matter_ids=chosen[1:])
    assert (await sync(adapters, firm)).invoices_updated == 1
    page = (await client.get(f"/api/v1/invoices/{invoice.id}")).json()
    assert [each["display_number"] for each in page["matters"]] == numbers[1:]


async def test_split_bills_are_each_their_payers(client, sandbox, adapters, firm, connected, clock):
    payer, other = people(sandbox)[:2]
    bill = await sandbox.new_bill(client_id=payer["id"])
    plain = await sandbox.new_bill(client_id=payer["id"])
    await sync(adapters, firm)
    clock.move(minutes=15)
    second = await sandbox.do(f"bills/{bill}/split", client_id=other["id"], portion=75)
    await sync(adapters, firm)
    found = await invoices_of(adapters, firm)
    halves = [found[bill], found[second["id"]]]
    assert [half.total_minor for half in halves] == [90_000, 30_000]
    assert [half.is_split for half in [*halves, found[plain]]] == [True, True, False]
    assert halves[0].client_id != halves[1].client_id
    page = (await client.get(f"/api/v1/invoices/{halves[1].id}")).json()
    assert (page["is_split"], page["client"]["name"]) == (True, other["name"])
    users = sandbox.store.accounts[sandbox.accounts[SMALL]].table("users")
    assert {half.clio_user_id for half in halves} == {next(iter(users))}


async def test_a_bill_that_turns_out_to_be_trust_money_is_taken_out(
    client, sandbox, adapters, firm, connected, clock
):
    bill = await sandbox.new_bill()
    known = await sandbox.new_bill()
    await sync(adapters, firm)
    invoice = (await invoices_of(adapters, firm))[bill]
    clock.move(minutes=15)
    await sandbox.do(f"bills/{bill}/kind", kind="trust_kind")
    answer = await adapters.billing.reread(firm.id, [invoice.id])
    assert (answer.fresh, answer.problem) == ({invoice.id}, None)
    after = (await invoices_of(adapters, firm))[bill]
    assert (after.clio_state, after.client_id) == ("deleted", invoice.client_id)
    page = (await client.get(f"/api/v1/invoices/{invoice.id}")).json()
    assert (page["section"], page["pay_url"], page["remindable"]) == (None, None, False)
    assert page["status_note"] == "A request for trust money in Clio now"
    told = "The bill is a request for trust money in Clio now: it is no longer collected here"
    assert (await titles_of(adapters, firm)).count(told) == 1
    await adapters.billing.reread(firm.id, [invoice.id])
    assert (await titles_of(adapters, firm)).count(told) == 1
    clock.move(minutes=15)
    await sandbox.do(f"bills/{bill}/kind", kind="revenue_kind")
    await sync(adapters, firm)
    found = await invoices_of(adapters, firm)
    assert [found[key].clio_state for key in (bill, known)] == ["awaiting_payment"] * 2
    assert not found[bill].is_trust


async def test_the_same_bills_again_write_nothing(client, sandbox, adapters, firm, connected):
    bill = await sandbox.new_bill()
    matters = sandbox.store.accounts[sandbox.accounts[SMALL]].table("matters")
    await sandbox.do(f"bills/{bill}/matters", matter_ids=list(matters)[:3])
    await sandbox.do(f"bills/{bill}/split", client_id=people(sandbox)[1]["id"])
    await sync(adapters, firm)
    # In the same instant, so that not even the time of the last reading moves.
    before = await versions(adapters, firm, Invoice, Client, Matter, TimelineEntry)
    assert (await sync(adapters, firm)).invoices_updated == 0
    assert await versions(adapters, firm, Invoice, Client, Matter, TimelineEntry) == before


async def test_clios_own_reminders(client, sandbox, adapters, firm, connected, clock):
    reminded, other = people(sandbox)[:2]
    bills = [await sandbox.new_bill(client_id=each["id"]) for each in (reminded, other)]
    await sync(adapters, firm)
    await sandbox.do(f"contacts/{reminded['id']}/reminders", enabled=True)
    noted = await one(adapters, firm, reminded["id"])
    assert noted.id in await read_reminders(adapters, firm)
    before = await versions(adapters, firm, Client)
    assert await read_reminders(adapters, firm) == set()
    assert await versions(adapters, firm, Client) == before
    found = await invoices_of(adapters, firm)
    for contact, bill, warned in ((reminded, bills[0], True), (other, bills[1], False)):
        page = await shown(client, adapters, firm, contact["id"])
        assert page["clio_reminders_enabled"] is warned
        page = (await client.get(f"/api/v1/invoices/{found[bill].id}")).json()
        assert page["clio_reminders_enabled"] is warned
    await sandbox.do(f"contacts/{reminded['id']}/reminders", enabled=False)
    assert await read_reminders(adapters, firm) == {noted.id}
    assert not (await shown(client, adapters, firm, reminded["id"]))["clio_reminders_enabled"]


async def test_nothing_is_noted_of_reminders_that_may_not_be_read(
    client, sandbox, adapters, firm, connected
):
    await sandbox.do(f"contacts/{people(sandbox)[0]['id']}/reminders", enabled=True)
    await sandbox.do("faults", kind="status", status=403, path="/outstanding_client_balances")
    before = await versions(adapters, firm, Client)
    with pytest.raises(ClioForbidden):
        await read_reminders(adapters, firm)
    assert await versions(adapters, firm, Client) == before
