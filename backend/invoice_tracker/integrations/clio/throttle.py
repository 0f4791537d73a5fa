"""How often a firm may ask Clio: one count for all workers, kept in Valkey.

Clio allows 50 requests in 60 seconds for each access token, more or fewer as its answers say. Work
in the background leaves a reserve, so that what somebody waits for never queues behind an import.
Without Valkey each process counts for itself, and Clio's own 429 keeps it right.
"""

import asyncio
from collections import deque
from uuid import uuid4

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from invoice_tracker.ports import Clock

log = structlog.get_logger()

LIMIT = 50
RESERVE = 10
WINDOW = 61.0
"""Clio's minute and a second: requests do not travel equally fast, and workers' clocks differ."""
LONGEST_PAUSE = 600.0
ANSWERS_WITHIN = 1.0
"""Seconds that a request waits for a Valkey that hangs, before this process counts alone."""
_LIMIT_COUNTS_FOR = 3600.0
_PREFIX = "invoice-tracker:clio"

# Times are milliseconds of the product's clock. Two workers read it before either's turn comes, so
# what lies a little in one's future was asked by the other and counts; what lies further ahead is
# from before the clock was set back. Answers the milliseconds to wait, 0 when this was counted.
_TAKE = """
local now, window, longest = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local default, learned, reserve = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
if learned > 0 then redis.call('SET', KEYS[3], learned, 'PX', ARGV[7]) end
local limit = tonumber(redis.call('GET', KEYS[3]) or default)
limit = math.max(1, limit - math.min(reserve, math.floor(limit / 5)))
local pause = tonumber(redis.call('GET', KEYS[2]) or '0') - now
if pause > 0 and pause <= longest then return math.ceil(pause) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '(' .. (now + window), '+inf')
local used = redis.call('ZCARD', KEYS[1])
if used < limit then
  redis.call('ZADD', KEYS[1], now, ARGV[8])
  redis.call('PEXPIRE', KEYS[1], window)
  return 0
end
local freed = redis.call('ZRANGE', KEYS[1], used - limit, used - limit, 'WITHSCORES')
return math.max(1, math.ceil(tonumber(freed[2]) + window - now))
"""


class ClioThrottle:
    """The count of every firm's requests, shared by all workers."""

    def __init__(
        self, redis: Redis, clock: Clock, *, limit: int = LIMIT, reserve: int = RESERVE
    ) -> None:
        self._redis = redis
        self._script = redis.register_script(_TAKE)
        self._clock = clock
        self._reserve = reserve
        self._default = limit
        self._limits: dict[str, int] = {}
        self._untold: set[str] = set()
        self._own = _OwnCount()
        self._is_alone = False

    async def take(self, bucket: str, *, urgent: bool) -> float:
        """Seconds to wait before asking again; 0 when this request is counted and may go."""
        reserve = 0 if urgent else self._reserve
        now = self._clock.now().timestamp()
        try:
            seconds = await self._take_together(bucket, reserve=reserve, now=now)
        except (RedisError, OSError) as error:
            self._note_alone(error)
            limit = self._limits.get(bucket, self._default)
            return self._own.take(bucket, limit=limit - min(reserve, limit // 5), now=now)
        self._note_together()
        if not seconds:
            self._own.add(bucket, now=now)
        return seconds

    async def _take_together(self, bucket: str, *, reserve: int, now: float) -> float:
        learned = self._limits[bucket] if bucket in self._untold else 0
        names = ("asked", "pause", "limit")
        async with asyncio.timeout(ANSWERS_WITHIN):
            waits = await self._script(
                keys=[f"{_PREFIX}:{bucket}:{name}" for name in names],
                args=[
                    now * 1000,
                    WINDOW * 1000,
                    LONGEST_PAUSE * 1000,
                    self._default,
                    learned,
                    reserve,
                    int(_LIMIT_COUNTS_FOR * 1000),
                    uuid4().hex,
                ],
            )
        if learned == self._limits.get(bucket):
            self._untold.discard(bucket)
        return float(waits) / 1000

    async def pause(self, bucket: str, *, seconds: float) -> None:
        """Nobody asks for this firm for so long, because Clio said so."""
        seconds = min(seconds, LONGEST_PAUSE)
        until = self._clock.now().timestamp() + seconds
        self._own.pause(bucket, until=until)
        key, life = f"{_PREFIX}:{bucket}:pause", max(1, int(seconds * 1000))
        try:
            async with asyncio.timeout(ANSWERS_WITHIN):
                await self._redis.set(key, until * 1000, px=life)
        except (RedisError, OSError) as error:
            self._note_alone(error)

    def learn(self, bucket: str, *, limit: int) -> None:
        """Clio allows this firm so many requests a window now; it differs by hour of the day."""
        if limit > 0:
            # The others are told with the next request, which asks Valkey anyway.
            self._limits[bucket] = limit
            self._untold.add(bucket)

    def _note_alone(self, error: Exception) -> None:
        if not self._is_alone:
            log.warning("clio_throttle_alone", error=str(error) or type(error).__name__)
        self._is_alone = True

    def _note_together(self) -> None:
        if self._is_alone:
            log.info("clio_throttle_together")
        self._is_alone = False


class _OwnCount:
    """What this process has asked, for as long as there is no other count."""

    def __init__(self) -> None:
        self._asked: dict[str, deque[float]] = {}
        self._paused: dict[str, float] = {}

    def pause(self, bucket: str, *, until: float) -> None:
        self._paused[bucket] = until

    def add(self, bucket: str, *, now: float) -> None:
        self._since(bucket, now).append(now)

    def take(self, bucket: str, *, limit: int, now: float) -> float:
        pause = self._paused.get(bucket, now) - now
        if 0 < pause <= LONGEST_PAUSE:
            return pause
        asked = self._since(bucket, now)
        if len(asked) < max(1, limit):
            asked.append(now)
            return 0.0
        return max(0.001, asked[len(asked) - max(1, limit)] + WINDOW - now)

    def _since(self, bucket: str, now: float) -> deque[float]:
        asked = self._asked.setdefault(bucket, deque())
        while asked and abs(now - asked[0]) >= WINDOW:
            asked.popleft()
        return asked
