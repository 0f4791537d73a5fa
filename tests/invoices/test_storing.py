"""Storing what was read from Clio: only changes are written, and each is told."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, func, select

from factories import make_firm
from invoice_tracker.firms.models import Firm
from invoice_tracker.invoices.models import Client, ClioState, Invoice, Matter, TimelineEntry
from invoice_tracker.invoices.records import (
    AddressRecord,
    BillRecord,
    Change,
    ClientRecord,
    MatterRecord,
)
from invoice_tracker.invoices.service import (
    lock_invoices,
    mark_deleted,
    set_email_override,
    update_known_clients,
    upsert_bills,
)

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=15)


def a_bill(clio_id: int = 500, **fields: Any) -> BillRecord:
    """An approved bill of 1,200.00."""
    bill = BillRecord(
        clio_id=clio_id,
        number=str(clio_id),
        state=ClioState.awaiting_payment,
        client=ClientRecord(7, "Ada Okafor", "Ada", False, "ada@example.org"),
        matters=(MatterRecord(9, "00009-Okafor", "Lease"),),
        subject=None,
        issued_on=date(2026, 2, 1),
        due_on=date(2026, 3, 1),
        currency="USD",
        total_minor=120_000,
        paid_minor=0,
        balance_minor=120_000,
        pending_minor=0,
        clio_url="https://app.clio.com/nc/#/bills/500",
        etag='"1"',
        updated_at=NOW,
    )
    return replace(bill, **fields)


async def store(session, firm: Firm, *bills: BillRecord, now: datetime = LATER) -> list[Change]:
    results = await upsert_bills(session, firm_id=firm.id, bills=bills, now=now)
    return [result.change for result in results]


async def titles(session) -> list[str]:
    return list(await session.scalars(select(TimelineEntry.title).order_by(TimelineEntry.title)))


async def one(session) -> Invoice:
    found = await session.scalars(select(Invoice).execution_options(populate_existing=True))
    return found.one()


async def test_a_new_bill_brings_its_client_and_matter(session, firm) -> None:
    assert await store(session, firm, a_bill(), a_bill(501), now=NOW) == [Change.created] * 2
    assert await session.scalar(select(func.count()).select_from(Client)) == 1
    assert await session.scalar(select(func.count()).select_from(Matter)) == 1
    assert await titles(session) == ["Read from Clio for the first time"] * 2


async def test_the_same_page_again_writes_nothing(session, firm, connection) -> None:
    await store(session, firm, a_bill(), now=NOW)
    statements: list[str] = []
    event.listen(
        connection.sync_connection,
        "before_cursor_execute",
        lambda *args: statements.append(args[2].split()[0]),
    )
    assert await store(session, firm, a_bill()) == [Change.unchanged]
    assert set(statements) <= {"SELECT", "UPDATE"}
    # The one thing written is when the bill was last read.
    assert statements.count("UPDATE") == 1
    invoice = await one(session)
    assert (invoice.last_read_at, invoice.created_at) == (LATER, NOW)


async def test_changes_that_matter_are_told(session, firm) -> None:
    await store(session, firm, a_bill(), now=NOW)
    changed = a_bill(
        due_on=date(2026, 3, 15),
        paid_minor=20_000,
        balance_minor=100_000,
        etag='"2"',
        updated_at=LATER,
    )
    assert await store(session, firm, changed) == [Change.updated]
    assert await titles(session) == [
        "Read from Clio for the first time",
        "The amount paid in Clio changed from $0.00 to $200.00",
        "The balance in Clio changed from $1,200.00 to $1,000.00",
        "The due date changed from March 1, 2026 to March 15, 2026",
    ]


@pytest.mark.parametrize("state", ["paid", "void", "deleted", "draft", "awaiting_approval"])
async def test_a_known_bill_follows_every_state(session, firm, state) -> None:
    await store(session, firm, a_bill(), now=NOW)
    changed = a_bill(state=ClioState(state), updated_at=LATER)
    assert await store(session, firm, changed) == [Change.updated]
    assert (await one(session)).clio_state == state


@pytest.mark.parametrize("state", ["void", "deleted", "draft", "awaiting_approval"])
async def test_an_unknown_bill_is_taken_only_when_approved(session, firm, state) -> None:
    assert await store(session, firm, a_bill(state=ClioState(state))) == []


async def test_an_older_answer_changes_nothing(session, firm) -> None:
    await store(session, firm, a_bill(balance_minor=5, updated_at=LATER), now=NOW)
    assert await store(session, firm, a_bill(balance_minor=9)) == [Change.unchanged]
    assert (await one(session)).clio_balance_minor == 5


async def test_a_new_address_is_told_to_every_open_invoice(session, firm) -> None:
    await store(session, firm, a_bill(), a_bill(501), now=NOW)
    moved = replace(a_bill(), client=ClientRecord(7, "Ada Okafor", "Ada", False, "new@example.org"))
    results = await upsert_bills(session, firm_id=firm.id, bills=[moved], now=LATER)
    assert sorted(result.clio_id or 0 for result in results) == [0, 500]
    assert {result.change for result in results} == {Change.updated}
    told = "The client's e-mail address changed from ada@example.org to new@example.org"
    assert (await titles(session)).count(told) == 2


async def test_any_unicode_survives(session, firm) -> None:
    name = "Łukasz O’Brien-Нагорная 株式会社 👩🏽‍⚖️ \u202eevil"
    await store(session, firm, replace(a_bill(), client=ClientRecord(8, name, None, False, None)))
    assert await session.scalar(select(Client.name)) == name


async def test_a_bill_without_client_matter_or_days(session, firm) -> None:
    bare = a_bill(client=None, matters=(), due_on=None, issued_on=None, currency="JPY")
    assert await store(session, firm, bare) == [Change.created]
    assert await store(session, firm, replace(bare, due_on=date(2026, 4, 1))) == [Change.updated]
    assert "The due date changed from none to April 1, 2026" in await titles(session)


def known_as(clio_id: int, name: str | None, email: str | None, *addresses: str) -> ClientRecord:
    """A contact; with ``addresses`` as it is read on its own, without as a bill brings it."""
    several = tuple(
        AddressRecord(address, "Work", primary=address == email) for address in addresses
    )
    return ClientRecord(clio_id, name, None, False, email, several or None)


async def test_neither_a_bill_nor_an_empty_answer_wipes_the_addresses(session, firm) -> None:
    await store(session, firm, a_bill(), now=NOW)
    whole = known_as(7, "Ada Okafor", "ada@example.org", "ada@example.org", "home@example.org")
    common: dict[str, Any] = {"firm_id": firm.id, "now": LATER}
    assert await update_known_clients(session, clients=[whole], **common) == set()
    await store(session, firm, a_bill(etag='"2"', updated_at=LATER))
    empty = replace(whole, addresses=())
    assert await update_known_clients(session, clients=[empty], **common) == set()
    kept = await session.scalar(select(Client.email_addresses))
    assert [each["address"] for each in kept] == ["ada@example.org", "home@example.org"]


async def test_a_list_stored_meanwhile_is_not_lost(committed) -> None:
    async with committed.transaction() as session:
        firm = await make_firm(session, now=NOW)
        await upsert_bills(session, firm_id=firm.id, bills=[a_bill()], now=NOW)
    whole = known_as(7, "Ada Okafor", "ada@example.org", "ada@example.org", "home@example.org")
    renamed = replace(a_bill(), client=known_as(7, "Ada Okafor-Ng", "ada@example.org"))

    async def contact() -> None:
        async with committed.transaction(firm.id) as session:
            await update_known_clients(session, firm_id=firm.id, clients=[whole], now=LATER)
            await asyncio.sleep(0.3)

    async def bill() -> None:
        async with committed.transaction(firm.id) as session:
            await asyncio.sleep(0.1)
            await upsert_bills(session, firm_id=firm.id, bills=[renamed], now=LATER)

    await asyncio.gather(contact(), bill())
    async with committed.transaction(firm.id) as session:
        client = (await session.scalars(select(Client))).one()
    assert (client.name, len(client.email_addresses)) == ("Ada Okafor-Ng", 2)


async def test_a_hidden_client_keeps_its_name(session, firm) -> None:
    await store(session, firm, a_bill(), now=NOW)
    hidden = a_bill(client=known_as(7, None, None), etag='"2"', updated_at=LATER)
    assert await store(session, firm, hidden) == [Change.updated]
    client = (await session.scalars(select(Client))).one()
    assert (client.name, client.first_name, client.email) == ("Ada Okafor", "Ada", None)
    unknown = a_bill(501, client=known_as(8, None, None))
    await store(session, firm, unknown)
    assert await session.scalar(select(Client.name).where(Client.clio_id == 8)) == "Client 8"


async def test_a_bill_that_moves_to_another_client_says_so(session, firm) -> None:
    await store(session, firm, a_bill(), now=NOW)
    old = (await session.scalars(select(Client))).one()
    await set_email_override(
        session, firm_id=firm.id, client_id=old.id, email="x@example.org", actor="Dana", now=NOW
    )
    merged = a_bill(client=known_as(8, "Bo Berg", None), etag='"2"', updated_at=LATER)
    assert await store(session, firm, merged) == [Change.updated]
    told = "The bill's client in Clio changed from Ada Okafor to Bo Berg"
    entry = await session.scalar(select(TimelineEntry).where(TimelineEntry.title == told))
    assert entry.detail == (
        "There is no e-mail address for Bo Berg, so reminders wait. The address x@example.org,"
        " set here for Ada Okafor, is not used for Bo Berg. If it is right for both, set it on"
        " the client's page."
    )
    assert (await one(session)).client_id != old.id


async def test_trust_money_is_never_taken_and_ends_a_bill_we_have(session, firm) -> None:
    trust = a_bill(state=ClioState.deleted, is_trust=True, client=known_as(9, "T", None))
    assert await store(session, firm, trust, replace(trust, state=ClioState.awaiting_payment)) == []
    assert await session.scalar(select(func.count()).select_from(Client)) == 0
    await store(session, firm, a_bill(), now=NOW)
    before = (await one(session)).client_id, (await one(session)).matter_ids
    assert await store(session, firm, replace(trust, updated_at=LATER)) == [Change.updated]
    after = await one(session)
    assert after.clio_state is ClioState.deleted
    assert (after.client_id, after.matter_ids) == before


@pytest.mark.parametrize(
    "change",
    [
        {"is_split": True},
        {"user_id": 5},
        {"matters": (MatterRecord(9, "00009-Okafor", "Lease"), MatterRecord(10, "00010", None))},
    ],
)
async def test_every_new_column_is_compared(session, firm, change) -> None:
    await store(session, firm, a_bill(), now=NOW)
    assert await store(session, firm, a_bill(**change)) == [Change.updated]
    assert await store(session, firm, a_bill(**change)) == [Change.unchanged]


async def test_what_is_gone_is_deleted_once(session, firm) -> None:
    await store(session, firm, a_bill(), now=NOW)
    invoice = await one(session)
    common = {"firm_id": firm.id, "invoice_ids": [invoice.id], "now": LATER}
    assert await mark_deleted(session, **common) == [invoice.id]
    assert await mark_deleted(session, **common) == []
    assert invoice.clio_state is ClioState.deleted


async def test_the_same_bill_in_two_firms_stays_apart(session, firm) -> None:
    await store(session, firm, a_bill(), now=NOW)
    other = await make_firm(session, now=NOW, name="Other")
    assert await store(session, other, a_bill(balance_minor=1)) == [Change.created]
    assert (await one(session)).clio_balance_minor == 1
    assert await lock_invoices(session, firm_id=firm.id, invoice_ids=[]) == []


async def test_two_workers_storing_one_page_make_one_invoice(committed) -> None:
    async with committed.transaction() as session:
        firm = await make_firm(session, now=NOW)
    page = [a_bill(number) for number in range(1, 120)]

    async def worker(bills: list[BillRecord]) -> None:
        async with committed.transaction(firm.id) as session:
            await upsert_bills(session, firm_id=firm.id, bills=bills, now=NOW)

    await asyncio.gather(worker(page), worker(page[::-1]), worker(page))
    async with committed.transaction(firm.id) as session:
        ids: list[UUID] = list(await session.scalars(select(Invoice.id)))
        told = await session.scalar(select(func.count()).select_from(TimelineEntry))
    assert (len(ids), told) == (119, 119)
