"""How far a run has come: counted in its row with every page, so that another worker can go on."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.integrations.clio.access import ClioAccess
from invoice_tracker.integrations.clio.client import ClioClient
from invoice_tracker.integrations.clio.models import RunKind, SyncRun
from invoice_tracker.integrations.clio.runs import lock_run

PROBLEMS_SHOWN = 5


@dataclass(slots=True)
class Position:
    """The list being read, the address of its next page, and what was read before this list."""

    since: datetime
    """When the reading began that this one may be going on with."""
    listing: int = 0
    next_url: str | None = None
    read_before: int = 0

    @classmethod
    def of(cls, run: SyncRun) -> Self:
        """Where the run's row says that it stands."""
        stored: dict[str, Any] = run.position or {}
        since = stored.get("since")
        return cls(
            since=datetime.fromisoformat(since) if since else run.started_at,
            listing=stored.get("listing", 0),
            next_url=stored.get("next_url"),
            read_before=stored.get("read_before", 0),
        )

    def as_row(self) -> dict[str, Any]:
        """For the run's row."""
        return {
            "since": self.since.isoformat(),
            "listing": self.listing,
            "next_url": self.next_url,
            "read_before": self.read_before,
        }


@dataclass(slots=True)
class Progress:
    """What one run has done so far."""

    run_id: UUID
    attempt: int
    firm_id: UUID
    kind: RunKind
    position: Position
    watermark: datetime | None
    side_since: datetime | None
    seen_until: datetime | None
    """By Clio's clock: what changed before it, the readings so far should have brought."""
    clio_time: datetime | None
    bills_read: int = 0
    bills_total: int | None = None
    changed: int = 0
    differences: int = 0
    requests_before: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def is_first(self) -> bool:
        """Nothing has been read of this connection yet, or not so that we could go on from it."""
        return self.kind is not RunKind.reconciliation and self.watermark is None

    def note_problems(self, problems: list[str]) -> None:
        """Keep the first few; a hundred would tell nobody more."""
        self.problems.extend(problems[: PROBLEMS_SHOWN - len(self.problems)])


@asynccontextmanager
async def one_step(
    access: ClioAccess, client: ClioClient, progress: Progress
) -> AsyncGenerator[AsyncSession]:
    """The transaction of one page, which also moves the run on. Raises ``RunTakenAway``."""
    async with access.database.transaction(progress.firm_id) as session:
        run = await lock_run(
            session, firm_id=progress.firm_id, run_id=progress.run_id, attempt=progress.attempt
        )
        yield session
        run.heartbeat_at = access.clock.now()
        run.position = progress.position.as_row()
        run.clio_time = progress.clio_time
        run.bills_read = progress.bills_read
        run.bills_total = progress.bills_total
        run.invoices_updated = progress.changed
        run.differences = progress.differences
        run.requests_used = progress.requests_before + client.requests_used
