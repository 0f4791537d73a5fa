"""Reading given bills by their ids: for the truth check, and for what a listing left out."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select

from invoice_tracker.integrations.clio.access import ClioAccess
from invoice_tracker.integrations.clio.client import ClioClient, Params
from invoice_tracker.integrations.clio.problems import ClioMalformed, ClioRefused
from invoice_tracker.integrations.clio.schemas import BILL_FIELDS, ClioBill, parse_bills
from invoice_tracker.integrations.clio.storing import store_bills, store_gone, to_records
from invoice_tracker.invoices.models import Invoice

BATCH = 200
"""The most that Clio gives in one page."""
SINGLE_LOOKS = 25
"""So many bills that a page left out are asked for one by one."""
Element = TypeVar("Element")


@dataclass(slots=True)
class Reading:
    """What became of the invoices asked for."""

    fresh: set[UUID] = field(default_factory=set)
    changed: set[UUID] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Batch:
    bills: list[ClioBill] = field(default_factory=list)
    gone: set[int] = field(default_factory=set)
    not_looked_at: set[int] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)


async def read_again(
    access: ClioAccess,
    client: ClioClient,
    firm_id: UUID,
    invoice_ids: Iterable[UUID],
    reading: Reading,
) -> None:
    """Read these invoices from Clio and store them, 200 a request.

    ``reading`` grows batch by batch, so that it is right even when a later batch raises a
    ``ClioProblem``. A bill that Clio no longer has is fresh too: it is deleted now.
    """
    for batch in batches(sorted(invoice_ids)):
        now = access.clock.now()
        clio_ids = await _clio_ids(access, firm_id, batch)
        found = await _fetch(client, clio_ids, clio_ids)
        await _store(access, client, firm_id, found, clio_ids, now, reading)


async def read_marked_bills(
    access: ClioAccess, client: ClioClient, firm_id: UUID, clio_ids: Iterable[int]
) -> set[int]:
    """Read these bills, known here or not, at most 200 in one request; those still to be read.

    Of those that Clio leaves out only the ones we know are looked at one by one, and not all at
    once. Raises ``ClioProblem``.
    """
    now = access.clock.now()
    wanted = set(clio_ids)
    async with access.database.transaction(firm_id) as session:
        rows = await session.execute(
            select(Invoice.clio_id, Invoice.id).where(
                Invoice.firm_id == firm_id, Invoice.clio_id.in_(wanted)
            )
        )
        known = dict(rows.all())
    found = await _fetch(client, wanted, known)
    await _store(access, client, firm_id, found, known, now, Reading())
    return found.not_looked_at


async def _clio_ids(
    access: ClioAccess, firm_id: UUID, invoice_ids: Sequence[UUID]
) -> dict[int, UUID]:
    async with access.database.transaction(firm_id) as session:
        rows = await session.execute(
            select(Invoice.clio_id, Invoice.id).where(
                Invoice.firm_id == firm_id, Invoice.id.in_(invoice_ids)
            )
        )
        return dict(rows.all())


async def _fetch(client: ClioClient, clio_ids: Collection[int], known: Collection[int]) -> _Batch:
    batch = _Batch()
    if not clio_ids:
        return batch
    params: Params = {"ids[]": sorted(clio_ids), "fields": BILL_FIELDS, "limit": BATCH}
    async for page in client.pages("bills.json", params):
        bills, problems = parse_bills(page.data)
        batch.bills.extend(bill for bill in bills if bill.id in clio_ids)
        batch.problems.extend(problems.values())
        missing = set(known) - {bill.id for bill in batch.bills} - set(problems)
    in_order = sorted(missing)
    for clio_id in in_order[:SINGLE_LOOKS]:
        await _look(client, clio_id, batch)
    batch.not_looked_at.update(in_order[SINGLE_LOOKS:])
    if batch.not_looked_at:
        batch.problems.append(f"Clio left out {len(missing)} bills.")
    return batch


async def _look(client: ClioClient, clio_id: int, batch: _Batch) -> None:
    """A list may leave out deleted bills; only the bill's own address says that it is gone."""
    try:
        answer = await client.get(f"bills/{clio_id}.json", {"fields": BILL_FIELDS})
    except ClioRefused as problem:
        if problem.status != 404:
            raise
        batch.gone.add(clio_id)
        return
    bills, problems = parse_bills([answer.data])
    batch.problems.extend(problems.values())
    if any(bill.id != clio_id for bill in bills):
        raise ClioMalformed("Clio answered with another bill than was asked for.")
    batch.bills.extend(bills)


async def _store(
    access: ClioAccess,
    client: ClioClient,
    firm_id: UUID,
    batch: _Batch,
    clio_ids: dict[int, UUID],
    now: datetime,
    reading: Reading,
) -> None:
    records = to_records(batch.bills, base=client.base_url, region=client.region, now=now)
    gone = [clio_ids[clio_id] for clio_id in batch.gone]
    async with access.database.transaction(firm_id) as session:
        changed = await store_bills(session, firm_id=firm_id, records=records, now=now)
        changed |= await store_gone(session, firm_id=firm_id, invoice_ids=gone, now=now)
    reading.fresh.update(
        clio_ids[record.clio_id] for record in records if record.clio_id in clio_ids
    )
    reading.fresh.update(gone)
    reading.changed.update(changed)
    reading.problems.extend(batch.problems)


def batches(elements: Sequence[Element]) -> Iterator[Sequence[Element]]:
    """Pieces of at most ``BATCH``."""
    for start in range(0, len(elements), BATCH):
        yield elements[start : start + BATCH]
