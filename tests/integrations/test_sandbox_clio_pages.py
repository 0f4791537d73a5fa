"""The sandbox's Clio: its page, its file, its clock and its command line."""

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from integrations.sandbox_clio import ClioSandbox, opened
from invoice_tracker.sandbox.clio.store import Store
from invoice_tracker.sandbox.clock import SandboxClock


@pytest.fixture
async def sandbox() -> AsyncIterator[ClioSandbox]:
    async with opened() as sandbox:
        yield sandbox


async def submit(sandbox: ClioSandbox, path: str, **form: Any) -> str:
    """The page that one sees after a form."""
    answer = await sandbox.http.post(path, data=form, follow_redirects=True)
    assert answer.status_code == 200, answer.text
    assert answer.history, "a form leads elsewhere, so that a reload does not repeat it"
    return answer.text


async def test_the_page_says_what_it_is(sandbox: ClioSandbox) -> None:
    page = (await sandbox.http.get("/")).text
    assert "Not the real Clio" in page
    assert "Hale &amp; Moreno LLP" in page
    assert "60 of 300 shown" in page
    fields = re.findall(r'<(?:input|select)(?![^>]*type="hidden")[^>]*>', page)
    for field in fields:
        name = re.search(r'id="([^"]+)"', field)
        assert "aria-label" in field or (name and f'for="{name.group(1)}"' in page), field


async def test_search_and_state(sandbox: ClioSandbox) -> None:
    bill = sandbox.find(state="void")
    page = (await sandbox.http.get("/", params={"q": bill["number"], "state": "void"})).text
    assert f'id="bill-{bill["id"]}"' in page
    assert "1 of 1 shown" in page
    assert "No bill matches" in (await sandbox.http.get("/", params={"q": "nobody"})).text
    small = (await sandbox.http.get("/", params={"account": sandbox.account_id(1)})).text
    assert "12 of 12 shown" in small


async def test_from_a_quick_bill_to_paid(sandbox: ClioSandbox) -> None:
    account, client = sandbox.account_id(), next(iter(sandbox.rows("contacts")))
    page = await submit(
        sandbox, "/do/new", account=account, client_id=client, amount="850.00", due_in_days="30"
    )
    bill = list(sandbox.rows("bills").values())[-1]
    assert (bill["state"], bill["total_minor"], bill["due_at"]) == ("draft", 85_000, "2026-04-01")
    assert f"Bill {bill['number']} is a draft" in page
    do = f"/do/bills/{bill['id']}"
    assert "is approved" in await submit(sandbox, f"{do}/approve")
    assert "is paid in part" in await submit(sandbox, f"{do}/pay", amount="1.50")
    assert "is paid." in await submit(sandbox, f"{do}/pay")
    assert (bill["state"], bill["paid_minor"]) == ("paid", 85_000)


async def test_skipping_the_approval_and_voiding(sandbox: ClioSandbox) -> None:
    client = next(iter(sandbox.rows("contacts")))
    form = {"account": sandbox.account_id(), "client_id": client, "amount": "1,200.10"}
    await submit(sandbox, "/do/new", due_in_days="-5", approved="true", **form)
    bill = list(sandbox.rows("bills").values())[-1]
    assert (bill["state"], bill["total_minor"]) == ("awaiting_payment", 120_010)
    assert "is void" in await submit(sandbox, f"/do/bills/{bill['id']}/void")


async def test_what_cannot_be_is_said(sandbox: ClioSandbox) -> None:
    bill = sandbox.find(state="awaiting_payment", currency="USD", paid_minor=0, pending_minor=0)
    for amount in ("abc", "-1", "999999999"):
        page = await submit(sandbox, f"/do/bills/{bill['id']}/pay", amount=amount)
        assert 'role="alert"' in page
    assert bill["paid_minor"] == 0
    unknown = await sandbox.http.post(f"/do/bills/{bill['id']}/burn")
    assert unknown.status_code == 404
    assert bill["state"] == "awaiting_payment"


async def test_behaving_badly_from_the_page(sandbox: ClioSandbox) -> None:
    api = await sandbox.connect()
    account = sandbox.account_id()
    await submit(sandbox, "/do/switches", account=account, mark_paid="422", rate_limit="7")
    assert (sandbox.store.mark_paid, sandbox.app.state.world.rates.limit) == ("422", 7)
    page = await submit(sandbox, "/do/faults", account=account, what="500", count="2")
    assert "2 requests are still to go wrong" in page
    assert (await api.get("bills.json")).status_code == 500
    await submit(sandbox, "/do/faults/clear", account=account)
    assert (await api.get("bills.json")).status_code == 200


