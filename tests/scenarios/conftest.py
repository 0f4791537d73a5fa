"""An empty diary for each test."""

import pytest
from scenarios.diary import Diary

from fakes import MovableClock
from invoice_tracker.core.deps import Adapters
from invoice_tracker.firms.models import Firm


@pytest.fixture
async def diary(adapters: Adapters, firm: Firm, clock: MovableClock) -> Diary:
    """Monday 2 March 2026, 10:00 in New York."""
    return Diary.open(adapters, firm, clock)
