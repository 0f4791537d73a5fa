"""Clio as the product's billing source: the truth check before a mail leaves."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from invoice_tracker.core.crypto import Vault
from invoice_tracker.core.database import Database
from invoice_tracker.integrations.clio.access import ClioAccess, note_problem, open_client
from invoice_tracker.integrations.clio.client import make_http
from invoice_tracker.integrations.clio.documents import load_document
from invoice_tracker.integrations.clio.paid import look_at_payments, mark_bills
from invoice_tracker.integrations.clio.problems import ClioProblem, NotConnected
from invoice_tracker.integrations.clio.reading import Reading, read_again
from invoice_tracker.ports import BillPayments, Clock, Document, Reread, Throttle
from invoice_tracker.settings import Settings

PATIENCE = 10.0
"""Seconds that a mail may wait because Clio asks us to; then it is tried again later."""


class ClioBillingSource:
    """Reads invoices again and stores what has changed. What it could not read is not fresh."""

    def __init__(
        self,
        *,
        settings: Settings,
        database: Database,
        clock: Clock,
        vault: Vault,
        throttle: Throttle,
    ) -> None:
        self._access = ClioAccess(settings, database, clock, vault, throttle)
        self._http = make_http()

    async def close(self) -> None:
        """Let go of the connections to Clio."""
        await self._http.aclose()

    async def reread(self, firm_id: UUID, invoice_ids: Collection[UUID]) -> Reread:
        """Read these invoices again, 200 a request. Never raises for an outage."""
        reading = Reading()
        try:
            async with open_client(
                self._access, firm_id, http=self._http, patience=PATIENCE, urgent=True
            ) as client:
                await read_again(self._access, client, firm_id, invoice_ids, reading)
        except ClioProblem as problem:
            reading.problems.append(problem.message)
            if not isinstance(problem, NotConnected):
                await note_problem(self._access, firm_id, problem)
        return Reread(frozenset(reading.fresh), " ".join(reading.problems) or None)

    async def document(self, firm_id: UUID, invoice_id: UUID) -> Document:
        """Clio's preview as a PDF. Raises ``NoDocument``."""
        return await load_document(
            self._access, firm_id=firm_id, invoice_id=invoice_id, http=self._http
        )

    async def look_at_payments(
        self, firm_id: UUID, *, since: datetime, bill_ids: Collection[int]
    ) -> BillPayments:
        """What Clio shows as paid. Stores nothing; never raises for an outage."""
        try:
            async with open_client(self._access, firm_id, http=self._http) as client:
                return await look_at_payments(client, since=since, bill_ids=bill_ids)
        except ClioProblem as problem:
            if not isinstance(problem, NotConnected):
                await note_problem(self._access, firm_id, problem)
            return BillPayments(problem=problem.message)

    async def mark_for_rereading(self, firm_id: UUID, bill_ids: Collection[int]) -> None:
        """These bills are read again soon, known here or not."""
        await mark_bills(self._access, firm_id, bill_ids)
