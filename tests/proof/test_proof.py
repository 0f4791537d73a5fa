"""A short run of ``make proof``: all eight hold, and a seed repeats itself exactly."""

import pytest
from proof.planned import plan
from proof.report import Report
from proof.world import START, prove

WEEKS = {"seed": 7, "days": 5, "firms": 2, "hurry": 3.0, "afterwards": 5}
DAYS = {"seed": 11, "days": 2, "firms": 1, "hurry": 3.0, "afterwards": 1}


@pytest.mark.slow
def test_the_eight_invariants_hold_for_some_weeks(database_server: str) -> None:
    report = prove(database_server, **WEEKS)  # type: ignore[arg-type]
    assert report.violations == 0, report.text()
    assert len(report.verdicts) == 8
    assert all(verdict.checks > 10 for verdict in report.verdicts), report.text()
    assert report.deaths, "nobody died: the run proves little"
    assert report.life["mails came"] > 10


@pytest.mark.slow
def test_a_seed_repeats_itself(database_server: str) -> None:
    first = prove(database_server, **DAYS)  # type: ignore[arg-type]
    again = prove(database_server, **DAYS)  # type: ignore[arg-type]
    assert again == first
    assert without_duration(again) == without_duration(first)


def test_another_seed_is_another_year() -> None:
    first, other = (plan(seed=s, start=START, days=9, firms=2, hurry=1.0) for s in (11, 12))
    assert first != other


def without_duration(report: Report) -> list[str]:
    """What is printed, without the line that says how long it took."""
    return report.text().splitlines()[1:]
