"""What time it is: the system's, or the sandbox's movable one."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present instant, in UTC."""
        return datetime.now(UTC)


class SandboxClock:
    """The machine's clock plus an offset that a file holds: ``{"offset_seconds": N}``.

    The file is read again whenever it has changed, so that every process moves at once.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int] | None = None
        self._offset = timedelta()

    def now(self) -> datetime:
        """The present instant of the sandbox, in UTC."""
        return datetime.now(UTC) + self._read_offset()

    def _read_offset(self) -> timedelta:
        try:
            stat = self._path.stat()
        except FileNotFoundError:
            return timedelta()
        stamp = (stat.st_mtime_ns, stat.st_ino)
        if stamp != self._seen:
            self._offset = timedelta(seconds=json.loads(self._path.read_text())["offset_seconds"])
            self._seen = stamp
        return self._offset
