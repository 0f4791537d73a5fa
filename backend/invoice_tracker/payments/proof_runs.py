"""The life of a proof: begun, picked up by one worker, ended, deleted after a while."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import delete, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.core.errors import NotFound
from invoice_tracker.payments.proof_models import PaymentProof, ProofKind, ProofState, ProofStep

COVERS = timedelta(days=90)
"""Payments so far back are in every proof."""
KEPT_FOR = timedelta(days=30)
LOST_AFTER = timedelta(minutes=30)
"""A proof that a worker has begun and not finished in this time is begun again by another."""
NIGHT = time(4, 0)
"""By the firm's clock: after the night's reading of everything open in Clio."""
# As a literal: with a parameter PostgreSQL would not find the partial index.
_RUNNING = text("state = 'running'")


async def begin_proof(
    session: AsyncSession,
    *,
    firm_id: UUID,
    kind: ProofKind,
    now: datetime,
    asked_by: str | None = None,
    due_at: datetime | None = None,
) -> PaymentProof:
    """A new proof, or the one under way. One that waits for its time is hurried."""
    due = due_at or now
    await session.execute(
        insert(PaymentProof)
        .values(
            id=uuid4(),
            firm_id=firm_id,
            kind=kind,
            state=ProofState.running,
            step=ProofStep.waiting,
            asked_by=asked_by,
            started_at=due,
            due_at=due,
            covers_from=now - COVERS,
            stripe_checked=False,
            clio_checked=False,
            **dict.fromkeys(
                ("differs", "not_checked", "waiting", "agrees", "outside", "healing"), 0
            ),
        )
        .on_conflict_do_nothing(index_elements=["firm_id"], index_where=_RUNNING)
    )
    running = await session.scalar(
        select(PaymentProof)
        .where(PaymentProof.firm_id == firm_id, PaymentProof.state == ProofState.running)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if running is None:
        raise NotFound("The check has just ended. Please try again.")
    if running.picked_up_at is None and running.due_at > due:
        running.due_at = running.started_at = due
    await session.flush()
    return running


async def pick_up(session: AsyncSession, *, firm_id: UUID, now: datetime) -> PaymentProof | None:
    """The proof that is due or has lost its worker, given to nobody else."""
    proof_id = await session.scalar(
        update(PaymentProof)
        .where(
            PaymentProof.firm_id == firm_id,
            PaymentProof.state == ProofState.running,
            # Far in the future: from before our clock was set back.
            or_(PaymentProof.due_at <= now, PaymentProof.due_at > now + LOST_AFTER),
            or_(
                PaymentProof.picked_up_at.is_(None),
                PaymentProof.picked_up_at < now - LOST_AFTER,
                PaymentProof.picked_up_at > now,
            ),
        )
        .values(picked_up_at=now)
        .returning(PaymentProof.id)
        .execution_options(synchronize_session=False)
    )
    return await session.get(PaymentProof, proof_id, populate_existing=True) if proof_id else None


async def take_step(
    session: AsyncSession, *, firm_id: UUID, proof_id: UUID, step: ProofStep
) -> None:
    """Show what is being done."""
    await session.execute(
        update(PaymentProof)
        .where(PaymentProof.firm_id == firm_id, PaymentProof.id == proof_id)
        .values(step=step)
        .execution_options(synchronize_session=False)
    )


async def lock_mine(session: AsyncSession, proof: PaymentProof) -> PaymentProof | None:
    """The proof, locked to be ended; nothing when another worker has taken it over."""
    found: PaymentProof | None = await session.scalar(
        select(PaymentProof)
        .where(
            PaymentProof.firm_id == proof.firm_id,
            PaymentProof.id == proof.id,
            PaymentProof.state == ProofState.running,
            PaymentProof.picked_up_at == proof.picked_up_at,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found


async def is_night_due(
    session: AsyncSession, *, firm_id: UUID, now: datetime, time_zone: str
) -> bool:
    """Whether a night has begun since the last proof of a night."""
    last = await session.scalar(
        select(PaymentProof.started_at)
        .where(PaymentProof.firm_id == firm_id, PaymentProof.kind == ProofKind.nightly)
        .order_by(PaymentProof.started_at.desc())
        .limit(1)
    )
    if last is None or last > now:
        return True
    zone = ZoneInfo(time_zone)
    local = now.astimezone(zone)
    tonight = datetime.combine(local.date(), NIGHT, zone)
    latest = tonight if local >= tonight else tonight - timedelta(days=1)
    return last < latest


async def drop_old(session: AsyncSession, *, firm_id: UUID, now: datetime) -> None:
    """Proofs older than 30 days go, with their lines. What was is also in each payment's story."""
    await session.execute(
        delete(PaymentProof).where(
            PaymentProof.firm_id == firm_id,
            PaymentProof.state != ProofState.running,
            PaymentProof.started_at < now - KEPT_FOR,
        )
    )


async def list_proofs(
    session: AsyncSession, *, firm_id: UUID, limit: int
) -> Sequence[PaymentProof]:
    """The latest proofs, newest first."""
    rows = await session.scalars(
        select(PaymentProof)
        .where(PaymentProof.firm_id == firm_id)
        .order_by(PaymentProof.started_at.desc(), PaymentProof.id.desc())
        .limit(limit)
    )
    return rows.all()


async def get_proof(session: AsyncSession, *, firm_id: UUID, proof_id: UUID) -> PaymentProof:
    """One proof. Raises ``NotFound``."""
    proof = await session.scalar(
        select(PaymentProof).where(PaymentProof.firm_id == firm_id, PaymentProof.id == proof_id)
    )
    if proof is None:
        raise NotFound("There is no such check.")
    return proof
