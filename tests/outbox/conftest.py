"""A round of the outbox over the test's database."""

from collections import Counter
from collections.abc import Awaitable
from typing import Any, Protocol

import pytest
from outbox.outbox_helpers import KIND, RULES, Notes

from invoice_tracker.core.deps import Adapters
from invoice_tracker.firms.models import Firm
from invoice_tracker.outbox.attachments import bills_of
from invoice_tracker.outbox.deliver import deliver_due
from invoice_tracker.outbox.models import MessageState


class Tick(Protocol):
    def __call__(self, **changes: Any) -> Awaitable[Counter[MessageState]]: ...


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def tick(adapters: Adapters, firm: Firm, notes: Notes) -> Tick:
    """One round for the firm."""

    async def run(**changes: Any) -> Counter[MessageState]:
        values: dict[str, Any] = {
            "database": adapters.database,
            "firm_id": firm.id,
            "handlers": {KIND: notes},
            "rules": RULES,
            "mailer": adapters.mailer,
            "attach": bills_of(adapters.billing),
            "clock": adapters.clock,
        }
        return await deliver_due(**(values | changes))

    return run
