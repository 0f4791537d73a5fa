"""What a firm lets its clients do on the pay page: pay a part, download the bill."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.payments.models import PayPageRules


async def load_rules(session: AsyncSession, *, firm_id: UUID) -> PayPageRules:
    """The firm's rules; the product's, before it has any of its own."""
    found = await session.get(PayPageRules, firm_id, populate_existing=True)
    return found or PayPageRules(
        firm_id=firm_id, accepts_parts=False, smallest_part_minor=0, offers_document=True
    )


async def change_rules(
    session: AsyncSession, *, firm_id: UUID, changes: dict[str, Any]
) -> PayPageRules:
    """Change some rules; those that are left out stay."""
    rules = await load_rules(session, firm_id=firm_id)
    for name, value in changes.items():
        setattr(rules, name, value)
    session.add(rules)
    await session.flush()
    return rules
