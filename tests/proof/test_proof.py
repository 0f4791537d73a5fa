"""A short run of ``make proof``: all eight hold, and a seed repeats itself exactly."""

import pytest
from proof.happenings import expected
from proof.planned import DEEDS, plan
from proof.report import Report
from proof.world import START, prove

WEEK = {"seed": 2, "days": 5, "firms": 2, "afterwards": 4}
DAYS = {"seed": 11, "days": 2, "firms": 1, "afterwards": 1}


@pytest.mark.slow
def test_the_eight_invariants_hold_for_a_week(database_server: str) -> None:
    report = prove(database_server, **WEEK)  # type: ignore[arg-type]
    assert report.violations == 0, report.text()
    assert len(report.verdicts) == 8
    assert all(verdict.checks > 10 for verdict in report.verdicts), report.text()
    assert report.expected, "nothing would be missed"
    assert not report.never, report.text()
    assert report.deaths, "nobody died: the run proves little"


@pytest.mark.slow
def test_a_seed_repeats_itself(database_server: str) -> None:
    first = prove(database_server, **DAYS)  # type: ignore[arg-type]
    again = prove(database_server, **DAYS)  # type: ignore[arg-type]
    assert again == first
    assert again.digest == first.digest
    assert without_duration(again) == without_duration(first)


def test_another_seed_is_another_year() -> None:
    first, other = (plan(seed=s, start=START, days=9, firms=2, hurry=1.0) for s in (11, 12))
    assert first != other


@pytest.mark.parametrize("days", [1, 5, 365])
def test_every_deed_is_planned_however_short_the_run(days: int) -> None:
    for seed in range(20):
        planned = plan(seed=seed, start=START, days=days, firms=2, hurry=0.1)
        assert set(DEEDS) <= {event.what for event in planned}


def test_a_short_run_has_to_have_what_matters_most() -> None:
    assert {"staff promise", "staff dispute", "clients pay_together"} <= set(
        expected(days=WEEK["days"], firms=WEEK["firms"])
    )


def without_duration(report: Report) -> list[str]:
    """What is printed, without the line that says how long it took."""
    return report.text().splitlines()[1:]
