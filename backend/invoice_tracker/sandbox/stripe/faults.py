"""Trouble on request: the next API calls answer an error, or lose their connection."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

Kind = Literal["status", "drop", "drop_after"]


@dataclass
class Fault:
    """The next `count` API requests whose path starts with `path` fail.

    `status` answers that HTTP status without doing anything; `drop` closes the connection before
    anything is done; `drop_after` does the work and loses the answer.
    """

    kind: Kind
    count: int
    status: int = 500
    path: str = "/v1/"


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
            if path.startswith(fault.path):
                fault.count -= 1
                if fault.count <= 0:
                    self._waiting.remove(fault)
                return fault
        return None

    def waiting(self) -> list[dict[str, Any]]:
        """Those still to come, for the admin page."""
        return [asdict(fault) for fault in self._waiting]
