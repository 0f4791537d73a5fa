"""Requests per minute, counted per access token by the sandbox's clock.

By that clock, because whoever lets a month pass in two minutes lets the month's requests pass too.
"""

from dataclasses import dataclass, field

WINDOW = 60.0


@dataclass
class Rates:
    """How many requests a token may make in 60 seconds; 0 switches the limit off."""

    limit: int = 50
    _windows: dict[str, tuple[float, int]] = field(default_factory=dict)

    def count(self, token: str, now: float) -> tuple[dict[str, str], int]:
        """Count one request at ``now`` (Unix seconds).

        Answers the headers for its answer, and how many seconds to wait (0: go on).
        """
        if not self.limit:
            return {}, 0
        start, used = self._windows.get(token, (0.0, 0))
        if not 0 <= now - start < WINDOW:
            start, used = now, 0
        used += 1
        self._windows[token] = (start, used)
        headers = {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(max(0, self.limit - used)),
            "X-RateLimit-Reset": str(int(start + WINDOW)),
        }
        too_many = used > self.limit
        return headers, max(1, int(start + WINDOW - now) + 1) if too_many else 0
