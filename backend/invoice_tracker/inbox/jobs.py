"""The inbox's job: handle what was recorded, and sweep up what was forgotten."""

from uuid import UUID

from invoice_tracker.core.deps import Adapters
from invoice_tracker.inbox import process
from invoice_tracker.inbox.process import Handlers


async def process_due(adapters: Adapters, firm_id: UUID, *, handlers: Handlers) -> int:
    """Handle the firm's open events by their source's handler; returns how many were handled."""
    return await process.process_due(
        database=adapters.database, firm_id=firm_id, handlers=handlers, clock=adapters.clock
    )
