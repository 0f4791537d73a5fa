"""Writing payments to Clio, as far as its API allows it.

The one documented lever is to set a bill's state to *paid*. So only a bill that is paid in full is
written; everything else, and every refusal, waits for a person in *To record in Clio*. What was
written counts only after the bill has been read again.
"""

from uuid import UUID

from invoice_tracker.integrations.clio.access import ClioAccess, note_problem, open_client
from invoice_tracker.integrations.clio.client import ClioClient
from invoice_tracker.integrations.clio.models import ClioConnection, ConnectionState, RecordStrategy
from invoice_tracker.integrations.clio.problems import (
    ClioForbidden,
    ClioMalformed,
    ClioProblem,
    ClioRefused,
)
from invoice_tracker.integrations.clio.recording import (
    ToRecord,
    list_to_record,
    mark_recorded,
    queue_for_person,
)
from invoice_tracker.integrations.clio.schemas import BILL_FIELDS, ClioBill, parse_bills
from invoice_tracker.integrations.clio.storing import follow_up, store_bills, to_records
from invoice_tracker.invoices.models import ClioState
from invoice_tracker.invoices.service import lock_invoices

PATIENCE = 10.0
"""Seconds that we wait when Clio asks us to; then the payments wait for the next time."""
FIELDS = f"{BILL_FIELDS},available_state_transitions"
NO_CLIO = "Clio is not connected."
BY_HAND = "The firm records payments in Clio by hand."
IN_PART = "Clio lets a program mark a bill as paid only in full. Please record this one by hand."
CHANGED = "The bill changed in Clio at the same moment."


class Refusal(Exception):
    """Clio does not take the payment; the message tells staff why."""


async def record_waiting(access: ClioAccess, firm_id: UUID) -> None:
    """Write what waits. A trouble of Clio's leaves it waiting for the next time."""
    async with access.database.transaction(firm_id) as session:
        waiting = await list_to_record(session, firm_id=firm_id)
        connection = await session.get(ClioConnection, firm_id)
        reasons = {item.invoice_id: _reason_to_queue(connection, item) for item in waiting}
        for item in waiting:
            reason = reasons[item.invoice_id]
            if reason is not None:
                await queue_for_person(
                    session, firm_id=firm_id, payment_ids=item.payment_ids, reason=reason
                )
    to_write = [item for item in waiting if reasons[item.invoice_id] is None]
    if to_write:
        await _record_all(access, firm_id, to_write)


def _reason_to_queue(connection: ClioConnection | None, item: ToRecord) -> str | None:
    if connection is None or connection.state is ConnectionState.disconnected:
        return NO_CLIO
    if connection.record_strategy is RecordStrategy.manual:
        return BY_HAND
    return IN_PART if item.effective_balance_minor > 0 else None


async def _record_all(access: ClioAccess, firm_id: UUID, items: list[ToRecord]) -> None:
    try:
        async with open_client(access, firm_id, patience=PATIENCE, urgent=True) as client:
            for item in items:
                await _record(access, client, firm_id, item)
    except ClioProblem as problem:
        await note_problem(access, firm_id, problem)


async def _record(access: ClioAccess, client: ClioClient, firm_id: UUID, item: ToRecord) -> None:
    reason = None
    bill = None
    try:
        bill = await _pay(client, item.clio_id)
    except Refusal as refusal:
        reason = str(refusal)
    now = access.clock.now()
    async with access.database.transaction(firm_id) as session:
        await lock_invoices(session, firm_id=firm_id, invoice_ids=[item.invoice_id])
        if bill is None:
            await queue_for_person(
                session,
                firm_id=firm_id,
                payment_ids=item.payment_ids,
                reason=reason or IN_PART,
            )
            return
        await mark_recorded(session, firm_id=firm_id, item=item, now=now)
        records = to_records([bill], base=client.base_url, region=client.region, now=now)
        await store_bills(session, firm_id=firm_id, records=records, now=now)
        # The bill may have been stored as paid before; the payment is to be confirmed all the same.
        await follow_up(session, firm_id=firm_id, invoice_ids=[item.invoice_id], now=now)


async def _pay(client: ClioClient, clio_id: int) -> ClioBill:
    """The bill after it was marked as paid and read again. Raises ``Refusal``."""
    for _ in range(2):
        bill, transitions = await _read(client, clio_id)
        if bill.state is ClioState.paid:
            return _verified(bill)
        if bill.pending:
            raise Refusal("The client is paying this bill through Clio as well. Please check it.")
        if "paid" not in transitions:
            raise Refusal("Clio does not offer to mark this bill as paid.")
        if await _patch(client, bill):
            after, _ = await _read(client, clio_id)
            return _verified(after)
    raise Refusal(CHANGED)


async def _read(client: ClioClient, clio_id: int) -> tuple[ClioBill, list[str]]:
    try:
        answer = await client.get(f"bills/{clio_id}.json", {"fields": FIELDS})
    except ClioRefused as problem:
        raise Refusal(problem.message) from problem
    bills, problems = parse_bills([answer.data])
    if problems or bills[0].id != clio_id:
        raise ClioMalformed("The bill could not be read from Clio.")
    offered = answer.data.get("available_state_transitions")
    return bills[0], offered if isinstance(offered, list) else []


async def _patch(client: ClioClient, bill: ClioBill) -> bool:
    """Whether Clio took it; false when the bill has changed meanwhile."""
    try:
        await client.patch(
            f"bills/{bill.id}.json",
            data={"state": "paid"},
            etag=bill.etag or "",
            params={"fields": "id,etag,state"},
        )
    except ClioRefused as problem:
        if problem.status == 412:
            return False
        raise Refusal(problem.message) from problem
    except ClioForbidden as problem:
        raise Refusal(problem.message) from problem
    return True


def _verified(bill: ClioBill) -> ClioBill:
    if bill.state is not ClioState.paid or bill.balance > 0:
        raise Refusal(
            "Clio took the change, but the bill still shows a balance. Please record it by hand."
        )
    return bill
