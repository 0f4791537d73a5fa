"""What people have said must not be reminded of, and the product has agreed to.

A note of our own: the product's table of holds is judged too, but a hold that was never written, or
was lost, can only be seen from here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

INVOICE, CLIENT, REMINDER_SET, EVERYTHING = "invoice_id", "client_id", "reminder_set_id", "firm"
"""How much a word reaches, by the name of the column that holds what it is about."""
PAUSE, DISPUTE = "a pause", "a dispute"


@dataclass
class Word:
    """Nothing goes from this turn on until ``ends_at``, or until it is taken back."""

    turn: int
    what: str
    firm_id: str
    reach: str
    about: str
    ends_at: datetime | None
    over: int | None = None
    """The turn at which it was taken back."""

    def holds(self, turn: int, at: datetime) -> bool:
        """Whether it is in force."""
        begun = self.turn < turn and (self.over is None or turn < self.over)
        return begun and (self.ends_at is None or at < self.ends_at)


@dataclass
class Spoken:
    """Everything that was said."""

    words: list[Word] = field(default_factory=list)

    def say(
        self,
        turn: int,
        what: str,
        *,
        firm_id: UUID,
        reach: str,
        about: str,
        ends_at: datetime | None = None,
    ) -> None:
        """A new word replaces the one before."""
        self.take_back(turn, firm_id=firm_id, reach=reach, about=about, what=what)
        self.words.append(Word(turn, what, str(firm_id), reach, about, ends_at))

    def take_back(
        self, turn: int, *, firm_id: UUID, reach: str, about: str, what: str | None = None
    ) -> None:
        """It no longer counts; without ``what`` nothing that was said of this does."""
        for word in self.words:
            same = (word.firm_id, word.reach, word.about) == (str(firm_id), reach, about)
            if same and word.over is None and what in (None, word.what):
                word.over = turn

    def in_force(
        self, firm_id: str, about: Mapping[str, str | None], *, turn: int, at: datetime
    ) -> tuple[str, ...]:
        """What holds one invoice, given by its own id, its client's and its set's."""
        named = {**about, EVERYTHING: ""}
        return tuple(
            f"{word.what} of the {word.reach.removesuffix('_id').replace('_', ' ')}"
            for word in self.words
            if word.firm_id == firm_id
            and named.get(word.reach) == word.about
            and word.holds(turn, at)
        )
