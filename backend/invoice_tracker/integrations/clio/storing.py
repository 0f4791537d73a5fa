"""What was read becomes ours: one transaction a page, with everything that follows from it."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.collections import service as collections
from invoice_tracker.collections.holds.service import add_hold
from invoice_tracker.domain.holds import HoldKind
from invoice_tracker.integrations.clio.regions import REGIONS, RegionKey
from invoice_tracker.integrations.clio.schemas import ClioBill, ClioContact
from invoice_tracker.invoices import service as invoices
from invoice_tracker.invoices.records import BillRecord, Change
from invoice_tracker.payments import service as payments


def to_records(
    bills: Iterable[ClioBill], *, base: str, region: str, now: datetime
) -> list[BillRecord]:
    """Bills in the product's terms.

    Requests for trust money are among them, marked: storing takes none that is new, and ends the
    mailing for a bill that has become one.
    """
    currency = REGIONS[RegionKey(region)].currency
    return [bill.to_record(base=base, default_currency=currency, now=now) for bill in bills]


async def store_bills(
    session: AsyncSession, *, firm_id: UUID, records: Collection[BillRecord], now: datetime
) -> set[UUID]:
    """Store bills read at ``now``; compare payments, end or hold collections. Ids that changed."""
    results = await invoices.upsert_bills(session, firm_id=firm_id, bills=records, now=now)
    changed = {result.invoice_id for result in results if result.change is not Change.unchanged}
    await follow_up(session, firm_id=firm_id, invoice_ids=changed, now=now)
    return changed


async def store_gone(
    session: AsyncSession, *, firm_id: UUID, invoice_ids: Collection[UUID], now: datetime
) -> set[UUID]:
    """Clio has these bills no more. Ids that changed."""
    changed = set(
        await invoices.mark_deleted(session, firm_id=firm_id, invoice_ids=invoice_ids, now=now)
    )
    await follow_up(session, firm_id=firm_id, invoice_ids=changed, now=now)
    return changed


async def store_contacts(
    session: AsyncSession, *, firm_id: UUID, contacts: Iterable[ClioContact], now: datetime
) -> set[UUID]:
    """Store what changed of clients we know. Ids of the invoices whose recipient changed."""
    changed = await invoices.update_known_clients(
        session, firm_id=firm_id, clients=[contact.to_record() for contact in contacts], now=now
    )
    await follow_up(session, firm_id=firm_id, invoice_ids=changed, now=now)
    return changed


async def follow_up(
    session: AsyncSession, *, firm_id: UUID, invoice_ids: Collection[UUID], now: datetime
) -> None:
    """What a change of these invoices means for payments and collections."""
    if not invoice_ids:
        return
    compared = await payments.compare_with_clio(
        session, firm_id=firm_id, invoice_ids=invoice_ids, now=now
    )
    for invoice_id in compared.taken_back:
        # Never straight back into mailing: a person decides.
        await add_hold(
            session,
            firm_id=firm_id,
            invoice_id=invoice_id,
            kind=HoldKind.refund_or_chargeback,
            reason="A payment was deleted or reversed in Clio.",
            now=now,
        )
    await collections.reconsider(session, firm_id=firm_id, invoice_ids=invoice_ids, now=now)
