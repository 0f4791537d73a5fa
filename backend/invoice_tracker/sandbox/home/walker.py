"""Moves the sandbox's clock in small hops, so that whoever ticks sees every day pass."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from invoice_tracker.sandbox.clock import SandboxClock

HOP = timedelta(hours=6)
PATIENCE = 60.0
LOOK = 0.2
WorkerSeen = Callable[[], Awaitable[datetime | None]]


class ClockWalker:
    """Walks the clock: one hop, one pause, until the offset asked for is reached."""

    def __init__(
        self,
        clock: SandboxClock,
        *,
        hop: timedelta = HOP,
        pause: float = 1.5,
        worker_seen_at: WorkerSeen | None = None,
    ) -> None:
        self.clock = clock
        self._worker_seen_at = worker_seen_at
        self.hop = hop.total_seconds()
        self.pause = pause
        self._from = self._goal = 0.0
        self._task: asyncio.Task[None] | None = None

    @property
    def walking(self) -> bool:
        """Whether a walk is under way."""
        return self._task is not None and not self._task.done()

    def state(self) -> dict[str, Any]:
        """`{now, offset_seconds, walking_until, progress}`; progress runs from 0 to 1."""
        offset = self.clock.offset_seconds
        now = self.clock.now()
        answer: dict[str, Any] = {
            "now": now.isoformat(),
            "offset_seconds": offset,
            "walking_until": None,
            "progress": 1.0,
        }
        if self.walking:
            until: datetime = now + timedelta(seconds=self._goal - offset)
            answer["walking_until"] = until.isoformat()
            answer["progress"] = (offset - self._from) / (self._goal - self._from)
        return answer

    def advance(self, span: timedelta, *, walk: bool = True) -> None:
        """Go forward by a span, in hops; a walk under way is made longer. Or jump in one go."""
        if not walk:
            self._goal += span.total_seconds()
            self.clock.set_offset(self.clock.offset_seconds + span.total_seconds())
            return
        if not self.walking:
            self._from = self._goal = self.clock.offset_seconds
            self._task = asyncio.create_task(self._walk())
        self._goal += span.total_seconds()

    async def stop(self) -> None:
        """Stay where the clock is now."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _walk(self) -> None:
        while (left := self._goal - self.clock.offset_seconds) > 0:
            self.clock.set_offset(self.clock.offset_seconds + min(self.hop, left))
            hopped_at = self.clock.now()
            await asyncio.sleep(self.pause)
            await self._wait_for_worker(hopped_at)

    async def _wait_for_worker(self, since: datetime) -> None:
        """Until a round of the worker that began after the hop has ended, on a busy machine too."""
        if self._worker_seen_at is None:
            return
        for _ in range(int(PATIENCE / LOOK)):
            seen = await self._worker_seen_at()
            if seen is not None and seen >= since:
                return
            await asyncio.sleep(LOOK)
