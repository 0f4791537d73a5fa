"""Faults that a test or the page asks for: the next N requests of a path go wrong."""

from dataclasses import dataclass, field


@dataclass
class Fault:
    """``count`` more requests whose path contains ``path`` go wrong, after ``skip`` good ones."""

    kind: str
    count: int = 1
    path: str = ""
    status: int = 500
    seconds: float = 1.0
    skip: int = 0


@dataclass
class Faults:
    """The queue of faults, first come first served."""

    waiting: list[Fault] = field(default_factory=list)

    def take(self, path: str) -> Fault | None:
        """The fault this request runs into, if any."""
        for fault in self.waiting:
            if fault.path not in path:
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            fault.count -= 1
            if fault.count <= 0:
                self.waiting.remove(fault)
            return fault
        return None
