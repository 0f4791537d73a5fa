"""A client in another part of the country is written to by the clock on their own wall."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest
from scenarios.diary import Diary

DUE = date(2026, 3, 16)


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Europe/London"])
async def test_reminders_leave_by_the_clients_clock(
    diary: Diary, client: httpx.AsyncClient, zone: str
) -> None:
    there = await diary.client()
    invoice = await diary.invoice(DUE, there)
    await diary.start("0", invoice)
    answer = await client.patch(f"/api/v1/clients/{there.id}", json={"time_zone": zone})
    assert answer.status_code == 200, answer.text
    assert answer.json()["email_override"] is None
    diary.go_to(date(2026, 3, 15))
    while not diary.mails() and diary.clock.now().date() < date(2026, 3, 18):
        diary.clock.move_to(diary.clock.now() + timedelta(minutes=15))
        await diary.tick()
    [(at, _)] = diary.mailer.arrivals
    local = at.astimezone(ZoneInfo(zone))
    assert local.date() == DUE
    assert local.hour in {9, 10}


async def test_a_zone_nobody_knows_is_refused(diary: Diary, client: httpx.AsyncClient) -> None:
    there = await diary.client()
    answer = await client.patch(f"/api/v1/clients/{there.id}", json={"time_zone": "Mars/Olympus"})
    assert answer.status_code == 422
