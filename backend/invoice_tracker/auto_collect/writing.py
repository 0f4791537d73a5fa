"""What a rule names must be the firm's own."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.auto_collect.models import AutoCollectRule
from invoice_tracker.auto_collect.schemas import Conditions, RuleInput
from invoice_tracker.core.errors import Invalid
from invoice_tracker.invoices.models import Client, Matter
from invoice_tracker.reminder_sets.repository import get_latest_version

CONDITIONS = tuple(Conditions.model_fields)
FIELDS = ("reminder_set_id", "backlog", *CONDITIONS)
"""All that decides what a rule starts; its name does not."""


async def check_names(session: AsyncSession, *, firm_id: UUID, rule: RuleInput) -> None:
    """Raises ``NotFound`` for a set that is not there or archived, ``Invalid`` for the rest."""
    await get_latest_version(session, firm_id=firm_id, set_id=rule.reminder_set_id)
    clients = await session.scalar(
        select(func.count())
        .select_from(Client)
        .where(Client.firm_id == firm_id, Client.id.in_(rule.client_ids))
    )
    if clients != len(set(rule.client_ids)):
        raise Invalid("One of the clients is not there any more.")
    matters = await session.scalar(
        select(func.count())
        .select_from(Matter)
        .where(Matter.firm_id == firm_id, Matter.id.in_(rule.matter_ids))
    )
    if matters != len(set(rule.matter_ids)):
        raise Invalid("One of the matters is not there any more.")


def differs(row: AutoCollectRule, rule: RuleInput) -> bool:
    """Whether the rule as edited would start other invoices, or start them otherwise."""
    return any(_plain(getattr(row, name)) != _plain(getattr(rule, name)) for name in FIELDS)


def write(row: AutoCollectRule, rule: RuleInput) -> None:
    """The rule as edited becomes the row's."""
    row.name = rule.name
    for name in FIELDS:
        setattr(row, name, getattr(rule, name))


def _plain(value: object) -> object:
    return frozenset(value) if isinstance(value, list) else value
