"""Looks a set's steps over before they are saved."""

from collections.abc import Sequence
from datetime import date

from invoice_tracker.domain.reminder_schedule import StepKind
from invoice_tracker.domain.reminder_text import lint as lint_text
from invoice_tracker.reminder_sets.schemas import FindingOut, StepFields


def lint(steps: Sequence[StepFields], *, today: date | None = None) -> list[FindingOut]:
    """What is wrong with each step, in order; errors keep the set from being saved.

    ``today`` is the firm's day, to find dates in texts that have passed.
    """
    findings = [
        FindingOut(step_index=index, level=problem.level.value, message=problem.message)
        for index, step in enumerate(steps)
        for problem in lint_text(step.subject, step.body, kind=step.kind, today=today)
    ]
    findings += _lint_series(steps)
    return sorted(findings, key=lambda finding: finding.step_index)


def errors_of(steps: Sequence[StepFields]) -> list[FindingOut]:
    """Only what keeps the steps from being saved."""
    return [finding for finding in lint(steps) if finding.level == "error"]


def _lint_series(steps: Sequence[StepFields]) -> list[FindingOut]:
    found = []
    for index, step in enumerate(steps):
        if step.repeat_every_days is not None and index < len(steps) - 1:
            found.append(_error(index, "Only the last step may repeat."))
        twin = next((i for i in range(index) if _when(steps[i]) == _when(step)), None)
        if twin is not None:
            found.append(_warning(index, f"It falls on the same day as step {twin + 1}."))
        if index and _goes_back(steps[index - 1], step):
            found.append(_warning(index, "It comes before the step above it."))
    return found


def _when(step: StepFields) -> tuple[StepKind, str, int]:
    return step.kind, step.anchor, step.offset_days


def _goes_back(before: StepFields, step: StepFields) -> bool:
    return before.anchor is step.anchor and step.offset_days < before.offset_days


def _error(index: int, message: str) -> FindingOut:
    return FindingOut(step_index=index, level="error", message=message)


def _warning(index: int, message: str) -> FindingOut:
    return FindingOut(step_index=index, level="warning", message=message)
