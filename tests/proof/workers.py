"""Two workers, their rounds, their deaths."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from proof.turnstile import Doom, Strand, run
from proof.watched import Process

from fakes import MovableClock
from invoice_tracker.worker import (
    AFTERWARDS,
    EVERY_NIGHT,
    EVERY_READ,
    EVERY_TICK,
    LONG_READS,
    FirmJob,
)

TICK, READ, NIGHT = "tick", "read", "night"
GROUPS: dict[str, tuple[FirmJob, ...]] = {
    TICK: EVERY_TICK,
    READ: (*EVERY_READ, *EVERY_TICK, *AFTERWARDS),
    NIGHT: (*LONG_READS, *EVERY_NIGHT, *EVERY_TICK),
}
"""The lines of the worker's own table: a job that is new there is run here too."""
BOTH = 0.35
"""How often both workers are at work at one moment."""
Start = Callable[[str], Process]
Jobs = list[tuple[FirmJob, UUID]]


@dataclass
class Workers:
    """Both of them. Each process is born with a doom, while they are ``mortal``."""

    start: Start
    clock: MovableClock
    chance: random.Random
    mortal: bool = True
    processes: dict[str, Process] = field(default_factory=dict)
    dooms: dict[str, Doom] = field(default_factory=dict)
    rounds: int = 0
    deaths: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)

    async def round(self, wanted: dict[UUID, str], moment: "Moment") -> None:
        """One moment's work for these firms, by one or both workers."""
        self.rounds += 1
        names = ["first", "second"]
        if self.chance.random() > BOTH:
            names = [self.chance.choice(names)]
        strands = [self._strand(name, wanted) for name in names]
        moment.begin()
        died = await run(strands, chance=self.chance, clock=self.clock, between=moment.between)
        for strand in died:
            self.deaths[strand.doom.place if strand.doom else strand.place] += 1
            await self.processes.pop(strand.worker).close()

    async def close(self) -> None:
        """Both go home."""
        for process in self.processes.values():
            await process.close()

    def _strand(self, name: str, wanted: dict[UUID, str]) -> tuple[Strand, Callable[[], object]]:
        if name not in self.processes:
            self.processes[name] = self.start(name)
            self.dooms[name] = Doom.drawn(self.chance, soon=name not in self.dooms)
        jobs: Jobs = [(job, firm) for firm, group in wanted.items() for job in GROUPS[group]]
        if self.chance.random() < 0.3:
            self.chance.shuffle(jobs)
        process = self.processes[name]

        async def work() -> None:
            await self._work(process, jobs)

        return Strand(name, self.dooms[name] if self.mortal else None), work

    async def _work(self, process: Process, jobs: Sequence[tuple[FirmJob, UUID]]) -> None:
        """As ``worker.Rounds``: what fails for one firm stops neither the next job nor firm."""
        for job, firm_id in jobs:
            try:
                await job(process.adapters, firm_id)
            except Exception as error:
                self.failures[f"{job.__name__}: {type(error).__name__}"] += 1


class Moment:
    """What may happen between two steps of the workers: somebody acts, or time is lost."""

    RARE = 0.004
    STALLS = 0.003

    def __init__(
        self, clock: MovableClock, chance: random.Random, acts: Callable[[], object] | None
    ) -> None:
        self._clock, self._chance, self._acts = clock, chance, acts
        self._stalled = False

    def begin(self) -> None:
        """A new round."""
        self._stalled = False

    async def between(self) -> None:
        """After each step. A stall is shorter than a lease, and comes once a round at most."""
        luck = self._chance.random()
        if luck < self.STALLS and not self._stalled:
            self._stalled = True
            self._clock.move(seconds=timedelta(minutes=self._chance.randint(1, 8)).seconds)
        elif luck < self.STALLS + self.RARE and self._acts is not None:
            await self._acts()  # type: ignore[misc]
