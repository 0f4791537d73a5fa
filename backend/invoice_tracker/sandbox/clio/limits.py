"""How many requests a token may make: a fixed window of real time."""

import time
from collections.abc import Callable
from dataclasses import dataclass

WINDOW = 60


@dataclass
class _Window:
    ends: float
    used: int = 0


class Limits:
    """`limit` requests in 60 seconds for each access token; 0 is no limit at all."""

    def __init__(self, limit: int, *, clock: Callable[[], float] = time.time) -> None:
        self.limit = limit
        self._clock = clock
        self._windows: dict[str, _Window] = {}

    def use(self, token: str) -> tuple[bool, dict[str, str]]:
        """Count one request: whether it is allowed, and the headers that say how many are left."""
        if not self.limit:
            return True, {}
        now = self._clock()
        window = self._windows.get(token)
        if window is None or window.ends <= now:
            window = self._windows[token] = _Window(now + WINDOW)
        allowed = window.used < self.limit
        window.used += allowed
        headers = {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.limit - window.used),
            "X-RateLimit-Reset": str(int(window.ends)),
        }
        if not allowed:
            headers["Retry-After"] = str(max(1, int(window.ends - now) + 1))
        return allowed, headers
