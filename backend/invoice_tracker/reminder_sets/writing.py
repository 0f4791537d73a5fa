"""What the page needs to write a set: ready-made ones and the variables."""

from collections.abc import Sequence
from functools import cache

from invoice_tracker.domain.ready_made_sets import READY_MADE_SETS
from invoice_tracker.domain.reminder_text import ONLY_IN_THANKS, VARIABLES
from invoice_tracker.reminder_sets.schemas import ReadyMadeSetOut, StepOut, VariableOut


@cache
def ready_made() -> tuple[ReadyMadeSetOut, ...]:
    """The sets that come with the product."""
    return tuple(
        ReadyMadeSetOut(
            key=ready.key,
            name=ready.name,
            description=ready.description,
            steps=[
                StepOut(
                    id=None,
                    kind=step.kind,
                    anchor=step.anchor,
                    offset_days=step.offset_days,
                    repeat_every_days=step.repeat_every_days,
                    repeat_max=step.repeat_max,
                    needs_approval=step.needs_approval,
                    is_statement=step.is_statement,
                    subject=step.subject,
                    body=step.body,
                    cc=[],
                    bcc=[],
                )
                for step in ready.steps
            ],
        )
        for ready in READY_MADE_SETS
    )


def find_ready_made(steps: Sequence[StepOut]) -> str | None:
    """The name of the ready-made set whose steps these are, word for word."""
    nameless = [step.model_copy(update={"id": None}) for step in steps]
    return next(
        (ready.name for ready in ready_made() if ready.steps and ready.steps == nameless), None
    )


def variables(*, of_thanks: bool = False) -> list[VariableOut]:
    """The variables of reminders, or of a mail of thanks, in the order the page offers them."""
    return [
        VariableOut(name=variable.name, meaning=variable.meaning, example=variable.example)
        for variable in VARIABLES.values()
        if of_thanks or variable.name not in ONLY_IN_THANKS
    ]
