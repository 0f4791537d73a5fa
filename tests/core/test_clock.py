"""The sandbox's clock follows its file at once."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from invoice_tracker.core.clock import SandboxClock, SystemClock


def apart(later: datetime, earlier: datetime) -> timedelta:
    return abs(later - earlier)


def test_without_a_file_it_is_the_systems_clock(tmp_path: Path) -> None:
    clock = SandboxClock(tmp_path / "clock.json")
    assert apart(clock.now(), SystemClock().now()) < timedelta(seconds=5)


def test_it_moves_when_the_file_changes(tmp_path: Path) -> None:
    file = tmp_path / "clock.json"
    clock = SandboxClock(file)
    for days in (7, 30):
        fresh = tmp_path / "fresh.json"
        fresh.write_text(json.dumps({"offset_seconds": days * 86400}))
        fresh.replace(file)
        expected = datetime.now(UTC) + timedelta(days=days)
        assert apart(clock.now(), expected) < timedelta(seconds=5)
        assert clock.now().utcoffset() == timedelta(0)
