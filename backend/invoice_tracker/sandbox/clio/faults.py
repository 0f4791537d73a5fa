"""Faults that a test or the page asks for: the next N requests of a path go wrong."""

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["status", "truncate", "malformed", "delay", "drop"]


@dataclass
class Fault:
    """``count`` more requests go wrong, after ``skip`` good ones.

    Those are meant whose path with its query contains ``path``: ``page_token`` is any page but
    the first. ``status`` answers that status, after nothing was done; ``delay`` waits that many
    ``seconds`` and then answers well; ``truncate`` sends half of a good answer; ``malformed``
    answers 200 with what is no JSON; ``drop`` ends the connection without an answer.
    """

    kind: Kind
    count: int = 1
    path: str = "/api/"
    status: int = 500
    seconds: float = 1.0
    skip: int = 0
    retry_after: int = 1


@dataclass
class Faults:
    """The queue of faults, first come first served."""

    waiting: list[Fault] = field(default_factory=list)

    def take(self, address: str) -> Fault | None:
        """The fault this request runs into, if any."""
        for fault in self.waiting:
            if fault.path not in address:
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            fault.count -= 1
            if fault.count <= 0:
                self.waiting.remove(fault)
            return fault
        return None
