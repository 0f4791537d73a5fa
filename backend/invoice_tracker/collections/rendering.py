"""Subjects of reminders to come, as they would read today."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.deps import Adapters
from invoice_tracker.domain.reminder_text import render_subject, text_values
from invoice_tracker.reminder_sets.mail_facts import load_many
from invoice_tracker.reminder_sets.models import ReminderStep


async def render_subjects(
    session: AsyncSession,
    adapters: Adapters,
    *,
    firm_id: UUID,
    wanted: Sequence[tuple[UUID, UUID]],
    steps: Sequence[ReminderStep],
    now: datetime,
) -> dict[tuple[UUID, UUID], str]:
    """By (invoice, step). A subject that cannot be filled in is shown as it was written."""
    facts = await load_many(
        session,
        adapters,
        firm_id=firm_id,
        invoice_ids={invoice_id for invoice_id, _ in wanted},
        now=now,
        can_take_payments=False,
    )
    values = {invoice_id: text_values(each.text) for invoice_id, each in facts.items()}
    templates = {step.id: step.subject for step in steps}
    return {
        (invoice_id, step_id): _render(templates[step_id], values[invoice_id])
        for invoice_id, step_id in wanted
    }


def _render(template: str, values: dict[str, str]) -> str:
    try:
        return render_subject(template, values)
    except ValueError:
        return template
