"""Looks a set's steps over before they are saved."""

from collections.abc import Sequence
from datetime import date

from invoice_tracker.domain.reminder_schedule import Anchor, StepKind
from invoice_tracker.domain.reminder_text import BodyFormat, BrokenTemplate, parse
from invoice_tracker.domain.text_linter import Field, Level, Problem
from invoice_tracker.domain.text_linter import lint as lint_plain
from invoice_tracker.reminder_sets import rich_text
from invoice_tracker.reminder_sets.schemas import FindingOut, StepFields

SPLIT_VARIABLE = (
    "A variable has formatting between its braces. Take it out and insert it once more."
)


def lint(steps: Sequence[StepFields], *, today: date | None = None) -> list[FindingOut]:
    """What is wrong with each step, in order; errors keep the set from being saved.

    ``today`` is the firm's day, to find dates in texts that have passed.
    """
    findings = [
        _finding(index, problem)
        for index, step in enumerate(steps)
        for problem in lint_text(
            step.subject,
            step.body,
            step.body_format,
            kind=step.kind,
            today=today,
            days_overdue=_days_overdue(step),
        )
    ]
    findings += _lint_series(steps)
    return sorted(findings, key=lambda finding: finding.step_index)


def errors_of(steps: Sequence[StepFields]) -> list[FindingOut]:
    """Only what keeps the steps from being saved."""
    return [finding for finding in lint(steps) if finding.level == "error"]


def lint_text(
    subject: str,
    body: str,
    body_format: BodyFormat,
    *,
    kind: StepKind = StepKind.email,
    today: date | None = None,
    days_overdue: int | None = None,
    asks_to_pay: bool = True,
) -> list[Problem]:
    """What is wrong with one text, plain or rich, errors first."""
    html = rich_text.clean(body) if body_format is BodyFormat.rich else None
    problems = lint_plain(
        subject,
        body if html is None else rich_text.as_text(html),
        kind=kind,
        today=today,
        days_overdue=days_overdue,
        asks_to_pay=asks_to_pay,
    )
    if html is not None and not _holds_together(html) and _holds_together(rich_text.as_text(html)):
        problems.insert(0, Problem(Level.error, SPLIT_VARIABLE, Field.body))
    return problems


def _holds_together(text: str) -> bool:
    try:
        parse(text)
    except BrokenTemplate:
        return False
    return True


def _days_overdue(step: StepFields) -> int | None:
    """How late the invoice is at least when the step comes; None where that cannot be said."""
    return step.offset_days if step.anchor in (Anchor.due, Anchor.issue) else None


def _lint_series(steps: Sequence[StepFields]) -> list[FindingOut]:
    found = []
    for index, step in enumerate(steps):
        # A step of each month repeats beside the others, wherever it stands.
        if step.repeat_every_days is not None and index < len(steps) - 1:
            message = "Only the last step may repeat. Move it to the end, or let it come once."
            found.append(_error(index, message))
        twin = next((i for i in range(index) if _when(steps[i]) == _when(step)), None)
        if twin is not None:
            message = (
                f"It falls on the same day as step {twin + 1}. Change the days of one of them."
            )
            found.append(_warning(index, message))
        if index and _goes_back(steps[index - 1], step):
            message = "It comes before the step above it. Move it up, or change its days."
            found.append(_warning(index, message))
    return found


def _when(step: StepFields) -> tuple[StepKind, str, int, str]:
    return step.kind, step.anchor, step.offset_days, step.offset_unit


def _goes_back(before: StepFields, step: StepFields) -> bool:
    return (before.anchor, before.offset_unit) == (
        step.anchor,
        step.offset_unit,
    ) and step.offset_days < before.offset_days


def _finding(index: int, problem: Problem) -> FindingOut:
    return FindingOut(
        step_index=index,
        level=problem.level.value,
        field=problem.field.value,
        message=problem.message,
    )


def _error(index: int, message: str) -> FindingOut:
    return FindingOut(step_index=index, level="error", field="when", message=message)


def _warning(index: int, message: str) -> FindingOut:
    return FindingOut(step_index=index, level="warning", field="when", message=message)
