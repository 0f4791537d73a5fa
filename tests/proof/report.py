"""What a proof prints, and what it is made of."""

from collections import Counter
from dataclasses import dataclass, field

from proof.invariants import Verdict

MOST_SHOWN = 5
"""Violations told in detail, of each invariant."""


@dataclass(frozen=True)
class Report:
    """The numbers of one proof. With one seed they are the same each time, but for ``seconds``."""

    seed: int
    days: int
    firms: int
    verdicts: tuple[Verdict, ...]
    life: dict[str, int]
    deaths: dict[str, int]
    failures: dict[str, int]
    ends: dict[str, int]
    expected: tuple[str, ...]
    """What may not have been missing."""
    digest: str
    """Of all mails, messages and reminders, and who decided what: a repeated seed has the same."""
    seconds: float = field(compare=False)

    @property
    def violations(self) -> int:
        """Over all eight."""
        return sum(len(verdict.violations) for verdict in self.verdicts)

    @property
    def never(self) -> list[str]:
        """What should have happened and did not, so that the proof shows nothing about it."""
        there = {*self.life, *(f"died: {place}" for place in self.deaths)}
        return [what for what in self.expected if what not in there or self.life.get(what) == 0]

    @property
    def holds(self) -> bool:
        """Whether the proof was good: nothing broken, and nothing left out."""
        return not self.violations and not self.never

    def text(self) -> str:
        """For people."""
        lines = [
            f"Proof of seed {self.seed}: {self.firms} firms, {self.days} days"
            f" ({self.seconds:.0f} s)",
            "",
            *_columns("What happened", self.life),
            *_columns("Where workers died", self.deaths),
            *_columns("Jobs that failed for once", self.failures),
            *_columns("How messages ended", self.ends),
        ]
        for verdict in self.verdicts:
            lines += _of(verdict)
        again = f"make proof SEED={self.seed} DAYS={self.days} FIRMS={self.firms}"
        if self.violations:
            lines += ["", f"{self.violations} violations. The same again: {again}"]
        else:
            lines += ["", "All eight invariants hold."]
        if self.never:
            lines += ["", f"It never happened, and should have: {', '.join(self.never)}."]
        lines += ["", f"Digest {self.digest}"]
        return "\n".join(lines) + "\n"


def _columns(title: str, counts: dict[str, int]) -> list[str]:
    if not counts:
        return []
    found = Counter(counts)
    return [title, *(f"  {count:7d}  {what}" for what, count in found.most_common()), ""]


def _of(verdict: Verdict) -> list[str]:
    count = len(verdict.violations)
    mark = "holds " if not count else "BROKEN"
    lines = [
        f"{verdict.number}. {mark} {verdict.checks:7d} checks, {count} violations:"
        f" {verdict.sentence}"
    ]
    lines += [f"      {found}" for found in verdict.violations[:MOST_SHOWN]]
    if count > MOST_SHOWN:
        lines.append(f"      and {count - MOST_SHOWN} more")
    return lines
