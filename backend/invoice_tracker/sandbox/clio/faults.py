"""Trouble on request: the next API calls fail in one of the ways a network can."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

Kind = Literal["status", "truncate", "malformed", "delay", "drop"]


@dataclass
class Fault:
    """The next `count` requests whose path contains `path` fail.

    `status` answers that HTTP status without doing anything; `truncate` breaks the answer off
    half-way; `malformed` answers what is no JSON; `delay` waits `seconds` first; `drop` closes the
    connection. `seconds` is also the `Retry-After` of a 429.
    """

    kind: Kind
    count: int = 1
    status: int = 500
    seconds: float = 1
    path: str = "/api/v4/"


class Faults:
    """The faults still to come, in the order they were asked for."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Queue a fault behind those that wait."""
        self._waiting.append(fault)

    def clear(self) -> None:
        """Forget all that wait."""
        self._waiting.clear()

    def take(self, path: str) -> Fault | None:
        """The fault for this request, counted down; None where all is well."""
        for fault in self._waiting:
            if fault.path in path:
                fault.count -= 1
                if fault.count <= 0:
                    self._waiting.remove(fault)
                return fault
        return None

    def waiting(self) -> list[dict[str, Any]]:
        """Those still to come, for the admin page."""
        return [asdict(fault) for fault in self._waiting]
