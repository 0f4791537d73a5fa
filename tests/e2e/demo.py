"""The processes of ``make demo``, started for a test."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

TOP = Path(__file__).resolve().parents[2]
OFFSETS = (0, 10, 20, 30, 31, 40)


@dataclass(frozen=True, slots=True)
class Demo:
    """Addresses of a running demo, and the log-in it prints."""

    base: int
    email: str = "owner@example.com"
    password: str = "correct horse battery"

    def _at(self, offset: int) -> str:
        return f"http://127.0.0.1:{self.base + offset}"

    @property
    def product(self) -> str:
        return self._at(0)

    @property
    def clio(self) -> str:
        return self._at(10)

    @property
    def stripe(self) -> str:
        return self._at(20)

    @property
    def mailbox(self) -> str:
        return self._at(30)

    @property
    def home(self) -> str:
        return self._at(40)

    def mails(self, to: str | None = None) -> list[dict[str, str]]:
        """What the mailbox has received, newest first."""
        query = {"to": to} if to else {}
        items: list[dict[str, str]] = httpx.get(
            f"{self.mailbox}/api/messages", params=query, timeout=30
        ).json()
        return items

    def wait_for_mail(self, to: str) -> dict[str, str]:
        """The newest mail to this address, once there is one."""
        self.wait_until(lambda: bool(self.mails(to)), f"a mail to {to}")
        return self.mails(to)[0]

    def link_in_mail(self, to: str, pattern: str) -> str:
        """The first address like ``pattern`` in the newest mail to ``to``."""
        found = re.search(pattern, self.wait_for_mail(to)["text"])
        assert found, "no such link in the mail"
        return found.group(0)

    def wait_until(self, happened: Callable[[], bool], what: str, seconds: float = 60) -> None:
        """Fails when it does not happen in time."""
        deadline = time.monotonic() + seconds
        while not happened():
            assert time.monotonic() < deadline, f"waited in vain: {what}"
            time.sleep(0.3)

    def advance(self, **step: int) -> None:
        """Let days or hours pass, in hops, and wait until they have."""
        httpx.post(f"{self.home}/api/clock/advance", json=step, timeout=30).raise_for_status()
        while httpx.get(f"{self.home}/api/clock", timeout=30).json()["walking_until"]:
            time.sleep(0.3)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _free_base() -> int:
    for base in range(18400, 28400, 100):
        if all(_is_free(base + offset) for offset in OFFSETS):
            return base
    raise RuntimeError("no free ports")


def start_demo(state: Path, *flags: str) -> Iterator[Demo]:
    """A demo on free ports, until the caller goes on. ``flags`` as of ``make demo``."""
    base = _free_base()
    command = [sys.executable, "-m", "invoice_tracker.sandbox.demo", "--port", str(base)]
    process = subprocess.Popen(
        [*command, "--state", str(state), *flags],
        cwd=TOP,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if "Ctrl-C" in line:
                break
        else:
            pytest.fail("the demo did not start")
        yield Demo(base)
    finally:
        process.terminate()
        process.wait(30)
        assert process.stdout is not None
        process.stdout.close()
