"""Which payments are to be written to Clio, and what became of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.invoices import timeline
from invoice_tracker.invoices.overview import overview
from invoice_tracker.payments.models import Payment, PaymentState, RecordState

RECORDABLE = (PaymentState.settled, PaymentState.partly_refunded)


@dataclass(frozen=True, slots=True)
class ToRecord:
    """An invoice whose settled payments Clio does not know. Minor units."""

    invoice_id: UUID
    clio_id: int
    effective_balance_minor: int
    payment_ids: tuple[UUID, ...]


async def list_to_record(
    session: AsyncSession, *, firm_id: UUID, limit: int = 100
) -> list[ToRecord]:
    """Invoices with payments that wait to be written, oldest payment first."""
    rows = await session.execute(
        select(Payment.id, Payment.invoice_id)
        .where(
            Payment.firm_id == firm_id,
            Payment.record_state == RecordState.waiting,
            Payment.state.in_(RECORDABLE),
            Payment.invoice_id.is_not(None),
        )
        .order_by(Payment.created_at, Payment.id)
        .limit(limit)
    )
    payments: dict[UUID, list[UUID]] = {}
    for payment_id, invoice_id in rows:
        assert invoice_id is not None
        payments.setdefault(invoice_id, []).append(payment_id)
    balances = await session.execute(
        select(overview.c.id, overview.c.clio_id, overview.c.effective_balance_minor).where(
            overview.c.firm_id == firm_id, overview.c.id.in_(payments)
        )
    )
    facts = {row.id: row for row in balances}
    return [
        ToRecord(
            invoice_id=invoice_id,
            clio_id=facts[invoice_id].clio_id,
            effective_balance_minor=facts[invoice_id].effective_balance_minor,
            payment_ids=tuple(payment_ids),
        )
        for invoice_id, payment_ids in payments.items()
    ]


async def queue_for_person(
    session: AsyncSession, *, firm_id: UUID, payment_ids: Sequence[UUID], reason: str
) -> None:
    """These payments wait in *To record in Clio*; ``reason`` says why, in words."""
    await session.execute(
        update(Payment)
        .where(
            Payment.firm_id == firm_id,
            Payment.id.in_(payment_ids),
            Payment.record_state == RecordState.waiting,
        )
        .values(record_state=RecordState.queued, record_note=reason)
        .execution_options(synchronize_session=False)
    )


async def mark_recorded(
    session: AsyncSession, *, firm_id: UUID, item: ToRecord, now: datetime
) -> None:
    """Clio was told and shows the bill as paid."""
    written = await session.scalars(
        update(Payment)
        .where(
            Payment.firm_id == firm_id,
            Payment.id.in_(item.payment_ids),
            Payment.record_state == RecordState.waiting,
        )
        .values(record_state=RecordState.recorded, recorded_at=now)
        .returning(Payment.id)
        .execution_options(synchronize_session=False)
    )
    for payment_id in written.all():
        await timeline.add(
            session,
            firm_id=firm_id,
            invoice_id=item.invoice_id,
            at=now,
            kind="recorded_in_clio",
            title="Recorded in Clio: the bill is marked as paid",
            payment_id=payment_id,
        )
