"""The filters of the Invoices page: the same answer in list, count, sections and file."""

import csv
import io
from datetime import timedelta

import httpx
import pytest

from factories import make_client, make_collection, make_hold, make_invoice
from fakes import MovableClock
from invoice_tracker.core.deps import Adapters
from invoice_tracker.firms.models import Firm
from invoice_tracker.invoices.models import ClioState, Matter
from invoice_tracker.reminder_sets.models import ReminderSetVersion

API = "/api/v1/invoices"


@pytest.fixture
async def names(adapters: Adapters, firm: Firm, clock: MovableClock) -> dict[str, str]:
    """Six invoices, and the ids that filters name."""
    now, today = clock.now(), clock.now().date()
    async with adapters.database.transaction(firm.id) as session:
        ada = await make_client(session, firm=firm, name="=Ada Okafor")
        matter = Matter(
            firm_id=firm.id, clio_id=1, display_number="00001-Lease", attorney_name="Sam Reyes"
        )
        session.add(matter)
        await session.flush()
        common = {"firm": firm, "now": now, "client": ada}

        def due(days_ago: int) -> dict[str, object]:
            return {"due_on": today - timedelta(days=days_ago), **common}

        await make_invoice(session, number="LATE", total_minor=9_999, **due(40))
        mine = {"matter_id": matter.id, "matter_ids": [matter.id]}
        await make_invoice(session, number="LEASE", total_minor=10_000, **mine, **due(-5))
        await make_invoice(session, number="YEN", currency="JPY", total_minor=100, **due(0))
        await make_invoice(session, number="DAYLESS", due_on=None, total_minor=50_000, **common)
        held = await make_invoice(session, number="HELD", total_minor=1_000, **due(7))
        collection = await make_collection(session, firm=firm, invoice=held, now=now)
        await make_hold(session, firm=firm, invoice=held, now=now)
        paid = {"paid_minor": 20_000, "state": ClioState.paid}
        await make_invoice(session, number="PAID", total_minor=20_000, **paid, **due(30))
        version = await session.get_one(ReminderSetVersion, collection.version_id)
        return {"matter": str(matter.id), "set": str(version.reminder_set_id)}


CASES = [
    ({"matter_id": "matter"}, {"LEASE"}),
    ({"attorney": "sam reyes"}, {"LEASE"}),
    ({"attorney": "Sam"}, set()),
    ({"overdue_from": "1"}, {"LATE", "HELD", "PAID"}),
    ({"overdue_from": "0", "overdue_to": "30"}, {"YEN", "HELD", "PAID"}),
    ({"overdue_to": "-1"}, {"LEASE"}),
    ({"at_least": "100"}, {"LEASE", "YEN", "DAYLESS", "PAID"}),
    ({"at_most": "99.99"}, {"LATE", "HELD"}),
    ({"at_least": "100", "at_most": "100"}, {"LEASE", "YEN"}),
    ({"reminder_set_id": "set"}, {"HELD"}),
    ({"hold": "paused"}, {"HELD"}),
    ({"hold": "dispute"}, set()),
    ({"currency": "jpy", "overdue_from": "0"}, {"YEN"}),
]


@pytest.mark.parametrize(("params", "expected"), CASES)
async def test_list_count_sections_and_file_agree(
    client: httpx.AsyncClient,
    names: dict[str, str],
    params: dict[str, str],
    expected: set[str],
) -> None:
    params = {key: names.get(value, value) for key, value in params.items()}
    page = (await client.get(API, params=params)).json()
    assert {row["number"] for row in page["items"]} == expected
    assert page["total"] == len(expected)
    sections = (await client.get(f"{API}/sections", params=params)).json()["items"]
    assert sum(section["count"] for section in sections) == len(expected)
    for section in sections:
        of_it = {"section": section["section"], **params}
        assert (await client.get(API, params=of_it)).json()["total"] == section["count"]
    file = await client.get(f"{API}/export", params=params)
    lines = list(csv.DictReader(io.StringIO(file.text.removeprefix("\ufeff"))))
    assert {line["Invoice"] for line in lines} == expected


async def test_the_file_has_exact_amounts_and_no_formulas(
    client: httpx.AsyncClient, names: dict[str, str]
) -> None:
    file = await client.get(f"{API}/export", params={"sort": "-balance"})
    lines = list(csv.DictReader(io.StringIO(file.text.removeprefix("\ufeff"))))
    assert [line["Invoice"] for line in lines][:3] == ["DAYLESS", "LEASE", "LATE"]
    late = next(line for line in lines if line["Invoice"] == "LATE")
    assert (late["Client"], late["Balance"], late["Days overdue"]) == (
        "'=Ada Okafor",
        "99.99",
        "40",
    )
    assert next(line for line in lines if line["Invoice"] == "YEN")["Total"] == "100"


async def test_all_that_match_are_changed_and_nothing_else(
    client: httpx.AsyncClient, names: dict[str, str]
) -> None:
    wanted = {"selection": {"all_matching": {"overdue_from": 1, "overdue_to": 30}}}
    address = "/api/v1/collection-changes"
    can = (await client.post(f"{address}/preview", json=wanted | {"action": "pause"})).json()
    assert can["possible"] == 0
    assert {(each["number"], each["reason"]) for each in can["refused"]} == {
        ("HELD", "It is paused already."),
        ("PAID", "No reminders are active."),
    }
    resumed = (await client.post(address, json=wanted | {"action": "resume"})).json()
    assert len(resumed["invoice_ids"]) == 1
    again = (await client.post(address, json=wanted | {"action": "resume"})).json()
    assert again["invoice_ids"] == []
    rows = (await client.get(API, params={"section": "active_reminders"})).json()
    assert [row["number"] for row in rows["items"]] == ["HELD"]
    soon = {"selection": {"invoice_ids": resumed["invoice_ids"]}}
    gone_by = {"action": "pause", "until": "2026-03-02"}
    assert (await client.post(address, json=soon | gone_by)).status_code == 422
    paused = (await client.post(address, json=soon | {"action": "pause"})).json()
    assert paused["invoice_ids"] == resumed["invoice_ids"]
    moved = (await client.post(address, json=soon | {"action": "move"})).json()
    assert moved["refused"][0]["reason"] == "It runs on the newest version already."
    stopped = (await client.post(address, json=soon | {"action": "stop"})).json()
    assert stopped["invoice_ids"] == resumed["invoice_ids"]
    row = (await client.get(f"{API}/{stopped['invoice_ids'][0]}")).json()
    assert row["section"] == "no_reminders"