async def test_a_bill_has_an_address(sandbox: ClioSandbox) -> None:
    bill = sandbox.find(which=1, state="awaiting_payment")
    page = (await sandbox.http.get("/", params={"bill": bill["id"]})).text
    assert "Brook &amp; Partners" in page
    assert re.findall(r'id="bill-(\d+)"', page) == [str(bill["id"])]
    # Clio's own address has the bill behind the #: a script of the page reads it there.
    script = (await sandbox.http.get("/nc/")).text
    assert "location.hash" in script
    assert "/?bill=" in script


async def test_starting_again_keeps_who_is_connected(sandbox: ClioSandbox) -> None:
    api = await sandbox.connect()
    before = {key: dict(row) for key, row in sandbox.rows("bills").items()}
    await sandbox.do("bills", amount=5)
    await sandbox.do("switches", mark_paid="403")
    await sandbox.do("faults", kind="status")
    await sandbox.do("reset")
    assert sandbox.rows("bills") == before
    assert sandbox.store.mark_paid == "allow"
    assert (await api.get("bills.json")).status_code == 200


async def test_the_whole_state(sandbox: ClioSandbox) -> None:
    query = {"account_id": sandbox.account_id(1)}
    found = (await sandbox.http.get("/sandbox/state", params=query)).json()
    assert found["account"]["name"] == "Brook & Partners"
    assert len(found["bills"]) == 12
    assert {"id", "number", "state", "balance", "client"} <= set(found["bills"][0])


# The file and the clock


async def test_a_restart_keeps_everything(tmp_path: Path) -> None:
    path = tmp_path / "state" / "clio.json"
    async with opened(Store(path)) as first:
        token = (await first.allow())["access_token"]
        bill = await first.do("bills", amount="12.34")
        await first.do("switches", mark_paid="403", permissions={"tasks": "read"})
        first.store.save()
        kept = first.rows("bills")
    async with opened(Store(path)) as second:
        assert second.rows("bills") == kept
        assert second.rows("bills")[bill["id"]]["total_minor"] == 1234
        assert second.store.mark_paid == "403"
        assert second.store.permissions == {"tasks": "read"}
        answer = await second.http.get(
            "/api/v4/bills.json", headers={"Authorization": f"Bearer {token}"}
        )
        assert answer.status_code == 200
        assert (await second.do("bills", amount=1))["id"] > bill["id"]


async def test_the_file_is_written_whole_and_only_after_a_change(tmp_path: Path) -> None:
    path = tmp_path / "clio.json"
    async with opened(Store(path)) as sandbox:
        saving = asyncio.create_task(sandbox.store.keep_saving(0.01))
        await asyncio.sleep(0.1)
        first = path.stat().st_mtime_ns
        await asyncio.sleep(0.1)
        assert path.stat().st_mtime_ns == first
        await sandbox.do("bills", amount=5)
        await asyncio.sleep(0.2)
        saving.cancel()
        assert path.stat().st_mtime_ns > first
    document = json.loads(path.read_text())
    assert len(document["accounts"][0]["tables"]["bills"]) == 301
    assert not path.with_suffix(".tmp").exists()


def test_the_clock_follows_its_file(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "clock.json"
    reader, writer = SandboxClock(path), SandboxClock(path)
    assert reader.offset_seconds == 0
    before = reader.now()
    writer.set_offset(3600)
    assert 3590 < (reader.now() - before).total_seconds() < 3660
    writer.set_offset(-3600)
    assert (reader.now() - before).total_seconds() < -3500
    path.unlink()
    assert reader.offset_seconds == 0


async def address_of(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None
    async with asyncio.timeout(60):
        while line := (await process.stderr.readline()).decode():
            found = re.search(r"http://127\.0\.0\.1:\d+", line)
            if found:
                return found.group(0)
    raise AssertionError("it ended")


@pytest.mark.slow
async def test_it_starts_from_the_command_line(tmp_path: Path) -> None:
    clock = tmp_path / "clock.json"
    SandboxClock(clock).set_offset(86_400 * 10)
    command = [sys.executable, "-m", "invoice_tracker.sandbox.clio", "--port", "0"]
    command += ["--data", str(tmp_path / "clio.json"), "--clock-file", str(clock)]
    command += ["--log-level", "info"]
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    try:
        url = await address_of(process)
        async with httpx.AsyncClient(base_url=url, trust_env=False) as http:
            answer = await http.get("/sandbox/state")
    finally:
        process.terminate()
        await process.communicate()
    assert len(answer.json()["bills"]) == 300
    assert len(answer.headers.get_list("date")) == 1
    assert (tmp_path / "clio.json").exists()
