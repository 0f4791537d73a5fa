"""How often a firm may ask Clio: one count for all workers, kept in Valkey.

Clio allows 50 requests in 60 seconds for each access token, more or fewer as its answers say. Work
in the background leaves a reserve, so that what somebody waits for never queues behind an import.
Without Valkey each process counts for itself, and Clio's own 429 keeps it right.
"""

from collections import deque
from uuid import uuid4

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from invoice_tracker.ports import Clock

log = structlog.get_logger()

LIMIT = 50
RESERVE = 10
WINDOW = 60.0
LONGEST_PAUSE = 600.0
_PREFIX = "invoice-tracker:clio"

# Times are milliseconds of the product's clock; what lies in its future is from before it was set
# back. Answers the milliseconds to wait, 0 when this request was counted.
_TAKE = """
local now, window, limit = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local pause = tonumber(redis.call('GET', KEYS[2]) or '0') - now
if pause > 0 and pause <= tonumber(ARGV[5]) then return math.ceil(pause) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '(' .. now, '+inf')
local used = redis.call('ZCARD', KEYS[1])
if used < limit then
  redis.call('ZADD', KEYS[1], now, ARGV[4])
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
        self._take = redis.register_script(_TAKE)
        self._clock = clock
        self._default = limit
        self._reserve = reserve
        self._limits: dict[str, int] = {}
        self._own: dict[str, deque[float]] = {}

    async def take(self, bucket: str, *, urgent: bool) -> float:
        """Seconds to wait before asking again; 0 when this request is counted and may go."""
        limit = self._limits.get(bucket, self._default)
        limit = max(1, limit if urgent else limit - self._reserve)
        now = self._clock.now().timestamp()
        keys = (f"{_PREFIX}:{bucket}:asked", f"{_PREFIX}:{bucket}:pause")
        numbers = (now * 1000, WINDOW * 1000, limit, uuid4().hex, LONGEST_PAUSE * 1000)
        try:
            waits = await self._take(keys=keys, args=numbers)
            return float(waits) / 1000
        except (RedisError, OSError) as error:
            log.warning("clio_throttle_alone", error=str(error))
            return self._take_alone(bucket, limit=limit, now=now)

    def _take_alone(self, bucket: str, *, limit: int, now: float) -> float:
        asked = self._own.setdefault(bucket, deque())
        while asked and not 0 <= now - asked[0] < WINDOW:
            asked.popleft()
        if len(asked) < limit:
            asked.append(now)
            return 0.0
        return max(0.001, asked[len(asked) - limit] + WINDOW - now)

    async def pause(self, bucket: str, *, seconds: float) -> None:
        """Nobody asks for this firm for so long, because Clio said so."""
        seconds = min(seconds, LONGEST_PAUSE)
        until = (self._clock.now().timestamp() + seconds) * 1000
        try:
            await self._redis.set(
                f"{_PREFIX}:{bucket}:pause", until, px=max(1, int(seconds * 1000))
            )
        except (RedisError, OSError) as error:
            log.warning("clio_throttle_alone", error=str(error))

    def learn(self, bucket: str, *, limit: int) -> None:
        """Clio allows this firm so many requests a window now; it differs by hour of the day."""
        if limit > 0:
            self._limits[bucket] = limit
