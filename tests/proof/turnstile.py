"""Two workers whose every step is chosen by the seed, and who die where it says.

**How a seed repeats exactly.** Workers run as tasks of one event loop, but only one of them moves
at a time. Wherever a worker touches the world outside its own memory (a transaction begins, Clio or
Stripe is asked, the mail server is called or has answered) it stops at the turnstile until it is
chosen again. A transaction is one step: PostgreSQL makes it so. (Real contention for locks is
driven in ``tests/outbox/test_concurrency.py`` and ``tests/scenarios/test_at_most_once.py``.) The
clock stands still but for what the turnstile and the calendar of the year add. So order, time and
ids follow from the seed alone.

**How a worker dies.** Each is born with its doom: the n-th time it comes to one kind of place it
raises ``Killed``, which is no ``Exception``: the product cannot catch it by accident. At a commit
this rolls back, as a lost connection does. Whatever the dead worker's clean-up tries afterwards
raises again, so nothing of it gets out.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field

from fakes import MovableClock

STUCK_AFTER = 300.0
STEP_SECONDS = 0.2
"""What a step takes by the simulated clock."""


class Killed(BaseException):
    """The worker's process is gone."""


BEGIN, COMMIT = "a transaction begins", "a commit"
OFFER, TAKEN = "a mail is handed over", "a mail was taken"
REREAD, ASK, ANSWER = "Clio is asked again", "Stripe is asked", "Stripe has answered"
LATEST = {BEGIN: 500, COMMIT: 400, OFFER: 12, TAKEN: 12, REREAD: 20, ASK: 30, ANSWER: 30}
"""The kinds of places, and how many times at most a worker comes through each alive."""


@dataclass
class Doom:
    """Where a worker will die, and how many times it has yet to come there."""

    place: str
    left: int

    @classmethod
    def drawn(cls, chance: random.Random, *, soon: bool = False) -> "Doom":
        """Some kind of place; ``soon`` is for runs of a few days."""
        place = chance.choice(list(LATEST))
        latest = max(1, LATEST[place] // 10) if soon else LATEST[place]
        return cls(place, chance.randint(1, latest))


@dataclass(eq=False)
class Strand:
    """One worker's run through its jobs. Without a doom it lives."""

    worker: str
    doom: Doom | None
    dead: bool = False
    place: str = ""
    _go: asyncio.Event = field(default_factory=asyncio.Event)
    _stopped: asyncio.Event = field(default_factory=asyncio.Event)

    async def stop_at(self, place: str) -> None:
        """Wait here until chosen again. Raises ``Killed``."""
        self.point(place)
        self._stopped.set()
        await self._go.wait()
        self._go.clear()

    def point(self, place: str) -> None:
        """A point at which it may die. Raises ``Killed``."""
        self.place = place
        if self.doom is not None and self.doom.place == place:
            self.doom.left -= 1
            self.dead = self.dead or self.doom.left <= 0
        if self.dead:
            raise Killed(place)

    async def go_on(self, task: "asyncio.Task[None]") -> None:
        """Let it run to its next stop or its end."""
        self._stopped.clear()
        task.add_done_callback(self._note_end)
        self._go.set()
        async with asyncio.timeout(STUCK_AFTER):
            await self._stopped.wait()
        task.remove_done_callback(self._note_end)

    def _note_end(self, _: "asyncio.Task[None]") -> None:
        self._stopped.set()

    async def wait_to_begin(self) -> None:
        """The first stop, before anything is done."""
        await self._go.wait()
        self._go.clear()


CURRENT: ContextVar[Strand | None] = ContextVar("CURRENT", default=None)
IN_TRANSACTION: ContextVar[bool] = ContextVar("IN_TRANSACTION", default=False)


async def step(place: str) -> None:
    """A stop for whoever is a worker and holds no lock; others pass."""
    strand = CURRENT.get()
    if strand is None:
        return
    if IN_TRANSACTION.get():
        strand.point(place)
    else:
        await strand.stop_at(place)


def die_here(place: str) -> None:
    """A point at which a worker may die, but not stop."""
    strand = CURRENT.get()
    if strand is not None:
        strand.point(place)


Work = Callable[[], Awaitable[None]]


async def run(
    strands: Sequence[tuple[Strand, Work]],
    *,
    chance: random.Random,
    clock: MovableClock,
    between: Callable[[], Awaitable[None]],
) -> list[Strand]:
    """Run all to their end, one step of one of them at a time; those that died.

    ``between`` may let something else happen after a step.
    """
    running = [(strand, asyncio.create_task(_live(strand, work))) for strand, work in strands]
    died: list[Strand] = []
    while running:
        strand, task = running[chance.randrange(len(running))]
        await strand.go_on(task)
        clock.move(seconds=STEP_SECONDS)
        if task.done():
            running = [pair for pair in running if pair[0] is not strand]
            if _was_killed(task):
                died.append(strand)
        await between()
    return died


async def _live(strand: Strand, work: Work) -> None:
    CURRENT.set(strand)
    await strand.wait_to_begin()
    await work()


def _was_killed(task: "asyncio.Task[None]") -> bool:
    problem = task.exception()
    if problem is None:
        return False
    if isinstance(problem, Killed):
        return True
    raise problem
