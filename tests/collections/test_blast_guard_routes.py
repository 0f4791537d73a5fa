"""What an owner sees of the blast guard, and decides."""

from datetime import date

import httpx
import pytest
from scenarios.diary import Diary

from conftest import log_in
from factories import make_user
from fakes import MovableClock
from invoice_tracker.accounts.models import Role
from invoice_tracker.core.deps import Adapters
from invoice_tracker.firms.models import Firm

TUESDAY, WEDNESDAY = date(2026, 3, 3), date(2026, 3, 4)
GUARD = "/api/v1/blast-guard"


@pytest.fixture
async def diary(adapters: Adapters, firm: Firm, clock: MovableClock) -> Diary:
    return Diary.open(adapters, firm, clock)


async def trip(diary: Diary) -> None:
    """Two mails where at most one may leave a day."""
    await diary.set_rules(guard_cap=1)
    await diary.start(
        "0",
        *[await diary.invoice(TUESDAY, await diary.client(email=f"{i}@x.org")) for i in range(2)],
    )
    await diary.live_until(TUESDAY)


async def test_a_day_that_is_as_expected(client: httpx.AsyncClient, diary: Diary) -> None:
    assert (await client.get(GUARD)).json() == {
        "state": "watching",
        "reason": None,
        "tripped_at": None,
        "expected": None,
        "about_to_leave": 0,
        "at_most": None,
        "first_day": None,
    }
    await diary.start("0", await diary.invoice(TUESDAY))
    diary.go_to(TUESDAY, hour=8)
    await diary.tick()
    day = (await client.get(GUARD)).json()
    assert (day["expected"], day["at_most"]) == (1, 11)
    assert (await client.post(f"{GUARD}/release")).status_code == 409
    assert (await client.post(f"{GUARD}/pause")).status_code == 409


async def test_the_first_day(client: httpx.AsyncClient, diary: Diary) -> None:
    await diary.set_rules(sending_since=None, first_day_cap=7)
    first = (await client.get(GUARD)).json()["first_day"]
    assert first == {"cap": 7, "left": 0, "until": None}
    await diary.set_rules(sending_since=diary.clock.now())
    first = (await client.get(GUARD)).json()["first_day"]
    assert first == {"cap": 7, "left": 0, "until": "2026-03-03T15:00:00Z"}


async def test_send_them(client: httpx.AsyncClient, diary: Diary) -> None:
    await trip(diary)
    tripped = (await client.get(GUARD)).json()
    assert tripped["state"] == "tripped"
    assert "2 mails were about to leave" in tripped["reason"]
    items = (await client.get("/api/v1/upcoming", params={"on": "2026-03-03"})).json()["items"]
    assert {(item["state"], item["note"]) for item in items} == {("held", tripped["reason"])}
    released = (await client.post(f"{GUARD}/release")).json()
    assert (released["state"], released["reason"]) == ("released", None)
    await diary.tick()
    assert len([mail for mail in diary.mails() if mail.to.endswith("x.org")]) == 2


async def test_leave_all_stopped(client: httpx.AsyncClient, diary: Diary) -> None:
    await trip(diary)
    paused = (await client.post(f"{GUARD}/pause")).json()
    assert paused["state"] == "watching"
    [pause] = (await client.get("/api/v1/pauses")).json()["items"]
    assert pause["reach"] == "firm"
    await diary.live_until(WEDNESDAY)
    assert not [mail for mail in diary.mails() if mail.to.endswith("x.org")]


async def test_only_an_owner_decides(
    anonymous: httpx.AsyncClient, adapters: Adapters, firm: Firm, diary: Diary
) -> None:
    async with adapters.database.transaction(firm.id) as session:
        biller = await make_user(session, firm=firm, now=adapters.clock.now(), role=Role.billing)
    await trip(diary)
    await log_in(anonymous, adapters, biller)
    assert (await anonymous.post(f"{GUARD}/release")).status_code == 403
    assert (await anonymous.post(f"{GUARD}/pause")).status_code == 403
    assert (await anonymous.get(GUARD)).json()["state"] == "tripped"
