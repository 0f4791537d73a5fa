"""The sandbox's clock: read by many, walked forward hop by hop."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from invoice_tracker.sandbox.clock import SandboxClock
from invoice_tracker.sandbox.home.app import Door, create_app
from invoice_tracker.sandbox.home.walker import ClockWalker

HOUR, DAY = 3600, 86400
CLOSE = timedelta(seconds=2)


@pytest.fixture
def clock(tmp_path: Path) -> SandboxClock:
    return SandboxClock(tmp_path / "state" / "clock.json")


@pytest.fixture
async def walker(clock: SandboxClock) -> AsyncIterator[ClockWalker]:
    walker = ClockWalker(clock, pause=0.02)
    yield walker
    await walker.stop()


@pytest.fixture
async def home(walker: ClockWalker) -> AsyncIterator[httpx.AsyncClient]:
    doors = [Door("Invoice Tracker", "http://product.test:8400", "The product.")]
    transport = httpx.ASGITransport(app=create_app(walker, doors))
    async with httpx.AsyncClient(transport=transport, base_url="http://home.test") as client:
        yield client


async def arrived(walker: ClockWalker) -> None:
    async with asyncio.timeout(5):
        while walker.walking:  # noqa: ASYNC110 - as an outsider sees it
            await asyncio.sleep(0.005)


def test_the_clock_is_real_time_until_moved(clock: SandboxClock) -> None:
    assert abs(clock.now() - datetime.now(UTC)) < CLOSE
    clock.set_offset(10 * DAY)
    assert json.loads(clock.path.read_text()) == {"offset_seconds": 10 * DAY}
    assert abs(clock.now() - datetime.now(UTC) - timedelta(days=10)) < CLOSE


def test_another_process_sees_every_change(clock: SandboxClock) -> None:
    other = SandboxClock(clock.path)
    for days in (1, 2, 3):
        clock.set_offset(days * DAY)
        assert other.offset_seconds == days * DAY
    clock.path.unlink()
    assert other.offset_seconds == 0


async def test_a_walk_takes_hops_of_six_hours(walker: ClockWalker, clock: SandboxClock) -> None:
    seen: list[float] = []
    keep = clock.set_offset

    def noted(seconds: float) -> None:
        seen.append(seconds)
        keep(seconds)

    clock.set_offset = noted  # type: ignore[method-assign]
    walker.advance(timedelta(days=1, hours=2))
    await arrived(walker)
    assert seen == [6 * HOUR, 12 * HOUR, 18 * HOUR, 24 * HOUR, 26 * HOUR]


async def test_walk_by_json_with_progress(home: httpx.AsyncClient, walker: ClockWalker) -> None:
    before = (await home.get("/api/clock")).json()
    assert (before["offset_seconds"], before["walking_until"]) == (0, None)
    answer = await home.post("/api/clock/advance", json={"days": 7})
    until = datetime.fromisoformat(answer.json()["walking_until"])
    assert abs(until - datetime.now(UTC) - timedelta(days=7)) < CLOSE
    progress: list[float] = []
    while walker.walking:
        progress.append((await home.get("/api/clock")).json()["progress"])
        await asyncio.sleep(0.01)
    assert progress == sorted(progress)
    assert len(set(progress)) > 5
    after = (await home.get("/api/clock")).json()
    assert (after["offset_seconds"], after["walking_until"]) == (7 * DAY, None)


async def test_pressing_again_walks_further(walker: ClockWalker, clock: SandboxClock) -> None:
    walker.advance(timedelta(days=1))
    walker.advance(timedelta(days=1))
    await arrived(walker)
    assert clock.offset_seconds == 2 * DAY


async def test_a_walk_can_be_stopped(
    home: httpx.AsyncClient, walker: ClockWalker, clock: SandboxClock
) -> None:
    await home.post("/api/clock/advance", json={"days": 300})
    while clock.offset_seconds < DAY:  # noqa: ASYNC110 - as an outsider sees it
        await asyncio.sleep(0.01)
    stopped = (await home.post("/api/clock/stop")).json()
    assert stopped["walking_until"] is None
    await asyncio.sleep(0.1)
    assert clock.offset_seconds == stopped["offset_seconds"] < 300 * DAY


async def test_jump(home: httpx.AsyncClient, clock: SandboxClock, walker: ClockWalker) -> None:
    answer = await home.post("/api/clock/advance", json={"hours": 5, "walk": False})
    assert answer.json()["offset_seconds"] == 5 * HOUR
    assert not walker.walking
    walker.advance(timedelta(days=1))
    walker.advance(timedelta(days=2), walk=False)
    await arrived(walker)
    assert clock.offset_seconds == 3 * DAY + 5 * HOUR


@pytest.mark.parametrize("wanted", [{}, {"days": 0}, {"days": -1}, {"days": 9999}, {"weeks": 1}])
async def test_only_forward(
    home: httpx.AsyncClient, clock: SandboxClock, wanted: dict[str, float]
) -> None:
    assert (await home.post("/api/clock/advance", json=wanted)).status_code == 422
    assert clock.offset_seconds == 0


async def test_the_page_works_without_javascript(
    home: httpx.AsyncClient, walker: ClockWalker, clock: SandboxClock
) -> None:
    page = (await home.get("/")).text
    assert 'href="http://product.test:8400"' in page
    for days in (1, 7, 30):
        assert f'name="days" value="{days}"' in page
    assert 'id="walk" hidden' in page
    pressed = await home.post("/advance", data={"days": "1"})
    assert (pressed.status_code, pressed.headers["location"]) == (303, "/")
    assert 'id="walk" hidden' not in (await home.get("/")).text
    await arrived(walker)
    assert clock.offset_seconds == DAY
    assert "1.0 days ahead of real time" in (await home.get("/")).text
