"""Trouble on request: what the next connections, recipients or messages meet."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

Kind = Literal["refuse", "busy", "rcpt_4xx", "rcpt_5xx", "data_4xx", "data_5xx", "drop", "delay"]


@dataclass
class Fault:
    """One kind of trouble for the next `count` times.

    `refuse`: the connection is closed before a greeting. `busy`: greeted with 421. `rcpt_4xx`,
    `rcpt_5xx`: RCPT is answered 451 or 550. `data_4xx`, `data_5xx`: the message is answered 451 or
    554 and not kept. `drop`: the connection ends after the final dot, without an answer. `delay`:
    the answer to the final dot comes `seconds` later. With `drop`, `keep` says whether the message
    was kept all the same. `recipient` narrows it to one address (all but `refuse` and `busy`).
    """

    kind: Kind
    count: int = 1
    recipient: str = ""
    keep: bool = True
    seconds: float = 5.0


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

    def take(self, *kinds: Kind, recipients: tuple[str, ...] = ()) -> Fault | None:
        """The first that fits, counted down; None where all is well."""
        met = {address.lower() for address in recipients}
        for fault in self._waiting:
            narrow = fault.recipient.lower()
            if fault.kind in kinds and (not narrow or narrow in met):
                fault.count -= 1
                if fault.count <= 0:
                    self._waiting.remove(fault)
                return fault
        return None

    def waiting(self) -> list[dict[str, Any]]:
        """Those still to come."""
        return [asdict(fault) for fault in self._waiting]
