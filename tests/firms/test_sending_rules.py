"""What the firm decides: its details, when mail leaves, whom it comes from."""

import re

import httpx
import pytest

from fakes import FakeMailer
from invoice_tracker.core.deps import Adapters
from invoice_tracker.firms.models import Firm
from invoice_tracker.firms.service import ALWAYS, IN_EARNEST, ONCE_VERIFIED, may_send


async def test_rules_change_field_by_field(client: httpx.AsyncClient) -> None:
    before = (await client.get("/api/v1/firm/sending-rules")).json()
    answer = await client.patch("/api/v1/firm/sending-rules", json={"weekdays": [4, 0, 0]})
    assert answer.json() == before | {"weekdays": [0, 4]}


async def test_an_empty_window_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.patch("/api/v1/firm/sending-rules", json={"window_end": "08:00"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "window_end"


async def kinds(adapters: Adapters, firm: Firm) -> frozenset[str]:
    async with adapters.database.transaction(firm.id) as session:
        return await may_send(session, firm_id=firm.id)


async def test_nothing_leaves_before_the_address_is_verified(
    client: httpx.AsyncClient, adapters: Adapters, firm: Firm
) -> None:
    assert await kinds(adapters, firm) == IN_EARNEST
    sender = {"from_name": "Hale & Moreno", "from_email": "new@example.com"}
    answer = await client.put("/api/v1/firm/sender", json=sender)
    assert answer.json()["verified_at"] is None
    assert await kinds(adapters, firm) == ALWAYS


async def test_safe_mode_keeps_reminders_here(
    client: httpx.AsyncClient, adapters: Adapters, firm: Firm
) -> None:
    await client.patch("/api/v1/firm/sending-rules", json={"safe_mode": True})
    assert await kinds(adapters, firm) == ONCE_VERIFIED


@pytest.mark.parametrize("name", ["from_name", "from_email", "reply_to"])
async def test_no_header_can_be_smuggled_in(client: httpx.AsyncClient, name: str) -> None:
    sender = {"from_name": "Hale & Moreno", "from_email": "new@example.com"}
    answer = await client.put(
        "/api/v1/firm/sender", json=sender | {name: "a@example.com\r\nBcc: b@example.com"}
    )
    assert answer.status_code == 422


async def test_the_link_in_the_mail_verifies_the_address_by_post_only(
    client: httpx.AsyncClient, adapters: Adapters, firm: Firm
) -> None:
    from invoice_tracker.worker import send_firm

    sender = {"from_name": "Hale & Moreno", "from_email": "new@example.com"}
    await client.put("/api/v1/firm/sender", json=sender)
    answer = await client.post("/api/v1/firm/sender/verification")
    assert answer.json() == {"sent_to": "new@example.com"}
    await send_firm(adapters, firm.id)
    assert isinstance(adapters.mailer, FakeMailer)
    [mail] = adapters.mailer.sent
    assert mail.to == "new@example.com"
    found = re.search(r"http://testserver(/verify-sender/[\w-]+)", mail.text)
    assert found

    page = await client.get(found.group(1))
    assert "Confirm this address" in page.text
    assert (await client.get("/api/v1/firm/sender")).json()["verified_at"] is None
    assert "is verified" in (await client.post(found.group(1))).text
    assert (await client.get("/api/v1/firm/sender")).json()["verified_at"] is not None


async def test_a_changed_address_makes_the_old_link_worthless(
    client: httpx.AsyncClient, adapters: Adapters, firm: Firm
) -> None:
    from invoice_tracker.firms.service import begin_verification

    async with adapters.database.transaction(firm.id) as session:
        _, token = await begin_verification(session, firm_id=firm.id, now=adapters.clock.now())
    sender = {"from_name": "Hale & Moreno", "from_email": "other@example.com"}
    await client.put("/api/v1/firm/sender", json=sender)
    answer = await client.post(f"/verify-sender/{token}")
    assert answer.status_code == 409
    assert (await client.get("/api/v1/firm/sender")).json()["verified_at"] is None


async def test_setup_says_how_far_the_first_run_has_come(client: httpx.AsyncClient) -> None:
    setup = (await client.get("/api/v1/firm/setup")).json()
    assert setup["clio_connected"] is False
    assert setup["first_import"] == "none"
    assert setup["sender_verified"] is True
    assert setup["today"] == "2026-03-02"


async def test_before_the_firm_has_said_the_sender_is_its_name_and_no_address(
    anonymous: httpx.AsyncClient,
) -> None:
    account = {
        "firm_name": "Brook & Partners",
        "time_zone": "America/New_York",
        "name": "Ruth Brook",
        "email": "ruth@example.com",
        "password": "twelve characters at least",
    }
    await anonymous.post("/api/v1/accounts", json=account)
    sender = (await anonymous.get("/api/v1/firm/sender")).json()
    assert (sender["from_name"], sender["from_email"]) == ("Brook & Partners", "")
    assert (await anonymous.post("/api/v1/firm/sender/verification")).status_code == 409


async def test_the_window_is_local_time(client: httpx.AsyncClient) -> None:
    answer = await client.patch("/api/v1/firm/sending-rules", json={"window_start": "08:00+01:00"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "window_start"
