"""Which Auto-Collect rule started an invoice's reminders, where no person did."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

# In words, because collections and rules stand to the right of this package.
_NAMES = text(
    """SELECT c.invoice_id, r.name
       FROM collections c JOIN auto_collect_rules r ON r.id = c.auto_collect_rule_id
       WHERE c.id = ANY(:ids)"""
)


async def load_rule_names(session: AsyncSession, *, rows: Sequence[Row[Any]]) -> dict[UUID, str]:
    """The rule's name by the invoice's id, for those of these rows that have one."""
    ids = [row.collection_id for row in rows if row.collection_id is not None]
    if not ids:
        return {}
    found = await session.execute(_NAMES, {"ids": ids})
    return dict(found.all())
