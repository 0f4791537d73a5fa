"""The only place that picks who stands behind each port."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from arq import create_pool
from arq.connections import ArqRedis, RedisSettings
from redis.exceptions import RedisError

# Every table has to be known before the first query, whichever of them a process names itself.
import invoice_tracker.models  # noqa: F401
from invoice_tracker.core.clock import SandboxClock, SystemClock
from invoice_tracker.core.crypto import Vault
from invoice_tracker.core.database import Database, make_engine
from invoice_tracker.core.deps import Adapters
from invoice_tracker.integrations.clio.reader import ClioBillingSource
from invoice_tracker.integrations.clio.throttle import ClioThrottle
from invoice_tracker.integrations.mail.smtp import SmtpMailer
from invoice_tracker.integrations.stripe.gateway import StripeGateway
from invoice_tracker.ports import Clock
from invoice_tracker.settings import ClockKind, Settings

log = structlog.get_logger()


class ArqPoke:
    """Puts a job on the worker's queue. The queue is only a wake-up call: nothing depends on it."""

    def __init__(self, redis: ArqRedis) -> None:
        self._redis = redis

    async def __call__(self, job: str, firm_id: UUID) -> None:
        try:
            await self._redis.enqueue_job(job, firm_id)
        except (RedisError, OSError) as error:
            log.warning("poke_lost", job=job, firm_id=str(firm_id), error=str(error))


class RedisPulse:
    """The workers' heartbeats, kept beside the queue.

    The client's types leave open whether its answers are awaited; those of this one are.
    """

    KEY = "invoice-tracker:worker-pulses"
    FORGOTTEN = timedelta(days=1)
    """A worker that was not seen for so long is no longer missed, if another one works."""

    def __init__(self, redis: ArqRedis) -> None:
        self._redis = redis

    async def beat(self, at: datetime, *, worker: str) -> None:
        with suppress(RedisError, OSError):
            await self._redis.hset(self.KEY, worker, at.isoformat())  # type: ignore[misc]
            for name, seen in (await self._read()).items():
                if at - seen > self.FORGOTTEN:
                    await self._redis.hdel(self.KEY, name)  # type: ignore[misc]

    async def stop(self, *, worker: str) -> None:
        with suppress(RedisError, OSError):
            await self._redis.hdel(self.KEY, worker)  # type: ignore[misc]

    async def workers(self) -> dict[str, datetime] | None:
        with suppress(RedisError, OSError):
            return await self._read()
        return None

    async def last(self) -> datetime | None:
        return max((await self.workers() or {}).values(), default=None)

    async def _read(self) -> dict[str, datetime]:
        found = await self._redis.hgetall(self.KEY)  # type: ignore[misc]
        return {
            name.decode(): datetime.fromisoformat(seen.decode()) for name, seen in found.items()
        }


def make_clock(settings: Settings) -> Clock:
    """The system's clock, or the sandbox's movable one."""
    if settings.clock is ClockKind.sandbox:
        return SandboxClock(settings.clock_file)
    return SystemClock()


@asynccontextmanager
async def build_adapters(settings: Settings) -> AsyncGenerator[Adapters]:
    """Everything outside, connected for the life of a process."""
    engine = make_engine(settings.database_url, pool_size=settings.database_pool_size)
    redis = await create_pool(RedisSettings.from_dsn(settings.redis_url))
    database = Database(engine)
    clock = make_clock(settings)
    vault = Vault([key.get_secret_value() for key in settings.secret_keys])
    throttle = ClioThrottle(redis, clock)
    billing = ClioBillingSource(
        settings=settings, database=database, clock=clock, vault=vault, throttle=throttle
    )
    gateway = StripeGateway(settings=settings, database=database, vault=vault)
    mailer = SmtpMailer(settings)
    try:
        yield Adapters(
            settings=settings,
            database=database,
            clock=clock,
            vault=vault,
            mailer=mailer,
            billing=billing,
            gateway=gateway,
            poke=ArqPoke(redis),
            pulse=RedisPulse(redis),
            throttle=throttle,
        )
    finally:
        await mailer.close()
        await gateway.close()
        await billing.close()
        await redis.aclose()
        await engine.dispose()
