"""The sandbox's movable clock: real time plus an offset kept in one small JSON file."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path


class SandboxClock:
    """Reads and moves the offset in `{"offset_seconds": N}`; a missing file means no offset."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._stamp: tuple[int, int] | None = None
        self._offset = 0.0

    @property
    def offset_seconds(self) -> float:
        """Seconds that the sandbox is ahead of real time."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            self._stamp, self._offset = None, 0.0
            return self._offset
        stamp = (found.st_mtime_ns, found.st_ino)
        if stamp != self._stamp:
            self._offset = float(json.loads(self.path.read_text())["offset_seconds"])
            self._stamp = stamp
        return self._offset

    def now(self) -> datetime:
        """The sandbox's present moment, an aware UTC datetime."""
        return datetime.now(UTC) + timedelta(seconds=self.offset_seconds)

    def set_offset(self, seconds: float) -> None:
        """Write a new offset so that every process sees it at its next look."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        written = self.path.with_suffix(f".{os.getpid()}.tmp")
        written.write_text(json.dumps({"offset_seconds": seconds}))
        written.replace(self.path)
